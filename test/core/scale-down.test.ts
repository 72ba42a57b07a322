// Scale-down: when an idle instance goes, how many at once, and what minvCpus keeps.

import { describe, expect, it } from "vitest";
import { simulate } from "../../src/sim/simulate.js";
import {
  environment,
  instanceType,
  type JobRow,
  job,
  jobs,
  pool,
  type Story,
  s,
  shape,
  simulationInput,
  world,
} from "../builders.js";
import { decisionsOf, instancesOf, launchesOf } from "../ledger/read-ledger.js";

const TYPES = [instanceType("small", 1, 4), instanceType("large", 8, 32)];
const POOLS = [pool(0, 0.06), pool(1, 0.4)];
/** One vCPU: a small instance each, for a large one is cheaper only when seven of them share it. */
const one = shape(1, 4);

function run(rows: readonly JobRow[], more: Partial<Story> = {}) {
  return simulate(simulationInput({ types: TYPES, pools: POOLS, jobs: rows, ...more })).ledger;
}
const endsS = (ledger: ReturnType<typeof run>) =>
  instancesOf(ledger)
    .map((row) => row.endedMs / 1000)
    .sort((a, b) => a - b);

describe("an idle instance", () => {
  it.each([
    // Busy 0..10; idle delay d; the next decision at or after 10 + d.
    { idleDelayS: 60, intervalS: 0, endS: 70 },
    { idleDelayS: 60, intervalS: 15, endS: 75 },
    { idleDelayS: 5, intervalS: 15, endS: 15 },
    { idleDelayS: 0, intervalS: 0, endS: 10 },
    { idleDelayS: 0, intervalS: 15, endS: 15 },
  ])(
    "is ended at $endS s with a delay of $idleDelayS s and decisions every $intervalS s",
    ({ idleDelayS, intervalS, endS }) => {
      const scaleDown = { idleDelayMs: s(idleDelayS), maxShare: 1 };
      expect(endsS(run([job(0, s(10), one)], { strategy: { scaleDown, decisionIntervalMs: s(intervalS) } }))).toEqual([
        endS,
      ]);
    },
  );

  it("starts again to wait when a job came in between", () => {
    // Idle 10..50, busy 50..60, idle from 60.
    expect(endsS(run([job(0, s(10), one), job(s(50), s(10), one)]))).toEqual([120]);
  });

  it("is ended though its job had no length and came in the instant in which it registered", () => {
    expect(endsS(run([job(0, 0, one)]))).toEqual([60]);
  });

  it("gives its reason", () => {
    const end = { kind: "terminate", reason: "idle", timeMs: s(70), instance: 0 };
    const [, decision] = decisionsOf(run([job(0, s(10), one)]));
    expect(decision).toEqual({ ...end, idleSinceMs: s(10), idleDelayMs: s(60), environmentVcpuMilli: 0 });
  });

  it("that never got a job is ended, too", () => {
    // One launch per decision, every 5 s, 7 s until running: asked for at 0 and 5, there at 7 and 12. Both jobs run on the
    // first, from 10 to 12 and, decided at 15, from 15 to 17. The second is idle since 12, due at 72, ended at 75; the first
    // since 17, due at 77, ended at 80.
    const strategy = { placement: "first-fit", maxLaunchesPerDecision: 1, decisionIntervalMs: s(5) } as const;
    const ledger = run(jobs(2, job(0, s(2), one)), { strategy, world: world({ pending: s(7) }) });
    expect(instancesOf(ledger).map((row) => [row.requestedMs, row.registeredMs, row.endedMs])).toEqual([
      [0, s(7), s(80)],
      [s(5), s(12), s(75)],
    ]);
  });
});

describe("the pace limit", () => {
  it.each([
    // Ten instances become idle at 10 and are due at 70. Half of those left, rounded down, at least one, every 15 s from 75:
    // 5 of 10, 2 of 5, 1 of 3, 1 of 2, 1 of 1.
    { maxShare: 0.5, endsS: [75, 75, 75, 75, 75, 90, 90, 105, 120, 135] },
    // A share below one instance still ends one.
    { maxShare: 0.01, endsS: [75, 90, 105, 120, 135, 150, 165, 180, 195, 210] },
    { maxShare: 1, endsS: Array.from({ length: 10 }, () => 75) },
    // Three, however large the share is; the smaller of the two.
    { maxShare: 1, maxInstances: 3, endsS: [75, 75, 75, 90, 90, 90, 105, 105, 105, 120] },
    { maxShare: 0.25, maxInstances: 3, endsS: [75, 75, 90, 90, 105, 120, 135, 150, 165, 180] },
  ])("ends at most a share of $maxShare, and $maxInstances, per decision", ({ endsS: expected, ...most }) => {
    const strategy = { scaleDown: { idleDelayMs: s(60), ...most }, decisionIntervalMs: s(15) };
    // Four-GiB jobs, small instances only.
    const ledger = run(jobs(10, job(0, s(10), one)), { environments: [environment([0])], strategy });
    expect(endsS(ledger)).toEqual(expected);
  });
});

describe("minvCpus", () => {
  const keep = (minvCpus: number, pools = [0, 1]) => [environment(pools, { minVcpuMilli: minvCpus * 1000 })];

  it("is there before the first job, in the largest sizes that do not overshoot at the lowest price per vCPU", () => {
    // 0.05 per vCPU on large, 0.06 on small: one large for 8 of 10, then two small.
    const ledger = run([job(s(100), s(10), one)], { environments: keep(10) });
    expect(launchesOf(ledger).map(({ timeMs, reason, pool, copies }) => ({ timeMs, reason, pool, copies }))).toEqual([
      { timeMs: 0, reason: "minvCpus", pool: 1, copies: 1 },
      { timeMs: 0, reason: "minvCpus", pool: 0, copies: 1 },
      { timeMs: 0, reason: "minvCpus", pool: 0, copies: 1 },
    ]);
    // Idle from the beginning, kept to the end of the last job.
    expect(instancesOf(ledger).map((row) => row.endedMs)).toEqual([s(110), s(110), s(110)]);
    const last = decisionsOf(ledger).slice(-3);
    expect(last.map((decision) => decision.reason)).toEqual(["end-of-run", "end-of-run", "end-of-run"]);
  });

  it("overshoots by one of the smallest when nothing is small enough", () => {
    const ledger = run([job(0, s(10), one)], { environments: keep(3, [1]) });
    expect(instancesOf(ledger).map((row) => row.pool)).toEqual([1]);
  });

  it("keeps as many of the idle as it needs, the longest idle go first", () => {
    // Three small ones busy until 10, 20 and 30, one kept: those idle since 10 and 20 go at 70 and 80, the third stays until
    // the last job ends at 300 on it (the only one left then).
    const rows = [job(0, s(10), one), job(0, s(20), one), job(0, s(30), one), job(s(290), s(10), one)];
    expect(endsS(run(rows, { environments: keep(1, [0]) }))).toEqual([70, 80, 300]);
  });

  it("does not let an instance that it needs keep another one that it does not need", () => {
    // Eight vCPUs are kept: the large instance. It is idle from 10, the small one, needed besides, from 20.
    // The small one must go at 80, although the large one in front of it, idle for longer, has to stay.
    const rows = [job(0, s(10), shape(8, 32)), job(0, s(20), one), job(s(290), s(10), shape(8, 32))];
    expect(endsS(run(rows, { environments: keep(8) }))).toEqual([80, 300]);
  });
});
