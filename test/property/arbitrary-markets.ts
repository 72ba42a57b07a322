// Random runs on a market in which anything may happen: prices move, pools refuse and take back, zones fail, the API is
// throttled; and strategies of every kind, with every setting.

import fc from "fast-check";
import type { InstanceType, Pool } from "../../src/model/instance-type.js";
import type { MarketModel, StressEffect } from "../../src/model/market.js";
import type { PlacementPolicy, ProvisioningPolicy } from "../../src/model/policy.js";
import { NONE } from "../../src/model/tables.js";
import { loadHighsSolver } from "../../src/run/solver/highs.js";
import type { SimulationInput } from "../../src/sim/simulate.js";
import {
  environment,
  instanceType,
  type JobRow,
  type StrategySketch,
  s,
  shape,
  simulationInput,
  world,
} from "../builders.js";

const MAX_VCPUS = 48;
const ZONES = ["use1-az1", "use1-az2"];
const types: readonly InstanceType[] = [
  instanceType("m.large", 2, 8),
  instanceType("m.xlarge", 4, 16),
  instanceType("c.4xlarge", 16, 32),
  instanceType("g.xlarge", 4, 16, 1),
];
/** On-demand, then spot, in two zones each. */
const pools: readonly Pool[] = (["on-demand", "spot"] as const).flatMap((market) =>
  types.flatMap(({ vcpuMilli, gpuMilli }, type) =>
    ZONES.map((zone, index): Pool => {
      const onDemand = vcpuMilli * 50 + gpuMilli * 400;
      return {
        instanceType: type,
        zone,
        market,
        priceMicroUsdPerHour: market === "spot" ? Math.round(onDemand * (0.3 + 0.05 * index)) : onDemand,
        interruptionBand: market === "spot" ? type : NONE,
      };
    }),
  ),
);
const onMarket = (market: Pool["market"]) => pools.flatMap((pool, index) => (pool.market === market ? [index] : []));
const spot = onMarket("spot");
const someSpot = fc.subarray(spot, { minLength: 1 });

const jobs: fc.Arbitrary<JobRow[]> = fc.array(
  fc.record({
    submitMs: fc.integer({ min: 0, max: s(3_000) }),
    runtimeMs: fc.oneof(fc.integer({ min: 0, max: s(300) }), fc.integer({ min: 0, max: s(7_200) })),
    shape: fc.constantFrom(shape(1, 2), shape(2, 7), shape(4, 8), shape(12, 24), shape(1, 4, 1)),
    name: fc.constantFrom("align", "sort"),
  }),
  { minLength: 1, maxLength: 40, size: "max" },
);

const effects: fc.Arbitrary<StressEffect> = fc.oneof(
  fc.record({ kind: fc.constant("pools-lost" as const), pools: someSpot }),
  fc.record({ kind: fc.constant("no-capacity" as const), pools: someSpot }),
  fc.record({ kind: fc.constant("price" as const), pools: someSpot, factor: fc.constantFrom(0.5, 2) }),
  fc.record({ kind: fc.constant("quota" as const), factor: fc.constant(0.5) }),
  fc.record({ kind: fc.constant("slow-boot" as const), factor: fc.constant(3) }),
  fc.record({
    kind: fc.constant("reclaim-storm" as const),
    share: fc.constantFrom(0.3, 1),
    everyMs: fc.constantFrom(null, s(900)),
  }),
  fc.record({ kind: fc.constant("api-throttled" as const), launchesPerMinute: fc.constantFrom(1, 5) }),
);

const markets: fc.Arbitrary<Partial<MarketModel>> = fc.record({
  prices: fc.constantFrom(
    [],
    pools.map((pool, i) => (i % 3 === 0 ? seriesOf(pool) : null)),
  ),
  priceProcess: fc.constantFrom(null, { meanStepMs: s(600), sigma: 0.2, reversion: 0.1 }),
  capacity: fc.constantFrom(null, {
    medianVcpus: 64,
    sigma: 0.8,
    meanOnMs: s(1_800),
    meanPartialMs: s(600),
    meanOffMs: s(600),
    partialChance: 0.5,
    partialShare: 0.4,
  }),
  capacitySeries: fc.constantFrom(
    [],
    pools.map((pool, i) =>
      pool.market === "spot" && i % 2 === 0
        ? { timesMs: [0, s(700), s(1_500), s(2_500)], instances: [3, 0, 2, 4] }
        : null,
    ),
  ),
  interruptions: fc.constantFrom(
    null,
    { hourlyByBand: [0.01, 0.1, 0.5, 1, 2, 0.5], early: null },
    {
      hourlyByBand: [0, 0, 0, 0, 0, 0],
      early: { share: 0.5, after: { kind: "lognormal" as const, medianMs: s(240), p95Ms: s(996) } },
    },
  ),
  bidShare: fc.constantFrom(null, 0.4),
  notice: fc.record({
    warning: fc.constantFrom(
      { kind: "constant" as const, valueMs: s(120) },
      { kind: "constant" as const, valueMs: s(3) },
    ),
    missingShare: fc.constantFrom(0, 0.5, 1),
    rebalanceLead: fc.constantFrom(null, { kind: "exponential" as const, meanMs: s(200) }),
  }),
  quotas: fc.constantFrom([], [{ market: "spot" as const, pools: spot, vcpuMilli: 24_000 }]),
  stress: fc.array(
    fc.record({
      text: fc.constant("stress"),
      fromMs: fc.integer({ min: 0, max: s(2_000) }),
      untilMs: fc.integer({ min: s(2_001), max: s(6_000) }),
      effect: effects,
    }),
    { maxLength: 2 },
  ),
});

function seriesOf({ priceMicroUsdPerHour }: Pool) {
  return {
    timesMs: [0, s(500), s(1_700)],
    microUsdPerHour: [1, 1.2, 0.9].map((factor) => Math.round(priceMicroUsdPerHour * factor)),
  };
}

const PROVISIONING: readonly ProvisioningPolicy[] = [
  "best-fit",
  "first-fit-decreasing",
  "karpenter",
  "cluster-autoscaler",
  "elastigroup",
  "optimum",
  "BEST_FIT",
  "SPOT_CAPACITY_OPTIMIZED",
  "SPOT_PRICE_CAPACITY_OPTIMIZED",
  "job-per-instance",
];
const PLACEMENT: readonly PlacementPolicy[] = ["best-fit", "first-fit", "tail-aware"];

const strategies: fc.Arbitrary<StrategySketch> = fc.record({
  provisioning: fc.constantFrom(...PROVISIONING),
  placement: fc.constantFrom(...PLACEMENT),
  queueDiscipline: fc.constantFrom("fifo", "fifo-skip", "easy"),
  expander: fc.constantFrom("least-waste", "random", "most-pods", "least-nodes", "price", "priority"),
  batchingWindowMs: fc.constantFrom(0, s(30)),
  headroom: fc.constantFrom(
    { units: 0, vcpuMilli: 0, memoryMib: 0, gpuMilli: 0, automaticShare: 0 },
    { units: 2, vcpuMilli: 1_000, memoryMib: 2_048, gpuMilli: 0, automaticShare: 0 },
    { units: 0, vcpuMilli: 0, memoryMib: 0, gpuMilli: 0, automaticShare: 0.1 },
  ),
  spot: fc.record({
    countsRework: fc.boolean(),
    allocation: fc.constantFrom("in-order", "price-capacity-optimized"),
    poolsPerLaunch: fc.constantFrom(1, 4, 60),
    refusalMs: fc.constantFrom(s(30), s(180)),
    fallbackAfterMs: fc.constantFrom(null, 0, s(300)),
    escalation: fc.record({
      lostAttempts: fc.constantFrom(0, 1),
      ageMs: fc.constantFrom(null, s(600)),
      turnaroundMs: fc.constantFrom(null, s(3_600)),
    }),
    blastRadius: fc.record({
      jobsPerInstance: fc.constantFrom(null, 2),
      vcpuHoursPerInstance: fc.constantFrom(null, 4),
      poolShare: fc.constantFrom(null, 0.5),
    }),
    onRebalance: fc.constantFrom("ignore", "drain"),
  }),
  scaleDown: fc.record({
    idleDelayMs: fc.constantFrom(0, s(60)),
    maxShare: fc.constantFrom(0.1, 1),
    cooldownMs: fc.constantFrom(0, s(300)),
    cooldownAfterLaunchMs: fc.constantFrom(0, s(300)),
    evaluationPeriods: fc.constantFrom(0, 5),
    minimumLifeMs: fc.constantFrom(0, s(900)),
    billingAware: fc.boolean(),
    breakEven: fc.boolean(),
    softCordon: fc.boolean(),
    mayKill: fc.boolean(),
  }),
  decisionIntervalMs: fc.constantFrom(0, s(15)),
  maxLaunchesPerDecision: fc.constantFrom(3, 100),
});

const solver = await loadHighsSolver();

/** A run whose jobs may be tried ten times. */
const runs: fc.Arbitrary<SimulationInput> = fc
  .record({ jobs, market: markets, strategy: strategies, seed: fc.integer({ min: 1, max: 1_000 }) })
  .map(({ market, ...story }) => {
    const input = simulationInput({
      types,
      pools,
      environments: [environment(spot, { onDemandPools: onMarket("on-demand"), maxVcpuMilli: MAX_VCPUS * 1_000 })],
      world: world({ pending: s(10), boot: s(60), pull: s(5), cachedPull: s(1) }, market),
      ...story,
    });
    const definition = { name: "tried", retry: { attempts: 10, evaluateOnExit: [] }, timeoutMs: Number.NaN };
    const checkpointed = { ...definition, name: "saved", checkpointMs: s(120) };
    return {
      ...input,
      tables: { ...input.tables, solver },
      workload: {
        ...input.workload,
        definitions: [...input.workload.definitions, definition, checkpointed],
        jobDefinition: Int32Array.from(input.workload.jobClass, (_, job) => 1 + (job % 2)),
      },
    };
  });

/** Checks a property of random runs. */
export function forAnyMarket(check: (input: SimulationInput) => void, numRuns = 200): void {
  fc.assert(fc.property(runs, check), { numRuns });
}
