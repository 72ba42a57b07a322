// What time in a pool costs while its price moves. A price is constant between its changes, so what an interval costs is a sum
// of price x time, and the sums up to every change are kept: an interval costs two binary searches. All in exact integers,
// which are rounded to micro-USD once, by whoever has summed them.

import { MS_PER_HOUR } from "../base/units.js";
import type { Ledger } from "../ledger/ledger.js";
import type { PoolChangeColumns } from "../ledger/pool-changes.js";
import { NONE } from "../model/tables.js";
import { GroupedRows } from "./grouped-rows.js";

/**
 * Rates may have a fraction (a 30 GiB volume costs 3333.33 micro-USD an hour, Fargate is priced by the GiB): they count in
 * millionths of a micro-USD per hour.
 */
const RATE_UNITS = 1_000_000;
/** Units of price x time in a micro-USD. */
const UNITS_PER_MICRO_USD = BigInt(RATE_UNITS) * BigInt(MS_PER_HOUR);

/** A rate in micro-USD per hour as a whole number, which times milliseconds gives units. */
export function rateInUnits(microUsdPerHour: number): bigint {
  return BigInt(Math.round(microUsdPerHour * RATE_UNITS));
}

/** Units of price x time as whole micro-USD, rounded half up. */
export function microUsdOf(units: bigint): number {
  return Number((2n * units + UNITS_PER_MICRO_USD) / (2n * UNITS_PER_MICRO_USD));
}

/** The rate, micro-USD per hour, that so many milliseconds cost on average; 0 for no time. */
export function meanRate(units: bigint, timeMs: number): number {
  return timeMs === 0 ? 0 : Number(units) / RATE_UNITS / timeMs;
}

/** The changes of one pool: the new price in units, and what the time from 0 to the change costs. */
interface PoolSums {
  readonly units: readonly bigint[];
  readonly before: readonly bigint[];
}

/** The prices of a run's pools over its time. */
export class PoolPrices {
  private readonly initial: readonly number[];
  private readonly changes: PoolChangeColumns;
  private readonly changesOf: GroupedRows;
  /** By pool; made when first asked for. */
  private readonly sums: (PoolSums | undefined)[] = [];

  /** `initial`: price of each pool before its first change, micro-USD per hour; `changes` in order of time. */
  constructor(initial: readonly number[], changes: PoolChangeColumns) {
    this.initial = initial;
    this.changes = changes;
    this.changesOf = new GroupedRows(changes.pool.data, changes.length, initial.length);
  }

  /** Whether the pool has one price for ever. */
  isConstant(pool: number): boolean {
    return this.changesOf.count(pool) === 0;
  }

  /** The price at an instant, micro-USD per hour; at the instant of a change the new one. */
  at(pool: number, timeMs: number): number {
    return this.priceAfter(pool, this.lastChange(pool, timeMs));
  }

  /** What [fromMs, untilMs), whole milliseconds from 0 on, costs: price x time in units (`microUsdOf`). */
  over(pool: number, fromMs: number, untilMs: number): bigint {
    if (this.isConstant(pool)) return rateInUnits(this.initial[pool]!) * BigInt(untilMs - fromMs);
    return this.upTo(pool, untilMs) - this.upTo(pool, fromMs);
  }

  /** The lowest price that held for any time of the run, micro-USD per hour. */
  lowest(pool: number): number {
    let lowest = Number.POSITIVE_INFINITY;
    this.eachPrice(pool, 0, Number.POSITIVE_INFINITY, (_from, _until, price) => {
      lowest = Math.min(lowest, price);
    });
    return lowest;
  }

  /** Visits the parts of [fromMs, untilMs) in which the price was one, in order, with that price in micro-USD per hour. */
  eachPrice(
    pool: number,
    fromMs: number,
    untilMs: number,
    visit: (fromMs: number, untilMs: number, microUsdPerHour: number) => void,
  ): void {
    let change = this.lastChange(pool, fromMs);
    const count = this.changesOf.count(pool);
    for (let at = fromMs; at < untilMs; change++) {
      const next = change + 1 < count ? this.timeOf(pool, change + 1) : Number.POSITIVE_INFINITY;
      const end = Math.min(next, untilMs);
      if (end > at) visit(at, end, this.priceAfter(pool, change));
      at = Math.max(at, end);
    }
  }

  /** What the time from 0 to an instant costs. */
  private upTo(pool: number, timeMs: number): bigint {
    const { units, before } = this.sumsOf(pool);
    const change = this.lastChange(pool, timeMs);
    if (change === NONE) return rateInUnits(this.initial[pool]!) * BigInt(timeMs);
    return before[change]! + units[change]! * BigInt(timeMs - this.timeOf(pool, change));
  }

  private sumsOf(pool: number): PoolSums {
    const known = this.sums[pool];
    if (known !== undefined) return known;
    const units: bigint[] = [];
    const before: bigint[] = [];
    let rate = rateInUnits(this.initial[pool]!);
    let cost = 0n;
    let timeMs = 0;
    for (let change = 0; change < this.changesOf.count(pool); change++) {
      cost += rate * BigInt(this.timeOf(pool, change) - timeMs);
      timeMs = this.timeOf(pool, change);
      rate = rateInUnits(this.priceAfter(pool, change));
      before.push(cost);
      units.push(rate);
    }
    const sums = { units, before };
    this.sums[pool] = sums;
    return sums;
  }

  /** The price from one of the pool's changes on; from the start when there was none. */
  private priceAfter(pool: number, change: number): number {
    return change === NONE ? this.initial[pool]! : this.changes.value.data[this.changesOf.at(pool, change)]!;
  }

  private timeOf(pool: number, change: number): number {
    return this.changes.timeMs.data[this.changesOf.at(pool, change)]!;
  }

  /** Position of the pool's last change at or before an instant; NONE when there was none. Of several at once the last counts. */
  private lastChange(pool: number, timeMs: number): number {
    let low = 0;
    let high = this.changesOf.count(pool);
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.timeOf(pool, middle) <= timeMs) low = middle + 1;
      else high = middle;
    }
    return low - 1; // NONE is -1
  }
}

/** The prices of a run so far. */
export function pricesOf({ tables, prices }: Ledger): PoolPrices {
  return new PoolPrices(
    tables.pools.map((pool) => pool.priceMicroUsdPerHour),
    prices,
  );
}
