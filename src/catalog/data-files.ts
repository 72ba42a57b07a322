// Reads a catalogue's data files. The embedded ones lie beside this module (`data/`), in the sources as in the built package.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync } from "node:zlib";
import { assert } from "../base/assert.js";
import { errorIssue, InputError } from "../base/issues.js";
import { CATALOG_FORMAT_VERSION, type CommonFile, type InstanceTypesFile, type RegionFile } from "./format.js";

export const EMBEDDED_DATA = new URL("./data/", import.meta.url);

export function readCommonFile(folder: URL): CommonFile {
  const file: CommonFile = JSON.parse(readFileSync(new URL("catalog.json", folder), "utf8"));
  assert(file.formatVersion === CATALOG_FORMAT_VERSION, `catalogue data of format ${file.formatVersion}`);
  return file;
}

/** Throws InputError when the file is not there or damaged. */
export function readInstanceTypesFile(folder: URL): InstanceTypesFile {
  const url = new URL("instance-types.json.br", folder);
  return checked(url, readCompressed<InstanceTypesFile>(url), (file) => file.name);
}

/** Throws InputError when the file is not there or damaged. */
export function readRegionFile(folder: URL, region: string): RegionFile {
  const url = new URL(`prices/${region}.json.br`, folder);
  const file = readCompressed<RegionFile>(url);
  return checked(url, file, ({ typeStep }) => typeStep);
}

function readCompressed<T>(url: URL): T {
  try {
    return JSON.parse(brotliDecompressSync(readFileSync(url)).toString("utf8"));
  } catch (error) {
    throw damaged(url, error instanceof Error ? error.message : String(error));
  }
}

/** Columns as long as the first one; short lists of dates and of exceptions are no columns, nor are zones' lists of columns. */
function checked<T extends object>(url: URL, file: T, firstColumn: (file: T) => readonly unknown[] | undefined): T {
  const rows = firstColumn(file)?.length;
  const uneven = Object.entries(file).find(([key, column]) => {
    if (["onDemandDates", "snapshotOnDemandMicroUsd"].includes(key)) return !Array.isArray(column);
    const columns: readonly unknown[] = key === "spotMicroUsd" ? (column as unknown[]) : [column];
    return columns.some((one) => !Array.isArray(one) || one.length !== rows);
  });
  if (rows !== undefined && uneven === undefined) return file;
  throw damaged(url, `its columns are not equally long${uneven === undefined ? "" : `: ${uneven[0]}`}`);
}

function damaged(url: URL, why: string): InputError {
  const hint = "stowage catalog refresh makes a new one";
  return new InputError([errorIssue("damaged-catalog", why, { file: fileURLToPath(url), hint })]);
}
