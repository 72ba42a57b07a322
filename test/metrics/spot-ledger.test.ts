// The spot ledger of a run written by hand: two instances taken, one in its first hour, one lost with its host, launches
// refused, a checkpoint. One instance type of 4 vCPUs and 16 GiB, half of its price for either.

import { describe, expect, it } from "vitest";
import { LowestPrices } from "../../src/metrics/floor.js";
import { summariseRun } from "../../src/metrics/summary.js";
import { EventKind } from "../../src/model/event.js";
import type { Pool } from "../../src/model/instance-type.js";
import { EndCause, RefusalReason } from "../../src/model/market.js";
import { NONE } from "../../src/model/tables.js";
import { job, jobs, pool, s, shape } from "../builders.js";
import { EXITED_3, HOST_LOST, SUCCEEDED, WrittenLedger } from "../ledger/written-ledger.js";

const quarter = shape(1, 4);
const whole = shape(4, 16);
/** 1000, 500 and 250 micro-USD per second. */
const POOLS: readonly Pool[] = [pool(0, 3.6), pool(0, 1.8, "spot"), { ...pool(0, 0.9, "spot"), zone: "use1-az2" }];

function summarise({ ledger, workload }: WrittenLedger) {
  const billing = { minimumMs: s(60), rootVolumeMicroUsdPerHour: 0, publicIpv4MicroUsdPerHour: 0 };
  const label = { name: "run", role: "strategy", description: "" } as const;
  return summariseRun(label, ledger, workload, billing, [{ vcpu: 0.5, memory: 0.5, gpu: 0 }]);
}

/** Launches an instance that runs in a pool from a time on. */
function launch(it0: WrittenLedger, index: number, seconds: number): void {
  const instance = it0.ledger.instances.length;
  it0.launch(1, s(seconds)).ledger.instanceRunning(instance, index, s(seconds));
}

/**
 * Job 0 ("a") on instance 0 (pool 1) from 0, taken with it at 2 h; again on instance 3 from 2 h to 2 h 30.
 * Job 1 ("b", 4 vCPUs) on instance 1 (pool 2), container from 600 s, taken with it at 1800 s; from 2 h on instance 2 (pool 1),
 * whose host fails at 3 h when 30 min were saved; from 3 h to 4 h on instance 4, on-demand.
 * Job 2 ("a") on instance 3 (pool 2): exits with 3, then succeeds.
 */
function story(originMs: number): WrittenLedger {
  const rows = [job(0, 1, quarter, { name: "a" }), job(0, 1, whole, { name: "b" }), job(0, 1, quarter, { name: "a" })];
  const it0 = new WrittenLedger(rows, { originMs }, POOLS);
  const { ledger } = it0;
  launch(it0, 1, 0);
  launch(it0, 2, 0);
  it0.place(0, 0, 0).place(1, 0, 1);
  it0.end(1, s(1800), s(600), HOST_LOST, 1).retry(1, s(1800));
  ledger.loseInstance(1, s(1800), EndCause.Reclaimed);
  ledger.refusals.add(2, s(3700), RefusalReason.Capacity);
  ledger.refusals.add(1, s(3700), RefusalReason.Quota);
  it0.end(0, s(7200), 0, HOST_LOST, 0).retry(0, s(7200));
  ledger.loseInstance(0, s(7200), EndCause.Reclaimed);
  launch(it0, 1, 7200);
  launch(it0, 2, 7200);
  it0.place(1, s(7200), 2).place(2, s(7200), 3).place(0, s(7200), 3);
  it0.end(2, s(7300), s(7200), EXITED_3, 3).retry(2, s(7300)).place(2, s(7300), 3);
  it0.end(2, s(7400), s(7300), SUCCEEDED, 3).end(0, s(9000), s(7200), SUCCEEDED, 3);
  ledger.endInstance(3, s(9000), NONE);
  ledger.saveWork(1, s(1800));
  it0.end(1, s(10_800), s(7200), HOST_LOST, 2).retry(1, s(10_800));
  ledger.loseInstance(2, s(10_800), EndCause.HostFailed);
  launch(it0, 0, 10_800);
  it0.place(1, s(10_800), 4).end(1, s(14_400), s(10_800), SUCCEEDED, 4);
  ledger.endInstance(4, s(14_400), NONE);
  it0.launch(1, s(14_400)); // and never runs:
  ledger.instances.runningMs.data[5] = Number.NaN;
  ledger.instances.registeredMs.data[5] = Number.NaN;
  ledger.recordEvent(EventKind.LaunchRefused, s(14_400), 5, 0);
  ledger.refusals.add(2, s(90_000), RefusalReason.Capacity); // 25 h
  return it0;
}

const QUIET_HOUR = { interruptions: 0, refusals: 0, reworkVcpuHours: 0, reworkMicroUsd: 0 };

describe("the spot ledger", () => {
  const run = summarise(story(0));

  it("counts what was taken, lost and refused", () => {
    expect(run.spot).toMatchObject({ interruptions: 2, hostFailures: 1, launchesRefused: 1 });
    expect(run.spot.refusals).toEqual([
      { reason: "no capacity", refusals: 2 },
      { reason: "vCPU quota", refusals: 1 },
    ]);
  });

  it("has the work that was lost: what was saved is not, and nothing is paid for in a refunded hour", () => {
    // Job 0: 2 h x 1 vCPU, a quarter of 7200 x 500. Job 1: 1200 s x 4 vCPUs for nothing; 1800 s of 3600 x 4 vCPUs, 1800 x 500.
    expect(run.spot).toMatchObject({ reworkVcpuHours: 5.333, reworkMicroUsd: 900_000 + 900_000 });
    // Refunded: 1800 x 250.
    expect(run.spot.refundedMicroUsd).toBe(450_000);
    // The exit after 100 s on instance 3 is rework of the bill too: a quarter of 100 x 250.
    const rework = run.cost.byCategory.find((row) => row.category === "rework")!.microUsd;
    expect(rework).toBe(1_800_000 + 6250);
  });

  it("sets spot beside the same time on-demand", () => {
    // Pool 1: 2 h + 1 h at 500; pool 2: 30 min at 250 beside 30 min refunded. On-demand 4 h x 3600 x 1000.
    expect(run.spot.savings).toEqual({ spotMicroUsd: 5_400_000 + 450_000, onDemandMicroUsd: 14_400_000 });
    // And 1 h on-demand.
    expect(run.cost.totalMicroUsd).toBe(5_850_000 + 3_600_000);
  });

  it("is divided by pool, job name and hour", () => {
    const type = { instanceType: "m", market: "spot", instances: 2 };
    expect(run.spot.byPool).toEqual([
      {
        ...{ ...type, zone: "use1-az1", instanceHours: 3, microUsd: 5_400_000, interruptions: 1, refusals: 1 },
        ...{ reworkVcpuHours: 4, reworkMicroUsd: 1_800_000 },
      },
      {
        ...{ ...type, zone: "use1-az2", instanceHours: 1, microUsd: 450_000, interruptions: 1, refusals: 2 },
        ...{ reworkVcpuHours: 1.333, reworkMicroUsd: 0 },
      },
    ]);
    expect(run.spot.byJobName).toEqual([
      { queue: "main", name: "b", attemptsLost: 2, reworkVcpuHours: 3.333, reworkMicroUsd: 900_000 },
      { queue: "main", name: "a", attemptsLost: 1, reworkVcpuHours: 2, reworkMicroUsd: 900_000 },
    ]);
    const hours = [
      { ...QUIET_HOUR, interruptions: 1, reworkVcpuHours: 1.333 },
      { ...QUIET_HOUR, refusals: 3 }, // 01:01:40 twice, and 01:00 of the next day
      { ...QUIET_HOUR, interruptions: 1, reworkVcpuHours: 2, reworkMicroUsd: 900_000 },
      { ...QUIET_HOUR, reworkVcpuHours: 2, reworkMicroUsd: 900_000 },
    ];
    expect(run.spot.byHour).toEqual([...hours, ...Array.from({ length: 20 }, () => QUIET_HOUR)]);
    // In a trace that begins at 23:30 UTC the first of them is that of 00:00 (23:30 + 30 min), and so on.
    const dated = summarise(story(Date.UTC(2026, 0, 5, 23, 30))).spot.byHour;
    expect(dated[0]).toEqual({ ...QUIET_HOUR, interruptions: 1, refusals: 3, reworkVcpuHours: 1.333 });
    expect(dated[1]).toEqual({ ...QUIET_HOUR, interruptions: 1, reworkVcpuHours: 2, reworkMicroUsd: 900_000 });
    expect(dated[2]).toEqual({ ...QUIET_HOUR, reworkVcpuHours: 2, reworkMicroUsd: 900_000 });
  });

  it("tells what attempts were tried again for", () => {
    expect(run.spot.retries).toEqual([
      { outcome: "exited", attempts: 1 },
      { outcome: "host-terminated", attempts: 3 },
    ]);
  });

  it("is nearly empty where nothing happened", () => {
    const write = (pools: readonly Pool[]) => {
      const it0 = new WrittenLedger([job(0, 1, quarter)], {}, pools).launch(1);
      return summarise(it0.place(0, 0, 0).end(0, s(3600), 0, SUCCEEDED, 0).close(s(3600))).spot;
    };
    const nothing = {
      ...{ interruptions: 0, hostFailures: 0, launchesRefused: 0, refusals: [], refundedMicroUsd: 0 },
      ...{ reworkVcpuHours: 0, reworkMicroUsd: 0, savings: null, byPool: [], byJobName: [], byHour: [], retries: [] },
    };
    expect(write([pool(0, 3.6)])).toEqual(nothing);
    const row = { instanceType: "m", zone: "use1-az1", market: "spot", instances: 1, instanceHours: 1 };
    const used = { ...row, microUsd: 900_000, interruptions: 0, refusals: 0, reworkVcpuHours: 0, reworkMicroUsd: 0 };
    // What it saved is not known where nothing tells the on-demand price.
    expect(write([pool(0, 0.9, "spot")])).toEqual({ ...nothing, byPool: [used] });
    const savings = { spotMicroUsd: 900_000, onDemandMicroUsd: 3_600_000 };
    expect(write([pool(0, 0.9, "spot"), pool(0, 3.6)])).toEqual({ ...nothing, savings, byPool: [used] });
  });

  it("names fifty, and sums the others", () => {
    // 52 jobs, each with a name and an instance in a pool of its own, all taken after 1 to 52 hours.
    const pools = Array.from({ length: 52 }, (_, i): Pool => ({ ...pool(0, 3.6, "spot"), zone: `z${i}` }));
    const it0 = new WrittenLedger(
      Array.from({ length: 52 }, (_, i) => job(0, 1, whole, { name: `n${i}` })),
      {},
      pools,
    );
    for (let i = 0; i < 52; i++) {
      launch(it0, i, 0);
      it0.place(i, 0, i).end(i, s(3600 * (i + 1)), 0, HOST_LOST, i);
      it0.ledger.loseInstance(i, s(3600 * (i + 1)), EndCause.Reclaimed);
    }
    const { byPool, byJobName, reworkMicroUsd } = summarise(it0).spot;
    expect([byPool.length, byJobName.length]).toEqual([51, 51]);
    expect(byPool[0]).toMatchObject({ zone: "z51", instanceHours: 52, reworkVcpuHours: 208 });
    // The last two: 1 h and 2 h of 4 vCPUs at 3.60.
    const rest = { reworkVcpuHours: 12, reworkMicroUsd: 10_800_000 };
    expect(byPool[50]).toEqual({
      ...{ instanceType: null, zone: null, market: null, instances: 2, instanceHours: 3, microUsd: 10_800_000 },
      ...{ interruptions: 2, refusals: 0, ...rest },
    });
    expect(byJobName[50]).toEqual({ queue: null, name: null, attemptsLost: 2, ...rest });
    expect(reworkMicroUsd).toBe(((52 * 53) / 2) * 3_600_000);
  });

  it("counts every node of a job that is lost", () => {
    const it0 = new WrittenLedger([job(0, 1, whole, { nodes: 2 })], {}, POOLS);
    launch(it0, 1, 0);
    launch(it0, 1, 0);
    it0.place(0, 0, 0, 1).end(0, s(7200), 0, HOST_LOST, 0, 1).retry(0, s(7200));
    it0.ledger.loseInstance(0, s(7200), EndCause.Reclaimed);
    it0.place(0, s(7200), 1, 0).end(0, s(7300), s(7200), SUCCEEDED, 1, 0);
    it0.ledger.endInstance(1, s(7300), NONE);
    const { spot } = summarise(it0);
    // 2 x 2 h x 4 vCPUs. The first instance cost 7200 x 500, the second as much in that time.
    expect(spot).toMatchObject({ reworkVcpuHours: 16, reworkMicroUsd: 7_200_000, interruptions: 1 });
    expect(spot.byJobName[0]).toMatchObject({ attemptsLost: 2 });
    expect(spot.retries).toEqual([{ outcome: "host-terminated", attempts: 1 }]);
  });

  it("has no rework where no container ran", () => {
    const it0 = new WrittenLedger(jobs(1, job(0, 1, whole)), {}, POOLS);
    launch(it0, 1, 0);
    it0.place(0, 0, 0).end(0, s(90), Number.NaN, HOST_LOST, 0);
    it0.ledger.loseInstance(0, s(90), EndCause.HostFailed);
    const { spot } = summarise(it0);
    expect(spot).toMatchObject({ hostFailures: 1, interruptions: 0, reworkVcpuHours: 0, retries: [] });
    expect(spot.byJobName).toEqual([
      { queue: "main", name: "job", attemptsLost: 1, reworkVcpuHours: 0, reworkMicroUsd: 0 },
    ]);
  });
});

describe("the lowest prices of several runs", () => {
  it("are those that held in any of them", () => {
    const priced = (...changes: readonly (readonly [number, number, number])[]) => {
      const it0 = new WrittenLedger([], {}, POOLS);
      for (const [index, seconds, price] of changes) it0.ledger.prices.add(index, s(seconds), price);
      return it0.ledger;
    };
    const lowest = new LowestPrices();
    const prices = () => POOLS.map((each) => lowest.applyTo({ ...each }).priceMicroUsdPerHour);
    expect(prices()).toEqual([3_600_000, 1_800_000, 900_000]);
    lowest.add(priced([1, 5, 2_000_000], [2, 0, 1_000_000]));
    // The second pool's change came at the very start: 900,000 never held.
    expect(prices()).toEqual([3_600_000, 1_800_000, 1_000_000]);
    lowest.add(priced([1, 5, 1_500_000], [2, 0, 1_200_000]));
    expect(prices()).toEqual([3_600_000, 1_500_000, 1_000_000]);
  });
});
