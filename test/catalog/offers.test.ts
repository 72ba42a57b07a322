import { describe, expect, it } from "vitest";
import { loadCatalog } from "../../src/catalog/catalog.js";
import { resolveOffers } from "../../src/catalog/offers.js";
import { NONE } from "../../src/model/tables.js";

const catalog = loadCatalog();

describe("resolveOffers", () => {
  const names = ["m5.large", "c5.large"];

  it("builds shared tables and each request's pools", () => {
    const zones = ["use1-az4", "use1-az6"];
    const offers = resolveOffers(catalog, "us-east-1", [
      { names, market: "spot", zones },
      { names: ["m5.large"], market: "on-demand", zones: [] },
      { names: ["m5.large"], market: "on-demand", zones },
    ]);
    expect(offers.instanceTypes.map((type) => type.name)).toEqual(["c5.large", "m5.large"]);
    const describePool = (index: number): string => {
      const pool = offers.pools[index]!;
      return `${offers.instanceTypes[pool.instanceType]!.name} ${pool.market} ${pool.zone}`;
    };
    expect(offers.poolsOfRequest[0]!.map(describePool)).toEqual([
      "c5.large spot use1-az4",
      "c5.large spot use1-az6",
      "m5.large spot use1-az4",
      "m5.large spot use1-az6",
    ]);
    expect(offers.poolsOfRequest[1]!.map(describePool)).toEqual(
      catalog
        .region("us-east-1")
        .findOffer("m5.large")!
        .zones.map((zone) => `m5.large on-demand ${zone}`),
    );
    expect(offers.poolsOfRequest[2]!.map(describePool)).toEqual([
      "m5.large on-demand use1-az4",
      "m5.large on-demand use1-az6",
    ]);
    expect(new Set(offers.pools.map((_, index) => describePool(index))).size).toBe(offers.pools.length);
  });

  it("finds the cheapest pool of each type", () => {
    const { pools, poolsOfRequest, cheapestPoolsOfRequest } = resolveOffers(catalog, "us-east-1", [
      { names, market: "spot", zones: [] },
      { names, market: "on-demand", zones: [] },
    ]);
    poolsOfRequest.forEach((indexes, request) => {
      const cheapest = cheapestPoolsOfRequest[request]!;
      expect(cheapest.map((index) => pools[index]!.instanceType)).toEqual([0, 1]);
      for (const index of cheapest) {
        const rivals = indexes.filter((rival) => pools[rival]!.instanceType === pools[index]!.instanceType);
        const prices = rivals.map((rival) => pools[rival]!.priceMicroUsdPerHour);
        expect(pools[index]!.priceMicroUsdPerHour).toBe(Math.min(...prices));
      }
    });
    // On-demand costs the same in every zone: the first is taken.
    expect(cheapestPoolsOfRequest[1]).toEqual([
      poolsOfRequest[1]![0],
      poolsOfRequest[1]!.find((index) => pools[index]!.instanceType === 1),
    ]);
  });

  it("knows the Spot advisor's band of Spot pools, and none of on-demand pools", () => {
    const { pools } = resolveOffers(catalog, "us-east-1", [
      { names: ["m5.large"], market: "spot", zones: [] },
      { names: ["m5.large"], market: "on-demand", zones: [] },
    ]);
    const bucket = catalog.region("us-east-1").findOffer("m5.large")!.interruptionBucket!;
    const expected = { spot: ["<5%", "5-10%", "10-15%", "15-20%", ">20%"].indexOf(bucket), "on-demand": NONE };
    expect(expected.spot).toBeGreaterThanOrEqual(0);
    for (const pool of pools) expect(pool.interruptionBand).toBe(expected[pool.market]);
  });

  it("has one pool for the region where zones are not known", () => {
    const { pools } = resolveOffers(catalog, "us-gov-west-1", [{ names, market: "on-demand", zones: [] }]);
    expect(pools.map((pool) => pool.zone)).toEqual(["us-gov-west-1", "us-gov-west-1"]);
  });

  it("leaves out types that the zones or the market do not have", () => {
    const missing = resolveOffers(catalog, "us-east-1", [
      { names: ["c9g.large", "m5.nope"], market: "spot", zones: [] },
    ]);
    expect(missing).toMatchObject({ instanceTypes: [], pools: [], poolsOfRequest: [[]], cheapestPoolsOfRequest: [[]] });
  });

  it("reports the oldest dates in use", () => {
    // Bare metal prices of us-east-1 are older than the others; p3 left EC2's API before the type table was taken.
    const { asOf } = resolveOffers(catalog, "us-east-1", [
      { names: ["m5.large", "m5.metal", "p3.2xlarge"], market: "on-demand", zones: [] },
    ]);
    expect(asOf.onDemand).toBe("2026-05-18");
    expect(asOf.instanceTypes < catalog.asOf.instanceTypes).toBe(true);
    expect(asOf.spot).toBe("2024-06-13");
  });

  it("prices rescaled pools by today's on-demand price", () => {
    // The on-demand price of p4d fell after the snapshot; rescaling lowers its spot price in proportion.
    const request = [{ names: ["p4d.24xlarge"], market: "spot" as const, zones: [] }];
    const offer = catalog.region("us-east-1").findOffer("p4d.24xlarge")!;
    const ratio = offer.onDemand.microUsdPerHour / offer.snapshotOnDemandMicroUsdPerHour;
    expect(ratio).toBeLessThan(1);
    const raw = resolveOffers(catalog, "us-east-1", request, "snapshot");
    const rescaled = resolveOffers(catalog, "us-east-1", request, "rescaled");
    expect(rescaled.pools.length).toBe(raw.pools.length);
    rescaled.pools.forEach((pool, index) => {
      const expected = raw.pools[index]!.priceMicroUsdPerHour * ratio;
      expect(Math.abs(pool.priceMicroUsdPerHour - expected)).toBeLessThanOrEqual(0.5001);
    });
  });
});
