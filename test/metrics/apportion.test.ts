import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { apportion } from "../../src/metrics/apportion.js";

const parts = (total: number, weights: number[]) => Array.from(apportion(total, Float64Array.from(weights)));

describe("apportion", () => {
  it.each([
    { total: 10, weights: [1, 1], expected: [5, 5] },
    // 3.33 each, rounded down 9; the fractions are equal: the first gets the last one.
    { total: 10, weights: [1, 1, 1], expected: [4, 3, 3] },
    // 10 x 1/7, 2/7, 4/7 = 1.43, 2.86, 5.71: rounded down they sum to 8; the other two go to .86 and .71.
    { total: 10, weights: [1, 2, 4], expected: [1, 3, 6] },
    // Nothing for no weight, however much is left over: 7 x 1/3 = 2.33 each.
    { total: 7, weights: [1, 0, 1, 0, 1], expected: [3, 0, 2, 0, 2] },
    { total: 1, weights: [0.1, 0.9], expected: [0, 1] },
    { total: 0, weights: [1, 2], expected: [0, 0] },
    { total: 5, weights: [0, 0], expected: [0, 0] },
    { total: 5, weights: [], expected: [] },
    // Weights far apart: 10^12 x 10^-15 = 0.001.
    { total: 1e12, weights: [1, 1e-15], expected: [1e12, 0] },
  ])("splits $total by $weights into $expected", ({ total, weights, expected }) => {
    expect(parts(total, weights)).toEqual(expected);
  });

  it("gives whole parts that sum to the total exactly, each within one of its share, none without a weight", () => {
    const weight = fc.oneof(
      fc.constant(0),
      fc.integer({ min: 1, max: 1e9 }),
      fc.double({ min: 1e-6, max: 1e12, noNaN: true }),
    );
    // Up to a million dollars in micro-USD: far above any bill, far enough below 2^53 that shares have a fraction.
    const total = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 1e12 }));
    fc.assert(
      fc.property(total, fc.array(weight, { minLength: 1, maxLength: 40 }), (amount, weights) => {
        const sum = weights.reduce((a, b) => a + b, 0);
        fc.pre(sum > 0);
        const result = parts(amount, weights);
        expect(result.reduce((a, b) => a + b, 0)).toBe(amount);
        result.forEach((part, i) => {
          expect(Number.isInteger(part)).toBe(true);
          expect(part).toBeGreaterThanOrEqual(0);
          if (weights[i] === 0) expect(part).toBe(0);
          // Rounding of the share itself: a few units in its last place.
          const share = (amount * weights[i]!) / sum;
          expect(Math.abs(part - share)).toBeLessThan(1 + 1e-12 * share + 1e-9);
        });
      }),
      { numRuns: 2000 },
    );
  });
});
