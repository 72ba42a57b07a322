// Where a job of a class can go now: the first of its queue's compute environments, in order, with room on a registered
// instance. Whoever serves a queue asks here and places here.

import { type ActionBuffer, ActionKind } from "../../model/action.js";
import type { Shape } from "../../model/job.js";
import { NONE } from "../../model/tables.js";
import type { Cluster } from "../state/cluster.js";
import { consumablesShort } from "../state/consumables.js";
import { placeGang, placeHead, roomChanged } from "../state/transition.js";
import { findGang } from "./gang.js";

export class Room {
  private readonly cluster: Cluster;
  private readonly environmentsOfClass: readonly (readonly number[])[];
  private readonly shapeOfClass: readonly Shape[];
  private readonly nodesOfClass: Int32Array;
  /** Per class: 1 when its jobs need no more than room: one node, no consumable resource. */
  private readonly ordinary: Uint8Array;

  constructor(cluster: Cluster) {
    const { tables } = cluster;
    this.cluster = cluster;
    this.environmentsOfClass = tables.classes.map(({ queue }) => tables.queues[queue]!.computeEnvironments);
    this.shapeOfClass = tables.classes.map(({ shape }) => tables.shapes[shape]!);
    this.nodesOfClass = Int32Array.from(tables.classes, ({ nodes }) => nodes);
    this.ordinary = Uint8Array.from(tables.classes, ({ nodes }, jobClass) =>
      nodes === 1 && cluster.consumables.ofClass[jobClass] === null ? 1 : 0,
    );
  }

  /** An instance with room for one node of a job of the class, or NONE. */
  find(jobClass: number): number {
    const indexes = this.environmentsOfClass[jobClass]!;
    const shape = this.shapeOfClass[jobClass]!;
    for (let i = 0; i < indexes.length; i++) {
      const instance = this.cluster.environments[indexes[i]!]!.placement.find(shape);
      if (instance !== NONE) return instance;
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
    const instance = this.find(jobClass);
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
