// Scale-down by more than the idle delay: each rule alone, in runs whose times can be worked out by hand.

import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { Decider } from "../../src/core/decide.js";
import { makeScaleDown } from "../../src/core/scaledown/scale-down.js";
import { instanceRunning, requestInstance } from "../../src/core/state/instance-transition.js";
import { DecisionColumns } from "../../src/ledger/decisions.js";
import type { Ledger } from "../../src/ledger/ledger.js";
import { EndCause } from "../../src/model/market.js";
import type { ScaleDownPolicy } from "../../src/model/policy.js";
import { simulate } from "../../src/sim/simulate.js";
import {
  environment,
  instanceType,
  type JobRow,
  job,
  jobs,
  pool,
  type Story,
  s,
  shape,
  simulationInput,
  withFuse,
  world,
} from "../builders.js";
import { decisionsOf, instancesOf } from "../ledger/read-ledger.js";
import { type Loss, losing } from "../sim/batch/scripted-market.js";

vi.mock("../../src/sim/market/make-market.js", () => import("../sim/batch/scripted-market.js"));

const TYPES = [instanceType("small", 1, 4), instanceType("large", 8, 32)];
const POOLS = [pool(0, 0.06), pool(1, 0.6)];
/** A small instance each; a large one costs more than its eight vCPUs are worth on small ones. */
const one = shape(1, 4);
const eight = shape(8, 32);

function run(rows: readonly JobRow[], scaleDown: Partial<ScaleDownPolicy>, more: Partial<Story> = {}): Ledger {
  const strategy = { ...more.strategy, scaleDown };
  return simulate(withFuse(simulationInput({ types: TYPES, pools: POOLS, jobs: rows, ...more, strategy }))).ledger;
}
/** When instances ended, by number, in seconds. */
const endsS = (ledger: Ledger) => instancesOf(ledger).map((row) => row.endedMs / 1000);

describe("cooldown", () => {
  it("passes after every decision that ended instances", () => {
    // Ten launched at 0, idle from 10, due from 70. Half of them, rounded down, at least one: 5, 2, 1, 1, 1, every 300 s.
    const ledger = run(jobs(10, job(0, s(10), one)), { maxShare: 0.5, cooldownMs: s(300) });
    const ends = [...endsS(ledger)].sort((a, b) => a - b);
    expect(ends).toEqual([70, 70, 70, 70, 70, 370, 370, 670, 970, 1270]);
  });

  it("passes after a launch", () => {
    // The small one is idle from 10, due at 70. The large one, launched at 60, is idle from 70, due at 130. Open from 160.
    expect(endsS(run([job(0, s(10), one), job(s(60), s(10), eight)], { cooldownAfterLaunchMs: s(100) }))).toEqual([
      160, 160,
    ]);
  });

  it("of one environment does not hold another", () => {
    const environments = [environment([0], { name: "a" }), environment([1], { name: "b" })];
    const queues = [
      { name: "qa", priority: 1, computeEnvironments: [0], timeLimits: [] },
      { name: "qb", priority: 1, computeEnvironments: [1], timeLimits: [] },
    ];
    const rows = [job(0, s(10), one, { queue: "qa" }), job(s(60), s(10), eight, { queue: "qb" })];
    // Launched at 0 and at 60; each is due later than its own launch and 65 s: 70 and 130.
    expect(endsS(run(rows, { cooldownAfterLaunchMs: s(65) }, { environments, queues }))).toEqual([70, 130]);
  });
});

describe("the share of the fleet", () => {
  it("is of an instant, however many decisions that has", () => {
    // Decisions every 15 s; 40 s of boot. The first is launched at 15, runs its job from 60 and is idle from 190. The second
    // is launched at 150 and registered at 190; its job of 0 s runs at 195, when there are two decisions.
    const rows = [job(s(1), s(130), one), job(s(136), 0, one)];
    const strategy = { decisionIntervalMs: s(15) };
    const ledger = run(rows, { maxShare: 0.1, idleDelayMs: 0 }, { strategy, world: world({ boot: s(40) }) });
    expect(endsS(ledger)).toEqual([195, 210]);
  });
});

describe("evaluation periods", () => {
  it.each([
    // Found empty at the whole minutes from 60 on.
    { periods: 3, idleDelayS: 0, runS: 10, endS: 180 },
    { periods: 3, idleDelayS: 0, runS: 60, endS: 180 },
    { periods: 3, idleDelayS: 0, runS: 61, endS: 240 },
    { periods: 5, idleDelayS: 60, runS: 10, endS: 300 },
    // The idle delay is longer.
    { periods: 2, idleDelayS: 300, runS: 10, endS: 310 },
    { periods: 1, idleDelayS: 0, runS: 10, endS: 10 },
  ])("$periods with a job until $runS s: $endS s", ({ periods, idleDelayS, runS, endS }) => {
    const policy = { evaluationPeriods: periods, idleDelayMs: s(idleDelayS) };
    expect(endsS(run([job(0, s(runS), one)], policy))).toEqual([endS]);
  });

  it("count from the beginning when a job came in between", () => {
    // Idle from 10 and, after a job from 100 to 110, found empty at 120, 180 and 240.
    const rows = [job(0, s(10), one), job(s(100), s(10), one)];
    expect(endsS(run(rows, { evaluationPeriods: 3, idleDelayMs: 0 }))).toEqual([240]);
  });
});

describe("the least life", () => {
  it("counts from running", () => {
    // Running at 30, registered at 90, idle from 100, due at 160; 600 s of life are over at 630.
    const delays = world({ pending: s(30), boot: s(60) });
    expect(endsS(run([job(0, s(10), one)], { minimumLifeMs: s(600) }, { world: delays }))).toEqual([630]);
  });

  it("does not keep what is idle for longer", () => {
    expect(endsS(run([job(0, s(10), one)], { minimumLifeMs: s(40) }))).toEqual([70]);
  });
});

describe("windows", () => {
  /** Time 0 is a Thursday: 00:05 to 00:10. */
  const windows = [{ startMinute: 3 * 1440 + 5, endMinute: 3 * 1440 + 10 }];

  it.each([
    { runS: 10, endS: 300 },
    { runS: 400, endS: 460 },
    { runS: 539, endS: 599 },
    // Due at 600, when it closes: a week later.
    { runS: 540, endS: 604_800 + 300 },
  ])("a job until $runS s: $endS s", ({ runS, endS }) => {
    expect(endsS(run([job(0, s(runS), one)], { windows }))).toEqual([endS]);
  });

  it("and cooldown together: the first opening after it is over", () => {
    // One per decision, in the window from 300 to 600: 300, 500, and the third when the window opens again.
    const ledger = run(jobs(3, job(0, s(10), one)), { windows, maxShare: 0.1, cooldownMs: s(200) });
    expect([...endsS(ledger)].sort((a, b) => a - b)).toEqual([300, 500, 605_100]);
  });
});

describe("billing", () => {
  it.each([
    // The first minute is billed in any case. Decisions at every event; then every 15, 25 and 40 s: the last one in it.
    { intervalS: 0, endS: 60 },
    { intervalS: 15, endS: 60 },
    { intervalS: 25, endS: 50 },
    { intervalS: 40, endS: 40 },
  ])("uses the first minute, with decisions every $intervalS s until $endS s", ({ intervalS, endS }) => {
    const policy = { billingAware: true, idleDelayMs: 0 };
    const strategy = { decisionIntervalMs: s(intervalS) };
    expect(endsS(run([job(0, s(10), one)], policy, { strategy }))).toEqual([endS]);
  });

  it("saves nothing later than the first minute", () => {
    expect(endsS(run([job(0, s(90), one)], { billingAware: true, idleDelayMs: 0 }))).toEqual([90]);
  });

  const spot = { types: [instanceType("small", 1, 4)], pools: [pool(0, 0.06, "spot")] };
  function warned(loss: Omit<Loss, "instance">, runS: number, scaleDown: Partial<ScaleDownPolicy>, more = spot) {
    // The second job is there for the market to go on.
    const story = { ...more, jobs: [job(0, s(runS), one), job(s(10_000), 0, one)], strategy: { scaleDown } };
    const { ledger } = simulate(losing(withFuse(simulationInput(story)), [{ ...loss, instance: 0 }]));
    return { endS: ledger.instances.endedMs.data[0]! / 1000, cause: ledger.instances.endCause.data[0] };
  }
  const reclaimed = { cause: EndCause.Reclaimed };
  const ours = { cause: EndCause.Ours };

  it.each([
    // Its job ends at 100, EC2 would take it at 150.
    { name: "ends it at once otherwise", billingAware: false, expected: { endS: 100, ...ours } },
    { name: "leaves it to EC2 in its first hour", billingAware: true, expected: { endS: 150, ...reclaimed } },
  ])("of an instance under notice $name", ({ billingAware, expected }) => {
    expect(warned({ atS: 150, warnedS: 30 }, 100, { billingAware })).toEqual(expected);
  });

  it.each([
    { atS: 3599, expected: { endS: 3599, ...reclaimed } },
    // An hour is billed again.
    { atS: 3600, expected: { endS: 3500, ...ours } },
  ])("of an instance that goes at $atS s", ({ atS, expected }) => {
    expect(warned({ atS, warnedS: 3480 }, 3500, { billingAware: true })).toEqual(expected);
  });

  it("does not wait for EC2 for ever", () => {
    // Announced for 150, and not there a minute later.
    expect(warned({ atS: 150, warnedS: 30, lateS: 500 }, 100, { billingAware: true })).toEqual({ endS: 210, ...ours });
  });

  it("gives nothing back for on-demand instances", () => {
    const onDemand = { ...spot, pools: [pool(0, 0.06)] };
    expect(warned({ atS: 150, warnedS: 30 }, 100, { billingAware: true }, onDemand)).toEqual({ endS: 100, ...ours });
  });
});

describe("warm capacity", () => {
  /** Boots take 50 s and are all of the wait. $60 per hour of waiting. */
  const delays = { world: world({ boot: s(50) }) };
  const policy = { breakEven: true, waitMicroUsdPerHour: 60_000_000, idleDelayMs: 0 };
  /** (0.06 x 50 s + 60 x 50 s) / (0.06 x 3600 s). */
  const ratio = 3003 / 216;
  const untilS = (fromS: number, worth: number) => Math.ceil(fromS * 1000 + 3_600_000 * Math.log(worth)) / 1000;

  it("is kept for the next job, and ended when that is too long in coming", () => {
    // Taken at 50 and again, at once, at 100.
    const ledger = run([job(0, s(10), one), job(s(100), s(10), one)], policy, delays);
    const takings = 1 + Math.exp(-50 / 3600);
    expect(endsS(ledger)).toEqual([untilS(100, takings * ratio)]);
  });

  it("is not kept for money alone where jobs are rare", () => {
    const ledger = run([job(0, s(10), one), job(s(100), s(10), one)], { ...policy, waitMicroUsdPerHour: 0 }, delays);
    expect(endsS(ledger)).toEqual([60, 160]);
  });

  it("is worth the less the more of it there is", () => {
    // Three instances taken in one instant, then twice the one that became idle last: five jobs on three occasions.
    const ledger = run(
      [...jobs(3, job(0, s(10), one)), job(s(100), s(10), one), job(s(200), s(10), one)],
      policy,
      delays,
    );
    const [first, second] = [Math.exp(-150 / 3600), Math.exp(-100 / 3600)];
    const takings = 3 * first + second + 1;
    const expected = [takings / 3, takings / 2, first + second + 1].map((turns) => untilS(200, turns * ratio));
    expect([...endsS(ledger)].sort((a, b) => a - b)).toEqual(expected);
  });

  it("is told apart by type", () => {
    // Nobody but the first job ever took a large one.
    const rows = [job(0, s(10), eight), ...[0, 200, 400].map((atS) => job(s(atS), s(10), one))];
    const ledger = run(rows, policy, delays);
    const [large, ...small] = instancesOf(ledger)
      .sort((a, b) => b.pool - a.pool)
      .map((row) => row.endedMs / 1000);
    // 60.3 $/h x 50 s of boot and waiting against $0.60 x 3600 s.
    expect(large).toBe(untilS(50, (50 * 60.6) / 2160));
    expect(small).toHaveLength(1);
  });
});

describe("on-demand capacity in a SPOT environment", () => {
  it("goes before spot that has been idle for longer", () => {
    // Spot small, idle from 10; on-demand large, idle from 20; one per decision, every 15 s from 90.
    const pools = [pool(0, 0.06, "spot"), pool(1, 0.6)];
    const environments = [environment([0, 1], { onDemandPools: [1] })];
    const strategy = { spot: { fallbackAfterMs: s(1e6) }, decisionIntervalMs: s(15) };
    const policy = { maxShare: 0.1, idleDelayMs: s(60) };
    const rows = [job(0, s(10), one), job(0, s(11), one), job(0, s(10), eight)];
    const ledger = run(rows, policy, { pools, environments, strategy });
    const ends = instancesOf(ledger).map((row) => [row.pool, row.endedMs / 1000]);
    expect(ends.sort(([, a], [, b]) => a! - b!)).toEqual([
      [1, 75],
      [0, 90],
      [0, 105],
    ]);
  });
});

describe("an instance with jobs, which consolidation may end", () => {
  function rulesOf(scaleDown: Partial<ScaleDownPolicy>) {
    const { tables } = simulationInput({ types: TYPES, pools: POOLS, jobs: [], strategy: { scaleDown } });
    const { cluster } = new Decider(tables, new DecisionColumns(), 1);
    const instance = requestInstance(cluster, 0, 0);
    instanceRunning(cluster, instance, 0, s(100));
    return { rules: makeScaleDown(cluster, 0)!, instance };
  }

  it("has lived for long enough", () => {
    const { rules, instance } = rulesOf({ minimumLifeMs: s(600) });
    expect([699, 700].map((timeS) => rules.mayEndBusy(instance, s(timeS)))).toEqual([false, true]);
  });

  it("is ended in a window", () => {
    const { rules, instance } = rulesOf({ windows: [{ startMinute: 4325, endMinute: 4330 }] });
    expect([299, 300, 599, 600].map((timeS) => rules.mayEndBusy(instance, s(timeS)))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it("begins the cooldown", () => {
    const { rules, instance } = rulesOf({ cooldownMs: s(50) });
    expect(rules.mayEndBusy(instance, s(200))).toBe(true);
    rules.busyEnded(s(200));
    expect([249, 250].map((timeS) => rules.mayEndBusy(instance, s(timeS)))).toEqual([false, true]);
  });
});

describe("whatever the rules are", () => {
  const policies: fc.Arbitrary<ScaleDownPolicy> = fc.record({
    idleDelayMs: fc.constantFrom(0, s(60)),
    maxShare: fc.constantFrom(0.1, 0.5, 1),
    cooldownMs: fc.constantFrom(0, 0, s(300)),
    cooldownAfterLaunchMs: fc.constantFrom(0, 0, s(200)),
    evaluationPeriods: fc.constantFrom(0, 1, 5),
    minimumLifeMs: fc.constantFrom(0, 0, s(900)),
    windows: fc.constantFrom([], [], [{ startMinute: 4325, endMinute: 4400 }]),
    billingAware: fc.boolean(),
    breakEven: fc.boolean(),
    waitMicroUsdPerHour: fc.constantFrom(0, 1_000_000),
    softCordon: fc.constant(false),
    mayKill: fc.constant(false),
  });
  const anyJobs = fc.array(
    fc
      .tuple(fc.nat(1800), fc.nat(600), fc.constantFrom(one, eight))
      .map(([atS, runS, wanted]) => job(s(atS), s(runS), wanted)),
    { minLength: 1, maxLength: 40, size: "max" },
  );

  const forAnyRun = (check: (ledger: Ledger, policy: ScaleDownPolicy) => void) =>
    fc.assert(
      fc.property(anyJobs, policies, fc.constantFrom(0, s(15)), (rows, policy, decisionIntervalMs) => {
        check(run(rows, policy, { strategy: { decisionIntervalMs }, world: world({ boot: s(40) }) }), policy);
      }),
      { numRuns: 150 },
    );
  const endsOf = ({ attempts }: Ledger, instance: number) =>
    [...attempts.endedMs.subarray(0, attempts.length)].filter((_, row) => attempts.instance[row] === instance);

  it("no instance with jobs is ended, and all are in the end", () => {
    forAnyRun((ledger) => {
      for (const decision of decisionsOf(ledger)) {
        if (decision.kind === "terminate") expect(decision.reason).toBe("idle");
      }
      instancesOf(ledger).forEach(({ endedMs }, instance) => {
        expect(Math.max(0, ...endsOf(ledger, instance))).toBeLessThanOrEqual(endedMs);
      });
    });
  });

  it("life, idle delay and evaluation periods are kept", () => {
    forAnyRun((ledger, { idleDelayMs, minimumLifeMs, evaluationPeriods }) => {
      instancesOf(ledger).forEach(({ endedMs, runningMs, registeredMs }, instance) => {
        const idleMs = endedMs - Math.max(registeredMs, ...endsOf(ledger, instance));
        expect(idleMs).toBeGreaterThanOrEqual(Math.max(idleDelayMs, s(60) * (evaluationPeriods - 1)));
        expect(endedMs - runningMs).toBeGreaterThanOrEqual(minimumLifeMs);
      });
    });
  });

  it("windows, cooldown and pace are kept", () => {
    forAnyRun((ledger, { windows, cooldownMs, cooldownAfterLaunchMs, maxShare }) => {
      const instances = instancesOf(ledger);
      const instants = [...new Set(instances.map(({ endedMs }) => endedMs))].sort((a, b) => a - b);
      instants.forEach((instant, index) => {
        const before = instances.filter(({ endedMs, requestedMs }) => endedMs >= instant && requestedMs <= instant);
        const ended = before.filter(({ endedMs }) => endedMs === instant).length;
        expect(ended).toBeLessThanOrEqual(Math.max(1, Math.floor(before.length * maxShare)));
        const launches = instances.map(({ requestedMs }) => requestedMs).filter((timeMs) => timeMs <= instant);
        expect(instant - Math.max(...launches)).toBeGreaterThanOrEqual(cooldownAfterLaunchMs);
        if (index > 0) expect(instant - instants[index - 1]!).toBeGreaterThanOrEqual(cooldownMs);
        const date = new Date(instant);
        const minute = ((date.getUTCDay() + 6) % 7) * 1440 + date.getUTCHours() * 60 + date.getUTCMinutes();
        const isOpen = windows.some(({ startMinute, endMinute }) => startMinute <= minute && minute < endMinute);
        expect(windows.length === 0 || isOpen).toBe(true);
      });
    });
  });
});
