// The candidates of one environment as the market changes: prices, refusals, what pools are expected to take back, what memory
// turns out to be usable. As long as none of that changes nothing is reckoned again.

import { MILLI, MS_PER_HOUR, MS_PER_MINUTE } from "../../base/units.js";
import { overheadOf } from "../../model/instance-type.js";
import type { BlastRadius } from "../../model/policy.js";
import type { SystemTables } from "../../model/tables.js";
import type { Market } from "../market/market.js";
import type { Candidate, Candidates, Capacity } from "./candidates.js";
import { mostEfficient, unitCosts } from "./efficiency.js";

/** Where rework or run times are looked at, they are looked at again after so long: they change slowly, and by themselves. */
const RELEARN_MS = 10 * MS_PER_MINUTE;

/** What one type offers: all its pools in the environment, in the user's order. */
interface Offer {
  readonly instanceType: number;
  readonly pools: readonly number[];
  readonly order: number;
  /** The pools by price, kept from one time to the next: they seldom change places. */
  readonly byPrice: number[];
  /** As of the last time, with the capacity that it was made from. */
  latest: Candidate | null;
  capacity: Capacity | null;
}

export class LiveCandidates implements Candidates {
  all: readonly Candidate[] = [];
  efficient: readonly Candidate[] = [];
  known: readonly Candidate[] = [];
  capacities: readonly Capacity[];
  unitMicroUsdPerHour: Float64Array;
  shapesBySize: Int32Array;
  /** Per shape: 1 when a type that may be asked holds it. */
  readonly servable: Uint8Array;
  /** By pool of the run: its effective price; meaningful for pools of the environment. */
  readonly microUsdPerHourOf: Float64Array;
  /** When the first of the pools that may not be asked now may be asked again; Infinity: all may be asked. */
  nextOfferMs = Number.POSITIVE_INFINITY;
  private readonly offers: readonly Offer[];
  private readonly poolsOfType: ReadonlyMap<number, readonly number[]>;
  private readonly tables: SystemTables;
  private readonly blastRadius: BlastRadius;
  /** Whether something is looked at that changes without an event of the market. */
  private readonly relearns: boolean;
  private relearnAtMs: number;
  private seenVersion = 0;

  /** `pools`: what may be bought; `poolOrder`: the place of each in the user's list of types. */
  constructor(pools: readonly number[], poolOrder: readonly number[], tables: SystemTables) {
    this.tables = tables;
    const { countsRework, blastRadius } = tables.strategy.spot;
    this.blastRadius = blastRadius;
    this.relearns = countsRework || blastRadius.vcpuHoursPerInstance !== null;
    const isPlain = !this.relearns && blastRadius.jobsPerInstance === null;
    this.relearnAtMs = isPlain ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    this.offers = offersOf(pools, poolOrder, tables);
    this.poolsOfType = new Map(this.offers.map((offer) => [offer.instanceType, offer.pools]));
    this.capacities = tables.instanceTypes;
    this.microUsdPerHourOf = Float64Array.from(
      tables.pools,
      (pool) => pool.priceMicroUsdPerHour + overheadOf(pool, tables.overheadMicroUsdPerHour),
    );
    this.unitMicroUsdPerHour = new Float64Array(tables.shapes.length);
    this.servable = new Uint8Array(tables.shapes.length);
    this.shapesBySize = new Int32Array(0);
    this.rebuild(
      (pool) => tables.pools[pool]!.priceMicroUsdPerHour,
      () => true,
    );
  }

  /** Brings everything up to date; costs nothing when nothing has changed. */
  refresh(market: Market, nowMs: number): void {
    if (market.version === this.seenVersion && nowMs < this.nextOfferMs && nowMs < this.relearnAtMs) return;
    this.relearnAtMs = this.relearns ? nowMs + RELEARN_MS : Number.POSITIVE_INFINITY;
    this.seenVersion = market.version;
    this.reprice(market, nowMs);
    this.capacities = this.learnedCapacities(market);
    this.nextOfferMs = Number.POSITIVE_INFINITY;
    for (const { pools } of this.offers) {
      for (const pool of pools) {
        const untilMs = market.refusedUntilMs[pool]!;
        if (untilMs > nowMs && untilMs < this.nextOfferMs) this.nextOfferMs = untilMs;
      }
    }
    this.rebuild(
      (pool) => market.priceMicroUsdPerHour[pool]!,
      (pool) => market.mayAsk(pool, nowMs),
    );
  }

  /** All pools of a type that the environment may buy, askable or not. */
  poolsOf(instanceType: number): readonly number[] {
    return this.poolsOfType.get(instanceType) ?? [];
  }

  private reprice(market: Market, nowMs: number): void {
    const { tables, microUsdPerHourOf } = this;
    market.reclaims?.reckon(nowMs, market.runTimes.meanByWorkMs);
    for (const { pools } of this.offers) {
      for (const pool of pools) {
        const overhead = overheadOf(tables.pools[pool]!, tables.overheadMicroUsdPerHour);
        const rework = market.reclaims === null ? 0 : market.reclaims.rework[pool]!;
        microUsdPerHourOf[pool] = (market.priceMicroUsdPerHour[pool]! + overhead) * (1 + rework);
      }
    }
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

  private rebuild(priceOf: (pool: number) => number, mayAsk: (pool: number) => boolean): void {
    const known = this.offers.map((offer) => this.candidateOf(offer, priceOf, mayAsk));
    known.sort((a, b) => a.microUsdPerHour - b.microUsdPerHour || a.pool - b.pool);
    this.known = known;
    this.all = known.filter(({ pools }) => pools.length > 0);
    this.efficient = mostEfficient(this.all);
    this.unitMicroUsdPerHour = unitCosts(this.tables.shapes, this.efficient);
    this.unitMicroUsdPerHour.forEach((cost, shape) => {
      this.servable[shape] = cost < Number.POSITIVE_INFINITY ? 1 : 0;
    });
    if (this.all.length < known.length) this.fillUnservable(known);
    const costs = this.unitMicroUsdPerHour;
    this.shapesBySize = Int32Array.from(
      this.tables.shapes
        .map((_, shape) => shape)
        .filter((shape) => costs[shape]! < Number.POSITIVE_INFINITY)
        .sort((a, b) => costs[b]! - costs[a]! || a - b),
    );
  }

  /** A shape that nothing askable holds keeps the worth that it has where it will be served again. */
  private fillUnservable(known: readonly Candidate[]): void {
    const costs = unitCosts(this.tables.shapes, known);
    this.servable.forEach((servable, shape) => {
      if (servable === 0) this.unitMicroUsdPerHour[shape] = costs[shape]!;
    });
  }

  /** The candidate of a type: the one there is as long as nothing about it has changed. */
  private candidateOf(offer: Offer, priceOf: (pool: number) => number, mayAsk: (pool: number) => boolean): Candidate {
    const { microUsdPerHourOf, tables } = this;
    const { byPrice, instanceType, order, latest } = offer;
    sortByPrice(byPrice, microUsdPerHourOf);
    const capacity = this.capacities[instanceType]!;
    const pool = byPrice.find(mayAsk) ?? byPrice[0]!;
    const unchanged =
      latest !== null &&
      offer.capacity === capacity &&
      latest.pool === pool &&
      latest.priceMicroUsdPerHour === priceOf(pool) &&
      latest.microUsdPerHour === microUsdPerHourOf[pool] &&
      isAskable(byPrice, latest.pools, mayAsk);
    if (unchanged) return latest;
    const { market, interruptionBand } = tables.pools[pool]!;
    const { vcpuMilli, memoryMib, gpuMilli, mostJobs, sharedVcpuMilli } = capacity;
    offer.capacity = capacity;
    offer.latest = {
      pool,
      pools: byPrice.filter(mayAsk),
      instanceType,
      market,
      vcpuMilli,
      memoryMib,
      gpuMilli,
      ...(mostJobs === undefined ? {} : { mostJobs }),
      ...(sharedVcpuMilli === undefined ? {} : { sharedVcpuMilli }),
      priceMicroUsdPerHour: priceOf(pool),
      microUsdPerHour: microUsdPerHourOf[pool]!,
      interruptionBand,
      order,
    };
    return offer.latest;
  }
}

/** Builds the candidates of an environment, as they are when the run begins. */
export function prepareCandidates(
  environment: { readonly pools: readonly number[]; readonly poolOrder: readonly number[] },
  tables: SystemTables,
): LiveCandidates {
  return new LiveCandidates(environment.pools, environment.poolOrder, tables);
}

function offersOf(pools: readonly number[], poolOrder: readonly number[], tables: SystemTables): Offer[] {
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
    latest: null,
    capacity: null,
  }));
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
