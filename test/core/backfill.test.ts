// Backfilling and shortest job first beyond the literature's one machine: several instances and resources, jobs without
// limits or past them, queues that share instances, consumable resources, multi-node jobs, retries and cancellations. How
// one machine is shared is compared with an independent implementation in test/backfilling.

import { describe, expect, it } from "vitest";
import { Engine } from "../../src/engine/engine.js";
import { ActionKind } from "../../src/model/action.js";
import { EventKind } from "../../src/model/event.js";
import { Outcome, packOutcome } from "../../src/model/outcome.js";
import type { QueueDiscipline } from "../../src/model/policy.js";
import { simulate } from "../../src/sim/simulate.js";
import {
  environment,
  instanceType,
  type JobRow,
  job,
  jobQueue,
  pool,
  type Story,
  s,
  shape,
  simulationInput,
  world,
} from "../builders.js";
import { attemptsOf } from "../ledger/read-ledger.js";

const TYPES = [instanceType("four", 4, 16), instanceType("two", 2, 8), instanceType("one", 1, 4)];
const POOLS = [pool(0, 0.4), pool(1, 0.2), pool(2, 0.1)];
/** So many instances of four vCPUs, for ever; filled in order. */
const fixed = (count: number, poolIndex = 0) =>
  environment([poolIndex], { fixedFleet: [{ pool: poolIndex, count }], placement: "first-fit" });

function run(queueDiscipline: QueueDiscipline, story: Partial<Story> & Pick<Story, "jobs">) {
  const strategy = { queueDiscipline, ...story.strategy };
  return simulate(simulationInput({ types: TYPES, pools: POOLS, environments: [fixed(1)], ...story, strategy })).ledger;
}

/** Start of each job, s, in the order in which the jobs are given (which is that of submission). */
function startsS(queueDiscipline: QueueDiscipline, story: Parameters<typeof run>[1]): number[] {
  const starts: number[] = [];
  for (const row of attemptsOf(run(queueDiscipline, story))) starts[row.job] = row.startedMs / 1000;
  return starts;
}

/** A job of 1 GiB per vCPU: when it comes, its vCPUs, run time and limit in seconds (no limit: none given). */
const of = (submitS: number, vcpus: number, runtimeS: number, limitS?: number, more: Partial<JobRow> = {}) =>
  job(s(submitS), s(runtimeS), shape(vcpus, vcpus), {
    ...(limitS === undefined ? {} : { limitMs: s(limitS) }),
    ...more,
  });

describe("easy", () => {
  it("keeps the head's place on one instance, and fills the others first", () => {
    const jobs = [
      of(0, 3, 10, 10), // instance 0
      of(0, 3, 20, 20), // instance 1
      of(1, 4, 5, 5), // the head: instance 0 at 10, nothing left over
      of(2, 1, 100, 100), // would delay the head on instance 0: instance 1
      of(3, 1, 7, 7), // instance 0, in time
      of(3, 1, 8, 8), // a second too long; instance 1 is full: after the head, at 15
    ];
    const ledger = run("easy", { jobs, environments: [fixed(2)] });
    const placed = attemptsOf(ledger)
      .sort((a, b) => a.job - b.job)
      .map((row) => [row.instance, row.startedMs / 1000]);
    expect(placed).toEqual([
      [0, 0],
      [1, 0],
      [0, 10],
      [1, 2],
      [0, 3],
      [0, 15],
    ]);
  });

  it.each(["easy", "conservative"] as const)("(%s) reserves on the instance that has room first", (discipline) => {
    // Instance 1 has four vCPUs free at 12 by its limits, instance 0 at 30: what is free on 0 may be taken for long.
    const jobs = [of(0, 3, 30, 30), of(0, 3, 12, 12), of(1, 4, 5, 5), of(2, 1, 100, 100), of(3, 1, 100, 100)];
    // The fourth takes instance 0; the fifth would delay the head on instance 1, and starts when the head has ended.
    expect(startsS(discipline, { jobs, environments: [fixed(2)] })).toEqual([0, 0, 12, 2, 17]);
  });

  it("reserves on the instance launched first, of those that have room at the same time", () => {
    const jobs = [of(0, 3, 10, 10), of(0, 3, 10, 10), of(1, 4, 5, 5), of(2, 1, 100, 100)];
    const rows = attemptsOf(run("easy", { jobs, environments: [fixed(2)] }));
    expect(rows.map((row) => [row.job, row.instance, row.startedMs / 1000])).toEqual([
      [0, 0, 0],
      [1, 1, 0],
      [3, 1, 2],
      [2, 0, 10],
    ]);
  });

  it("does not reserve on an instance that is not there yet", () => {
    // The other one is there at 61; the head's place is at 10, and the third would be in its way.
    const environments = [fixed(1), environment([0], { maxVcpuMilli: 4_000 })];
    const queues = [jobQueue("main", { computeEnvironments: [0, 1] })];
    const jobs = [of(0, 3, 10, 10), of(1, 4, 5, 5), of(2, 1, 100, 100)];
    expect(startsS("easy", { jobs, environments, queues, world: world({ boot: s(60) }) })).toEqual([0, 10, 15]);
  });

  it("does not reserve on an instance of a multi-node job", () => {
    // Nodes of 1 vCPU take instances 0 and 1 alone; the third job takes 2 of instance 2 until 50. The head, of 3, has its place
    // there and then; the fifth would be in its way.
    const jobs = [of(0, 1, 100, 100, { nodes: 2 }), of(0, 2, 50, 50), of(1, 3, 5, 5), of(2, 2, 100, 100)];
    expect(startsS("easy", { jobs, environments: [fixed(3)] })).toEqual([0, 0, 50, 55]);
  });

  it("leaves over what the head does not need, of every resource", () => {
    const wanted = (vcpus: number, gib: number) => (submitS: number, limitS: number) =>
      job(s(submitS), s(limitS), shape(vcpus, gib), { limitMs: s(limitS) });
    const jobs = [
      wanted(2, 8)(0, 10),
      wanted(3, 12)(1, 5), // the head: at 10; one vCPU and 4 GiB left over
      wanted(1, 5)(2, 100), // 5 GiB are free now, but not left over: at 15
      wanted(1, 4)(3, 100), // all that is left over
      wanted(1, 1)(4, 100), // nothing is left over any more
      wanted(1, 1)(5, 5), // ends at 10
    ];
    expect(startsS("easy", { jobs })).toEqual([0, 10, 15, 3, 15, 5]);
    // Two vCPUs and 4 GiB left over: the memory is used up before the vCPUs are.
    const memory = [wanted(2, 8)(0, 10), wanted(2, 12)(1, 5), wanted(1, 3)(2, 100), wanted(1, 3)(2, 100)];
    expect(startsS("easy", { jobs: memory })).toEqual([0, 10, 2, 15]);
  });

  it("lets no job without a limit pass a head that waits for jobs without limits", () => {
    // When there will be room is unknown: later than any limit, so that the third may pass; the fourth may not.
    const jobs = [of(0, 2, 10), of(1, 4, 5), of(2, 1, 50, 50), of(3, 1, 1), of(20, 1, 1)];
    // At 10 the third still runs, until 52, which is when the head has its place: the fourth is not sure to end by then.
    expect(startsS("easy", { jobs })).toEqual([0, 52, 2, 57, 57]);
  });

  it("counts a job past its limit as ending now", () => {
    const jobs = [
      of(0, 2, 20, 5), // runs for four times its limit
      of(1, 4, 5, 5), // at 5 by limits, at 20 in truth
      of(6, 1, 1, 1), // 7 is later than now: the head's place is now
      of(6, 1, 0, 0), // ends now
    ];
    expect(startsS("easy", { jobs })).toEqual([0, 20, 25, 6]);
  });

  it("lets everybody pass a head that no registered instance can ever hold", () => {
    const big = environment([0], { name: "big", fixedFleet: null, maxVcpuMilli: 4_000 });
    const environments = [fixed(1, 1), big];
    const queues = [jobQueue("main", { computeEnvironments: [0, 1] })];
    // The second needs four vCPUs, there from 61 on; the third takes what is free of the two.
    const jobs = [of(0, 1, 10, 10), of(1, 4, 5, 5), of(2, 1, 100, 100)];
    expect(startsS("easy", { jobs, environments, queues, world: world({ boot: s(60) }) })).toEqual([0, 61, 2]);
  });

  it.each([
    // Of the 4 vCPUs at most, one runs and three are not enough for the second job. Nothing is bought for the third: it gets
    // the first one's instance at 100, which ends at 210, after a minute idle; then there is room for the second, bought by
    // the next decision, a millisecond later.
    { discipline: "easy", expected: [0, 210.001, 100] },
    { discipline: "conservative", expected: [0, 210.001, 100] },
    // An instance for the third at 2; idle from 52 to 112, the first until 160.
    { discipline: "fifo-skip", expected: [0, 160.001, 2] },
  ] as const)("($discipline) buys first for a head without a place", ({ discipline, expected }) => {
    const environments = [environment([0, 2], { maxVcpuMilli: 4_000 })];
    const jobs = [of(0, 1, 100, 100), of(1, 4, 5, 5), of(2, 1, 50, 50)];
    expect(startsS(discipline, { jobs, environments })).toEqual(expected);
  });

  it("buys for all while limits promise the head its place", () => {
    // The head gets the instance at 100; the third would be in its way and gets one of its own at 2.
    const environments = [environment([0, 2], { minVcpuMilli: 4_000, maxVcpuMilli: 5_000 })];
    const jobs = [of(0, 4, 100, 100), of(1, 4, 5, 5), of(2, 1, 500, 500)];
    expect(startsS("easy", { jobs, environments })).toEqual([0, 100, 2]);
  });
});

describe.each(["easy", "conservative"] as const)("%s", (discipline) => {
  it("knows the limits of other queues' jobs on the same instance", () => {
    const queues = [
      jobQueue("plain", { priority: 2, order: { kind: "fifo" } }),
      jobQueue("main", { order: { kind: discipline } }),
    ];
    // The first, of the other queue, ends by its limit at 20: the third is in time, the fourth is not.
    const jobs = [of(0, 2, 20, 20, { queue: "plain" }), of(1, 4, 5, 5), of(2, 1, 18, 18), of(3, 1, 18, 18)];
    expect(startsS(discipline, { jobs, queues })).toEqual([0, 20, 2, 25]);
  });

  it("keeps consumable resources, but no room, for a job that lacks them", () => {
    const consumableResources = [{ name: "licence", replenishable: true, totalQuantity: 2 }];
    const licences = (quantity: number) => ({ consumables: [{ name: "licence", quantity }] });
    const jobs = [
      of(0, 1, 10, 10, licences(1)),
      of(1, 1, 5, 5, licences(2)), // one is left: at 10
      of(2, 1, 5, 5, licences(1)), // there is one, but it is behind the second: at 15
      of(3, 3, 50, 50), // needs none
    ];
    expect(startsS(discipline, { jobs, consumableResources })).toEqual([0, 10, 15, 3]);
  });

  it("buys for those behind a job that lacks something else than room on one instance", () => {
    const environments = [environment([0, 2], { maxVcpuMilli: 8_000 })];
    const consumableResources = [{ name: "licence", replenishable: true, totalQuantity: 1 }];
    const licence = { consumables: [{ name: "licence", quantity: 1 }] };
    const licensed = [of(0, 1, 10, 10, licence), of(1, 2, 5, 5, licence), of(2, 1, 7, 7)];
    expect(startsS(discipline, { jobs: licensed, environments, consumableResources })).toEqual([0, 10, 2]);
    // The multi-node job needs 8 vCPUs: there at 100, when the third one's instance has long gone.
    const gang = attemptsOf(
      run(discipline, { jobs: [of(0, 4, 100), of(1, 4, 5, 5, { nodes: 2 }), of(2, 1, 7, 7)], environments }),
    );
    expect(gang.map((row) => [row.job, row.startedMs / 1000])).toEqual([
      [0, 0],
      [2, 2],
      [1, 100],
      [1, 100],
    ]);
  });

  it("reserves nothing for a multi-node job, which starts when enough instances are empty", () => {
    const jobs = [
      of(0, 1, 10, 10), // instance 0
      of(1, 4, 5, 5, { nodes: 2 }), // both instances
      of(2, 4, 20, 20), // instance 1: passes
      of(3, 1, 1, 1), // instance 0
      of(23, 2, 5, 5), // both are taken by the multi-node job from 22 to 27
    ];
    const rows = attemptsOf(run(discipline, { jobs, environments: [fixed(2)] }));
    const started = rows.map((row) => [row.job, row.startedMs / 1000]);
    expect(started).toEqual([
      [0, 0],
      [2, 2],
      [3, 3],
      [1, 22],
      [1, 22],
      [4, 27],
    ]);
  });

  it("reserves nothing where every job has an instance of its own", () => {
    const environments = [environment([0, 1, 2], { provisioning: "job-per-instance" })];
    // The second waits until 80 for an instance of one vCPU; the third takes the first one's, of four, at 70.
    const jobs = [of(0, 4, 10, 10), of(20, 1, 5, 5), of(21, 4, 50, 50)];
    const ledger = run(discipline, { jobs, environments, world: world({ boot: s(60) }) });
    expect(attemptsOf(ledger).map((row) => [row.job, row.instance, row.startedMs / 1000])).toEqual([
      [0, 0, 60],
      [2, 0, 70],
      [1, 1, 80],
    ]);
  });
});

describe("conservative", () => {
  it("keeps every waiting job's place, not only the head's", () => {
    const jobs = [
      of(0, 2, 10, 10),
      of(1, 3, 10, 10), // at 10
      of(2, 4, 10, 10), // at 20
      of(3, 1, 17, 17), // ends at 20, beside both: starts now
      of(4, 1, 17, 17), // would end at 21, in the way of the third: at 30
    ];
    expect(startsS("conservative", { jobs })).toEqual([0, 10, 20, 3, 30]);
  });

  it("gives a job without a limit a place for ever", () => {
    // The second gets its place at 10. The third, without a limit, would be in its way; so is the fourth in no one's.
    const jobs = [of(0, 2, 10, 10), of(1, 4, 5, 5), of(2, 1, 1), of(3, 2, 7, 7)];
    expect(startsS("conservative", { jobs })).toEqual([0, 10, 15, 3]);
  });

  it("starts nothing on room that only a job past its limit stands in", () => {
    const jobs = [of(0, 3, 20, 5), of(1, 4, 5, 5), of(6, 1, 4, 4)];
    // At 6 the second's place is right after now, until 11: the third cannot stay until 10 beside it.
    expect(startsS("conservative", { jobs })).toEqual([0, 20, 25]);
  });

  it("prefers room that is free now to room that a job past its limit should leave now", () => {
    const jobs = [
      of(0, 4, 20, 5), // instance 0, past its limit from 5 on
      of(0, 3, 10, 10), // instance 1
      of(0, 3, 50, 50), // instance 2
      of(6, 3, 5, 5), // instance 0, any moment now by limits
      of(6, 4, 5, 5), // instance 1, at 10: now free for too short a time for the next one
      of(6, 1, 100, 100), // fits beside the fourth on instance 0 any moment now, and on instance 2 now
    ];
    // Instance 0 stays full until 20: the fourth and the fifth start on instance 1, at 10 and at 15.
    expect(startsS("conservative", { jobs, environments: [fixed(3)] })).toEqual([0, 0, 0, 10, 15, 6]);
  });

  it("lets all move up when a job ends before its limit", () => {
    const jobs = [of(0, 4, 3, 100), of(1, 4, 5, 5)];
    expect(startsS("conservative", { jobs })).toEqual([0, 3]);
  });
});

describe("shortest-job-first", () => {
  it("starts the shortest limit first, then by submission; those without a limit come last", () => {
    const jobs = [of(0, 4, 10, 10), of(1, 4, 1), of(2, 4, 1, 30), of(3, 4, 1, 20), of(4, 4, 1, 30), of(5, 4, 1)];
    expect(startsS("shortest-job-first", { jobs })).toEqual([0, 13, 11, 10, 12, 14]);
  });

  it("lets nobody pass the shortest, whether it lacks room or consumable resources", () => {
    const room = [of(0, 2, 10, 10), of(1, 4, 5, 5), of(2, 1, 7, 7)];
    expect(startsS("shortest-job-first", { jobs: room })).toEqual([0, 10, 15]);
    const consumableResources = [{ name: "licence", replenishable: true, totalQuantity: 1 }];
    const licence = { consumables: [{ name: "licence", quantity: 1 }] };
    const jobs = [of(0, 1, 10, 10, licence), of(1, 1, 5, 5, licence), of(2, 1, 7, 7)];
    expect(startsS("shortest-job-first", { jobs, consumableResources })).toEqual([0, 10, 10]);
  });

  it("lets a multi-node job block, too", () => {
    const jobs = [of(0, 1, 10, 10), of(1, 4, 5, 5, { nodes: 2 }), of(2, 1, 7, 7)];
    const rows = attemptsOf(run("shortest-job-first", { jobs, environments: [fixed(2)] }));
    expect(rows.map((row) => [row.job, row.startedMs / 1000])).toEqual([
      [0, 0],
      [1, 10],
      [1, 10],
      [2, 15],
    ]);
  });
});

describe.each(["easy", "conservative", "shortest-job-first"] as const)("under %s", (discipline) => {
  /** An engine with one instance of four vCPUs, all of them taken by job 0 for 100 s. */
  function busyEngine() {
    const { tables } = simulationInput({
      types: TYPES,
      pools: POOLS,
      environments: [fixed(1)],
      strategy: { queueDiscipline: discipline },
      jobs: [of(0, 4, 0)],
    });
    const engine = new Engine(tables);
    engine.evaluate(0);
    engine.ingest(EventKind.InstanceRunning, 0, 0, 0, 0);
    engine.ingest(EventKind.InstanceRegistered, 0, 0, 0, 0);
    engine.ingest(EventKind.JobSubmitted, 0, 0, 0, s(100));
    return { engine, placed: (nowMs: number) => placed(engine, nowMs) };
  }
  function placed(engine: Engine, nowMs: number): number[] {
    const actions = engine.evaluate(nowMs);
    return Array.from({ length: actions.length }, (_, i) => i)
      .filter((i) => actions.kind[i] === ActionKind.Place)
      .map((i) => actions.subject[i]!);
  }

  it("a retried job goes before its equals, and a number is used again", () => {
    const { engine, placed } = busyEngine();
    expect(placed(0)).toEqual([0]);
    for (const waiting of [1, 2]) engine.ingest(EventKind.JobSubmitted, s(1), waiting, 0, s(50));
    expect(placed(s(1))).toEqual([]);
    engine.ingest(EventKind.JobEnded, s(2), 0, 0, packOutcome(Outcome.Exited, 1));
    engine.ingest(EventKind.JobRetried, s(2), 0, 0, s(50));
    expect(placed(s(2))).toEqual([0]);
    engine.ingest(EventKind.JobEnded, s(3), 0, s(2), packOutcome(Outcome.Succeeded, 0));
    engine.ingest(EventKind.JobSubmitted, s(3), 0, 0, s(50));
    expect(placed(s(3))).toEqual([1]);
  });

  it("cancelled jobs are gone, from the front, the middle and the back", () => {
    const { engine, placed } = busyEngine();
    expect(placed(0)).toEqual([0]);
    for (const waiting of [1, 2, 3, 4, 5]) engine.ingest(EventKind.JobSubmitted, s(1), waiting, 0, s(50));
    for (const gone of [1, 3, 5]) {
      engine.ingest(EventKind.JobCancelled, s(2), gone, 0, packOutcome(Outcome.Cancelled, 0));
    }
    engine.ingest(EventKind.JobEnded, s(3), 0, 0, 0);
    expect(placed(s(3))).toEqual([2]);
    engine.ingest(EventKind.JobEnded, s(4), 2, s(3), 0);
    expect(placed(s(4))).toEqual([4]);
    expect(engine.waitingJobs).toBe(0);
  });
});
