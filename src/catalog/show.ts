// The catalogue as a list to look at: filter, sort, one row per instance type on sale in a region.

import { didYouMean, errorIssue, type Issue, throwIfErrors } from "../base/issues.js";
import { MIB_PER_GIB } from "../base/units.js";
import type { Architecture, Market } from "../model/instance-type.js";
import type { Catalog } from "./catalog.js";
import type { InterruptionBucket } from "./format.js";
import type { InstanceTypeFacts } from "./instance-types.js";
import { cheapestSpotQuote, isOffered, type RegionOffer, spotPriceMicroUsdPerHour } from "./region.js";

const DEFAULT_REGION = "us-east-1";

export const CATALOG_SORT_KEYS = ["price", "vcpu", "memory", "name"] as const;
export type CatalogSortKey = (typeof CATALOG_SORT_KEYS)[number];

/** Every filter given must hold; bounds are inclusive. */
export interface CatalogFilters {
  /** us-east-1 when not given. */
  readonly region?: string;
  /** Only types on sale there; also the price that `maxMicroUsdPerHour` and sorting mean. On-demand when not given. */
  readonly market?: Market;
  readonly family?: string;
  readonly architecture?: Architecture;
  readonly minVcpus?: number;
  readonly maxVcpus?: number;
  /** Advertised memory. */
  readonly minMemoryGib?: number;
  readonly maxMemoryGib?: number;
  readonly minGpus?: number;
  /** As EC2 names it, in any case, e.g. "t4". */
  readonly gpuName?: string;
  readonly maxMicroUsdPerHour?: number;
  /** "price" when not given; ties in catalogue order. */
  readonly sort?: CatalogSortKey;
}

export interface CatalogRow {
  readonly instanceType: InstanceTypeFacts;
  readonly onDemandMicroUsdPerHour: number;
  readonly onDemandAsOf: string;
  /** The cheapest zone of the snapshot, at most the on-demand price; null when it has none. */
  readonly spot: { readonly zone: string; readonly microUsdPerHour: number } | null;
  /** 1 - spot / on-demand, 0..1. */
  readonly spotSavingShare: number | null;
  readonly spotRegionAverageMicroUsdPerHour: number | null;
  readonly interruptionBucket: InterruptionBucket | null;
  /** Price on the filters' market divided by vCPUs, micro-USD. */
  readonly microUsdPerVcpuHour: number;
}

/**
 * Rows of `stowage catalog show`. Throws InputError when region, family or GPU name is unknown; no match is an empty list.
 */
export function catalogRows(catalog: Catalog, filters: CatalogFilters = {}): CatalogRow[] {
  const region = filters.region ?? DEFAULT_REGION;
  const market = filters.market ?? "on-demand";
  throwIfErrors([...catalog.checkRegion(region), ...checkNames(catalog.instanceTypes, filters)]);
  const rows = catalog
    .region(region)
    .offers.filter((offer) => isOffered(offer, market) && matches(offer.instanceType, filters))
    .map((offer) => toRow(offer, market));
  const limit = filters.maxMicroUsdPerHour ?? Number.POSITIVE_INFINITY;
  const key = sortKey(filters.sort ?? "price", market);
  // Sorting is stable, and the offers come in catalogue order.
  return rows.filter((row) => priceOn(row, market) <= limit).sort((a, b) => key(a) - key(b));
}

function checkNames(types: readonly InstanceTypeFacts[], filters: CatalogFilters): Issue[] {
  const issues: Issue[] = [];
  const families = [...new Set(types.map((type) => type.family))];
  if (filters.family !== undefined && !families.includes(filters.family)) {
    const message = `there is no instance family "${filters.family}"`;
    const hint = didYouMean(filters.family, families) ?? "a family is the part before the dot, e.g. m6i";
    issues.push(errorIssue("unknown-instance-type", message, { path: "family", hint }));
  }
  const gpuNames = [...new Set(types.map((type) => type.gpuName))].filter((name) => name !== "").sort();
  if (filters.gpuName !== undefined && !gpuNames.some((name) => sameName(name, filters.gpuName))) {
    const hint = didYouMean(filters.gpuName, gpuNames) ?? `GPUs: ${gpuNames.join(", ")}`;
    issues.push(errorIssue("unknown-gpu", `there is no GPU "${filters.gpuName}"`, { path: "gpuName", hint }));
  }
  return issues;
}

function matches(type: InstanceTypeFacts, filters: CatalogFilters): boolean {
  const { family, architecture, gpuName } = filters;
  return (
    (family === undefined || type.family === family) &&
    (architecture === undefined || type.architecture === architecture) &&
    (gpuName === undefined || sameName(type.gpuName, gpuName)) &&
    within(type.vcpus, filters.minVcpus, filters.maxVcpus) &&
    within(type.nominalMemoryMib / MIB_PER_GIB, filters.minMemoryGib, filters.maxMemoryGib) &&
    within(type.gpuCount, filters.minGpus, undefined)
  );
}

function within(value: number, min: number | undefined, max: number | undefined): boolean {
  return (min === undefined || value >= min) && (max === undefined || value <= max);
}

function sameName(a: string, b: string | undefined): boolean {
  return a.toLowerCase() === b?.toLowerCase();
}

function toRow(offer: RegionOffer, market: Market): CatalogRow {
  const onDemand = offer.onDemand.microUsdPerHour;
  const quote = cheapestSpotQuote(offer);
  const spot =
    quote === undefined
      ? null
      : { zone: quote.zone, microUsdPerHour: spotPriceMicroUsdPerHour(offer, quote, "snapshot") };
  const price = market === "spot" && spot !== null ? spot.microUsdPerHour : onDemand;
  return {
    instanceType: offer.instanceType,
    onDemandMicroUsdPerHour: onDemand,
    onDemandAsOf: offer.onDemand.asOf,
    spot,
    spotSavingShare: spot === null ? null : 1 - spot.microUsdPerHour / onDemand,
    spotRegionAverageMicroUsdPerHour: offer.spotRegionAverageMicroUsdPerHour,
    interruptionBucket: offer.interruptionBucket,
    microUsdPerVcpuHour: price / offer.instanceType.vcpus,
  };
}

/** `market` is one that the row's type is on sale on. */
function priceOn(row: CatalogRow, market: Market): number {
  return market === "spot" && row.spot !== null ? row.spot.microUsdPerHour : row.onDemandMicroUsdPerHour;
}

/** Catalogue order is the natural order of names: sizes of a family by vCPUs, not by alphabet. */
function sortKey(key: CatalogSortKey, market: Market): (row: CatalogRow) => number {
  switch (key) {
    case "price":
      return (row) => priceOn(row, market);
    case "vcpu":
      return (row) => row.instanceType.vcpus;
    case "memory":
      return (row) => row.instanceType.nominalMemoryMib;
    case "name":
      return (row) => row.instanceType.index;
  }
}
