// What the engine knows of the market: what each pool costs now, which pools have lately refused, how often they take
// instances back, and what an instance registers with. It hears of all that through events alone.

import { RefusalReason } from "../../model/market.js";
import type { SpotPolicy } from "../../model/policy.js";
import type { SystemTables } from "../../model/tables.js";
import { quotaClassOf } from "./quota-class.js";
import { Reclaims } from "./reclaims.js";
import { RunTimes } from "./run-times.js";

/** However eager a policy: within the same second the answer is the same, and nobody asks for ever at one instant. */
const LEAST_REFUSAL_MS = 1_000;
/**
 * After RequestLimitExceeded nothing is launched for so long: the longest that AWS's SDKs wait between two tries. Nor when
 * a cap is reached: what it is about changes slowly.
 */
const THROTTLE_PAUSE_MS = 20_000;

/** A cap counts as reached for so long after it has cut a launch: until there were some tries more. */
const CAPPED_MS = 3 * THROTTLE_PAUSE_MS;

export class Market {
  /** Grows with everything that may change which pool is the best choice. */
  version = 0;
  /** Per pool: the version with which its price or its refusals last changed. */
  readonly changedIn: Float64Array;
  /** Grows with what is learned of memory. */
  memoryVersion = 0;
  /** Time of the last decision or event that it was told of. */
  nowMs = 0;
  /** Nothing is launched before this time: EC2's API has had enough. */
  throttledUntilMs = Number.NEGATIVE_INFINITY;
  /** Until then a cap of live mode counts as reached. */
  cappedUntilMs = Number.NEGATIVE_INFINITY;
  /** Per pool. */
  readonly priceMicroUsdPerHour: Float64Array;
  /** Per pool: it is not asked before this time. */
  readonly refusedUntilMs: Float64Array;
  /** Per pool: when an instance of it was last reported running. */
  readonly grantedMs: Float64Array;
  /** Per instance type: what jobs can use of an instance's memory, MiB. The catalogue's figure until it is learned. */
  readonly usableMemoryMib: Float64Array;
  /** Null: the strategy does not look at it. */
  readonly reclaims: Reclaims | null;
  readonly runTimes = new RunTimes();
  /** Per pool: how long it is left alone after the next refusal. */
  private readonly nextRefusalMs: Float64Array;
  private readonly policy: SpotPolicy;
  private readonly learnsMemory: boolean;
  private readonly tables: Pick<SystemTables, "pools" | "instanceTypes">;

  constructor({ pools, instanceTypes, strategy }: Pick<SystemTables, "pools" | "instanceTypes" | "strategy">) {
    this.policy = strategy.spot;
    this.learnsMemory = strategy.learnsMemory;
    this.tables = { pools, instanceTypes };
    this.changedIn = new Float64Array(pools.length);
    this.priceMicroUsdPerHour = Float64Array.from(pools, (pool) => pool.priceMicroUsdPerHour);
    this.refusedUntilMs = new Float64Array(pools.length).fill(Number.NEGATIVE_INFINITY);
    this.grantedMs = new Float64Array(pools.length).fill(Number.NEGATIVE_INFINITY);
    this.nextRefusalMs = new Float64Array(pools.length).fill(this.leastRefusalMs);
    this.usableMemoryMib = Float64Array.from(instanceTypes, ({ memoryMib }) => memoryMib);
    this.reclaims = strategy.spot.countsRework ? new Reclaims(this.tables) : null;
  }

  priceChanged(pool: number, microUsdPerHour: number): void {
    this.priceMicroUsdPerHour[pool] = microUsdPerHour;
    this.changedIn[pool] = ++this.version;
  }

  /**
   * The pool would not give an instance: it is left alone, the longer the oftener it refuses. A quota is not the pool's, so
   * that all pools of its market and class of families are left alone; throttling is the API's and a cap is
   * everybody's, so that all of them are for a moment. Refusals of what was asked for before the first one are the same refusal.
   */
  refused(pool: number, reason: RefusalReason, nowMs: number): void {
    this.nowMs = nowMs;
    switch (reason) {
      case RefusalReason.Capped:
        this.cappedUntilMs = nowMs + CAPPED_MS;
        this.throttledUntilMs = nowMs + THROTTLE_PAUSE_MS;
        return;
      case RefusalReason.Throttled:
        this.throttledUntilMs = nowMs + THROTTLE_PAUSE_MS;
        return;
      case RefusalReason.Quota:
        if (!this.mayAsk(pool, nowMs)) return;
        for (const other of this.underSameQuota(pool)) if (this.mayAsk(other, nowMs)) this.leaveLonger(other, nowMs);
        return;
      case RefusalReason.Capacity:
      case RefusalReason.Price:
        if (this.mayAsk(pool, nowMs)) this.leaveLonger(pool, nowMs);
    }
  }

  /** An instance of the pool runs: its refusals are forgotten, unless they came after that instance was asked for. */
  launched(pool: number, nowMs: number): void {
    this.nowMs = nowMs;
    this.grantedMs[pool] = nowMs;
    if (this.mayAsk(pool, nowMs)) this.nextRefusalMs[pool] = this.leastRefusalMs;
    this.reclaims?.began(pool, nowMs);
  }

  /** EC2 takes an instance of the pool, or has said that it will: the pool is left alone for a while, as one that refused. */
  interrupted(pool: number, nowMs: number): void {
    this.nowMs = nowMs;
    this.refusedUntilMs[pool] = Math.max(this.refusedUntilMs[pool]!, nowMs + this.leastRefusalMs);
    this.reclaims?.interrupted(pool);
    this.changedIn[pool] = ++this.version;
  }

  /** An instance of the pool that ran is gone, or will be at once. */
  ended(pool: number): void {
    this.reclaims?.ended(pool, this.nowMs);
  }

  /** An instance of the pool whose end was asked for runs on. */
  kept(pool: number): void {
    this.reclaims?.began(pool, this.nowMs);
  }

  /** An instance has registered with so much memory. */
  memoryTold(instanceType: number, memoryMib: number): void {
    if (!this.learnsMemory || this.usableMemoryMib[instanceType] === memoryMib) return;
    this.usableMemoryMib[instanceType] = memoryMib;
    this.memoryVersion++;
    this.version++;
  }

  mayAsk(pool: number, nowMs: number): boolean {
    return this.refusedUntilMs[pool]! <= nowMs;
  }

  private leaveLonger(pool: number, nowMs: number): void {
    const leaveMs = this.nextRefusalMs[pool]!;
    this.refusedUntilMs[pool] = nowMs + leaveMs;
    this.nextRefusalMs[pool] = Math.max(this.leastRefusalMs, Math.min(this.policy.mostRefusalMs, 2 * leaveMs));
    this.changedIn[pool] = ++this.version;
  }

  private get leastRefusalMs(): number {
    return Math.max(LEAST_REFUSAL_MS, this.policy.refusalMs);
  }

  private underSameQuota(pool: number): number[] {
    const { pools, instanceTypes } = this.tables;
    const classOf = (index: number) => quotaClassOf(instanceTypes[pools[index]!.instanceType]!.name);
    const { market } = pools[pool]!;
    const quotaClass = classOf(pool);
    return pools.flatMap((other, index) => (other.market === market && classOf(index) === quotaClass ? [index] : []));
  }
}
