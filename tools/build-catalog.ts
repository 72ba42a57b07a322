// Compiles the catalogue's CSV sources into the compact files that the product embeds (src/catalog/format.ts).
// Usage, from the checkout root:
//   npx esbuild tools/build-catalog.ts --bundle --platform=node --format=esm --outfile=.cache/build-catalog.mjs
//   node .cache/build-catalog.mjs [SOURCE FOLDER, default ../shared/data/catalog] [TARGET, default src/catalog/data]
// A file whose content has not changed is left alone: compressors may give other bytes on another Node line.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, brotliDecompressSync, constants, gunzipSync } from "node:zlib";
import { parse } from "csv-parse/sync";
import { assert } from "../src/base/assert.js";
import { MICRO_USD } from "../src/base/units.js";
import {
  CATALOG_FORMAT_VERSION,
  type CommonFile,
  INTERRUPTION_BUCKETS,
  type InstanceTypesFile,
  type MemoryFit,
  type RegionEntry,
  type RegionFile,
  TYPE_FLAGS,
} from "../src/catalog/format.js";

type Row = Readonly<Record<string, string>>;

interface Sources {
  readonly types: readonly Row[];
  readonly regions: readonly Row[];
  readonly memoryOverhead: readonly Row[];
  readonly ebs: readonly Row[];
  readonly onDemand: readonly Row[];
  readonly azOfferings: readonly Row[];
  readonly snapshot: readonly Row[];
  readonly averages: readonly Row[];
  readonly advisor: readonly Row[];
  readonly memoryFits: readonly MemoryFit[];
  readonly publicIpv4: CommonFile["publicIpv4"];
}

/** Dates that the sources' documentation gives for tables without an as_of column. */
const AZ_OFFERINGS_DATE = "2026-08-01";
const SPOT_REGION_AVERAGES_DATE = "2026-05-18";

/**
 * Builds every data file from the CSV sources in `source`: path inside the data folder -> JSON text.
 * Throws AssertionError when the sources contradict each other.
 */
export function buildCatalogFiles(source: string): Map<string, string> {
  const sources = readSources(source);
  const rowOfType = new Map(sources.types.map((row, index) => [text(row, "instance_type"), index]));
  const files = new Map<string, string>();
  const common = buildCommonFile(sources);
  files.set("catalog.json", `${JSON.stringify(common, null, 2)}\n`);
  files.set("instance-types.json.br", JSON.stringify(buildInstanceTypes(sources)));
  for (const region of common.regions) {
    files.set(`prices/${region.name}.json.br`, JSON.stringify(buildRegion(sources, region, rowOfType)));
  }
  return files;
}

function readSources(folder: string): Sources {
  const misc: MiscFile = JSON.parse(readFileSync(join(folder, "misc.json"), "utf8"));
  const ipv4 = misc.billing.public_ipv4_usd_per_hour;
  const fits = Object.entries(misc.usable_memory.linear_fit_for_unmeasured_types.by_group);
  return {
    types: readCsv(join(folder, "instance-types.csv")),
    regions: readCsv(join(folder, "regions.csv")),
    memoryOverhead: readCsv(join(folder, "memory-overhead.csv")),
    ebs: readCsv(join(folder, "ebs-prices.csv")),
    onDemand: readCsv(join(folder, "on-demand-prices.csv")),
    azOfferings: readCsv(join(folder, "az-offerings.csv.gz")),
    snapshot: readCsv(join(folder, "spot-prices-snapshot.csv")),
    averages: readCsv(join(folder, "spot-region-averages.csv")),
    advisor: readCsv(join(folder, "spot-advisor.csv")).filter((row) => row.os === "linux"),
    memoryFits: fits.map(([group, fit]) => ({ group, interceptMib: fit.intercept_mib, slope: fit.slope })),
    publicIpv4: { microUsdPerHour: microUsd(String(ipv4.value)), asOf: ipv4.since },
  };
}

interface MiscFile {
  readonly billing: { readonly public_ipv4_usd_per_hour: { readonly value: number; readonly since: string } };
  readonly usable_memory: {
    readonly linear_fit_for_unmeasured_types: {
      readonly by_group: Readonly<Record<string, { readonly intercept_mib: number; readonly slope: number }>>;
    };
  };
}

function buildCommonFile(sources: Sources): CommonFile {
  const gp3 = new Map(sources.ebs.map((row) => [text(row, "region"), microUsd(text(row, "gp3_usd_per_gb_month"))]));
  return {
    formatVersion: CATALOG_FORMAT_VERSION,
    asOf: {
      instanceTypes: newestDate(sources.types),
      azOfferings: AZ_OFFERINGS_DATE,
      onDemand: newestDate(sources.onDemand),
      spotSnapshot: newestDate(sources.snapshot),
      spotRegionAverages: SPOT_REGION_AVERAGES_DATE,
      spotAdvisor: newestDate(sources.advisor),
      ebs: newestDate(sources.ebs),
      memoryOverhead: newestDate(sources.memoryOverhead),
    },
    memoryFits: sources.memoryFits,
    publicIpv4: sources.publicIpv4,
    regions: sources.regions.map((row) => ({
      name: text(row, "region"),
      description: text(row, "name"),
      zones: row.az_ids === "" ? [] : text(row, "az_ids").split(" "),
      gp3MicroUsdPerGbMonth: gp3.get(text(row, "region")) ?? 0,
    })),
  };
}

function buildInstanceTypes(sources: Sources): InstanceTypesFile {
  const overhead = new Map(sources.memoryOverhead.map((row) => [row.instance_type, number(row, "overhead_mib")]));
  const groups = sources.memoryFits.map((fit) => fit.group);
  const column = <T>(value: (row: Row) => T): T[] => sources.types.map(value);
  return {
    name: column((row) => text(row, "instance_type")),
    architecture: column((row) => text(row, "arch")),
    vcpus: column((row) => number(row, "vcpu")),
    memoryMib: column((row) => number(row, "memory_mib")),
    memoryOverheadMib: column((row) => overhead.get(row.instance_type) ?? 0),
    memoryFit: column((row) => {
      const index = groups.indexOf(memoryGroup(row));
      assert(index >= 0, `no memory fit for ${row.instance_type}`);
      return index;
    }),
    gpuCount: column((row) => number(row, "gpu_count")),
    gpuName: column((row) => row.gpu_name ?? ""),
    gpuMemoryMib: column((row) => number(row, "gpu_memory_mib_each")),
    gpuFraction: column((row) => number(row, "gpu_partition_fraction")),
    localStorageGb: column((row) => number(row, "local_storage_gb")),
    networkGbps: column((row) => number(row, "network_baseline_gbps")),
    flags: column(typeFlags),
    asOf: column((row) => text(row, "as_of")),
  };
}

function memoryGroup(row: Row): string {
  if (row.bare_metal === "true") return "metal";
  if (row.hypervisor === "xen") return "xen";
  return `${row.hypervisor} ${row.processor_manufacturer}`;
}

/** The generation is the price list's word; EC2's API calls types as common as m5 old. It decides only without one. */
function typeFlags(row: Row): number {
  const current =
    row.price_list_generation === "" ? row.current_generation === "true" : row.price_list_generation === "current";
  return (
    (row.burstable === "true" ? TYPE_FLAGS.burstable : 0) |
    (row.bare_metal === "true" ? TYPE_FLAGS.bareMetal : 0) |
    (current ? TYPE_FLAGS.currentGeneration : 0) |
    (row.withdrawn === "true" ? TYPE_FLAGS.withdrawn : 0) |
    (row.spot_supported === "true" ? TYPE_FLAGS.spotSupported : 0)
  );
}

function buildRegion(sources: Sources, region: RegionEntry, rowOfType: ReadonlyMap<string, number>): RegionFile {
  const ofRegion = (rows: readonly Row[]): Row[] => rows.filter((row) => row.region === region.name);
  const typeRow = (row: Row): number => {
    const index = rowOfType.get(text(row, "instance_type"));
    assert(index !== undefined, `no facts about ${row.instance_type}`);
    return index;
  };
  const priced = ofRegion(sources.onDemand).sort((a, b) => typeRow(a) - typeRow(b));
  const position = new Map(priced.map((row, index) => [text(row, "instance_type"), index]));
  const positionOf = (row: Row): number => {
    const index = position.get(text(row, "instance_type"));
    assert(index !== undefined, `${row.instance_type} has figures but no on-demand price in ${region.name}`);
    return index;
  };
  const zoneOf = (row: Row): number => {
    const zone = region.zones.indexOf(text(row, "az_id"));
    assert(zone >= 0, `unknown zone ${row.az_id}`);
    return zone;
  };

  const zeros = (): number[] => priced.map(() => 0);
  const onDemandMicroUsd = priced.map((row) => microUsd(text(row, "usd_per_hour")));
  const onDemandDates = [...new Set(priced.map((row) => text(row, "as_of")))].sort();
  const spotMicroUsd = region.zones.map(zeros);
  const snapshotOnDemand = new Map<number, number>();
  for (const row of ofRegion(sources.snapshot)) {
    const index = positionOf(row);
    spotMicroUsd[zoneOf(row)]![index] = microUsd(text(row, "usd_per_hour"));
    const sameDay = microUsd(text(row, "on_demand_usd_per_hour_same_day"));
    assert((snapshotOnDemand.get(index) ?? sameDay) === sameDay, "zones disagree on the on-demand price");
    snapshotOnDemand.set(index, sameDay);
  }
  const offeredInZones = zeros();
  for (const row of ofRegion(sources.azOfferings)) {
    // Types that reached the region after its price list was taken have no price: they cannot be offered.
    const index = position.get(text(row, "instance_type"));
    if (index !== undefined) offeredInZones[index]! |= 1 << zoneOf(row);
  }
  const spotRegionAverageMicroUsd = zeros();
  for (const row of ofRegion(sources.averages)) {
    spotRegionAverageMicroUsd[positionOf(row)] = microUsd(text(row, "usd_per_hour_region_average"));
  }
  const interruptionBucket = zeros();
  const buckets: readonly string[] = INTERRUPTION_BUCKETS;
  for (const row of ofRegion(sources.advisor)) {
    const bucket = buckets.indexOf(text(row, "interruption_bucket"));
    assert(bucket >= 0, `unknown interruption bucket ${row.interruption_bucket}`);
    interruptionBucket[positionOf(row)] = bucket + 1;
  }
  return {
    typeStep: priced.map((row, index) => typeRow(row) - (index === 0 ? -1 : typeRow(priced[index - 1]!))),
    onDemandMicroUsd,
    onDemandDates,
    onDemandDate: priced.map((row) => onDemandDates.indexOf(text(row, "as_of"))),
    offeredInZones,
    spotMicroUsd,
    snapshotOnDemandMicroUsd: [...snapshotOnDemand]
      .filter(([index, sameDay]) => sameDay !== onDemandMicroUsd[index])
      .sort((a, b) => a[0] - b[0]),
    spotRegionAverageMicroUsd,
    interruptionBucket,
  };
}

function readCsv(path: string): Row[] {
  const bytes = readFileSync(path);
  return parse(path.endsWith(".gz") ? gunzipSync(bytes) : bytes, { columns: true });
}

function text(row: Row, column: string): string {
  const value = row[column];
  assert(value !== undefined && value !== "", `column ${column} is empty`);
  return value;
}

/** An empty field counts as 0 ("none" or "not known"). */
function number(row: Row, column: string): number {
  const value = Number(row[column]);
  assert(row[column] !== undefined && Number.isFinite(value), `column ${column} is not a number`);
  return value;
}

/** Exact: refuses prices with more than six decimals. */
function microUsd(usd: string): number {
  assert(/^\d+(\.\d{1,6})?$/.test(usd), `price ${usd} is not a whole number of micro-USD`);
  return Math.round(Number(usd) * MICRO_USD);
}

function newestDate(rows: readonly Row[]): string {
  const newest = rows
    .map((row) => text(row, "as_of"))
    .sort()
    .at(-1);
  assert(newest !== undefined, "a table is empty");
  return newest;
}

function main(source: string, target: string): void {
  let written = 0;
  let bytes = 0;
  for (const [path, content] of buildCatalogFiles(source)) {
    const file = join(target, path);
    const compressed = path.endsWith(".br");
    const old = existsSync(file) ? readFileSync(file) : undefined;
    bytes += old?.length ?? 0;
    if (old !== undefined && (compressed ? brotliDecompressSync(old) : old).toString("utf8") === content) continue;
    const quality = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
    const data = compressed ? brotliCompressSync(content, { params: quality }) : Buffer.from(content);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, data);
    written++;
    bytes += data.length - (old?.length ?? 0);
  }
  process.stdout.write(`${written} files written, ${bytes} bytes in all\n`);
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  main(process.argv[2] ?? "../shared/data/catalog", process.argv[3] ?? "src/catalog/data");
}
