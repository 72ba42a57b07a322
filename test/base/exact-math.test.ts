import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exp, ln } from "../../src/base/exact-math.js";

/** Distance to the next double. */
function ulp(x: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Math.abs(x));
  view.setBigInt64(0, view.getBigInt64(0) + 1n);
  return view.getFloat64(0) - Math.abs(x);
}

function expectWithinOneUlp(actual: number, reference: number): void {
  expect(Math.abs(actual - reference)).toBeLessThanOrEqual(ulp(reference));
}

describe("ln", () => {
  it("knows its landmarks", () => {
    expect(ln(1)).toBe(0);
    expect(ln(2)).toBe(Math.LN2);
    expect(ln(10)).toBe(Math.LN10);
    expect(ln(0)).toBe(Number.NEGATIVE_INFINITY);
    expect(ln(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
    expect(ln(-1)).toBeNaN();
    expect(ln(Number.NaN)).toBeNaN();
  });

  it("is within one unit in the last place of the engine's, from the smallest to the largest double", () => {
    const positive = fc.double({ min: Number.MIN_VALUE, noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(fc.oneof(positive, fc.double({ min: 0.5, max: 2, noNaN: true })), (x) =>
        expectWithinOneUlp(ln(x), Math.log(x)),
      ),
      { numRuns: 5000 },
    );
  });
});

describe("exp", () => {
  it("knows its landmarks", () => {
    expect(exp(0)).toBe(1);
    expectWithinOneUlp(exp(1), Math.E);
    // The largest argument with a finite result, and the next double.
    expect(exp(709.782712893384)).toBeLessThan(Number.POSITIVE_INFINITY);
    expect(exp(709.7827128933841)).toBe(Number.POSITIVE_INFINITY);
    expect(exp(-708.5)).toBe(0);
    expect(exp(Number.NEGATIVE_INFINITY)).toBe(0);
    expect(exp(Number.NaN)).toBeNaN();
  });

  it("is within one unit in the last place of the engine's", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.double({ min: -708, max: 709.78, noNaN: true }), fc.double({ min: -2, max: 2, noNaN: true })),
        (x) => expectWithinOneUlp(exp(x), Math.exp(x)),
      ),
      { numRuns: 5000 },
    );
  });
});
