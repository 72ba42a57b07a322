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
  private readonly heldJobs: number[] = [];
  /** Per environment and instance type: instances on their way that no demand has claimed; and before the queue's plan. */
  private readonly available: readonly Int32Array[];
  private readonly availableBefore: readonly Int32Array[];
  private readonly planned: { readonly environment: number; readonly launch: PlannedLaunch }[] = [];
  private readonly plannedVcpuMilli: Float64Array;
  private plannedLaunches = 0;

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
    this.available = tables.environments.map(() => new Int32Array(tables.instanceTypes.length));
    this.availableBefore = tables.environments.map(() => new Int32Array(tables.instanceTypes.length));
    this.plannedVcpuMilli = new Float64Array(tables.environments.length);
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
    this.holdRoomBehindHeads();
    this.cluster.environments.forEach((environment, index) => {
      this.available[index]!.set(environment.inFlightByType);
    });
    for (const queue of this.placer.queueOrder) this.buyForQueue(queue, nowMs, actions);
    this.releaseHeld(nowMs);
  }

  /**
   * Buys the best mix for everything that waits in a queue. Where nobody may overtake the head, and maxvCpus or the pace
   * limit leave the head out of that mix, the head comes first; and while there is no room for the head, nothing is bought
   * for those behind it: they could not start, and would take the room that the head waits for.
   */
  private buyForQueue(queue: number, nowMs: number, actions: ActionBuffer): void {
    if (!this.gatherDemand(queue)) return;
    const { demand } = this;
    const head = this.headShape(queue);
    const wanted = head === NONE ? 0 : demand[head]!;
    this.available.forEach((available, environment) => {
      this.availableBefore[environment]!.set(available);
    });
    this.planFor(queue);
    if (head !== NONE && demand[head] === wanted) {
      this.discardPlan();
      demand.fill(0);
      demand[head] = 1;
      this.planFor(queue);
      if (demand[head] === 1) {
        this.discardPlan();
        return;
      }
      this.gatherDemand(queue);
      demand[head] = wanted - 1;
      this.planFor(queue);
    }
    for (const { environment, launch } of this.planned) this.launchPlanned(environment, launch, nowMs, actions);
    this.clearPlan();
  }

  /** The shape of the job that nobody in the queue may overtake; NONE where jobs may. */
  private headShape(queue: number): number {
    const { tables } = this.cluster;
    if (tables.strategy.queueDiscipline === "fifo-skip") return NONE;
    return tables.classes[this.placer.headClass(queue)]!.shape;
  }

  /** Adds launches for `demand` to the plan, compute environment by compute environment. */
  private planFor(queue: number): void {
    const { tables, environments } = this.cluster;
    for (const environment of tables.queues[queue]!.computeEnvironments) {
      const { maxVcpuMilli, fixedFleet } = tables.environments[environment]!;
      const { inFlight, vcpuMilli } = environments[environment]!;
      const provisioner = this.provisioners[environment]!;
      if (inFlight > 0) provisioner.coverInFlight(this.available[environment]!, this.demand);
      const fleetVcpuMilli = vcpuMilli + this.plannedVcpuMilli[environment]!;
      const launches = this.launchesLeft - this.plannedLaunches;
      if (fixedFleet !== null || fleetVcpuMilli >= maxVcpuMilli || launches === 0) continue;
      const limits = { fleetVcpuMilli, vcpuMilli: maxVcpuMilli - fleetVcpuMilli, launches };
      for (const launch of provisioner.plan(this.demand, limits)) {
        this.planned.push({ environment, launch });
        this.plannedLaunches += launch.copies;
        this.plannedVcpuMilli[environment] =
          this.plannedVcpuMilli[environment]! + launch.copies * launch.candidate.vcpuMilli;
      }
    }
  }

  private discardPlan(): void {
    this.availableBefore.forEach((available, environment) => {
      this.available[environment]!.set(available);
    });
    this.clearPlan();
  }

  private clearPlan(): void {
    this.planned.length = 0;
    this.plannedLaunches = 0;
    this.plannedVcpuMilli.fill(0);
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
          const jobs = occupy(this.cluster, instance, jobClass, waiting);
          this.heldInstances.push(instance);
          this.heldClasses.push(jobClass);
          this.heldJobs.push(jobs);
          waiting -= jobs;
        }
        this.unmet[jobClass] = waiting;
      }
    }
  }

  private releaseHeld(nowMs: number): void {
    while (this.heldInstances.length > 0) {
      const instance = this.heldInstances.pop()!;
      vacate(this.cluster, instance, this.heldClasses.pop()!, this.heldJobs.pop()!);
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
