// Buying for multi-node parallel jobs: as many instances of one type as there are nodes, all or nothing under maxvCpus.
//
// c: 4 vCPUs, 8 GiB, 0.40; m: 4 vCPUs, 16 GiB, 0.50; big: 16 vCPUs, 64 GiB, 2.00.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { simulate } from "../../src/sim/simulate.js";
import {
  environment,
  instanceType,
  type JobRow,
  job,
  jobQueue,
  jobs,
  pool,
  type Story,
  s,
  shape,
  simulationInput,
  withFuse,
  world,
} from "../builders.js";
import { attemptsOf, instancesOf, launchesOf } from "../ledger/read-ledger.js";

const TYPES = [instanceType("c", 4, 8), instanceType("m", 4, 16), instanceType("big", 16, 64)];
const POOLS = [pool(0, 0.4), pool(1, 0.5), pool(2, 2)];
const SLOW = world({ pending: s(100), boot: s(100) });

const gang = (nodes: number, vcpus: number, gib: number, more: Partial<JobRow> = {}) =>
  job(0, s(10), shape(vcpus, gib), { nodes, ...more });
const limited = (maxvCpus: number, more = {}) => [environment([0, 1, 2], { maxVcpuMilli: maxvCpus * 1000, ...more })];

function run(story: Partial<Story>) {
  return simulate(withFuse(simulationInput({ types: TYPES, pools: POOLS, world: SLOW, jobs: [], ...story })));
}

function bought(story: Partial<Story>, untilMs = 1): string[] {
  return launchesOf(run(story).ledger)
    .filter((launch) => launch.timeMs < untilMs)
    .map((launch) => `${launch.copies} ${TYPES[POOLS[launch.pool]!.instanceType]!.name}`);
}

describe("a multi-node job", () => {
  it.each([
    // A node each, however small it is: the instances are its own.
    { name: "small nodes", rows: [gang(3, 1, 1)], expected: ["3 c"] },
    { name: "nodes of 12 GiB", rows: [gang(3, 1, 12)], expected: ["3 m"] },
    { name: "two jobs", rows: [gang(3, 1, 1), gang(3, 1, 1)], expected: ["3 c", "3 c"] },
    // What is meant for the nodes (one vCPU each) does not cover the ordinary jobs: two more c for them.
    {
      name: "a multi-node job and ordinary ones",
      rows: [gang(2, 1, 1), ...jobs(2, job(0, s(10), shape(4, 8)))],
      expected: ["2 c", "2 c"],
    },
  ])("buys for $name: $expected", ({ rows, expected }) => {
    expect(bought({ jobs: rows })).toEqual(expected);
  });

  it.each([
    { maxvCpus: 12, expected: ["3 c"] },
    { maxvCpus: 11, expected: [] },
  ])("needs room for all nodes under maxvCpus $maxvCpus: $expected", ({ maxvCpus, expected }) => {
    expect(bought({ jobs: [gang(3, 1, 1)], environments: limited(maxvCpus) })).toEqual(expected);
  });

  it("is not bought for where multi-node jobs may not run", () => {
    const environments = [environment([0], { multiNode: false }), environment([1])];
    const queues = [jobQueue("main", { computeEnvironments: [0, 1] })];
    expect(bought({ jobs: [gang(2, 1, 1)], environments, queues })).toEqual(["2 m"]);
  });

  it("goes on at the next decision where the pace is slow, and counts what is on its way", () => {
    const strategy = { maxLaunchesPerDecision: 2, decisionIntervalMs: s(15) };
    expect(bought({ jobs: [gang(5, 1, 1)], strategy }, s(100))).toEqual(["2 c", "2 c", "1 c"]);
  });

  it("lets nobody behind it take the room it waits for", () => {
    // An m runs until 400; 4 of 12 vCPUs are taken, three nodes of 4 do not fit, and the c that would is not bought.
    const rows = [
      job(0, s(200), shape(4, 16)),
      gang(3, 1, 1, { submitMs: s(10) }),
      job(s(20), s(10), shape(1, 1), { name: "last" }),
    ];
    const { ledger } = run({ jobs: rows, environments: limited(12) });
    const [first, ...rest] = attemptsOf(ledger);
    expect(first!.job).toBe(0);
    expect(rest.map((row) => row.job)).toEqual([1, 1, 1, 2]);
    expect(rest[0]!.placedMs).toBeGreaterThanOrEqual(first!.endedMs);
  });

  it("completes the instances that are empty already", () => {
    // Two m are idle from 210 on when the job of three nodes comes: one more m (0.50) instead of three c (1.20).
    const rows = [...jobs(2, job(0, s(10), shape(4, 16))), gang(3, 1, 1, { submitMs: s(220) })];
    expect(bought({ jobs: rows }, s(300))).toEqual(["2 m", "1 m"]);
  });

  it.each([0, 1, 60])("has its first instances kept while the others boot (idle delay %i s)", (idleDelayS) => {
    // 60 s for the first of the two, then 5 min for the second: their boot times differ.
    const uneven = { ...SLOW, boot: { kind: "uniform", minMs: s(10), maxMs: s(400) } as const };
    // As `tablesFor` has it: an instance that has not run a job waits for its fellows at least for a minute.
    const environments = limited(64, { idleDelayMs: s(Math.max(60, idleDelayS)), idleDelayAfterJobMs: s(idleDelayS) });
    const story = { jobs: [gang(6, 4, 8)], environments, world: uneven, strategy: { decisionIntervalMs: s(15) } };
    const { ledger, stuckJobs } = run(story);
    expect(stuckJobs).toBe(0);
    expect(instancesOf(ledger).length).toBe(6);
    expect(new Set(attemptsOf(ledger).map((row) => row.instance)).size).toBe(6);
  });

  it("runs whatever else shares its environment", () => {
    const queues = [jobQueue("high", { priority: 2 }), jobQueue("main")];
    const rows = [
      ...Array.from({ length: 30 }, (_, i) => job(s(10 * i), s(30), shape(2, 4), { queue: "high" })),
      gang(3, 2, 4, { submitMs: s(5) }),
      gang(2, 1, 12, { submitMs: s(6) }),
    ];
    const strategy = { decisionIntervalMs: s(15) };
    for (const provisioning of ["best-fit", "BEST_FIT_PROGRESSIVE", "job-per-instance"] as const) {
      const { stuckJobs, ledger } = run({
        queues,
        jobs: rows,
        environments: limited(20),
        strategy: { ...strategy, provisioning },
      });
      expect(stuckJobs).toBe(0);
      expect(attemptsOf(ledger).length).toBe(35);
    }
  });

  it("never waits for ever, whatever shares its environment", () => {
    const rows = fc.array(
      fc.record({
        submitMs: fc.integer({ min: 0, max: s(600) }),
        runtimeMs: fc.integer({ min: 0, max: s(300) }),
        shape: fc.constantFrom(shape(1, 2), shape(4, 8), shape(2, 12), shape(4, 16)),
        nodes: fc.constantFrom(1, 1, 1, 2, 3, 4),
        queue: fc.constantFrom("high", "main"),
      }),
      { minLength: 1, maxLength: 25 },
    );
    const choices = fc.record({
      provisioning: fc.constantFrom("best-fit", "BEST_FIT", "BEST_FIT_PROGRESSIVE", "job-per-instance"),
      placement: fc.constantFrom("best-fit", "first-fit"),
      queueDiscipline: fc.constantFrom("fifo", "fifo-skip"),
      decisionIntervalMs: fc.constantFrom(s(1), s(15)),
      maxLaunchesPerDecision: fc.constantFrom(1, 3, 100),
    });
    const idleDelays = fc.constantFrom([60, 0], [60, 60], [60, 1200]);
    fc.assert(
      fc.property(rows, choices, idleDelays, fc.nat(), (jobRows, strategy, [idleS, afterJobS], seed) => {
        const idle = { idleDelayMs: s(idleS!), idleDelayAfterJobMs: s(afterJobS!) };
        const { stuckJobs, ledger } = run({
          // Four nodes of the largest type that any strategy buys for them: 4 x 4 vCPUs.
          environments: limited(16, idle),
          queues: [jobQueue("high", { priority: 2 }), jobQueue("main")],
          jobs: jobRows,
          strategy: { ...strategy, scaleDown: { idleDelayMs: s(idleS!), maxShare: 1 } },
          world: { ...SLOW, boot: { kind: "uniform", minMs: s(10), maxMs: s(400) } },
          seed,
        });
        expect(stuckJobs).toBe(0);
        const attempts = attemptsOf(ledger);
        expect(attempts.length).toBe(jobRows.reduce((sum, { nodes }) => sum + nodes, 0));
        for (let i = 0; i < attempts.length; ) {
          const nodes = attempts.filter((row) => row.job === attempts[i]!.job);
          const types = nodes.map((row) => POOLS[instancesOf(ledger)[row.instance]!.pool]!.instanceType);
          expect(new Set(types).size).toBe(1);
          expect(new Set(nodes.map((row) => row.instance)).size).toBe(nodes.length);
          i += nodes.length;
        }
      }),
      { numRuns: 60 },
    );
  });
});
