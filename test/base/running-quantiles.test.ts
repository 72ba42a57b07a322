import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RunningQuantiles } from "../../src/base/running-quantiles.js";

function quantilesOf(values: readonly number[]): RunningQuantiles {
  const quantiles = new RunningQuantiles();
  for (const value of values) quantiles.add(value);
  return quantiles;
}

describe("running quantiles", () => {
  it("of nothing are none", () => {
    expect(new RunningQuantiles().quantile(0.5)).toBeNaN();
    expect(new RunningQuantiles().max).toBe(0);
  });

  it("of one value are that value", () => {
    for (const value of [0, 0.5, 1, 7, 86_400_000]) expect(quantilesOf([value]).quantile(0.3)).toBe(value);
  });

  it("of 1 to 100: half are at most 50", () => {
    const quantiles = quantilesOf(Array.from({ length: 100 }, (_, index) => 100 - index));
    // Buckets of 50 end at 50 + 1/128 of 32, its power of two: 50.25.
    expect(quantiles.quantile(0.5)).toBe(50.25);
    expect(quantiles.quantile(1)).toBe(100);
    expect(quantiles.max).toBe(100);
  });

  it("lie at the nearest rank or at most 1/128 above it, in any order of the values", () => {
    const value = fc.oneof(fc.nat(10), fc.nat(10_000), fc.double({ min: 1, max: 1e12, noNaN: true }));
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 200 }),
        fc.integer({ min: 1, max: 100 }),
        (values, percent) => {
          const sorted = [...values].sort((a, b) => a - b);
          const exact = sorted[Math.ceil((percent / 100) * values.length) - 1]!;
          const found = quantilesOf(values).quantile(percent / 100);
          expect(found).toBeGreaterThanOrEqual(exact);
          expect(found).toBeLessThanOrEqual(Math.max(1, exact) * (1 + 1 / 128));
          expect(found).toBeLessThanOrEqual(sorted.at(-1)!);
        },
      ),
      { numRuns: 500 },
    );
  });
});
