// First in, first out. AWS Batch's queue without a scheduling policy: a head that does not fit blocks everything behind it.
// With skipping, jobs of other classes may pass it.

import { type ActionBuffer, ActionKind } from "../../model/action.js";
import { mostClasses, NONE } from "../../model/tables.js";
import { HELD_BACK } from "../placement/placement-index.js";
import type { Cluster } from "../state/cluster.js";
import { consumablesAllow } from "../state/consumables.js";
import { placeHead, roomChanged } from "../state/transition.js";
import { EarliestClass, firstInOrder } from "./next-class.js";
import type { QueueServer, QueueWatcher } from "./queue-server.js";
import type { Room } from "./room.js";

/** A pass that never was: no class is blocked in it. */
const NO_PASS = -2;

export class FifoServer implements QueueServer {
  readonly watcher: QueueWatcher | null = null;
  private readonly cluster: Cluster;
  private readonly room: Room;
  private readonly group: number;
  private readonly skips: boolean;
  /** Per class: the pass in which its head was found not to fit. */
  private readonly blockedAt: Float64Array;
  private readonly earliest = new EarliestClass();
  private pass = 0;

  constructor(cluster: Cluster, room: Room, queue: number, skips: boolean) {
    this.cluster = cluster;
    this.room = room;
    this.group = cluster.groups.ofQueue[queue]![0]!;
    this.skips = skips;
    this.blockedAt = new Float64Array(mostClasses(cluster.tables)).fill(NONE);
  }

  serve(nowMs: number, actions: ActionBuffer): void {
    const { cluster, room } = this;
    this.pass++;
    for (;;) {
      const jobClass = this.earliest.find(cluster.pending, this.group, this.blockedAt, this.pass);
      if (jobClass === NONE) return;
      if (room.isOrdinary(jobClass)) {
        const instance = room.findOrHoldBack(jobClass, cluster.pending.head[jobClass]!);
        if (instance === HELD_BACK) {
          // It leaves its room to others, so it blocks nobody but its like.
          this.blockedAt[jobClass] = this.pass;
          continue;
        }
        if (instance !== NONE) {
          this.placeOn(instance, jobClass, nowMs, actions);
          continue;
        }
      } else if (room.placeFirst(jobClass, nowMs, actions)) {
        continue;
      }
      if (!this.skips) return;
      this.blockedAt[jobClass] = this.pass;
    }
  }

  /**
   * Places the queue's next jobs on an instance as long as they are of this class, alike and fit: the policy that chose it for
   * the first would choose it for each of them.
   */
  private placeOn(instance: number, jobClass: number, nowMs: number, actions: ActionBuffer): void {
    const { cluster } = this;
    const { runnerUpOrder } = this.earliest;
    const { placement } = cluster.environments[cluster.instances.environment(instance)]!;
    const shape = this.room.shapeOf(jobClass);
    let job: number;
    do {
      job = placeHead(cluster, jobClass, instance, nowMs);
      actions.push(ActionKind.Place, job, instance, jobClass, NONE, nowMs);
    } while (
      cluster.pending.headOrder(jobClass) < runnerUpOrder &&
      this.room.areAlike(job, cluster.pending.head[jobClass]!) &&
      placement.holds(instance, shape)
    );
    roomChanged(cluster, instance);
  }

  headClass(): number {
    return this.skips ? NONE : this.firstClass();
  }

  headJob(): number {
    const jobClass = this.firstClass();
    return jobClass === NONE ? NONE : this.cluster.pending.head[jobClass]!;
  }

  firstJobs(limit: number): number[] {
    const { pending } = this.cluster;
    return firstInOrder(pending, [...pending.active[this.group]!.subarray(0, pending.activeCount[this.group]!)], limit);
  }

  private firstClass(): number {
    return this.earliest.find(this.cluster.pending, this.group, this.blockedAt, NO_PASS);
  }

  beginDemand(): void {
    // Every class stands for itself.
  }

  demand(jobClass: number, waiting: number): number {
    return consumablesAllow(this.cluster, jobClass, waiting);
  }
}
