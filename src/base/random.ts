// Seeded randomness. One run seed gives many independent named streams ("boot", "pull", "workload", ...), so that a
// policy that draws more from one stream does not disturb another: policies compared on one seed see the same world.
// The generator is alea (seedrandom); the samplers use only exact arithmetic, for the same bits everywhere.

import seedrandom from "seedrandom";
import { exp, ln } from "./exact-math.js";

export interface RandomStream {
  /** Uniform in [0, 1), 53 bits. */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** Exponential with the given mean. */
  exponential(mean: number): number;
}

/** The stream `name` of the run `seed`: the same pair always gives the same numbers. */
export function randomStream(seed: number | string, name: string): RandomStream {
  const generator = seedrandom.alea(`${seed}/${name}`);
  let spare = Number.NaN;
  const uniform = () => generator.double();
  return {
    uniform,
    normal() {
      if (!Number.isNaN(spare)) {
        const value = spare;
        spare = Number.NaN;
        return value;
      }
      // Marsaglia's polar method: no sine or cosine, whose last bits differ between engines.
      for (;;) {
        const u = 2 * uniform() - 1;
        const v = 2 * uniform() - 1;
        const s = u * u + v * v;
        if (s > 0 && s < 1) {
          const factor = Math.sqrt((-2 * ln(s)) / s);
          spare = v * factor;
          return u * factor;
        }
      }
    },
    exponential: (mean) => -mean * ln(1 - uniform()),
  };
}

/** A distribution of a non-negative duration in milliseconds, as data. */
export type DurationDistribution =
  | { readonly kind: "constant"; readonly valueMs: number }
  | { readonly kind: "uniform"; readonly minMs: number; readonly maxMs: number }
  | { readonly kind: "exponential"; readonly meanMs: number }
  | { readonly kind: "lognormal"; readonly medianMs: number; readonly p95Ms: number };

/** 95th percentile of the standard normal distribution: turns a p95 into a lognormal's sigma. */
const NORMAL_P95 = 1.6448536269514722;

/** Draws one duration, rounded to whole milliseconds. */
export function sampleDurationMs(distribution: DurationDistribution, stream: RandomStream): number {
  switch (distribution.kind) {
    case "constant":
      return Math.round(distribution.valueMs);
    case "uniform":
      return Math.round(distribution.minMs + (distribution.maxMs - distribution.minMs) * stream.uniform());
    case "exponential":
      return Math.round(stream.exponential(distribution.meanMs));
    case "lognormal": {
      const sigma = ln(distribution.p95Ms / distribution.medianMs) / NORMAL_P95;
      return Math.round(distribution.medianMs * exp(sigma * stream.normal()));
    }
  }
}
