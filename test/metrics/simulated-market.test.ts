// Through the simulator: spot prices that move and instances that are taken. The bill is that of an independent reckoning, and
// with its refunds no lower than the floor at the lowest prices.

import { describe, expect, it } from "vitest";
import type { Ledger } from "../../src/ledger/ledger.js";
import { costFloor, demandOf, LowestPrices } from "../../src/metrics/floor.js";
import { summariseRun } from "../../src/metrics/summary.js";
import { simulate } from "../../src/sim/simulate.js";
import { environment, instanceType, job, pool, s, shape, simulationInput, world } from "../builders.js";

const POOLS = [pool(0, 0.36, "spot"), { ...pool(0, 0.33, "spot"), zone: "use1-az2" }, pool(0, 0.9)];
const BILLING = { minimumMs: s(60), rootVolumeMicroUsdPerHour: 3600, publicIpv4MicroUsdPerHour: 0 };
const HOUR_MS = s(3600);

/** Jobs of a quarter of an instance that come over four hours, run for half an hour to three, and save every ten minutes. */
function run(seed: number) {
  const story = simulationInput({
    types: [instanceType("m", 4, 16)],
    pools: POOLS,
    environments: [environment([0, 1])],
    jobs: Array.from({ length: 60 }, (_, i) => job(s(240 * i), s(1800 + 150 * i), shape(1, 4))),
    world: world(
      { pending: s(5), boot: s(40) },
      {
        priceProcess: { meanStepMs: s(900), sigma: 0.1, reversion: 0.1 },
        interruptions: { hourlyByBand: [0.4, 0.4, 0.4, 0.4, 0.4, 0.4], early: null },
      },
    ),
    overheadMicroUsdPerHour: 3600,
    seed,
  });
  const retry = { attempts: 10, evaluateOnExit: [] };
  const definitions = [{ name: "", retry, timeoutMs: Number.NaN, checkpointMs: s(600) }];
  const workload = { ...story.workload, definitions };
  const { ledger } = simulate({ ...story, workload });
  const label = { name: "run", role: "strategy", description: "" } as const;
  const summary = summariseRun(label, ledger, workload, BILLING, [{ vcpu: 0.5, memory: 0.5, gpu: 0 }]);
  return { ...story, workload, ledger, summary };
}

/** Price x time of each pool, change by change, rounded once; of refunded instances apart. */
function reckon({ instances, prices, tables }: Ledger) {
  const charged = tables.pools.map(() => 0n);
  const refunded = tables.pools.map(() => 0n);
  const beside = tables.pools.map(() => 0n);
  for (let i = 0; i < instances.length; i++) {
    const index = instances.pool.data[i]!;
    const [from, until] = [instances.runningMs.data[i]!, instances.endedMs.data[i]!];
    if (Number.isNaN(from)) continue;
    let price = tables.pools[index]!.priceMicroUsdPerHour;
    let at = from;
    let cost = 0n;
    for (let row = 0; row < prices.length; row++) {
      if (prices.pool.data[row] !== index || prices.timeMs.data[row]! >= until) continue;
      const changeMs = Math.max(from, prices.timeMs.data[row]!);
      cost += BigInt(price) * BigInt(changeMs - at);
      [at, price] = [changeMs, prices.value.data[row]!];
    }
    const end = Math.max(until, from + s(60));
    cost += BigInt(price) * BigInt(end - at);
    const taken = instances.endCause.data[i] === 1 && until - from < HOUR_MS;
    if (taken) refunded[index]! += cost;
    else charged[index]! += cost;
    beside[index]! += 3600n * BigInt(end - from);
  }
  const total = (amounts: readonly bigint[]) =>
    amounts.reduce((sum, amount) => sum + Number((amount + BigInt(HOUR_MS / 2)) / BigInt(HOUR_MS)), 0);
  return { charged: total(charged) + total(beside), refunded: total(refunded) };
}

describe("a run on a spot market that moves and takes", () => {
  const runs = [1, 2, 3, 4].map(run);

  it("has the market that the other cases are about", () => {
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    expect(Math.min(...runs.map(({ ledger }) => ledger.prices.length))).toBeGreaterThan(10);
    expect(sum(runs.map(({ summary }) => summary.spot.interruptions))).toBeGreaterThan(8);
    expect(sum(runs.map(({ summary }) => summary.spot.refundedMicroUsd))).toBeGreaterThan(0);
    expect(sum(runs.map(({ summary }) => summary.spot.reworkMicroUsd))).toBeGreaterThan(0);
    for (const { summary } of runs) expect(summary.jobs.succeeded).toBe(60);
  });

  it("costs what an independent reckoning gives", () => {
    for (const { ledger, summary } of runs) {
      const { charged, refunded } = reckon(ledger);
      expect(summary.cost.totalMicroUsd).toBe(charged);
      expect(summary.spot.refundedMicroUsd).toBe(refunded);
    }
  });

  it("costs, with its refunds, no less than the floor at the lowest prices", () => {
    for (const { ledger, summary, tables, workload, profiles } of runs) {
      const lowest = new LowestPrices();
      lowest.add(ledger);
      const pools = tables.pools.map((each) => lowest.applyTo(each));
      const floor = costFloor(demandOf(workload, profiles), pools, tables.instanceTypes, 3600, "spot");
      expect(floor.microUsd).toBeGreaterThan(0);
      // Two amounts of each pool may have been rounded down by half a micro-USD.
      expect(summary.cost.totalMicroUsd + summary.spot.refundedMicroUsd + 3).toBeGreaterThanOrEqual(floor.microUsd);
    }
  });

  it("has a rework of whole attempts less what was saved", () => {
    for (const { ledger, summary } of runs) {
      let lostMs = 0;
      for (let row = 0; row < ledger.attempts.length; row++) {
        if (ledger.attempts.outcome[row] === 0) continue;
        const ranMs = ledger.attempts.endedMs[row]! - ledger.attempts.startedMs[row]!;
        if (!Number.isNaN(ranMs)) lostMs += ranMs - Math.floor(ranMs / s(600)) * s(600);
      }
      expect(summary.spot.reworkVcpuHours).toBeCloseTo(lostMs / HOUR_MS, 2);
    }
  });
});
