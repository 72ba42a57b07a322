import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quantiles } from "../../src/base/quantiles.js";

describe("nearest-rank quantiles", () => {
  it.each([
    // Of 5 values the median is the 3rd (2.5 rounded up), p95 the 5th (4.75 rounded up), p20 the 1st (exactly 1).
    { values: [50, 10, 30, 20, 40], probabilities: [0.2, 0.5, 0.95], expected: [10, 30, 50] },
    // Of 4 the median is the 2nd (exactly 2), p75 the 3rd, the maximum the 4th; in the order asked for.
    { values: [4, 3, 2, 1], probabilities: [1, 0.5, 0.75], expected: [4, 2, 3] },
    { values: [7], probabilities: [0.01, 0.99], expected: [7, 7] },
    { values: [0, 0, Number.POSITIVE_INFINITY], probabilities: [0.5, 1], expected: [0, Number.POSITIVE_INFINITY] },
  ])("of $values at $probabilities are $expected", ({ values, probabilities, expected }) => {
    expect(quantiles(Float64Array.from(values), probabilities)).toEqual(expected);
  });

  it("of nothing are NaN", () => {
    expect(quantiles(new Float64Array(0), [0.5, 0.9])).toEqual([Number.NaN, Number.NaN]);
  });

  it("are what sorting gives, and leave the values as they were", () => {
    // Percentages, so that the rank can be counted in integers: the k-th of n with k = ceil(percent n / 100).
    const percents = fc.array(fc.constantFrom(1, 10, 25, 50, 75, 90, 95, 99, 100), { minLength: 1 });
    // Many equal values, values close together, and values of every size.
    const value = fc.oneof(
      fc.integer({ min: 0, max: 5 }),
      fc.double({ min: 1, max: 1.1, noNaN: true }),
      fc.double({ min: 0, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 200, size: "max" }), percents, (list, asked) => {
        const data = Float64Array.from(list);
        const sorted = data.slice().sort();
        const expected = asked.map((percent) => sorted[Math.floor((percent * list.length + 99) / 100) - 1]!);
        expect(
          quantiles(
            data,
            asked.map((percent) => percent / 100),
          ),
        ).toEqual(expected);
        expect(Array.from(data)).toEqual(list);
      }),
    );
  });

  it("refuse what has no meaning", () => {
    expect(() => quantiles(Float64Array.of(1, 2, 3), [0])).toThrow("(0, 1]");
    expect(() => quantiles(Float64Array.of(1, 2, 3), [1.1])).toThrow("(0, 1]");
    expect(() => quantiles(Float64Array.of(1, -2, 3), [0.5])).toThrow("negative values or NaN");
    expect(() => quantiles(Float64Array.of(1, Number.NaN, 3), [0.5])).toThrow("negative values or NaN");
  });
});
