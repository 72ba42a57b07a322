// A catalogue of the user's own: the files of the embedded one for some regions, in a folder that `stowage catalog refresh`
// writes and `--catalog` names. It lies over the embedded catalogue.

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { assert } from "../base/assert.js";
import { errorIssue, InputError } from "../base/issues.js";
import {
  CATALOG_FORMAT_VERSION,
  type CatalogDates,
  type CommonFile,
  INTERRUPTION_BUCKETS,
  type RegionEntry,
  type RegionFile,
} from "./format.js";
import type { RegionOffer } from "./region.js";
import { inCatalogueOrder, type TypeRow, typesFileOf } from "./type-rows.js";

const COMMON = "catalog.json";
const REFRESH = "stowage catalog refresh --out makes one";

/** An offer that names its instance type. */
export type NamedOffer = Omit<RegionOffer, "instanceType"> & { readonly type: string };

/** One region of a catalogue to write. */
export interface RegionFigures {
  readonly entry: RegionEntry & { readonly asOf: CatalogDates };
  readonly offers: readonly NamedOffer[];
}

/** The folder as `chooseCatalog` takes it. Throws InputError when it holds no catalogue that this version reads. */
export function openUserCatalog(path: string): URL {
  const file = join(path, COMMON);
  if (!existsSync(file)) {
    const message = existsSync(path) ? `the folder has no ${COMMON}` : "there is no such folder";
    throw new InputError([errorIssue("no-catalog", message, { file: path, hint: REFRESH })]);
  }
  const common = readCommon(file);
  if (common?.formatVersion !== CATALOG_FORMAT_VERSION || !Array.isArray(common.regions)) {
    const found =
      common?.formatVersion === undefined ? "no catalogue" : `a catalogue of format ${common.formatVersion}`;
    const message = `${found}; this version reads format ${CATALOG_FORMAT_VERSION}`;
    throw new InputError([errorIssue("no-catalog", message, { file, hint: REFRESH })]);
  }
  return pathToFileURL(`${resolve(path)}/`);
}

function readCommon(file: string): Partial<CommonFile> | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    return typeof value === "object" && value !== null ? value : undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new InputError([errorIssue("damaged-catalog", message, { file, hint: REFRESH })]);
  }
}

/** Throws InputError when something else than an older catalogue is at `path`. */
export function checkCatalogFolder(path: string): void {
  if (!existsSync(path)) return;
  if (statSync(path).isDirectory() && (existsSync(join(path, COMMON)) || readdirSync(path).length === 0)) return;
  const message = "it is there and is no catalogue";
  throw new InputError([errorIssue("no-catalog", message, { file: path, hint: "choose another --out" })]);
}

/**
 * Writes a catalogue in place of the older one at `path`: all files beside it first, then it is moved there. Throws Node's
 * error when the disk does not take it; then the older one is as it was.
 */
export function writeUserCatalog(path: string, files: ReadonlyMap<string, string>): void {
  checkCatalogFolder(path);
  const target = resolve(path);
  const fresh = `${target}.${process.pid}.new`;
  const old = `${target}.${process.pid}.old`;
  try {
    for (const [name, text] of files) {
      const file = join(fresh, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, name.endsWith(".br") ? brotliCompressSync(text) : text);
    }
    if (existsSync(target)) renameSync(target, old);
    try {
      renameSync(fresh, target);
    } catch (error) {
      if (existsSync(old)) renameSync(old, target);
      throw error;
    }
  } finally {
    for (const folder of [fresh, old]) rmSync(folder, { recursive: true, force: true });
  }
}

/** The texts of a catalogue's files by their path in the folder. `typeRow` knows every type that is offered. */
export function catalogFiles(
  regions: readonly RegionFigures[],
  typeRow: (name: string) => TypeRow | undefined,
  common: Pick<CommonFile, "memoryFits" | "publicIpv4">,
): Map<string, string> {
  const names = new Set(regions.flatMap(({ offers }) => offers.map(({ type }) => type)));
  const rows = [...names].map((name) => {
    const row = typeRow(name);
    assert(row !== undefined, `no facts about ${name}`);
    return row;
  });
  rows.sort(inCatalogueOrder);
  const rowOf = new Map(rows.map(({ name }, index) => [name, index]));
  const sorted = [...regions].sort((a, b) => (a.entry.name < b.entry.name ? -1 : 1));
  const file: CommonFile = {
    formatVersion: CATALOG_FORMAT_VERSION,
    asOf: newestDates(sorted.map(({ entry }) => entry.asOf)),
    memoryFits: common.memoryFits,
    publicIpv4: common.publicIpv4,
    regions: sorted.map(({ entry }) => entry),
  };
  return new Map([
    [COMMON, `${JSON.stringify(file, null, 2)}\n`],
    ["instance-types.json.br", JSON.stringify(typesFileOf(rows, common.memoryFits))],
    ...sorted.map((region): [string, string] => [
      `prices/${region.entry.name}.json.br`,
      JSON.stringify(regionFileOf(region, rowOf)),
    ]),
  ]);
}

function newestDates(dates: readonly CatalogDates[]): CatalogDates {
  assert(dates.length > 0, "a catalogue has a region");
  const newest = { ...dates[0]! };
  for (const other of dates) {
    for (const key of Object.keys(newest) as (keyof CatalogDates)[]) {
      if (other[key] > newest[key]) newest[key] = other[key];
    }
  }
  return newest;
}

function regionFileOf({ entry, offers }: RegionFigures, rowOf: ReadonlyMap<string, number>): RegionFile {
  const sorted = [...offers].sort((a, b) => rowOf.get(a.type)! - rowOf.get(b.type)!);
  const onDemandDates = [...new Set(sorted.map(({ onDemand }) => onDemand.asOf))].sort();
  return {
    typeStep: sorted.map(({ type }, i) => rowOf.get(type)! - (i === 0 ? -1 : rowOf.get(sorted[i - 1]!.type)!)),
    onDemandMicroUsd: sorted.map(({ onDemand }) => onDemand.microUsdPerHour),
    onDemandDates,
    onDemandDate: sorted.map(({ onDemand }) => onDemandDates.indexOf(onDemand.asOf)),
    offeredInZones: sorted.map(({ zones }) => zones.reduce((bits, zone) => bits | bitOf(entry, zone), 0)),
    spotMicroUsd: entry.zones.map((zone) =>
      sorted.map(({ spot }) => spot.find((quote) => quote.zone === zone)?.microUsdPerHour ?? 0),
    ),
    snapshotOnDemandMicroUsd: sorted.flatMap((offer, row): [number, number][] => {
      const then = offer.snapshotOnDemandMicroUsdPerHour;
      return then === offer.onDemand.microUsdPerHour ? [] : [[row, then]];
    }),
    spotRegionAverageMicroUsd: sorted.map((offer) => offer.spotRegionAverageMicroUsdPerHour ?? 0),
    interruptionBucket: sorted.map(({ interruptionBucket }) =>
      interruptionBucket === null ? 0 : INTERRUPTION_BUCKETS.indexOf(interruptionBucket) + 1,
    ),
  };
}

function bitOf(entry: RegionEntry, zone: string): number {
  const index = entry.zones.indexOf(zone);
  assert(index >= 0, `${entry.name} has no zone ${zone}`);
  return 1 << index;
}
