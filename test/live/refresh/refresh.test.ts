// `catalog refresh`: real clients against a loopback server in EC2's and the price list's wire formats; what is written is read
// back as every command reads it.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EC2Client } from "@aws-sdk/client-ec2";
import { PricingClient } from "@aws-sdk/client-pricing";
import { afterEach, expect, it } from "vitest";
import { catalogOver, loadCatalog } from "../../../src/catalog/catalog.js";
import { expandInstanceTypes } from "../../../src/catalog/expand.js";
import { resolveOffers } from "../../../src/catalog/offers.js";
import { catalogFiles, openUserCatalog, writeUserCatalog } from "../../../src/catalog/user-catalog.js";
import { offersOf } from "../../../src/live/refresh/merge.js";
import { type RefreshInput, refreshCatalog } from "../../../src/live/refresh/refresh.js";
import { fakeClock } from "../pull/fake-clock.js";
import { type Call, clientOptions, type Loopback, serve } from "../pull/loopback.js";
import { answerOf, type FakeRegion } from "./account.js";

const embedded = loadCatalog();

/** m5.large costs 4 % more and m5.xlarge 25 % more than embedded (0.096 and 0.192); zz9 is new, qq1 sold but unknown. */
const REGION: FakeRegion = {
  types: [
    { name: "zz9.large", vcpus: 2, memoryMib: 8_192 },
    { name: "m5.xlarge", vcpus: 4, memoryMib: 16_384 },
    { name: "m5.large", vcpus: 2, memoryMib: 8_192 },
    { name: "m5.metal", vcpus: 96, memoryMib: 393_216 },
    {
      name: "g6f.xlarge",
      vcpus: 4,
      memoryMib: 16_384,
      xml: [
        "<gpuInfo><gpus><item><name>L4</name><count>0</count><memoryInfo><sizeInMiB>2861</sizeInMiB></memoryInfo>",
        "<logicalGpuCount>1</logicalGpuCount><gpuPartitionSize>0.125</gpuPartitionSize></item></gpus></gpuInfo>",
        "<networkInfo><networkCards><item><baselineBandwidthInGbps>2.5</baselineBandwidthInGbps></item></networkCards></networkInfo>",
      ].join(""),
    },
  ],
  zones: { "us-east-1a": "use1-az4", "us-east-1b": "use1-az6", "us-east-1-lax-1a": "use1-lax1-az1" },
  offerings: [
    ["m5.large", "use1-az6"],
    ["m5.large", "use1-az4"],
    ["m5.xlarge", "use1-az4"],
    ["m5.metal", "use1-az4"],
    ["zz9.large", "use1-az6"],
    ["g6f.xlarge", "use1-az6"],
    ["m5.large", "use1-lax1-az1"],
  ],
  prices: {
    virtual: {
      "m5.large": "0.1000000000",
      "m5.xlarge": "0.2400000000",
      "zz9.large": "0.0500000000",
      "g6f.xlarge": "0.2000000000",
      "qq1.large": "1.0000000000",
      "p3.2xlarge": "3.0600000000",
    },
    metal: { "m5.metal": "4.6080000000" },
  },
  spot: [
    ["m5.large", "us-east-1a", "0.030000", "2026-11-22T10:00:00.000Z"],
    ["m5.large", "us-east-1a", "0.040000", "2026-11-22T20:00:00.000Z"],
    ["m5.large", "us-east-1b", "0.035000", "2026-11-22T20:00:00.000Z"],
    ["zz9.large", "us-east-1-lax-1a", "0.010000", "2026-11-22T20:00:00.000Z"],
  ],
};

const folder = mkdtempSync(join(tmpdir(), "stowage-refresh-"));
const path = join(folder, "catalog");
const servers: Loopback[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  rmSync(path, { recursive: true, force: true });
});

async function refresh(answer: (call: Call) => ReturnType<typeof answerOf>, changes: Partial<RefreshInput> = {}) {
  const server = await serve(answer);
  servers.push(server);
  const outcome = await refreshCatalog({
    regions: ["us-east-1"],
    types: [],
    catalog: catalogOver(existsSync(path) ? openUserCatalog(path) : undefined),
    ec2Of: (region) => new EC2Client({ ...clientOptions(server.url), region }),
    pricing: new PricingClient(clientOptions(server.url)),
    clock: fakeClock(),
    ...changes,
  });
  if (outcome.files !== undefined) writeUserCatalog(path, outcome.files);
  return { outcome, calls: server.calls };
}

const opened = () => catalogOver(openUserCatalog(path));

it("asks for what is documented, and makes a catalogue of it", async () => {
  const { outcome, calls } = await refresh((call) => answerOf(REGION, call));
  expect(outcome.problems).toEqual([]);
  const names = calls.map(({ name }) => name);
  // Two pages of each list, twice those of prices (the bare metal family), zones in one.
  expect(
    Object.fromEntries([...new Set(names)].map((name) => [name, names.filter((one) => one === name).length])),
  ).toEqual({
    "EC2.DescribeInstanceTypes": 2,
    "EC2.DescribeAvailabilityZones": 1,
    "EC2.DescribeInstanceTypeOfferings": 2,
    "Pricing.GetProducts": 4,
    "EC2.DescribeSpotPriceHistory": 2,
  });
  const fields = (
    calls.find(({ name }) => name === "Pricing.GetProducts")!.input.Filters as { Field: string; Value: string }[]
  )
    .map(({ Field, Value }) => `${Field}=${Value}`)
    .sort();
  expect(fields).toEqual([
    "capacitystatus=Used",
    "licenseModel=No License required",
    "marketoption=OnDemand",
    "operatingSystem=Linux",
    "preInstalledSw=NA",
    "productFamily=Compute Instance",
    "regionCode=us-east-1",
    "tenancy=Shared",
  ]);
  const history = calls.find(({ name }) => name === "EC2.DescribeSpotPriceHistory")!.input;
  expect(history.StartTime).toBe(history.EndTime);

  const region = opened().region("us-east-1");
  expect(region.zones).toEqual(["use1-az4", "use1-az6"]);
  expect(region.gp3MicroUsdPerGbMonth).toBe(embedded.region("us-east-1").gp3MicroUsdPerGbMonth);
  expect(region.findOffer("m5.large")).toMatchObject({
    onDemand: { microUsdPerHour: 100_000, asOf: "2026-11-23" },
    zones: ["use1-az4", "use1-az6"],
    // The newer of two rows of one pool.
    spot: [
      { zone: "use1-az4", microUsdPerHour: 40_000 },
      { zone: "use1-az6", microUsdPerHour: 35_000 },
    ],
    interruptionBucket: embedded.region("us-east-1").findOffer("m5.large")!.interruptionBucket,
    spotRegionAverageMicroUsdPerHour: null,
  });
  expect(region.findOffer("m5.metal")!.onDemand.microUsdPerHour).toBe(4_608_000);
  // Withdrawn, so that EC2 does not describe it, but in the price list: as in the embedded catalogue.
  expect(region.findOffer("p3.2xlarge")!.onDemand.microUsdPerHour).toBe(3_060_000);
  expect(opened().datesOf("us-east-1")).toMatchObject({ onDemand: "2026-11-23", spotSnapshot: "2026-11-23" });
});

it("describes types as the embedded catalogue does: measured memory stays, parts of GPUs count", async () => {
  await refresh((call) => answerOf(REGION, call));
  const catalog = opened();
  const old = embedded.findInstanceType("m5.large")!;
  const type = catalog.findInstanceType("m5.large")!;
  expect(type.usableMemoryMib).toBe(old.usableMemoryMib);
  expect(type.usableMemorySource).toBe("measured");
  // EC2 says previous generation, the price list current: the price list's word counts.
  expect(type.currentGeneration).toBe(true);
  expect(type.architecture).toBe("x86_64");
  expect(catalog.findInstanceType("g6f.xlarge")).toMatchObject({
    gpuCount: 1,
    gpuFraction: 0.125,
    gpuName: "L4",
    networkGbps: 2.5,
  });
  // 8192 - (73.3 + 0.0344 x 8192 = 355.1) = 7836.9, rounded down, less 32: nitro AMD's fit.
  expect(catalog.findInstanceType("zz9.large")).toMatchObject({ usableMemoryMib: 7_804, usableMemorySource: "fitted" });
});

it("tells what changed", async () => {
  const { outcome } = await refresh((call) => answerOf(REGION, call));
  const [change] = outcome.changes;
  expect(change).toMatchObject({ region: "us-east-1", offers: 6, spotPools: 2, newTypes: ["zz9.large"] });
  expect(change!.leftOut).toEqual(["qq1.large"]);
  expect(change!.goneTypes).toContain("m5.2xlarge");
  expect(change!.goneZones).toEqual(["use1-az1", "use1-az2", "use1-az3", "use1-az5"]);
  const m5 = change!.onDemand.filter(({ type }) => type.startsWith("m5."));
  expect(m5).toEqual([
    { type: "m5.xlarge", zone: undefined, fromMicroUsdPerHour: 192_000, toMicroUsdPerHour: 240_000 }, // + 25 %
  ]);
});

it("lies over the embedded catalogue: other regions and types are as they were", async () => {
  await refresh((call) => answerOf(REGION, call));
  const catalog = opened();
  expect(catalog.regionNames).toEqual(embedded.regionNames);
  const names = catalog.instanceTypes.map(({ name }) => name);
  expect(names.filter((name) => name !== "zz9.large")).toEqual(embedded.instanceTypes.map(({ name }) => name));
  expect(catalog.instanceTypes.map(({ index }) => index)).toEqual(names.map((_, index) => index));
  const prices = (of: typeof catalog) =>
    of.region("eu-west-1").offers.map(({ instanceType, onDemand, spot }) => [instanceType.name, onDemand, spot]);
  expect(prices(catalog)).toEqual(prices(embedded));
  expect(catalog.datesOf("eu-west-1")).toEqual(embedded.asOf);
  const expanded = expandInstanceTypes(catalog, ["zz9"], "us-east-1", "on-demand");
  expect(expanded).toMatchObject({ names: ["zz9.large"], issues: [] });
  const request = { names: ["m5.large"], market: "spot" as const, zones: [] };
  const offers = resolveOffers(catalog, "us-east-1", [request]);
  expect(offers.pools.map(({ zone, priceMicroUsdPerHour }) => [zone, priceMicroUsdPerHour])).toEqual([
    ["use1-az4", 40_000],
    ["use1-az6", 35_000],
  ]);
  expect(offers.asOf).toEqual({ instanceTypes: "2026-11-23", onDemand: "2026-11-23", spot: "2026-11-23" });
});

it("leaves a region out of which a part cannot be read, and keeps what there was", async () => {
  await refresh((call) => answerOf(REGION, call));
  const before = readFileSync(join(path, "prices/us-east-1.json.br"));
  const denied = { status: 400, code: "AccessDeniedException", message: "no pricing:GetProducts" };
  const { outcome } = await refresh((call) => (call.name === "Pricing.GetProducts" ? denied : answerOf(REGION, call)));
  expect(outcome.files).toBeUndefined();
  expect(outcome.problems).toEqual([
    {
      region: "us-east-1",
      call: "Pricing.GetProducts",
      code: "AccessDeniedException",
      message: "no pricing:GetProducts",
    },
  ]);
  expect(readFileSync(join(path, "prices/us-east-1.json.br"))).toEqual(before);
});

it("keeps the regions of an older catalogue that are not asked for", async () => {
  await refresh((call) => answerOf(REGION, call));
  await refresh((call) => answerOf(REGION, call), { regions: ["eu-west-1"] });
  const catalog = opened();
  expect(catalog.ownRegionNames).toEqual(["eu-west-1", "us-east-1"]);
  expect(catalog.region("us-east-1").findOffer("m5.large")!.spot).toHaveLength(2);
});

it("takes over the chosen types alone", async () => {
  const { outcome } = await refresh((call) => answerOf(REGION, call), { types: ["m5.large", "zz9"] });
  const region = opened().region("us-east-1");
  expect(outcome.changes[0]).toMatchObject({ newTypes: ["zz9.large"], goneTypes: [] });
  expect(region.findOffer("m5.large")!.onDemand.microUsdPerHour).toBe(100_000);
  expect(region.findOffer("m5.xlarge")!.onDemand.microUsdPerHour).toBe(192_000);
  // Prices of most types are still the snapshot's.
  expect(opened().datesOf("us-east-1").spotSnapshot).toBe(embedded.asOf.spotSnapshot);
});

it("writes any region as it reads it", () => {
  const regions = ["us-east-1", "sa-east-1", "us-gov-west-1"];
  const files = catalogFiles(
    regions.map((name) => offersOf(embedded, name)),
    (name) => embedded.typeRow(name),
    { memoryFits: embedded.memoryFits, publicIpv4: embedded.publicIpv4 },
  );
  writeUserCatalog(path, files);
  const catalog = opened();
  expect(catalog.ownRegionNames).toEqual([...regions].sort());
  for (const name of regions) expect(catalog.region(name)).toEqual(embedded.region(name));
  expect(readdirSync(folder)).toEqual(["catalog"]);
});

it.each<[string, (at: string) => void, RegExp]>([
  ["a folder that is not there", () => {}, /there is no such folder/],
  [
    "another format",
    (at) => writeUserCatalog(at, new Map([["catalog.json", '{"formatVersion":9,"regions":[]}']])),
    /format 9/,
  ],
  ["something else", (at) => writeUserCatalog(at, new Map([["catalog.json", "x"]])), /JSON/],
])("refuses %s", (_, make, message) => {
  make(path);
  expect(() => openUserCatalog(path)).toThrow(message);
});

it("tells which file is damaged", async () => {
  await refresh((call) => answerOf(REGION, call));
  writeFileSync(join(path, "prices/us-east-1.json.br"), "not brotli");
  expect(() => opened().region("us-east-1")).toThrow(/us-east-1\.json\.br: .*catalog refresh makes a new one/s);
});
