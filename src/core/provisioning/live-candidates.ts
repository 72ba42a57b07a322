// The candidates of one environment as the market changes: prices, refusals, what pools are expected to take back, what memory
// turns out to be usable. As long as none of that changes nothing is reckoned again.

import { MILLI, MS_PER_HOUR, MS_PER_MINUTE } from "../../base/units.js";
import { overheadOf } from "../../model/instance-type.js";
import type { BlastRadius } from "../../model/policy.js";
import { NONE, type SystemTables } from "../../model/tables.js";
import type { Market } from "../market/market.js";
import type { Candidate, Candidates, Capacity } from "./candidates.js";
import { mostEfficient, unitCost } from "./efficiency.js";

/** Where rework or run times are looked at, they are looked at again after so long: they change slowly, and by themselves. */
const RELEARN_MS = 10 * MS_PER_MINUTE;

/** What one type offers: all its pools in the environment, in the user's order. */
interface Goods {
  readonly instanceType: number;
  readonly pools: readonly number[];
  readonly order: number;
  /** The pools by price, kept from one time to the next: they seldom change places. */
  readonly byPrice: number[];
}

interface Offer extends Goods {
  /** As of the last time, with the capacity that it was made from. */
  latest: Candidate;
  capacity: Capacity;
}

/** The market at one instant. */
interface Conditions {
  priceOf(pool: number): number;
  mayAsk(pool: number): boolean;
}

export class LiveCandidates implements Candidates {
  all: readonly Candidate[] = [];
  efficient: readonly Candidate[] = [];
  known: readonly Candidate[] = [];
  capacities: readonly Capacity[];
  unitMicroUsdPerHour: Float64Array;
  shapesBySize: Int32Array;
  /** Per shape: 1 when a type that may be asked holds it. */
  servable: Uint8Array;
  /** By pool of the run: its effective price; meaningful for pools of the environment. */
  readonly microUsdPerHourOf: Float64Array;
  /** When the first of the pools that may not be asked now may be asked again; Infinity: all may be asked. */
  nextOfferMs = Number.POSITIVE_INFINITY;
  /** By price, then pool, of their latest candidates. */
  private readonly offers: Offer[];
  private readonly poolsOfType: ReadonlyMap<number, readonly number[]>;
  private readonly tables: SystemTables;
  private readonly blastRadius: BlastRadius;
  /** Whether something is looked at that changes without an event of the market. */
  private readonly relearns: boolean;
  private relearnAtMs: number;
  private seenVersion = 0;
  /** Of the market's memory; NONE: capacities are still the catalogue's, without caps. */
  private seenMemoryVersion: number;
  private refreshedMs = Number.NEGATIVE_INFINITY;

  /** `pools`: what may be bought; `poolOrder`: the place of each in the user's list of types. */
  constructor(pools: readonly number[], poolOrder: readonly number[], tables: SystemTables) {
    this.tables = tables;
    const { countsRework, blastRadius } = tables.strategy.spot;
    this.blastRadius = blastRadius;
    this.relearns = countsRework || blastRadius.vcpuHoursPerInstance !== null;
    const isPlain = !this.relearns && blastRadius.jobsPerInstance === null;
    this.relearnAtMs = isPlain ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    this.seenMemoryVersion = isPlain ? 0 : NONE;
    this.capacities = tables.instanceTypes;
    this.microUsdPerHourOf = Float64Array.from(
      tables.pools,
      (pool) => pool.priceMicroUsdPerHour + overheadOf(pool, tables.overheadMicroUsdPerHour),
    );
    this.unitMicroUsdPerHour = new Float64Array(tables.shapes.length).fill(Number.NaN);
    this.servable = new Uint8Array(tables.shapes.length);
    this.shapesBySize = new Int32Array(0);
    const asListed = { priceOf: (pool: number) => tables.pools[pool]!.priceMicroUsdPerHour, mayAsk: () => true };
    this.offers = goodsOf(pools, poolOrder, tables).map((goods) => {
      sortByPrice(goods.byPrice, this.microUsdPerHourOf);
      const capacity = this.capacities[goods.instanceType]!;
      return { ...goods, capacity, latest: this.makeCandidate(goods, capacity, goods.byPrice[0]!, asListed) };
    });
    this.poolsOfType = new Map(this.offers.map(({ instanceType, pools: own }) => [instanceType, own]));
    this.rebuild();
  }

  /** Brings everything up to date; costs nothing when nothing has changed, and little when few pools have. */
  refresh(market: Market, nowMs: number): void {
    if (this.tables.shapes.length > this.servable.length) this.weighShapes(); // new ones have come
    if (market.version === this.seenVersion && nowMs < this.nextOfferMs && nowMs < this.relearnAtMs) return;
    this.relearnAtMs = this.relearns ? nowMs + RELEARN_MS : Number.POSITIVE_INFINITY;
    if (this.relearns) market.reclaims?.reckon(nowMs, market.runTimes.meanByWorkMs);
    if (this.relearns || market.memoryVersion !== this.seenMemoryVersion) {
      this.capacities = this.learnedCapacities(market);
    }
    const now: Conditions = {
      priceOf: (pool) => market.priceMicroUsdPerHour[pool]!,
      mayAsk: (pool) => market.mayAsk(pool, nowMs),
    };
    let anyChanged = false;
    this.nextOfferMs = Number.POSITIVE_INFINITY;
    for (const offer of this.offers) {
      if (!this.isTouched(offer, market, nowMs) && !this.relearns) continue;
      const { latest } = offer;
      this.renew(offer, market, now);
      anyChanged ||= offer.latest !== latest;
    }
    this.seenVersion = market.version;
    this.seenMemoryVersion = market.memoryVersion;
    this.refreshedMs = nowMs;
    if (anyChanged) this.rebuild();
  }

  /** Whether anything about an offer may have changed since the last time. Notes when it next will of its own. */
  private isTouched({ pools, instanceType, capacity }: Offer, market: Market, nowMs: number): boolean {
    const { changedIn, refusedUntilMs } = market;
    const { seenVersion, refreshedMs } = this;
    let isTouched = capacity !== this.capacities[instanceType];
    for (const pool of pools) {
      const untilMs = refusedUntilMs[pool]!;
      if (untilMs > nowMs) {
        if (untilMs < this.nextOfferMs) this.nextOfferMs = untilMs;
      } else if (untilMs > refreshedMs) {
        isTouched = true; // it may be asked again
      }
      if (changedIn[pool]! > seenVersion) isTouched = true;
    }
    return isTouched;
  }

  /** All pools of a type that the environment may buy, askable or not. */
  poolsOf(instanceType: number): readonly number[] {
    return this.poolsOfType.get(instanceType) ?? [];
  }

  /** By instance type: learned memory, and the caps on what one spot instance may put at risk. The same as long as they are. */
  private learnedCapacities({ usableMemoryMib, runTimes }: Market): readonly Capacity[] {
    const { tables, offers } = this;
    const { jobsPerInstance, vcpuHoursPerInstance } = this.blastRadius;
    const capped = tables.pools[offers[0]?.pools[0] ?? 0]?.market === "spot";
    const mostJobs = capped && jobsPerInstance !== null ? jobsPerInstance : undefined;
    const hours = runTimes.meanByWorkMs / MS_PER_HOUR;
    const sharedVcpuMilli =
      capped && vcpuHoursPerInstance !== null ? (MILLI * vcpuHoursPerInstance) / hours : undefined;
    return this.capacities.map((capacity, type) => {
      const memoryMib = usableMemoryMib[type]!;
      const same =
        capacity.memoryMib === memoryMib &&
        capacity.mostJobs === mostJobs &&
        capacity.sharedVcpuMilli === sharedVcpuMilli;
      if (same) return capacity;
      const { vcpuMilli, gpuMilli } = capacity;
      return {
        vcpuMilli,
        memoryMib,
        gpuMilli,
        ...(mostJobs === undefined ? {} : { mostJobs }),
        ...(sharedVcpuMilli === undefined ? {} : { sharedVcpuMilli }),
      };
    });
  }

  /** Everything that follows from the candidates of the offers. */
  private rebuild(): void {
    sortByCandidate(this.offers);
    const known = this.offers.map(({ latest }) => latest);
    this.known = known;
    this.all = known.filter(({ pools }) => pools.length > 0);
    this.efficient = mostEfficient(this.all);
    this.weighShapes();
  }

  /** What follows from the candidates for every shape. */
  private weighShapes(): void {
    const { known } = this;
    const { shapes } = this.tables;
    const servable = new Uint8Array(shapes.length);
    const costs = Float64Array.from(shapes, (shape, index) => {
      const cost = unitCost(shape, this.efficient);
      servable[index] = cost < Number.POSITIVE_INFINITY ? 1 : 0;
      // A shape that nothing askable holds keeps the worth that it has where it will be served again.
      return servable[index] === 1 || this.all.length === known.length ? cost : unitCost(shape, known);
    });
    this.servable = servable;
    const before = this.unitMicroUsdPerHour;
    if (costs.every((cost, shape) => cost === before[shape])) return;
    this.unitMicroUsdPerHour = costs;
    this.shapesBySize = Int32Array.from(
      shapes
        .map((_, shape) => shape)
        .filter((shape) => costs[shape]! < Number.POSITIVE_INFINITY)
        .sort((a, b) => costs[b]! - costs[a]! || a - b),
    );
  }

  /** The candidate of an offer, made anew where anything about it has changed. */
  private renew(offer: Offer, market: Market, now: Conditions): void {
    const { microUsdPerHourOf, tables } = this;
    const { byPrice, instanceType, latest } = offer;
    for (const pool of offer.pools) {
      const overhead = overheadOf(tables.pools[pool]!, tables.overheadMicroUsdPerHour);
      const rework = market.reclaims === null ? 0 : market.reclaims.rework[pool]!;
      microUsdPerHourOf[pool] = (market.priceMicroUsdPerHour[pool]! + overhead) * (1 + rework);
    }
    sortByPrice(byPrice, microUsdPerHourOf);
    const capacity = this.capacities[instanceType]!;
    const pool = byPrice.find(now.mayAsk) ?? byPrice[0]!;
    const unchanged =
      offer.capacity === capacity &&
      latest.pool === pool &&
      latest.priceMicroUsdPerHour === now.priceOf(pool) &&
      latest.microUsdPerHour === microUsdPerHourOf[pool] &&
      isAskable(byPrice, latest.pools, now.mayAsk);
    if (unchanged) return;
    offer.capacity = capacity;
    offer.latest = this.makeCandidate(offer, capacity, pool, now);
  }

  private makeCandidate(goods: Goods, capacity: Capacity, pool: number, { priceOf, mayAsk }: Conditions): Candidate {
    const { market, interruptionBand } = this.tables.pools[pool]!;
    const { vcpuMilli, memoryMib, gpuMilli, mostJobs, sharedVcpuMilli } = capacity;
    return {
      pool,
      pools: goods.byPrice.filter(mayAsk),
      instanceType: goods.instanceType,
      market,
      vcpuMilli,
      memoryMib,
      gpuMilli,
      ...(mostJobs === undefined ? {} : { mostJobs }),
      ...(sharedVcpuMilli === undefined ? {} : { sharedVcpuMilli }),
      priceMicroUsdPerHour: priceOf(pool),
      microUsdPerHour: this.microUsdPerHourOf[pool]!,
      interruptionBand,
      order: goods.order,
    };
  }
}

/** Builds the candidates of an environment, as they are when the run begins. */
export function prepareCandidates(
  environment: { readonly pools: readonly number[]; readonly poolOrder: readonly number[] },
  tables: SystemTables,
): LiveCandidates {
  return new LiveCandidates(environment.pools, environment.poolOrder, tables);
}

function goodsOf(pools: readonly number[], poolOrder: readonly number[], tables: SystemTables): Goods[] {
  const positions = new Map<number, number[]>();
  pools.forEach((pool, position) => {
    const { instanceType } = tables.pools[pool]!;
    const known = positions.get(instanceType);
    if (known === undefined) positions.set(instanceType, [position]);
    else known.push(position);
  });
  return [...positions].map(([instanceType, own]) => ({
    instanceType,
    pools: own.map((position) => pools[position]!),
    order: poolOrder[own[0]!]!,
    byPrice: own.map((position) => pools[position]!),
  }));
}

/** By insertion: they seldom change places. */
function sortByCandidate(offers: Offer[]): void {
  for (let i = 1; i < offers.length; i++) {
    const offer = offers[i]!;
    let at = i;
    for (; at > 0 && comesBefore(offer.latest, offers[at - 1]!.latest); at--) offers[at] = offers[at - 1]!;
    offers[at] = offer;
  }
}

function comesBefore(a: Candidate, b: Candidate): boolean {
  return a.microUsdPerHour < b.microUsdPerHour || (a.microUsdPerHour === b.microUsdPerHour && a.pool < b.pool);
}

/** By insertion: equal prices keep their order. */
function sortByPrice(pools: number[], microUsdPerHour: Float64Array): void {
  for (let i = 1; i < pools.length; i++) {
    const pool = pools[i]!;
    let at = i;
    for (; at > 0 && microUsdPerHour[pools[at - 1]!]! > microUsdPerHour[pool]!; at--) pools[at] = pools[at - 1]!;
    pools[at] = pool;
  }
}

/** Whether `askable` is what of `pools` may be asked, in their order. */
function isAskable(pools: readonly number[], askable: readonly number[], mayAsk: (pool: number) => boolean): boolean {
  let count = 0;
  for (const pool of pools) {
    if (!mayAsk(pool)) continue;
    if (askable[count] !== pool) return false;
    count++;
  }
  return count === askable.length;
}
