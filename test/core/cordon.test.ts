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
  const lasts = (seconds: number, submitS: number) => job(s(submitS), s(seconds), one, { limitMs: s(seconds) });
  const untilS = (seconds: number) => [LONG_ON_LARGE[0]!, lasts(seconds, 100)];

  // From 300 s on the large instance has one job until 2,020 s; it costs 0.72 $ per hour, one of a job's own 0.10 $ for its run and
  // 180 s more.
  it.each([
    { runS: 240, reason: "it prolongs nothing" },
    // By 2,120 s, 0.42 $; one of its own costs 0.11 $.
    { runS: 3_840, reason: "a wait is worth more than what it would save, 0.31 $" },
  ])("closes an instance that empties soon, and gives way to a job of $runS s: $reason", ({ runS }) => {
    const { ledger } = simulate(story([...untilS(1_920), lasts(runS, 300)], cordoned));
    expect(drainsOf(ledger).slice(0, 2)).toEqual([
      ["soft-cordon", s(300), 0, 1],
      ["uncordon", s(300), 0, 1],
    ]);
    expect(placesOf(ledger).at(-1)).toEqual([2, 0, s(300)]);
  });

  it("has a job wait for an instance of its own that would prolong it dearly", () => {
    // 7,680 s prolong the large one by 5,960 s, 1.19 $; one of its own costs 0.22 $: that saves 0.97 $.
    const rows = [...untilS(1_920), lasts(7_680, 300)];
    const { ledger } = simulate(story(rows, cordoned));
    expect(drainsOf(ledger).map(([reason]) => reason)).toEqual(["soft-cordon"]);
    expect(placesOf(ledger).at(-1)).toEqual([2, 1, s(390)]);
    // Without the cordon it is placed at once, and the large instance is kept to the end.
    expect(placesOf(simulate(story(rows, {})).ledger).at(-1)).toEqual([2, 0, s(300)]);
  });

  it("leaves an instance open that has a long job", () => {
    // Until 3,940 s, which is 3,640 s from now.
    const { ledger } = simulate(story([...untilS(3_840), lasts(7_680, 300)], cordoned));
    expect(placesOf(ledger).at(-1)).toEqual([2, 0, s(300)]);
    expect(drainsOf(ledger)).toEqual([]);
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
