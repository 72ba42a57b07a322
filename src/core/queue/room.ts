// Where a job of a class can go now: the first of its queue's compute environments, in order, with room on a registered
// instance. Whoever serves a queue asks here and places here.

import { type ActionBuffer, ActionKind } from "../../model/action.js";
import type { Shape } from "../../model/job.js";
import { mostClasses, NONE } from "../../model/tables.js";
import type { Cluster } from "../state/cluster.js";
import { consumablesShort } from "../state/consumables.js";
import { placeGang, placeHead, roomChanged } from "../state/transition.js";
import { findGang } from "./gang.js";

export class Room {
  private readonly cluster: Cluster;
  private readonly environmentsOfClass: (readonly number[])[] = [];
  private readonly shapeOfClass: Shape[] = [];
  private readonly nodesOfClass: Int32Array;
  /** Per class: 1 when its jobs need no more than room: one node, no consumable resource. */
  private readonly ordinary: Uint8Array;
  /** Per class: 1 when its jobs may be held back though there is room: others pass them then, in any order of the queue. */
  private readonly mayHoldBack: Uint8Array;

  constructor(cluster: Cluster) {
    const { tables } = cluster;
    this.cluster = cluster;
    this.nodesOfClass = new Int32Array(mostClasses(tables));
    this.ordinary = new Uint8Array(mostClasses(tables));
    this.mayHoldBack = new Uint8Array(mostClasses(tables));
    for (let jobClass = 0; jobClass < tables.classes.length; jobClass++) this.addClass(jobClass);
  }

  /** The tables have a class more. */
  addClass(jobClass: number): void {
    const { tables, consumables } = this.cluster;
    const { queue, shape, nodes } = tables.classes[jobClass]!;
    const { computeEnvironments, order } = tables.queues[queue]!;
    const isOrdinary = nodes === 1 && consumables.ofClass[jobClass] === null;
    this.environmentsOfClass[jobClass] = computeEnvironments;
    this.shapeOfClass[jobClass] = tables.shapes[shape]!;
    this.nodesOfClass[jobClass] = nodes;
    this.ordinary[jobClass] = isOrdinary ? 1 : 0;
    this.mayHoldBack[jobClass] = isOrdinary && (order.kind === "fifo" || order.kind === "fifo-skip") ? 1 : 0;
  }

  /** An instance with room for one node of a job of the class (`job`, else the first that waits), or NONE. */
  find(jobClass: number, job = NONE): number {
    const indexes = this.environmentsOfClass[jobClass]!;
    const shape = this.shapeOfClass[jobClass]!;
    const { outlook, urgency } = this.cluster;
    if (urgency !== null && job !== NONE && urgency.isUrgent(job)) {
      const instance = this.findOnDemand(jobClass);
      if (instance !== NONE) return instance;
    }
    if (outlook !== null && job !== NONE) return this.findFor(jobClass, outlook.expectedMs(job), false);
    for (let i = 0; i < indexes.length; i++) {
      const instance = this.cluster.environments[indexes[i]!]!.placement.find(shape);
      if (instance !== NONE) return instance;
    }
    return NONE;
  }

  /** The same for a waiting job, which may be HELD_BACK for an instance of its own. */
  findOrHoldBack(jobClass: number, job: number): number {
    const { outlook } = this.cluster;
    if (outlook === null || this.cluster.urgency?.isUrgent(job) === true) return this.find(jobClass, job);
    return this.findFor(jobClass, outlook.expectedMs(job), this.mayHoldBack[jobClass] === 1);
  }

  /** Whether jobs of the class may be held back though there is room. */
  isHoldable(jobClass: number): boolean {
    return this.mayHoldBack[jobClass] === 1;
  }

  /** Whether two waiting jobs of a class are alike for whoever looks for room. */
  areAlike(job: number, other: number): boolean {
    const { outlook } = this.cluster;
    return outlook === null || outlook.expectedStep(job) === outlook.expectedStep(other);
  }

  /** Room on an on-demand instance of an environment that is on spot. */
  private findOnDemand(jobClass: number): number {
    for (const index of this.environmentsOfClass[jobClass]!) {
      const instance = this.cluster.environments[index]!.placement.findOnDemand?.(this.shapeOfClass[jobClass]!) ?? NONE;
      if (instance !== NONE) return instance;
    }
    return NONE;
  }

  private findFor(jobClass: number, runMs: number, mayHoldBack: boolean): number {
    const shape = this.shapeOfClass[jobClass]!;
    for (const index of this.environmentsOfClass[jobClass]!) {
      const { placement, vcpuMilli } = this.cluster.environments[index]!;
      const { maxVcpuMilli, fixedFleet } = this.cluster.tables.environments[index]!;
      const buyable = mayHoldBack && fixedFleet === null ? Math.max(0, maxVcpuMilli - vcpuMilli) : 0;
      const found = placement.findFor === undefined ? placement.find(shape) : placement.findFor(shape, runMs, buyable);
      if (found !== NONE) return found;
    }
    return NONE;
  }

  shapeOf(jobClass: number): Shape {
    return this.shapeOfClass[jobClass]!;
  }

  /** Whether jobs of the class need no more than room: one node, no consumable resource. */
  isOrdinary(jobClass: number): boolean {
    return this.ordinary[jobClass] === 1;
  }

  /** Places the first job of a class where `find` says; false when it cannot start now. */
  placeFirst(jobClass: number, nowMs: number, actions: ActionBuffer): boolean {
    const { cluster } = this;
    if (consumablesShort(cluster, jobClass)) return false;
    if (this.nodesOfClass[jobClass]! > 1) return this.placeFirstGang(jobClass, nowMs, actions);
    const instance = this.find(jobClass, cluster.pending.head[jobClass]!);
    if (instance === NONE) return false;
    const job = placeHead(cluster, jobClass, instance, nowMs);
    roomChanged(cluster, instance);
    actions.push(ActionKind.Place, job, instance, jobClass, NONE, nowMs);
    return true;
  }

  private placeFirstGang(jobClass: number, nowMs: number, actions: ActionBuffer): boolean {
    const gang = findGang(this.cluster, jobClass);
    if (gang === null) return false;
    const job = placeGang(this.cluster, jobClass, gang, nowMs);
    for (const instance of gang) actions.push(ActionKind.Place, job, instance, jobClass, NONE, nowMs);
    return true;
  }
}
