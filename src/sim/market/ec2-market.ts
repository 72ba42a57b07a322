// The simulated EC2 market: prices, capacity and interruptions of pools, quotas, stress. What pools do is drawn from streams
// of their own, whatever is bought; what becomes of a launch depends on its number in its pool: policies compared on one seed
// meet the same market. What AWS does not publish is a model: see the parts.

import { hashedUniform } from "../../base/random.js";
import { EventKind } from "../../model/event.js";
import { EndCause, type MarketModel, RefusalReason } from "../../model/market.js";
import type { FleetAllocation } from "../../model/policy.js";
import { NONE } from "../../model/tables.js";
import type { EventSink } from "../batch/batch-service.js";
import type { SimulationInput } from "../simulation-input.js";
import { Agenda, kindOf, Next, subjectOf } from "./agenda.js";
import type { CloudMarket, MarketVictims } from "./cloud-market.js";
import { cheapestOfDeep } from "./fleet-allocation.js";
import { Interruptions } from "./interruptions.js";
import { launchFate } from "./launch-fate.js";
import { type MarketPool, marketPools } from "./market-pool.js";
import { Life, Occupants } from "./occupants.js";
import { PoolCapacity } from "./pool-capacity.js";
import { PoolPrices } from "./pool-prices.js";
import { Quotas } from "./quotas.js";
import { Stress } from "./stress.js";

export class Ec2Market implements CloudMarket {
  private readonly agenda = new Agenda();
  private readonly pools: readonly MarketPool[];
  private readonly model: MarketModel;
  private readonly seed: number;
  private readonly allocation: FleetAllocation;
  private readonly prices: PoolPrices;
  private readonly capacity: PoolCapacity;
  private readonly quotas: Quotas;
  private readonly stress: Stress;
  private readonly occupants: Occupants;
  private readonly interruptions: Interruptions;
  private isOpen = true;

  constructor({ tables, world, seed }: SimulationInput) {
    const { market } = world;
    this.pools = marketPools(tables);
    this.model = market;
    this.seed = seed;
    this.allocation = tables.strategy.spot.allocation;
    this.prices = new PoolPrices(this.pools, market, seed);
    this.capacity = new PoolCapacity(this.pools, market, seed);
    this.quotas = new Quotas(this.pools, market.quotas);
    this.stress = new Stress(market.stress, this.pools.length);
    this.occupants = new Occupants(this.pools.length);
    this.interruptions = new Interruptions(this.occupants, this.agenda);
    for (let pool = 0; pool < this.pools.length; pool++) {
      this.agenda.add(this.prices.firstMs(pool), Next.Price, pool);
      this.agenda.add(this.capacity.begin(pool), Next.Capacity, pool);
    }
    market.stress.forEach(({ fromMs, untilMs }, overlay) => {
      this.agenda.add(fromMs, Next.StressBegins, overlay);
      if (untilMs !== null) this.agenda.add(untilMs, Next.StressEnds, overlay);
    });
  }

  get nextMs(): number {
    return this.isOpen ? this.agenda.nextMs : Number.POSITIVE_INFINITY;
  }

  happen(sink: EventSink, victims: MarketVictims): void {
    const nowMs = this.agenda.nextMs;
    const entry = this.agenda.take();
    const subject = subjectOf(entry);
    switch (kindOf(entry)) {
      case Next.Price:
        this.agenda.add(this.prices.step(subject, nowMs), Next.Price, subject);
        this.tellPrice(subject, nowMs, sink);
        break;
      case Next.Capacity:
        this.agenda.add(this.capacity.step(subject, nowMs), Next.Capacity, subject);
        this.takeExcess(subject, nowMs, sink);
        break;
      case Next.StressBegins:
        this.setStress(subject, true, nowMs, sink);
        this.strike(subject, nowMs, sink, victims);
        break;
      case Next.StressEnds:
        this.setStress(subject, false, nowMs, sink);
        break;
      case Next.Storm:
        this.storm(subject, nowMs, sink);
        break;
      case Next.Rebalance:
        this.interruptions.recommend(subject, nowMs, sink);
        break;
      case Next.Notice:
        this.interruptions.warn(subject, nowMs, sink);
        break;
      case Next.Taken:
        if (this.occupants.has(subject)) victims.lose(subject, EndCause.Reclaimed, nowMs);
        break;
    }
  }

  launch(instance: number, pools: readonly number[], nowMs: number, sink: EventSink): number {
    if (!this.isOpen) return pools[0]!;
    const pool = this.stress.admitsLaunch(nowMs)
      ? this.answer(pools, nowMs, sink)
      : refuseAll(pools, () => RefusalReason.Throttled, nowMs, sink);
    if (pool === NONE) return NONE;
    const fate = launchFate(this.model, this.pools[pool]!, this.occupants.launches[pool]!, this.seed);
    this.occupants.enter(instance, pool, fate);
    this.quotas.add(pool);
    return pool;
  }

  running(instance: number, nowMs: number): void {
    if (this.occupants.has(instance)) this.interruptions.begin(instance, nowMs);
  }

  ended(instance: number): void {
    if (!this.occupants.has(instance)) return;
    this.quotas.remove(this.occupants.poolOf(instance));
    this.occupants.leave(instance);
  }

  close(): void {
    this.isOpen = false;
  }

  bootFactor(): number {
    return this.stress.bootFactor;
  }

  /** The pool that answers a launch. By price and capacity EC2 reports pools only when none of them would do. */
  private answer(pools: readonly number[], nowMs: number, sink: EventSink): number {
    if (this.allocation === "price-capacity-optimized") {
      const pool = cheapestOfDeep(pools, (each) => this.spareOf(each), this.prices.now);
      return pool === NONE ? refuseAll(pools, (each) => this.refusalOf(each)!, nowMs, sink) : pool;
    }
    for (const pool of pools) {
      const reason = this.refusalOf(pool);
      if (reason === null) return pool;
      sink.ingest(EventKind.PoolRefused, nowMs, pool, reason, 0);
    }
    return NONE;
  }

  /** Why a pool would not give an instance now; null: it would. */
  private refusalOf(pool: number): RefusalReason | null {
    if (this.isAboveBid(pool)) return RefusalReason.Price;
    if (!this.quotas.allow(pool)) return RefusalReason.Quota;
    const isClosed = this.stress.closures[pool]! > 0;
    return isClosed || this.occupants.count[pool]! >= this.capacity.instances[pool]! ? RefusalReason.Capacity : null;
  }

  private spareOf(pool: number): number {
    return this.refusalOf(pool) === null ? this.capacity.instances[pool]! - this.occupants.count[pool]! : 0;
  }

  private isAboveBid(pool: number): boolean {
    const { isSpot, onDemandMicroUsdPerHour } = this.pools[pool]!;
    const { bidShare } = this.model;
    return isSpot && bidShare !== null && this.prices.now[pool]! > bidShare * onDemandMicroUsdPerHour;
  }

  private tellPrice(pool: number, nowMs: number, sink: EventSink): void {
    if (!this.prices.refresh(pool, this.stress.priceFactor[pool]!)) return;
    sink.ingest(EventKind.PriceChanged, nowMs, pool, this.prices.now[pool]!, 0);
    if (this.isAboveBid(pool)) this.interruptions.take(this.interruptions.undoomedIn(pool), nowMs, sink);
  }

  /** A pool has less than what runs in it: the unluckiest go. (EC2 does not say which; this is the same for any policy.) */
  private takeExcess(pool: number, nowMs: number, sink: EventSink): void {
    const { occupants } = this;
    const excess = occupants.count[pool]! - occupants.doomed[pool]! - this.capacity.instances[pool]!;
    if (excess <= 0) return;
    const unlucky = this.interruptions
      .undoomedIn(pool)
      .sort((a, b) => occupants.luckOf(a) - occupants.luckOf(b) || a - b);
    this.interruptions.take(unlucky.slice(0, excess), nowMs, sink);
  }

  private setStress(overlay: number, isOn: boolean, nowMs: number, sink: EventSink): void {
    const { effect } = this.model.stress[overlay]!;
    this.stress.set(overlay, isOn);
    this.quotas.factor = this.stress.quotaFactor;
    if (effect.kind === "price") for (const pool of effect.pools) this.tellPrice(pool, nowMs, sink);
  }

  /** What an overlay does at once when it begins. */
  private strike(overlay: number, nowMs: number, sink: EventSink, victims: MarketVictims): void {
    const { effect } = this.model.stress[overlay]!;
    if (effect.kind === "reclaim-storm") this.storm(overlay, nowMs, sink);
    if (effect.kind !== "pools-lost") return;
    for (const pool of effect.pools) {
      for (const instance of this.occupants.inPool(pool)) victims.lose(instance, EndCause.HostFailed, nowMs);
    }
  }

  /** Each running spot instance is taken with the storm's chance, which is the instance's own. */
  private storm(overlay: number, nowMs: number, sink: EventSink): void {
    const { effect, fromMs, untilMs } = this.model.stress[overlay]!;
    if (effect.kind !== "reclaim-storm") return;
    const { occupants } = this;
    const strikes = effect.everyMs === null ? 0 : Math.round((nowMs - fromMs) / effect.everyMs);
    this.pools.forEach(({ isSpot }, pool) => {
      if (!isSpot) return;
      const struck = this.interruptions
        .undoomedIn(pool)
        .filter(
          (instance) =>
            occupants.lifeOf(instance) === Life.Running &&
            hashedUniform(this.seed, [occupants.luckOf(instance), overlay, strikes]) < effect.share,
        );
      this.interruptions.take(struck, nowMs, sink);
    });
    if (effect.everyMs === null) return;
    const nextMs = fromMs + (strikes + 1) * effect.everyMs;
    if (untilMs === null || nextMs < untilMs) this.agenda.add(nextMs, Next.Storm, overlay);
  }
}

/** A launch that no pool will have: EC2 says so of each. */
function refuseAll(
  pools: readonly number[],
  reasonOf: (pool: number) => RefusalReason,
  nowMs: number,
  sink: EventSink,
): number {
  for (const pool of pools) sink.ingest(EventKind.PoolRefused, nowMs, pool, reasonOf(pool), 0);
  return NONE;
}
