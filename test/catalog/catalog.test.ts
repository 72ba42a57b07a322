import { describe, expect, it } from "vitest";
import { InputError } from "../../src/base/issues.js";
import { loadCatalog } from "../../src/catalog/catalog.js";
import { toInstanceType } from "../../src/catalog/instance-types.js";
import { type RegionOffer, spotPriceMicroUsdPerHour } from "../../src/catalog/region.js";
import { usableMemory } from "../../src/catalog/usable-memory.js";

const catalog = loadCatalog();

describe("instance types", () => {
  it("knows m5.large", () => {
    expect(catalog.findInstanceType("m5.large")).toMatchObject({
      family: "m5",
      size: "large",
      architecture: "x86_64",
      vcpus: 2,
      nominalMemoryMib: 8192,
      gpuCount: 0,
      gpuName: "",
      burstable: false,
      bareMetal: false,
      // EC2's own flag says previous generation; the price list says current.
      currentGeneration: true,
      withdrawn: false,
    });
    expect(catalog.findInstanceType("m5.huge")).toBeUndefined();
  });

  it("keeps names, families and indexes consistent", () => {
    catalog.instanceTypes.forEach((type, index) => {
      expect(type.index).toBe(index);
      expect(`${type.family}.${type.size}`).toBe(type.name);
    });
    expect(new Set(catalog.instanceTypes.map((type) => type.name)).size).toBe(catalog.instanceTypes.length);
  });

  it("leaves less memory for jobs than advertised, but most of it", () => {
    for (const type of catalog.instanceTypes) {
      expect(type.usableMemoryMib, type.name).toBeLessThan(type.nominalMemoryMib);
      // The smallest types (512 MiB) lose about a quarter, the others at most a fifth.
      expect(type.usableMemoryMib / type.nominalMemoryMib, type.name).toBeGreaterThan(0.7);
    }
  });

  it.each([
    // Whole GPUs: 1000 each.
    ["g4dn.12xlarge", 4000, "T4"],
    // An eighth of an L4.
    ["g6f.xlarge", 125, "L4"],
    ["gr6f.4xlarge", 500, "L4"],
    ["m5.large", 0, ""],
  ])("counts the GPUs of %s as %i thousandths", (name, gpuMilli, gpuName) => {
    const facts = catalog.findInstanceType(name)!;
    expect(toInstanceType(facts)).toEqual({
      name,
      architecture: "x86_64",
      vcpuMilli: facts.vcpus * 1000,
      memoryMib: facts.usableMemoryMib,
      nominalMemoryMib: facts.nominalMemoryMib,
      gpuMilli,
      gpuName,
    });
  });
});

describe("usableMemory", () => {
  const fit = { group: "nitro Intel", interceptMib: 85.7, slope: 0.03379 };

  it("subtracts the measured overhead and the 32 MiB that AWS Batch reserves", () => {
    // 8192 - 342 - 32
    expect(usableMemory(8192, 342, fit)).toEqual({ mib: 7818, source: "measured" });
  });

  it("falls back to the line of the processor family, rounded down", () => {
    // 85.7 + 0.03379 x 8192 = 362.50768; 8192 - 362.50768 = 7829.49; 7829 - 32
    expect(usableMemory(8192, 0, fit)).toEqual({ mib: 7797, source: "fitted" });
  });
});

describe("region", () => {
  it("has the on-demand price of m5.large in N. Virginia", () => {
    const region = catalog.region("us-east-1");
    expect(region.description).toBe("US East (N. Virginia)");
    expect(region.zones).toEqual(["use1-az1", "use1-az2", "use1-az3", "use1-az4", "use1-az5", "use1-az6"]);
    expect(region.findOffer("m5.large")?.onDemand).toEqual({ microUsdPerHour: 96_000, asOf: "2026-07-20" });
    expect(region.gp3MicroUsdPerGbMonth).toBe(80_000);
    expect(region.findOffer("mac2.metal")).toBeUndefined();
  });

  it("never has a spot price above on-demand, nor a zone that the region lacks", () => {
    const wrong = catalog.regionNames.flatMap((name) => {
      const region = catalog.region(name);
      return region.offers.filter((offer) =>
        offer.spot.some(
          (quote) => quote.microUsdPerHour > offer.onDemand.microUsdPerHour || !region.zones.includes(quote.zone),
        ),
      );
    });
    expect(wrong).toEqual([]);
  });

  it("says what it does not know", () => {
    const gov = catalog.region("us-gov-west-1");
    expect(gov.zones).toEqual([]);
    expect(gov.findOffer("m5.large")).toMatchObject({
      zones: [],
      spot: [],
      spotRegionAverageMicroUsdPerHour: null,
      interruptionBucket: null,
    });
    expect(catalog.region("mx-central-1").gp3MicroUsdPerGbMonth).toBeNull();
  });

  it("refuses an unknown region with a hint", () => {
    expect(() => catalog.region("us-east-7")).toThrow(InputError);
    expect(catalog.checkRegion("us-east-7", "region")).toMatchObject([
      { code: "unknown-region", path: "region", hint: 'did you mean "us-east-1"?' },
    ]);
    expect(catalog.checkRegion("eu-west-1")).toEqual([]);
  });

  it("refuses zones by name, which differ from account to account", () => {
    const issues = catalog.checkZones("us-east-1", ["use1-az4", "us-east-1a"], "zones");
    expect(issues).toMatchObject([{ code: "unknown-zone", path: "zones[1]" }]);
    expect(issues[0]?.hint).toContain("use1-az1");
    expect(catalog.checkZones("us-gov-east-1", ["usge1-az1"])[0]?.hint).toContain("leave the list empty");
  });
});

describe("spotPriceMicroUsdPerHour", () => {
  const base = catalog.region("us-east-1").findOffer("m5.large")!;
  const quote = { zone: "use1-az1", microUsdPerHour: 50_000 };
  const offer: RegionOffer = { ...base, onDemand: { ...base.onDemand, microUsdPerHour: 80_000 } };

  it.each([
    // As published: 0.05.
    ["snapshot", 100_000, 50_000],
    // Half of on-demand then: half of 0.08 now.
    ["rescaled", 100_000, 40_000],
    // 0.05 of 0.04 then would be 1.25 x on-demand: capped.
    ["rescaled", 40_000, 80_000],
  ] as const)("%s with %i then", (basis, snapshotOnDemandMicroUsdPerHour, expected) => {
    expect(spotPriceMicroUsdPerHour({ ...offer, snapshotOnDemandMicroUsdPerHour }, quote, basis)).toBe(expected);
  });

  it("caps the snapshot at today's on-demand price", () => {
    const cheap = { ...offer, onDemand: { ...base.onDemand, microUsdPerHour: 30_000 } };
    expect(spotPriceMicroUsdPerHour(cheap, quote, "snapshot")).toBe(30_000);
  });
});
