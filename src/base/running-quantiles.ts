// Quantiles of values that come one after the other, without keeping them: counts in buckets whose width is a fixed share
// of their value (the leading bits of a double), as in DDSketch (Masson, Rim, Lee: VLDB 12(12), 2019). Integer arithmetic
// only, so that every machine gets the same answer.

import { assert } from "./assert.js";

/** Bits of the mantissa that tell buckets apart: 7 make a bucket 1/128 of its value wide, under 0.8 %. */
const MANTISSA_BITS = 7;
const SHIFT = 20 - MANTISSA_BITS;

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer); // [1] is the upper half: every platform JavaScript runs on is little-endian

/** The bucket of a value; all below 1 share the first. */
function bucketOf(value: number): number {
  float[0] = Math.max(1, value);
  return (words[1]! >>> SHIFT) - FIRST_BUCKET;
}

const FIRST_BUCKET = 1_023 << MANTISSA_BITS; // of the value 1

/** The least value above those of a bucket. */
function upperEdge(bucket: number): number {
  words[0] = 0;
  words[1] = (bucket + 1 + FIRST_BUCKET) << SHIFT;
  return float[0]!;
}

export class RunningQuantiles {
  /** Values so far. */
  count = 0;
  private least = Number.POSITIVE_INFINITY;
  private most = 0;
  /** Counts by bucket, from `offset` on. */
  private counts = new Uint32Array(0);
  private offset = 0;

  /** Takes a finite value, not negative. */
  add(value: number): void {
    assert(
      value >= 0 && value < Number.POSITIVE_INFINITY,
      "a running quantile of a value that is negative or not finite",
    );
    const bucket = bucketOf(value);
    this.cover(bucket);
    this.counts[bucket - this.offset] = this.counts[bucket - this.offset]! + 1;
    this.count++;
    if (value < this.least) this.least = value;
    if (value > this.most) this.most = value;
  }

  /**
   * A bound that at least a share `probability` (0..1] of the values are not above, at most 0.8 % above the least such
   * value (of values below 1: 1.008 at most); never outside the range of the values. NaN when there are none.
   */
  quantile(probability: number): number {
    assert(probability > 0 && probability <= 1, "a quantile's probability is not in (0, 1]");
    if (this.count === 0) return Number.NaN;
    let left = Math.ceil(probability * this.count);
    let place = 0;
    while (left > this.counts[place]!) left -= this.counts[place++]!;
    return Math.max(this.least, Math.min(this.most, upperEdge(place + this.offset)));
  }

  /** The largest value; 0 when there are none. */
  get max(): number {
    return this.most;
  }

  private cover(bucket: number): void {
    const { counts, offset } = this;
    if (this.count > 0 && bucket >= offset && bucket < offset + counts.length) return;
    const first = this.count === 0 ? bucket : Math.min(bucket, offset);
    const end = this.count === 0 ? bucket + 1 : Math.max(bucket + 1, offset + counts.length);
    const grown = new Uint32Array(end - first);
    grown.set(counts, this.count === 0 ? 0 : offset - first);
    this.counts = grown;
    this.offset = first;
  }
}
