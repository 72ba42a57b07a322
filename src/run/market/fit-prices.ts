// The seeded price process that a history looks like.

import { exp, ln } from "../../base/exact-math.js";
import { quantiles } from "../../base/quantiles.js";
import type { PriceProcess } from "../../model/market.js";
import type { PriceChanges } from "./price-history.js";

export interface FittedPrices {
  readonly process: PriceProcess;
  readonly steps: number;
  /** Pools that have at least one step. */
  readonly pools: number;
}

/** Median of |x| of a standard normal x: makes a standard deviation of a median. */
const NORMAL_MEDIAN_ABSOLUTE = 0.6744897501960817;

/**
 * Steps further out than this many standard deviations (as the median tells them) are taken for this many: faults of a recorder
 * must not set the scale, but prices do move more often by several standard deviations than a normal distribution has it.
 */
const OUTLIER_DEVIATIONS = 10;

/** Fewer steps tell nothing. */
const LEAST_STEPS = 30;

/** No reversion below this is looked for: a step would take back less than a hundred-thousandth of the way. */
const LEAST_REVERSION = 1e-5;

/**
 * Fits PriceProcess to the changes of some pools, which share its parameters. With x the natural logarithms of a pool's prices,
 * s[i] = x[i+1] - x[i] its steps and d[i] = x[i] - (mean of x but the last) how far off it was before each:
 *
 *   meanStepMs = sum over pools of (last change - first change) / number of steps
 *   reversion  = b of the least-squares line s = a - b d through the steps of all pools, each with its own a, without the bias
 *                that this has because the means come from the same steps (see `unbiased`)
 *   sigma      = root mean square of s - mean(s) + b d
 *
 * Undefined when there are fewer than 30 steps.
 */
export function fitPriceProcess(pools: readonly PriceChanges[]): FittedPrices | undefined {
  const series = pools.filter(({ timesMs }) => timesMs.length >= 2);
  const spanMs = series.reduce((sum, { timesMs }) => sum + timesMs.at(-1)! - timesMs[0]!, 0);
  const logs = series.map(({ microUsdPerHour }) => microUsdPerHour.map(ln));
  const steps = logs.map((x) => x.slice(1).map((log, i) => log - x[i]!));
  const count = steps.reduce((sum, { length }) => sum + length, 0);
  if (count < LEAST_STEPS) return undefined;
  const most = largestStep(steps.flat());
  const centredSteps = steps.flatMap((own) => centred(own.map((step) => Math.max(-most, Math.min(most, step)))));
  const distances = logs.flatMap((x) => centred(x.slice(0, -1)));
  const reversion = reversionOf(centredSteps, distances, count / series.length);
  const squares = centredSteps.reduce((sum, step, i) => sum + square(step + reversion * distances[i]!), 0);
  return {
    process: { meanStepMs: spanMs / count, sigma: Math.sqrt(squares / count), reversion },
    steps: count,
    pools: series.length,
  };
}

function centred(values: readonly number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

function largestStep(steps: readonly number[]): number {
  const [median] = quantiles(Float64Array.from(steps, Math.abs), [0.5]);
  return (OUTLIER_DEVIATIONS * median!) / NORMAL_MEDIAN_ABSOLUTE;
}

function reversionOf(steps: readonly number[], distances: readonly number[], stepsPerPool: number): number {
  let products = 0;
  let squares = 0;
  for (let i = 0; i < steps.length; i++) {
    products += steps[i]! * distances[i]!;
    squares += square(distances[i]!);
  }
  return squares === 0 || stepsPerPool <= 2 ? 0 : unbiased(-products / squares, stepsPerPool);
}

/**
 * The reversion whose expected estimate is the one found, by bisection; within 0 and 1. The estimate is too high by Nickell's
 * bias (Econometrica 1981, equation 18): with T steps per pool, r = 1 - reversion and
 * g = 1 - (1 - r^T) / (T (1 - r)), by (1 + r) / (T - 1) g / (1 - 2 r g / ((1 - r) (T - 1))).
 */
function unbiased(found: number, steps: number): number {
  let low = LEAST_REVERSION;
  let high = 1;
  if (found <= low + biasOf(low, steps)) return 0;
  if (found >= high + biasOf(high, steps)) return 1;
  for (let halvings = 0; halvings < 50; halvings++) {
    const middle = (low + high) / 2;
    if (middle + biasOf(middle, steps) < found) low = middle;
    else high = middle;
  }
  return low;
}

function biasOf(reversion: number, steps: number): number {
  const kept = 1 - reversion;
  const g = 1 - (1 - exp(steps * ln(kept))) / (steps * reversion);
  return (((1 + kept) / (steps - 1)) * g) / (1 - (2 * kept * g) / (reversion * (steps - 1)));
}

function square(x: number): number {
  return x * x;
}
