// No policy can see the actual run time: two workloads that differ only in true run times get the same decisions until the
// first end differs, whatever the queue's discipline and however capacity is bought.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Ledger } from "../../src/ledger/ledger.js";
import { ALLOCATION_STRATEGIES, type ProvisioningPolicy, type QueueOrder } from "../../src/model/policy.js";
import { simulate } from "../../src/sim/simulate.js";
import {
  environment,
  instanceType,
  type JobRow,
  job,
  jobQueue,
  pool,
  s,
  shape,
  simulationInput,
  world,
} from "../builders.js";
import { attemptsOf, decisionsOf } from "../ledger/read-ledger.js";

const ORDERS: readonly (readonly [string, QueueOrder])[] = [
  ...(["fifo", "fifo-skip", "shortest-job-first", "easy", "conservative"] as const).map(
    (kind) => [kind, { kind }] as const,
  ),
  ...(["linear", "half-life"] as const).map(
    (decay) =>
      [
        `fair-share, ${decay}`,
        {
          kind: "fair-share",
          fairShare: {
            decay,
            windowMs: s(100),
            weightOfShare: [1, 0.5],
            computeReservation: 0,
            maxVcpuMilli: 40_000,
            reservableVcpuMilli: 40_000,
          },
        },
      ] as const,
  ),
];
const PROVISIONING: readonly ProvisioningPolicy[] = ["best-fit", "job-per-instance", ...ALLOCATION_STRATEGIES];

const TYPES = [instanceType("small", 2, 8), instanceType("medium", 4, 16), instanceType("large", 8, 32)];
const POOLS = [pool(0, 0.1), pool(1, 0.22), pool(2, 0.38), pool(0, 0.04, "spot"), pool(2, 0.15, "spot")];
const EVERY_POOL = POOLS.map((_, index) => index);

/** Jobs of which those of the second half have two run times, the true one of either workload. */
const rows = fc.array(
  fc.record({
    row: fc
      .record({
        submitS: fc.nat(300),
        shape: fc.constantFrom(shape(1, 2), shape(2, 7), shape(4, 8), shape(8, 8)),
        limitS: fc.oneof(fc.constant(Number.NaN), fc.integer({ min: 10, max: 200 })),
        share: fc.constantFrom("", "a"),
      })
      .map(({ submitS, shape: wanted, limitS, share }) => job(s(submitS), 0, wanted, { limitMs: s(limitS), share })),
    runtimesS: fc.tuple(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 200 })),
  }),
  { minLength: 30, maxLength: 40, size: "max" },
);

function run(jobs: readonly JobRow[], order: QueueOrder, provisioning: ProvisioningPolicy): Ledger {
  const input = simulationInput({
    types: TYPES,
    pools: POOLS,
    jobs,
    queues: [jobQueue("main", { order })],
    environments: [environment(EVERY_POOL, { minVcpuMilli: 2_000, maxVcpuMilli: 24_000, provisioning })],
    world: world({ pending: s(7), boot: s(20), pull: s(5), cachedPull: s(1) }),
  });
  return simulate(input).ledger;
}

/** The time of the first end that is in one ledger and not in the other. */
function firstDifferentEndMs(a: Ledger, b: Ledger): number {
  const ends = (ledger: Ledger) =>
    attemptsOf(ledger)
      .map(({ endedMs, job: ended }) => ({ endedMs, ended }))
      .sort((x, y) => x.endedMs - y.endedMs || x.ended - y.ended);
  const [endsA, endsB] = [ends(a), ends(b)];
  const at = endsA.findIndex(({ endedMs, ended }, i) => endedMs !== endsB[i]!.endedMs || ended !== endsB[i]!.ended);
  return at === -1 ? Number.POSITIVE_INFINITY : Math.min(endsA[at]!.endedMs, endsB[at]!.endedMs);
}

/** What was decided before a time: launches and terminations with their reasons, and placements. */
function decidedBefore(ledger: Ledger, timeMs: number) {
  return {
    decisions: decisionsOf(ledger).filter((decision) => decision.timeMs < timeMs),
    placements: attemptsOf(ledger)
      .filter(({ placedMs }) => placedMs < timeMs)
      .map(({ job: placed, instance, placedMs }) => ({ placed, instance, placedMs })),
  };
}

describe.each(ORDERS)("%s", (_name, order) => {
  it.each(PROVISIONING)("with %s decides the same until the first end differs", (provisioning) => {
    let placedAlike = 0;
    let runsThatDiffer = 0;
    fc.assert(
      fc.property(rows, (list) => {
        const halfMs = s(150);
        const [a, b] = [0, 1].map((which) => {
          const jobs = list.map(({ row, runtimesS }) => ({
            ...row,
            runtimeMs: s(runtimesS[row.submitMs < halfMs ? 0 : which]!),
          }));
          return run(jobs, order, provisioning);
        });
        const untilMs = firstDifferentEndMs(a!, b!);
        const before = decidedBefore(a!, untilMs);
        expect(decidedBefore(b!, untilMs)).toEqual(before);
        placedAlike += before.placements.length;
        if (untilMs < Number.POSITIVE_INFINITY) runsThatDiffer++;
      }),
      { numRuns: 10, seed: 7 },
    );
    // Else nothing would have been compared.
    expect(placedAlike).toBeGreaterThan(100);
    expect(runsThatDiffer).toBeGreaterThan(5);
  });
});
