// Prices of pools: replayed, drawn, stressed.

import { describe, expect, it } from "vitest";
import type { MarketModel, PriceSeries, StressOverlay } from "../../../src/model/market.js";
import { instanceType, pool, s } from "../../builders.js";
import { MarketProbe, ONE_SPOT_POOL, type Setting } from "./market-probe.js";

/** Times in seconds, prices in micro-USD. */
const series = (...steps: readonly (readonly [number, number])[]): PriceSeries => ({
  timesMs: steps.map(([timeS]) => s(timeS)),
  microUsdPerHour: steps.map(([, price]) => price),
});

/** [seconds, micro-USD] of what is told of pool 0 within a day. */
function toldPrices(market: Partial<MarketModel>, setting: Setting = ONE_SPOT_POOL) {
  const probe = new MarketProbe({ ...setting, market }).until(s(86_400));
  return probe.of("price").flatMap((event) => (event.pool === 0 ? [[event.timeMs / 1000, event.microUsd]] : []));
}

const stress = (fromS: number, untilS: number | null, factor: number): StressOverlay => ({
  text: "",
  fromMs: s(fromS),
  untilMs: untilS === null ? null : s(untilS),
  effect: { kind: "price", pools: [0], factor },
});

describe("replayed prices", () => {
  // The table says 100,000 micro-USD.
  it.each<[string, PriceSeries, readonly (readonly [number, number])[]]>([
    [
      "are told when they change",
      series([0, 100_000], [10, 110_000], [30, 90_000]),
      [
        [10, 110_000],
        [30, 90_000],
      ],
    ],
    [
      "are told at the start where the table says something else",
      series([0, 120_000], [10, 100_000]),
      [
        [0, 120_000],
        [10, 100_000],
      ],
    ],
    [
      "begin with the entry in effect",
      series([-20, 1], [-10, 105_000], [10, 2]),
      [
        [0, 105_000],
        [10, 2],
      ],
    ],
    ["are told once, however often the file repeats them", series([0, 100_000], [5, 100_000], [10, 100_000]), []],
    ["keep the last one", series([0, 100_000], [10, 80_000]), [[10, 80_000]]],
  ])("%s", (_name, prices, told) => {
    expect(toldPrices({ prices: [prices, null] })).toEqual(told);
  });

  it("are followed by the process, which goes back to the pool's own price", () => {
    // Without chance and with half of the distance: 200,000 x (100/200)^(1/2) = 141,421; then x (100/141.421)^(1/2) = 118,921.
    const process = { meanStepMs: s(600), sigma: 0, reversion: 0.5 };
    const told = toldPrices({ prices: [series([0, 200_000])], priceProcess: process });
    expect(told.slice(0, 3).map(([, price]) => price)).toEqual([200_000, 141_421, 118_921]);
  });

  it("hold until their last entry, even where that repeats the one before", () => {
    const process = { meanStepMs: s(10), sigma: 0.1, reversion: 0 };
    const told = toldPrices({ prices: [series([0, 100_000], [50_000, 100_000])], priceProcess: process });
    expect(told[0]![0]).toBeGreaterThan(50_000);
    expect(told[0]![0]).toBeLessThan(50_200); // one in 5e8 is later
  });
});

describe("the price process", () => {
  const process = { meanStepMs: s(60), sigma: 0.05, reversion: 0.1 };

  it("steps at its mean interval, of spot pools only", () => {
    const probe = new MarketProbe({ ...ONE_SPOT_POOL, market: { priceProcess: process } }).until(s(86_400));
    expect(probe.of("price").every((event) => event.pool === 0)).toBe(true);
    // 1,440 steps are expected in a day, with a standard deviation of 38: three of them.
    expect(Math.abs(probe.of("price").length - 1440)).toBeLessThan(3 * 38);
  });

  it("spreads about the pool's own price as an autoregression does", () => {
    // ln(price/own) has the variance sigma^2 / (1 - (1 - reversion)^2) = 0.0025 / 0.19: standard deviation 0.1147.
    const logs = toldPrices({ priceProcess: process }).map(([, price]) => Math.log(price! / 100_000));
    const mean = logs.reduce((sum, x) => sum + x, 0) / logs.length;
    const deviation = Math.sqrt(logs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / logs.length);
    // Correlated draws: some 1440 x 0.19 / 1.81 = 151 independent ones; three standard errors of each figure.
    expect(Math.abs(mean)).toBeLessThan((3 * 0.1147) / Math.sqrt(151));
    expect(Math.abs(deviation - 0.1147)).toBeLessThan((3 * 0.1147) / Math.sqrt(2 * 151));
  });

  it("stays between a tenth of the on-demand price and all of it", () => {
    const prices = toldPrices({ priceProcess: { meanStepMs: s(60), sigma: 2, reversion: 0 } }).map(
      ([, price]) => price!,
    );
    expect(Math.min(...prices)).toBe(40_000);
    expect(Math.max(...prices)).toBe(400_000);
  });

  it("is a pool's own, whatever other pools there are and whatever is bought", () => {
    const market = { priceProcess: process };
    const alone = toldPrices(market);
    const types = [instanceType("m", 4, 16), instanceType("big", 16, 64)];
    const more = { types, pools: [...ONE_SPOT_POOL.pools, pool(1, 0.3, "spot"), pool(1, 1.6)] };
    expect(toldPrices(market, more)).toEqual(alone);
    const bought = new MarketProbe({ ...more, market });
    for (let launch = 0; launch < 50; launch++) bought.start(s(100 * launch), [0, 2]);
    bought.until(s(86_400));
    const told = bought.of("price").filter((event) => event.pool === 0);
    expect(told.map((event) => [event.timeMs / 1000, event.microUsd])).toEqual(alone);
  });

  it("differs between zones and seeds", () => {
    const zones = [pool(0, 0.1, "spot"), { ...pool(0, 0.1, "spot"), zone: "use1-az2" }];
    const probe = new MarketProbe({ types: ONE_SPOT_POOL.types, pools: zones, market: { priceProcess: process } });
    const told = probe.until(s(86_400)).of("price");
    const times = (index: number) => told.filter((event) => event.pool === index).map((event) => event.timeMs);
    expect(times(0)).not.toEqual(times(1));
    expect(toldPrices({ priceProcess: process }, { ...ONE_SPOT_POOL, seed: 2 })).not.toEqual(
      toldPrices({ priceProcess: process }),
    );
  });
});

describe("stress on prices", () => {
  it.each([
    {
      name: "multiplies them, and then no more",
      overlays: [stress(10, 20, 2)],
      told: [
        [10, 200_000],
        [20, 100_000],
      ],
    },
    {
      name: "multiplies with other stress",
      overlays: [stress(10, 40, 2), stress(20, 30, 1.5)],
      told: [
        [10, 200_000],
        [20, 300_000],
        [30, 200_000],
        [40, 100_000],
      ],
    },
    { name: "may last to the end", overlays: [stress(0, null, 3)], told: [[0, 300_000]] },
    { name: "is not told when it changes nothing", overlays: [stress(10, 20, 1)], told: [] },
  ])("$name", ({ overlays, told }) => {
    expect(toldPrices({ stress: overlays })).toEqual(told);
  });

  it("goes on over replayed changes", () => {
    // 100,000, doubled from 10 on; 110,000 from 15 on; alone again from 20 on.
    const told = toldPrices({ prices: [series([0, 100_000], [15, 110_000])], stress: [stress(10, 20, 2)] });
    expect(told).toEqual([
      [10, 200_000],
      [15, 220_000],
      [20, 110_000],
    ]);
  });
});
