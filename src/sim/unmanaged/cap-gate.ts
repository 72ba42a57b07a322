// The gate of live mode in its simulation: the rules about what may be there, cost and change. The others are about failures of
// AWS, of the network and of people, which a simulated account does not have.

import { assert } from "../../base/assert.js";
import {
  type CapUse,
  LAUNCH_WINDOW_MS,
  LEAST_AGE_MS,
  leftByAll,
  type WantedLaunch,
  withLaunch,
} from "../../engine/launch-caps.js";
import { Spending } from "../../engine/spending.js";
import type { LiveCaps } from "../../model/live-settings.js";
import { NONE, type SystemTables } from "../../model/tables.js";
import type { SimulatedAccount } from "./account.js";

/** EC2 tells the times of launches to the second. */
const LAUNCH_TIME_MS = 1_000;

export class CapGate {
  private readonly caps: LiveCaps;
  private readonly tables: Pick<SystemTables, "pools" | "instanceTypes" | "strategy">;
  private readonly account: SimulatedAccount;
  private readonly prices: Float64Array;
  /** Epoch ms of the run's time 0. */
  private readonly originMs: number;
  private readonly spending = new Spending();
  /** Hosts that are not known to have gone. */
  private readonly hosts = new Set<number>();
  private hostsSeen = 0;
  /** When hosts of the last ten minutes were launched, and in which tick, in order. */
  private launched: { readonly atMs: number; readonly tickMs: number }[] = [];
  private use: CapUse | null = null;

  /** `prices`: of pools, micro-USD per hour, as they were last read; they may change. */
  constructor(
    caps: LiveCaps,
    tables: Pick<SystemTables, "pools" | "instanceTypes" | "strategy">,
    account: SimulatedAccount,
    prices: Float64Array,
    originMs: number,
  ) {
    this.caps = caps;
    this.tables = tables;
    this.account = account;
    this.prices = prices;
    this.originMs = originMs;
  }

  /** Counts what is there at a tick; again before the launches of every decision. */
  look(nowMs: number): void {
    const { account, prices } = this;
    for (; this.hostsSeen < account.hostCount; this.hostsSeen++) this.hosts.add(this.hostsSeen);
    let vcpuMilli = 0;
    let microUsdPerHour = 0;
    const spenders = [];
    for (const host of this.hosts) {
      const { pool, goneMs, launchedMs } = account.host(host);
      if (pool === NONE || !Number.isNaN(goneMs)) {
        this.hosts.delete(host);
        continue;
      }
      vcpuMilli += this.vcpuMilliOf(pool);
      microUsdPerHour += prices[pool]!;
      spenders.push({ key: host, microUsdPerHour: prices[pool]!, launchTimeMs: this.launchTimeMs(launchedMs) });
    }
    this.spending.look(spenders, this.originMs + nowMs);
    this.launched = this.launched.filter(({ atMs }) => atMs > nowMs - LAUNCH_WINDOW_MS);
    this.use = {
      ...{ instances: this.hosts.size, vcpuMilli, microUsdPerHour },
      spentTodayMicroUsd: this.spending.state.microUsd,
      launchedThisTick: this.launched.filter(({ tickMs }) => tickMs === nowMs).length,
      launchedLately: this.launched.length,
    };
  }

  /** How many instances of a launch may go, after those that were allowed since the look. */
  allow(pools: readonly number[], instances: number): number {
    assert(this.use !== null, "the gate has not looked");
    const wanted: WantedLaunch = {
      instances,
      vcpuMilli: pools.reduce((most, pool) => Math.max(most, this.vcpuMilliOf(pool)), 0),
      microUsdPerHour: pools.reduce((most, pool) => Math.max(most, this.prices[pool]!), 0),
    };
    const allowed = leftByAll(wanted, this.use, this.caps, Math.max(1, this.tables.strategy.decisionIntervalMs));
    this.use = withLaunch(this.use, wanted, allowed);
    return allowed;
  }

  /** One that was allowed was granted, too. */
  granted(nowMs: number): void {
    this.launched.push({ atMs: nowMs, tickMs: nowMs });
  }

  /** Whether a host is old enough to be ended. */
  mayEnd(host: number, nowMs: number): boolean {
    return this.originMs + nowMs - this.launchTimeMs(this.account.host(host).launchedMs) >= LEAST_AGE_MS;
  }

  private launchTimeMs(launchedMs: number): number {
    return Math.floor((this.originMs + launchedMs) / LAUNCH_TIME_MS) * LAUNCH_TIME_MS;
  }

  private vcpuMilliOf(pool: number): number {
    return this.tables.instanceTypes[this.tables.pools[pool]!.instanceType]!.vcpuMilli;
  }
}
