// Live spot prices as the engine and the gate know them: read now and then, told to the engine where they have changed.

import type { HeardEvent } from "../../engine/heard-events.js";
import { EventKind } from "../../model/event.js";
import type { SystemTables } from "../../model/tables.js";
import type { Deadline } from "../ports.js";
import type { ControllerParts } from "./controller-parts.js";

export class PriceWatch {
  private readonly read: ControllerParts["readPrices"];
  private readonly intervalMs: number;
  /** By pool, micro-USD per hour. */
  private readonly prices: Float64Array;
  private readMs = Number.NEGATIVE_INFINITY;

  constructor({ pools }: Pick<SystemTables, "pools">, read: ControllerParts["readPrices"], intervalMs: number) {
    this.read = read;
    this.intervalMs = intervalMs;
    this.prices = Float64Array.from(pools, ({ priceMicroUsdPerHour }) => priceMicroUsdPerHour);
  }

  /** Micro-USD per hour. */
  priceOf(pool: number): number {
    return this.prices[pool]!;
  }

  /** What has changed, when it is time to look. Where prices cannot be read those known stand, and the next tick asks again. */
  async look(nowMs: number, deadline: Deadline): Promise<HeardEvent[]> {
    if (nowMs < this.readMs + this.intervalMs) return [];
    const read = await this.read(deadline);
    if (read === null) return [];
    this.readMs = nowMs;
    const changed = read.filter(({ pool, microUsdPerHour }) => this.prices[pool] !== microUsdPerHour);
    return changed.map(({ pool, microUsdPerHour }): HeardEvent => {
      this.prices[pool] = microUsdPerHour;
      const nothing = { b: 0, attempt: 0, order: pool };
      return { kind: EventKind.PriceChanged, timeMs: Number.NaN, subject: pool, a: microUsdPerHour, ...nothing };
    });
  }
}
