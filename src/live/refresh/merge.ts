// What was read of a region, over what the catalogue had: figures that AWS was not asked for (interruption classes, the price of
// volumes, measured memory) stay; what changed is told.

import type { InstanceTypeInfo } from "@aws-sdk/client-ec2";
import type { Catalog } from "../../catalog/catalog.js";
import type { CatalogDates } from "../../catalog/format.js";
import type { RegionOffer, SpotQuote } from "../../catalog/region.js";
import { familyOf, type TypeRow } from "../../catalog/type-rows.js";
import type { NamedOffer, RegionFigures } from "../../catalog/user-catalog.js";
import { typeRowOf } from "./instance-types.js";
import type { OnDemandPrices } from "./on-demand.js";
import type { SpotPoolPrice } from "./spot-prices.js";
import type { Zones } from "./zones.js";

/** A price that moved by more than this share of the older one is told. */
const NOTABLE_SHARE = 0.05;

/** Everything that AWS said of a region. */
export interface RegionReading {
  readonly region: string;
  readonly types: readonly InstanceTypeInfo[];
  readonly zones: Zones;
  readonly onDemand: OnDemandPrices;
  readonly spot: readonly SpotPoolPrice[];
  /** ISO date. */
  readonly date: string;
}

export interface PriceChange {
  readonly type: string;
  /** Undefined: on-demand. */
  readonly zone: string | undefined;
  readonly fromMicroUsdPerHour: number;
  readonly toMicroUsdPerHour: number;
}

export interface RegionChanges {
  readonly region: string;
  readonly offers: number;
  readonly spotPools: number;
  readonly newTypes: readonly string[];
  readonly goneTypes: readonly string[];
  readonly newZones: readonly string[];
  readonly goneZones: readonly string[];
  /** On-demand prices that moved by more than 5 %. */
  readonly onDemand: readonly PriceChange[];
  /** Spot prices that moved by more than 5 %, the largest movement first. */
  readonly spot: readonly PriceChange[];
  /** Types with a price that nothing is known of, or whose price is not clear: left out. */
  readonly leftOut: readonly string[];
}

export interface MergedRegion {
  readonly figures: RegionFigures;
  /** Of every type that was described. */
  readonly typeRows: readonly TypeRow[];
  readonly changes: RegionChanges;
}

/**
 * Merges a reading into the catalogue's region. `selectors`: types or families that are to be taken over, the others stay as
 * they are; empty: all. Types that the region sells no more are gone, but for those that the catalogue knows as withdrawn.
 */
export function mergeRegion(reading: RegionReading, catalog: Catalog, selectors: readonly string[]): MergedRegion {
  const { region, zones, date } = reading;
  const before = catalog.regionNames.includes(region) ? catalog.region(region) : undefined;
  const isMeant = (type: string) =>
    selectors.length === 0 || selectors.includes(type) || selectors.includes(familyOf(type));
  const typeRows = rowsOf(reading, catalog, isMeant);
  const known = new Set(typeRows.map(({ name }) => name));
  const leftOut: string[] = reading.onDemand.unclear.filter(isMeant);
  const spot = quotesByType(reading.spot, zones.ids);
  const offers: NamedOffer[] = [];
  for (const [type, price] of reading.onDemand.ofType) {
    if (!isMeant(type)) continue;
    const older = before?.findOffer(type);
    const isWithdrawn = catalog.findInstanceType(type)?.withdrawn === true;
    if (!known.has(type) && !isWithdrawn) {
      leftOut.push(type);
      continue;
    }
    offers.push({
      type,
      onDemand: { microUsdPerHour: price.microUsdPerHour, asOf: date },
      zones: zones.ofType.get(type) ?? [],
      spot: spot.get(type) ?? [],
      snapshotOnDemandMicroUsdPerHour: price.microUsdPerHour,
      // Older than the prices per zone are now: it has nothing more to say.
      spotRegionAverageMicroUsdPerHour: null,
      interruptionBucket: older?.interruptionBucket ?? null,
    });
  }
  for (const offer of before?.offers ?? []) {
    if (!isMeant(offer.instanceType.name)) offers.push(withinZones(offer, zones.ids));
  }
  const entry: RegionFigures["entry"] = {
    name: region,
    description: before?.description ?? region,
    zones: zones.ids,
    gp3MicroUsdPerGbMonth: before?.gp3MicroUsdPerGbMonth ?? 0,
    asOf: datesAfter(catalog.datesOf(region), date, selectors.length === 0),
  };
  return {
    figures: { entry, offers },
    typeRows,
    changes: changesOf(region, before?.offers ?? [], before?.zones ?? [], offers, zones.ids, leftOut.sort()),
  };
}

/** Prices of chosen types alone make nothing else younger. */
function datesAfter(dates: CatalogDates, date: string, isAll: boolean): CatalogDates {
  if (!isAll) return { ...dates, azOfferings: date };
  return { ...dates, instanceTypes: date, azOfferings: date, onDemand: date, spotSnapshot: date };
}

function rowsOf(reading: RegionReading, catalog: Catalog, isMeant: (type: string) => boolean): TypeRow[] {
  const groups = catalog.memoryFits.map(({ group }) => group);
  return reading.types.flatMap((info) => {
    const name = info.InstanceType ?? "";
    if (!isMeant(name)) return [];
    const { isCurrent } = reading.onDemand.ofType.get(name) ?? {};
    return typeRowOf(info, catalog.typeRow(name), isCurrent, groups, reading.date) ?? [];
  });
}

function quotesByType(prices: readonly SpotPoolPrice[], zones: readonly string[]): Map<string, SpotQuote[]> {
  const found = new Map<string, SpotQuote[]>();
  for (const zone of zones) {
    for (const { type, zoneId, microUsdPerHour } of prices) {
      if (zoneId !== zone) continue;
      const quotes = found.get(type) ?? [];
      quotes.push({ zone, microUsdPerHour });
      found.set(type, quotes);
    }
  }
  return found;
}

/** An older offer as a file of these zones can have it. */
function withinZones({ instanceType, ...offer }: RegionOffer, zones: readonly string[]): NamedOffer {
  return {
    ...offer,
    type: instanceType.name,
    zones: offer.zones.filter((zone) => zones.includes(zone)),
    spot: offer.spot.filter(({ zone }) => zones.includes(zone)),
  };
}

/** A region's offers as they are, for a file that keeps them. */
export function offersOf(catalog: Catalog, region: string): RegionFigures {
  const { name, description, zones, gp3MicroUsdPerGbMonth, offers } = catalog.region(region);
  return {
    entry: {
      ...{ name, description, zones, gp3MicroUsdPerGbMonth: gp3MicroUsdPerGbMonth ?? 0 },
      asOf: catalog.datesOf(region),
    },
    offers: offers.map((offer) => withinZones(offer, zones)),
  };
}

function changesOf(
  region: string,
  before: readonly RegionOffer[],
  zonesBefore: readonly string[],
  after: readonly NamedOffer[],
  zonesAfter: readonly string[],
  leftOut: readonly string[],
): RegionChanges {
  const older = new Map(before.map((offer) => [offer.instanceType.name, offer]));
  const newer = new Set(after.map(({ type }) => type));
  const both = after.flatMap((offer) => {
    const old = older.get(offer.type);
    return old === undefined ? [] : [{ offer, old }];
  });
  const onDemand = both.map(({ offer: { type, onDemand }, old }) => ({
    ...{ type, zone: undefined },
    fromMicroUsdPerHour: old.onDemand.microUsdPerHour,
    toMicroUsdPerHour: onDemand.microUsdPerHour,
  }));
  const spot = both.flatMap(({ offer, old }) =>
    offer.spot.flatMap(({ zone, microUsdPerHour }) => {
      const quote = old.spot.find((candidate) => candidate.zone === zone);
      if (quote === undefined) return [];
      return { type: offer.type, zone, fromMicroUsdPerHour: quote.microUsdPerHour, toMicroUsdPerHour: microUsdPerHour };
    }),
  );
  return {
    region,
    offers: after.length,
    spotPools: after.reduce((count, offer) => count + offer.spot.length, 0),
    newTypes: after.flatMap(({ type }) => (older.has(type) ? [] : type)).sort(),
    goneTypes: before.flatMap(({ instanceType }) => (newer.has(instanceType.name) ? [] : instanceType.name)).sort(),
    newZones: zonesAfter.filter((zone) => !zonesBefore.includes(zone)),
    goneZones: zonesBefore.filter((zone) => !zonesAfter.includes(zone)),
    onDemand: notable(onDemand),
    spot: notable(spot),
    leftOut,
  };
}

function notable(changes: readonly PriceChange[]): PriceChange[] {
  return changes
    .filter((change) => movement(change) > NOTABLE_SHARE)
    .sort((a, b) => movement(b) - movement(a) || (a.type < b.type ? -1 : 1));
}

/** Share of the older price. */
function movement({ fromMicroUsdPerHour, toMicroUsdPerHour }: PriceChange): number {
  return Math.abs(toMicroUsdPerHour - fromMicroUsdPerHour) / fromMicroUsdPerHour;
}
