// One decision: place what fits, buy for what does not, end what is idle. The order matters: a job that can run now must
// neither cause a launch nor lose its instance.

import { type ActionBuffer, ActionKind } from "../model/action.js";
import type { DecisionRecorder, LaunchReason } from "../model/decision.js";
import type { Shape } from "../model/job.js";
import { NONE, type SystemTables } from "../model/tables.js";
import { makePlacement, makeProvisioner } from "./policies.js";
import { type Candidates, prepareCandidates } from "./provisioning/candidates.js";
import { nextForMinimum } from "./provisioning/minimum.js";
import type { PlannedLaunch, Provisioner } from "./provisioning/plan.js";
import { earliestClass } from "./queue/next-class.js";
import { idleInstances } from "./scaledown/idle.js";
import { Cluster, IdleQueue } from "./state/cluster.js";
import { Instances } from "./state/instances.js";
import {
  keepForJobsBehindHead,
  occupy,
  placeHead,
  requestInstance,
  terminateInstance,
  vacate,
} from "./state/transition.js";

export class Decider {
  readonly cluster: Cluster;
  private readonly record: DecisionRecorder;
  private readonly candidates: readonly Candidates[];
  private readonly provisioners: readonly Provisioner[];
  /** Queue indexes, highest priority first. */
  private readonly queueOrder: readonly number[];
  private readonly classesOfQueue: readonly Int32Array[];
  private readonly environmentsOfClass: readonly (readonly number[])[];
  private readonly shapeOfClass: readonly Shape[];
  private readonly blockedAt: Float64Array;
  private stamp = 0;
  private fixedFleetLaunched = false;
  private launchesLeft = 0;
  private wakeAtMs = Number.POSITIVE_INFINITY;
  // Scratch of one decision.
  private readonly unmet: Int32Array;
  private readonly demand: Int32Array;
  private readonly idle: number[] = [];
  private readonly heldInstances: number[] = [];
  private readonly heldClasses: number[] = [];
  private readonly inFlight: readonly Int32Array[];

  constructor(tables: SystemTables, record: DecisionRecorder, expectedJobs: number) {
    const instances = new Instances();
    this.record = record;
    this.candidates = tables.environments.map((environment) => prepareCandidates(environment, tables));
    this.provisioners = this.candidates.map((candidates) => makeProvisioner(candidates, tables));
    const environments = this.candidates.map((candidates) => ({
      vcpuMilli: 0,
      instances: 0,
      inFlight: 0,
      inFlightByType: new Int32Array(tables.instanceTypes.length),
      placement: makePlacement(instances, candidates, tables),
      idle: new IdleQueue(),
    }));
    this.cluster = new Cluster(tables, instances, environments, expectedJobs);
    this.queueOrder = tables.queues
      .map((_, queue) => queue)
      .sort((a, b) => tables.queues[b]!.priority - tables.queues[a]!.priority || a - b);
    this.classesOfQueue = tables.queues.map((_, queue) =>
      Int32Array.from(tables.classes.flatMap((jobClass, index) => (jobClass.queue === queue ? [index] : []))),
    );
    this.environmentsOfClass = tables.classes.map(({ queue }) => tables.queues[queue]!.computeEnvironments);
    this.shapeOfClass = tables.classes.map(({ shape }) => tables.shapes[shape]!);
    this.blockedAt = new Float64Array(tables.classes.length).fill(NONE);
    this.unmet = new Int32Array(tables.classes.length);
    this.demand = new Int32Array(tables.shapes.length);
    this.inFlight = tables.environments.map(() => new Int32Array(tables.instanceTypes.length));
  }

  /** Appends the actions due at `nowMs` to `actions`. */
  decide(nowMs: number, actions: ActionBuffer): void {
    this.stamp++;
    this.launchesLeft = this.cluster.tables.strategy.maxLaunchesPerDecision;
    this.wakeAtMs = Number.POSITIVE_INFINITY;
    if (!this.fixedFleetLaunched) this.launchFixedFleets(nowMs, actions);
    if (this.cluster.pending.total > 0) this.placeWaiting(nowMs, actions);
    this.keepMinimum(nowMs, actions);
    if (this.cluster.pending.total > 0 && this.anyHeadroom()) this.buyForWaiting(nowMs, actions);
    this.endIdle(nowMs, actions);
    if (this.wakeAtMs < Number.POSITIVE_INFINITY)
      actions.push(ActionKind.WakeAt, NONE, NONE, NONE, NONE, this.wakeAtMs);
  }

  /** One cycle over the queues by priority, as AWS Batch does it: a queue whose next job does not fit yields to the next. */
  private placeWaiting(nowMs: number, actions: ActionBuffer): void {
    const { cluster } = this;
    const skips = cluster.tables.strategy.queueDiscipline === "fifo-skip";
    for (const queue of this.queueOrder) {
      for (;;) {
        const jobClass = earliestClass(cluster.pending, queue, this.blockedAt, this.stamp);
        if (jobClass === NONE) break;
        const instance = this.findRoom(jobClass);
        if (instance !== NONE) {
          const job = placeHead(cluster, jobClass, instance);
          actions.push(ActionKind.Place, job, instance, jobClass, NONE, nowMs);
        } else if (skips) {
          this.blockedAt[jobClass] = this.stamp;
        } else {
          break;
        }
      }
    }
  }

  /** The first of the queue's compute environments, in order, that has room on a registered instance now. */
  private findRoom(jobClass: number): number {
    const indexes = this.environmentsOfClass[jobClass]!;
    const shape = this.shapeOfClass[jobClass]!;
    for (let i = 0; i < indexes.length; i++) {
      const instance = this.cluster.environments[indexes[i]!]!.placement.find(shape);
      if (instance !== NONE) return instance;
    }
    return NONE;
  }

  private anyHeadroom(): boolean {
    return this.cluster.tables.environments.some(
      (environment, index) =>
        environment.fixedFleet === null && this.cluster.environments[index]!.vcpuMilli < environment.maxVcpuMilli,
    );
  }

  /** Launches for the waiting jobs that neither room behind a blocked head nor instances on their way will take. */
  private buyForWaiting(nowMs: number, actions: ActionBuffer): void {
    const { tables, environments } = this.cluster;
    this.holdRoomBehindHeads();
    environments.forEach(({ inFlightByType }, environment) => {
      this.inFlight[environment]!.set(inFlightByType);
    });
    for (const queue of this.queueOrder) {
      if (!this.gatherDemand(queue)) continue;
      for (const environment of tables.queues[queue]!.computeEnvironments) {
        if (environments[environment]!.inFlight > 0) {
          this.provisioners[environment]!.coverInFlight(this.inFlight[environment]!, this.demand);
        }
        this.buyFor(environment, nowMs, actions);
      }
    }
    this.releaseHeld(nowMs);
  }

  /** Tries, with the ordinary placement, which jobs behind a blocked head the registered instances have room for. */
  private holdRoomBehindHeads(): void {
    const { pending } = this.cluster;
    for (const queue of this.queueOrder) {
      for (const jobClass of this.classesOfQueue[queue]!) {
        let waiting = pending.count[jobClass]!;
        while (waiting > 0) {
          const instance = this.findRoom(jobClass);
          if (instance === NONE) break;
          occupy(this.cluster, instance, jobClass);
          this.heldInstances.push(instance);
          this.heldClasses.push(jobClass);
          waiting--;
        }
        this.unmet[jobClass] = waiting;
      }
    }
  }

  private releaseHeld(nowMs: number): void {
    while (this.heldInstances.length > 0) {
      const instance = this.heldInstances.pop()!;
      vacate(this.cluster, instance, this.heldClasses.pop()!);
      keepForJobsBehindHead(this.cluster, instance, nowMs);
    }
  }

  /** Sums a queue's unmet jobs by shape into `demand`; false when there are none. */
  private gatherDemand(queue: number): boolean {
    this.demand.fill(0);
    let any = false;
    for (const jobClass of this.classesOfQueue[queue]!) {
      const count = this.unmet[jobClass]!;
      if (count === 0) continue;
      any = true;
      const shape = this.cluster.tables.classes[jobClass]!.shape;
      this.demand[shape] = this.demand[shape]! + count;
    }
    return any;
  }

  private buyFor(environment: number, nowMs: number, actions: ActionBuffer): void {
    const config = this.cluster.tables.environments[environment]!;
    if (config.fixedFleet !== null) return;
    const headroom = config.maxVcpuMilli - this.cluster.environments[environment]!.vcpuMilli;
    if (headroom <= 0) return;
    const fleetVcpuMilli = this.cluster.environments[environment]!.vcpuMilli;
    const limits = { fleetVcpuMilli, vcpuMilli: headroom, launches: this.launchesLeft };
    const plan = this.provisioners[environment]!.plan(this.demand, limits);
    for (const launch of plan) this.launchPlanned(environment, launch, nowMs, actions);
    // The pace limit cut the plan short: go on at the next decision, whatever happens before.
    if (this.launchesLeft === 0) this.wakeNextDecision(nowMs);
  }

  private launchPlanned(environment: number, launch: PlannedLaunch, nowMs: number, actions: ActionBuffer): void {
    const { candidate, copies, jobsPerCopy, priceOverWorth, runnerUp } = launch;
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
    this.request(environment, candidate.pool, copies, row, nowMs, actions);
  }

  private keepMinimum(nowMs: number, actions: ActionBuffer): void {
    const { tables, environments } = this.cluster;
    for (let index = 0; index < environments.length; index++) {
      const { minVcpuMilli, fixedFleet } = tables.environments[index]!;
      if (fixedFleet !== null) continue;
      while (environments[index]!.vcpuMilli < minVcpuMilli && this.launchesLeft > 0) {
        const candidate = nextForMinimum(this.candidates[index]!, minVcpuMilli - environments[index]!.vcpuMilli);
        if (candidate === undefined) break;
        this.launchesLeft--;
        this.launchUnweighed("minvCpus", index, candidate.pool, 1, nowMs, actions);
      }
      if (this.launchesLeft === 0) this.wakeNextDecision(nowMs);
    }
  }

  private launchFixedFleets(nowMs: number, actions: ActionBuffer): void {
    this.fixedFleetLaunched = true;
    this.cluster.tables.environments.forEach((environment, index) => {
      for (const { pool, count } of environment.fixedFleet ?? []) {
        this.launchUnweighed("fixed-fleet", index, pool, count, nowMs, actions);
      }
    });
  }

  /** A launch that waiting jobs did not cause, and that no price was weighed for. */
  private launchUnweighed(
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
    this.request(environment, pool, copies, row, nowMs, actions);
  }

  private request(
    environment: number,
    pool: number,
    copies: number,
    reason: number,
    nowMs: number,
    actions: ActionBuffer,
  ): void {
    for (let copy = 0; copy < copies; copy++) {
      const instance = requestInstance(this.cluster, environment, pool);
      actions.push(ActionKind.Launch, instance, pool, environment, reason, nowMs);
    }
  }

  private endIdle(nowMs: number, actions: ActionBuffer): void {
    const { cluster } = this;
    for (let index = 0; index < cluster.environments.length; index++) {
      if (cluster.tables.environments[index]!.fixedFleet !== null || cluster.environments[index]!.idle.isEmpty)
        continue;
      this.idle.length = 0;
      this.wakeAtMs = Math.min(this.wakeAtMs, idleInstances(cluster, index, nowMs, this.idle));
      for (const instance of this.idle) this.terminate(instance, index, nowMs, actions);
    }
  }

  private terminate(instance: number, environment: number, nowMs: number, actions: ActionBuffer): void {
    const { cluster } = this;
    const idleSinceMs = cluster.instances.idleSinceMs[instance]!;
    terminateInstance(cluster, instance);
    const { idleDelayMs } = cluster.tables.strategy.scaleDown;
    const remaining = cluster.environments[environment]!.vcpuMilli;
    const row = this.record.terminate("idle", nowMs, instance, idleSinceMs, idleDelayMs, remaining);
    actions.push(ActionKind.Terminate, instance, NONE, NONE, row, nowMs);
  }

  private wakeNextDecision(nowMs: number): void {
    const interval = Math.max(1, this.cluster.tables.strategy.decisionIntervalMs);
    this.wakeAtMs = Math.min(this.wakeAtMs, nowMs + interval);
  }
}
