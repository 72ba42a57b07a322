// Who is placed first, and where: priorities, compute environments in order, head-of-line blocking.

import { describe, expect, it } from "vitest";
import { simulate } from "../../src/sim/simulate.js";
import {
  environment,
  instanceType,
  job,
  jobQueue,
  jobs,
  pool,
  type Story,
  s,
  shape,
  simulationInput,
  world,
} from "../builders.js";
import { attemptsOf, instancesOf, launchesOf } from "../ledger/read-ledger.js";

const TYPES = [instanceType("two", 2, 8), instanceType("four", 4, 16)];
const POOLS = [pool(0, 0.1), pool(1, 0.25)];
const small = shape(1, 1);
const wide = shape(2, 2);

function run(story: Partial<Story> & Pick<Story, "jobs">) {
  return simulate(simulationInput({ types: TYPES, pools: POOLS, ...story })).ledger;
}
/** One instance of the given pool, for ever. */
const fixed = (poolIndex: number) => environment([poolIndex], { fixedFleet: [{ pool: poolIndex, count: 1 }] });
const order = (ledger: ReturnType<typeof run>) => attemptsOf(ledger).map((row) => row.job);
const placedS = (ledger: ReturnType<typeof run>) =>
  new Map(attemptsOf(ledger).map((row) => [row.job, row.placedMs / 1000]));

describe("queues", () => {
  const queues = [jobQueue("low", { priority: 1 }), jobQueue("high", { priority: 10 })];
  const job2 = (queue: string, atS: number) => job(s(atS), s(10), wide, { queue });

  it("are served by priority, whatever was submitted first", () => {
    // One place, taken 0..10 by the first of "low". Then both of "high", then the rest of "low".
    const rows = [job2("low", 0), job2("low", 1), job2("high", 2), job2("high", 3)];
    const ledger = run({ jobs: rows, queues, environments: [fixed(0)] });
    expect(order(ledger)).toEqual([0, 2, 3, 1]);
    expect(Object.fromEntries(placedS(ledger))).toEqual({ 0: 0, 2: 10, 3: 20, 1: 30 });
  });

  it("of the same priority are served in the order of their definition", () => {
    const equal = [jobQueue("a"), jobQueue("b")];
    const rows = [job(0, s(10), wide, { queue: "b" }), job(0, s(10), wide, { queue: "a" })];
    expect(order(run({ jobs: rows, queues: equal, environments: [fixed(0)] }))).toEqual([1, 0]);
  });

  it("yield to lower ones when their next job does not fit", () => {
    // "high" wants two vCPUs, one is free: the small job of "low" gets it at 2, and "high" waits for both.
    const rows = [
      job(0, s(10), small, { queue: "low" }),
      job(s(1), s(10), wide, { queue: "high" }),
      job(s(2), s(30), small, { queue: "low" }),
    ];
    const ledger = run({ jobs: rows, queues, environments: [fixed(0)] });
    expect(Object.fromEntries(placedS(ledger))).toEqual({ 0: 0, 2: 2, 1: 32 });
  });

  it("spend the launch budget by priority", () => {
    // One launch per decision, every 15 s, and nothing there before 20: first what "high" needs.
    const strategy = { maxLaunchesPerDecision: 1, decisionIntervalMs: s(15) };
    const rows = [job(0, s(60), wide, { queue: "low" }), job(0, s(60), shape(4, 4), { queue: "high" })];
    expect(
      launchesOf(run({ jobs: rows, queues, strategy, world: world({ pending: s(20) }) })).map((launch) => [
        launch.timeMs,
        launch.pool,
      ]),
    ).toEqual([
      [0, 1],
      [s(15), 0],
    ]);
  });
});

describe("compute environments", () => {
  const both = [jobQueue("main", { computeEnvironments: [0, 1] })];

  it("are filled in order: the second one buys what the first has no vCPUs for", () => {
    // Three jobs of two vCPUs; the first environment may have four vCPUs.
    const environments = [environment([0], { maxVcpuMilli: 4000 }), environment([0])];
    const ledger = run({ jobs: jobs(3, job(0, s(10), wide)), queues: both, environments });
    expect(instancesOf(ledger).map((row) => row.environment)).toEqual([0, 0, 1]);
  });

  it("that cannot hold a job leave it to the next", () => {
    const environments = [environment([0]), environment([1])];
    const ledger = run({ jobs: [job(0, s(10), shape(4, 4))], queues: both, environments });
    expect(instancesOf(ledger).map((row) => [row.environment, row.pool])).toEqual([[1, 1]]);
  });

  it("place jobs in order, too", () => {
    // Room in both: the first in the queue's order, which is not the order of definition.
    const queues = [jobQueue("main", { computeEnvironments: [1, 0] })];
    const ledger = run({ jobs: [job(0, s(10), small)], queues, environments: [fixed(0), fixed(0)] });
    expect(attemptsOf(ledger).map((row) => instancesOf(ledger)[row.instance]!.environment)).toEqual([1]);
  });

  it("of other queues are not touched", () => {
    const queues = [jobQueue("a", { computeEnvironments: [0] }), jobQueue("b", { computeEnvironments: [1] })];
    const rows = [job(0, s(10), wide, { queue: "b" }), job(s(1), s(10), small, { queue: "b" })];
    const ledger = run({ jobs: rows, queues, environments: [fixed(1), fixed(0)] });
    expect(Object.fromEntries(placedS(ledger))).toEqual({ 0: 0, 1: 10 });
  });
});

describe("a job that does not fit", () => {
  // Two vCPUs for ever. Job 0 takes one until 10. Job 1 wants two, jobs 2 and 3 one each.
  const rows = [job(0, s(10), small), job(s(1), s(10), wide), job(s(2), s(20), small), job(s(3), s(5), small)];

  it("blocks those behind it under fifo", () => {
    const ledger = run({ jobs: rows, environments: [fixed(0)], strategy: { queueDiscipline: "fifo" } });
    expect(Object.fromEntries(placedS(ledger))).toEqual({ 0: 0, 1: 10, 2: 20, 3: 20 });
  });

  it("is passed by those that fit under fifo-skip, and may wait for long", () => {
    // Job 2 takes the free vCPU at 2 until 22, job 3 the other one at 10 until 15; job 1 gets both at 22.
    const ledger = run({ jobs: rows, environments: [fixed(0)], strategy: { queueDiscipline: "fifo-skip" } });
    expect(Object.fromEntries(placedS(ledger))).toEqual({ 0: 0, 2: 2, 3: 10, 1: 22 });
  });

  it("does not cause launches for jobs behind it that have room", () => {
    // From 1 to 10 job 1 waits for its own instance (10 s); jobs 2 and 3 would fit beside job 0, and cause no launch.
    const long = [job(0, s(60), small), job(s(11), s(60), wide), job(s(12), s(60), small)];
    const ledger = run({ jobs: long, environments: [environment([0])], world: world({ pending: s(10) }) });
    // The first at 0 for job 0, the second at 11 for job 1. Job 2 joins job 0 when job 1 is placed, at 21.
    expect(launchesOf(ledger).map((launch) => launch.timeMs)).toEqual([0, s(11)]);
    expect(Object.fromEntries(placedS(ledger))).toEqual({ 0: 10, 1: 21, 2: 21 });
  });
});

describe("placement", () => {
  // Two instances, "four" first in number. Job 0 (one vCPU).
  const fleet = [
    environment([0, 1], {
      fixedFleet: [
        { pool: 1, count: 1 },
        { pool: 0, count: 1 },
      ],
    }),
  ];

  it("first-fit takes the oldest with room, best-fit the fullest", () => {
    const rows = [job(0, s(10), small)];
    const first = run({ jobs: rows, environments: fleet, strategy: { placement: "first-fit" } });
    const best = run({ jobs: rows, environments: fleet, strategy: { placement: "best-fit" } });
    expect(attemptsOf(first).map((row) => row.instance)).toEqual([0]);
    expect(attemptsOf(best).map((row) => row.instance)).toEqual([1]);
  });
});
