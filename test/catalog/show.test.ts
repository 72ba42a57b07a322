import { describe, expect, it } from "vitest";
import { InputError } from "../../src/base/issues.js";
import { loadCatalog } from "../../src/catalog/catalog.js";
import { catalogRows } from "../../src/catalog/show.js";

const catalog = loadCatalog();

describe("catalogRows", () => {
  it("lists every type on sale in us-east-1, cheapest first, when nothing is asked", () => {
    const rows = catalogRows(catalog);
    expect(rows.length).toBe(catalog.region("us-east-1").offers.length);
    const prices = rows.map((row) => row.onDemandMicroUsdPerHour);
    expect(prices).toEqual([...prices].sort((a, b) => a - b));
  });

  it("shows one type with all its figures", () => {
    const rows = catalogRows(catalog, { family: "m5", minVcpus: 2, maxVcpus: 2 });
    const offer = catalog.region("us-east-1").findOffer("m5.large")!;
    const cheapest = Math.min(...offer.spot.map((quote) => quote.microUsdPerHour));
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      instanceType: { name: "m5.large" },
      onDemandMicroUsdPerHour: 96_000,
      spot: { microUsdPerHour: cheapest },
      // 96 000 / 2 vCPUs
      microUsdPerVcpuHour: 48_000,
    });
    expect(rows[0]!.spotSavingShare).toBeCloseTo(1 - cheapest / 96_000, 12);
  });

  it("combines filters", () => {
    const rows = catalogRows(catalog, {
      region: "eu-central-1",
      market: "spot",
      architecture: "x86_64",
      minMemoryGib: 16,
      maxMemoryGib: 64,
      minGpus: 1,
      gpuName: "t4",
      maxMicroUsdPerHour: 400_000,
      sort: "memory",
    });
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      expect(row.instanceType.gpuName).toBe("T4");
      expect(row.instanceType.architecture).toBe("x86_64");
      expect(row.instanceType.nominalMemoryMib).toBeGreaterThanOrEqual(16 * 1024);
      expect(row.instanceType.nominalMemoryMib).toBeLessThanOrEqual(64 * 1024);
      expect(row.spot!.microUsdPerHour).toBeLessThanOrEqual(400_000);
      expect(row.microUsdPerVcpuHour).toBe(row.spot!.microUsdPerHour / row.instanceType.vcpus);
    }
  });

  it.each(["vcpu", "memory", "price", "name"] as const)("sorts by %s on Spot", (sort) => {
    const rows = catalogRows(catalog, { market: "spot", sort });
    const keys = rows.map((row) => {
      if (sort === "vcpu") return row.instanceType.vcpus;
      if (sort === "memory") return row.instanceType.nominalMemoryMib;
      return sort === "price" ? row.spot!.microUsdPerHour : row.instanceType.index;
    });
    expect(keys.length).toBeGreaterThan(100);
    expect(keys).toEqual([...keys].sort((a, b) => a - b));
  });

  it("gives an empty list when nothing matches", () => {
    expect(catalogRows(catalog, { minVcpus: 100_000 })).toEqual([]);
  });

  it("refuses unknown names, all at once", () => {
    const attempt = () => catalogRows(catalog, { family: "m55", gpuName: "T5", region: "us-east-1" });
    expect(attempt).toThrow(InputError);
    expect(attempt).toThrow(/m55[\s\S]*T5/);
    expect(() => catalogRows(catalog, { region: "us-eats-1" })).toThrow(/did you mean "us-east-1"/);
  });
});
