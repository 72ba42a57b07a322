// Histories of spot prices in every format that people have: what is read, what is left out, and how it is told.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { type HistoryWish, readPriceHistory } from "../../../src/run/market/price-history.js";
import { DATA, issuesOf, marketFile } from "./market-files.js";

const WISH: HistoryWish = { region: "us-east-1", zones: ["use1-az1", "use1-az2", "use1-az3"], wants: undefined };
const read = (content: string | Uint8Array, wish: Partial<HistoryWish> = {}) =>
  readPriceHistory(marketFile(content), "prices", { ...WISH, ...wish });
const at = (text: string) => Date.parse(text);

/** One row of DescribeSpotPriceHistory. */
const row = (zone: object, price: string, time: string, more: object = {}) => ({
  ...zone,
  InstanceType: "m5.large",
  ProductDescription: "Linux/UNIX",
  SpotPrice: price,
  Timestamp: time,
  ...more,
});
const AZ1 = { AvailabilityZone: "us-east-1c", AvailabilityZoneId: "use1-az1" };

const EXPECTED = {
  zone: "use1-az1",
  instanceType: "m5.large",
  timesMs: [at("2024-01-01T00:00:00Z"), at("2024-01-01T06:30:00Z")],
  microUsdPerHour: [40_700, 41_234],
};

describe("readPriceHistory", () => {
  it.each([
    [
      "CSV, oldest first",
      "timestamp_utc,az_id,instance_type,usd_per_hour\n2024-01-01T00:00Z,use1-az1,m5.large,0.0407\n2024-01-01T06:30Z,use1-az1,m5.large,0.041234\n",
    ],
    [
      "CSV with AWS's names, semicolons, newest first, CRLF, no last newline",
      "SpotPrice;InstanceType;AvailabilityZoneId;Timestamp\r\n0.041234;m5.large;use1-az1;2024-01-01T06:30:00+00:00\r\n0.0407;m5.large;use1-az1;2024-01-01T00:00:00+00:00",
    ],
    [
      "a reply, newest first",
      JSON.stringify({
        SpotPriceHistory: [
          row(AZ1, "0.041234", "2024-01-01T06:30:00.000Z"),
          row(AZ1, "0.0407", "2024-01-01T00:00:00Z"),
        ],
        NextToken: "",
      }),
    ],
    [
      "several pages, one after the other, an empty one among them",
      [
        JSON.stringify({ SpotPriceHistory: [row(AZ1, "0.041234", "2024-01-01T06:30:00Z")], NextToken: "x" }, null, 2),
        JSON.stringify({ SpotPriceHistory: [], NextToken: "y" }, null, 2),
        JSON.stringify({ SpotPriceHistory: [row(AZ1, "0.0407", "2024-01-01T00:00:00Z")] }, null, 2),
      ].join("\n"),
    ],
    [
      "JSON lines, times in seconds",
      [row(AZ1, "0.0407", "", { Timestamp: 1_704_067_200 }), row(AZ1, "0.041234", "", { Timestamp: 1_704_090_600 })]
        .map((line) => JSON.stringify(line))
        .join("\n"),
    ],
    [
      "a list, the old name of the product",
      JSON.stringify([
        row(AZ1, "0.0407", "2024-01-01T00:00:00Z", { ProductDescription: "Linux/UNIX (Amazon VPC)" }),
        row(AZ1, "0.041234", "2024-01-01T06:30:00Z"),
      ]),
    ],
  ])("reads %s", async (_, content) => {
    for (const bytes of [content, gzipSync(content)]) {
      const { pools, account } = await read(bytes);
      expect(pools).toEqual([EXPECTED]);
      expect(account).toMatchObject({ rows: 2, otherPools: 0, otherProducts: 0, unreadable: 0, zonesDealt: false });
    }
  });

  it("drops prices that are told again, and the first of two at one instant", async () => {
    // AWS repeats a price once a day. 2 and 3 stand at the same time: 3 is told last. Back to 1 is a change.
    const lines = ["2024-01-01,1", "2024-01-02,1", "2024-01-03,2", "2024-01-03,3", "2024-01-04,3", "2024-01-05,1"];
    const csv = lines.map((line) => line.replace(",", ",use1-az1,m5.large,")).join("\n");
    const { pools } = await read(`date,az_id,instance_type,usd_per_hour\n${csv}\n`);
    expect(pools[0]!.microUsdPerHour).toEqual([1e6, 3e6, 1e6]);
    expect(pools[0]!.timesMs).toEqual([at("2024-01-01"), at("2024-01-03"), at("2024-01-05")]);
  });

  it("of rows at one instant in a file that is newest first takes the upper one", async () => {
    const lines = ["2024-01-02,9", "2024-01-01,3", "2024-01-01,2"];
    const csv = lines.map((line) => line.replace(",", ",use1-az1,m5.large,")).join("\n");
    const { pools } = await read(`date,az_id,instance_type,usd_per_hour\n${csv}\n`);
    expect(pools[0]!.microUsdPerHour).toEqual([3e6, 9e6]);
  });

  it("puts rows in order that come in none", async () => {
    const lines = ["2024-01-02,2", "2024-01-03,3", "2024-01-01,1"];
    const csv = lines.map((line) => line.replace(",", ",use1-az1,m5.large,")).join("\n");
    expect((await read(`date,az_id,instance_type,usd_per_hour\n${csv}\n`)).pools[0]!.microUsdPerHour).toEqual([
      1e6, 2e6, 3e6,
    ]);
  });

  it("counts what it leaves out: other products, other pools, rows that cannot be read", async () => {
    const header = "Timestamp,AvailabilityZoneId,InstanceType,ProductDescription,SpotPrice";
    const rows = [
      "2024-01-01,use1-az1,m5.large,Linux/UNIX,0.04",
      "2024-01-01,use1-az1,m5.large,Windows,0.14", // another product
      "2024-01-01,use1-az2,c5.large,Linux/UNIX,0.05", // another pool
      "yesterday,use1-az1,m5.large,Linux/UNIX,0.04", // line 5: no time
      "2024-01-01,use1-az1,m5.large,Linux/UNIX,cheap", // no price
      "2024-01-01,use1-az1,m5.large,Linux/UNIX,0", // no price either
      "2024-01-01,use1-az1,m5.large", // cells are missing
      "2024-01-01,,m5.large,Linux/UNIX,0.04", // no zone
    ];
    const { pools, account } = await read([header, ...rows].join("\n"), { wants: (_, type) => type === "m5.large" });
    expect(pools.map(({ microUsdPerHour }) => microUsdPerHour)).toEqual([[40_000]]);
    expect(account).toEqual({
      rows: 8,
      otherProducts: 1,
      otherPools: 1,
      unreadable: 5,
      unreadableLine: 5,
      zonesDealt: false,
    });
  });

  it("deals zone names out to the region's ids in order, and keeps only what is wanted then", async () => {
    // a, c and d are the first, second and third name that occurs; us-west-2a is of another region.
    const rows = ["us-east-1d", "us-east-1a", "us-east-1c", "us-west-2a"].map(
      (zone, i) => `2024-01-01,${zone},m5.large,${i + 1}`,
    );
    const csv = ["timestamp_utc,az_name,instance_type,usd_per_hour", ...rows].join("\n");
    const wants = (zone: string) => zone === "use1-az2" || zone === "use1-az3";
    const { pools, account } = await read(csv, { wants });
    expect(pools.map(({ zone, microUsdPerHour }) => [zone, microUsdPerHour[0]])).toEqual([
      ["use1-az3", 1e6],
      ["use1-az2", 3e6],
    ]);
    expect(account).toMatchObject({ rows: 4, otherPools: 2, zonesDealt: true });
  });

  it("takes a zone's id where a row has both", async () => {
    const text = JSON.stringify([
      row(AZ1, "0.1", "2024-01-01"),
      row({ AvailabilityZone: "us-east-1a" }, "0.2", "2024-01-01"),
    ]);
    const { pools, account } = await read(text);
    expect(pools.map(({ zone }) => zone)).toEqual(["use1-az1", "us-east-1a"]);
    expect(account.zonesDealt).toBe(false);
  });

  it.each([
    ["", ["no-prices"]],
    ["[]", ["no-prices"]],
    ["timestamp_utc,az_id,instance_type,usd_per_hour\n", ["no-prices"]],
    ["when,az_id,instance,usd_per_hour\n1,2,3,4\n", ["missing-column", "missing-column"]],
    ['[{"InstanceType":"m5.large"},{"a":1}]', ["unreadable-price", "unreadable-price"]],
    ["date,az_id,instance_type,usd_per_hour\nx,use1-az1,m5.large,1\n", ["unreadable-price"]],
  ])("refuses %j with all its mistakes", async (content, codes) => {
    const issues = await issuesOf(() => read(content));
    expect(issues.map(({ code }) => code)).toEqual(codes);
    expect(issues.every(({ file }) => file === "prices")).toBe(true);
  });

  it("refuses a file that is not there", async () => {
    const issues = await issuesOf(() => readPriceHistory("/no/such/file", "prices.csv", WISH));
    expect(issues).toMatchObject([{ file: "prices.csv", message: expect.stringContaining("no such file") }]);
  });
});

const real = fileURLToPath(new URL("spot-history/6h-us-east-1.csv.gz", DATA));
it.skipIf(!existsSync(real))("reads 19 months of us-east-1 (skipped without ../shared/data)", async () => {
  const { pools, account } = await readPriceHistory(real, "6h", { ...WISH, wants: (_, type) => type === "m5.xlarge" });
  // The README of the data: 645,002 rows; m5.xlarge is on sale in five zones (not in use1-az3).
  expect(account).toMatchObject({ rows: 645_002, unreadable: 0, otherProducts: 0 });
  expect(pools.map(({ zone }) => zone)).toEqual(["use1-az1", "use1-az2", "use1-az4", "use1-az5", "use1-az6"]);
  for (const { timesMs, microUsdPerHour } of pools) {
    expect(timesMs.every((timeMs, i) => i === 0 || timeMs > timesMs[i - 1]!)).toBe(true);
    // No price is repeated in the file, so none is dropped; m5.xlarge costs 0.192 on demand.
    expect(
      microUsdPerHour.every((price, i) => price !== microUsdPerHour[i - 1] && price > 19_200 && price < 192_000),
    ).toBe(true);
  }
  expect(pools.reduce((sum, { timesMs }) => sum + timesMs.length, 0)).toBe(account.rows - account.otherPools);
});
