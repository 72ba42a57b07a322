// Samples of the distributions that the cloud model is made of, by inversion.

import { exp, ln } from "../../base/exact-math.js";
import type { RandomStream } from "../../base/random.js";

/** 1, 2, 3, ... with the given mean. */
export function sampleGeometric(mean: number, stream: RandomStream): number {
  if (mean <= 1) return 1;
  return 1 + Math.floor(ln(1 - stream.uniform()) / ln(1 - 1 / mean));
}

/** P(X > x) = x^-exponent for x >= 1. */
export function samplePareto(exponent: number, stream: RandomStream): number {
  return exp(-ln(1 - stream.uniform()) / exponent);
}

/** A whole number from `least` to `most`, P(X >= n) falling as n^-exponent between them. */
export function sampleBoundedPareto(least: number, most: number, exponent: number, stream: RandomStream): number {
  const beyond = exp(exponent * ln(least / (most + 1)));
  const survival = 1 - stream.uniform() * (1 - beyond);
  return Math.min(most, Math.floor(least * exp(-ln(survival) / exponent)));
}

/** The median times e^(sigma z), z standard normal. */
export function sampleLognormal(median: number, sigma: number, stream: RandomStream): number {
  return sigma === 0 ? median : median * exp(sigma * stream.normal());
}

/** Draws indexes in proportion to weights, of which at least one is positive. */
export class WeightedChoice {
  private readonly upTo: Float64Array;

  constructor(weights: readonly number[]) {
    this.upTo = new Float64Array(weights.length);
    let total = 0;
    for (let i = 0; i < weights.length; i++) {
      total += weights[i]!;
      this.upTo[i] = total;
    }
  }

  draw(stream: RandomStream): number {
    const { upTo } = this;
    const wanted = stream.uniform() * upTo.at(-1)!;
    let low = 0;
    let high = upTo.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (wanted < upTo[middle]!) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** Brings the values into random order, in place (Fisher and Yates). */
export function shuffle<Values extends number[] | Uint32Array>(values: Values, stream: RandomStream): Values {
  for (let i = values.length - 1; i > 0; i--) {
    const j = Math.floor(stream.uniform() * (i + 1));
    const swap = values[i]!;
    values[i] = values[j]!;
    values[j] = swap;
  }
  return values;
}
