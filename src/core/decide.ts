// One decision: place what fits, cancel what has blocked its queue for too long, buy for what does not fit, end what is idle. The order matters: a job that can run now must
// neither cause a launch nor lose its instance.

import { assert } from "../base/assert.js";
import { type ActionBuffer, ActionKind } from "../model/action.js";
import type { DecisionRecorder } from "../model/decision.js";
import { mostClasses, NONE, type SystemTables } from "../model/tables.js";
import { Outlook } from "./knowledge/outlook.js";
import { placementOnMarket } from "./placement/on-market.js";
import { Prolonging } from "./placement/prolonging.js";
import { TailAwareIndex } from "./placement/tail-aware.js";
import { makePlacement } from "./policies.js";
import { Buyer } from "./provisioning/buyer.js";
import type { Candidates } from "./provisioning/candidates.js";
import { Escalations } from "./provisioning/escalations.js";
import { prepareCandidates } from "./provisioning/live-candidates.js";
import { escalates, mayBuyOnDemand } from "./provisioning/sources.js";
import { SpareUnits } from "./provisioning/spare-units.js";
import { Placer } from "./queue/placer.js";
import { TimeLimits } from "./queue/time-limits.js";
import { Consolidation } from "./scaledown/consolidate.js";
import { SoftCordon } from "./scaledown/cordon.js";
import { endIdleInstances, idleDelayOf } from "./scaledown/idle.js";
import { Pace } from "./scaledown/pace.js";
import { makeScaleDown, type ScaleDown } from "./scaledown/scale-down.js";
import { Cluster, IdleQueue } from "./state/cluster.js";
import { drainInstance, terminateInstance } from "./state/instance-transition.js";
import { InstanceStatus, Instances } from "./state/instances.js";
import { assertMayJoin } from "./state/new-class.js";

export class Decider {
  readonly cluster: Cluster;
  readonly placer: Placer;
  /** Null: no job is ever urgent. */
  readonly escalations: Escalations | null;
  /** Null: no headroom is kept. */
  readonly spare: SpareUnits | null;
  private readonly buyer: Buyer;
  private readonly timeLimits: TimeLimits;
  /** Per environment: its rules of scale-down; null where the idle delay is the only one. */
  private readonly scaleDown: readonly (ScaleDown | null)[];
  private readonly paces: readonly Pace[];
  private readonly record: DecisionRecorder;
  private readonly cordon: SoftCordon | null;
  private readonly consolidation: Consolidation | null;
  /** False: AWS Batch places jobs, and cancels those that block a queue for too long. */
  private readonly places: boolean;
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
      onDemandInFlightByType: mayBuyOnDemand(tables, index) ? new Int32Array(tables.instanceTypes.length) : null,
      draining: 0,
      refusedLaunches: 0,
      placement: makePlacement(instances, offered, tables, tables.environments[index]!),
      keepsIdle: tables.environments[index]!.fixedFleet === null || tables.classes.some(({ nodes }) => nodes > 1),
      idle: new IdleQueue(),
    }));
    this.cluster = new Cluster(tables, instances, environments, expectedJobs);
    const prolonging = this.lookAhead(candidates, expectedJobs);
    environments.forEach((environment, index) => {
      environment.placement = placementOnMarket(this.cluster, index, environment.placement, () => {
        const another = makePlacement(instances, candidates[index]!, tables, tables.environments[index]!);
        if (another instanceof TailAwareIndex && prolonging.length > 0) another.weighBy(prolonging[index]!);
        return another;
      });
    });
    this.placer = new Placer(this.cluster);
    const buysOnDemand = tables.environments.some((_, index) => mayBuyOnDemand(tables, index));
    this.escalations = buysOnDemand && escalates(tables.strategy.spot) ? new Escalations(this.cluster) : null;
    this.cluster.urgency = this.escalations;
    this.spare = SpareUnits.areKept(tables) ? new SpareUnits(this.cluster) : null;
    this.cluster.spare = this.spare;
    this.buyer = new Buyer(this.cluster, this.placer, candidates, record, this);
    this.timeLimits = new TimeLimits(this.cluster, this.placer, record);
    this.scaleDown = environments.map((_, index) => makeScaleDown(this.cluster, index));
    this.paces = environments.map(() => new Pace(tables.strategy.scaleDown));
    this.record = record;
    const { softCordon, mayKill } = tables.strategy.scaleDown;
    this.places = tables.placedBy !== "batch";
    assert(this.places || (!softCordon && !mayKill), "soft cordon and consolidation need an engine that places");
    this.cordon = softCordon ? new SoftCordon(this.cluster, this.placer, prolonging, record) : null;
    this.consolidation = mayKill ? new Consolidation(this.cluster, prolonging) : null;
  }

  /** Places what fits; an instance that should empty takes jobs again before anything is bought for them. */
  private place(nowMs: number, actions: ActionBuffer): void {
    const { cluster, placer, cordon } = this;
    placer.placeWaiting(nowMs, actions);
    while (cordon !== null && cluster.pending.total > 0 && cordon.giveWay(nowMs, actions)) {
      placer.placeWaiting(nowMs, actions);
    }
  }

  /** An instance that EC2 expects to take back takes no more jobs, where the strategy says so: none, if it still boots. */
  private drainRebalanced(nowMs: number, actions: ActionBuffer): void {
    const { cluster, rebalanced } = this;
    if (rebalanced.length === 0) return;
    let booting = 0;
    for (const instance of rebalanced) {
      const { instances, tables, outlook } = cluster;
      if (tables.strategy.spot.onRebalance !== "drain") continue;
      const status = instances.status(instance);
      if (status === InstanceStatus.Booting) rebalanced[booting++] = instance;
      if (status !== InstanceStatus.Registered) continue;
      drainInstance(cluster, instance);
      const endMs = outlook === null ? Number.NaN : outlook.endMs(instance);
      const row = this.record.drain("rebalance", nowMs, instance, instances.jobs(instance), endMs);
      actions.push(ActionKind.Drain, instance, 1, NONE, row, nowMs);
    }
    rebalanced.length = booting;
  }

  /** Begins to expect ends of instances, where a policy looks at them. Returns, per environment, what longer lives cost. */
  private lookAhead(candidates: readonly Candidates[], expectedJobs: number): readonly Prolonging[] {
    const { cluster } = this;
    const { tables, instances, environments } = cluster;
    const { softCordon, mayKill } = tables.strategy.scaleDown;
    const isAsked = softCordon || mayKill || tables.environments.some(({ placement }) => placement === "tail-aware");
    if (!isAsked) return [];
    const outlook = new Outlook(mostClasses(tables), expectedJobs);
    cluster.outlook = outlook;
    return environments.map(({ placement }, index) => {
      const prices = cluster.market.priceMicroUsdPerHour;
      const prolonging = new Prolonging(outlook, instances, tables, candidates[index]!, prices);
      if (placement instanceof TailAwareIndex) placement.weighBy(prolonging);
      return prolonging;
    });
  }

  /** The tables have a class more, and perhaps its shape and its share. */
  addClass(jobClass: number): void {
    assertMayJoin(this.cluster.tables, jobClass);
    this.cluster.addClass(jobClass);
    this.placer.addClass(jobClass);
    this.buyer.addClass(jobClass);
  }

  /** Whether anybody wants to be told of jobs that come and go. */
  get watchesJobs(): boolean {
    return this.escalations !== null || this.spare !== null;
  }

  /** A job is RUNNABLE, for the first time or again. */
  jobQueued(job: number, jobClass: number, isRetry: boolean, nowMs: number): void {
    if (isRetry) this.escalations?.jobRetried(job, nowMs);
    else {
      this.escalations?.jobSubmitted(job, nowMs);
      this.spare?.jobSubmitted(jobClass);
    }
  }

  attemptEnded(job: number, packedOutcome: number): void {
    this.escalations?.attemptEnded(job, packedOutcome);
  }

  /** EC2 expects to take an instance back. */
  rebalanceRecommended(instance: number): void {
    this.rebalanced.push(instance);
  }

  /** Appends the actions due at `nowMs` to `actions`. */
  decide(nowMs: number, actions: ActionBuffer): void {
    this.wakeAtMs = Number.POSITIVE_INFINITY;
    this.cluster.market.nowMs = nowMs;
    if (this.cluster.outlook !== null) this.cluster.outlook.nowMs = nowMs;
    this.drainRebalanced(nowMs, actions);
    this.cordon?.close(nowMs, actions);
    if (this.places && this.cluster.pending.total > 0) this.place(nowMs, actions);
    if (this.places && this.timeLimits.any) this.wakeAtMs = this.timeLimits.enforce(nowMs, actions);
    this.wakeAtMs = Math.min(this.wakeAtMs, this.buyer.buy(nowMs, actions));
    if (this.consolidation !== null) this.consolidate(nowMs, actions);
    this.endIdle(nowMs, actions);
    if (this.wakeAtMs < Number.POSITIVE_INFINITY) {
      actions.push(ActionKind.WakeAt, NONE, NONE, NONE, NONE, this.wakeAtMs);
    }
  }

  private endIdle(nowMs: number, actions: ActionBuffer): void {
    const { cluster } = this;
    for (let index = 0; index < cluster.environments.length; index++) {
      const scaleDown = this.scaleDown[index]!;
      if (cluster.tables.environments[index]!.fixedFleet !== null) continue;
      if (scaleDown === null && cluster.environments[index]!.idle.isEmpty) continue;
      const pace = this.paces[index]!;
      let ended = false;
      const end = (instance: number) => {
        this.terminate(instance, index, nowMs, actions);
        ended = true;
      };
      const wakeAtMs =
        scaleDown === null ? endIdleInstances(cluster, index, nowMs, pace, end) : scaleDown.endDue(nowMs, pace, end);
      this.wakeAtMs = Math.min(this.wakeAtMs, wakeAtMs);
      // The room that they took from maxvCpus may be what waiting jobs lacked.
      if (ended && cluster.pending.total > 0) this.wakeNextDecision(nowMs);
    }
  }

  private terminate(instance: number, environment: number, nowMs: number, actions: ActionBuffer): void {
    const { cluster } = this;
    const idleSinceMs = cluster.instances.idleSinceMs[instance]!;
    const idleDelayMs = idleDelayOf(cluster, instance);
    terminateInstance(cluster, instance);
    const remaining = cluster.environments[environment]!.vcpuMilli;
    const row = this.record.terminate("idle", nowMs, instance, idleSinceMs, idleDelayMs, remaining);
    actions.push(ActionKind.Terminate, instance, NONE, NONE, row, nowMs);
  }

  /** Ends an instance with its last jobs, where that pays; the driver reports their ends. */
  private consolidate(nowMs: number, actions: ActionBuffer): void {
    const { cluster } = this;
    const instance = this.consolidation!.next();
    if (instance === NONE) return;
    const scaleDown = this.scaleDown[cluster.instances.environment(instance)]!;
    if (scaleDown !== null && !scaleDown.mayEndBusy(instance, nowMs)) return;
    scaleDown?.busyEnded(nowMs);
    terminateInstance(cluster, instance, true);
    const remaining = cluster.environments[cluster.instances.environment(instance)]!.vcpuMilli;
    const row = this.record.terminate("consolidation", nowMs, instance, Number.NaN, Number.NaN, remaining);
    actions.push(ActionKind.Terminate, instance, NONE, NONE, row, nowMs);
  }

  private wakeNextDecision(nowMs: number): void {
    const interval = Math.max(1, this.cluster.tables.strategy.decisionIntervalMs);
    this.wakeAtMs = Math.min(this.wakeAtMs, nowMs + interval);
  }
}
