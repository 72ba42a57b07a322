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
    const kept = all.environments[0]!.pools.filter((pool) => share(all, pool) <= 0.4).map((pool) => nameOf(all, pool));
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThan(all.environments[0]!.pools.length);
    expect(some.environments[0]!.pools.map((pool) => nameOf(some, pool))).toEqual(kept);
    // The on-demand variant is not bid for.
    expect(some.onDemandEnvironments[0]!.pools.length).toBe(all.onDemandEnvironments[0]!.pools.length);
  });

  it("is refused when nothing is left", () => {
    expect(() => resolved(spot(", bidPercentage: 1"))).toThrow(InputError);
    expect(() => resolved(spot(", bidPercentage: 1"))).toThrow(/every Spot price of ce0 is above 1 %/);
  });
});

describe("an environment", () => {
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
