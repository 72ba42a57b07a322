// Simulated against recorded times of the same jobs: as distributions, quantile by quantile, and job by job.

import { exp, ln } from "../../base/exact-math.js";
import { quantiles } from "../../base/quantiles.js";
import { MS_PER_SECOND } from "../../base/units.js";
import type { WaitComparison } from "../../model/calibration.js";

/** What tables show. */
const SHOWN = [0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99];

/** What a fit looks at: every twentieth of the jobs, and the last hundredth. */
const FITTED = [...Array.from({ length: 19 }, (_, i) => (i + 1) / 20), 0.99];

/** Two waits that differ by less are the same to whoever waits: as bounded slowdown has it (Feitelson et al. 1997). */
const NEAR_MS = 10 * MS_PER_SECOND;

/** Times of the same jobs, both known. */
export interface Pairs {
  readonly simulated: Float64Array;
  readonly recorded: Float64Array;
}

/** The jobs from `from` to `to` of which both times are known. */
export function pairsOf(simulated: Float64Array, recorded: Float64Array, from: number, to: number): Pairs {
  const pairs = { simulated: new Float64Array(to - from), recorded: new Float64Array(to - from) };
  let count = 0;
  for (let i = from; i < to; i++) {
    if (Number.isNaN(simulated[i]!) || Number.isNaN(recorded[i]!)) continue;
    pairs.simulated[count] = simulated[i]!;
    pairs.recorded[count] = recorded[i]!;
    count++;
  }
  return { simulated: pairs.simulated.subarray(0, count), recorded: pairs.recorded.subarray(0, count) };
}

/**
 * How far off the quantiles are: the mean square of the logarithms of their ratios. 0: equal. The grain of the record is added
 * to both sides: what is shorter cannot be compared.
 */
export function lossOf({ simulated, recorded }: Pairs, grainMs: number): number {
  const ours = quantiles(simulated, FITTED);
  const theirs = quantiles(recorded, FITTED);
  let sum = 0;
  for (let i = 0; i < FITTED.length; i++) {
    const ratio = ln((ours[i]! + grainMs) / (theirs[i]! + grainMs));
    sum += ratio * ratio;
  }
  return sum / FITTED.length;
}

/** A loss as the factor by which a quantile is typically off. */
export function offBy(loss: number): number {
  return exp(Math.sqrt(loss));
}

/** All that a report says of the times of some jobs. There must be one at least. */
export function compareTimes(pairs: Pairs, grainMs: number): WaitComparison {
  const { simulated, recorded } = pairs;
  const ours = quantiles(simulated, SHOWN);
  const theirs = quantiles(recorded, SHOWN);
  return {
    jobs: simulated.length,
    mean: { simulated: Math.round(meanOf(simulated)), recorded: Math.round(meanOf(recorded)) },
    quantiles: SHOWN.map((probability, i) => ({ probability, simulated: ours[i]!, recorded: theirs[i]! })),
    offBy: rounded(offBy(lossOf(pairs, grainMs))),
    near: rounded(nearOf(pairs)),
    rankCorrelation: rankCorrelation(pairs),
  };
}

export function meanOf(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return values.length === 0 ? 0 : sum / values.length;
}

/** Four decimals: more would only look exact. */
export function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}

function nearOf({ simulated, recorded }: Pairs): number {
  let near = 0;
  for (let i = 0; i < simulated.length; i++) {
    const less = Math.min(simulated[i]!, recorded[i]!);
    const more = Math.max(simulated[i]!, recorded[i]!);
    if (more <= 2 * less || more - less <= NEAR_MS) near++;
  }
  return near / simulated.length;
}

/** Spearman's: Pearson's correlation of the ranks, equal values sharing their mean rank. Null when one side is all equal. */
function rankCorrelation({ simulated, recorded }: Pairs): number | null {
  const a = ranksOf(simulated);
  const b = ranksOf(recorded);
  const middle = (a.length + 1) / 2;
  let both = 0;
  let squareA = 0;
  let squareB = 0;
  for (let i = 0; i < a.length; i++) {
    both += (a[i]! - middle) * (b[i]! - middle);
    squareA += (a[i]! - middle) * (a[i]! - middle);
    squareB += (b[i]! - middle) * (b[i]! - middle);
  }
  return squareA > 0 && squareB > 0 ? rounded(both / Math.sqrt(squareA * squareB)) : null;
}

function ranksOf(values: Float64Array): Float64Array {
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]! || a - b);
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let i = from; i < to; i++) ranks[order[i]!] = (from + 1 + to) / 2;
    from = to;
  }
  return ranks;
}
