// The market in the user's words on the pools of a run: quotas by class, lines of stress, hazards, bids.

import { describe, expect, it } from "vitest";
import { exp } from "../../../src/base/exact-math.js";
import type { Issue } from "../../../src/base/issues.js";
import { loadCatalog } from "../../../src/catalog/catalog.js";
import { isUndisturbed, UNDISTURBED_MARKET } from "../../../src/model/market.js";
import { ADVISOR_INTERRUPTIONS } from "../../../src/run/market/advisor.js";
import type { MarketPlace } from "../../../src/run/market/market-place.js";
import { familiesOf, resolveMarket } from "../../../src/run/market/resolve-market.js";
import { resolveScenario } from "../../../src/run/resolve.js";
import { SPOT_PRESETS, UNDISTURBED } from "../../../src/scenario/market-presets.js";
import type { MarketSpec, QuotaSpec, StressSpec } from "../../../src/scenario/market-spec.js";
import { parseScenario } from "../../../src/scenario/parse-scenario.js";
import { instanceType, pool } from "../../builders.js";
import { issuesOf } from "./market-files.js";

const TYPES = [
  "m5.large",
  "c6gn.large",
  "im4gn.large",
  "g5.xlarge",
  "gr6.4xlarge",
  "vt1.3xlarge",
  "p5.48xlarge",
  "x2gd.large",
  "u7i-6tb.112xlarge",
  "inf2.xlarge",
  "hpc6a.48xlarge",
  "dl1.24xlarge",
];

/** Per type an on-demand pool in use1-az1 and spot pools in use1-az1 and -az2: 3 t, 3 t + 1, 3 t + 2; and Fargate at the end. */
const PLACE: MarketPlace = {
  region: "us-east-1",
  instanceTypes: [...TYPES, "Fargate 1 vCPU 2 GiB"].map((name) => instanceType(name, 2, 8)),
  pools: [
    ...TYPES.flatMap((_, type) => [
      pool(type, 0.1),
      pool(type, 0.05, "spot"),
      { ...pool(type, 0.05, "spot"), zone: "use1-az2" },
    ]),
    { ...pool(TYPES.length, 0.01, "spot"), zone: "us-east-1", overheadFree: true },
  ],
};
const FAMILIES = familiesOf(loadCatalog());
const poolsOf = (names: readonly string[], offsets: readonly number[]) =>
  TYPES.flatMap((name, type) => (names.includes(name) ? offsets.map((offset) => 3 * type + offset) : []));

function resolve(spec: Partial<MarketSpec>) {
  const issues: Issue[] = [];
  const market = resolveMarket({ ...UNDISTURBED, ...spec }, PLACE, [], FAMILIES, issues);
  return { market, issues };
}

const stress = (effect: StressSpec["effect"]): StressSpec => ({ text: "line", fromMs: 5, untilMs: null, effect });
const quota = (market: QuotaSpec["market"], ...families: string[]): QuotaSpec => ({ market, families, vcpus: 32 });

describe("resolveMarket", () => {
  it("makes an undisturbed market of an undisturbed one", () => {
    const { market, issues } = resolve({});
    expect(market).toEqual(UNDISTURBED_MARKET);
    expect(isUndisturbed(market)).toBe(true);
    expect(issues).toEqual([]);
  });

  it("takes processes as they are given", () => {
    const process = { meanStepMs: 1, sigma: 2, reversion: 3 };
    const capacity = {
      medianVcpus: 1,
      sigma: 2,
      meanOnMs: 3,
      meanPartialMs: 4,
      meanOffMs: 5,
      partialChance: 0.6,
      partialShare: 0.7,
    };
    const interruptions = { hourlyByBand: [1, 2, 3, 4, 5, 6], early: null };
    const { market } = resolve({
      prices: { kind: "process", ...process },
      capacity: { kind: "seeded", ...capacity },
      interruptions,
    });
    expect(market).toMatchObject({ priceProcess: process, capacity, interruptions });
    expect(market.priceProcess).toEqual(process);
    expect(market.capacity).toEqual(capacity);
  });

  it("gives hazards in which the advisor's monthly shares come out", () => {
    const { hourlyByBand } = resolve({ interruptions: "advisor" }).market.interruptions!;
    const monthly = hourlyByBand.map((hourly) => 1 - exp(-720 * hourly));
    const expected = [0.025, 0.075, 0.125, 0.175, 0.25, 0.125]; // the last: not known, as the middle band
    monthly.forEach((share, band) => {
      expect(share).toBeCloseTo(expected[band]!, 12);
    });
    expect(ADVISOR_INTERRUPTIONS.hourlyByBand[0]).toBeCloseTo(3.516e-5, 8); // -ln(0.975) / 720
  });

  it.each([
    // Classes of EC2, by market.
    [quota("spot", "standard"), poolsOf(["m5.large", "c6gn.large", "im4gn.large"], [1, 2])],
    [quota("on-demand", "standard"), poolsOf(["m5.large", "c6gn.large", "im4gn.large"], [0])],
    [quota("spot", "g"), poolsOf(["g5.xlarge", "gr6.4xlarge", "vt1.3xlarge"], [1, 2])],
    [quota("spot", "p", "x"), poolsOf(["p5.48xlarge", "x2gd.large"], [1, 2])],
    [
      quota("on-demand", "u", "inf", "hpc", "dl"),
      poolsOf(["u7i-6tb.112xlarge", "inf2.xlarge", "hpc6a.48xlarge", "dl1.24xlarge"], [0]),
    ],
    // Families.
    [quota("spot", "m5", "g5"), poolsOf(["m5.large", "g5.xlarge"], [1, 2])],
  ])("finds the pools of a quota: %j", (spec, pools) => {
    const { market, issues } = resolve({ quotas: [spec] });
    expect(market.quotas).toEqual([{ market: spec.market, pools, vcpuMilli: 32_000 }]);
    expect(issues).toEqual([]);
  });

  it("drops quotas that concern no pool, and names words that nobody knows", () => {
    const { market, issues } = resolve({
      quotas: [quota("spot", "r5", "trn"), quota("spot", "m55", "standart", "m5")],
    });
    expect(market.quotas.map(({ pools }) => pools)).toEqual([poolsOf(["m5.large"], [1, 2])]);
    expect(issues.map(({ code, path, hint }) => [code, path, hint])).toEqual([
      ["unknown-family", "world.quotas[1].families[0]", 'did you mean "m5"?'],
      ["unknown-family", "world.quotas[1].families[1]", 'did you mean "standard"?'],
    ]);
  });

  it("lays stress on the pools that it concerns, Fargate never", () => {
    const everySpot = poolsOf(TYPES, [1, 2]);
    const cases: [StressSpec["effect"], object][] = [
      [
        { kind: "zone-lost", zone: "use1-az2" },
        { kind: "pools-lost", pools: poolsOf(TYPES, [2]) },
      ],
      [
        { kind: "no-capacity", family: "m5" },
        { kind: "no-capacity", pools: poolsOf(["m5.large"], [0, 1, 2]) },
      ],
      [
        { kind: "price", factor: 2 },
        { kind: "price", factor: 2, pools: everySpot },
      ],
      [
        { kind: "quota", factor: 0.5 },
        { kind: "quota", factor: 0.5 },
      ],
      [
        { kind: "slow-boot", factor: 3 },
        { kind: "slow-boot", factor: 3 },
      ],
      [
        { kind: "reclaim-storm", share: 0.3, everyMs: 7 },
        { kind: "reclaim-storm", share: 0.3, everyMs: 7 },
      ],
      [
        { kind: "api-throttled", launchesPerMinute: 10 },
        { kind: "api-throttled", launchesPerMinute: 10 },
      ],
    ];
    const { market, issues } = resolve({
      quotas: [quota("spot", "m5")],
      stress: cases.map(([effect]) => stress(effect)),
    });
    expect(market.stress).toEqual(cases.map(([, effect]) => ({ text: "line", fromMs: 5, untilMs: null, effect })));
    expect(issues).toEqual([]);
  });

  it("names zones and families that the run does not have, and a cut of quotas without any", () => {
    const { issues } = resolve({
      stress: [
        stress({ kind: "zone-lost", zone: "use1-az3" }),
        stress({ kind: "no-capacity", family: "c6i" }),
        stress({ kind: "quota", factor: 0.5 }),
        stress({ kind: "zone-lost", zone: "us-east-1" }), // Fargate's
      ],
    });
    expect(issues.map(({ code, path }) => [code, path])).toEqual([
      ["unknown-zone", "stress[0]"],
      ["unknown-family", "stress[1]"],
      ["no-quotas", "stress[2]"],
      ["unknown-zone", "stress[3]"],
    ]);
    expect(issues.every(({ message, hint }) => message.startsWith('"line": ') && hint !== undefined)).toBe(true);
  });
});

/** A scenario with SPOT environments of these bids, in a market. */
function scenario(bids: readonly number[], market: Partial<MarketSpec>) {
  const text = [
    "trace: { file: jobs.csv }",
    "jobQueues: [{ jobQueueName: q, computeEnvironmentOrder: [{ order: 1, computeEnvironment: ce0 }] }]",
    "computeEnvironments:",
    ...bids.map(
      (bid, i) =>
        `  - { computeEnvironmentName: ce${i}, computeResources: { type: SPOT, maxvCpus: 64, instanceTypes: [m5, c5, r5], bidPercentage: ${bid} } }`,
    ),
  ].join("\n");
  const parsed = parseScenario(text, "s.yaml", "s");
  return resolveScenario({ ...parsed, market: { ...UNDISTURBED, ...market } }, loadCatalog(), "s.yaml");
}

describe("interruptedByPrice", () => {
  const moving = {
    prices: { kind: "process", meanStepMs: 1, sigma: 1, reversion: 0 },
    interruptedByPrice: true,
  } as const;

  it("bids as the environments do, and leaves what is dear now to the world where prices move", () => {
    const all = scenario([100], {}).environments[0]!.pools.length;
    const still = scenario([40], { interruptedByPrice: true });
    const movingNow = scenario([40, 40], moving);
    expect(still.environments[0]!.pools.length).toBeLessThan(all);
    expect(movingNow.environments[0]!.pools.length).toBe(all);
    expect([still.market.bidShare, movingNow.market.bidShare]).toEqual([0.4, 0.4]);
    expect(scenario([40, 100], {}).market.bidShare).toBe(null);
  });

  it("refuses two bids", async () => {
    expect(await issuesOf(() => scenario([100, 40], moving))).toMatchObject([
      {
        code: "several-bids",
        file: "s.yaml",
        path: "world.spot.interruptedByPrice",
        message: expect.stringContaining("40 and 100"),
      },
    ]);
  });
});

describe("notes on the market", () => {
  const notesOf = (market: Partial<MarketSpec>) => scenario([100], market).notes.join("\n");

  it("are those of an undisturbed one where nothing happens", () => {
    expect(notesOf({})).toMatch(/prices of the snapshot of 2024-06-13.*\nCapacity is unlimited and no spot instance/);
  });

  it("tell of what happens", () => {
    const calm = notesOf(SPOT_PRESETS.calm);
    expect(calm).toMatch(
      /snapshot of.*\nSpot capacity comes and goes by a seeded process.*\n.*at the rates of the scenario/,
    );
    expect(calm).not.toContain("Capacity is unlimited");
    const process = { kind: "process", meanStepMs: 1, sigma: 1, reversion: 0 } as const;
    expect(notesOf({ prices: process })).toMatch(/^Spot prices start from the snapshot.*seeded process/);
    expect(notesOf({ interruptions: "advisor" })).toMatch(/^Capacity is unlimited\.\n.*advisor's bands/m);
    const bid = notesOf({ prices: process, interruptedByPrice: true });
    expect(bid).toMatch(
      /interrupted by their price alone\.\nSpot instances are taken when their price exceeds bidPerc/,
    );
    expect(bid).not.toContain("no spot instance is interrupted");
    const storm = { ...stress({ kind: "reclaim-storm", share: 0.3, everyMs: null }), text: "reclaim-storm 30% at 5h" };
    const stressed = notesOf({ stress: [storm] });
    expect(stressed).toMatch(
      /Capacity is unlimited but for stress\.\nSpot instances are interrupted by stress alone\.\nStress: reclaim-storm 30% at 5h\.$/,
    );
  });
});
