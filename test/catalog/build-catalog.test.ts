// The embedded files against the CSV sources they were made from. The sources are large and not in the repository: where
// they are absent these tests say so and are skipped.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync } from "node:zlib";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { loadCatalog } from "../../src/catalog/catalog.js";
import { EMBEDDED_DATA } from "../../src/catalog/data-files.js";
import { buildCatalogFiles } from "../../tools/build-catalog.js";

const SOURCE = fileURLToPath(new URL("../../../shared/data/catalog", import.meta.url));
const absent = !existsSync(SOURCE);
const because = absent ? " (skipped: ../shared/data/catalog is absent)" : "";

const catalog = loadCatalog();

function readSource(name: string): Record<string, string>[] {
  return parse(readFileSync(`${SOURCE}/${name}`), { columns: true });
}

/** "0.096" -> 96000, by moving the decimal point: another road than the one the build tool takes. */
function shiftSixDigits(usd: string): number {
  const [whole = "", fraction = ""] = usd.split(".");
  return Number(whole + fraction.padEnd(6, "0"));
}

describe.skipIf(absent)(`embedded data${because}`, () => {
  it("is what the build tool makes of the sources, file by file", () => {
    const built = buildCatalogFiles(SOURCE);
    const embedded = readdirSync(EMBEDDED_DATA, { recursive: true, encoding: "utf8" }).filter((path) =>
      /\.(json|br)$/.test(path),
    );
    expect(embedded.sort()).toEqual([...built.keys()].sort());
    for (const [path, content] of built) {
      const bytes = readFileSync(new URL(path, EMBEDDED_DATA));
      const text = (path.endsWith(".br") ? brotliDecompressSync(bytes) : bytes).toString("utf8");
      expect(text === content, `${path} is out of date: run tools/build-catalog.ts`).toBe(true);
    }
  });

  it("has every on-demand price and its date", () => {
    const rows = readSource("on-demand-prices.csv");
    const wrong = rows.filter((row) => {
      const offer = catalog.region(row.region!).findOffer(row.instance_type!);
      return offer?.onDemand.microUsdPerHour !== shiftSixDigits(row.usd_per_hour!) || offer.onDemand.asOf !== row.as_of;
    });
    expect(wrong).toEqual([]);
    const offers = catalog.regionNames.reduce((sum, region) => sum + catalog.region(region).offers.length, 0);
    expect(offers).toBe(rows.length);
  });

  it("has every spot price of the snapshot and the on-demand price of its day", () => {
    const rows = readSource("spot-prices-snapshot.csv");
    const wrong = rows.filter((row) => {
      const offer = catalog.region(row.region!).findOffer(row.instance_type!);
      const quote = offer?.spot.find((candidate) => candidate.zone === row.az_id);
      return (
        quote?.microUsdPerHour !== shiftSixDigits(row.usd_per_hour!) ||
        offer?.snapshotOnDemandMicroUsdPerHour !== shiftSixDigits(row.on_demand_usd_per_hour_same_day!)
      );
    });
    expect(wrong).toEqual([]);
    const quotes = catalog.regionNames.flatMap((region) =>
      catalog.region(region).offers.flatMap((offer) => offer.spot),
    );
    expect(quotes.length).toBe(rows.length);
    expect(new Set(rows.map((row) => row.as_of))).toEqual(new Set([catalog.asOf.spotSnapshot]));
  });

  it("has every regional spot average and every Linux interruption class", () => {
    const averages = readSource("spot-region-averages.csv").filter(
      (row) =>
        catalog.region(row.region!).findOffer(row.instance_type!)?.spotRegionAverageMicroUsdPerHour !==
        shiftSixDigits(row.usd_per_hour_region_average!),
    );
    expect(averages).toEqual([]);
    const advisor = readSource("spot-advisor.csv").filter(
      (row) =>
        row.os === "linux" &&
        catalog.region(row.region!).findOffer(row.instance_type!)?.interruptionBucket !== row.interruption_bucket,
    );
    expect(advisor).toEqual([]);
  });

  it("has every instance type with its size, and the measured memory where there is one", () => {
    const rows = readSource("instance-types.csv");
    expect(catalog.instanceTypes.length).toBe(rows.length);
    for (const row of rows) {
      expect(catalog.findInstanceType(row.instance_type!)).toMatchObject({
        family: row.family,
        size: row.size,
        architecture: row.arch,
        vcpus: Number(row.vcpu),
        nominalMemoryMib: Number(row.memory_mib),
        gpuCount: Number(row.gpu_count),
        gpuName: row.gpu_name,
        localStorageGb: Number(row.local_storage_gb),
        burstable: row.burstable === "true",
        bareMetal: row.bare_metal === "true",
        withdrawn: row.withdrawn === "true",
        spotSupported: row.spot_supported === "true",
        asOf: row.as_of,
      });
    }
    for (const row of readSource("memory-overhead.csv")) {
      expect(catalog.findInstanceType(row.instance_type!)).toMatchObject({
        usableMemoryMib: Number(row.usable_memory_mib) - 32,
        usableMemorySource: "measured",
      });
    }
  });

  it("has the gp3 price of every region that has one", () => {
    const known = catalog.regionNames.filter((region) => catalog.region(region).gp3MicroUsdPerGbMonth !== null);
    const rows = readSource("ebs-prices.csv");
    expect(known.sort()).toEqual(rows.map((row) => row.region).sort());
    for (const row of rows) {
      expect(catalog.region(row.region!).gp3MicroUsdPerGbMonth).toBe(shiftSixDigits(row.gp3_usd_per_gb_month!));
    }
  });
});

describe("data folder", () => {
  it("names every as-of date in its README", () => {
    const readme = readFileSync(new URL("README.md", EMBEDDED_DATA), "utf8");
    for (const date of Object.values(catalog.asOf)) expect(readme).toContain(date);
  });
});
