import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quantilesInPlace } from "../../src/base/quantiles.js";

describe("nearest-rank quantiles", () => {
  it.each([
    // Of 5 values the median is the 3rd (2.5 rounded up), p95 the 5th (4.75 rounded up), p20 the 1st (exactly 1).
    { values: [50, 10, 30, 20, 40], probabilities: [0.2, 0.5, 0.95], expected: [10, 30, 50] },
    // Of 4 the median is the 2nd (exactly 2), p75 the 3rd, the maximum the 4th.
    { values: [4, 3, 2, 1], probabilities: [0.5, 0.75, 1], expected: [2, 3, 4] },
    { values: [7], probabilities: [0.01, 0.99], expected: [7, 7] },
  ])("of $values at $probabilities are $expected", ({ values, probabilities, expected }) => {
    expect(quantilesInPlace(Float64Array.from(values), probabilities)).toEqual(expected);
  });

  it("of nothing are NaN", () => {
    expect(quantilesInPlace(new Float64Array(0), [0.5, 0.9])).toEqual([Number.NaN, Number.NaN]);
  });

  it("are what sorting gives, and keep the values, in another order", () => {
    // Percentages, so that the rank can be counted in integers: the k-th of n with k = ceil(percent n / 100).
    const percents = fc.uniqueArray(fc.constantFrom(1, 10, 25, 50, 75, 90, 95, 99, 100), { minLength: 1 });
    const values = fc.array(fc.oneof(fc.integer({ min: 0, max: 5 }), fc.double({ noNaN: true })), {
      minLength: 1,
      maxLength: 200,
      size: "max",
    });
    fc.assert(
      fc.property(values, percents, (list, unsorted) => {
        const ascending = unsorted.toSorted((a, b) => a - b);
        const data = Float64Array.from(list);
        const sorted = data.slice().sort();
        const expected = ascending.map((percent) => sorted[Math.floor((percent * list.length + 99) / 100) - 1]! + 0);
        const actual = quantilesInPlace(
          data,
          ascending.map((percent) => percent / 100),
        );
        expect(actual.map((value) => value + 0)).toEqual(expected); // + 0: the two zeros are equal
        expect(data.sort()).toEqual(sorted);
      }),
    );
  });

  it("refuses what has no meaning", () => {
    const values = Float64Array.from([1, 2, 3]);
    expect(() => quantilesInPlace(values, [0])).toThrow("(0, 1]");
    expect(() => quantilesInPlace(values, [1.1])).toThrow("(0, 1]");
    expect(() => quantilesInPlace(values, [0.9, 0.1])).toThrow("ascend");
  });
});
