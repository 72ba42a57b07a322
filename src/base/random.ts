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

/**
 * A uniform number in [0, 1) (32 bits) that depends on the words alone, and not on what was drawn before: for chances that
 * must strike the same thing however often and in whatever order one asks. Of the seed its low 32 bits count.
 * MurmurHash3_x86_32 (Appleby 2011) of the words.
 */
export function hashedUniform(seed: number, words: readonly number[]): number {
  let hash = seed | 0;
  for (const word of words) {
    const mixed = Math.imul(word, 0xcc9e2d51);
    hash ^= Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  hash ^= 4 * words.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / TWO_32;
}

const TWO_32 = 4_294_967_296;

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
