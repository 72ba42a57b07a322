// The statistics that compare two traces.

import { MS_PER_HOUR } from "../../base/units.js";

/** Largest difference of two empirical distribution functions; both samples ascend and have values. */
export function kolmogorovSmirnov(a: Float64Array, b: Float64Array): number {
  let i = 0;
  let j = 0;
  let most = 0;
  while (i < a.length && j < b.length) {
    // Equal values are passed together: between them neither function has a value of its own.
    const value = Math.min(a[i]!, b[j]!);
    while (i < a.length && a[i] === value) i++;
    while (j < b.length && b[j] === value) j++;
    most = Math.max(most, Math.abs(i / a.length - j / b.length));
  }
  return most;
}

/** Nearest-rank quantile of values that ascend; NaN of none. */
export function sortedQuantile(values: Float64Array, p: number): number {
  return values.length === 0 ? Number.NaN : values[Math.max(0, Math.ceil(p * values.length) - 1)]!;
}

/** Submissions in each whole hour between the first and the last; `submitMs` ascends from 0. */
export function hourlyCounts(submitMs: Float64Array): Float64Array {
  const hours = submitMs.length === 0 ? 0 : Math.floor(submitMs.at(-1)! / MS_PER_HOUR);
  const counts = new Float64Array(hours);
  for (const ms of submitMs) {
    const hour = Math.floor(ms / MS_PER_HOUR);
    if (hour < hours) counts[hour] = counts[hour]! + 1;
  }
  return counts;
}

/** Periods that a lag must be contained in, so that its autocorrelation is one of the process and not of one stretch. */
const FEWEST_LAGS = 3;
const FEWEST_COUNTS = 24;

/** Sample autocorrelation at a lag (Box and Jenkins); NaN when there are too few counts, or all are equal. */
export function autocorrelation(counts: Float64Array, lag: number): number {
  if (counts.length < Math.max(FEWEST_COUNTS, FEWEST_LAGS * lag)) return Number.NaN;
  let sum = 0;
  for (const count of counts) sum += count;
  const mean = sum / counts.length;
  let variance = 0;
  let covariance = 0;
  for (let i = 0; i < counts.length; i++) {
    const deviation = counts[i]! - mean;
    variance += deviation * deviation;
    if (i >= lag) covariance += deviation * (counts[i - lag]! - mean);
  }
  return variance === 0 ? Number.NaN : covariance / variance;
}
