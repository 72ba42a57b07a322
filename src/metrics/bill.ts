// The bill and where it goes. What instances cost is summed per pool in exact integers (instance-costs.ts) and rounded once,
// so that totals do not depend on the order of summation. Every instance's billed milliseconds are split into whole
// milliseconds per category (model/billing.ts defines them), which share its cost by their length; each pool's amount is
// divided among the categories in those proportions, so that they sum to the bill to the micro-USD.

import { assert } from "../base/assert.js";
import type { Ledger } from "../ledger/ledger.js";
import { type Billing, COST_CATEGORIES, type CostCategory } from "../model/billing.js";
import { overheadOf } from "../model/instance-type.js";
import { apportion } from "./apportion.js";
import { instanceCosts, isRefunded } from "./instance-costs.js";
import type { JobPriceShares } from "./job-price-shares.js";
import { microUsdOf, type PoolPrices, pricesOf, rateInUnits } from "./price-integral.js";
import type { PriceShares } from "./price-shares.js";

export interface Bill {
  /** Sum of everything, micro-USD. */
  readonly totalMicroUsd: number;
  /** Per category in COST_CATEGORIES order; sums to the total. */
  readonly categoryMicroUsd: Float64Array;
  /** Per pool, storage and addresses included; sums to the total. */
  readonly poolMicroUsd: Float64Array;
  /** Per pool: what its instances cost without volume and address, unrounded (price-integral.ts). */
  readonly poolChargedUnits: readonly bigint[];
  /** Per pool: what refunded instances would have cost, without volume and address. Not in the total. */
  readonly poolRefundedMicroUsd: Float64Array;
  /** Per pool; refunded time, for which volume and address are billed, is in it. */
  readonly poolBilledMs: Float64Array;
  readonly poolInstances: Int32Array;
  /** Per instance: billed milliseconds, 60 s minimum included. */
  readonly billedMs: Float64Array;
  /** Per instance: what a billed hour cost on average, without volume and address, micro-USD; 0 where it was refunded. */
  readonly meanPrice: Float64Array;
  /** The prices that it was reckoned with. */
  readonly prices: PoolPrices;
}

const CATEGORIES = COST_CATEGORIES.length;
const column = (category: CostCategory): number => COST_CATEGORIES.indexOf(category);
const USEFUL = column("useful");
const REWORK = column("rework");
const PULL = column("pull");
const BOOT = column("boot");
const IDLE = column("idle");
const UNFILLED = column("unfilled");
const TAIL = column("tail");
const STRANDED_VCPU = column("strandedVcpu");
const STRANDED_MEMORY = column("strandedMemory");
const STRANDED_GPU = column("strandedGpu");
const MINIMUM_CHARGE = column("minimumCharge");
const STORAGE = column("storage");
const PUBLIC_IPV4 = column("publicIpv4");

/** Computes the bill of a finished run. `shares` is indexed by instance type; `jobShares` is `jobPriceShares` of the run. */
export function computeBill(
  ledger: Ledger,
  billing: Billing,
  shares: readonly PriceShares[],
  jobShares: JobPriceShares,
): Bill {
  const { tables, instances } = ledger;
  const prices = pricesOf(ledger);
  const costs = instanceCosts(ledger, prices, billing.minimumMs);
  const poolCount = tables.pools.length;
  const categoryWeight = new Float64Array(poolCount * CATEGORIES);
  const poolBilledMs = new Float64Array(poolCount);
  const poolInstances = new Int32Array(poolCount);
  const pulledMs = pullShareMs(ledger, jobShares);
  const reworkMs = reworkShareMs(ledger, jobShares);
  const parts = new Float64Array(CATEGORIES);
  for (let instance = 0; instance < instances.length; instance++) {
    const runningMs = instances.runningMs.data[instance]!;
    if (Number.isNaN(runningMs)) continue; // refused: never billed
    const pool = instances.pool.data[instance]!;
    const share = shares[tables.pools[pool]!.instanceType]!;
    splitLife(ledger, instance, share, pulledMs[instance]!, reworkMs[instance]!, billing.minimumMs, parts);
    // At one price for all, milliseconds weigh alike.
    const weight = prices.isConstant(pool) ? (isRefunded(ledger, instance) ? 0 : 1) : costs.meanPrice[instance]!;
    for (let i = 0; i < CATEGORIES; i++) {
      categoryWeight[pool * CATEGORIES + i] = categoryWeight[pool * CATEGORIES + i]! + parts[i]! * weight;
    }
    poolBilledMs[pool] = poolBilledMs[pool]! + costs.billedMs[instance]!;
    poolInstances[pool] = poolInstances[pool]! + 1;
  }
  return {
    ...divideAmounts(ledger, billing, costs.chargedUnits, categoryWeight, poolBilledMs),
    poolChargedUnits: costs.chargedUnits,
    poolRefundedMicroUsd: Float64Array.from(costs.refundedUnits, microUsdOf),
    poolBilledMs,
    poolInstances,
    billedMs: costs.billedMs,
    meanPrice: costs.meanPrice,
    prices,
  };
}

/**
 * Per instance: the part of its price that went to jobs while their images were pulled, ms. An attempt that never started
 * was pulling to its end.
 */
function pullShareMs(ledger: Ledger, jobShares: JobPriceShares): Float64Array {
  const { attempts, instances } = ledger;
  const result = new Float64Array(instances.length);
  for (let row = 0; row < attempts.length; row++) {
    const startedMs = attempts.startedMs[row]!;
    const pulledMs = Number.isNaN(startedMs) ? attempts.endedMs[row]! : startedMs;
    const pullMs = pulledMs - attempts.placedMs[row]!;
    if (pullMs === 0) continue;
    const instance = attempts.instance[row]!;
    result[instance] =
      result[instance]! + pullMs * jobShares.of(attempts.jobClass[row]!, instances.pool.data[instance]!);
  }
  return result;
}

/** Per instance: the part of its price that went to containers of attempts that failed, but for what was saved, ms. */
function reworkShareMs({ attempts, instances }: Ledger, jobShares: JobPriceShares): Float64Array {
  const result = new Float64Array(instances.length);
  if (attempts.failures === 0) return result;
  for (let row = 0; row < attempts.length; row++) {
    if (attempts.outcome[row] === 0 || Number.isNaN(attempts.startedMs[row]!)) continue;
    const runMs = attempts.endedMs[row]! - attempts.startedMs[row]! - attempts.savedMsOf(row);
    const instance = attempts.instance[row]!;
    result[instance] =
      result[instance]! + runMs * jobShares.of(attempts.jobClass[row]!, instances.pool.data[instance]!);
  }
  return result;
}

/** Splits one instance's billed time into whole milliseconds per category. */
function splitLife(
  ledger: Ledger,
  instance: number,
  share: PriceShares,
  pulledMs: number,
  reworkMs: number,
  minimumMs: number,
  parts: Float64Array,
): void {
  const { instances, usage } = ledger;
  const runningMs = instances.runningMs.data[instance]!;
  const endedMs = instances.endedMs.data[instance]!;
  const registeredMs = instances.registeredMs.data[instance]!;
  assert(endedMs >= runningMs, `instance ${instance} ends before it runs`);
  parts.fill(0);
  const usableFromMs = Number.isNaN(registeredMs) ? endedMs : Math.min(registeredMs, endedMs);
  const lifeMs = endedMs - usableFromMs;
  if (lifeMs > 0) {
    // Differences of equal integrals can miss zero by a rounding error: hence the maxima.
    const vcpu = usage.vcpuMs(instance);
    const memory = usage.memoryMs(instance);
    const gpu = usage.gpuMs(instance);
    const occupied = usage.occupiedMs(instance);
    parts[PULL] = pulledMs;
    parts[REWORK] = reworkMs;
    parts[USEFUL] = Math.max(0, share.vcpu * vcpu + share.memory * memory + share.gpu * gpu - pulledMs - reworkMs);
    parts[IDLE] = usage.idleMs(instance);
    parts[UNFILLED] = usage.unfilledMs(instance);
    parts[TAIL] = usage.tailMs(instance);
    parts[STRANDED_VCPU] = Math.max(0, share.vcpu * (occupied - vcpu));
    parts[STRANDED_MEMORY] = Math.max(0, share.memory * (occupied - memory));
    parts[STRANDED_GPU] = Math.max(0, share.gpu * (occupied - gpu));
    roundToWhole(parts, lifeMs);
  }
  parts[BOOT] = usableFromMs - runningMs;
  parts[MINIMUM_CHARGE] = Math.max(0, minimumMs - (endedMs - runningMs));
}

/** Rounds parts that sum to a whole number, but for rounding errors, down to whole ones; the largest takes the rest. */
function roundToWhole(parts: Float64Array, total: number): void {
  let rest = total;
  let largest = 0;
  for (let i = 0; i < parts.length; i++) {
    const whole = Math.floor(parts[i]!);
    parts[i] = whole;
    rest -= whole;
    if (whole > parts[largest]!) largest = i;
  }
  parts[largest] = parts[largest]! + rest;
  assert(Math.abs(rest) <= parts.length, "the parts of an instance's life do not sum to it");
}

/** Rounds what each pool costs, once, and splits the integer amount over its categories. */
function divideAmounts(
  ledger: Ledger,
  billing: Billing,
  chargedUnits: readonly bigint[],
  categoryWeight: Float64Array,
  poolBilledMs: Float64Array,
) {
  const categoryMicroUsd = new Float64Array(CATEGORIES);
  const poolMicroUsd = new Float64Array(poolBilledMs.length);
  let totalMicroUsd = 0;
  const add = (category: number, pool: number, microUsd: number) => {
    categoryMicroUsd[category] = categoryMicroUsd[category]! + microUsd;
    poolMicroUsd[pool] = poolMicroUsd[pool]! + microUsd;
    totalMicroUsd += microUsd;
  };
  ledger.tables.pools.forEach((offer, pool) => {
    const ms = poolBilledMs[pool]!;
    if (ms === 0) return;
    const weights = categoryWeight.subarray(pool * CATEGORIES, (pool + 1) * CATEGORIES);
    apportion(microUsdOf(chargedUnits[pool]!), weights).forEach((microUsd, category) => {
      if (microUsd > 0) add(category, pool, microUsd);
    });
    add(STORAGE, pool, microUsdFor(overheadOf(offer, billing.rootVolumeMicroUsdPerHour), ms));
    add(PUBLIC_IPV4, pool, microUsdFor(overheadOf(offer, billing.publicIpv4MicroUsdPerHour), ms));
  });
  assert(Number.isSafeInteger(totalMicroUsd), "the bill is too large for exact integers");
  return { totalMicroUsd, categoryMicroUsd, poolMicroUsd };
}

/** rate (micro-USD per hour) x time (ms), rounded half up to whole micro-USD; exact for any size. */
function microUsdFor(rateMicroUsdPerHour: number, timeMs: number): number {
  return microUsdOf(rateInUnits(rateMicroUsdPerHour) * BigInt(timeMs));
}
