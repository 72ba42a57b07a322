// What holds for the bill of any run: it is the sum of its parts, an independent reckoning agrees, and the floor is below.

import { describe, expect, it } from "vitest";
import { costFloor, demandOf } from "../../src/metrics/floor.js";
import { priceShares } from "../../src/metrics/price-shares.js";
import { summariseRun } from "../../src/metrics/summary.js";
import { COST_CATEGORIES } from "../../src/model/billing.js";
import type { RunSummary } from "../../src/model/run-result.js";
import type { SimulationInput, SimulationOutcome } from "../../src/sim/simulate.js";
import { attemptsOf, instancesOf } from "../ledger/read-ledger.js";
import { forAnyRun } from "./arbitrary-runs.js";

const MINIMUM_MS = 60_000;

/** The tables' overhead as root volume and address: 5000 of it is the address, where there is as much. */
function billingOf({ tables }: SimulationInput) {
  const publicIpv4MicroUsdPerHour = Math.min(5000, tables.overheadMicroUsdPerHour);
  const rootVolumeMicroUsdPerHour = tables.overheadMicroUsdPerHour - publicIpv4MicroUsdPerHour;
  return { minimumMs: MINIMUM_MS, rootVolumeMicroUsdPerHour, publicIpv4MicroUsdPerHour };
}

function summarise(input: SimulationInput, { ledger }: SimulationOutcome): RunSummary {
  const shares = input.tables.instanceTypes.map((type, index) => {
    const onDemand = input.tables.pools.find((pool) => pool.instanceType === index)!;
    return priceShares(type, onDemand.priceMicroUsdPerHour);
  });
  const label = { name: "any", role: "strategy", description: "" } as const;
  return summariseRun(label, ledger, input.workload, billingOf(input), shares);
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** Per pool the milliseconds of all lives (60 s at least), times each of its rates, each rounded half up, in exact integers. */
function reckon(input: SimulationInput, outcome: SimulationOutcome): number {
  const billing = billingOf(input);
  const rates = [billing.rootVolumeMicroUsdPerHour, billing.publicIpv4MicroUsdPerHour];
  const instances = instancesOf(outcome.ledger);
  const amounts = input.tables.pools.flatMap(({ priceMicroUsdPerHour }, pool) => {
    const lives = instances.filter((i) => i.pool === pool).map((i) => Math.max(MINIMUM_MS, i.endedMs - i.runningMs));
    // A fraction of a micro-USD per hour counts to its sixth digit: 3_600_000 ms times 1_000_000 parts.
    const parts = [priceMicroUsdPerHour, ...rates].map((rate) => BigInt(Math.round(rate * 1e6)) * BigInt(sum(lives)));
    return parts.map((part) => (part + 1_800_000_000_000n) / 3_600_000_000_000n);
  });
  return Number(amounts.reduce((total, amount) => total + amount, 0n));
}

function checkSums(input: SimulationInput, outcome: SimulationOutcome): void {
  const { cost, jobs } = summarise(input, outcome);
  expect(cost.totalMicroUsd).toBe(reckon(input, outcome));
  expect(cost.byCategory.map((row) => row.category)).toEqual([...COST_CATEGORIES]);
  for (const rows of [cost.byCategory, cost.byInstanceType, cost.byQueue, cost.byJobName]) {
    expect(sum(rows.map((row) => row.microUsd))).toBe(cost.totalMicroUsd);
    for (const row of rows) expect(row.microUsd).toBeGreaterThanOrEqual(0);
  }
  expect(sum(cost.byQueue.map((row) => row.jobs))).toBe(jobs.total);
  expect(sum(cost.byJobName.map((row) => row.jobs))).toBe(jobs.total);
  expect(sum(cost.byInstanceType.map((row) => row.instances))).toBe(outcome.ledger.instances.length);
}

/** An instance-millisecond of a resource is in use when an attempt holds it: summed here over attempts, not over time. */
function checkUsefulness(input: SimulationInput, outcome: SimulationOutcome): void {
  const { tables } = input;
  const instances = instancesOf(outcome.ledger);
  const held = { vcpu: 0, memory: 0 };
  for (const row of attemptsOf(outcome.ledger)) {
    const shape = tables.shapes[tables.classes[row.jobClass]!.shape]!;
    held.vcpu += shape.vcpuMilli * (row.endedMs - row.placedMs);
    held.memory += shape.memoryMib * (row.endedMs - row.placedMs);
  }
  const usable = { vcpu: 0, memory: 0 };
  for (const instance of instances) {
    const type = tables.instanceTypes[tables.pools[instance.pool]!.instanceType]!;
    usable.vcpu += type.vcpuMilli * (instance.endedMs - instance.registeredMs);
    usable.memory += type.memoryMib * (instance.endedMs - instance.registeredMs);
  }
  const { utilisation } = summarise(input, outcome);
  // Given to five digits.
  for (const resource of ["vcpu", "memory"] as const) {
    const expected = usable[resource] === 0 ? 0 : held[resource] / usable[resource];
    expect(Math.abs(utilisation[resource] - expected)).toBeLessThanOrEqual(0.5e-5 + 1e-9);
  }
}

function checkFloor(input: SimulationInput, outcome: SimulationOutcome): void {
  const { tables, workload, profiles } = input;
  const { microUsd } = costFloor(
    demandOf(workload, profiles),
    tables.pools,
    tables.instanceTypes,
    tables.overheadMicroUsdPerHour,
    "spot",
  );
  // Every pool's three amounts are rounded to whole micro-USD, at most half a micro-USD down each.
  const rounding = 1.5 * tables.pools.length;
  expect(microUsd).toBeLessThanOrEqual(summarise(input, outcome).cost.totalMicroUsd + rounding);
  expect(microUsd).toBeGreaterThanOrEqual(0);
}

describe("the bill of any run", () => {
  it("is what an independent reckoning gives, and the sum of its parts, however it is split", () => {
    forAnyRun(checkSums);
  });

  it("shows as used what the attempts held", () => {
    forAnyRun(checkUsefulness);
  });

  it("is at least the floor", () => {
    forAnyRun(checkFloor);
  });
});
