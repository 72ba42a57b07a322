// Histories of spot prices as they are handed in (AWS's replies, or tables) to the changes of each pool.

import { type PriceRow, readPriceRows, timedPriceOf } from "./price-rows.js";

/** The changes of one pool's price, oldest first; no price is the same as the one before. */
export interface PriceChanges {
  readonly zone: string;
  readonly instanceType: string;
  /** Epoch ms. */
  readonly timesMs: readonly number[];
  readonly microUsdPerHour: readonly number[];
}

/** What became of a file's rows. */
export interface HistoryAccount {
  readonly rows: number;
  /** Of pools that were not asked for. */
  readonly otherPools: number;
  /** Of Windows, SUSE and so on. */
  readonly otherProducts: number;
  /** Of pools that were asked for. */
  readonly unreadable: number;
  /** Of the first unreadable row, from 1; 0: there is none. */
  readonly unreadableLine: number;
  /** Letters of zone names ("us-east-1a") were dealt out to the region's zone ids in order. */
  readonly zonesDealt: boolean;
}

export interface PriceHistory {
  readonly pools: readonly PriceChanges[];
  readonly account: HistoryAccount;
}

/** Which pools are kept. */
export interface HistoryWish {
  readonly region: string;
  /** All zone ids of the region. */
  readonly zones: readonly string[];
  /** Pools to keep; undefined: all. */
  readonly wants: ((zone: string, instanceType: string) => boolean) | undefined;
}

/**
 * Reads a file of price changes of any format that `readPriceRows` knows. Rows may be newest first or oldest first; a price
 * that is told again is no change. Zone names differ between accounts, and which zone an account's "us-east-1a" is cannot be
 * known from outside: they are dealt out to the region's zone ids in the order of both. Throws InputError for what is no such
 * file; rows that cannot be read are counted, of pools that are asked for.
 */
export async function readPriceHistory(path: string, name: string, wish: HistoryWish): Promise<PriceHistory> {
  const builder = new HistoryBuilder(wish);
  const unreadable = await readPriceRows(path, name, (row) => builder.add(row));
  return builder.finish(unreadable.count, unreadable.firstLine);
}

const PRODUCTS = new Set(["", "linux/unix", "linux/unix (amazon vpc)"]);

interface Growing {
  readonly zone: string;
  readonly instanceType: string;
  readonly timesMs: number[];
  readonly microUsd: number[];
}

class HistoryBuilder {
  private readonly wish: HistoryWish;
  private readonly pools = new Map<string, Growing>();
  private readonly namePattern: RegExp;
  private rows = 0;
  private otherPools = 0;
  private otherProducts = 0;

  constructor(wish: HistoryWish) {
    this.wish = wish;
    this.namePattern = new RegExp(`^${wish.region}[a-z]$`);
  }

  /** What is wrong with a row that is asked for, if anything. */
  add(row: PriceRow): string | undefined {
    const { zone, instanceType, product } = row;
    const key = `${zone} ${instanceType}`;
    const pool = this.pools.get(key);
    if (pool === undefined && !this.mayWant(zone, instanceType)) {
      this.rows++;
      this.otherPools++;
      return undefined;
    }
    if (!PRODUCTS.has(product.toLowerCase())) {
      this.rows++;
      this.otherProducts++;
      return undefined;
    }
    const timed = timedPriceOf(row);
    if (typeof timed === "string") return timed;
    this.rows++;
    const { timesMs, microUsd } = pool ?? this.newPool(key, zone, instanceType);
    timesMs.push(timed.timeMs);
    microUsd.push(timed.microUsdPerHour);
    return undefined;
  }

  private newPool(key: string, zone: string, instanceType: string): Growing {
    const pool = { zone, instanceType, timesMs: [], microUsd: [] };
    this.pools.set(key, pool);
    return pool;
  }

  /** Which id a zone's name stands for is known only when all names are. */
  private mayWant(zone: string, instanceType: string): boolean {
    const { wants, zones } = this.wish;
    if (wants === undefined) return true;
    const candidates = this.namePattern.test(zone) ? zones : [zone];
    return candidates.some((id) => wants(id, instanceType));
  }

  finish(unreadable: number, unreadableLine: number): PriceHistory {
    const { wants } = this.wish;
    const ids = this.zoneIds();
    const all = [...this.pools.values()].map((pool) => ({ ...pool, zone: ids.get(pool.zone) ?? pool.zone }));
    const kept = wants === undefined ? all : all.filter(({ zone, instanceType }) => wants(zone, instanceType));
    const left = all.filter((pool) => !kept.includes(pool)).reduce((sum, { timesMs }) => sum + timesMs.length, 0);
    return {
      pools: kept.map(toChanges),
      account: {
        rows: this.rows + unreadable,
        otherPools: this.otherPools + left,
        otherProducts: this.otherProducts,
        unreadable,
        unreadableLine,
        zonesDealt: ids.size > 0,
      },
    };
  }

  /** Zone names dealt out to ids; none where a row tells ids itself, since a pool has one history. */
  private zoneIds(): Map<string, string> {
    const { zones } = this.wish;
    const found = [...new Set([...this.pools.values()].map(({ zone }) => zone))].sort();
    if (found.some((zone) => zones.includes(zone))) return new Map();
    const names = found.filter((zone) => this.namePattern.test(zone));
    return new Map(names.slice(0, zones.length).map((name, index) => [name, zones[index]!]));
  }
}

/** Sorted by time, without repetitions; of several prices at one instant the one told last holds. */
function toChanges({ zone, instanceType, timesMs, microUsd }: Growing): PriceChanges {
  const order = timesMs.map((_, row) => row);
  const isNewestFirst = timesMs[0]! > timesMs.at(-1)!;
  if (isNewestFirst) order.reverse();
  order.sort((a, b) => timesMs[a]! - timesMs[b]!);
  const times: number[] = [];
  const prices: number[] = [];
  order.forEach((row, at) => {
    const next = order[at + 1];
    if (next !== undefined && timesMs[next] === timesMs[row]) return;
    if (prices.at(-1) === microUsd[row]) return;
    times.push(timesMs[row]!);
    prices.push(microUsd[row]!);
  });
  return { zone, instanceType, timesMs: times, microUsdPerHour: prices };
}
