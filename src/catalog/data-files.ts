// Reads the embedded data files. They lie beside this module (`data/`), in the sources as in the built package.

import { readFileSync } from "node:fs";
import { brotliDecompressSync } from "node:zlib";
import { assert } from "../base/assert.js";
import { CATALOG_FORMAT_VERSION, type CommonFile, type InstanceTypesFile, type RegionFile } from "./format.js";

export const EMBEDDED_DATA = new URL("./data/", import.meta.url);

export function readCommonFile(folder: URL): CommonFile {
  const file: CommonFile = JSON.parse(readFileSync(new URL("catalog.json", folder), "utf8"));
  assert(file.formatVersion === CATALOG_FORMAT_VERSION, `catalogue data of format ${file.formatVersion}`);
  return file;
}

export function readInstanceTypesFile(folder: URL): InstanceTypesFile {
  return JSON.parse(readCompressed(new URL("instance-types.json.br", folder)));
}

export function readRegionFile(folder: URL, region: string): RegionFile {
  return JSON.parse(readCompressed(new URL(`prices/${region}.json.br`, folder)));
}

function readCompressed(url: URL): string {
  return brotliDecompressSync(readFileSync(url)).toString("utf8");
}
