// Distributions of times over many orders of magnitude: exact quantiles, and buckets whose edges grow by a constant ratio.

import { quantiles } from "../../base/quantiles.js";
import { MS_PER_HOUR, MS_PER_MINUTE } from "../../base/units.js";
import type { TimeDistribution } from "../../model/trace-inspection.js";

/** The quantiles that are told. */
const PROBABILITIES: readonly number[] = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99];

/** Two buckets an octave, from 1 ms (where two edges round to one) to beyond the ten years that a run time may have. */
const EDGES_MS: readonly number[] = [...new Set(Array.from({ length: 80 }, (_, i) => Math.round(edgeOf(i))))];

/** 2 to the power i / 2, by exact products: the same bits everywhere. */
function edgeOf(i: number): number {
  let edge = i % 2 === 0 ? 1 : Math.SQRT2;
  for (let octave = i >> 1; octave > 0; octave--) edge *= 2;
  return edge;
}

/** Units that times may have been rounded to, coarsest first. */
const RESOLUTIONS_MS: readonly number[] = [MS_PER_HOUR, 15 * MS_PER_MINUTE, MS_PER_MINUTE];

/** A few exact values among rounded ones do not make the clock exact. */
const ROUNDED_SHARE = 0.95;

/** Fewer values than this may be multiples of a unit by chance; so may values that span but few of them. */
const FEWEST_VALUES = 20;
const FEWEST_MULTIPLES = 5;

/** Of values that are not negative, in milliseconds; NaN is left out. */
export function timeDistribution(valuesMs: Float64Array): TimeDistribution {
  const known = valuesMs.filter((value) => !Number.isNaN(value));
  if (known.length === 0)
    return { count: 0, zero: 0, meanMs: null, quantilesMs: [], maxMs: null, roundedToMs: null, buckets: [] };
  const counts = new Float64Array(EDGES_MS.length);
  let sum = 0;
  let max = 0;
  let zero = 0;
  const multiples = RESOLUTIONS_MS.map(() => 0);
  for (let row = 0; row < known.length; row++) {
    const value = known[row]!;
    sum += value;
    if (value > max) max = value;
    if (value === 0) zero++;
    else {
      const bucket = bucketOf(value);
      counts[bucket] = counts[bucket]! + 1;
      for (let i = 0; i < RESOLUTIONS_MS.length; i++) if (value % RESOLUTIONS_MS[i]! === 0) multiples[i]!++;
    }
  }
  const levels = quantiles(known, PROBABILITIES);
  return {
    count: known.length,
    zero,
    meanMs: Math.round(sum / known.length),
    quantilesMs: PROBABILITIES.map((p, i) => ({ p, ms: levels[i]! })),
    maxMs: max,
    roundedToMs: resolutionOf(multiples, known.length - zero, max),
    buckets: bucketsOf(counts),
  };
}

function resolutionOf(multiples: readonly number[], values: number, maxMs: number): number | null {
  const isUnit = (unitMs: number, i: number) =>
    multiples[i]! >= ROUNDED_SHARE * values && maxMs >= FEWEST_MULTIPLES * unitMs;
  return values < FEWEST_VALUES ? null : (RESOLUTIONS_MS.find(isUnit) ?? null);
}

/** The last edge that is not above the value, by bisection. Values below the first edge count with it. */
function bucketOf(value: number): number {
  let low = 0;
  let high = EDGES_MS.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (EDGES_MS[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

function bucketsOf(counts: Float64Array): TimeDistribution["buckets"] {
  const first = counts.findIndex((count) => count > 0);
  if (first < 0) return [];
  const last = counts.findLastIndex((count) => count > 0);
  return Array.from({ length: last - first + 1 }, (_, i) => ({
    fromMs: EDGES_MS[first + i]!,
    toMs: EDGES_MS[first + i + 1] ?? 2 * EDGES_MS[first + i]!,
    count: counts[first + i]!,
  }));
}
