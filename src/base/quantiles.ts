// Exact quantiles without sorting. Definition: the "nearest rank" quantile, i.e. the smallest value such that at least
// p * n values are <= it; it is always one of the data, so it has the data's unit and no interpolation artefacts.
//
// Method: a radix step on the leading bits of the doubles, which for non-negative numbers order like the numbers. One pass
// counts values per bucket; the values of a bucket that holds a wanted rank are collected, and the rank selected there.

import { assert } from "./assert.js";

/** Buckets by the upper 16 bits of a double: sign, exponent and four bits of the mantissa; a bucket spans about 6 %. */
const BUCKETS = 1 << 16;
const SHIFT = 16;
/** The bucket of NaN; behind it lie the negative numbers. Infinity has the one before it. */
const FIRST_MEANINGLESS = 0x7ff8;

/**
 * Nearest-rank quantiles of non-negative `values` at `probabilities` (each in (0, 1]), in that order.
 * Returns NaN for each when there is no value. Leaves `values` as they are.
 */
export function quantiles(values: Float64Array, probabilities: readonly number[]): number[] {
  if (values.length === 0) return probabilities.map(() => Number.NaN);
  const ranks = probabilities.map((p) => {
    assert(p > 0 && p <= 1, "a quantile's probability is not in (0, 1]");
    return Math.ceil(p * values.length) - 1;
  });
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
  const counts = countBuckets(words);
  assert(
    counts.subarray(FIRST_MEANINGLESS).every((count) => count === 0),
    "quantiles of negative values or NaN",
  );
  const places = ranks.map((rank) => bucketOfRank(counts, rank));
  const members = collect(values, words, counts, new Set(places.map(({ bucket }) => bucket)));
  return ranks.map((rank, i) => {
    const { bucket, before } = places[i]!;
    return select(members.get(bucket)!, rank - before);
  });
}

/** Odd words are the upper halves of the doubles on every platform JavaScript runs on today. */
function countBuckets(words: Uint32Array): Uint32Array {
  const counts = new Uint32Array(BUCKETS);
  for (let i = 1; i < words.length; i += 2) {
    const bucket = words[i]! >>> SHIFT;
    counts[bucket] = counts[bucket]! + 1;
  }
  return counts;
}

/** The bucket that holds the value of a rank, and how many values lie in lower buckets. */
function bucketOfRank(counts: Uint32Array, rank: number): { bucket: number; before: number } {
  let before = 0;
  let bucket = 0;
  while (before + counts[bucket]! <= rank) before += counts[bucket++]!;
  return { bucket, before };
}

/** The values of the wanted buckets, in one pass. */
function collect(values: Float64Array, words: Uint32Array, counts: Uint32Array, wanted: ReadonlySet<number>) {
  const members = new Map<number, Float64Array>();
  /** Per bucket: 0 when it is not wanted, else one more than the position of its list. */
  const listOf = new Uint8Array(BUCKETS);
  for (const bucket of wanted) {
    members.set(bucket, new Float64Array(counts[bucket]!));
    listOf[bucket] = members.size;
  }
  const lists = [...members.values()];
  const found = new Uint32Array(lists.length);
  for (let i = 0; i < values.length; i++) {
    const list = listOf[words[2 * i + 1]! >>> SHIFT]!;
    if (list === 0) continue;
    lists[list - 1]![found[list - 1]!] = values[i]!;
    found[list - 1] = found[list - 1]! + 1;
  }
  return members;
}

/** What a full sort would put at position k (Hoare's FIND); reorders `values`. */
function select(values: Float64Array, k: number): number {
  let left = 0;
  let right = values.length - 1;
  while (left < right) {
    const pivot = values[(left + right) >> 1]!;
    let i = left;
    let j = right;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i <= j) {
        const swap = values[i]!;
        values[i++] = values[j]!;
        values[j--] = swap;
      }
    }
    if (k <= j) right = j;
    else if (k >= i) left = i;
    else break;
  }
  return values[k]!;
}
