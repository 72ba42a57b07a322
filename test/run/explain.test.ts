// Stories read off the ledger. One type of 4 vCPUs, of which one may run, decisions every 15 s; 10 s until an instance
// runs, 20 s until it is registered, 8 s for its first image, 2 s for later ones. Idle instances end after 15 s.
//
//   job  submit  vCPUs  run time
//   j0   0 s     4      60 s
//   j1   5 s     4      10 s     must wait for j0
//   j2   157 s   2      5 s      comes when nothing is there
//
// j0: instance 0 is asked for at 0, running 10, registered and placed 30, started 38, ended 98.
// j1: placed at the decision of 105, started 107, ended 117. Idle since 117; 132 is no decision, 135 is: instance 0 ends.
// j2: asked for at 165, running 175, registered 195, itself a decision: placed, started 203, ended 208.
//     Idle since 208, ended at 223, decided at 225.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NONE } from "../../src/model/tables.js";
import { explainInstance, explainJob } from "../../src/run/explain.js";
import { findJob } from "../../src/run/find-job.js";
import { simulate } from "../../src/sim/simulate.js";
import { environment, instanceType, job, jobQueue, pool, s, shape, simulationInput, world } from "../builders.js";

const story = simulationInput({
  types: [instanceType("c", 4, 16)],
  pools: [pool(0, 0.72)],
  jobs: [
    job(0, s(60), shape(4, 4), { name: "a" }),
    job(s(5), s(10), shape(4, 4), { name: "b" }),
    job(s(157), s(5), shape(2, 4), { name: "c" }),
  ],
  environments: [environment([0], { maxVcpuMilli: 4_000 })],
  strategy: { decisionIntervalMs: s(15), scaleDown: { idleDelayMs: s(15), maxShare: 1 } },
  world: world({ pending: s(10), boot: s(20), pull: s(8), cachedPull: s(2) }),
  overheadMicroUsdPerHour: 10_000,
});
const { ledger } = simulate(story);

describe("explainJob", () => {
  it("splits the wait for a new instance", () => {
    expect(explainJob(ledger, story.workload, 0)).toMatchObject({
      ...{ id: "j0", name: "a", queue: "main", aheadInQueue: 0 },
      submitMs: 0,
      firstAttempt: {
        ...{ placedMs: s(30), startedMs: s(38), endedMs: s(98) },
        waitParts: [
          { cause: "instance-pending", ms: s(10) },
          { cause: "instance-boot", ms: s(20) },
          { cause: "image-pull", ms: s(8) },
        ],
        instance: { instance: 0 },
      },
    });
  });

  it("splits the wait for room on an instance asked for earlier", () => {
    expect(explainJob(ledger, story.workload, 1)).toMatchObject({
      aheadInQueue: 1,
      firstAttempt: {
        ...{ placedMs: s(105), startedMs: s(107), endedMs: s(117) },
        waitParts: [
          { cause: "instance-pending", ms: s(5) },
          { cause: "instance-boot", ms: s(20) },
          { cause: "waiting-for-room", ms: s(75) },
          { cause: "image-pull", ms: s(2) },
        ],
      },
    });
  });

  it("sees the time until somebody decided", () => {
    const { firstAttempt, aheadInQueue } = explainJob(ledger, story.workload, 2);
    expect(firstAttempt!.waitParts).toEqual([
      { cause: "before-launch", ms: s(8) },
      { cause: "instance-pending", ms: s(10) },
      { cause: "instance-boot", ms: s(20) },
      { cause: "image-pull", ms: s(8) },
    ]);
    expect(aheadInQueue).toBe(0);
    expect(firstAttempt!.instance.instance).toBe(1);
  });

  it("counts only the queue's own jobs ahead", () => {
    const input = simulationInput({
      types: [instanceType("c", 4, 16)],
      pools: [pool(0, 0.72)],
      queues: [jobQueue("main"), jobQueue("other")],
      jobs: [
        job(0, s(60), shape(4, 4)),
        job(s(1), s(10), shape(4, 4), { queue: "other" }),
        job(s(2), s(10), shape(4, 4)),
        job(s(3), s(10), shape(4, 4), { queue: "other" }),
      ],
      world: world({ pending: s(10) }),
    });
    const run = simulate(input).ledger;
    // All four wait until 10 s at least: each has those of its own queue before it ahead.
    expect([0, 1, 2, 3].map((j) => explainJob(run, input.workload, j).aheadInQueue)).toEqual([0, 0, 1, 1]);
  });
});

describe("explainInstance", () => {
  it("tells the whole life", () => {
    expect(explainInstance(ledger, 0)).toMatchObject({
      ...{ instance: 0, environment: "ce", jobs: 2, runnerUp: null },
      ...{ requestedMs: 0, runningMs: s(10), registeredMs: s(30), endedMs: s(135) },
      // Price and what every instance costs beside it.
      pool: { instanceType: "c", zone: "use1-az1", market: "on-demand", microUsdPerHour: 730_000 },
      launch: { reason: "pending-demand", timeMs: 0, copies: 1, waitingJobs: 1, jobsPerCopy: 1, inFlight: 0 },
      terminate: { reason: "idle", timeMs: s(135), idleSinceMs: s(117), idleDelayMs: s(15), environmentVcpuMilli: 0 },
    });
    expect(explainInstance(ledger, 1)).toMatchObject({ jobs: 1, requestedMs: s(165), endedMs: s(225) });
  });

  it("knows which there are", () => {
    for (const number of [2, -1, 0.5, Number.NaN]) expect(explainInstance(ledger, number)).toBeUndefined();
  });

  it("names the next best choice", () => {
    const input = simulationInput({
      types: [instanceType("small", 2, 8), instanceType("large", 8, 64)],
      pools: [pool(0, 0.1), pool(1, 0.5, "spot")],
      jobs: [job(0, s(10), shape(2, 4))],
    });
    expect(explainInstance(simulate(input).ledger, 0)).toMatchObject({
      pool: { instanceType: "small", market: "on-demand" },
      runnerUp: { instanceType: "large", market: "spot", microUsdPerHour: 500_000 },
      // One job on an instance: no tail. Its least cost is 0.1 an hour.
      launch: { priceOverWorth: 1, runnerUpPriceOverWorth: 5 },
    });
  });

  it("knows fixed fleets and minvCpus", () => {
    const common = { types: [instanceType("c", 4, 16)], pools: [pool(0, 0.72)], jobs: [job(0, s(10), shape(2, 4))] };
    const fixed = environment([0], { fixedFleet: [{ pool: 0, count: 2 }] });
    const fleet = simulate(simulationInput({ ...common, environments: [fixed] })).ledger;
    const lives = [0, 1].map((i) => explainInstance(fleet, i)!);
    expect(lives.map(({ launch, terminate }) => [launch.reason, terminate?.reason])).toEqual([
      ["fixed-fleet", "end-of-run"],
      ["fixed-fleet", "end-of-run"],
    ]);
    expect(lives.map((life) => life.jobs).sort()).toEqual([0, 1]);
    const kept = environment([0], { minVcpuMilli: 8_000 });
    const stories = simulate(simulationInput({ ...common, environments: [kept] })).ledger;
    expect([0, 1].map((i) => explainInstance(stories, i)!.launch.reason)).toContain("minvCpus");
  });
});

it("findJob takes the trace's own ids", () => {
  expect([findJob(story.workload, "j2"), findJob(story.workload, "j3"), findJob(story.workload, "")]).toEqual([
    2,
    NONE,
    NONE,
  ]);
});

it("parts of a wait are positive and add up to it, whatever happens", () => {
  const row = fc.record({
    submitS: fc.nat(300),
    runtimeS: fc.integer({ min: 1, max: 200 }),
    vcpus: fc.constantFrom(1, 2, 4),
    gib: fc.constantFrom(1, 8, 16),
  });
  fc.assert(
    fc.property(
      fc.array(row, { minLength: 1, maxLength: 30 }),
      fc.constantFrom(0, 15),
      fc.nat(60),
      (rows, grid, boot) => {
        const input = simulationInput({
          types: [instanceType("c", 4, 16), instanceType("x", 16, 64)],
          pools: [pool(0, 0.2), pool(1, 0.7)],
          jobs: rows.map((r) => job(s(r.submitS), s(r.runtimeS), shape(r.vcpus, r.gib))),
          environments: [environment([0, 1], { maxVcpuMilli: 24_000 })],
          strategy: { decisionIntervalMs: s(grid) },
          world: world({ pending: s(10), boot: s(boot), pull: s(8), cachedPull: s(2) }),
        });
        const run = simulate(input).ledger;
        for (let j = 0; j < rows.length; j++) {
          const { firstAttempt, submitMs } = explainJob(run, input.workload, j);
          const { waitParts, startedMs } = firstAttempt!;
          expect(waitParts.every(({ ms }) => ms > 0)).toBe(true);
          expect(waitParts.reduce((sum, { ms }) => sum + ms, 0)).toBe(startedMs! - submitMs);
        }
      },
    ),
    { numRuns: 60 },
  );
});
