// Live spot prices as the engine and the gate know them: read now and then, told to the engine where they have changed.

import type { HeardEvent } from "../../engine/heard-events.js";
import { EventKind } from "../../model/event.js";
import type { SystemTables } from "../../model/tables.js";
import type { Deadline } from "../ports.js";
import type { ControllerParts } from "./controller-parts.js";

/** Prices are of hours, a tick is of seconds: it has better things to do than to wait for them. */
const MOST_MS = 4_000;
/** After they could not be read. */
const PAUSE_MS = 60_000;

export class PriceWatch {
  private readonly read: ControllerParts["readPrices"];
  private readonly intervalMs: number;
  /** By pool, micro-USD per hour. */
  private readonly prices: Float64Array;
  private readonly typeOfPool: readonly number[];
  /** By instance type. */
  private readonly onDemandPools = new Map<number, number[]>();
  private askAgainMs = Number.NEGATIVE_INFINITY;

  constructor({ pools }: Pick<SystemTables, "pools">, read: ControllerParts["readPrices"], intervalMs: number) {
    this.read = read;
    this.intervalMs = intervalMs;
    this.prices = Float64Array.from(pools, ({ priceMicroUsdPerHour }) => priceMicroUsdPerHour);
    this.typeOfPool = pools.map(({ instanceType }) => instanceType);
    pools.forEach(({ instanceType, market }, pool) => {
      if (market !== "on-demand") return;
      this.onDemandPools.set(instanceType, [...(this.onDemandPools.get(instanceType) ?? []), pool]);
    });
  }

  /** Micro-USD per hour. */
  priceOf(pool: number): number {
    return this.prices[pool]!;
  }

  /** The dearest on-demand price of a pool's instance type; NaN: no pool has one. */
  onDemandPriceOf(pool: number): number {
    const prices = this.onDemandPools.get(this.typeOfPool[pool]!)?.map((other) => this.prices[other]!) ?? [];
    return prices.length === 0 ? Number.NaN : Math.max(...prices);
  }

  /** What has changed, when it is time to look. Where prices cannot be read those known stand, and a later tick asks again. */
  async look(nowMs: number, deadlineAfter: (ms: number) => Deadline): Promise<HeardEvent[]> {
    if (nowMs < this.askAgainMs) return [];
    const deadline = deadlineAfter(MOST_MS);
    const read = await this.read(deadline);
    deadline.cancel?.();
    this.askAgainMs = nowMs + (read === null ? Math.min(PAUSE_MS, this.intervalMs) : this.intervalMs);
    if (read === null) return [];
    const changed = read.filter(({ pool, microUsdPerHour }) => this.prices[pool] !== microUsdPerHour);
    return changed.map(({ pool, microUsdPerHour }): HeardEvent => {
      this.prices[pool] = microUsdPerHour;
      const nothing = { b: 0, attempt: 0, order: pool };
      return { kind: EventKind.PriceChanged, timeMs: Number.NaN, subject: pool, a: microUsdPerHour, ...nothing };
    });
  }
}
