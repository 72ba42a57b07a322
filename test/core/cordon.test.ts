// Soft cordon, drains on rebalance recommendations, and consolidation: small stories by hand, and what must hold in any run.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Engine } from "../../src/engine/engine.js";
import type { Ledger } from "../../src/ledger/ledger.js";
import { ActionKind } from "../../src/model/action.js";
import { EventKind } from "../../src/model/event.js";
import type { JobDefinition } from "../../src/model/job.js";
import { Outcome, outcomeOf } from "../../src/model/outcome.js";
import { type SimulationInput, simulate } from "../../src/sim/simulate.js";
import {
  instanceType,
  type JobRow,
  job,
  pool,
  type StrategySketch,
  s,
  shape,
  simulationInput,
  withFuse,
  world,
} from "../builders.js";
import { attemptsOf, decisionsOf, instancesOf } from "../ledger/read-ledger.js";

const TYPES = [instanceType("small", 1, 4), instanceType("large", 8, 32)];
const POOLS = [pool(0, 0.1), pool(1, 0.72)];
const one = shape(1, 2);

const drainsOf = (ledger: Ledger) =>
  decisionsOf(ledger).flatMap((decision) =>
    decision.kind === "drain" ? [[decision.reason, decision.timeMs, decision.instance, decision.jobs]] : [],
  );
const placesOf = (ledger: Ledger) =>
  attemptsOf(ledger).map(({ job: which, instance, placedMs }) => [which, instance, placedMs]);

function story(
  rows: readonly JobRow[],
  strategy: StrategySketch,
  definition: Partial<JobDefinition> = {},
): SimulationInput {
  const input = simulationInput({ types: TYPES, pools: POOLS, jobs: rows, strategy, world: world({ boot: s(90) }) });
  const definitions = [{ ...input.workload.definitions[0]!, ...definition }];
  return withFuse({ ...input, workload: { ...input.workload, definitions } });
}

/** 7 vCPUs from 90 s to 150 s on a large instance, and from 100 s on one for 15,360 s, which is soon alone there. */
const LONG_ON_LARGE = [
  job(0, s(60), shape(7, 4), { limitMs: s(60) }),
  job(s(100), s(15_360), one, { limitMs: s(15_360) }),
];

describe("soft cordon", () => {
  const cordoned: StrategySketch = { scaleDown: { softCordon: true } };

  it("closes an instance with few jobs left, and gives way to a job that prolongs it for less than one of its own costs", () => {
    // At 300 s the large instance has one job until 15,460 s. A job of 240 s prolongs nothing: it is let in.
    const { ledger } = simulate(story([...LONG_ON_LARGE, job(s(300), s(240), one, { limitMs: s(240) })], cordoned));
    expect(drainsOf(ledger)).toEqual([
      ["soft-cordon", s(300), 0, 1],
      ["uncordon", s(300), 0, 1],
    ]);
    expect(placesOf(ledger).at(-1)).toEqual([2, 0, s(300)]);
  });

  it("has a job wait for an instance of its own that would prolong it dearly", () => {
    // 61,440 s (17.07 h) from 300 s on prolong the large one by 46,280 s (12.86 h): 9.26 $; one of its own costs 1.71 $.
    const { ledger } = simulate(
      story([...LONG_ON_LARGE, job(s(300), s(61_440), one, { limitMs: s(61_440) })], cordoned),
    );
    expect(drainsOf(ledger).map(([reason]) => reason)).toEqual(["soft-cordon"]);
    expect(placesOf(ledger).at(-1)).toEqual([2, 1, s(390)]);
    // Without the cordon it is placed at once, and the large instance is kept to the end.
    const open = simulate(story([...LONG_ON_LARGE, job(s(300), s(61_440), one, { limitMs: s(61_440) })], {})).ledger;
    expect(placesOf(open).at(-1)).toEqual([2, 0, s(300)]);
  });
});

describe("a rebalance recommendation", () => {
  it.each([
    ["drain", [["rebalance", s(200), 0, 2]]],
    ["ignore", []],
  ] as const)("under %s", (onRebalance, expected) => {
    const { tables } = story(LONG_ON_LARGE, { spot: { onRebalance } });
    const engine = new Engine(tables);
    engine.ingest(EventKind.JobSubmitted, 0, 0, 0, s(60));
    engine.ingest(EventKind.JobSubmitted, 0, 1, 1, s(15_360));
    engine.evaluate(0);
    engine.ingest(EventKind.InstanceRunning, s(10), 0, 1, 0);
    engine.ingest(EventKind.InstanceRegistered, s(90), 0, 0, 0);
    engine.evaluate(s(90));
    engine.ingest(EventKind.RebalanceRecommended, s(200), 0, 0, 0);
    const actions = engine.evaluate(s(200));
    expect(drainsOf(engine.ledger)).toEqual(expected);
    const drains = Array.from({ length: actions.length }, (_, i) => i).filter(
      (i) => actions.kind[i] === ActionKind.Drain,
    );
    expect(drains).toHaveLength(expected.length);
  });
});

describe("consolidation", () => {
  const retried: Partial<JobDefinition> = { retry: { attempts: 2, evaluateOnExit: [] } };
  const killing: StrategySketch = { scaleDown: { mayKill: true } };
  // Two large instances. On the first 7 vCPUs until 300 s, beside them from 100 s on one until 15,460 s; on the second from 210 s on
  // 6 vCPUs for as long. A short job at 400 s makes a decision due, and takes one of the second's two free vCPUs. Until 15,460 s
  // the first would cost 15,060 s x 0.72 $ = 3.01 $; its job again, 300 s that are lost and the 15,060 s to come, costs 0.43 $ on
  // an instance of its own, times 1.5.
  const rows = [
    job(0, s(210), shape(7, 4), { limitMs: s(240) }),
    LONG_ON_LARGE[1]!,
    job(s(120), s(15_360), shape(6, 8), { limitMs: s(15_360) }),
    job(s(400), s(1), one, { limitMs: s(60) }),
  ];
  const killsOf = (ledger: Ledger) =>
    attemptsOf(ledger).filter(({ outcome }) => outcomeOf(outcome) === Outcome.HostTerminated);

  it("kills the last job of an instance when that pays and it has room elsewhere, once", () => {
    const { ledger } = simulate(story(rows, killing, retried));
    const kills = killsOf(ledger);
    expect(kills.map(({ job: which }) => which)).toEqual([1]);
    expect(decisionsOf(ledger).filter(({ reason }) => reason === "consolidation")).toHaveLength(1);
    const again = attemptsOf(ledger).filter(({ job: which }) => which === 1);
    expect(again).toHaveLength(2);
    expect(again[1]!.placedMs).toBe(kills[0]!.endedMs); // it found the room that was found for it
    expect(instancesOf(ledger)[kills[0]!.instance]!.endedMs).toBe(kills[0]!.endedMs);
  });

  it("kills nobody unless allowed, without a second attempt, or without room elsewhere", () => {
    expect(killsOf(simulate(story(rows, {}, retried)).ledger)).toEqual([]);
    expect(killsOf(simulate(story(rows, killing)).ledger)).toEqual([]);
    expect(killsOf(simulate(story(LONG_ON_LARGE, killing, retried)).ledger)).toEqual([]);
  });
});

const anyRows = fc.array(
  fc
    .record({
      submit: fc.integer({ min: 0, max: 3000 }),
      run: fc.integer({ min: 1, max: 9000 }),
      width: fc.constantFrom(1, 1, 2, 7),
      slack: fc.constantFrom(1, 3),
    })
    .map(({ submit, run, width, slack }) => job(s(submit), s(run), shape(width, width), { limitMs: s(slack * run) })),
  { minLength: 1, maxLength: 25 },
);

describe("whatever comes", () => {
  it("nothing is placed on an instance that drains, nobody is killed unless allowed, and nobody twice", () => {
    fc.assert(
      fc.property(anyRows, fc.boolean(), fc.constantFrom("best-fit", "tail-aware"), (rows, mayKill, placement) => {
        const strategy: StrategySketch = { placement, scaleDown: { softCordon: true, mayKill } };
        const { ledger, stuckJobs } = simulate(story(rows, strategy, { retry: { attempts: 3, evaluateOnExit: [] } }));
        expect(stuckJobs).toBe(0);
        const attempts = attemptsOf(ledger);
        const drains = drainsOf(ledger);
        for (const { instance, placedMs } of attempts) {
          const told = drains.filter(([, timeMs, which]) => which === instance && (timeMs as number) < placedMs).at(-1);
          const opened = drains.some(
            ([reason, timeMs, which]) => reason === "uncordon" && which === instance && timeMs === placedMs,
          );
          if (told?.[0] === "soft-cordon") expect(opened).toBe(true);
        }
        const kills = attempts.filter(({ outcome }) => outcomeOf(outcome) === Outcome.HostTerminated);
        if (!mayKill) expect(kills).toEqual([]);
        expect(new Set(kills.map(({ job: which }) => which)).size).toBe(kills.length);
        expect(attempts.length - kills.length).toBe(rows.length);
        for (const { endedMs } of instancesOf(ledger)) expect(endedMs).toBeGreaterThan(0);
      }),
      { numRuns: 150 },
    );
  });
});
