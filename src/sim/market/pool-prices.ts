// What pools cost over time: replayed where the world has a series, else by the seeded process (spot only), else constant.
// Each pool draws from a stream of its own, one step ahead, so that its prices are the same whatever is bought.

import { exp, ln } from "../../base/exact-math.js";
import { type RandomStream, randomStream } from "../../base/random.js";
import type { MarketModel, PriceSeries } from "../../model/market.js";
import type { MarketPool } from "./market-pool.js";

/** Spot costs between a tenth of the on-demand price and all of it: so in 32 million price changes of 2022-24. */
const LOWEST_SHARE = 0.1;

export class PoolPrices {
  /** Per pool: what it costs now, whole micro-USD per hour. */
  readonly now: Float64Array;
  private readonly pools: readonly MarketPool[];
  private readonly market: MarketModel;
  private readonly seed: number;
  /** Per pool: its price without stress, not rounded. */
  private readonly calm: Float64Array;
  /** Per pool: entries of its series that are past. */
  private readonly past: Int32Array;
  private readonly streams: (RandomStream | undefined)[] = [];

  constructor(pools: readonly MarketPool[], market: MarketModel, seed: number) {
    this.pools = pools;
    this.market = market;
    this.seed = seed;
    this.now = Float64Array.from(pools, (pool) => pool.ownMicroUsdPerHour);
    this.calm = this.now.slice();
    this.past = new Int32Array(pools.length);
  }

  /** When the price of a pool is first due to change, ms; Infinity: never. */
  firstMs(pool: number): number {
    const series = this.seriesOf(pool);
    return series === null ? this.nextStepMs(pool, 0) : Math.max(0, series.timesMs[0]!);
  }

  /** Takes the change of a pool's price that is due; returns when the next one is. */
  step(pool: number, nowMs: number): number {
    const series = this.seriesOf(pool);
    if (series !== null && this.past[pool]! < series.timesMs.length) return this.replay(pool, series, nowMs);
    this.calm[pool] = this.drawPrice(pool);
    return this.nextStepMs(pool, nowMs);
  }

  /** Brings `now` of a pool up to date, with the factor of stress; whether that changed it. */
  refresh(pool: number, factor: number): boolean {
    const price = Math.round(this.calm[pool]! * factor);
    if (price === this.now[pool]) return false;
    this.now[pool] = price;
    return true;
  }

  private seriesOf(pool: number): PriceSeries | null {
    return this.market.prices[pool] ?? null;
  }

  /** The price in effect, and the next entry that differs from it. After the last one the process goes on from there. */
  private replay(pool: number, { timesMs, microUsdPerHour }: PriceSeries, nowMs: number): number {
    let entry = this.past[pool]!;
    while (entry < timesMs.length && timesMs[entry]! <= nowMs) entry++;
    const price = microUsdPerHour[entry - 1]!;
    this.calm[pool] = price;
    while (entry < timesMs.length && microUsdPerHour[entry] === price) entry++;
    this.past[pool] = entry;
    if (entry < timesMs.length) return timesMs[entry]!;
    return this.nextStepMs(pool, Math.max(nowMs, timesMs[entry - 1]!));
  }

  private nextStepMs(pool: number, fromMs: number): number {
    const { priceProcess } = this.market;
    const { isSpot, ownMicroUsdPerHour } = this.pools[pool]!;
    if (priceProcess === null || !isSpot || ownMicroUsdPerHour === 0) return Number.POSITIVE_INFINITY;
    return fromMs + Math.max(1, Math.round(this.streamOf(pool).exponential(priceProcess.meanStepMs)));
  }

  /** ln(new) = ln(old) + reversion x (ln(own) - ln(old)) + sigma x N(0, 1), within its bounds. */
  private drawPrice(pool: number): number {
    const { sigma, reversion } = this.market.priceProcess!;
    const { ownMicroUsdPerHour, onDemandMicroUsdPerHour } = this.pools[pool]!;
    const price = this.calm[pool]!;
    const drift = reversion * ln(ownMicroUsdPerHour / price);
    const next = price * exp(drift + sigma * this.streamOf(pool).normal());
    if (onDemandMicroUsdPerHour === Number.POSITIVE_INFINITY) return next;
    return Math.min(onDemandMicroUsdPerHour, Math.max(LOWEST_SHARE * onDemandMicroUsdPerHour, next));
  }

  private streamOf(pool: number): RandomStream {
    this.streams[pool] ??= randomStream(this.seed, `price/${this.pools[pool]!.name}`);
    return this.streams[pool];
  }
}
