// Strategies by name and by overriding one: every setting can be said, nothing is said that was not meant.

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  EXPANDERS,
  NO_HEADROOM,
  PLAIN_SCALE_DOWN,
  PLAIN_SPOT_POLICY,
  QUEUE_DISCIPLINES,
} from "../../src/model/policy.js";
import type { StrategySpec } from "../../src/scenario/scenario.js";
import { STRATEGY_PRESET_NAMES, STRATEGY_PRESETS, type StrategySettings } from "../../src/scenario/strategy-presets.js";
import { s } from "../builders.js";
import { flatWords, inWords } from "./strategy-words.js";
import { and, parse, type Row, rowsOf } from "./support.js";

/** The strategies of a scenario that lists these, and has no baselines. */
function strategies(list: string): readonly StrategySpec[] {
  return parse(and(`strategies: ${list}`, "baselines: []")).strategies;
}
const strategy = (map: string) => strategies(`[${map}]`)[0]!;

const minutes = (count: number) => s(60 * count);

describe("a strategy by name", () => {
  it.each(STRATEGY_PRESET_NAMES)("%s is what its preset says", (name) => {
    expect(strategy(name)).toEqual({ name, ...STRATEGY_PRESETS[name] });
    expect(strategy(`{ name: mine, like: ${name} }`)).toEqual({ name: "mine", ...STRATEGY_PRESETS[name] });
  });

  it("is best-fit where nothing else is said", () => {
    expect(parse(and("baselines: []")).strategies).toEqual(strategies("[best-fit]"));
    expect(strategy("{ name: mine }")).toEqual({ name: "mine", ...STRATEGY_PRESETS["best-fit"] });
  });

  it("has its own figures", () => {
    const { karpenter, elastigroup } = STRATEGY_PRESETS;
    // Karpenter: offerings unavailable for 3 minutes whatever happens, 10 % of the nodes at once, on-demand without delay.
    expect(karpenter.spot).toMatchObject({ refusalMs: s(180), mostRefusalMs: s(180), fallbackAfterMs: 0 });
    expect(karpenter.scaleDown).toMatchObject({ maxShare: 0.1, cooldownMs: 0, cooldownAfterLaunchMs: 0 });
    // cluster-autoscaler: back-off from 5 to 30 minutes, unneeded for 10 minutes, no end within 10 minutes of an add.
    const { spot, scaleDown } = STRATEGY_PRESETS["cluster-autoscaler"];
    expect(spot).toMatchObject({ refusalMs: minutes(5), mostRefusalMs: minutes(30), fallbackAfterMs: null });
    expect(scaleDown).toMatchObject({
      idleDelayMs: minutes(10),
      cooldownMs: s(10),
      cooldownAfterLaunchMs: minutes(10),
    });
    // Elastigroup: five periods of a minute, cooldown of 300 s, 10 % at once.
    expect(elastigroup.scaleDown).toMatchObject({
      evaluationPeriods: 5,
      cooldownMs: s(300),
      cooldownAfterLaunchMs: s(300),
      maxShare: 0.1,
    });
  });

  it("that is a baseline too runs once", () => {
    const both = parse(and("strategies: [best-fit, aws-batch-managed]"));
    expect(both.baselines).toEqual(["on-demand", "fixed-peak", "fixed-p95", "job-per-instance"]);
    expect(parse(and("strategies: [best-fit]")).baselines).toContain("aws-batch-managed");
  });
});

describe("a strategy that overrides another", () => {
  it("changes what it says, however deep, and nothing else", () => {
    const own = strategy(
      "{ name: mine, like: karpenter, placement: tail-aware, spot: { fallbackAfter: never, escalation: { age: 30m } }, " +
        "scaleDown: { maxShare: 25%, windows: [Sat] } }",
    );
    const { karpenter } = STRATEGY_PRESETS;
    expect(own).toEqual({
      ...karpenter,
      name: "mine",
      placement: "tail-aware",
      spot: {
        ...karpenter.spot,
        fallbackAfterMs: null,
        escalation: { ...karpenter.spot.escalation, ageMs: minutes(30) },
      },
      // Saturday: days 5 to 6 of the week of 1,440 minutes each.
      scaleDown: { ...karpenter.scaleDown, maxShare: 0.25, windows: [{ startMinute: 7200, endMinute: 8640 }] },
    });
  });

  it.each([
    // The longest refusal is never shorter than the first: 3 minutes of Karpenter's, 30 of the plain policy.
    ["{ name: a, like: karpenter, spot: { refusalMemory: 10m } }", [minutes(10), minutes(10)]],
    ["{ name: a, like: karpenter, spot: { refusalMemory: 1m } }", [minutes(1), minutes(3)]],
    ["{ name: a, spot: { refusalMemory: 0 } }", [0, minutes(30)]],
  ])("%s", (map, expected) => {
    const { refusalMs, mostRefusalMs } = strategy(map).spot;
    expect([refusalMs, mostRefusalMs]).toEqual(expected);
  });

  it.each([
    ["{ name: a }", 0],
    ["{ name: a, runtimeEstimates: learned }", 0.9],
    ["{ name: a, runtimeEstimates: learned, estimateQuantile: 0.5 }", 0.5],
    // A quantile alone changes nothing: limits are planned with.
    ["{ name: a, estimateQuantile: 0.5 }", 0],
    ["{ name: a, runtimeEstimates: limits }", 0],
  ])("%s plans with quantile %d", (map, expected) => {
    expect(strategy(map).estimateQuantile).toBe(expected);
  });
});

const someTime = fc.integer({ min: 0, max: 1_000_000 }).map((seconds) => s(seconds));
const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const window = fc
  .tuple(fc.integer({ min: 0, max: 10_079 }), fc.integer({ min: 0, max: 10_079 }))
  .filter(([startMinute, endMinute]) => startMinute !== endMinute)
  .map(([startMinute, endMinute]) => ({ startMinute, endMinute }));
const percent = fc.integer({ min: 1, max: 100 }).map((count) => count / 100);

const settings: fc.Arbitrary<StrategySettings> = fc.record({
  queueDiscipline: fc.constantFrom(...QUEUE_DISCIPLINES),
  queueDisciplines: fc.constantFrom({}, { main: "easy" as const }),
  estimateQuantile: fc.constantFrom(0, 0.5, 0.9),
  fairShareHalfLifeMs: someTime.map((ms) => ms + 1),
  placement: fc.constantFrom("best-fit", "first-fit", "tail-aware"),
  provisioning: fc.constantFrom("best-fit", "optimum", "karpenter", "aws-batch", "BEST_FIT_PROGRESSIVE"),
  expander: fc.constantFrom(...EXPANDERS),
  spot: fc.record({
    countsRework: fc.boolean(),
    allocation: fc.constantFrom("in-order", "price-capacity-optimized"),
    poolsPerLaunch: fc.integer({ min: 1, max: 99 }),
    refusalMs: fc.constantFrom(0, s(60)),
    mostRefusalMs: someTime.map((ms) => ms + s(60)),
    fallbackAfterMs: orNull(someTime),
    escalation: fc.record({
      lostAttempts: fc.nat({ max: 9 }),
      ageMs: orNull(someTime),
      turnaroundMs: orNull(someTime),
    }),
    blastRadius: fc.record({
      jobsPerInstance: orNull(fc.integer({ min: 1, max: 99 })),
      vcpuHoursPerInstance: orNull(fc.constantFrom(0.5, 100)),
      poolShare: orNull(percent),
    }),
    onRebalance: fc.constantFrom("ignore", "drain"),
  }),
  headroom: fc.record({
    units: fc.nat({ max: 9 }),
    vcpuMilli: fc.integer({ min: 1, max: 64_000 }),
    memoryMib: fc.nat({ max: 99_999 }),
    gpuMilli: fc.nat({ max: 8_000 }),
    automaticShare: percent,
  }),
  holdBackMicroUsd: orNull(fc.integer({ min: 1, max: 9_000_000 })),
  spareLaunches: fc.integer({ min: 0, max: 1_000 }).map((count) => count / 100),
  learnsMemory: fc.boolean(),
  batchingWindowMs: someTime,
  scaleDown: fc.record({
    idleDelayMs: someTime,
    maxShare: percent,
    cooldownMs: someTime,
    cooldownAfterLaunchMs: someTime,
    evaluationPeriods: fc.nat({ max: 9 }),
    minimumLifeMs: someTime,
    windows: fc.array(window, { maxLength: 3 }),
    billingAware: fc.boolean(),
    breakEven: fc.boolean(),
    waitMicroUsdPerHour: fc.nat({ max: 9_000_000 }),
    softCordon: fc.boolean(),
    mayKill: fc.boolean(),
  }),
  maxLaunchesPerDecision: fc.integer({ min: 1, max: 999 }),
});

it("every setting of a strategy can be said, whatever it overrides", () => {
  fc.assert(
    fc.property(settings, fc.constantFrom(...STRATEGY_PRESET_NAMES), (wanted, like) => {
      const map = JSON.stringify({ name: "mine", like, ...inWords(wanted) });
      expect(strategy(map)).toEqual({ name: "mine", ...wanted });
    }),
    { numRuns: 50 },
  );
});

/** As docs/scenario.md has it: settings in which a preset differs from best-fit. */
function presetTable(): string[] {
  const shown = STRATEGY_PRESET_NAMES.filter((name) => name !== "first-fit-decreasing" && name !== "optimum");
  const words = shown.map((name) => new Map(flatWords(inWords(STRATEGY_PRESETS[name]))));
  const rows = [...words[0]!.keys()].flatMap((key) => {
    const values = words.map((word) => word.get(key) ?? "");
    if (new Set(values).size === 1) return [];
    return [
      `| \`${key}\` | ${values.map((value, i) => (i > 0 && value === values[0] ? "" : `\`${value}\``)).join(" | ")} |`,
    ];
  });
  return [
    `| setting | ${shown.map((name) => `\`${name}\``).join(" | ")} |`,
    `|${"---|".repeat(shown.length + 1)}`,
    ...rows,
  ];
}

it("docs/scenario.md has what the named strategies set", () => {
  const page = readFileSync("docs/scenario.md", "utf8").split("\n");
  const from = page.findIndex((line) => line.startsWith("| setting |"));
  const table = page.slice(from, page.indexOf("", from)).map((line) => line.replaceAll(/ +/g, " "));
  expect(table).toEqual(presetTable().map((line) => line.replaceAll(/ +/g, " ")));
});

const MISTAKES: Row[] = [
  [
    "names that there are not",
    and("strategies: [karpentier, 5, best-fit, best-fit]"),
    [
      "invalid-value 8:14 strategies[0] | expected one of best-fit, first-fit-decreasing, karpenter, cluster-autoscaler, " +
        'elastigroup, optimum, aws-batch-managed, got "karpentier" | did you mean "karpenter"?',
      "wrong-type 8:26 strategies[1] | expected a map, got 5",
      'duplicate-name 8:39 strategies[3] | the strategy "best-fit" is defined twice',
    ],
  ],
  [
    "names of others",
    and(
      "strategies:",
      "- { name: karpenter }",
      "- { name: optimum, like: best-fit }",
      "- { name: aws-batch-managed }",
      "- { name: x, like: kapenter }",
    ),
    [
      'duplicate-name 9:11 strategies[0].name | "karpenter" is the name of another strategy than this one | ' +
        "add like: karpenter, or give it another name",
      'duplicate-name 10:11 strategies[1].name | "optimum" is the name of another strategy than this one | ' +
        "add like: optimum, or give it another name",
      'duplicate-name 11:11 strategies[2].name | "aws-batch-managed" is the name of a baseline | give the strategy another name',
      "invalid-value 12:20 strategies[3].like | expected one of best-fit, first-fit-decreasing, karpenter, " +
        'cluster-autoscaler, elastigroup, optimum, aws-batch-managed, got "kapenter" | did you mean "karpenter"?',
    ],
  ],
  [
    "a strategy that is listed as a baseline as well",
    and("strategies: [aws-batch-managed]", "baselines: [aws-batch-managed]"),
    [
      'duplicate-name 8:14 strategies[0] | "aws-batch-managed" is the name of a baseline | give the strategy another name',
    ],
  ],
  [
    "spot",
    and(
      "strategies:",
      "- name: x",
      "  spot:",
      "    { allocation: lowest-price, poolsPerLaunch: 0, refusalMemory: 10m, mostRefusalMemory: 5m, fallbackAfter: no, onRebalance: wait }",
      "- name: y",
      "  spot: { refusalMemory: 10m, mostRefusalMemory: 5m }",
      "- name: z",
      "  spot: { escalation: { lostAttempts: -1, age: nver }, blastRadius: { jobsPerInstance: 1.5, vcpuHoursPerInstance: 0, poolShare: 120% } }",
    ),
    [
      "invalid-value 11:19 strategies[0].spot.allocation | expected one of in-order, price-capacity-optimized, got " +
        '"lowest-price"',
      "out-of-range 11:49 strategies[0].spot.poolsPerLaunch | must be at least 1, got 0",
      'invalid-duration 11:110 strategies[0].spot.fallbackAfter | expected a duration such as 15s, got "no" | ' +
        "one number and one unit: ms, s, m (or min), h or d; or the word never",
      'invalid-value 11:127 strategies[0].spot.onRebalance | expected one of ignore, drain, got "wait"',
      "out-of-range 13:50 strategies[1].spot.mostRefusalMemory | mostRefusalMemory must not be less than refusalMemory",
      "out-of-range 15:39 strategies[2].spot.escalation.lostAttempts | must be at least 0, got -1",
      'invalid-duration 15:48 strategies[2].spot.escalation.age | expected a duration such as 15s, got "nver" | ' +
        "one number and one unit: ms, s, m (or min), h or d; or the word never",
      "invalid-value 15:88 strategies[2].spot.blastRadius.jobsPerInstance | expected a whole number greater than 0, got 1.5 | " +
        "or the word unlimited",
      "invalid-value 15:115 strategies[2].spot.blastRadius.vcpuHoursPerInstance | expected a number greater than 0, got 0 | " +
        "or the word unlimited",
      'out-of-range 15:129 strategies[2].spot.blastRadius.poolShare | must be at most 1, got "120%" | or the word unlimited',
    ],
  ],
  [
    "headroom and scale-down",
    and(
      "strategies:",
      "- { name: x, headroom: { units: 2 }, scaleDown: { maxShare: ten, windows: [Mon-Fri, weekends] } }",
      "- { name: y, headroom: { automatic: 5 }, scaleDown: { cooldwn: 5m } }",
    ),
    [
      "missing-key 9:24 strategies[0].headroom | a unit of headroom needs vcpus, memory or gpus",
      'invalid-share 9:61 strategies[0].scaleDown.maxShare | expected a share such as 0.05 or 5%, got "ten"',
      "invalid-window 9:85 strategies[0].scaleDown.windows[1] | expected times of the week such as Mon-Fri 18:00-06:00, " +
        'got "weekends" | days Mon to Sun, times 00:00 to 24:00 in UTC; also Sat,Sun or 22:00-04:00 or Fri 18:00-Mon 06:00',
      "out-of-range 10:37 strategies[1].headroom.automatic | must be at most 2, got 5",
      'unknown-key 10:55 strategies[1].scaleDown.cooldwn | unknown key "cooldwn" | did you mean "cooldown"?',
    ],
  ],
];

it.each(MISTAKES)("mistakes: %s", (_, text, expected) => {
  expect(rowsOf(text)).toEqual(expected);
});

it("plain settings are those of best-fit's parts", () => {
  const { spot, scaleDown, headroom } = STRATEGY_PRESETS["aws-batch-managed"];
  expect(spot).toEqual({ ...PLAIN_SPOT_POLICY, poolsPerLaunch: 60 });
  expect(scaleDown).toEqual({ ...PLAIN_SCALE_DOWN, idleDelayMs: minutes(10) });
  expect(headroom).toEqual(NO_HEADROOM);
});
