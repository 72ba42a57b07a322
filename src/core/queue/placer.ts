// Placing waiting jobs: one cycle over the queues by priority, as AWS Batch does it. Each queue is served in its own order by
// a server of its own; a queue whose next job does not fit yields to the next queue.

import type { ActionBuffer } from "../../model/action.js";
import type { Cluster } from "../state/cluster.js";
import { type ServedQueue, serveQueues } from "./disciplines.js";
import type { QueueServer } from "./queue-server.js";
import { Room } from "./room.js";

export class Placer {
  /** Queue indexes, highest priority first; of equals, in the order of their definition (a model: AWS publishes none). */
  readonly queueOrder: readonly number[];
  readonly room: Room;
  private readonly cluster: Cluster;
  private readonly served: readonly ServedQueue[];

  constructor(cluster: Cluster) {
    const { tables } = cluster;
    this.cluster = cluster;
    this.queueOrder = tables.queues
      .map((_, queue) => queue)
      .sort((a, b) => {
        const [one, other] = [tables.queues[a]!, tables.queues[b]!];
        return other.priority - one.priority || one.position - other.position;
      });
    this.room = new Room(cluster);
    this.served = serveQueues(cluster, this.room);
    for (let jobClass = 0; jobClass < tables.classes.length; jobClass++) this.watch(jobClass);
  }

  /** The tables have a class more, and the cluster knows it. */
  addClass(jobClass: number): void {
    this.room.addClass(jobClass);
    for (const { server } of this.served) server.addClass?.(jobClass);
    this.watch(jobClass);
  }

  private watch(jobClass: number): void {
    const { watcher } = this.served[this.cluster.tables.classes[jobClass]!.queue]!;
    if (watcher !== null) this.cluster.watch(jobClass, watcher);
  }

  /** Places all that may start now. */
  placeWaiting(nowMs: number, actions: ActionBuffer): void {
    for (const queue of this.queueOrder) this.served[queue]!.server.serve(nowMs, actions);
  }

  server(queue: number): QueueServer {
    return this.served[queue]!.server;
  }
}
