// One decision: place what fits, cancel what has blocked its queue for too long, buy for what does not fit, end what is idle. The order matters: a job that can run now must
// neither cause a launch nor lose its instance.

import { type ActionBuffer, ActionKind } from "../model/action.js";
import type { DecisionRecorder } from "../model/decision.js";
import { NONE, type SystemTables } from "../model/tables.js";
import { makePlacement } from "./policies.js";
import { Buyer } from "./provisioning/buyer.js";
import { prepareCandidates } from "./provisioning/candidates.js";
import { Placer } from "./queue/placer.js";
import { TimeLimits } from "./queue/time-limits.js";
import { endIdleInstances, idleDelayOf } from "./scaledown/idle.js";
import { Cluster, IdleQueue } from "./state/cluster.js";
import { Instances } from "./state/instances.js";
import { terminateInstance } from "./state/transition.js";

export class Decider {
  readonly cluster: Cluster;
  readonly placer: Placer;
  private readonly buyer: Buyer;
  private readonly timeLimits: TimeLimits;
  private readonly record: DecisionRecorder;
  /** Instances that EC2 has recommended to move away from since the last decision. */
  private readonly rebalanced: number[] = [];
  private wakeAtMs = Number.POSITIVE_INFINITY;

  /** `record` takes the reasons of launches and terminations; `expectedJobs` only sizes the state. */
  constructor(tables: SystemTables, record: DecisionRecorder, expectedJobs: number) {
    const instances = new Instances();
    const candidates = tables.environments.map((environment) => prepareCandidates(environment, tables));
    const environments = candidates.map((offered, index) => ({
      vcpuMilli: 0,
      instances: 0,
      inFlight: 0,
      inFlightByType: new Int32Array(tables.instanceTypes.length),
      refusedLaunches: 0,
      placement: makePlacement(instances, offered, tables, tables.environments[index]!),
      keepsIdle: tables.environments[index]!.fixedFleet === null || tables.classes.some(({ nodes }) => nodes > 1),
      idle: new IdleQueue(),
    }));
    this.cluster = new Cluster(tables, instances, environments, expectedJobs);
    this.placer = new Placer(this.cluster);
    this.buyer = new Buyer(this.cluster, this.placer, candidates, record);
    this.timeLimits = new TimeLimits(this.cluster, this.placer, record);
    this.record = record;
  }

  /** EC2 expects to take an instance back. */
  rebalanceRecommended(instance: number): void {
    this.rebalanced.push(instance);
  }

  /** Appends the actions due at `nowMs` to `actions`. */
  decide(nowMs: number, actions: ActionBuffer): void {
    this.wakeAtMs = Number.POSITIVE_INFINITY;
    if (this.cluster.pending.total > 0) this.placer.placeWaiting(nowMs, actions);
    if (this.timeLimits.any) this.wakeAtMs = this.timeLimits.enforce(nowMs, actions);
    if (this.buyer.buy(nowMs, actions)) this.wakeNextDecision(nowMs);
    this.endIdle(nowMs, actions);
    if (this.wakeAtMs < Number.POSITIVE_INFINITY) {
      actions.push(ActionKind.WakeAt, NONE, NONE, NONE, NONE, this.wakeAtMs);
    }
  }

  private endIdle(nowMs: number, actions: ActionBuffer): void {
    const { cluster } = this;
    for (let index = 0; index < cluster.environments.length; index++) {
      if (cluster.tables.environments[index]!.fixedFleet !== null || cluster.environments[index]!.idle.isEmpty)
        continue;
      let ended = false;
      const wakeAtMs = endIdleInstances(cluster, index, nowMs, (instance) => {
        this.terminate(instance, index, nowMs, actions);
        ended = true;
      });
      this.wakeAtMs = Math.min(this.wakeAtMs, wakeAtMs);
      // The room that they took from maxvCpus may be what waiting jobs lacked.
      if (ended && cluster.pending.total > 0) this.wakeNextDecision(nowMs);
    }
  }

  private terminate(instance: number, environment: number, nowMs: number, actions: ActionBuffer): void {
    const { cluster } = this;
    const idleSinceMs = cluster.instances.idleSinceMs[instance]!;
    terminateInstance(cluster, instance);
    const idleDelayMs = idleDelayOf(cluster, instance);
    const remaining = cluster.environments[environment]!.vcpuMilli;
    const row = this.record.terminate("idle", nowMs, instance, idleSinceMs, idleDelayMs, remaining);
    actions.push(ActionKind.Terminate, instance, NONE, NONE, row, nowMs);
  }

  private wakeNextDecision(nowMs: number): void {
    const interval = Math.max(1, this.cluster.tables.strategy.decisionIntervalMs);
    this.wakeAtMs = Math.min(this.wakeAtMs, nowMs + interval);
  }
}
