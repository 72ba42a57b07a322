// Buying capacity: for waiting jobs, for minvCpus, and for fixed fleets. Every launch is recorded with its reason.

import { type ActionBuffer, ActionKind } from "../../model/action.js";
import type { DecisionRecorder, LaunchReason } from "../../model/decision.js";
import { NONE } from "../../model/tables.js";
import { makeProvisioner } from "../policies.js";
import type { Placer } from "../queue/placer.js";
import type { Cluster } from "../state/cluster.js";
import { keepForJobsBehindHead, occupy, requestInstance, vacate } from "../state/transition.js";
import type { Candidates } from "./candidates.js";
import { nextForMinimum } from "./minimum.js";
import type { PlannedLaunch, Provisioner } from "./plan.js";

export class Buyer {
  private readonly cluster: Cluster;
  private readonly placer: Placer;
  private readonly record: DecisionRecorder;
  private readonly candidates: readonly Candidates[];
  private readonly provisioners: readonly Provisioner[];
  private readonly classesOfQueue: readonly Int32Array[];
  private fixedFleetLaunched = false;
  private launchesLeft = 0;
  // Scratch of one decision.
  private readonly unmet: Int32Array;
  private readonly demand: Int32Array;
  private readonly heldInstances: number[] = [];
  private readonly heldClasses: number[] = [];
  private readonly inFlight: readonly Int32Array[];

  /** `candidates`: what each environment may buy. */
  constructor(cluster: Cluster, placer: Placer, candidates: readonly Candidates[], record: DecisionRecorder) {
    const { tables } = cluster;
    this.cluster = cluster;
    this.placer = placer;
    this.record = record;
    this.candidates = candidates;
    this.provisioners = candidates.map((offered) => makeProvisioner(offered, tables));
    this.classesOfQueue = tables.queues.map((_, queue) =>
      Int32Array.from(tables.classes.flatMap((jobClass, index) => (jobClass.queue === queue ? [index] : []))),
    );
    this.unmet = new Int32Array(tables.classes.length);
    this.demand = new Int32Array(tables.shapes.length);
    this.inFlight = tables.environments.map(() => new Int32Array(tables.instanceTypes.length));
  }

  /** Appends the launches due now; true when the pace limit cut them short and the next decision must go on. */
  buy(nowMs: number, actions: ActionBuffer): boolean {
    this.launchesLeft = this.cluster.tables.strategy.maxLaunchesPerDecision;
    if (!this.fixedFleetLaunched) this.launchFixedFleets(nowMs, actions);
    this.keepMinimum(nowMs, actions);
    if (this.cluster.pending.total > 0 && this.anyHeadroom()) this.buyForWaiting(nowMs, actions);
    return this.launchesLeft === 0;
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
    for (const queue of this.placer.queueOrder) {
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
    for (const queue of this.placer.queueOrder) {
      for (const jobClass of this.classesOfQueue[queue]!) {
        let waiting = pending.count[jobClass]!;
        while (waiting > 0) {
          const instance = this.placer.findRoom(jobClass);
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
}
