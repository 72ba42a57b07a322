// Exact quantiles by selection. Definition: the "nearest rank" quantile, i.e. the smallest value such that at least
// p * n values are <= it; it is always one of the data, so it has the data's unit and no interpolation artefacts.

import { assert } from "./assert.js";

/** Partially sorts `values[from..to]` so that `values[k]` is what a full sort would put there (Hoare's FIND). */
function selectInPlace(values: Float64Array, k: number, from: number, to: number): void {
  let left = from;
  let right = to;
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
    else return;
  }
}

/**
 * Nearest-rank quantiles of `values` (no NaN) at `probabilities` (ascending, each in (0, 1]).
 * Returns NaN for each when there is no value. Reorders `values`: pass a copy if their order matters.
 */
export function quantilesInPlace(values: Float64Array, probabilities: readonly number[]): number[] {
  if (values.length === 0) return probabilities.map(() => Number.NaN);
  let from = 0;
  return probabilities.map((p) => {
    assert(p > 0 && p <= 1, "a quantile's probability is not in (0, 1]");
    const rank = Math.ceil(p * values.length) - 1;
    assert(rank >= from, "quantile probabilities must ascend");
    selectInPlace(values, rank, from, values.length - 1);
    from = rank;
    return values[rank]!;
  });
}
