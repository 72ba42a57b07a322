// What the engine knows of the market: what each pool costs now, and which pools have lately refused. It hears of both
// through events alone.

import type { Pool } from "../../model/instance-type.js";
import type { SpotPolicy } from "../../model/policy.js";

export class Market {
  /** Grows with everything that may change which pool is the best choice. */
  version = 0;
  /** Per pool. */
  readonly priceMicroUsdPerHour: Float64Array;
  /** Per pool: it is not asked before this time. */
  readonly refusedUntilMs: Float64Array;
  /** Per pool: how long it is left alone after the next refusal. */
  private readonly nextRefusalMs: Float64Array;
  private readonly policy: SpotPolicy;

  constructor(pools: readonly Pool[], policy: SpotPolicy) {
    this.priceMicroUsdPerHour = Float64Array.from(pools, (pool) => pool.priceMicroUsdPerHour);
    this.refusedUntilMs = new Float64Array(pools.length).fill(Number.NEGATIVE_INFINITY);
    this.nextRefusalMs = new Float64Array(pools.length).fill(policy.refusalMs);
    this.policy = policy;
  }

  priceChanged(pool: number, microUsdPerHour: number): void {
    this.priceMicroUsdPerHour[pool] = microUsdPerHour;
    this.version++;
  }

  /** The pool would not give an instance: it is left alone, the longer the oftener it refuses. */
  refused(pool: number, nowMs: number): void {
    const leaveMs = this.nextRefusalMs[pool]!;
    this.refusedUntilMs[pool] = nowMs + leaveMs;
    this.nextRefusalMs[pool] = Math.min(this.policy.mostRefusalMs, 2 * leaveMs);
    this.version++;
  }

  /** The pool gave an instance: its refusals are forgotten. */
  launched(pool: number): void {
    this.nextRefusalMs[pool] = this.policy.refusalMs;
  }

  mayAsk(pool: number, nowMs: number): boolean {
    return this.refusedUntilMs[pool]! <= nowMs;
  }
}
