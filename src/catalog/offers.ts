// From names to the engine's tables: the instance types and capacity pools of a run, and which of them each compute
// environment may use.

import type { InstanceType, Market, Pool } from "../model/instance-type.js";
import { NONE } from "../model/tables.js";
import type { Catalog } from "./catalog.js";
import { INTERRUPTION_BUCKETS } from "./format.js";
import { toInstanceType } from "./instance-types.js";
import { type RegionOffer, type SpotPriceBasis, spotPriceMicroUsdPerHour } from "./region.js";

/** What one compute environment (or baseline) may launch. */
export interface OfferRequest {
  /** Exact instance types, as from expandInstanceTypes. */
  readonly names: readonly string[];
  readonly market: Market;
  /** Availability Zone ids; empty: every zone. */
  readonly zones: readonly string[];
  /** Of Spot: pools dearer than this share of the on-demand price are left out; not given: none. */
  readonly bidPercentage?: number;
}

export interface ResolvedOffers {
  /** Types with at least one pool, in catalogue order. */
  readonly instanceTypes: readonly InstanceType[];
  /** Pools that some request may use, by instance type, on-demand before spot, then by zone. */
  readonly pools: readonly Pool[];
  /** Per request: its pools, ascending indexes. A type that the request's zones do not have is not among them. */
  readonly poolsOfRequest: readonly (readonly number[])[];
  /** Per request: of each type only the cheapest pool; the first zone on ties. */
  readonly cheapestPoolsOfRequest: readonly (readonly number[])[];
  /** ISO dates: no figure used is older than this. */
  readonly asOf: { readonly instanceTypes: string; readonly onDemand: string; readonly spot: string };
}

/**
 * Builds the tables of instance types and pools for several requests in one region; requests share pools. Order does not
 * depend on the order of names. Throws InputError for an unknown region; names without an offer are left out.
 *
 * On-demand: a pool for every zone that has the type, all at the region's price. Where the zones are not known
 * (GovCloud, the newest regions, withdrawn types) there is one pool whose zone is the region's name, and it meets every
 * choice of zones. Spot: a pool for every zone with a price in the snapshot, priced by `basis`.
 */
export function resolveOffers(
  catalog: Catalog,
  region: string,
  requests: readonly OfferRequest[],
  basis: SpotPriceBasis = "snapshot",
): ResolvedOffers {
  const prices = catalog.region(region);
  const names = requests.map((request) => new Set(request.names));
  const instanceTypes: InstanceType[] = [];
  const pools: Pool[] = [];
  const poolsOfRequest: number[][] = requests.map(() => []);
  const used: RegionOffer[] = [];
  for (const offer of prices.offers) {
    const type = offer.instanceType;
    const interested = requests.flatMap((_, index) => (names[index]!.has(type.name) ? [index] : []));
    if (interested.length === 0) continue;
    const poolsBefore = pools.length;
    for (const pool of poolsOfOffer(offer, instanceTypes.length, region, basis)) {
      const takers = interested.filter((index) => accepts(requests[index]!, pool, offer, region));
      for (const taker of takers) poolsOfRequest[taker]!.push(pools.length);
      if (takers.length > 0) pools.push(pool);
    }
    if (pools.length === poolsBefore) continue;
    instanceTypes.push(toInstanceType(type));
    used.push(offer);
  }
  return {
    instanceTypes,
    pools,
    poolsOfRequest,
    cheapestPoolsOfRequest: poolsOfRequest.map((indexes) => cheapestPerType(indexes, pools)),
    asOf: {
      instanceTypes: oldest(used.map((offer) => offer.instanceType.asOf)) ?? catalog.asOf.instanceTypes,
      onDemand: oldest(used.map((offer) => offer.onDemand.asOf)) ?? catalog.asOf.onDemand,
      spot: catalog.datesOf(region).spotSnapshot,
    },
  };
}

function poolsOfOffer(offer: RegionOffer, instanceType: number, region: string, basis: SpotPriceBasis): Pool[] {
  const zones = offer.zones.length > 0 ? offer.zones : [region];
  const priceMicroUsdPerHour = offer.onDemand.microUsdPerHour;
  const onDemand = zones.map(
    (zone): Pool => ({ instanceType, zone, market: "on-demand", priceMicroUsdPerHour, interruptionBand: NONE }),
  );
  const interruptionBand = bandOf(offer);
  const spot = offer.spot.map((quote): Pool => {
    const price = spotPriceMicroUsdPerHour(offer, quote, basis);
    return { instanceType, zone: quote.zone, market: "spot", priceMicroUsdPerHour: price, interruptionBand };
  });
  return [...onDemand, ...spot];
}

function bandOf({ interruptionBucket }: RegionOffer): number {
  return interruptionBucket === null ? NONE : INTERRUPTION_BUCKETS.indexOf(interruptionBucket);
}

function accepts(request: OfferRequest, pool: Pool, offer: RegionOffer, region: string): boolean {
  const { bidPercentage = Number.POSITIVE_INFINITY } = request;
  if (pool.market !== request.market) return false;
  if (pool.priceMicroUsdPerHour * 100 > offer.onDemand.microUsdPerHour * bidPercentage) return false;
  return request.zones.length === 0 || pool.zone === region || request.zones.includes(pool.zone);
}

/** Pools of one type and market are neighbours in `indexes`: a request has one market. */
function cheapestPerType(indexes: readonly number[], pools: readonly Pool[]): number[] {
  const cheapest: number[] = [];
  for (const index of indexes) {
    const pool = pools[index]!;
    const last = cheapest.at(-1);
    const rival = last === undefined ? undefined : pools[last];
    if (rival === undefined || rival.instanceType !== pool.instanceType) cheapest.push(index);
    else if (pool.priceMicroUsdPerHour < rival.priceMicroUsdPerHour) cheapest[cheapest.length - 1] = index;
  }
  return cheapest;
}

function oldest(dates: readonly string[]): string | undefined {
  return [...dates].sort()[0];
}
