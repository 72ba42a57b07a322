// The instance catalogue: types and prices from the embedded snapshot. Tables are read when first asked for: a replay
// opens the type table and the prices of its own region.

import { didYouMean, errorIssue, InputError, type Issue } from "../base/issues.js";
import { EMBEDDED_DATA, readCommonFile, readInstanceTypesFile, readRegionFile } from "./data-files.js";
import type { CatalogDates, CommonFile, InstanceTypesFile } from "./format.js";
import { decodeInstanceTypes, type InstanceTypeFacts } from "./instance-types.js";
import { decodeOffers, RegionCatalog } from "./region.js";

export class Catalog {
  private readonly folder: URL;
  private readonly common: CommonFile;
  private readonly loadedRegions = new Map<string, RegionCatalog>();
  private typeTable: readonly InstanceTypeFacts[] | undefined;
  private typeByName: ReadonlyMap<string, InstanceTypeFacts> | undefined;

  constructor(folder: URL) {
    this.folder = folder;
    this.common = readCommonFile(folder);
  }

  /** ISO dates of the newest figure of each kind; offers and types carry their own where they differ. */
  get asOf(): CatalogDates {
    return this.common.asOf;
  }

  /** Price of a public IPv4 address, the same in every region. */
  get publicIpv4(): { readonly microUsdPerHour: number; readonly asOf: string } {
    return this.common.publicIpv4;
  }

  get regionNames(): readonly string[] {
    return this.common.regions.map((region) => region.name);
  }

  /** All instance types, on sale somewhere or not, in catalogue order (by family, then vCPUs). */
  get instanceTypes(): readonly InstanceTypeFacts[] {
    if (this.typeTable === undefined) {
      const file: InstanceTypesFile = readInstanceTypesFile(this.folder);
      this.typeTable = decodeInstanceTypes(file, this.common);
    }
    return this.typeTable;
  }

  findInstanceType(name: string): InstanceTypeFacts | undefined {
    this.typeByName ??= new Map(this.instanceTypes.map((type) => [type.name, type]));
    return this.typeByName.get(name);
  }

  /** Prices of a region. Throws InputError when there is no such region. */
  region(name: string): RegionCatalog {
    const loaded = this.loadedRegions.get(name);
    if (loaded !== undefined) return loaded;
    const entry = this.common.regions.find((region) => region.name === name);
    if (entry === undefined) throw new InputError([this.unknownRegion(name)]);
    const offers = decodeOffers(readRegionFile(this.folder, name), entry, this.instanceTypes);
    const region = new RegionCatalog(entry, offers);
    this.loadedRegions.set(name, region);
    return region;
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

/** Opens the catalogue: the embedded snapshot, or a folder of the same files. */
export function loadCatalog(folder: URL = EMBEDDED_DATA): Catalog {
  return new Catalog(folder);
}
