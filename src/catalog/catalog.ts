// The instance catalogue: types and prices from the embedded snapshot, or from a user's own catalogue over it, region by
// region. Tables are read when first asked for: a replay opens the type table and the prices of its own region.

import { didYouMean, errorIssue, InputError, type Issue } from "../base/issues.js";
import { EMBEDDED_DATA } from "./data-files.js";
import type { CatalogDates, CommonFile } from "./format.js";
import type { InstanceTypeFacts } from "./instance-types.js";
import { Layer, mergedTypes } from "./layer.js";
import { decodeOffers, RegionCatalog } from "./region.js";
import type { TypeRow } from "./type-rows.js";

export class Catalog {
  /** Those before hide those behind. */
  private readonly layers: readonly Layer[];
  private readonly loadedRegions = new Map<string, RegionCatalog>();
  private typeTable: readonly InstanceTypeFacts[] | undefined;
  private typeByName: ReadonlyMap<string, InstanceTypeFacts> | undefined;

  /** `over`: a catalogue whose regions and types hide those of `folder`. */
  constructor(folder: URL, over?: URL) {
    this.layers = [...(over === undefined ? [] : [new Layer(over)]), new Layer(folder)];
  }

  /** ISO dates of the newest figure of each kind; offers and types carry their own where they differ. */
  get asOf(): CatalogDates {
    return this.layers[0]!.common.asOf;
  }

  /** The same of one region. */
  datesOf(region: string): CatalogDates {
    const layer = this.layerOf(region) ?? this.layers[0]!;
    return layer.entryOf(region)?.asOf ?? layer.common.asOf;
  }

  /** How memory is told of types that were not measured. */
  get memoryFits(): CommonFile["memoryFits"] {
    return this.layers.at(-1)!.common.memoryFits;
  }

  /** Price of a public IPv4 address, the same in every region. */
  get publicIpv4(): { readonly microUsdPerHour: number; readonly asOf: string } {
    return this.layers[0]!.common.publicIpv4;
  }

  get regionNames(): readonly string[] {
    const names = this.layers.flatMap(({ common }) => common.regions.map(({ name }) => name));
    return this.layers.length === 1 ? names : [...new Set(names)].sort();
  }

  /** Regions of the catalogue that lies over the embedded one; none when there is only one. */
  get ownRegionNames(): readonly string[] {
    return this.layers.slice(0, -1).flatMap(({ common }) => common.regions.map(({ name }) => name));
  }

  /** All instance types, on sale somewhere or not, in catalogue order (by family, then vCPUs). */
  get instanceTypes(): readonly InstanceTypeFacts[] {
    this.typeTable ??= mergedTypes(this.layers);
    return this.typeTable;
  }

  /** The figures of an instance type as a file has them; undefined when it is not known. */
  typeRow(name: string): TypeRow | undefined {
    for (const layer of this.layers) {
      const row = layer.typeRow(name);
      if (row !== undefined) return row;
    }
    return undefined;
  }

  findInstanceType(name: string): InstanceTypeFacts | undefined {
    this.typeByName ??= new Map(this.instanceTypes.map((type) => [type.name, type]));
    return this.typeByName.get(name);
  }

  /** Prices of a region. Throws InputError when there is no such region. */
  region(name: string): RegionCatalog {
    const loaded = this.loadedRegions.get(name);
    if (loaded !== undefined) return loaded;
    const layer = this.layerOf(name);
    const entry = layer?.entryOf(name);
    if (layer === undefined || entry === undefined) throw new InputError([this.unknownRegion(name)]);
    const types = layer.typeNames.map((type) => this.findInstanceType(type)!);
    const region = new RegionCatalog(entry, decodeOffers(layer.readRegion(name), entry, types));
    this.loadedRegions.set(name, region);
    return region;
  }

  private layerOf(region: string): Layer | undefined {
    return this.layers.find((layer) => layer.entryOf(region) !== undefined);
  }

  /** An issue when there is no such region, or nothing. `path` is the setting's place in its document. */
  checkRegion(name: string, path = "region"): Issue[] {
    return this.regionNames.includes(name) ? [] : [{ ...this.unknownRegion(name), path }];
  }

  /** Issues for zones that the region does not have. `path` is the setting's place in its document. */
  checkZones(region: string, zones: readonly string[], path = "zones"): Issue[] {
    const known = this.region(region).zones;
    return zones.flatMap((zone, index) => {
      if (known.includes(zone)) return [];
      const hint =
        known.length === 0
          ? "the zones of this region are not known: leave the list empty"
          : `zones are given by id, which is the same for every account: ${known.join(", ")}`;
      return errorIssue("unknown-zone", `there is no zone "${zone}" in ${region}`, { path: `${path}[${index}]`, hint });
    });
  }

  private unknownRegion(name: string): Issue {
    const hint = didYouMean(name, this.regionNames) ?? `regions: ${this.regionNames.join(", ")}`;
    return errorIssue("unknown-region", `there is no region "${name}" in the catalogue`, { hint });
  }
}

let chosenFolder: URL | undefined;

/** From now on `loadCatalog` takes this folder (openUserCatalog checks it) over the embedded snapshot; undefined: nothing. */
export function chooseCatalog(folder: URL | undefined): void {
  chosenFolder = folder;
}

/** Opens the embedded catalogue with a user's own over it, if there is one. */
export function catalogOver(folder: URL | undefined): Catalog {
  return new Catalog(EMBEDDED_DATA, folder);
}

/** Opens the catalogue: the embedded snapshot under what was chosen, or a folder of the same files alone. */
export function loadCatalog(folder?: URL): Catalog {
  return folder === undefined ? catalogOver(chosenFolder) : new Catalog(folder);
}
