// One region's prices: what each instance type costs there, where, and as of when.

import type { Market } from "../model/instance-type.js";
import { INTERRUPTION_BUCKETS, type InterruptionBucket, type RegionEntry, type RegionFile } from "./format.js";
import type { InstanceTypeFacts } from "./instance-types.js";

/** An instance type on sale in a region. Linux, shared tenancy; prices in micro-USD per hour. */
export interface RegionOffer {
  readonly instanceType: InstanceTypeFacts;
  readonly onDemand: { readonly microUsdPerHour: number; readonly asOf: string };
  /** Availability Zone ids that have the type, in the region's order; empty when not known. */
  readonly zones: readonly string[];
  /** Spot prices of the snapshot, as published, in the region's order of zones; its date is Catalog.asOf.spotSnapshot. */
  readonly spot: readonly SpotQuote[];
  /** The on-demand price on the day of the spot snapshot. */
  readonly snapshotOnDemandMicroUsdPerHour: number;
  /** Newer than the snapshot, but one figure for all zones (Catalog.asOf.spotRegionAverages); null when not known. */
  readonly spotRegionAverageMicroUsdPerHour: number | null;
  /** Spot Instance advisor, Linux (Catalog.asOf.spotAdvisor); null when not known. */
  readonly interruptionBucket: InterruptionBucket | null;
}

export interface SpotQuote {
  readonly zone: string;
  readonly microUsdPerHour: number;
}

/**
 * "snapshot": the price as published on the snapshot's day, at most today's on-demand price.
 * "rescaled": the snapshot's discount applied to today's on-demand price; a present-day estimate.
 */
export type SpotPriceBasis = "snapshot" | "rescaled";

/**
 * What a spot instance is taken to cost, micro-USD per hour; never above today's on-demand price, which is Spot's default
 * maximum price. The newest prices per zone that could be had are of 2024: their level has aged, though the region
 * averages of 2026 are close to it (median difference in spot/on-demand -0.025, 90 % within -0.19 and +0.18).
 */
export function spotPriceMicroUsdPerHour(offer: RegionOffer, quote: SpotQuote, basis: SpotPriceBasis): number {
  const today = offer.onDemand.microUsdPerHour;
  const price =
    basis === "snapshot"
      ? quote.microUsdPerHour
      : Math.round(today * (quote.microUsdPerHour / offer.snapshotOnDemandMicroUsdPerHour));
  return Math.min(price, today);
}

/** The cheapest spot quote of the snapshot; ties go to the first zone. Undefined when there is none. */
export function cheapestSpotQuote(offer: RegionOffer): SpotQuote | undefined {
  let best: SpotQuote | undefined;
  for (const quote of offer.spot) {
    if (best === undefined || quote.microUsdPerHour < best.microUsdPerHour) best = quote;
  }
  return best;
}

/** True when the type can be bought on that market: on-demand always, spot when the snapshot has a price for it. */
export function isOffered(offer: RegionOffer, market: Market): boolean {
  return market === "on-demand" || offer.spot.length > 0;
}

/** The prices of one region. */
export class RegionCatalog {
  readonly name: string;
  /** e.g. "US East (N. Virginia)". */
  readonly description: string;
  /** Availability Zone ids, e.g. "use1-az1": the same for every account, unlike zone names. Empty when not known. */
  readonly zones: readonly string[];
  /** Price of a gp3 volume, micro-USD per GB-month (Catalog.asOf.ebs); null when not known. */
  readonly gp3MicroUsdPerGbMonth: number | null;
  /** Types with an on-demand price, in catalogue order. */
  readonly offers: readonly RegionOffer[];
  private readonly byName: ReadonlyMap<string, RegionOffer>;

  constructor(entry: RegionEntry, offers: readonly RegionOffer[]) {
    this.name = entry.name;
    this.description = entry.description;
    this.zones = entry.zones;
    this.gp3MicroUsdPerGbMonth = entry.gp3MicroUsdPerGbMonth === 0 ? null : entry.gp3MicroUsdPerGbMonth;
    this.offers = offers;
    this.byName = new Map(offers.map((offer) => [offer.instanceType.name, offer]));
  }

  /** The offer of an instance type, or undefined when it has no on-demand price here. */
  findOffer(instanceType: string): RegionOffer | undefined {
    return this.byName.get(instanceType);
  }
}

/** Rows of the embedded price file as objects. */
export function decodeOffers(file: RegionFile, entry: RegionEntry, types: readonly InstanceTypeFacts[]): RegionOffer[] {
  const changedOnDemand = new Map(file.snapshotOnDemandMicroUsd);
  let type = -1;
  return file.typeStep.map((step, row) => {
    type += step;
    const microUsdPerHour = file.onDemandMicroUsd[row]!;
    const average = file.spotRegionAverageMicroUsd[row]!;
    return {
      instanceType: types[type]!,
      onDemand: { microUsdPerHour, asOf: file.onDemandDates[file.onDemandDate[row]!]! },
      zones: entry.zones.filter((_, zone) => (file.offeredInZones[row]! & (1 << zone)) !== 0),
      spot: decodeSpotQuotes(file, entry, row),
      snapshotOnDemandMicroUsdPerHour: changedOnDemand.get(row) ?? microUsdPerHour,
      spotRegionAverageMicroUsdPerHour: average === 0 ? null : average,
      interruptionBucket: INTERRUPTION_BUCKETS[file.interruptionBucket[row]! - 1] ?? null,
    };
  });
}

function decodeSpotQuotes(file: RegionFile, entry: RegionEntry, row: number): SpotQuote[] {
  const quotes: SpotQuote[] = [];
  entry.zones.forEach((zone, index) => {
    const microUsdPerHour = file.spotMicroUsd[index]![row]!;
    if (microUsdPerHour > 0) quotes.push({ zone, microUsdPerHour });
  });
  return quotes;
}
