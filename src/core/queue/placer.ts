// Placing waiting jobs: queues by priority, jobs in the queue's order, compute environments in the queue's order.

import { type ActionBuffer, ActionKind } from "../../model/action.js";
import type { Shape } from "../../model/job.js";
import { NONE } from "../../model/tables.js";
import type { Cluster } from "../state/cluster.js";
import { placeHead, roomChanged } from "../state/transition.js";
import { earliestClass } from "./next-class.js";

/** A cycle that never was: no class is blocked in it. */
const NO_CYCLE = -2;

export class Placer {
  /** Queue indexes, highest priority first. */
  readonly queueOrder: readonly number[];
  private readonly cluster: Cluster;
  private readonly environmentsOfClass: readonly (readonly number[])[];
  private readonly shapeOfClass: readonly Shape[];
  /** Per class: the cycle in which its head was found not to fit. */
  private readonly blockedAt: Float64Array;
  private cycle = 0;

  constructor(cluster: Cluster) {
    const { tables } = cluster;
    this.cluster = cluster;
    this.queueOrder = tables.queues
      .map((_, queue) => queue)
      .sort((a, b) => tables.queues[b]!.priority - tables.queues[a]!.priority || a - b);
    this.environmentsOfClass = tables.classes.map(({ queue }) => tables.queues[queue]!.computeEnvironments);
    this.shapeOfClass = tables.classes.map(({ shape }) => tables.shapes[shape]!);
    this.blockedAt = new Float64Array(tables.classes.length).fill(NONE);
  }

  /** One cycle over the queues by priority, as AWS Batch does it: a queue whose next job does not fit yields to the next. */
  placeWaiting(nowMs: number, actions: ActionBuffer): void {
    const { cluster } = this;
    this.cycle++;
    const skips = cluster.tables.strategy.queueDiscipline === "fifo-skip";
    for (const queue of this.queueOrder) {
      for (;;) {
        const jobClass = earliestClass(cluster.pending, queue, this.blockedAt, this.cycle);
        if (jobClass === NONE) break;
        const instance = this.findRoom(jobClass);
        if (instance !== NONE) {
          this.placeOn(instance, jobClass, queue, nowMs, actions);
        } else if (skips) {
          this.blockedAt[jobClass] = this.cycle;
        } else {
          break;
        }
      }
    }
  }

  /**
   * Places the queue's next jobs on an instance as long as they are of this class and fit: the policy that chose it for the
   * first would choose it for each of them.
   */
  private placeOn(instance: number, jobClass: number, queue: number, nowMs: number, actions: ActionBuffer): void {
    const { cluster } = this;
    const { placement } = cluster.environments[cluster.instances.environment(instance)]!;
    const shape = this.shapeOfClass[jobClass]!;
    do {
      const job = placeHead(cluster, jobClass, instance);
      actions.push(ActionKind.Place, job, instance, jobClass, NONE, nowMs);
    } while (
      placement.holds(instance, shape) &&
      earliestClass(cluster.pending, queue, this.blockedAt, this.cycle) === jobClass
    );
    roomChanged(cluster, instance);
  }

  /** The class of the job that is first in a queue with waiting jobs. */
  headClass(queue: number): number {
    return earliestClass(this.cluster.pending, queue, this.blockedAt, NO_CYCLE);
  }

  /** The first of the queue's compute environments, in order, that has room on a registered instance now. */
  findRoom(jobClass: number): number {
    const indexes = this.environmentsOfClass[jobClass]!;
    const shape = this.shapeOfClass[jobClass]!;
    for (let i = 0; i < indexes.length; i++) {
      const instance = this.cluster.environments[indexes[i]!]!.placement.find(shape);
      if (instance !== NONE) return instance;
    }
    return NONE;
  }
}
