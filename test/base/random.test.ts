import { describe, expect, it } from "vitest";
import { type DurationDistribution, type RandomStream, randomStream, sampleDurationMs } from "../../src/base/random.js";

const COUNT = 40_000;

function draw(count: number, next: () => number): Float64Array {
  return Float64Array.from({ length: count }, next);
}
const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
/** The value below which a share p of the values lies. */
const quantile = (values: Float64Array, p: number) => values.slice().sort()[Math.ceil(p * values.length) - 1]!;
const first = (stream: RandomStream) => Array.from(draw(20, () => stream.uniform()));

describe("a stream", () => {
  it("is the same for the same seed and name", () => {
    expect(first(randomStream(1, "boot"))).toEqual(first(randomStream(1, "boot")));
    expect(first(randomStream("1", "boot"))).toEqual(first(randomStream(1, "boot")));
  });

  it("is another one for another seed or name", () => {
    const firsts = [randomStream(1, "boot"), randomStream(2, "boot"), randomStream(1, "pull"), randomStream(12, "")];
    expect(new Set(firsts.map((stream) => first(stream).join())).size).toBe(4);
  });

  it("is not disturbed by another one", () => {
    const boot = randomStream(1, "boot");
    const pull = randomStream(1, "pull");
    const mixed = Array.from({ length: 20 }, () => {
      pull.normal();
      return boot.uniform();
    });
    expect(mixed).toEqual(first(randomStream(1, "boot")));
  });

  // Standard errors of the mean of 40000: uniform 0.2887 / 200 = 0.0014, normal and exponential 1 / 200 = 0.005. Five of them.
  it("is uniform in [0, 1)", () => {
    const stream = randomStream(7, "uniform");
    const values = draw(COUNT, () => stream.uniform());
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(Math.abs(mean(values) - 0.5)).toBeLessThan(0.007);
    expect(Math.abs(quantile(values, 0.1) - 0.1)).toBeLessThan(0.01);
  });

  it("is normal with mean 0 and variance 1", () => {
    const stream = randomStream(7, "normal");
    const values = draw(COUNT, () => stream.normal());
    expect(Math.abs(mean(values))).toBeLessThan(0.025);
    // The variance of squares is 2: standard error sqrt(2) / 200 = 0.0071.
    expect(Math.abs(mean(values.map((value) => value * value)) - 1)).toBeLessThan(0.036);
    // 97.5 % lie below 1.96; the density there is 0.0584, the standard error sqrt(0.975 x 0.025) / 200 / 0.0584 = 0.0134.
    expect(Math.abs(quantile(values, 0.975) - 1.96)).toBeLessThan(0.067);
    // Pairs come from one draw: they must not be correlated (standard error 1 / 200 x sqrt(2)).
    const products = values.map((value, i) => (i % 2 === 0 ? value * values[i + 1]! : 0));
    expect(Math.abs(2 * mean(products))).toBeLessThan(0.036);
  });

  it("is exponential with the given mean", () => {
    const stream = randomStream(7, "exponential");
    const values = draw(COUNT, () => stream.exponential(3));
    expect(Math.abs(mean(values) / 3 - 1)).toBeLessThan(0.025);
    // The median of the exponential distribution is mean x ln 2 = 0.693 x mean; standard error of it 1 / 200 means.
    expect(Math.abs(quantile(values, 0.5) / 3 - Math.LN2)).toBeLessThan(0.025);
  });
});

describe("a duration", () => {
  const sample = (distribution: DurationDistribution) => {
    const stream = randomStream(3, "durations");
    return draw(COUNT, () => sampleDurationMs(distribution, stream));
  };

  it("is in whole milliseconds, whatever its distribution", () => {
    for (const distribution of [
      { kind: "constant", valueMs: 1500.4 },
      { kind: "uniform", minMs: 10.5, maxMs: 20.5 },
      { kind: "exponential", meanMs: 1000 },
      { kind: "lognormal", medianMs: 1000, p95Ms: 3000 },
    ] as const) {
      expect(sample(distribution).every((value) => Number.isInteger(value) && value >= 0)).toBe(true);
    }
  });

  it("is constant, or uniform between its bounds", () => {
    expect(new Set(sample({ kind: "constant", valueMs: 1500 }))).toEqual(new Set([1500]));
    const values = sample({ kind: "uniform", minMs: 1000, maxMs: 2000 });
    expect([Math.min(...values), Math.max(...values)]).toEqual([1000, 2000]);
    expect(Math.abs(mean(values) - 1500)).toBeLessThan(7);
  });

  it("is lognormal with the given median and 95th percentile", () => {
    // sigma = ln(4) / 1.645 = 0.843. Standard errors, as shares of the value: median sigma x 1.2533 / 200 = 0.0053;
    // p95 sigma x sqrt(0.95 x 0.05) / 0.1031 / 200 = 0.0089 (0.1031: normal density at 1.645). Five of them.
    const values = sample({ kind: "lognormal", medianMs: 20_000, p95Ms: 80_000 });
    expect(Math.abs(quantile(values, 0.5) / 20_000 - 1)).toBeLessThan(0.027);
    expect(Math.abs(quantile(values, 0.95) / 80_000 - 1)).toBeLessThan(0.045);
  });
});
