// Fair-share queues: who is served next, how much each share receives, and what the compute reservation keeps free.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FairShare } from "../../src/model/policy.js";
import { simulate } from "../../src/sim/simulate.js";
import { environment, instanceType, type JobRow, job, jobQueue, pool, s, shape, simulationInput } from "../builders.js";
import { attemptsOf } from "../ledger/read-ledger.js";

const one = shape(1, 1);

/** Shares are numbered by first appearance in the jobs; 0 is the one of jobs without a share. */
function fairShare(weightOfShare: readonly number[], more: Partial<FairShare> = {}): FairShare {
  const whole = { computeReservation: 0, maxVcpuMilli: 90_000, reservableVcpuMilli: more.maxVcpuMilli ?? 90_000 };
  return { decay: "linear", windowMs: s(600), weightOfShare, ...whole, ...more };
}

/** One machine of `vcpus`, one fair-share queue. */
function run(jobs: readonly JobRow[], fair: FairShare, vcpus = 90) {
  const input = simulationInput({
    types: [instanceType("machine", vcpus, 10_000)],
    pools: [pool(0, 1)],
    environments: [environment([0], { fixedFleet: [{ pool: 0, count: 1 }] })],
    queues: [jobQueue("main", { order: { kind: "fair-share", fairShare: fair } })],
    jobs,
  });
  const { ledger, stuckJobs } = simulate(input);
  return { attempts: attemptsOf(ledger), input, stuckJobs };
}

/** Milli-vCPU-ms that each share's jobs ran in [fromMs, toMs). */
function served({ attempts, input }: ReturnType<typeof run>, fromMs: number, toMs: number): number[] {
  const { classes, shareNames } = input.tables;
  const totals = shareNames.map(() => 0);
  for (const { job: index, placedMs, endedMs } of attempts) {
    const { share } = classes[input.workload.jobClass[index]!]!;
    totals[share]! += Math.max(0, Math.min(endedMs, toMs) - Math.max(placedMs, fromMs));
  }
  return totals;
}

/** Jobs of one vCPU, as many of each share, all there from the start, run times spread over 1 to 10 minutes. */
function saturating(shares: readonly string[], count: number): JobRow[] {
  return shares.flatMap((share, index) =>
    Array.from({ length: count }, (_, i) => job(0, s(60 + ((i * 7919 + index * 104_729) % 541)), one, { share })),
  );
}

describe("a fair-share queue", () => {
  it("gives weights 1 and 0.125 vCPU-hours 1 : 8", () => {
    // 90 places, mean run time 330 s: 2 h take some 2000 jobs, 1700 of them b's: both shares have jobs waiting throughout.
    const outcome = run(saturating(["a", "b"], 4_000), fairShare([1, 1, 0.125]));
    const [, a, b] = served(outcome, 0, s(7_200)) as [number, number, number];
    expect(b / a).toBeGreaterThan(8 * 0.98);
    expect(b / a).toBeLessThan(8 * 1.02);
  });

  it("gives every share vCPU-hours in inverse proportion to its weight, however many there are", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(0.25, 0.5, 1, 2, 4), { minLength: 2, maxLength: 8 }),
        fc.constantFrom("linear" as const, "current" as const),
        (weights, decay) => {
          const names = weights.map((_, index) => `share${index}`);
          const outcome = run(saturating(names, 3_000), fairShare([1, ...weights], { decay }), 200);
          const [, ...totals] = served(outcome, 0, s(3_600));
          const weighted = totals.map((total, index) => total * weights[index]!);
          // Places go by whole jobs: the share with the fewest is off by up to one place when only that counts which runs now,
          // and by less when its past evens it out.
          const fewest = 200 / Math.max(...weights) / weights.reduce((sum, weight) => sum + 1 / weight, 0);
          const tolerance = 0.02 + (decay === "current" ? 1 : 0.5) / fewest;
          expect(Math.max(...weighted) / Math.min(...weighted)).toBeLessThan(1 + tolerance);
        },
      ),
      { numRuns: 20 },
    );
  });

  it("serves the share that used least, then the oldest job", () => {
    // One place. a runs 0-60. At 60 a's usage is above b's zero: b's job goes, though a's second is older.
    const rows = [
      job(0, s(60), one, { share: "a" }),
      job(s(1), s(60), one, { share: "a" }),
      job(s(2), s(60), one, { share: "b" }),
    ];
    const { attempts } = run(rows, fairShare([1, 1, 1]), 1);
    expect(attempts.map((row) => [row.job, row.placedMs / 1000])).toEqual([
      [0, 0],
      [2, 60],
      [1, 120],
    ]);
  });

  it("within a share serves the higher schedulingPriority first", () => {
    const rows = [
      job(0, s(60), one, { share: "a" }),
      job(s(1), s(60), one, { share: "a", priority: 1 }),
      job(s(2), s(60), one, { share: "a", priority: 9 }),
    ];
    const { attempts } = run(rows, fairShare([1, 1]), 1);
    expect(attempts.map((row) => row.job)).toEqual([0, 2, 1]);
  });

  it("forgets usage that is older than the window", () => {
    // a runs 0-60, then b 60-120. The window is 600 s. At 1000 nothing is left of either: the oldest job is next, a's.
    const rows = [
      job(0, s(60), one, { share: "a" }),
      job(s(60), s(60), one, { share: "b" }),
      job(s(1_000), s(10), one, { share: "a" }),
      job(s(1_000), s(10), one, { share: "b" }),
    ];
    const { attempts } = run(rows, fairShare([1, 1, 1]), 1);
    expect(attempts.map((row) => row.job)).toEqual([0, 1, 2, 3]);
  });
});

describe("a compute reservation", () => {
  it.each([
    // (c / 100)^n of 100 vCPUs stay free: n = 1 -> c; n = 2 -> c squared.
    { c: 50, shares: ["a"], used: 50 },
    { c: 50, shares: ["a", "b"], used: 75 },
    { c: 50, shares: ["a", "b", "d"], used: 87 }, // 87.5, in whole jobs
    { c: 75, shares: ["a"], used: 25 },
    { c: 75, shares: ["a", "b"], used: 43 }, // 100 - 56.25 = 43.75
    { c: 75, shares: ["a", "b", "d"], used: 57 }, // 100 - 42.1875 = 57.8
    { c: 0, shares: ["a"], used: 100 },
    { c: 99, shares: ["a"], used: 1 },
  ])("of $c with active shares $shares leaves the rest of 100 vCPUs: $used used", ({ c, shares, used }) => {
    const rows = shares.flatMap((share) => Array.from({ length: 120 }, () => job(0, s(60), one, { share })));
    const fair = fairShare([1, 1, 1, 1], { computeReservation: c, maxVcpuMilli: 100_000 });
    const { attempts } = run(rows, fair, 100);
    expect(attempts.filter((row) => row.placedMs === 0)).toHaveLength(used);
  });

  it("never lets the active shares use more, whoever comes and goes", () => {
    const rows = fc.array(
      fc.record({
        submitMs: fc.integer({ min: 0, max: 2_000 }).map(s),
        runtimeMs: fc.integer({ min: 1, max: 500 }).map(s),
        share: fc.constantFrom("a", "b", "d"),
        shape: fc.constantFrom(shape(1, 1), shape(2, 1)),
      }),
      { minLength: 1, maxLength: 80 },
    );
    fc.assert(
      fc.property(rows, fc.constantFrom(10, 50, 80), (jobs, c) => {
        const fair = fairShare([1, 1, 1, 1], { computeReservation: c, maxVcpuMilli: 12_000 });
        const { attempts, input } = run(jobs, fair, 12);
        const { classes, shapes } = input.tables;
        const wanted = (index: number) => classes[input.workload.jobClass[index]!]!;
        for (const { placedMs } of attempts) {
          // Three shares at the most: (c / 100)^3 is the least that must stay free.
          const running = attempts.filter((row) => row.placedMs <= placedMs && row.endedMs > placedMs);
          const usedMilli = running.reduce((sum, row) => sum + shapes[wanted(row.job).shape]!.vcpuMilli, 0);
          expect(usedMilli).toBeLessThanOrEqual((1 - (c / 100) ** 3) * 12_000 + 1e-6);
        }
      }),
      { numRuns: 100 },
    );
  });
});
