import { describe, expect, it } from "vitest";
import { compareTimes, lossOf, offBy, pairsOf } from "../../../src/run/calibrate/wait-comparison.js";

const SECOND = 1_000;

function pairs(simulated: readonly number[], recorded: readonly number[]) {
  return { simulated: Float64Array.from(simulated), recorded: Float64Array.from(recorded) };
}

describe("lossOf", () => {
  it("is the squared logarithm of the ratio where all waits are longer by the same factor", () => {
    // (19 s + 1 s) / (9 s + 1 s) = 2 at every quantile: ln 2 squared, off by a factor of 2.
    const loss = lossOf(pairs([19_000, 19_000], [9_000, 9_000]), SECOND);
    expect(loss).toBeCloseTo(Math.LN2 ** 2, 12);
    expect(offBy(loss)).toBeCloseTo(2, 12);
  });

  it("counts little what the record cannot show", () => {
    // 30 s against 0 s: a factor of 31 where waits are recorded in seconds, of (30 + 60) / 60 = 1.5 where in minutes.
    expect(offBy(lossOf(pairs([30_000], [0]), SECOND))).toBeCloseTo(31, 9);
    expect(offBy(lossOf(pairs([30_000], [0]), 60 * SECOND))).toBeCloseTo(1.5, 12);
  });

  it("compares distributions: who waited how long does not matter", () => {
    expect(lossOf(pairs([1, 2, 3], [3, 1, 2]), SECOND)).toBe(0);
  });
});

describe("compareTimes", () => {
  it("has quantiles, means, near jobs and ranks", () => {
    // Near: 100 s and 200 s are a factor of two apart, 0 s and 10 s ten seconds; 300 s and 900 s are neither.
    const comparison = compareTimes(pairs([100_000, 0, 300_000], [200_000, 10_000, 900_000]), SECOND);
    expect(comparison).toMatchObject({ jobs: 3, near: 0.6667, rankCorrelation: 1 });
    expect(comparison.mean).toEqual({ simulated: 133_333, recorded: 370_000 });
    expect(comparison.quantiles[2]).toEqual({ probability: 0.5, simulated: 100_000, recorded: 200_000 });
  });

  it.each([
    { recorded: [3, 2, 1], correlation: -1 },
    // Ranks 1.5, 1.5, 3 against 1, 2, 3: (-0.5)(-1) + (-0.5)(0) + (1)(1) = 1.5 over sqrt(1.5 * 2) = 0.866.
    { recorded: [5, 5, 9], correlation: 0.866 },
    { recorded: [4, 4, 4], correlation: null },
  ])("correlates ranks: $recorded", ({ recorded, correlation }) => {
    expect(compareTimes(pairs([1, 2, 3], recorded), SECOND).rankCorrelation).toBe(correlation);
  });
});

it("pairs only what is known on both sides", () => {
  const { simulated, recorded } = pairsOf(
    Float64Array.of(1, Number.NaN, 3, 4),
    Float64Array.of(5, 6, Number.NaN, 8),
    0,
    4,
  );
  expect([...simulated]).toEqual([1, 4]);
  expect([...recorded]).toEqual([5, 8]);
});
