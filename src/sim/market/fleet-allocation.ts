// How EC2 chooses among the pools that a launch allows. AWS publishes the intent of each strategy, not its rule.

import { NONE } from "../../model/tables.js";

/** Spare instances beyond this make a pool no safer for one more: a model. */
const DEEP_POOL = 20;

/** Pools with at least this share of the deepest one's spare instances are deep enough to be chosen by price: a model. */
const DEEP_SHARE = 0.5;

/**
 * The cheapest of the pools that have much capacity to spare; on a tie the first. `spareOf` is how many more instances a pool
 * would give now (0: none). NONE when no pool would give one.
 */
export function cheapestOfDeep(
  pools: readonly number[],
  spareOf: (pool: number) => number,
  microUsdPerHour: Float64Array,
): number {
  let deepest = 0;
  for (const pool of pools) deepest = Math.max(deepest, Math.min(DEEP_POOL, spareOf(pool)));
  let best = NONE;
  for (const pool of pools) {
    const spare = spareOf(pool);
    if (spare === 0 || spare < DEEP_SHARE * deepest) continue;
    if (best === NONE || microUsdPerHour[pool]! < microUsdPerHour[best]!) best = pool;
  }
  return best;
}
