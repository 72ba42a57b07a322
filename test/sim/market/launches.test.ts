// Which pool answers a launch, and which are told as refused: order, price and capacity, quotas, bids, throttling.

import { describe, expect, it } from "vitest";
import { type CapacitySeries, type MarketModel, RefusalReason, type StressOverlay } from "../../../src/model/market.js";
import { NONE } from "../../../src/model/tables.js";
import { instanceType, pool, s } from "../../builders.js";
import { MarketProbe, type Setting } from "./market-probe.js";

const holds = (...counts: readonly number[]): (CapacitySeries | null)[] =>
  counts.map((count) => (count === Number.POSITIVE_INFINITY ? null : { timesMs: [0], instances: [count] }));

/** Three spot pools of 4 vCPUs at 0.12, 0.10 and 0.11 USD, and an on-demand one of 0.40 USD. */
const zone = (name: string, usd: number) => ({ ...pool(0, usd, "spot"), zone: name });
const THREE: Setting = {
  types: [instanceType("m", 4, 16)],
  pools: [zone("a", 0.12), zone("b", 0.1), zone("c", 0.11), pool(0, 0.4)],
};
const INFINITE = Number.POSITIVE_INFINITY;

describe("in order", () => {
  it.each([
    { has: [1, 1, 1], answer: 0, refused: [] },
    { has: [0, 1, 1], answer: 1, refused: [0] },
    { has: [0, 0, 1], answer: 2, refused: [0, 1] },
    { has: [0, 0, 0], answer: NONE, refused: [0, 1, 2] },
  ])("of pools with $has, $answer answers and $refused are told as refused", ({ has, answer, refused }) => {
    const probe = new MarketProbe({ ...THREE, market: { capacitySeries: holds(...has) } });
    expect(probe.launch(s(7), [0, 1, 2])).toBe(answer);
    expect(probe.heard).toEqual(
      refused.map((index) => ({ what: "refused", timeMs: s(7), pool: index, reason: RefusalReason.Capacity })),
    );
  });
});

describe("by price and capacity", () => {
  const allocation = "price-capacity-optimized";

  it.each([
    { name: "the cheapest of equally deep pools", has: [9, 9, 9], answer: 1, refused: [] },
    { name: "the cheapest with half of the spare of the deepest", has: [10, 5, 10], answer: 1, refused: [] },
    { name: "not one with less than half", has: [10, 4, 10], answer: 2, refused: [] },
    { name: "the only one that is deep", has: [10, 4, 4], answer: 0, refused: [] },
    { name: "one beyond 20 is no deeper: 10 are half of it", has: [INFINITE, 10, 10], answer: 1, refused: [] },
    { name: "9 are not half of 20", has: [INFINITE, 9, 10], answer: 2, refused: [] },
    { name: "the first of none", has: [0, 0, 0], answer: NONE, refused: [0, 1, 2] },
    { name: "pools without capacity are not told when another answers", has: [0, 0, 1], answer: 2, refused: [] },
  ])("$name", ({ has, answer, refused }) => {
    const probe = new MarketProbe({ ...THREE, allocation, market: { capacitySeries: holds(...has) } });
    expect(probe.launch(0, [0, 1, 2])).toBe(answer);
    expect(probe.of("refused").map((event) => event.pool)).toEqual(refused);
  });

  it("takes the first of equally cheap ones, and the price of the moment", () => {
    const pools = [zone("a", 0.1), zone("b", 0.1)];
    const prices = [{ timesMs: [0, s(10)], microUsdPerHour: [100_000, 100_001] }];
    const probe = new MarketProbe({ ...THREE, pools, allocation, market: { prices } });
    expect([probe.launch(0, [0, 1]), probe.launch(s(10), [0, 1]), probe.launch(s(10), [1, 0])]).toEqual([0, 1, 1]);
  });

  it("counts what runs: launches go on to the next pool as one fills", () => {
    // 4, 4, 3 in the order of price 1, 2, 0. Spare after each launch decides: 1 while it has half of the deepest's.
    const probe = new MarketProbe({ ...THREE, allocation, market: { capacitySeries: holds(3, 4, 4) } });
    // 1: 4 -> 2 spare (two launches, then 2 >= 4/2: a third -> 1). 2: 4 -> 3 ... each answer is checked by hand:
    // spare (0,1,2): 3,4,4 -> 1; 3,3,4 -> 1; 3,2,4 -> 1; 3,1,4 -> 2; 3,1,3 -> 2; 3,1,2 -> 2; 3,1,1 -> 0; 2,1,1 -> 1; 2,0,1 -> 2;
    // 2,0,0 -> 0; 1,0,0 -> 0; none.
    const answers = Array.from({ length: 12 }, () => probe.launch(0, [0, 1, 2]));
    expect(answers).toEqual([1, 1, 1, 2, 2, 2, 0, 1, 2, 0, 0, NONE]);
  });
});

describe("quotas", () => {
  const quotas: MarketModel["quotas"] = [
    { market: "spot", pools: [0, 1], vcpuMilli: 8_000 },
    { market: "spot", pools: [0, 1, 2], vcpuMilli: 12_000 },
  ];

  it("count vCPUs from launch to end over all their pools", () => {
    // 8 vCPUs for pools 0 and 1 together, 12 for all three; on-demand has none.
    const probe = new MarketProbe({ ...THREE, market: { quotas } });
    const launches = [[0], [1], [0], [2], [2], [3]].map((pools) => probe.launch(0, pools));
    expect(launches).toEqual([0, 1, NONE, 2, NONE, 3]);
    expect(probe.of("refused").map(({ pool: index, reason }) => [index, reason])).toEqual([
      [0, RefusalReason.Quota],
      [2, RefusalReason.Quota],
    ]);
    probe.market.ended(0);
    expect(probe.launch(0, [2])).toBe(2);
    expect(probe.launch(0, [1])).toBe(NONE); // 12 of 12
  });

  it("are cut by stress: what runs stays, and nothing more comes", () => {
    const stress: StressOverlay = { text: "", fromMs: s(10), untilMs: s(20), effect: { kind: "quota", factor: 0.5 } };
    const probe = new MarketProbe({ ...THREE, market: { quotas, stress: [stress] } });
    probe.start(0, [0]);
    expect([probe.launch(s(10), [0]), probe.launch(s(10), [2]), probe.launch(s(20), [0])]).toEqual([NONE, NONE, 0]);
    expect(probe.of("reclaimed")).toEqual([]);
  });
});

describe("a bid", () => {
  // Half of the on-demand price is 200,000 micro-USD.
  const prices = [{ timesMs: [0, s(10), s(20), s(30)], microUsdPerHour: [120_000, 200_000, 200_001, 150_000] }];

  it("refuses launches in pools above it, and takes what runs there", () => {
    const probe = new MarketProbe({ ...THREE, market: { prices, bidShare: 0.5 } });
    probe.start(0, [0]);
    probe.start(0, [1]);
    expect(probe.launch(s(10), [0])).toBe(0);
    expect(probe.launch(s(20), [0])).toBe(NONE);
    expect(probe.of("refused")).toEqual([{ what: "refused", timeMs: s(20), pool: 0, reason: RefusalReason.Price }]);
    expect(probe.launch(s(30), [0])).toBe(0);
    probe.until(s(1000));
    // Instance 2 never ran, and so is not told; it is taken as well.
    expect(probe.of("warned").map((event) => [event.timeMs, event.instance])).toEqual([[s(20), 0]]);
    expect(probe.of("reclaimed").map((event) => [event.timeMs, event.instance])).toEqual([
      [s(140), 0],
      [s(140), 2],
    ]);
  });

  it("does not touch on-demand", () => {
    const probe = new MarketProbe({ ...THREE, market: { bidShare: 0.5 } });
    expect(probe.launch(0, [3])).toBe(3);
  });

  it("refuses pools that are above it all along", () => {
    const probe = new MarketProbe({ ...THREE, market: { bidShare: 0.26 } }); // 104,000
    expect([probe.launch(0, [0]), probe.launch(0, [1]), probe.launch(0, [2])]).toEqual([NONE, 1, NONE]);
  });
});

describe("a throttled API", () => {
  const throttled = (launchesPerMinute: number): StressOverlay => ({
    text: "",
    fromMs: s(10),
    untilMs: s(200),
    effect: { kind: "api-throttled", launchesPerMinute },
  });

  it("lets so many launches through in any minute", () => {
    const probe = new MarketProbe({ ...THREE, market: { stress: [throttled(2)] } });
    // Unlimited at 0; from 10 on two a minute: at 10 and 40, again at 70 (a minute after the first) and at 100.
    const times = [0, 0, 0, 10, 40, 40, 69, 70, 70, 99, 100, 200, 200, 200];
    const granted = times.map((at) => (probe.launch(s(at), [0]) === NONE ? 0 : 1));
    expect(granted).toEqual([1, 1, 1, 1, 1, 0, 0, 1, 0, 0, 1, 1, 1, 1]);
  });

  it("refuses the launch in every pool that it allowed", () => {
    const probe = new MarketProbe({ ...THREE, market: { stress: [throttled(0)] } });
    expect(probe.launch(s(10), [1, 2])).toBe(NONE);
    expect(probe.heard).toEqual(
      [1, 2].map((index) => ({ what: "refused", timeMs: s(10), pool: index, reason: RefusalReason.Throttled })),
    );
  });
});
