// Tail-aware placement, jobs that are held back for an instance of their own, and spare launches: small stories by hand, and what
// must hold in any run.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NONE } from "../../src/model/tables.js";
import { type SimulationInput, simulate } from "../../src/sim/simulate.js";
import { instanceType, type JobRow, job, jobs, pool, s, shape, simulationInput, withFuse, world } from "../builders.js";
import { attemptsOf, instancesOf, launchesOf } from "../ledger/read-ledger.js";

const TYPES = [instanceType("small", 1, 4), instanceType("large", 4, 16)];
const POOLS = [pool(0, 0.1), pool(1, 0.36)];
const one = shape(1, 2);
const ONE_USD = 1_000_000;

/** The instance of each job's only attempt, by job. */
function placesOf(input: SimulationInput): number[] {
  const places = new Array<number>(input.workload.jobCount).fill(NONE);
  for (const { job: which, instance } of attemptsOf(simulate(withFuse(input)).ledger)) places[which] = instance;
  return places;
}

describe("tail-aware placement", () => {
  // Two instances of 4 vCPUs: the first has a job of 3 for 240 s, the second one of 2 for 3840 s. Best fit likes the first, which
  // is fuller. At 2 s a job of one vCPU comes that may run 1920 s: it prolongs the first by 1682 s, the second not at all. One
  // that may run 120 s prolongs neither.
  const instanceOfThird = (limit: number, placement: "best-fit" | "tail-aware") => {
    const places = placesOf(
      simulationInput({
        types: [instanceType("large", 4, 16)],
        pools: [pool(0, 0.36)],
        jobs: [
          job(0, s(240), shape(3, 4), { limitMs: s(240) }),
          job(s(1), s(3840), shape(2, 4), { limitMs: s(3840) }),
          job(s(2), s(limit), one, { limitMs: s(limit) }),
        ],
        strategy: { placement },
      }),
    );
    expect(places.slice(0, 2)).toEqual([0, 1]);
    return places[2];
  };

  it.each([
    [1920, "best-fit", 0],
    [1920, "tail-aware", 1],
    [120, "best-fit", 0],
    [120, "tail-aware", 0],
  ] as const)("a job of at most %d s under %s goes to instance %d", (limit, placement, expected) => {
    expect(instanceOfThird(limit, placement)).toBe(expected);
  });
});

describe("a job that would prolong a large instance for long", () => {
  // A job of 4 vCPUs ends after 60 s; its large instance stays idle. At 100 s comes a job of one vCPU that may run 15,360 s
  // (4.267 h). On the large instance it costs 4.267 h x 0.36 $ = 1.536 $; on a small one 0.1 $ x (4.267 h + 3 min) = 0.432 $:
  // 1.104 $ are saved.
  const story = (holdBackMicroUsd: number | null, more: readonly JobRow[] = []) =>
    simulationInput({
      types: TYPES,
      pools: POOLS,
      jobs: [
        job(0, s(60), shape(4, 4), { limitMs: s(60) }),
        job(s(100), s(7200), one, { limitMs: s(15_360) }),
        ...more,
      ],
      strategy: { placement: "tail-aware", holdBackMicroUsd, scaleDown: { idleDelayMs: s(600) } },
      world: world({ boot: s(90) }),
    });
  const instancesFor = (input: SimulationInput) =>
    attemptsOf(simulate(withFuse(input)).ledger).map(({ job: which, instance, placedMs }) => [
      which,
      instance,
      placedMs,
    ]);

  it("takes it when nobody is held back, or too little is saved", () => {
    const taken = [
      [0, 0, s(90)],
      [1, 0, s(100 + 50)],
    ];
    expect(instancesFor(story(null))).toEqual(taken);
    expect(instancesFor(story(1.2 * ONE_USD))).toEqual(taken);
  });

  it("waits for an instance of its own when more is saved", () => {
    const input = story(ONE_USD);
    expect(instancesFor(input)).toEqual([
      [0, 0, s(90)],
      [1, 1, s(190)],
    ]);
    expect(instancesOf(simulate(input).ledger).map((instance) => instance.pool)).toEqual([1, 0]);
  });

  it("is passed by others meanwhile, who have the room", () => {
    // Of another class: 2 vCPUs, behind it in the queue, at 160 s, when the large instance is empty.
    const input = story(ONE_USD, [job(s(155), s(60), shape(2, 2), { limitMs: s(60) })]);
    expect(instancesFor(input)).toEqual([
      [0, 0, s(90)],
      [2, 0, s(155)],
      [1, 1, s(190)],
    ]);
  });

  it("is not held back where maxvCpus leaves no instance of its own", () => {
    const input = story(ONE_USD);
    const environments = input.tables.environments.map((each) => ({ ...each, maxVcpuMilli: 4000 }));
    expect(instancesFor({ ...input, tables: { ...input.tables, environments } })[1]).toEqual([1, 0, s(150)]);
  });
});

describe("spare launches", () => {
  const story = (spareLaunches: number, maxVcpuMilli = 100_000) => {
    const input = simulationInput({
      types: [TYPES[0]!],
      pools: [POOLS[0]!],
      jobs: jobs(3, job(0, s(60), one)),
      strategy: { spareLaunches },
      world: world({ boot: s(90) }),
    });
    const environments = input.tables.environments.map((each) => ({ ...each, maxVcpuMilli }));
    return simulate(withFuse({ ...input, tables: { ...input.tables, environments } })).ledger;
  };

  it.each([
    [0, 100_000, 3],
    [0.5, 100_000, 4], // 3 and 0.5 x sqrt(3) = 0.87, rounded up
    [1, 100_000, 5], // 1.73
    [1, 4000, 4], // maxvCpus: what is needed comes first
    [1, 2000, 2],
  ])("share %d under %d milli-vCPU: %d instances at first", (share, maxVcpuMilli, expected) => {
    expect(launchesOf(story(share, maxVcpuMilli))[0]!.copies).toBe(expected);
  });

  it("end idle when nobody wants them", () => {
    for (const { endedMs } of instancesOf(story(1))) expect(endedMs).toBeLessThanOrEqual(s(90 + 60 + 60));
  });
});

/** Jobs of a few names and widths, with and without limits that are too long. */
const rows = fc.array(
  fc
    .record({
      submit: fc.integer({ min: 0, max: 3000 }),
      run: fc.integer({ min: 1, max: 4000 }),
      width: fc.constantFrom(1, 1, 2, 4),
      name: fc.constantFrom("a", "b"),
      slack: fc.constantFrom(0, 1, 3),
    })
    .map(({ submit, run, width, name, slack }) =>
      job(s(submit), s(run), shape(width, width), { name, limitMs: slack === 0 ? Number.NaN : s(slack * run) }),
    ),
  { minLength: 1, maxLength: 25 },
);

function anyStory(list: readonly JobRow[], holdBackMicroUsd: number, softCordon: boolean): SimulationInput {
  return simulationInput({
    types: TYPES,
    pools: POOLS,
    jobs: list,
    strategy: { placement: "tail-aware", holdBackMicroUsd, spareLaunches: 0.5, scaleDown: { softCordon } },
    world: world({ boot: s(90), pending: s(10) }),
  });
}

describe("whatever comes", () => {
  it("every job runs once, and every instance ends", () => {
    fc.assert(
      fc.property(rows, fc.constantFrom(0, 100_000), fc.boolean(), (list, holdBack, softCordon) => {
        const { ledger, stuckJobs } = simulate(withFuse(anyStory(list, holdBack, softCordon)));
        expect(stuckJobs).toBe(0);
        expect(
          attemptsOf(ledger)
            .map(({ job: which }) => which)
            .sort((a, b) => a - b),
        ).toEqual(list.map((_, i) => i));
        for (const { endedMs } of instancesOf(ledger)) expect(endedMs).toBeGreaterThan(0);
      }),
      { numRuns: 100 },
    );
  });

  it("nothing depends on run times before they are over", () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 60, max: 4000 }), fc.boolean(), (list, until, softCordon) => {
        // The same jobs; those that are not over at the instant run for other times, limits being what the user said.
        const input = anyStory(list, 0, softCordon);
        const before = attemptsOf(simulate(input).ledger).filter(({ placedMs }) => placedMs < s(until));
        const runtimeMs = Float64Array.from(input.profiles.runtimeMs);
        const ended = new Set(before.filter(({ endedMs }) => endedMs < s(until)).map(({ job: which }) => which));
        runtimeMs.forEach((runMs, which) => {
          if (!ended.has(which)) runtimeMs[which] = runMs + s(until) + 1000 * which;
        });
        const other = attemptsOf(simulate({ ...input, profiles: { ...input.profiles, runtimeMs } }).ledger);
        const places = (attempts: typeof before) =>
          attempts.map(({ job: which, instance, placedMs }) => [which, instance, placedMs]);
        expect(places(other.filter(({ placedMs }) => placedMs < s(until)))).toEqual(places(before));
      }),
      { numRuns: 100 },
    );
  });
});
