// One folder of catalogue files, and how the type tables of several lie over each other: a type's figures are those of the
// first folder that knows it.

import { readCommonFile, readInstanceTypesFile, readRegionFile } from "./data-files.js";
import type { CommonFile, InstanceTypesFile, RegionEntry, RegionFile } from "./format.js";
import { decodeInstanceTypes, type InstanceTypeFacts } from "./instance-types.js";
import { inCatalogueOrder, type TypeRow, typeRowsOf } from "./type-rows.js";

export class Layer {
  readonly common: CommonFile;
  private readonly folder: URL;
  private file: InstanceTypesFile | undefined;
  private rows: ReadonlyMap<string, TypeRow> | undefined;

  constructor(folder: URL) {
    this.folder = folder;
    this.common = readCommonFile(folder);
  }

  get typesFile(): InstanceTypesFile {
    this.file ??= readInstanceTypesFile(this.folder);
    return this.file;
  }

  /** In the order of the file, to which the regions' files refer. */
  get typeNames(): readonly string[] {
    return this.typesFile.name;
  }

  typeRow(name: string): TypeRow | undefined {
    this.rows ??= new Map(typeRowsOf(this.typesFile, this.common).map((row) => [row.name, row]));
    return this.rows.get(name);
  }

  entryOf(region: string): RegionEntry | undefined {
    return this.common.regions.find(({ name }) => name === region);
  }

  readRegion(region: string): RegionFile {
    return readRegionFile(this.folder, region);
  }
}

/** One table of all layers' types in catalogue order; of a type that several know, the first one's figures. */
export function mergedTypes(layers: readonly Layer[]): InstanceTypeFacts[] {
  const tables = layers.map((layer) => decodeInstanceTypes(layer.typesFile, layer.common));
  if (tables.length === 1) return tables[0]!; // written in catalogue order
  const found = new Map<string, { readonly row: TypeRow; readonly facts: InstanceTypeFacts }>();
  layers.forEach((layer, index) => {
    for (const facts of tables[index]!) {
      if (!found.has(facts.name)) found.set(facts.name, { row: layer.typeRow(facts.name)!, facts });
    }
  });
  const sorted = [...found.values()].sort((a, b) => inCatalogueOrder(a.row, b.row));
  return sorted.map(({ facts }, index) => ({ ...facts, index }));
}
