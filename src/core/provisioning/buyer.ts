// Buying capacity: for waiting jobs, for minvCpus and desiredvCpus, and for fixed fleets. Every launch is recorded with its
// reason.

import type { ActionBuffer } from "../../model/action.js";
import type { DecisionRecorder } from "../../model/decision.js";
import { NONE } from "../../model/tables.js";
import { makeProvisioner } from "../policies.js";
import type { Placer } from "../queue/placer.js";
import type { Cluster } from "../state/cluster.js";
import { mayExceedMaximum } from "./allocation-strategy.js";
import type { Candidates } from "./candidates.js";
import { GangClaims } from "./gangs.js";
import { HeldRoom } from "./held-room.js";
import { Launcher } from "./launcher.js";
import { nextForMinimum } from "./minimum.js";
import { QueuePlan } from "./queue-plan.js";

export class Buyer {
  private readonly cluster: Cluster;
  private readonly placer: Placer;
  private readonly candidates: readonly Candidates[];
  private readonly launcher: Launcher;
  private readonly held: HeldRoom;
  private readonly plan: QueuePlan;
  /** Per queue: its classes, multi-node ones first. */
  private readonly classesOfQueue: readonly Int32Array[];
  private readonly gangClasses: readonly number[];
  /** Per environment and instance type: instances on their way that no demand has claimed. */
  private readonly available: readonly Int32Array[];
  private fixedFleetLaunched = false;
  /** Per environment: whether it has had its desiredvCpus. */
  private readonly startedUp: boolean[];

  /** `candidates`: what each environment may buy. */
  constructor(cluster: Cluster, placer: Placer, candidates: readonly Candidates[], record: DecisionRecorder) {
    const { tables } = cluster;
    const { classes, environments } = tables;
    const isGang = (jobClass: number) => classes[jobClass]!.nodes > 1;
    this.cluster = cluster;
    this.placer = placer;
    this.candidates = candidates;
    this.launcher = new Launcher(cluster, record);
    this.classesOfQueue = tables.queues.map((_, queue) => {
      const own = classes.flatMap((jobClass, index) => (jobClass.queue === queue ? [index] : []));
      return Int32Array.from([...own.filter(isGang), ...own.filter((jobClass) => !isGang(jobClass))]);
    });
    this.gangClasses = classes.map((_, index) => index).filter(isGang);
    this.available = environments.map(() => new Int32Array(tables.instanceTypes.length));
    const provisioners = candidates.map((offered, index) => makeProvisioner(offered, tables, environments[index]!));
    const claims = new GangClaims(cluster, candidates, this.available);
    this.held = new HeldRoom(cluster, placer, claims, this.classesOfQueue);
    this.plan = new QueuePlan(cluster, candidates, provisioners, this.available);
    this.startedUp = environments.map(() => false);
  }

  /** Appends the launches due now; true when the pace limit cut them short and the next decision must go on. */
  buy(nowMs: number, actions: ActionBuffer): boolean {
    this.launcher.begin();
    if (!this.fixedFleetLaunched) this.launchFixedFleets(nowMs, actions);
    this.keepMinimum(nowMs, actions);
    if (this.cluster.pending.total > 0 && (this.anyHeadroom() || this.anyGangWaits())) {
      this.buyForWaiting(nowMs, actions);
    }
    return this.launcher.launchesLeft === 0;
  }

  private anyHeadroom(): boolean {
    return this.cluster.tables.environments.some(
      (environment, index) =>
        environment.fixedFleet === null && this.cluster.environments[index]!.vcpuMilli < environment.maxVcpuMilli,
    );
  }

  /** Multi-node jobs keep the instances that have come for them, even when there is no room for more. */
  private anyGangWaits(): boolean {
    return this.gangClasses.some((jobClass) => this.cluster.pending.count[jobClass]! > 0);
  }

  /** Launches for the waiting jobs that neither room behind a blocked head nor instances on their way will take. */
  private buyForWaiting(nowMs: number, actions: ActionBuffer): void {
    this.cluster.environments.forEach((environment, index) => {
      this.available[index]!.set(environment.inFlightByType);
    });
    this.held.hold(nowMs);
    for (const queue of this.placer.queueOrder) this.buyForQueue(queue, nowMs, actions);
    this.held.release(nowMs);
  }

  /**
   * Buys the best mix for everything that waits in a queue. Where nobody may overtake the head, and maxvCpus or the pace
   * limit leave the head out of that mix, the head comes first; and while there is no room for the head, nothing is bought
   * for those behind it: they could not start, and would take the room that the head waits for.
   */
  private buyForQueue(queue: number, nowMs: number, actions: ActionBuffer): void {
    if (this.classesOfQueue[queue]!.every((jobClass) => this.held.unmet[jobClass] === 0)) return;
    const head = this.placer.server(queue).headClass(nowMs);
    this.plan.begin(this.launcher.launchesLeft);
    if (!this.planAll(queue, head)) {
      this.plan.discard();
      if (!this.planHeadFirst(queue, head)) {
        this.plan.discard();
        return;
      }
    }
    for (const { environment, launch } of this.plan.launches) {
      this.launcher.launch(environment, launch, nowMs, actions);
    }
  }

  /** Plans for everything at once; false when the head, if there is one, has no part in it. */
  private planAll(queue: number, head: number): boolean {
    if (head !== NONE && this.held.unmet[head] === 0) return false;
    const { plan } = this;
    const headGang = this.planGangs(queue, head);
    this.gatherDemand(queue);
    const shape = this.cluster.tables.classes[head]?.shape;
    const wanted = shape === undefined ? 0 : plan.demand[shape]!;
    plan.coverDemand(queue);
    if (shape === undefined) return true;
    return this.isGang(head) ? headGang : plan.demand[shape]! < wanted;
  }

  /** Plans for the head alone, then for the others; false when there is no room for the head. */
  private planHeadFirst(queue: number, head: number): boolean {
    // A multi-node head has been planned for first already; one without unmet demand waits for something else than room.
    if (this.held.unmet[head] === 0 || this.isGang(head)) return false;
    const { plan } = this;
    const { shape } = this.cluster.tables.classes[head]!;
    plan.demand[shape] = 1;
    plan.coverDemand(queue);
    if (plan.demand[shape] === 1) return false;
    this.planGangs(queue, head);
    this.gatherDemand(queue);
    plan.demand[shape] = plan.demand[shape]! - 1;
    plan.coverDemand(queue);
    return true;
  }

  /** Plans what the queue's multi-node jobs lack; whether the first one of the head's class is among them. */
  private planGangs(queue: number, head: number): boolean {
    let headPlanned = false;
    for (const want of this.held.wants[queue]!) {
      const added = this.plan.addGang(want);
      if (want.jobClass === head) headPlanned ||= added;
    }
    return headPlanned;
  }

  private isGang(jobClass: number): boolean {
    return this.cluster.tables.classes[jobClass]!.nodes > 1;
  }

  /** Sums a queue's unmet jobs by shape, multi-node ones left out. */
  private gatherDemand(queue: number): void {
    const { demand } = this.plan;
    demand.fill(0);
    for (const jobClass of this.classesOfQueue[queue]!) {
      const { shape, nodes } = this.cluster.tables.classes[jobClass]!;
      if (nodes === 1) demand[shape] = demand[shape]! + this.held.unmet[jobClass]!;
    }
  }

  /** minvCpus, and at the start of the run desiredvCpus. */
  private keepMinimum(nowMs: number, actions: ActionBuffer): void {
    const { tables, environments } = this.cluster;
    for (let index = 0; index < environments.length; index++) {
      const { minVcpuMilli, desiredVcpuMilli, maxVcpuMilli, fixedFleet, provisioning } = tables.environments[index]!;
      if (fixedFleet !== null) continue;
      const startVcpuMilli = Math.max(minVcpuMilli, Math.min(desiredVcpuMilli, maxVcpuMilli));
      const targetVcpuMilli = this.startedUp[index] ? minVcpuMilli : startVcpuMilli;
      while (environments[index]!.vcpuMilli < targetVcpuMilli && this.launcher.launchesLeft > 0) {
        const { vcpuMilli } = environments[index]!;
        const candidate = nextForMinimum(this.candidates[index]!, targetVcpuMilli - vcpuMilli);
        const exceeds = candidate !== undefined && vcpuMilli + candidate.vcpuMilli > maxVcpuMilli;
        if (candidate === undefined || (exceeds && !mayExceedMaximum(provisioning, candidate))) {
          this.startedUp[index] = true; // as far as it can be
          break;
        }
        this.launcher.launchesLeft--;
        const reason = vcpuMilli < minVcpuMilli ? "minvCpus" : "desiredvCpus";
        this.launcher.launchUnweighed(reason, index, candidate.pool, 1, nowMs, actions);
      }
      if (environments[index]!.vcpuMilli >= startVcpuMilli) this.startedUp[index] = true;
    }
  }

  private launchFixedFleets(nowMs: number, actions: ActionBuffer): void {
    this.fixedFleetLaunched = true;
    this.cluster.tables.environments.forEach((environment, index) => {
      for (const { pool, count } of environment.fixedFleet ?? []) {
        this.launcher.launchUnweighed("fixed-fleet", index, pool, count, nowMs, actions);
      }
    });
  }
}
