// The shape of the embedded data files. `tools/build-catalog.ts` writes them, `data-files.ts` reads them: columns of
// equal length, money in integer micro-USD, 0 or "" for "not known". One file per region, so that a replay reads only
// its own region. All but the small common file are Brotli-compressed JSON.

export const CATALOG_FORMAT_VERSION = 1;

/** catalog.json: what is needed before any table is opened, and what people may want to read. */
export interface CommonFile {
  readonly formatVersion: number;
  readonly asOf: CatalogDates;
  /** Advertised memory minus what the operating system reports: intercept + slope x advertised memory. */
  readonly memoryFits: readonly MemoryFit[];
  readonly publicIpv4: { readonly microUsdPerHour: number; readonly asOf: string };
  readonly regions: readonly RegionEntry[];
}

/** ISO dates; the newest figure of each kind. */
export interface CatalogDates {
  readonly instanceTypes: string;
  readonly azOfferings: string;
  readonly onDemand: string;
  readonly spotSnapshot: string;
  readonly spotRegionAverages: string;
  readonly spotAdvisor: string;
  readonly ebs: string;
  readonly memoryOverhead: string;
}

export interface MemoryFit {
  /** Hypervisor and processor manufacturer, e.g. "nitro Intel"; or "xen", "metal". */
  readonly group: string;
  readonly interceptMib: number;
  /** MiB of overhead per MiB advertised. */
  readonly slope: number;
}

export interface RegionEntry {
  readonly name: string;
  readonly description: string;
  /** Availability Zone ids; empty when not known. */
  readonly zones: readonly string[];
  /** 0: not known. */
  readonly gp3MicroUsdPerGbMonth: number;
  /** Of this region's figures, where they differ from those of the file. */
  readonly asOf?: CatalogDates;
}

/** instance-types.json.br: one row per instance type, sorted by family and vCPUs ("catalogue order"). */
export interface InstanceTypesFile {
  readonly name: readonly string[];
  readonly architecture: readonly string[];
  readonly vcpus: readonly number[];
  readonly memoryMib: readonly number[];
  /** Measured overhead; 0: not measured. */
  readonly memoryOverheadMib: readonly number[];
  /** Index into CommonFile.memoryFits. */
  readonly memoryFit: readonly number[];
  readonly gpuCount: readonly number[];
  readonly gpuName: readonly string[];
  /** Of one GPU, or of the part of one that the type has. */
  readonly gpuMemoryMib: readonly number[];
  readonly gpuFraction: readonly number[];
  readonly localStorageGb: readonly number[];
  readonly networkGbps: readonly number[];
  /** Bits of TYPE_FLAGS. */
  readonly flags: readonly number[];
  readonly asOf: readonly string[];
}

export const TYPE_FLAGS = {
  burstable: 1,
  bareMetal: 2,
  currentGeneration: 4,
  withdrawn: 8,
  spotSupported: 16,
} as const;

/** prices/REGION.json.br: one row per instance type with an on-demand price in the region, in catalogue order. */
export interface RegionFile {
  /** Row of InstanceTypesFile, as the distance from the row before (the first from -1). */
  readonly typeStep: readonly number[];
  readonly onDemandMicroUsd: readonly number[];
  readonly onDemandDates: readonly string[];
  /** Index into onDemandDates. */
  readonly onDemandDate: readonly number[];
  /** Bit i: offered in the region's zone i. 0: not known. */
  readonly offeredInZones: readonly number[];
  /** Per zone of the region, one column: the spot price of the snapshot; 0: none. */
  readonly spotMicroUsd: readonly (readonly number[])[];
  /** [row, micro-USD]: the on-demand price of the snapshot's day, where it differs from onDemandMicroUsd. */
  readonly snapshotOnDemandMicroUsd: readonly (readonly [number, number])[];
  readonly spotRegionAverageMicroUsd: readonly number[];
  /** 1-based index into INTERRUPTION_BUCKETS; 0: not known. */
  readonly interruptionBucket: readonly number[];
}

/** The Spot Instance advisor's classes: share of the type's spot capacity reclaimed in the trailing month. */
export const INTERRUPTION_BUCKETS = ["<5%", "5-10%", "10-15%", "15-20%", ">20%"] as const;
export type InterruptionBucket = (typeof INTERRUPTION_BUCKETS)[number];
