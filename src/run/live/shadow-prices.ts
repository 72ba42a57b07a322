// What the instances of a watched account cost, whoever launched them: spot prices as live mode reads them, for the scenario's
// instance types and all that are seen; on-demand prices of the catalogue. The simulated side is charged with the same prices.

import { loadCatalog } from "../../catalog/catalog.js";
import { poolFinder } from "../../live/loop/pool-finder.js";
import type { PoolFinder } from "../../live/mirror/host-mirror.js";
import type { Observation } from "../../live/observation.js";
import { makePriceReader } from "../../live/observe/prices.js";
import type { LiveLogger } from "../../live/operate/logger.js";
import type { Deadline } from "../../live/ports.js";
import type { PriceOf } from "../../live/shadow/fleet-watch.js";
import { NONE } from "../../model/tables.js";
import type { OpenedLive } from "./open-live.js";
import type { LivePrices } from "./shadow-run.js";

export class ShadowPrices {
  private readonly opened: OpenedLive;
  private readonly log: LiveLogger;
  private readonly finder: PoolFinder;
  /** Instance types whose prices are asked for. */
  private readonly types: Set<string>;
  /** The latest, by instance type and zone. */
  private readonly spot = new Map<string, number>();
  /** Of each pool all that were read: the simulated run has one price for the whole watch. */
  private readonly read = new Map<number, { sum: number; reads: number }>();
  /** When they are read next, monotonic ms. */
  private dueMs = Number.NEGATIVE_INFINITY;

  constructor(opened: OpenedLive, log: LiveLogger) {
    const { tables } = opened.live;
    this.opened = opened;
    this.log = log;
    this.finder = poolFinder(tables);
    this.types = new Set(tables.pools.map(({ instanceType }) => tables.instanceTypes[instanceType]!.name));
  }

  /** Reads spot prices when it is time, or when a look shows a type that was not asked for. A failure is tried again at the next. */
  async refresh({ instances }: Observation, deadline: Deadline): Promise<void> {
    const { clients, clock, live } = this.opened;
    const fresh = instances.filter(({ instanceType, market }) => market === "spot" && !this.types.has(instanceType));
    for (const { instanceType } of fresh) this.types.add(instanceType);
    if (fresh.length === 0 && clock.monotonicMs() < this.dueMs) return;
    const reader = await makePriceReader(clients, live.settings.launch, [...this.types]);
    const answer = await reader(deadline);
    if (!answer.ok) {
      this.dueMs = Number.NEGATIVE_INFINITY;
      this.log.warn({ code: answer.code }, `spot prices could not be read: ${answer.message}`);
      return;
    }
    this.dueMs = clock.monotonicMs() + live.priceIntervalMs;
    for (const { instanceType, zoneId, microUsdPerHour } of answer.prices) {
      this.spot.set(`${instanceType} ${zoneId}`, microUsdPerHour);
      const pool = this.finder.find(instanceType, zoneId, "spot");
      if (pool === NONE) continue;
      const { sum, reads } = this.read.get(pool) ?? { sum: 0, reads: 0 };
      this.read.set(pool, { sum: sum + microUsdPerHour, reads: reads + 1 });
    }
  }

  /** Live; else the scenario's; else, of on-demand, the catalogue's. NaN: not known. */
  readonly priceOf: PriceOf = (instanceType, zoneId, market) => {
    const { pools } = this.opened.live.tables;
    const live = market === "spot" ? this.spot.get(`${instanceType} ${zoneId}`) : undefined;
    if (live !== undefined) return live;
    const pool = this.finder.find(instanceType, zoneId, market);
    if (pool !== NONE) return pools[pool]!.priceMicroUsdPerHour;
    if (market === "spot") return Number.NaN;
    const offer = loadCatalog().region(this.opened.live.settings.identity.region).findOffer(instanceType);
    return offer?.onDemand.microUsdPerHour ?? Number.NaN;
  };

  /** What the account's instances were charged with, by pool: the mean of what was read; on-demand prices stay. */
  means(): LivePrices {
    const prices = new Map<number, number>();
    this.opened.live.tables.pools.forEach(({ market, priceMicroUsdPerHour }, pool) => {
      const read = this.read.get(pool);
      if (read !== undefined) prices.set(pool, read.sum / read.reads);
      else if (market === "on-demand") prices.set(pool, priceMicroUsdPerHour);
    });
    return prices;
  }
}
