// How bursty submissions are: the index of dispersion of counts, the variance of the number of submissions per bin divided
// by its mean. 1 is a Poisson process; more means bursts, cycles or trends on the scale of the bin. (Cox and Lewis, The
// statistical analysis of series of events, 1966, chapter 4; Gusella, IEEE JSAC 9(2), 1991, uses it for traffic.)

import { MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE } from "../../base/units.js";

/** The bins that reports show. */
export const REPORTED_BINS: readonly { readonly name: string; readonly ms: number }[] = [
  { name: "1 min", ms: MS_PER_MINUTE },
  { name: "1 h", ms: MS_PER_HOUR },
  { name: "1 day", ms: MS_PER_DAY },
];

/** Fewer bins tell nothing about a variance. */
export const FEWEST_BINS = 5;

/**
 * Index of dispersion of `submitMs` (ascending, from 0) over whole bins of `binMs` between the first and the last
 * submission; NaN when there are fewer than FEWEST_BINS.
 */
export function indexOfDispersion(submitMs: Float64Array, binMs: number): number {
  const spanMs = submitMs.length === 0 ? 0 : submitMs.at(-1)!;
  const bins = Math.floor(spanMs / binMs);
  if (bins < FEWEST_BINS) return Number.NaN;
  let counted = 0;
  let squares = 0;
  let bin = 0;
  let inBin = 0;
  for (const timeMs of submitMs) {
    const at = Math.floor(timeMs / binMs);
    if (at >= bins) break;
    if (at !== bin) {
      squares += inBin * inBin;
      bin = at;
      inBin = 0;
    }
    inBin++;
    counted++;
  }
  squares += inBin * inBin;
  return dispersionOf(counted, squares, bins);
}

/** The index from the number of submissions, the sum of squared counts and the number of bins. */
export function dispersionOf(counted: number, squares: number, bins: number): number {
  const mean = counted / bins;
  return (squares / bins - mean * mean) / mean;
}
