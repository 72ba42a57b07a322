// The virtual clock and the simulated cloud: when decisions fall, how long things take, what ends a run.

import { describe, expect, it } from "vitest";
import type { WorldModel } from "../../src/model/world.js";
import { simulate, simulateUntil } from "../../src/sim/simulate.js";
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
import { attemptsOf, instancesOf } from "../ledger/read-ledger.js";

const one = shape(1, 1);
function run(story: Partial<Story> & Pick<Story, "jobs">) {
  return simulate(simulationInput({ types: [instanceType("m", 4, 16)], pools: [pool(0, 1)], ...story }));
}
const startsS = (story: Parameters<typeof run>[0]) => attemptsOf(run(story).ledger).map((row) => row.startedMs / 1000);

describe("decisions", () => {
  it.each([
    // Submitted at 1, asked for at the next decision, 10 s pending, 20 s boot, placed at the next decision.
    { intervalS: 0, placedS: 1 + 10 + 20 },
    { intervalS: 15, placedS: 45 }, // asked for at 15, registered at 45, itself on the grid
    { intervalS: 20, placedS: 60 }, // asked for at 20, registered at 50
  ])("fall on a grid of $intervalS s", ({ intervalS, placedS }) => {
    const delays = world({ pending: s(10), boot: s(20) });
    const { ledger } = run({
      jobs: [job(s(1), s(5), one)],
      world: delays,
      strategy: { decisionIntervalMs: s(intervalS) },
    });
    expect(attemptsOf(ledger)).toMatchObject([
      { placedMs: s(placedS), startedMs: s(placedS), endedMs: s(placedS + 5) },
    ]);
  });

  it("come after all events of their instant", () => {
    // At 10 job 0 ends and job 1 comes: the decision of that instant knows both, and needs no second instance.
    const rows = [job(0, s(10), shape(4, 4)), job(s(10), s(10), shape(4, 4))];
    const { ledger } = run({ jobs: rows });
    expect(instancesOf(ledger).length).toBe(1);
    expect(attemptsOf(ledger).map((row) => row.placedMs)).toEqual([0, s(10)]);
  });

  it("use room that a job leaves only at the next one", () => {
    // Job 1 waits from 1 on; job 0 ends at 17 (placed at 0): placed at 30.
    const rows = [job(0, s(17), shape(4, 4)), job(s(1), s(5), shape(4, 4))];
    const environments = [environment([0], { fixedFleet: [{ pool: 0, count: 1 }] })];
    expect(startsS({ jobs: rows, environments, strategy: { decisionIntervalMs: s(15) } })).toEqual([0, 30]);
  });
});

describe("the world", () => {
  it("pulls the image for the first job on an instance, and finds it in the cache for later ones", () => {
    // Placed at 0, 0, 10: 8 s for the first, which the second waits for; 2 s for the third. A second instance pulls again.
    const delays = world({ pull: s(8), cachedPull: s(2) });
    const rows = [job(0, s(5), one), job(0, s(5), one), job(s(10), s(5), one)];
    expect(startsS({ jobs: rows, world: delays })).toEqual([8, 8, 12]);
    expect(startsS({ jobs: jobs(2, job(0, s(5), shape(4, 4))), world: delays })).toEqual([8, 8]);
  });

  it("has a fixed fleet running and registered from the start", () => {
    const environments = [environment([0], { fixedFleet: [{ pool: 0, count: 2 }] })];
    const { ledger } = run({
      jobs: [job(s(5), s(10), one)],
      environments,
      world: world({ pending: s(60), boot: s(60) }),
    });
    const life = { requestedMs: 0, runningMs: 0, registeredMs: 0, endedMs: s(15) };
    expect(instancesOf(ledger)).toMatchObject([life, life]);
  });

  it("gives every job on Fargate a machine that does not boot, and pulls the image for each", () => {
    // Asked for at 0, running and registered at 10, pulled at 18. The machine ends with its job at 23, which makes room under
    // maxvCpus: one for job 1 is asked for, runs at 33 and has its image at 41, as far away as for the first.
    const environments = [environment([0], { fargate: true, maxVcpuMilli: 4000 })];
    const delays = world({ pending: s(10), boot: s(100), pull: s(8), cachedPull: s(2) });
    const { ledger } = run({ jobs: jobs(2, job(0, s(5), shape(4, 4))), environments, world: delays });
    expect(instancesOf(ledger)[0]).toMatchObject({ requestedMs: 0, runningMs: s(10), registeredMs: s(10) });
    expect(attemptsOf(ledger)).toMatchObject([
      { instance: 0, placedMs: s(10), startedMs: s(18), endedMs: s(23) },
      { instance: 1, placedMs: s(33), startedMs: s(41), endedMs: s(46) },
    ]);
    expect(instancesOf(ledger)[0]).toMatchObject({ endedMs: s(23) });
  });

  it("draws every kind of delay from a stream of its own", () => {
    // Another distribution of pulls does not change how long instances boot.
    const boot = { kind: "exponential", meanMs: s(60) } as const;
    const boots = (pull: WorldModel["pull"]) => {
      const { ledger } = run({ jobs: jobs(5, job(0, s(5), shape(4, 4))), world: { ...world(), boot, pull } });
      return instancesOf(ledger).map((row) => row.registeredMs - row.runningMs);
    };
    const first = boots({ kind: "constant", valueMs: 0 });
    expect(new Set(first).size).toBe(5);
    expect(boots({ kind: "exponential", meanMs: s(10) })).toEqual(first);
  });

  it("is another one with another seed", () => {
    const boot = { kind: "exponential", meanMs: s(60) } as const;
    const registered = (seed: number) =>
      instancesOf(run({ jobs: [job(0, s(5), one)], world: { ...world(), boot }, seed }).ledger)[0]!.registeredMs;
    expect(registered(1)).not.toBe(registered(2));
  });
});

describe("a run", () => {
  it("without jobs has nothing in it", () => {
    const { ledger, lastJobEndMs, stuckJobs } = run({ jobs: [] });
    expect({ lastJobEndMs, stuckJobs }).toEqual({ lastJobEndMs: 0, stuckJobs: 0 });
    expect([attemptsOf(ledger), instancesOf(ledger)]).toEqual([[], []]);
  });

  it("counts jobs that nothing can hold", () => {
    // Five vCPUs fit no m. Under fifo-skip the other one runs all the same.
    const rows = [job(0, s(5), shape(5, 1)), job(0, s(5), one)];
    const skipping = run({ jobs: rows, strategy: { queueDiscipline: "fifo-skip" } });
    expect(skipping).toMatchObject({ stuckJobs: 1, stuckExamples: [0], lastJobEndMs: s(5) });
  });

  it("names only the first few of them", () => {
    const stuck = run({ jobs: jobs(20, job(0, s(5), shape(5, 1))) });
    expect(stuck).toMatchObject({ stuckJobs: 20, stuckExamples: [0, 1, 2, 3, 4], lastJobEndMs: 0 });
  });

  it("takes jobs of no length", () => {
    const { ledger, lastJobEndMs } = run({ jobs: [job(s(3), 0, one)] });
    expect(attemptsOf(ledger)).toMatchObject([{ startedMs: s(3), endedMs: s(3) }]);
    expect(lastJobEndMs).toBe(s(3));
  });

  it("bills minimum capacity that registers after the last job to its registration", () => {
    // The instance of minvCpus needs 100 s; the fixed instance of the other environment runs the job until 10.
    const environments = [
      environment([0], { fixedFleet: [{ pool: 0, count: 1 }] }),
      environment([0], { minVcpuMilli: 4000 }),
    ];
    const { ledger } = run({ jobs: [job(0, s(10), one)], environments, world: world({ boot: s(100) }) });
    expect(instancesOf(ledger).map((row) => row.endedMs)).toEqual([s(10), s(100)]);
  });
});

describe("a run until an instant", () => {
  // One machine of four vCPUs: jobs of 10 s that come at 0, 1 and 2 start at 0, 10 and 20.
  const input = simulationInput({
    types: [instanceType("m", 4, 16)],
    pools: [pool(0, 1)],
    environments: [environment([0], { fixedFleet: [{ pool: 0, count: 1 }] })],
    jobs: [0, 1, 2].map((atS) => job(s(atS), s(10), shape(4, 4))),
  });
  it.each([
    { untilS: 0, waiting: 0, placed: 1 }, // after the decision of that instant
    { untilS: 1.5, waiting: 1, placed: 1 },
    { untilS: 9.999, waiting: 2, placed: 1 },
    { untilS: 10, waiting: 1, placed: 1 },
    { untilS: 20, waiting: 0, placed: 1 },
    { untilS: 30, waiting: 0, placed: 0 },
    { untilS: Number.POSITIVE_INFINITY, waiting: 0, placed: 0 },
  ])("at $untilS s has $waiting jobs waiting and $placed placed", ({ untilS, waiting, placed }) => {
    const engine = simulateUntil(input, s(untilS));
    expect([engine.waitingJobs, engine.placedJobs]).toEqual([waiting, placed]);
  });

  it("does not disturb the run itself", () => {
    const whole = attemptsOf(simulate(input).ledger);
    const part = attemptsOf(simulateUntil(input, s(15)).ledger);
    expect(part.map((row) => [row.job, row.placedMs])).toEqual(whole.slice(0, 2).map((row) => [row.job, row.placedMs]));
  });
});
