// Prices replayed equal the input: integrals over piecewise constant prices against a plain sum, in exact integers, over small
// cases worked out by hand, made-up histories and every pool of a real one.

import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomStream } from "../../src/base/random.js";
import { PoolChangeColumns } from "../../src/ledger/pool-changes.js";
import { meanRate, microUsdOf, PoolPrices, rateInUnits } from "../../src/metrics/price-integral.js";
import { s } from "../builders.js";

/** A change: pool, time in ms, price in micro-USD per hour. */
type Change = readonly [pool: number, timeMs: number, price: number];

function poolPrices(initial: readonly number[], changes: readonly Change[]): PoolPrices {
  const columns = new PoolChangeColumns();
  for (const [pool, timeMs, price] of changes) columns.add(pool, timeMs, price);
  return new PoolPrices(initial, columns);
}

/** Price x time of [fromMs, untilMs), one step of the price after the other; `steps` are times and prices from 0 on. */
function reference(steps: readonly (readonly [number, number])[], fromMs: number, untilMs: number): bigint {
  let sum = 0n;
  steps.forEach(([sinceMs, price], i) => {
    const start = Math.max(fromMs, sinceMs);
    const end = Math.min(untilMs, steps[i + 1]?.[0] ?? untilMs);
    if (end > start) sum += BigInt(price) * BigInt(end - start);
  });
  return sum * 1_000_000n; // a rate counts in millionths of a micro-USD
}

describe("the price of a pool over time", () => {
  // Pool 1: 3.60 USD per hour, which is 1 micro-USD per ms; twice that from 10 s on, half of it from 30 s on.
  const prices = poolPrices(
    [7, 3_600_000, 5],
    [
      [1, s(10), 7_200_000],
      [2, s(20), 9],
      [1, s(30), 1_800_000],
    ],
  );

  it.each([
    [0, 10, 10_000, "before the first change"],
    [0, 11, 12_000, "10 s at 1, 1 s at 2"],
    [10, 30, 40_000, "from change to change"],
    [9, 31, 41_500, "1 s at 1, 20 s at 2, 1 s at 1/2"],
    [40, 50, 5_000, "after the last change"],
    [12, 12, 0, "no time at all"],
  ])("from %d to %d s costs %d micro-USD: %s", (from, until, microUsd) => {
    expect(microUsdOf(prices.over(1, s(from), s(until)))).toBe(microUsd);
  });

  it("changes at the instant of the change", () => {
    const times = [0, 9999, 10_000, 29_999, 30_000, 1e9];
    expect(times.map((timeMs) => prices.at(1, timeMs))).toEqual([
      ...[3_600_000, 3_600_000, 7_200_000, 7_200_000, 1_800_000, 1_800_000],
    ]);
  });

  it("is that of the pool alone", () => {
    expect([0, 1, 2].map((pool) => prices.isConstant(pool))).toEqual([true, false, false]);
    expect([0, 1, 2].map((pool) => prices.lowest(pool))).toEqual([7, 1_800_000, 5]);
    expect(microUsdOf(prices.over(0, 0, 3_600_000))).toBe(7);
  });

  it("is visited part by part", () => {
    const parts: number[][] = [];
    prices.eachPrice(1, s(5), s(31), (...part) => parts.push(part));
    expect(parts).toEqual([
      [s(5), s(10), 3_600_000],
      [s(10), s(30), 7_200_000],
      [s(30), s(31), 1_800_000],
    ]);
  });

  it("is the last of several that were told at one instant; one that held for no time does not count", () => {
    const twice = poolPrices(
      [1],
      [
        [0, 0, 50],
        [0, s(10), 2],
        [0, s(10), 60],
      ],
    );
    expect([twice.at(0, 0), twice.at(0, s(10)), twice.lowest(0)]).toEqual([50, 60, 50]);
    expect(twice.over(0, 0, s(20))).toBe(
      reference(
        [
          [0, 50],
          [s(10), 60],
        ],
        0,
        s(20),
      ),
    );
  });

  it("may have a fraction", () => {
    // A third of a micro-USD per hour, to its sixth digit: 0.333333 x 3 h = 0.999999.
    expect(rateInUnits(1 / 3)).toBe(333_333n);
    expect(microUsdOf(rateInUnits(1 / 3) * 3n * 3_600_000n)).toBe(1);
    expect(meanRate(rateInUnits(12.5) * 1000n, 1000)).toBe(12.5);
    expect(meanRate(0n, 0)).toBe(0);
  });

  it("is rounded half up, once", () => {
    // 0.5 micro-USD: 1 per hour for half an hour; one millisecond less is below it.
    expect(microUsdOf(rateInUnits(1) * 1_800_000n)).toBe(1);
    expect(microUsdOf(rateInUnits(1) * 1_799_999n)).toBe(0);
  });

  it("of any history integrates to the plain sum", () => {
    const history = fc.array(fc.tuple(fc.nat(1000), fc.nat(5_000_000)), { maxLength: 12 });
    fc.assert(
      fc.property(history, fc.nat(5_000_000), fc.nat(1200), fc.nat(1200), (rows, initial, a, b) => {
        const sorted = rows.toSorted(([x], [y]) => x - y);
        const some = poolPrices(
          [initial],
          sorted.map(([timeMs, price]): Change => [0, timeMs, price]),
        );
        const [from, until] = [Math.min(a, b), Math.max(a, b)];
        const expected = reference([[0, initial], ...sorted], from, until);
        expect(some.over(0, from, until)).toBe(expected);
        let visited = 0n;
        some.eachPrice(0, from, until, (x, y, price) => {
          visited += BigInt(price) * BigInt(y - x) * 1_000_000n;
          expect(some.at(0, x)).toBe(price);
          expect(some.at(0, y - 1)).toBe(price);
        });
        expect(visited).toBe(expected);
      }),
    );
  });
});

const HISTORY = new URL("../../../shared/data/spot-history/6h-us-east-1.csv.gz", import.meta.url);

/** Zone and type to the steps of its price: ms since the first row of the file, micro-USD per hour. */
function readHistory(): Map<string, [number, number][]> {
  const [, ...lines] = gunzipSync(readFileSync(HISTORY)).toString("utf8").trimEnd().split("\n");
  const pools = new Map<string, [number, number][]>();
  const originMs = Math.min(...[...new Set(lines.map((line) => line.slice(0, 17)))].map((time) => Date.parse(time)));
  for (const line of lines) {
    const [time, zone, type, usd] = line.split(",");
    const steps = pools.get(`${zone}/${type}`) ?? [];
    steps.push([Date.parse(time!) - originMs, Math.round(Number(usd) * 1e6)]);
    pools.set(`${zone}/${type}`, steps);
  }
  for (const steps of pools.values()) steps.sort(([a], [b]) => a - b);
  return pools;
}

describe.skipIf(!existsSync(HISTORY))("a real history (skipped without ../shared/data)", () => {
  it("costs what its steps add up to, in every pool over any window, to the last digit", () => {
    const history = [...readHistory().values()];
    const changes = history.flatMap((steps, pool) => steps.map(([timeMs, price]): Change => [pool, timeMs, price]));
    const prices = poolPrices(
      history.map((steps) => steps[0]![1]),
      changes.sort(([, a], [, b]) => a - b),
    );
    const stream = randomStream(1, "windows");
    const spanMs = changes.at(-1)![1] + s(86_400);
    let windows = 0;
    history.forEach((steps, pool) => {
      const fromZero = [[0, steps[0]![1]] as const, ...steps];
      for (let i = 0; i < 10; i++) {
        const ends = [Math.floor(stream.uniform() * spanMs), Math.floor(stream.uniform() * spanMs)];
        // Every other window is as short as an instance's life.
        const from = Math.min(...ends);
        const until = i % 2 === 0 ? Math.max(...ends) : from + (ends[0]! % s(36_000));
        if (prices.over(pool, from, until) !== reference(fromZero, from, until))
          expect.fail(`pool ${pool}: ${from} to ${until}`);
        windows++;
      }
    });
    expect(history.length).toBe(406);
    expect(changes.length).toBe(645_002);
    expect(windows).toBe(4060);
  });
});
