import { describe, expect, it } from "vitest";
import { costFloor, demandOf } from "../../src/metrics/floor.js";
import { priceShares } from "../../src/metrics/price-shares.js";
import { instanceType, job, pool, s, shape, workload } from "../builders.js";

describe("demand", () => {
  it("is what the jobs ask for, for as long as they run", () => {
    // 2 vCPUs, 4 GiB for half an hour; 1 vCPU, 1 GiB, 1 GPU for a quarter, twice.
    const gpuJob = job(0, s(900), shape(1, 1, 1));
    const { workload: columns, profiles } = workload([job(0, s(1800), shape(2, 4)), gpuJob, gpuJob]);
    expect(demandOf(columns, profiles)).toEqual({ vcpuHours: 1.5, memoryGibHours: 2.5, gpuHours: 0.5 });
  });
});

describe("the floor", () => {
  const hours = (vcpuHours: number, memoryGibHours: number, gpuHours = 0) => ({ vcpuHours, memoryGibHours, gpuHours });

  it("is the price of full instances when the demand has the proportions of one type", () => {
    // 10 m (2 vCPUs, 8 GiB, 0.10) for an hour.
    const types = [instanceType("m", 2, 8)];
    const floor = costFloor(hours(20, 80), [pool(0, 0.1)], types, 0, "on-demand");
    expect(floor).toMatchObject({ market: "on-demand", microUsd: 1_000_000, bindingInstanceTypes: ["m"] });
  });

  it("mixes types", () => {
    // c 2 vCPUs 4 GiB 0.08; r 2 vCPUs 16 GiB 0.14. Worth: 2 v + 4 m = 0.08 and 2 v + 16 m = 0.14: m = 0.005, v = 0.03.
    // 20 vCPUs and 100 GiB for an hour: 20 x 0.03 + 100 x 0.005 = 1.10 USD (5 of each: 5 x 0.22 = 1.10).
    const types = [instanceType("c", 2, 4), instanceType("r", 2, 16), instanceType("dear", 2, 8)];
    const pools = [pool(0, 0.08), pool(1, 0.14), pool(2, 0.2)];
    const floor = costFloor(hours(20, 100), pools, types, 0, "on-demand");
    // Rounded down to whole micro-USD, so that a last bit cannot lift it above the bound.
    expect(Math.abs(floor.microUsd - 1_100_000)).toBeLessThanOrEqual(1);
    expect(floor.microUsdPerVcpuHour).toBeCloseTo(30_000, 6);
    expect(floor.microUsdPerGibHour).toBeCloseTo(5_000, 6);
    expect(floor.bindingInstanceTypes).toEqual(["c", "r"]);
  });

  it("counts what every instance costs beside its price", () => {
    // (0.10 + 0.01) x 10.
    const floor = costFloor(hours(20, 80), [pool(0, 0.1)], [instanceType("m", 2, 8)], 10_000, "spot");
    expect(floor).toMatchObject({ market: "spot", microUsd: 1_100_000 });
  });

  it("gives GPUs a worth only when they are wanted", () => {
    // m 4 vCPUs 16 GiB 0.20; g the same with a GPU, 0.60. Without GPUs the g is never worth it; a GPU-hour costs 0.40 more.
    const types = [instanceType("m", 4, 16), instanceType("g", 4, 16, 1)];
    const pools = [pool(0, 0.2), pool(1, 0.6)];
    expect(costFloor(hours(4, 16), pools, types, 0, "on-demand")).toMatchObject({
      microUsd: 200_000,
      microUsdPerGpuHour: 0,
    });
    const both = costFloor(hours(8, 32, 1), pools, types, 0, "on-demand");
    // One of each: 0.80.
    expect(Math.abs(both.microUsd - 800_000)).toBeLessThanOrEqual(1);
  });

  it("of no demand is nothing; of a demand that nobody sells there is none", () => {
    const types = [instanceType("m", 2, 8)];
    expect(costFloor(hours(0, 0), [pool(0, 0.1)], types, 0, "on-demand").microUsd).toBe(0);
    expect(() => costFloor(hours(1, 1, 1), [pool(0, 0.1)], types, 0, "on-demand")).toThrow("no pool sells");
  });
});

describe("price shares", () => {
  it("weigh a vCPU like 8.8 GiB", () => {
    // 2 x 33000 against 8 x 3750: 66 : 30.
    const shares = priceShares(instanceType("m5.large", 2, 8), 96_000);
    expect(shares.vcpu).toBeCloseTo(66 / 96, 12);
    expect(shares.memory).toBeCloseTo(30 / 96, 12);
    expect(shares.gpu).toBe(0);
  });

  it("give the rest of a GPU instance's price to its GPUs", () => {
    // 4 x 33000 + 16 x 3750 = 192000 of 526000: the GPU is worth 334000.
    const type = instanceType("g4dn.xlarge", 4, 16, 1);
    const shares = priceShares(type, 526_000);
    expect(shares.gpu).toBeCloseTo(334 / 526, 12);
    expect(shares.vcpu).toBeCloseTo(132 / 526, 12);
    expect(shares.memory).toBeCloseTo(60 / 526, 12);
    // Cheaper than its vCPUs and memory at those rates: nothing is left for the GPU.
    expect(priceShares(type, 100_000)).toMatchObject({ gpu: 0, vcpu: 132 / 192 });
  });

  it("sum to one", () => {
    for (const gpus of [0, 1, 8])
      for (const price of [1, 1e5, 1e9]) {
        const { vcpu, memory, gpu } = priceShares(instanceType("x", 7, 13, gpus), price);
        expect(vcpu + memory + gpu).toBeCloseTo(1, 15);
      }
  });
});
