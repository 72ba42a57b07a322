// From the user's compute environments to pools: Fargate's sizes, machines of processors, bids, orders.

import { describe, expect, it } from "vitest";
import { InputError } from "../../src/base/issues.js";
import { loadCatalog } from "../../src/catalog/catalog.js";
import { FARGATE_SIZES } from "../../src/model/fargate-sizes.js";
import { resolveScenario, whyUnplaceable } from "../../src/run/resolve.js";
import { parseScenario } from "../../src/scenario/parse-scenario.js";

const catalog = loadCatalog();

function resolved(...environments: readonly string[]) {
  const text = [
    "trace: { file: jobs.csv }",
    "jobQueues:",
    ...environments.map(
      (_, i) => `  - { jobQueueName: q${i}, computeEnvironmentOrder: [{ order: 1, computeEnvironment: ce${i} }] }`,
    ),
    "computeEnvironments:",
    ...environments.map((rest, i) => `  - { computeEnvironmentName: ce${i}, ${rest} }`),
  ].join("\n");
  return resolveScenario(parseScenario(text, "s.yaml", "s"), catalog, "s.yaml");
}

const nameOf = (scenario: ReturnType<typeof resolved>, pool: number) =>
  scenario.instanceTypes[scenario.pools[pool]!.instanceType]!.name;

describe("Fargate", () => {
  const fargate = resolved(
    "computeResources: { type: FARGATE, maxvCpus: 64 }",
    "computeResources: { type: FARGATE_SPOT, maxvCpus: 64 }",
  );
  const [onDemand, spot] = fargate.environments;

  it("has every valid size once, whatever the environments", () => {
    const sizes = FARGATE_SIZES.flatMap(({ memoryMib }) => memoryMib).length;
    // 3 + 4 + 7 + 13 + 23 + 12 + 12.
    expect(sizes).toBe(74);
    expect(fargate.instanceTypes.length).toBe(sizes);
    expect([onDemand!.pools.length, spot!.pools.length]).toEqual([sizes, sizes]);
    expect(fargate.pools.every((pool) => pool.overheadFree && pool.zone === "us-east-1")).toBe(true);
  });

  it.each([
    // 0.25 x 0.04048 + 0.5 x 0.004445 USD.
    { name: "Fargate 0.25 vCPU 0.5 GiB", microUsd: 12_342.5 },
    // 4 x 0.04048 + 16 x 0.004445.
    { name: "Fargate 4 vCPU 16 GiB", microUsd: 233_040 },
    // 16 x 0.04048 + 120 x 0.004445.
    { name: "Fargate 16 vCPU 120 GiB", microUsd: 1_181_080 },
  ])("prices $name by vCPU and GiB, Spot 70 % below", ({ name, microUsd }) => {
    const priceIn = (pools: readonly number[]) => {
      const pool = pools.find((index) => nameOf(fargate, index) === name)!;
      return fargate.pools[pool]!.priceMicroUsdPerHour;
    };
    expect(priceIn(onDemand!.pools)).toBeCloseTo(microUsd, 6);
    expect(priceIn(spot!.pools)).toBeCloseTo(0.3 * microUsd, 6);
    expect(priceIn(fargate.onDemandEnvironments[1]!.pools)).toBeCloseTo(microUsd, 6);
  });

  it("splits a price as it is made of", () => {
    const type = fargate.instanceTypes.findIndex(({ name }) => name === "Fargate 4 vCPU 16 GiB");
    // 4 x 0.04048 = 0.16192 of 0.23304.
    expect(fargate.priceShares[type]!.vcpu).toBeCloseTo(161_920 / 233_040, 12);
    expect(fargate.priceShares[type]).toMatchObject({ gpu: 0, memory: 1 - fargate.priceShares[type]!.vcpu });
  });

  it("gives a job a machine of its own, on both variants", () => {
    for (const environment of [...fargate.environments, ...fargate.onDemandEnvironments]) {
      expect(environment).toMatchObject({ fargate: true, multiNode: false, provisioning: "job-per-instance" });
    }
  });

  it("has its whole memory for the job, no GPUs and no nodes", () => {
    const shape = { vcpuMilli: 16_000, memoryMib: 122_880, gpuMilli: 0 };
    expect(whyUnplaceable(fargate, "q0", shape)).toBeUndefined();
    expect(whyUnplaceable(fargate, "q0", { ...shape, memoryMib: 122_881 })).toContain(
      "Fargate 16 vCPU 120 GiB, is short of 1 MiB",
    );
    expect(whyUnplaceable(fargate, "q0", { ...shape, gpuMilli: 1000 })).toContain("short of 1 GPU");
    expect(whyUnplaceable(fargate, "q0", shape, 2)).toContain("takes no multi-node parallel jobs");
  });

  it("says what is a model", () => {
    expect(fargate.notes.join(" ")).toMatch(/smallest valid size.*Fargate Spot is taken to cost 70 % less/);
  });
});

describe("a machine of processors", () => {
  const machine = resolved(
    "computeResources: { type: EC2, maxvCpus: 100 }, fixedFleet: { processors: 100, pricePerProcessorHour: 0.05 }",
  );

  it("is one instance that counts nothing but processors", () => {
    expect(machine.instanceTypes.map(({ name, vcpuMilli }) => ({ name, vcpuMilli }))).toEqual([
      { name: "100-processor machine", vcpuMilli: 100_000 },
    ]);
    expect(machine.environments[0]).toMatchObject({ fixedFleet: [{ pool: 0, count: 1 }], placement: "first-fit" });
    // 100 x 0.05 USD.
    expect(machine.pools[0]!.priceMicroUsdPerHour).toBe(5_000_000);
    expect(machine.priceShares).toEqual([{ vcpu: 1, memory: 0, gpu: 0 }]);
  });

  it("holds whatever asks for no more processors", () => {
    expect(whyUnplaceable(machine, "q0", { vcpuMilli: 100_000, memoryMib: 2 ** 31 - 1, gpuMilli: 8000 })).toBe(
      undefined,
    );
    expect(whyUnplaceable(machine, "q0", { vcpuMilli: 101_000, memoryMib: 0, gpuMilli: 0 })).toContain("1 vCPU");
  });
});

describe("bidPercentage", () => {
  const spot = (bid: string) => `computeResources: { type: SPOT, maxvCpus: 64, instanceTypes: [m5, c5, r5]${bid} }`;

  it("leaves out what costs more than that share of the on-demand price", () => {
    const all = resolved(spot(""));
    const some = resolved(spot(", bidPercentage: 40"));
    const share = (scenario: typeof all, pool: number) => {
      const { priceMicroUsdPerHour } = scenario.pools[pool]!;
      const offer = catalog.region("us-east-1").findOffer(nameOf(scenario, pool))!;
      return priceMicroUsdPerHour / offer.onDemand.microUsdPerHour;
    };
    const placeOf = (scenario: typeof all, pool: number) => `${nameOf(scenario, pool)} ${scenario.pools[pool]!.zone}`;
    const pools = all.environments[0]!.pools;
    const kept = pools.filter((pool) => share(all, pool) <= 0.4);
    expect(kept.length).toBeGreaterThan(0);
    expect(some.environments[0]!.pools.map((pool) => placeOf(some, pool))).toEqual(
      kept.map((pool) => placeOf(all, pool)),
    );
    // Pools are left out, not types: some type is kept in one zone and not in another.
    const dropped = new Set(pools.filter((pool) => !kept.includes(pool)).map((pool) => nameOf(all, pool)));
    expect(kept.some((pool) => dropped.has(nameOf(all, pool)))).toBe(true);
    // The on-demand variant is not bid for.
    expect(some.onDemandEnvironments[0]!.pools.length).toBe(all.onDemandEnvironments[0]!.pools.length);
  });

  it("is refused when nothing is left", () => {
    expect(() => resolved(spot(", bidPercentage: 1"))).toThrow(InputError);
    expect(() => resolved(spot(", bidPercentage: 1"))).toThrow(/every Spot price of ce0 is above 1 %/);
  });
});

describe("an environment", () => {
  const types = "instanceTypes: [m5.large, c5.large]";
  const namesOf = (scenario: ReturnType<typeof resolved>, pools: readonly number[]) =>
    pools.map((pool) => `${nameOf(scenario, pool)} ${scenario.pools[pool]!.zone} ${scenario.pools[pool]!.market}`);

  it("may launch in every zone of each type, on one market", () => {
    const onSale = (market: "on-demand" | "spot") =>
      ["c5.large", "m5.large"].flatMap((name) => {
        const offer = catalog.region("us-east-1").findOffer(name)!;
        const zones = market === "spot" ? offer.spot.map(({ zone }) => zone) : offer.zones;
        return zones.map((zone) => `${name} ${zone} ${market}`);
      });
    const spot = resolved(`computeResources: { type: SPOT, maxvCpus: 8, ${types} }`);
    expect(namesOf(spot, spot.environments[0]!.pools)).toEqual(onSale("spot"));
    expect(namesOf(spot, spot.environments[0]!.onDemandPools)).toEqual(onSale("on-demand"));
    expect(namesOf(spot, spot.onDemandEnvironments[0]!.pools)).toEqual(onSale("on-demand"));
    expect(spot.onDemandEnvironments[0]!.onDemandPools).toEqual([]);
    // Who buys on demand alone has no spot pools about.
    const onDemand = resolved(`computeResources: { type: EC2, maxvCpus: 8, ${types} }`);
    expect(namesOf(onDemand, [...onDemand.pools.keys()])).toEqual(onSale("on-demand"));
    expect(onDemand.environments[0]!.onDemandPools).toEqual([]);
  });

  it("keeps to its zones, on Spot and when it falls back", () => {
    const scenario = resolved(`computeResources: { type: SPOT, maxvCpus: 8, zones: [use1-az4, use1-az6], ${types} }`);
    const { pools, onDemandPools } = scenario.environments[0]!;
    for (const some of [pools, onDemandPools]) {
      expect(new Set(some.map((pool) => scenario.pools[pool]!.zone))).toEqual(new Set(["use1-az4", "use1-az6"]));
    }
  });

  it("keeps a fixed fleet in the cheapest zone of each type", () => {
    const fleet = "fixedFleet: [{ instanceType: m5.large, count: 3 }]";
    const scenario = resolved(`computeResources: { type: SPOT, maxvCpus: 8 }, ${fleet}`);
    const { pools, fixedFleet } = scenario.environments[0]!;
    const prices = pools.map((pool) => scenario.pools[pool]!.priceMicroUsdPerHour);
    expect(new Set(prices).size).toBeGreaterThan(1);
    expect(fixedFleet).toEqual([{ pool: pools[prices.indexOf(Math.min(...prices))], count: 3 }]);
  });

  it("has floors of the cheapest zones while prices stay, of all zones when they move", () => {
    const text = `computeResources: { type: SPOT, maxvCpus: 8, ${types} }`;
    const still = resolved(text);
    const process = { kind: "process", meanStepMs: 1, sigma: 1, reversion: 0 } as const;
    const market = { ...still.scenario.market, prices: process };
    const moving = resolveScenario({ ...still.scenario, market }, catalog, "s.yaml");
    const { pools, onDemandPools } = still.environments[0]!;
    // One on-demand and one spot pool for each of the two types; or all there are.
    expect([still.floorPools["on-demand"].length, still.floorPools.spot.length]).toEqual([2, 4]);
    expect(moving.floorPools.spot.length).toBe(pools.length + onDemandPools.length);
    const cheapest = (all: typeof still.floorPools.spot) => Math.min(...all.map((pool) => pool.priceMicroUsdPerHour));
    expect(cheapest(still.floorPools.spot)).toBe(cheapest(moving.floorPools.spot));
  });

  it("keeps the user's order of instance types", () => {
    const scenario = resolved("computeResources: { type: EC2, maxvCpus: 64, instanceTypes: [r5.large, m5.large, m5] }");
    const { pools, poolOrder } = scenario.environments[0]!;
    const order = new Map(pools.map((pool, index) => [nameOf(scenario, pool), poolOrder[index]]));
    expect([order.get("r5.large"), order.get("m5.large"), order.get("m5.xlarge")]).toEqual([0, 1, 2]);
  });

  it.each([
    ["computeResources: { type: EC2, maxvCpus: 8 }", { multiNode: true, provisioning: "BEST_FIT" }],
    ["type: UNMANAGED, computeResources: { type: EC2, maxvCpus: 8 }", { multiNode: false }],
    ["computeResources: { type: SPOT, maxvCpus: 8 }", { multiNode: false }],
    [
      "computeResources: { type: SPOT, maxvCpus: 8, allocationStrategy: SPOT_PRICE_CAPACITY_OPTIMIZED, desiredvCpus: 4 }",
      { provisioning: "SPOT_PRICE_CAPACITY_OPTIMIZED", desiredVcpuMilli: 4000 },
    ],
    [
      "computeResources: { type: EC2, maxvCpus: 8, scalingPolicy: { minScaleDownDelayMinutes: 20 } }",
      { idleDelayAfterJobMs: 1_200_000 },
    ],
  ])("%s", (text, expected) => {
    expect(resolved(text).environments[0]).toMatchObject(expected);
  });
});

describe("whyUnplaceable with several nodes", () => {
  const shape = { vcpuMilli: 2000, memoryMib: 1024, gpuMilli: 0 };
  const types = "instanceTypes: [m6i.large, m6i.xlarge]";

  it("counts all nodes against maxvCpus", () => {
    // m6i.large: 2 vCPUs each.
    const scenario = resolved(`computeResources: { type: EC2, maxvCpus: 8, ${types} }`);
    expect(whyUnplaceable(scenario, "q0", shape, 4)).toBeUndefined();
    expect(whyUnplaceable(scenario, "q0", shape, 5)).toMatch(
      /has 2 vCPUs, 5 of them 10 vCPUs, more than maxvCpus 8 of ce0$/,
    );
  });

  it("refuses Spot and UNMANAGED", () => {
    const scenario = resolved(
      `computeResources: { type: SPOT, maxvCpus: 8, ${types} }`,
      `type: UNMANAGED, computeResources: { type: EC2, maxvCpus: 8, ${types} }`,
    );
    expect(whyUnplaceable(scenario, "q0", shape, 2)).toMatch(/^ce0 takes no multi-node parallel jobs/);
    expect(whyUnplaceable(scenario, "q1", shape, 2)).toMatch(/^ce1 takes no multi-node parallel jobs/);
    expect(whyUnplaceable(scenario, "q0", shape)).toBeUndefined();
  });

  it("wants one type of a fixed fleet for all nodes", () => {
    const fleet = "fixedFleet: [{ instanceType: m6i.large, count: 3 }, { instanceType: m6i.xlarge, count: 2 }]";
    const scenario = resolved(`computeResources: { type: EC2, maxvCpus: 8, ${types} }, ${fleet}`);
    expect(whyUnplaceable(scenario, "q0", shape, 3)).toBeUndefined();
    expect(whyUnplaceable(scenario, "q0", shape, 4)).toContain("the fixed fleet of ce0 has 3 of one type");
  });
});
