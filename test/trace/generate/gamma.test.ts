import { describe, expect, it } from "vitest";
import { randomStream } from "../../../src/base/random.js";
import { gammaCdf, lnGamma, sampleGamma } from "../../../src/trace/generate/gamma.js";
import { distanceTo } from "./distance.js";

function lnFactorial(n: number): number {
  let sum = 0;
  for (let i = 2; i <= n; i++) sum += Math.log(i);
  return sum;
}

describe("lnGamma", () => {
  it.each([
    [1, 0],
    [2, 0],
    [5, Math.log(24)], // 4!
    [0.5, 0.5 * Math.log(Math.PI)],
    [0.01, 4.599479878042022], // ln 99.4325851...
    [171, lnFactorial(170)],
    [312, lnFactorial(311)],
  ])("of %d", (x, expected) => {
    expect(lnGamma(x)).toBeCloseTo(expected, 8);
  });

  it("rises by ln x from x to x + 1", () => {
    for (let x = 0.05; x < 400; x *= 1.3) expect(lnGamma(x + 1) - lnGamma(x)).toBeCloseTo(Math.log(x), 9);
  });
});

describe("gammaCdf", () => {
  it.each([
    [1, 1, 1 - Math.exp(-1)], // exponential
    [6, 1, 1 - Math.exp(-3)], // scale 2
    [3, 2, 1 - 2.5 * Math.exp(-1.5)], // Erlang: 1 - (1 + t) e^-t, t = 3 / 2
    [3.841458820694124, 0.5, 0.95], // the 95 % point of chi-squared with one degree of freedom
    [18.307038053275146, 5, 0.95], // and with ten
    [0, 3, 0],
    [-1, 3, 0],
  ])("at %d with shape %d and scale 1 or 2", (x, shape, expected) => {
    const scale = shape === 1 && x === 1 ? 1 : 2;
    expect(gammaCdf(x, shape, scale)).toBeCloseTo(expected, 12);
  });

  it("is the same from both sides of where the method changes", () => {
    for (const shape of [0.3, 4.2, 312]) {
      const below = gammaCdf(shape + 1 - 1e-9, shape, 1);
      expect(gammaCdf(shape + 1, shape, 1) - below).toBeLessThan(1e-8);
    }
  });
});

describe("sampleGamma", () => {
  const count = 50_000;
  it.each([
    [0.3, 2],
    [1, 1],
    [4.2, 0.94],
    [312, 0.03],
  ])("with shape %d and scale %d has its mean, variance and distribution", (shape, scale) => {
    const stream = randomStream(1, `gamma/${shape}`);
    const values = Float64Array.from({ length: count }, () => sampleGamma(shape, scale, stream));
    const mean = values.reduce((sum, value) => sum + value, 0) / count;
    // Standard error of the mean: sqrt(a) b / sqrt(n); five of them.
    expect(Math.abs(mean - shape * scale)).toBeLessThan((5 * Math.sqrt(shape) * scale) / Math.sqrt(count));
    // 1 % point of the Kolmogorov distribution: 1.63 / sqrt(n).
    expect(distanceTo(values, (x) => gammaCdf(x, shape, scale))).toBeLessThan(1.63 / Math.sqrt(count));
  });
});
