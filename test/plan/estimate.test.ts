// Means over seeds: by hand.

import { describe, expect, it } from "vitest";
import { estimate, estimateRatio, studentT } from "../../src/plan/compare/estimate.js";

describe("a mean over seeds", () => {
  it("has no interval with one seed", () => {
    expect(estimate([7])).toEqual({ mean: 7, halfWidth: null });
  });

  it("has the interval of Student's t", () => {
    // 1, 2, 3: mean 2, standard deviation 1, so 4.3027 x 1 / sqrt(3) = 2.4842.
    const { mean, halfWidth } = estimate([1, 2, 3]);
    expect(mean).toBe(2);
    expect(halfWidth).toBeCloseTo(2.4842, 4);
  });

  it.each([
    // From a table of the distribution.
    [1, 12.7062],
    [9, 2.2622],
    [30, 2.0423],
    [40, 2.0211],
    [60, 2.0003],
    [120, 1.9799],
  ])("knows t with %i degrees of freedom", (degrees, t) => {
    expect(studentT(degrees)).toBeCloseTo(t, 3);
  });

  it("takes ratios seed by seed", () => {
    // +10 % on both seeds, though the figures themselves differ by a factor of ten: no width is left.
    const { mean, halfWidth } = estimateRatio([110, 1_100], [100, 1_000]);
    expect(mean).toBeCloseTo(0.1, 12);
    expect(halfWidth).toBeCloseTo(0, 12);
  });
});
