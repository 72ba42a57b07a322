// Splitting a whole number into whole parts in proportion to weights, so that the parts sum to it exactly: the largest
// remainder method (Hamilton). What is left after rounding down goes to the largest fractions, ties to the lower index.

import { assert } from "../base/assert.js";

/** Whole parts of `total` (an integer >= 0) proportional to `weights` (>= 0); all zero when every weight is 0. */
export function apportion(total: number, weights: Float64Array): Float64Array {
  let sum = 0;
  for (const weight of weights) sum += weight;
  const parts = new Float64Array(weights.length);
  if (sum === 0 || total === 0) return parts;
  const fractions = new Float64Array(weights.length);
  let given = 0;
  for (let i = 0; i < weights.length; i++) {
    const exact = (total / sum) * weights[i]!;
    parts[i] = Math.floor(exact);
    fractions[i] = exact - parts[i]!;
    given += parts[i]!;
  }
  giveRemainder(total - given, parts, fractions);
  return parts;
}

/** Hands out (or, after rounding of the ratio itself, takes back) the few units by which the parts miss the total. */
function giveRemainder(missing: number, parts: Float64Array, fractions: Float64Array): void {
  assert(Math.abs(missing) <= parts.length + 1, "apportioned parts are far from their total");
  const order = Uint32Array.from(parts, (_, i) => i).sort((a, b) => fractions[b]! - fractions[a]! || a - b);
  for (let i = 0; i < missing; i++) parts[order[i % order.length]!] = parts[order[i % order.length]!]! + 1;
  let excess = -missing;
  for (let i = order.length - 1; excess > 0; i = i === 0 ? order.length - 1 : i - 1) {
    const index = order[i]!;
    if (parts[index]! === 0) continue;
    parts[index] = parts[index]! - 1;
    excess--;
  }
}
