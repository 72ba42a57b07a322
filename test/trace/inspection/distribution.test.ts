import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { timeDistribution } from "../../../src/trace/inspection/distribution.js";

describe("timeDistribution", () => {
  it("tells exact quantiles, and zeros apart from nothing", () => {
    // 0, 1 s, 2 s, 3 s: of four values the median (nearest rank) is the second.
    const distribution = timeDistribution(Float64Array.of(3_000, Number.NaN, 0, 1_000, 2_000));
    expect(distribution).toMatchObject({ count: 4, zero: 1, meanMs: 1_500, maxMs: 3_000 });
    expect(distribution.quantilesMs.find(({ p }) => p === 0.5)).toEqual({ p: 0.5, ms: 1_000 });
  });

  it("has no figures where there is no value", () => {
    expect(timeDistribution(Float64Array.of(Number.NaN))).toEqual({
      ...{ count: 0, zero: 0, meanMs: null, quantilesMs: [], maxMs: null, roundedToMs: null, buckets: [] },
    });
  });

  it("puts every value above 0 into the bucket that holds it", () => {
    const value = fc.oneof(fc.integer({ min: 0, max: 5_000 }), fc.integer({ min: 0, max: 315_576_000_000 }));
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 40 }), (values) => {
        const { buckets, zero, count } = timeDistribution(Float64Array.from(values));
        for (const { fromMs, toMs, count: inside } of buckets) {
          expect(values.filter((ms) => ms >= fromMs && ms < toMs && ms > 0).length).toBe(inside);
        }
        buckets.slice(1).forEach(({ fromMs }, i) => {
          expect(fromMs).toBe(buckets[i]!.toMs);
        });
        expect(buckets.reduce((sum, bucket) => sum + bucket.count, zero)).toBe(count);
        expect(buckets.at(0)?.count).not.toBe(0);
        expect(buckets.at(-1)?.count).not.toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    { unit: 60_000, off: 0, rounded: 60_000 },
    { unit: 900_000, off: 0, rounded: 900_000 },
    { unit: 3_600_000, off: 0, rounded: 3_600_000 },
    { unit: 60_000, off: 1_000, rounded: null },
  ])("finds that times are multiples of $unit ms, $off ms off: $rounded", ({ unit, off, rounded }) => {
    const values = Float64Array.from({ length: 30 }, (_, i) => (i === 0 ? 0 : off + i * unit));
    expect(timeDistribution(values).roundedToMs).toBe(rounded);
  });

  it("does not take few values for rounded ones", () => {
    expect(timeDistribution(Float64Array.from({ length: 19 }, (_, i) => (i + 1) * 60_000)).roundedToMs).toBe(null);
    expect(timeDistribution(new Float64Array(100).fill(60_000)).roundedToMs).toBe(null); // all the same: 1 min
  });
});
