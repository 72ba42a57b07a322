// Launches as actions, each with its reason in the ledger, within the pace of a decision.

import type { ActionBuffer } from "../../model/action.js";
import type { DecisionRecorder, LaunchReason } from "../../model/decision.js";
import { NONE } from "../../model/tables.js";
import type { Cluster } from "../state/cluster.js";
import { requestInstance } from "../state/instance-transition.js";
import type { Purchase } from "./queue-plan.js";

export class Launcher {
  /** Instances that this decision may still ask for. */
  launchesLeft = 0;
  private readonly cluster: Cluster;
  private readonly record: DecisionRecorder;

  constructor(cluster: Cluster, record: DecisionRecorder) {
    this.cluster = cluster;
    this.record = record;
  }

  begin(): void {
    this.launchesLeft = this.cluster.tables.strategy.maxLaunchesPerDecision;
  }

  /**
   * A launch for waiting jobs; where the fleet is to be spread over pools, perhaps several, or none. Returns how many
   * instances are asked for.
   */
  launch({ environment, reason, launch, pools, poolsInAll }: Purchase, nowMs: number, actions: ActionBuffer): number {
    const { jobsPerCopy, priceOverWorth, runnerUp, copies } = launch;
    let launched = 0;
    for (const group of this.divide(pools, poolsInAll, copies)) {
      this.launchesLeft -= group.copies;
      const row = this.record.launch(
        reason,
        nowMs,
        environment,
        group.pools[0]!,
        group.copies,
        this.cluster.pending.total,
        jobsPerCopy,
        this.cluster.environments[environment]!.inFlight,
        priceOverWorth,
        runnerUp === null ? NONE : runnerUp.candidate.pool,
        runnerUp === null ? Number.NaN : runnerUp.priceOverWorth,
      );
      if (launch.gap !== undefined) this.record.optimised(row, launch.gap);
      this.request(environment, group.pools, group.copies, row, nowMs, actions);
      launched += group.copies;
    }
    return launched;
  }

  private divide(pools: readonly number[], poolsInAll: number, copies: number) {
    const { spotFleet, tables } = this.cluster;
    const { poolsPerLaunch } = tables.strategy.spot;
    const groups =
      spotFleet === null
        ? [{ pools, copies }]
        : spotFleet.divide(pools, poolsInAll, copies, (pool) => this.vcpuMilliOf(pool));
    return groups.map((group) => ({ pools: group.pools.slice(0, poolsPerLaunch), copies: group.copies }));
  }

  /**
   * A launch that waiting jobs did not cause, and that no price was weighed for, from any of `pools` (the best first; of so
   * many in all). Returns how many instances are asked for; the caller counts them against the pace, or not.
   */
  launchUnweighed(
    reason: LaunchReason,
    environment: number,
    pools: readonly number[],
    poolsInAll: number,
    copies: number,
    nowMs: number,
    actions: ActionBuffer,
  ): number {
    const { pending, environments } = this.cluster;
    const unweighed = Number.NaN;
    let launched = 0;
    for (const group of this.divide(pools, poolsInAll, copies)) {
      const row = this.record.launch(
        reason,
        nowMs,
        environment,
        group.pools[0]!,
        group.copies,
        pending.total,
        0,
        environments[environment]!.inFlight,
        unweighed,
        NONE,
        unweighed,
      );
      this.request(environment, group.pools, group.copies, row, nowMs, actions);
      launched += group.copies;
    }
    return launched;
  }

  private request(
    environment: number,
    pools: readonly number[],
    copies: number,
    reason: number,
    nowMs: number,
    actions: ActionBuffer,
  ): void {
    const pool = pools[0]!;
    const set = pools.length === 1 ? NONE : actions.addSet(pools);
    const reserved = pools.length === 1 ? 0 : this.largest(pools) - this.vcpuMilliOf(pool);
    for (let copy = 0; copy < copies; copy++) {
      const instance = requestInstance(this.cluster, environment, pool, reserved);
      actions.pushLaunch(instance, pool, environment, reason, nowMs, set);
    }
  }

  private largest(pools: readonly number[]): number {
    return pools.reduce((most, pool) => Math.max(most, this.vcpuMilliOf(pool)), 0);
  }

  private vcpuMilliOf(pool: number): number {
    const { pools, instanceTypes } = this.cluster.tables;
    return instanceTypes[pools[pool]!.instanceType]!.vcpuMilli;
  }
}
