// `catalog show`: every filter does what it says, in the table and in JSON.

import { beforeAll, describe, expect, it } from "vitest";
import type { CatalogRow } from "../../src/catalog/show.js";
import { bash, expectRefusal, stowage, testFolder } from "./stowage.js";

testFolder();

/** All instance types on sale in the region that is the default. */
let everything: readonly CatalogRow[];
beforeAll(() => {
  everything = show();
});

function show(...options: string[]): CatalogRow[] {
  const { code, stdout, stderr } = stowage(["catalog", "show", "--json", ...options]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return (JSON.parse(stdout) as { instanceTypes: CatalogRow[] }).instanceTypes;
}

const dollars = (row: CatalogRow) => row.onDemandMicroUsdPerHour / 1e6;
const gib = (row: CatalogRow) => row.instanceType.nominalMemoryMib / 1024;
const all = (rows: readonly CatalogRow[], test: (row: CatalogRow) => boolean) => rows.length > 0 && rows.every(test);

describe("filters", () => {
  const cases: readonly (readonly [string, (row: CatalogRow) => boolean])[] = [
    ["--family c6i", ({ instanceType }) => instanceType.family === "c6i"],
    ["--arch arm64", ({ instanceType }) => instanceType.architecture === "arm64"],
    ["--min-vcpus 96", ({ instanceType }) => instanceType.vcpus >= 96],
    ["--max-vcpus 2", ({ instanceType }) => instanceType.vcpus <= 2],
    ["--min-memory 512", (row) => gib(row) >= 512],
    ["--max-memory 4", (row) => gib(row) <= 4],
    ["--min-gpus 4", ({ instanceType }) => instanceType.gpuCount >= 4],
    ["--gpu t4", ({ instanceType }) => instanceType.gpuName === "T4"],
    ["--max-price 0.05", (row) => dollars(row) <= 0.05],
    ["--market spot --max-price 0.05", (row) => row.spot !== null && row.spot.microUsdPerHour <= 50_000],
    ["--min-vcpus 4 --max-vcpus 4 --family m6i", ({ instanceType }) => instanceType.name === "m6i.xlarge"],
  ];
  it.each(cases)("%s", (options, holds) => {
    const rows = show(...options.split(" "));
    expect(all(rows, holds)).toBe(true);
    // And it takes something away.
    expect(rows.length).toBeLessThan(everything.length);
  });

  it("--region changes the prices", () => {
    const [here] = show("--family", "m6i", "--max-vcpus", "2");
    const [there] = show("--family", "m6i", "--max-vcpus", "2", "--region", "ap-southeast-2");
    // m6i.large: $0.096 in Virginia (the AWS price list), $0.12 in Sydney.
    expect([here, there].map((row) => dollars(row!))).toEqual([0.096, 0.12]);
  });

  it("--sort orders", () => {
    const ascends = (values: readonly number[]) => values.every((value, i) => i === 0 || value >= values[i - 1]!);
    expect(ascends(show("--sort", "vcpu").map((row) => row.instanceType.vcpus))).toBe(true);
    expect(ascends(show("--sort", "memory").map(gib))).toBe(true);
    expect(ascends(show("--sort", "price").map(dollars))).toBe(true);
    expect(ascends(show("--sort", "name").map((row) => row.instanceType.index))).toBe(true);
  });
});

it("prints a table without its rows wrapping at 120 columns", () => {
  const { code, stdout, stderr } = stowage(["catalog", "show", "--family", "m6i", "--max-vcpus", "4"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const lines = stdout.split("\n");
  expect(lines[0]).toMatch(
    /^instance type +vCPUs +memory +usable .* on-demand +spot +zone +saving +interrupted +per vCPU$/,
  );
  expect(lines[1]).toMatch(/^m6i\.large +2 +8 GiB +7\d\d\d MiB +x86_64 +0\.0960 /);
  expect(lines[2]).toMatch(/^m6i\.xlarge +4 +16 GiB /);
  expect(lines[4]).toBe("2 instance types in us-east-1. Prices in USD an hour.");
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(120);
});

it("shows the first rows and says how to see all", () => {
  const total = everything.length;
  const first = stowage(["catalog", "show", "--limit", "3"]).stdout;
  expect(first.split("\n").indexOf("")).toBe(4); // head and three rows
  expect(first).toContain(`${total} instance types in us-east-1, the first 3 shown (--limit 0 shows all).`);
  const whole = stowage(["catalog", "show", "--limit", "0"]).stdout;
  expect(whole.split("\n").indexOf("")).toBe(total + 1);
});

it("says so when nothing matches", () => {
  expect(stowage(["catalog", "show", "--family", "m6i", "--max-vcpus", "1"])).toEqual({
    code: 0,
    stdout: "No instance type on sale in us-east-1 matches.\n",
    stderr: "",
  });
  expect(show("--family", "m6i", "--max-vcpus", "1")).toEqual([]);
});

it.each([
  ["--region us-eest-1", '--region: there is no region "us-eest-1" in the catalogue (did you mean "us-east-1"?)'],
  ["--family m6ii", '--family: there is no instance family "m6ii" (did you mean "m6i"?)'],
  ["--gpu T44", '--gpu: there is no GPU "T44" (did you mean "T4"?)'],
])("refuses %s", (options, message) => {
  const outcome = stowage(["catalog", "show", ...options.split(" ")]);
  expectRefusal(outcome, 2);
  expect(outcome.stderr).toContain(`error ${message} [`);
});

it("stops quietly when the reader has seen enough", () => {
  const { code, stderr } = bash("set -o pipefail; $STOWAGE catalog show --json | head -1");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
});
