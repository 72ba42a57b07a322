// Scenarios whose markets are in files: what is read is used, and the report says so.

import { existsSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { loadCatalog } from "../../../src/catalog/catalog.js";
import { loadReplay } from "../../../src/run/load-replay.js";
import { readMarketFiles, withMarketFiles } from "../../../src/run/market/load-market.js";
import { resolveScenario } from "../../../src/run/resolve.js";
import { UNDISTURBED } from "../../../src/scenario/market-presets.js";
import type { CapacitySpec, MarketSpec, PriceSpec } from "../../../src/scenario/market-spec.js";
import { parseScenario } from "../../../src/scenario/parse-scenario.js";
import { DATA, issuesOf, marketFile } from "./market-files.js";

const catalog = loadCatalog();

function resolved(market: Partial<MarketSpec>, type = "SPOT") {
  const text = `
trace: { file: jobs.csv }
jobQueues: [{ jobQueueName: q, computeEnvironmentOrder: [{ order: 1, computeEnvironment: ce }] }]
computeEnvironments:
  - { computeEnvironmentName: ce, computeResources: { type: ${type}, maxvCpus: 64, instanceTypes: [m5.large, c5.large] } }
`;
  const scenario = parseScenario(text, "s.yaml", "s");
  return resolveScenario({ ...scenario, market: { ...UNDISTURBED, ...market } }, catalog, "s.yaml");
}

async function load(market: Partial<MarketSpec>, originMs = 0, type = "SPOT") {
  const scenario = resolved(market, type);
  const files = await readMarketFiles(scenario, catalog, "/anywhere/s.yaml");
  const loaded = withMarketFiles(scenario, files, originMs);
  const nameOf = (pool: number) => {
    const { zone, market: on, instanceType } = loaded.pools[pool]!;
    return `${loaded.instanceTypes[instanceType]!.name} ${zone} ${on}`;
  };
  return { ...loaded, nameOf, added: loaded.notes.slice(scenario.notes.length) };
}

const HISTORY = [
  "timestamp_utc,az_id,instance_type,usd_per_hour",
  "2024-01-01T00:00Z,use1-az1,m5.large,0.04",
  "2024-01-02T00:00Z,use1-az1,m5.large,0.05",
  "2024-01-03T00:00Z,use1-az2,c5.large,0.06",
  "2024-01-03T00:00Z,use1-az1,c7g.large,0.06", // not in the run
].join("\n");
const history = (file: string, fromMs?: number): PriceSpec => ({ kind: "history", file, fromMs });

describe("a history of prices", () => {
  it("is replayed in the pools that it has, from the trace's own time", async () => {
    const day = 86_400_000;
    const { market, nameOf, added } = await load(
      { prices: history(marketFile(HISTORY)) },
      Date.parse("2024-01-02T12:00Z"),
    );
    const replayed = market.prices.flatMap((series, pool) => (series === null ? [] : [[nameOf(pool), series]]));
    expect(Object.fromEntries(replayed)).toEqual({
      "m5.large use1-az1 spot": { timesMs: [-day / 2], microUsdPerHour: [50_000] },
      "c5.large use1-az2 spot": { timesMs: [0], microUsdPerHour: [60_000] },
    });
    expect(added.join("\n")).toMatch(
      /replayed from .*: the run begins at 2024-01-02 12:00 UTC \(the trace's own time\); from its end, 2024-01-03 00:00 UTC, on/,
    );
    // Two types in as many zones as the snapshot has prices for, but two pools: they keep the snapshot's price.
    const spot = [...market.prices.keys()].filter((pool) => nameOf(pool).endsWith(" spot")).length;
    expect(added).toContainEqual(expect.stringContaining(`${spot - 2} of ${spot} spot pools are not in`));
    expect(added).toContainEqual(expect.stringContaining("1 spot pools enter"));
  });

  it("tells of rows that were not read, and of zones that were dealt out", async () => {
    const rows = [
      "Timestamp,AvailabilityZone,InstanceType,ProductDescription,SpotPrice",
      "2024-01-01,us-east-1a,m5.large,Linux/UNIX,0.04",
      "2024-01-01,us-east-1a,m5.large,Windows,0.04",
      "2024-01-01,us-east-1a,m5.large,Linux/UNIX,?",
    ];
    const { added } = await load({ prices: history(marketFile(rows.join("\n"))) });
    expect(added).toContainEqual(
      expect.stringMatching(/^1 of 3 rows of .* could not be read; the first is in line 4\.$/),
    );
    expect(added).toContainEqual(expect.stringMatching(/^1 of 3 rows of .* are not for Linux/));
    expect(added).toContainEqual(expect.stringContaining("dealt out to the region's zone ids in order"));
  });

  it("is not asked for where nothing is on Spot", async () => {
    const { market, added } = await load({ prices: history("/no/such/file") }, 0, "EC2");
    expect(market.prices).toEqual([]);
    expect(added).toEqual([]);
  });

  it("is looked for beside the scenario", async () => {
    expect(await issuesOf(() => load({ prices: history("none.csv") }))).toMatchObject([
      { file: "none.csv", message: expect.stringContaining("no such file") },
    ]);
  });
});

describe("a fitted process", () => {
  it("is fitted to all pools of the file", async () => {
    // A pool that the run does not have: 40 steps up and down by 1 %, an hour apart.
    const rows = Array.from(
      { length: 41 },
      (_, i) => `${1_704_067_200 + 3600 * i},use1-az1,c7g.large,${i % 2 === 0 ? 1 : 1.01}`,
    );
    const file = marketFile(["timestamp,az_id,instance_type,usd_per_hour", ...rows].join("\n"));
    const { market, added } = await load({ prices: { kind: "fitted", file } });
    expect(market.priceProcess!.meanStepMs).toBe(3_600_000);
    expect(market.priceProcess!.reversion).toBe(1); // each step goes all the way back to the mean, and beyond
    expect(market.prices).toEqual([]);
    expect(added[0]).toContain("every 1.0 h");
    expect(added[0]).toContain("fitted to 40 steps of 1 pools");
  });

  it("is refused when there is nothing to fit", async () => {
    const issues = await issuesOf(() => load({ prices: { kind: "fitted", file: marketFile(HISTORY) } }));
    expect(issues).toMatchObject([{ code: "too-few-prices" }]);
  });
});

describe("a capacity trace", () => {
  const RUNS = "trace_id,offset_seconds,duration_seconds,available_instances\na,0,60,1\na,60,60,0\nb,0,120,3\n";
  const trace = (file: string, more: object = {}): CapacitySpec => ({
    kind: "trace",
    file,
    traces: [],
    scale: 10,
    ...more,
  });

  it("is dealt out to the spot pools in turn", async () => {
    const { market, nameOf, added } = await load({ capacity: trace(marketFile(RUNS)) });
    const a = { timesMs: [0, 60_000], instances: [10, 0] };
    const b = { timesMs: [0], instances: [30] };
    let turn = 0;
    market.capacitySeries.forEach((series, pool) => {
      expect(series).toEqual(nameOf(pool).endsWith(" spot") ? [a, b][turn++ % 2] : null);
    });
    expect(turn).toBeGreaterThan(2);
    expect(added).toEqual([expect.stringContaining(`2 recorded traces, dealt out to ${turn} pools in turn`)]);
  });

  it("is refused when it has not the traces that are named", async () => {
    const issues = await issuesOf(() => load({ capacity: trace(marketFile(RUNS), { traces: ["c"] }) }));
    expect(issues).toMatchObject([{ code: "unknown-trace" }]);
  });
});

it("tells what is wrong with the trace and with the market's files at once", async () => {
  const file = marketFile(`
trace: { file: no-jobs.csv }
jobQueues: [{ jobQueueName: q, computeEnvironmentOrder: [{ order: 1, computeEnvironment: ce }] }]
computeEnvironments: [{ computeEnvironmentName: ce, computeResources: { type: SPOT, maxvCpus: 64 } }]
world: { spot: { prices: { history: no-prices.csv } } }
`);
  const files = (await issuesOf(() => loadReplay(file))).map((issue) => basename(issue.file!));
  expect(files).toEqual(["no-jobs.csv", "no-prices.csv"]);
});

const real = fileURLToPath(DATA);
it.skipIf(!existsSync(real))("a real history has every pool of the run (skipped without ../shared/data)", async () => {
  const startMs = Date.parse("2023-06-01T00:00Z");
  const { market, pools, added } = await load({ prices: history(`${real}spot-history/6h-us-east-1.csv.gz`, startMs) });
  expect(added).toEqual([expect.stringContaining("begins at 2023-06-01 00:00 UTC (as the scenario says)")]);
  pools.forEach(({ market: on, zone }, pool) => {
    const series = market.prices[pool]!;
    if (on === "on-demand") expect(series, zone).toBe(null);
    else expect([series.timesMs[0]! <= 0, series.timesMs[1]! > 0], zone).toEqual([true, true]);
  });
  // The file ends on 2024-06-13 at 21:14, 378 days and 21:14 hours later; the zones are looked at together.
  const lastMs = Math.max(...market.prices.flatMap((series) => series?.timesMs.at(-1) ?? []));
  expect(lastMs).toBe((378 * 24 + 21) * 3_600_000 + 14 * 60_000);
});
