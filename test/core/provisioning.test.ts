// What is bought, as tables: the launches of the first decision, at t = 0, for jobs that are all there.
//
// Prices per hour:      c 4 vCPUs 8 GiB 0.40, m 4 vCPUs 16 GiB 0.50, r 4 vCPUs 32 GiB 0.70, m2 8 vCPUs 32 GiB 1.00.

import { describe, expect, it } from "vitest";
import { tailFactor } from "../../src/core/provisioning/expected-tail.js";
import { simulate } from "../../src/sim/simulate.js";
import {
  environment,
  instanceType,
  job,
  jobs,
  pool,
  type Story,
  s,
  shape,
  simulationInput,
  world,
} from "../builders.js";
import { launchesOf } from "../ledger/read-ledger.js";

const TYPES = [instanceType("c", 4, 8), instanceType("m", 4, 16), instanceType("r", 4, 32), instanceType("m2", 8, 32)];
const POOLS = [pool(0, 0.4), pool(1, 0.5), pool(2, 0.7), pool(3, 1)];
/** Nothing registers before all launches of the demand are decided. */
const SLOW = world({ pending: s(100), boot: s(100) });

/** Copies and type of each launch, e.g. "2 m", in order; of all decisions before `untilMs`. */
function bought(story: Partial<Story>, untilMs = 1): string[] {
  const types = story.types ?? TYPES;
  const pools = story.pools ?? POOLS;
  const { ledger } = simulate(simulationInput({ types, pools, world: SLOW, jobs: [], ...story }));
  return launchesOf(ledger)
    .filter((launch) => launch.timeMs < untilMs)
    .map((launch) => `${launch.copies} ${types[pools[launch.pool]!.instanceType]!.name}`);
}

const waiting = (count: number, vcpus: number, gib: number, gpus = 0) =>
  jobs(count, job(0, s(10), shape(vcpus, gib, gpus)));

describe("best fit", () => {
  it.each([
    // Each job fills a type of its own proportions alone: price over worth is 1, anything larger is dearer.
    { name: "compute-heavy jobs", rows: waiting(3, 4, 8), expected: ["3 c"] },
    { name: "balanced jobs", rows: waiting(3, 4, 16), expected: ["3 m"] },
    { name: "memory-heavy jobs", rows: waiting(3, 4, 32), expected: ["3 r"] },
    // An 8-vCPU job fits m2 alone.
    { name: "a large job", rows: waiting(1, 8, 8), expected: ["1 m2"] },
    // 4 vCPUs and 30 GiB: r is worth 0.70 for one; an m2 takes one too (30 of 32 GiB), at 1.00.
    { name: "a memory-heavy job that needs few vCPUs", rows: waiting(2, 1, 30), expected: ["2 r"] },
    // The fat job needs r, which has 3 vCPUs and 2 GiB left: two of the small jobs. The other two get the cheapest type.
    {
      name: "small jobs beside a large one",
      rows: [...waiting(1, 1, 30), ...waiting(4, 1, 1)],
      expected: ["1 r", "1 c"],
    },
  ])("buys for $name: $expected", ({ rows, expected }) => {
    expect(bought({ jobs: rows })).toEqual(expected);
  });

  it("prefers the cheaper market of one type", () => {
    const pools = [pool(1, 0.5), pool(1, 0.2, "spot"), pool(1, 0.3, "spot")];
    const { ledger } = simulate(simulationInput({ types: TYPES, pools, jobs: waiting(1, 4, 16) }));
    expect(launchesOf(ledger).map((launch) => launch.pool)).toEqual([1]);
  });

  it.each([
    // A thousand jobs wait for 8 vCPUs, so that room does not stay empty: the tail counts 8 / 4000 x 1/2 = 0.001.
    // Per job 0.40 on a c, 0.85 / 2 = 0.425 on a big one: c.
    { overheadUsd: 0, expected: ["2 c"] },
    // 0.50 against 0.95 / 2 = 0.475: big.
    { overheadUsd: 0.1, expected: ["1 big"] },
  ])("counts the $overheadUsd USD that an instance costs beside its price: $expected", ({ overheadUsd, expected }) => {
    const types = [instanceType("c", 4, 8), instanceType("big", 8, 16)];
    const pools = [pool(0, 0.4), pool(1, 0.85)];
    const environments = [environment([0, 1], { maxVcpuMilli: 8000 })];
    const overheadMicroUsdPerHour = overheadUsd * 1e6;
    expect(bought({ types, pools, environments, overheadMicroUsdPerHour, jobs: waiting(1000, 4, 8) })).toEqual(
      expected,
    );
  });

  it("spends the launch budget, then goes on at the next decision, counting what is in flight", () => {
    const story = { jobs: waiting(5, 4, 8), strategy: { maxLaunchesPerDecision: 2, decisionIntervalMs: s(15) } };
    expect(bought(story)).toEqual(["2 c"]);
    expect(bought(story, s(15) + 1)).toEqual(["2 c", "2 c"]);
    // The fifth, and no more: five are on their way for five jobs.
    expect(bought(story, s(100))).toEqual(["2 c", "2 c", "1 c"]);
  });

  it("does not buy twice for a job whose instance is in flight", () => {
    const later = [...waiting(1, 4, 8), job(s(20), s(10), shape(4, 8)), job(s(30), s(10), shape(4, 16))];
    expect(bought({ jobs: later }, s(100))).toEqual(["1 c", "1 c", "1 m"]);
  });

  it("covers each kind of job with instances in flight once", () => {
    // One c for the job of 4 vCPUs, one for the two of 2: both kinds are covered when the job for the m comes.
    const rows = [...waiting(1, 4, 8), ...waiting(2, 2, 4), job(s(20), s(10), shape(4, 16))];
    expect(bought({ jobs: rows }, s(100))).toEqual(["1 c", "1 c", "1 m"]);
  });

  it("lets jobs that come later share an instance in flight", () => {
    // One vCPU and 2 GiB of the c in flight are spoken for: three more of the kind fit, the fifth does not.
    const later = [...waiting(1, 1, 2), ...jobs(4, job(s(20), s(10), shape(1, 2)))];
    expect(bought({ jobs: later }, s(100))).toEqual(["1 c", "1 c"]);
  });

  it.each([
    { maxvCpus: 12, expected: ["3 c"] },
    { maxvCpus: 11, expected: ["2 c"] },
    { maxvCpus: 3, expected: [] },
  ])("stays within maxvCpus $maxvCpus: $expected", ({ maxvCpus, expected }) => {
    const environments = [environment([0, 1, 2, 3], { maxVcpuMilli: maxvCpus * 1000 })];
    expect(bought({ jobs: waiting(5, 4, 8), environments }, s(100))).toEqual(expected);
  });

  it("buys GPUs for those who ask for them only", () => {
    // Each is filled perfectly by one of the jobs; of two perfect fills the one that is worth more comes first.
    const types = [TYPES[0]!, instanceType("g", 4, 16, 1)];
    const pools = [pool(0, 0.4), pool(1, 2)];
    expect(bought({ types, pools, jobs: [...waiting(1, 4, 8), ...waiting(1, 1, 1, 1)] })).toEqual(["1 g", "1 c"]);
  });
});

describe("the expected tail", () => {
  it("is the harmonic number of the jobs as far as nothing else will fill the room", () => {
    expect(tailFactor(1, 4000, 0)).toBe(1);
    // 1 + 1/2 + 1/3 + 1/4 = 25/12.
    expect(tailFactor(4, 4000, 0)).toBeCloseTo(25 / 12, 12);
    // Beside three times its size a quarter of the room stays empty: 1 + 1/4 x 13/12.
    expect(tailFactor(4, 4000, 12_000)).toBeCloseTo(1 + 13 / 48, 12);
  });
});
