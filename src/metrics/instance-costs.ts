// What each instance's time costs, without volume and address: from running to its end at the prices of its pool, at least
// the minimum, nothing when EC2 took it in its first hour. What prices do in the hour is integrated exactly; the part of the
// minimum that an instance did not live has the price at its end (a model: AWS says nothing of prices that change within it).

import type { Ledger } from "../ledger/ledger.js";
import { SPOT_REFUND_BEFORE_MS } from "../model/billing.js";
import { EndCause } from "../model/market.js";
import { meanRate, type PoolPrices, rateInUnits } from "./price-integral.js";

export interface InstanceCosts {
  /** Per instance: milliseconds from running to its end, the minimum at least; 0 when it never ran. */
  readonly billedMs: Float64Array;
  /** Per instance: what a billed hour cost on average, micro-USD; 0 where it was refunded. */
  readonly meanPrice: Float64Array;
  /** Per pool, price x time in units (price-integral.ts): what is charged, and what is not since EC2 took the instance. */
  readonly chargedUnits: readonly bigint[];
  readonly refundedUnits: readonly bigint[];
}

/** Whether EC2 took the instance so early that its time is not charged. Fargate has no such rule. */
export function isRefunded({ tables, instances }: Ledger, instance: number): boolean {
  if (instances.endCause.data[instance] !== EndCause.Reclaimed) return false;
  const lifeMs = instances.endedMs.data[instance]! - instances.runningMs.data[instance]!;
  return (
    lifeMs < SPOT_REFUND_BEFORE_MS &&
    tables.pools[instances.pool.data[instance]!]!.market === "spot" &&
    !tables.environments[instances.environment.data[instance]!]!.fargate
  );
}

/** Prices every instance that ran. */
export function instanceCosts(ledger: Ledger, prices: PoolPrices, minimumMs: number): InstanceCosts {
  const { tables, instances } = ledger;
  const billedMs = new Float64Array(instances.length);
  const meanPrice = new Float64Array(instances.length);
  const charged = new PoolAmounts(tables.pools.length);
  const refunded = new PoolAmounts(tables.pools.length);
  for (let instance = 0; instance < instances.length; instance++) {
    const runningMs = instances.runningMs.data[instance]!;
    if (Number.isNaN(runningMs)) continue; // never billed
    const pool = instances.pool.data[instance]!;
    const lifeMs = instances.endedMs.data[instance]! - runningMs;
    const ms = Math.max(minimumMs, lifeMs);
    const isFree = isRefunded(ledger, instance);
    const amounts = isFree ? refunded : charged;
    billedMs[instance] = ms;
    if (prices.isConstant(pool)) {
      amounts.addTime(pool, ms);
      meanPrice[instance] = isFree ? 0 : tables.pools[pool]!.priceMicroUsdPerHour;
    } else {
      const units = priceOf(prices, pool, runningMs, lifeMs, ms);
      amounts.addUnits(pool, units);
      meanPrice[instance] = isFree ? 0 : meanRate(units, ms);
    }
  }
  return { billedMs, meanPrice, chargedUnits: charged.total(prices), refundedUnits: refunded.total(prices) };
}

/** What a life costs when it is billed as `billedMs`, in units. */
function priceOf(prices: PoolPrices, pool: number, runningMs: number, lifeMs: number, billedMs: number): bigint {
  const endedMs = runningMs + lifeMs;
  const lived = prices.over(pool, runningMs, endedMs);
  return billedMs === lifeMs ? lived : lived + rateInUnits(prices.at(pool, endedMs)) * BigInt(billedMs - lifeMs);
}

/** Sums per pool: of time where the price stays, which is multiplied by it once, else of price x time. */
class PoolAmounts {
  private readonly ms: Float64Array;
  private readonly units: bigint[];

  constructor(pools: number) {
    this.ms = new Float64Array(pools);
    this.units = new Array<bigint>(pools).fill(0n);
  }

  addTime(pool: number, ms: number): void {
    this.ms[pool] = this.ms[pool]! + ms;
  }

  addUnits(pool: number, units: bigint): void {
    this.units[pool] = this.units[pool]! + units;
  }

  /** The sum per pool, price x time in units. */
  total(prices: PoolPrices): bigint[] {
    return this.units.map((units, pool) => units + prices.over(pool, 0, prices.isConstant(pool) ? this.ms[pool]! : 0));
  }
}
