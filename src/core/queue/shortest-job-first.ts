// Shortest job first: the job with the shortest limit is next, those without one come last, equal ones in queue order. It
// blocks the queue while it cannot start. Multi-node jobs of one class start in queue order among themselves: they are
// placed by class.

import { type ActionBuffer, ActionKind } from "../../model/action.js";
import { NONE } from "../../model/tables.js";
import type { Cluster } from "../state/cluster.js";
import { consumablesAllow, consumablesShort } from "../state/consumables.js";
import { placeJob, roomChanged } from "../state/transition.js";
import type { QueueServer, QueueWatcher } from "./queue-server.js";
import type { Room } from "./room.js";
import { ShortestHeap } from "./shortest-heap.js";

export class ShortestJobFirstServer implements QueueServer, QueueWatcher {
  readonly watcher = this;
  private readonly cluster: Cluster;
  private readonly room: Room;
  private readonly waiting = new ShortestHeap();

  constructor(cluster: Cluster, room: Room) {
    this.cluster = cluster;
    this.room = room;
  }

  serve(nowMs: number, actions: ActionBuffer): void {
    for (let job = this.waiting.first; job !== NONE; job = this.waiting.first) {
      if (!this.start(job, nowMs, actions)) return;
    }
  }

  private start(job: number, nowMs: number, actions: ActionBuffer): boolean {
    const { cluster, room } = this;
    const jobClass = cluster.jobClass(job);
    if (cluster.tables.classes[jobClass]!.nodes > 1) return room.placeFirst(jobClass, nowMs, actions);
    if (consumablesShort(cluster, jobClass)) return false;
    const instance = room.find(jobClass, job);
    if (instance === NONE) return false;
    placeJob(cluster, job, instance, nowMs);
    roomChanged(cluster, instance);
    actions.push(ActionKind.Place, job, instance, jobClass, NONE, nowMs);
    return true;
  }

  headClass(): number {
    const job = this.waiting.first;
    return job === NONE ? NONE : this.cluster.jobClass(job);
  }

  headJob(): number {
    return this.waiting.first;
  }

  firstJobs(limit: number): number[] {
    return this.waiting.firstJobs(limit);
  }

  beginDemand(): void {
    // Every class stands for itself.
  }

  demand(jobClass: number, waiting: number): number {
    return consumablesAllow(this.cluster, jobClass, waiting);
  }

  jobQueued(job: number, _jobClass: number, limitMs: number): void {
    const limit = Number.isNaN(limitMs) ? Number.POSITIVE_INFINITY : limitMs;
    this.waiting.push(job, limit, this.cluster.pending.order(job));
  }

  jobPlaced(job: number): void {
    this.waiting.remove(job);
  }

  jobLeft(job: number): void {
    this.waiting.remove(job);
  }

  jobEnded(): void {
    // It left the heap when it was placed.
  }
}
