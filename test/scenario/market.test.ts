// The spot market in a scenario's words: presets, what overrides them, quotas, and what is wrong.

import { describe, expect, it } from "vitest";
import { PRICE_PROCESS, SPOT_PRESET_NAMES, SPOT_PRESETS, UNDISTURBED } from "../../src/scenario/market-presets.js";
import type { MarketSpec } from "../../src/scenario/market-spec.js";
import { s } from "../builders.js";
import { and, parse, type Row, rowsOf, SMALLEST } from "./support.js";

function market(world: string): MarketSpec {
  return parse(and(`world: { ${world} }`)).market;
}

const constant = (seconds: number) => ({ kind: "constant", valueMs: s(seconds) });

describe("world.spot", () => {
  it("is undisturbed where nothing is said, and in the ideal world", () => {
    expect(parse(SMALLEST).market).toEqual(UNDISTURBED);
    expect(parse(and("world: ideal")).market).toEqual(UNDISTURBED);
    expect(market("spot: {}")).toEqual(UNDISTURBED);
  });

  it.each(SPOT_PRESET_NAMES)("takes the preset %s, by name or as a map", (preset) => {
    const expected = { ...SPOT_PRESETS[preset], quotas: [], stress: [] };
    expect(market(`spot: ${preset}`)).toEqual(expected);
    expect(market(`spot: { preset: ${preset} }`)).toEqual(expected);
  });

  it.each([
    ["prices: snapshot", { kind: "snapshot" }],
    ["prices: { history: p.json }", { kind: "history", file: "p.json", fromMs: undefined }],
    // 1 March 2026, midnight UTC: day 20,513 of the epoch.
    ["prices: { history: p.json, from: 2026-03-01 }", { kind: "history", file: "p.json", fromMs: 20_513 * s(86_400) }],
    ["prices: { fitted: p.csv.gz }", { kind: "fitted", file: "p.csv.gz" }],
    ["prices: { process: {} }", { kind: "process", ...PRICE_PROCESS }],
    [
      "prices: { process: { step: 1h, sigma: 0.1, reversion: 5% } }",
      { kind: "process", meanStepMs: s(3_600), sigma: 0.1, reversion: 0.05 },
    ],
  ])("%s", (words, prices) => {
    expect(market(`spot: { preset: calm, ${words} }`)).toEqual({
      ...SPOT_PRESETS.calm,
      prices,
      quotas: [],
      stress: [],
    });
  });

  it("completes a capacity by the preset's, and by the calm one where that is unlimited", () => {
    const own = "capacity: { medianVcpus: 50, on: 2h, partialShare: 10% }";
    const figures = { medianVcpus: 50, meanOnMs: s(7_200), partialShare: 0.1 };
    expect(market(`spot: { preset: bad-day, ${own} }`).capacity).toEqual({
      ...SPOT_PRESETS["bad-day"].capacity,
      ...figures,
    });
    expect(market(`spot: { ${own} }`).capacity).toEqual({ ...SPOT_PRESETS.calm.capacity, ...figures });
    const all = "medianVcpus: 1, sigma: 2, on: 3s, partial: 4s, off: 5s, partialChance: 60%, partialShare: 0.7";
    expect(market(`spot: { capacity: { ${all} } }`).capacity).toEqual({
      kind: "seeded",
      medianVcpus: 1,
      sigma: 2,
      meanOnMs: s(3),
      meanPartialMs: s(4),
      meanOffMs: s(5),
      partialChance: 0.6,
      partialShare: 0.7,
    });
  });

  it.each([
    ["capacity: unlimited", { kind: "unlimited" }],
    ["capacity: { trace: t.csv }", { kind: "trace", file: "t.csv", traces: [], scale: 1 }],
    [
      "capacity: { trace: t.csv, traces: [a, b], scale: 2.5 }",
      { kind: "trace", file: "t.csv", traces: ["a", "b"], scale: 2.5 },
    ],
  ])("%s", (words, capacity) => {
    expect(market(`spot: { preset: calm, ${words} }`).capacity).toEqual(capacity);
  });

  const early = { share: 0.12, after: { kind: "lognormal", medianMs: s(240), p95Ms: s(996) } };
  it.each([
    ["bad-day", "interruptions: none", null],
    ["bad-day", "interruptions: advisor", "advisor"],
    // The same everywhere: five bands, and pools without one.
    ["undisturbed", "interruptions: { hourly: 0.01 }", { hourlyByBand: Array(6).fill(0.01), early: null }],
    ["bad-day", "interruptions: { hourly: 0.01 }", { hourlyByBand: Array(6).fill(0.01), early }],
    ["bad-day", "interruptions: { hourly: 0, early: none }", { hourlyByBand: Array(6).fill(0), early: null }],
    // A pool without a band is as one of the middle band.
    ["calm", "interruptions: { hourlyByBand: [1, 2, 3, 4, 5] }", { hourlyByBand: [1, 2, 3, 4, 5, 3], early: null }],
    [
      "undisturbed",
      "interruptions: { early: { share: 0.5, after: 1m } }",
      { hourlyByBand: Array(6).fill(0), early: { share: 0.5, after: constant(60) } },
    ],
  ])("%s with %s", (preset, words, interruptions) => {
    expect(market(`spot: { preset: ${preset}, ${words} }`).interruptions).toEqual(interruptions);
  });

  it.each([
    ["notice: 30s", { warning: constant(30), missingShare: 0.1, rebalanceLead: null }],
    ["notice: { missingShare: 0 }", { warning: constant(120), missingShare: 0, rebalanceLead: null }],
    [
      "notice: { warning: { min: 5s, max: 2m }, rebalanceLead: { mean: 10m } }",
      {
        warning: { kind: "uniform", minMs: s(5), maxMs: s(120) },
        missingShare: 0.1,
        rebalanceLead: { kind: "exponential", meanMs: s(600) },
      },
    ],
    ["notice: { rebalanceLead: 5m }", { warning: constant(120), missingShare: 0.1, rebalanceLead: constant(300) }],
    ["notice: { rebalanceLead: none }", { warning: constant(120), missingShare: 0.1, rebalanceLead: null }],
  ])("%s", (words, notice) => {
    expect(market(`spot: { preset: bad-day, ${words} }`).notice).toEqual(notice);
  });

  it("takes interruption by price, and quotas", () => {
    const quotas =
      "[{ market: spot, families: [standard], vcpus: 256 }, { market: on-demand, families: [p4d, g], vcpus: 0 }]";
    expect(market(`spot: { interruptedByPrice: true }, quotas: ${quotas}`)).toEqual({
      ...UNDISTURBED,
      interruptedByPrice: true,
      quotas: [
        { market: "spot", families: ["standard"], vcpus: 256 },
        { market: "on-demand", families: ["p4d", "g"], vcpus: 0 },
      ],
    });
  });

  it("is noted where nobody buys on Spot", () => {
    const onDemand = and("world: { spot: calm }").replace("type: SPOT", "type: EC2");
    expect(parse(onDemand).notes).toEqual(["world.spot: no compute environment buys on Spot"]);
    expect(parse(and("world: { spot: calm }")).notes).toEqual([]);
  });
});

const SHARE = "expected a share such as 0.05 or 5%";
const MISTAKES: Row[] = [
  [
    "a preset that there is not",
    and("world: { spot: clam }"),
    ['invalid-value 8:16 world.spot | expected one of undisturbed, calm, bad-day, got "clam" | did you mean "calm"?'],
  ],
  [
    "prices of two kinds, of none, and a date without a history",
    and("world: { spot: { prices: { history: a.csv, fitted: b.csv } } }").replace(
      "world:",
      "stress: [price x0]\nworld:",
    ),
    [
      'invalid-stress 8:10 stress[0] | expected a factor such as x2 or x0.5, got "x0", in "price x0" | ' +
        "write price xFACTOR [from TIME] [for TIME | until TIME]",
      "conflicting-keys 9:26 world.spot.prices | expected one of history, process or fitted, got history and fitted",
    ],
  ],
  [
    "prices of no kind",
    and("world: { spot: { prices: { from: 2026-03-01 } } }"),
    ["conflicting-keys 8:26 world.spot.prices | expected one of history, process or fitted, got none"],
  ],
  [
    "a date that nothing begins at",
    and("world: { spot: { prices: { fitted: a.csv, from: 2026-03-32 } } }"),
    [
      "invalid-date 8:49 world.spot.prices.from | expected a date such as 2026-03-01 or 2026-03-01T12:00:00Z, got " +
        '"2026-03-32" | a time of day needs its zone: Z or an offset such as +02:00',
    ],
  ],
  [
    "a date beside a fit",
    and("world: { spot: { prices: { fitted: a.csv, from: 2026-03-31 } } }"),
    ["conflicting-keys 8:49 world.spot.prices.from | from has a meaning for history alone"],
  ],
  [
    "words for prices, capacity and interruptions",
    and("world: { spot: { prices: live, capacity: none, interruptions: some, notice: soon } }"),
    [
      'invalid-value 8:26 world.spot.prices | expected one of snapshot, got "live"',
      'invalid-value 8:42 world.spot.capacity | expected one of unlimited, got "none"',
      'invalid-value 8:63 world.spot.interruptions | expected one of none, advisor, got "some" | did you mean "none"?',
      'invalid-duration 8:77 world.spot.notice | expected a duration such as 15s, got "soon" | ' +
        "one number and one unit: ms, s, m (or min), h or d",
    ],
  ],
  [
    "a capacity that is replayed and seeded, and one that is neither",
    and("world: { spot: { capacity: { trace: a.csv, off: 5m } } }"),
    ["conflicting-keys 8:49 world.spot.capacity.off | off has no meaning beside trace"],
  ],
  [
    "figures of capacity",
    and("world: { spot: { capacity: { medianVcpus: 0, sigma: -1, on: 0, partialChance: 150%, partialShare: half } } }"),
    [
      "out-of-range 8:43 world.spot.capacity.medianVcpus | must be greater than 0, got 0",
      "out-of-range 8:53 world.spot.capacity.sigma | must be at least 0, got -1",
      "out-of-range 8:61 world.spot.capacity.on | must be greater than 0, got 0",
      'out-of-range 8:79 world.spot.capacity.partialChance | must be at most 1, got "150%"',
      `invalid-share 8:99 world.spot.capacity.partialShare | ${SHARE}, got "half"`,
    ],
  ],
  [
    "a part of a trace that is not given",
    and("world: { spot: { capacity: { scale: 2, traces: [a] } } }"),
    [
      "conflicting-keys 8:37 world.spot.capacity.scale | scale has a meaning beside trace alone",
      "conflicting-keys 8:48 world.spot.capacity.traces | traces has a meaning beside trace alone",
    ],
  ],
  [
    "interruptions",
    and(
      "world:",
      "  spot:",
      "    interruptions: { hourly: 1, hourlyByBand: [1, 2, 3, 4, 5] }",
      "    notice: { missingShare: -0.1, rebalanceLead: soon }",
    ),
    [
      "conflicting-keys 10:47 world.spot.interruptions.hourlyByBand | hourly and hourlyByBand exclude each other",
      "out-of-range 11:29 world.spot.notice.missingShare | must be at least 0, got -0.1",
      'invalid-duration 11:50 world.spot.notice.rebalanceLead | expected a duration such as 15s, got "soon" | ' +
        "one number and one unit: ms, s, m (or min), h or d; or the word none",
    ],
  ],
  [
    "too few bands, and an early end without a time",
    and("world: { spot: { interruptions: { hourlyByBand: [1, 2], early: { share: 0.1 } } } }"),
    [
      "wrong-length 8:49 world.spot.interruptions.hourlyByBand | must have 5 entries, got 2",
      'missing-key 8:64 world.spot.interruptions.early.after | the key "after" is missing',
    ],
  ],
  [
    "quotas",
    and("world: { quotas: [{ market: spots, families: [], vcpus: -1 }, { families: m5, vcpus: 1.5 }] }"),
    [
      'invalid-value 8:29 world.quotas[0].market | expected one of on-demand, spot, got "spots" | did you mean "spot"?',
      "empty-value 8:46 world.quotas[0].families | must have at least one entry",
      "out-of-range 8:57 world.quotas[0].vcpus | must be at least 0, got -1",
      'missing-key 8:63 world.quotas[1].market | the key "market" is missing',
      'wrong-type 8:75 world.quotas[1].families | expected a list, got "m5"',
      "wrong-type 8:86 world.quotas[1].vcpus | expected a whole number, got 1.5",
    ],
  ],
];

it.each(MISTAKES)("mistakes: %s", (_, text, expected) => {
  expect(rowsOf(text)).toEqual(expected);
});
