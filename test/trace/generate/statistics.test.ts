import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  autocorrelation,
  hourlyCounts,
  kolmogorovSmirnov,
  sortedQuantile,
} from "../../../src/trace/generate/statistics.js";

const HOUR = 3_600_000;

describe("kolmogorovSmirnov", () => {
  it.each([
    [[1, 2, 3], [1, 2, 3], 0],
    [[1, 2], [3, 4], 1],
    [[1, 2, 3, 4], [3, 4, 5, 6], 0.5], // after 2: 2/4 against 0
    [[0, 0, 0, 1], [0, 1, 1, 1], 0.5], // at 0: 3/4 against 1/4; ties count together
    [[5], [5, 5, 5], 0],
  ])("of %j and %j is %d", (a, b, expected) => {
    expect(kolmogorovSmirnov(Float64Array.from(a), Float64Array.from(b))).toBe(expected);
  });

  it("equals the definition: the largest difference at any value", () => {
    const sample = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        const share = (values: number[], x: number) => values.filter((value) => value <= x).length / values.length;
        const expected = Math.max(...[...a, ...b].map((x) => Math.abs(share(a, x) - share(b, x))));
        const sorted = [a, b].map((values) => Float64Array.from(values).sort());
        expect(kolmogorovSmirnov(sorted[0]!, sorted[1]!)).toBeCloseTo(expected, 12);
      }),
    );
  });
});

it("sortedQuantile is the nearest rank", () => {
  const values = Float64Array.from([1, 2, 3, 4]);
  expect([0, 0.25, 0.26, 0.5, 0.95, 1].map((p) => sortedQuantile(values, p))).toEqual([1, 1, 2, 2, 4, 4]);
  expect(sortedQuantile(new Float64Array(0), 0.5)).toBeNaN();
});

it("hourlyCounts counts whole hours only", () => {
  // Two in hour 0, none in hour 1, one in hour 2; hour 3 is broken.
  expect([...hourlyCounts(Float64Array.from([0, HOUR - 1, 2 * HOUR, 3 * HOUR, 3.5 * HOUR]))]).toEqual([2, 0, 1]);
});

describe("autocorrelation", () => {
  const days = Float64Array.from({ length: 240 }, (_, hour) => (hour % 24 === 0 ? 24 : 0));
  it("of a pattern that repeats every 24 hours is high at lag 24 and low at lag 1", () => {
    // Mean 1, ten peaks of 24: variance sum 10 * 23^2 + 230 = 5520; at lag 24 nine pairs of peaks: 9 * 529 + 207 = 4968.
    expect(autocorrelation(days, 24)).toBeCloseTo(4_968 / 5_520, 12);
    expect(autocorrelation(days, 1)).toBeLessThan(0);
  });

  it("is unknown for short or constant counts", () => {
    expect(autocorrelation(days.subarray(0, 71), 24)).toBeNaN();
    expect(autocorrelation(days.subarray(0, 72), 24)).not.toBeNaN();
    expect(autocorrelation(new Float64Array(100).fill(3), 1)).toBeNaN();
  });
});
