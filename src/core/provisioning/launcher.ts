// Launches as actions, each with its reason in the ledger, within the pace of a decision.

import type { ActionBuffer } from "../../model/action.js";
import type { DecisionRecorder, LaunchReason } from "../../model/decision.js";
import { NONE } from "../../model/tables.js";
import type { Cluster } from "../state/cluster.js";
import { requestInstance } from "../state/transition.js";
import type { PlannedLaunch } from "./plan.js";

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

  /** A launch for waiting jobs. */
  launch(environment: number, planned: PlannedLaunch, nowMs: number, actions: ActionBuffer): void {
    const { candidate, copies, jobsPerCopy, priceOverWorth, runnerUp } = planned;
    this.launchesLeft -= copies;
    const row = this.record.launch(
      "pending-demand",
      nowMs,
      environment,
      candidate.pool,
      copies,
      this.cluster.pending.total,
      jobsPerCopy,
      this.cluster.environments[environment]!.inFlight,
      priceOverWorth,
      runnerUp === null ? NONE : runnerUp.candidate.pool,
      runnerUp === null ? Number.NaN : runnerUp.priceOverWorth,
    );
    const { poolsPerLaunch } = this.cluster.tables.strategy.spot;
    const pools = [candidate, ...(planned.alternatives ?? [])]
      .flatMap((choice) => choice.pools)
      .slice(0, poolsPerLaunch);
    this.request(environment, pools, copies, row, nowMs, actions);
  }

  /** A launch that waiting jobs did not cause, and that no price was weighed for. The caller counts it against the pace, or not. */
  launchUnweighed(
    reason: LaunchReason,
    environment: number,
    pool: number,
    copies: number,
    nowMs: number,
    actions: ActionBuffer,
  ): void {
    const { pending, environments } = this.cluster;
    const inFlight = environments[environment]!.inFlight;
    const unweighed = Number.NaN;
    const row = this.record.launch(
      reason,
      nowMs,
      environment,
      pool,
      copies,
      pending.total,
      0,
      inFlight,
      unweighed,
      NONE,
      unweighed,
    );
    this.request(environment, [pool], copies, row, nowMs, actions);
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
    for (let copy = 0; copy < copies; copy++) {
      const instance = requestInstance(this.cluster, environment, pool);
      actions.pushLaunch(instance, pool, environment, reason, nowMs, set);
    }
  }
}
