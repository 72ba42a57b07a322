// A fixed fleet worked out by hand. Two types: c (4 vCPUs, 16 GiB, $0.72) and r (4 vCPUs, 32 GiB, $1.44).
//
//   job  vCPUs  GiB  from   to        vCPUs wanted  GiB wanted
//   A    2      4    0      100 s     2             4            at 0
//   B    2      4    10     60 s      4             8            at 10
//   C    2      4    20     40 s      6             12           at 20: most vCPUs
//   D    1      24   50     150 s     2+2+1 = 5     4+4+24 = 32  at 50: most memory, C has ended
//   E    2      4    70     100 s     2+1+2 = 5     4+24+4 = 32  at 70: B has ended; as much as at 50, later
//
// At 20: three thin jobs (A, B, C). c holds two of them by vCPUs, which is its price over 2 each: 0.36; r the same at twice
//   the price. So c once for two of them, and c again for the third: c 2.
// At 50: A, B and the fat D. r is the only one for D and takes a thin one beside it (3 vCPUs, 8 GiB left): 1.44 for what
//   is worth 1.44 + 0.36 = 1.80, ratio 0.8; c filled with two thin ones has ratio 1. So r once, then c for the last: c 1, r 1.
// For both instants: c 2, r 1.

import { describe, expect, it } from "vitest";
import { fixedFleetsAt, sizingInstants } from "../../src/run/fixed-fleet.js";
import {
  environment,
  instanceType,
  type JobRow,
  job,
  jobQueue,
  jobs,
  pool,
  s,
  shape,
  simulationInput,
} from "../builders.js";

const thin = shape(2, 4);
const fat = shape(1, 24);

const FIVE = [
  job(0, s(100), thin),
  job(s(10), s(50), thin),
  job(s(20), s(20), thin),
  job(s(50), s(100), fat),
  job(s(70), s(30), thin),
];

function storyOf(rows: readonly JobRow[]) {
  return simulationInput({
    types: [instanceType("c", 4, 16), instanceType("r", 4, 32)],
    pools: [pool(0, 0.72), pool(1, 1.44)],
    jobs: rows,
  });
}

describe("sizingInstants", () => {
  it("finds the peak of each resource that is asked for", () => {
    const { workload, profiles } = storyOf(FIVE);
    const { peaksMs, p95sMs } = sizingInstants(workload, profiles);
    expect(peaksMs).toEqual([s(20), s(50)]);
    // 2000 samples of 150 s, one every 75 ms from 37.5 ms. 6 vCPUs are wanted for 20 s, 32 GiB for 40 s: both more than the
    // 5 % that p95 leaves above it, so that it is the peak; its first samples are 267.5 x 75 ms and 667.5 x 75 ms.
    expect(p95sMs).toEqual([20_062.5, 50_062.5]);
  });

  it("leaves a short peak out of the 95th percentile", () => {
    // One job for 100 s, beside it two more for 2 s: 2 % of the time.
    const { workload, profiles } = storyOf([job(0, s(100), thin), ...jobs(2, job(s(50), s(2), thin))]);
    const { peaksMs, p95sMs } = sizingInstants(workload, profiles);
    expect(peaksMs).toEqual([s(50), s(50)]);
    expect(p95sMs).toEqual([25, 25]); // the very first sample, half of 50 ms
  });

  it("does not count a job that ends as another begins", () => {
    const { workload, profiles } = storyOf([job(0, s(10), thin), job(s(10), s(10), thin)]);
    expect(sizingInstants(workload, profiles).peaksMs).toEqual([0, 0]);
  });

  it("looks at GPUs when there are any", () => {
    const { workload, profiles } = storyOf([job(0, s(10), thin), job(s(30), s(10), shape(1, 1, 1))]);
    expect(sizingInstants(workload, profiles).peaksMs).toEqual([0, 0, s(30)]);
  });
});

describe("fixedFleetsAt", () => {
  const fleetAt = (instantsMs: readonly number[], rows: readonly JobRow[]) => {
    const { tables, workload, profiles } = storyOf(rows);
    return fixedFleetsAt(instantsMs, tables, workload, profiles)[0]!.fixedFleet;
  };

  it("holds what runs at each instant, and no more of a type than one of them needs", () => {
    expect(fleetAt([s(20)], FIVE.slice(0, 3))).toEqual([{ pool: 0, count: 2 }]);
    expect(fleetAt([s(20), s(50)], FIVE)).toEqual([
      { pool: 0, count: 2 },
      { pool: 1, count: 1 },
    ]);
  });

  it("has room for a job that comes at another time", () => {
    // At 0 eight thin jobs: four c. The fat one comes later and fits no c.
    expect(fleetAt([0], [...jobs(8, job(0, s(10), thin)), job(s(100), s(10), fat)])).toEqual([
      { pool: 0, count: 4 },
      { pool: 1, count: 1 },
    ]);
  });

  it("gives every job to the first environment of its queue that has a type for it", () => {
    const { tables, workload, profiles } = simulationInput({
      types: [instanceType("c", 4, 16), instanceType("r", 4, 32)],
      pools: [pool(0, 0.72), pool(1, 1.44)],
      environments: [environment([0]), environment([1])],
      queues: [jobQueue("main", { computeEnvironments: [0, 1] })],
      jobs: [job(0, s(10), thin), job(0, s(10), fat)],
    });
    const fleets = fixedFleetsAt([0], tables, workload, profiles).map(({ fixedFleet }) => fixedFleet);
    expect(fleets).toEqual([[{ pool: 0, count: 1 }], [{ pool: 1, count: 1 }]]);
  });

  it("has an instance for every node of a multi-node job, beside what the others need", () => {
    // At 0 two jobs of three nodes each and four thin ones: 6 c for the nodes, 2 c for the thin ones.
    const gang = job(0, s(10), thin, { nodes: 3 });
    expect(fleetAt([0], [...jobs(2, gang), ...jobs(4, job(0, s(10), thin))])).toEqual([{ pool: 0, count: 8 }]);
    // It comes at another time: three of one type all the same.
    expect(fleetAt([0], [job(0, s(10), thin), job(s(50), s(10), fat, { nodes: 3 })])).toEqual([
      { pool: 0, count: 1 },
      { pool: 1, count: 3 },
    ]);
  });

  it("counts every node of a multi-node job in the demand", () => {
    // 2 x 2 vCPUs at 0, 3 x 2 at 20.
    const rows = [...jobs(2, job(0, s(10), thin)), job(s(20), s(10), thin, { nodes: 3 })];
    const { workload, profiles } = storyOf(rows);
    expect(sizingInstants(workload, profiles).peaksMs).toEqual([s(20), s(20)]);
  });

  it("leaves Fargate and fixed fleets as they are", () => {
    const environments = [
      environment([0], { fargate: true }),
      environment([1], { fixedFleet: [{ pool: 1, count: 7 }] }),
    ];
    const queues = [jobQueue("main", { computeEnvironments: [0, 1] })];
    const { tables, workload, profiles } = simulationInput({
      types: [instanceType("c", 4, 16), instanceType("r", 4, 32)],
      pools: [pool(0, 0.72), pool(1, 1.44)],
      environments,
      queues,
      jobs: [job(0, s(10), thin), job(0, s(10), fat)],
    });
    expect(fixedFleetsAt([0], tables, workload, profiles)).toEqual(tables.environments);
  });
});
