// AWS Batch's allocation strategies: what they buy for jobs that are all there at t = 0, as tables.
//
// Per hour, vCPUs, GiB, USD per vCPU:   a 2 8 0.10 0.05 · a4 8 32 0.40 0.05 · b 4 16 0.16 0.04 · r 4 64 0.40 0.10

import { describe, expect, it } from "vitest";
import type { AllocationStrategy } from "../../src/model/policy.js";
import { NONE } from "../../src/model/tables.js";
import { simulate } from "../../src/sim/simulate.js";
import { environment, instanceType, job, jobs, pool, s, shape, simulationInput, world } from "../builders.js";
import { launchesOf } from "../ledger/read-ledger.js";

const TYPES = [instanceType("a", 2, 8), instanceType("a4", 8, 32), instanceType("b", 4, 16), instanceType("r", 4, 64)];
const PRICES = [0.1, 0.4, 0.16, 0.4];
const SLOW = world({ pending: s(100), boot: s(100) });
const waiting = (count: number, vcpus: number, gib: number) => jobs(count, job(0, s(10), shape(vcpus, gib)));

interface Case {
  readonly market?: "on-demand" | "spot";
  /** Interruption band by type; default: not known. */
  readonly bands?: readonly number[];
  /** Position in instanceTypes by type; default: all of one family. */
  readonly order?: readonly number[];
  readonly maxvCpus?: number;
}

function bought(
  provisioning: AllocationStrategy,
  rows: ReturnType<typeof waiting>,
  { market = "on-demand", bands = [], order = [0, 0, 0, 0], maxvCpus = 1000 }: Case = {},
): string[] {
  const pools = PRICES.map((price, type) => ({ ...pool(type, price, market), interruptionBand: bands[type] ?? NONE }));
  const environments = [environment([0, 1, 2, 3], { poolOrder: order, maxVcpuMilli: maxvCpus * 1000 })];
  const strategy = { provisioning };
  const { ledger } = simulate(
    simulationInput({ types: TYPES, pools, environments, strategy, world: SLOW, jobs: rows }),
  );
  return launchesOf(ledger)
    .filter((launch) => launch.timeMs === 0)
    .map((launch) => `${launch.copies} ${TYPES[pools[launch.pool]!.instanceType]!.name}`);
}

describe("BEST_FIT", () => {
  it.each([
    // The cheapest instance that holds the job, a at 0.10, takes two of them.
    { name: "small jobs", rows: waiting(3, 1, 1), expected: ["1 a", "1 a"] },
    // 3 vCPUs: b (0.16) is the cheapest of b, a4 and r.
    { name: "jobs of 3 vCPUs", rows: waiting(2, 3, 1), expected: ["2 b"] },
    // 20 GiB: a4 and r both cost 0.40; the lower pool.
    { name: "a job of 20 GiB", rows: waiting(1, 1, 20), expected: ["1 a4"] },
    // Both shapes have to fit: b; it takes the large job (4 vCPUs), then a is enough for the small one.
    { name: "two kinds", rows: [...waiting(1, 4, 4), ...waiting(1, 1, 1)], expected: ["1 b", "1 a"] },
  ])("buys for $name: $expected", ({ rows, expected }) => {
    expect(bought("BEST_FIT", rows)).toEqual(expected);
  });

  it.each([
    // On-demand 2 b are 8 of 10 vCPUs, a third would be 12. On Spot it is bought: 8 < 10.
    { market: "on-demand", maxvCpus: 10, expected: ["2 b"] },
    { market: "spot", maxvCpus: 10, expected: ["3 b"] },
    { market: "spot", maxvCpus: 8, expected: ["2 b"] },
    // Types that are larger than maxvCpus are not looked at on-demand: nothing holds 3 vCPUs within 3.
    { market: "on-demand", maxvCpus: 3, expected: [] },
    { market: "spot", maxvCpus: 3, expected: ["1 b"] },
  ] as const)("$market, maxvCpus $maxvCpus: $expected", ({ market, maxvCpus, expected }) => {
    expect(bought("BEST_FIT", waiting(9, 3, 1), { market, maxvCpus })).toEqual(expected);
  });
});

describe("BEST_FIT_PROGRESSIVE", () => {
  it.each([
    // b at 0.04 per vCPU; 8 vCPUs fill two.
    { name: "what fills vCPUs", rows: waiting(8, 1, 1), expected: ["2 b"] },
    // 16 GiB for each vCPU: of b and r one holds a job and four: 0.16 and 0.10 apiece, though a vCPU of r costs most.
    { name: "what fills memory", rows: waiting(4, 1, 16), expected: ["1 r"] },
  ])("compares prices per vCPU that jobs can use: $name", ({ rows, expected }) => {
    expect(bought("BEST_FIT_PROGRESSIVE", rows)).toEqual(expected);
  });

  it("buys no vCPUs that jobs with a GPU cannot use", () => {
    // Of 4 vCPUs and a GPU each: 0.60 for 64 vCPUs is the lowest price per vCPU, 0.15 for 4 the lowest per job.
    const types = [instanceType("g4", 4, 16, 1), instanceType("g64", 64, 256, 1), instanceType("g64x8", 64, 256, 8)];
    const pools = [pool(0, 0.15), pool(1, 0.6), pool(2, 2.4)];
    const rows = jobs(3, job(0, s(10), shape(4, 4, 1)));
    const strategy = { provisioning: "BEST_FIT_PROGRESSIVE" } as const;
    const { ledger } = simulate(
      simulationInput({ types, pools, environments: [environment([0, 1, 2])], strategy, world: SLOW, jobs: rows }),
    );
    expect(launchesOf(ledger).map(({ copies, pool: which }) => [copies, which])).toEqual([[3, 0]]);
  });
});

describe("BEST_FIT_PROGRESSIVE_ORDERED", () => {
  it.each([
    // a family listed first: a and a4 cost the same per vCPU, 8 vCPUs fill a4. b would be cheaper.
    { name: "the first family", order: [0, 0, 1, 2], rows: waiting(8, 1, 1), expected: ["1 a4"] },
    { name: "b first", order: [1, 1, 0, 2], rows: waiting(8, 1, 1), expected: ["2 b"] },
    // 3 vCPUs: r, listed first, holds it, dear as it is.
    { name: "r first", order: [1, 1, 1, 0], rows: waiting(1, 3, 1), expected: ["1 r"] },
    // 40 GiB fit r alone, wherever it stands.
    { name: "what fits", order: [0, 0, 0, 1], rows: waiting(1, 1, 40), expected: ["1 r"] },
  ])("follows the user's order: $name", ({ order, rows, expected }) => {
    expect(bought("BEST_FIT_PROGRESSIVE_ORDERED", rows, { order })).toEqual(expected);
  });
});

describe("Spot strategies", () => {
  const order = [3, 3, 2, 1];
  it.each([
    // a and a4 are interrupted least: the same per vCPU, 8 vCPUs fill a4.
    { strategy: "SPOT_CAPACITY_OPTIMIZED", bands: [0, 0, 1, 0], expected: ["1 a4"] },
    // Only r is in the lowest band.
    { strategy: "SPOT_CAPACITY_OPTIMIZED", bands: [4, 4, 3, 1], expected: ["2 r"] },
    // Of a, a4 and r, all in the lowest band, r stands first.
    { strategy: "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED", bands: [0, 0, 1, 0], expected: ["2 r"] },
    // Capacity before order.
    { strategy: "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED", bands: [0, 0, 1, 1], expected: ["1 a4"] },
    // b is one band above the lowest, and the cheapest per vCPU.
    { strategy: "SPOT_PRICE_CAPACITY_OPTIMIZED", bands: [0, 0, 1, 0], expected: ["2 b"] },
    // Two bands above: 0.04 x 1.2 beside 0.05 counts as equal, and the largest that is filled is a4.
    { strategy: "SPOT_PRICE_CAPACITY_OPTIMIZED", bands: [0, 0, 2, 0], expected: ["1 a4"] },
    // r, the dearest by far, is not bought for being interrupted least.
    { strategy: "SPOT_PRICE_CAPACITY_OPTIMIZED", bands: [4, 4, 4, 0], expected: ["2 b"] },
    // Not known counts as the middle, 2: b at 1 costs 0.044, the others 0.06 and more.
    { strategy: "SPOT_PRICE_CAPACITY_OPTIMIZED", bands: [NONE, NONE, 1, NONE], expected: ["2 b"] },
    { strategy: "SPOT_CAPACITY_OPTIMIZED", bands: [NONE, NONE, 3, 4], expected: ["1 a4"] },
  ] as const)("$strategy with bands $bands: $expected", ({ strategy, bands, expected }) => {
    expect(bought(strategy, waiting(8, 1, 1), { market: "spot", bands, order })).toEqual(expected);
  });

  it("may exceed maxvCpus by one instance", () => {
    // b: 4 + 4 of 6.
    const rows = waiting(20, 1, 1);
    expect(bought("SPOT_PRICE_CAPACITY_OPTIMIZED", rows, { market: "spot", maxvCpus: 6 })).toEqual(["2 b"]);
  });
});

describe("desiredvCpus", () => {
  const started = (min: number, desired: number, max: number) => {
    const pools = PRICES.map((price, type) => pool(type, price));
    const bounds = { minVcpuMilli: min * 1000, desiredVcpuMilli: desired * 1000, maxVcpuMilli: max * 1000 };
    const environments = [environment([2], bounds)];
    // A job at 500 s keeps the run going; 100 + 100 s until registered.
    const late = [job(s(500), s(1), shape(4, 1))];
    const { ledger } = simulate(simulationInput({ types: TYPES, pools, environments, world: SLOW, jobs: late }));
    return launchesOf(ledger).map(({ reason, timeMs }) => `${reason} ${timeMs / 1000}`);
  };

  it.each([
    // 8 vCPUs of 4 each; registered at 200, empty until 260, ended; the job of 500 needs one more.
    { min: 0, desired: 8, max: 16, expected: ["desiredvCpus 0", "desiredvCpus 0", "pending-demand 500"] },
    // One of the two is kept.
    { min: 4, desired: 8, max: 16, expected: ["minvCpus 0", "desiredvCpus 0"] },
    { min: 0, desired: 8, max: 4, expected: ["desiredvCpus 0", "pending-demand 500"] },
    { min: 4, desired: 0, max: 16, expected: ["minvCpus 0"] },
  ])("min $min, desired $desired, max $max: $expected", ({ min, desired, max, expected }) => {
    expect(started(min, desired, max)).toEqual(expected);
  });
});
