// The queue disciplines in one table: adding one is one file and one row.

import { assert } from "../../base/assert.js";
import type { QueueOrder } from "../../model/policy.js";
import type { Cluster } from "../state/cluster.js";
import { RunningLimits } from "./backfill-running.js";
import { ConservativeServer } from "./conservative.js";
import { EasyServer } from "./easy.js";
import { FairShareServer } from "./fair-share.js";
import { FifoServer } from "./fifo.js";
import type { QueueServer, QueueWatcher } from "./queue-server.js";
import type { Room } from "./room.js";
import { ShortestJobFirstServer } from "./shortest-job-first.js";

type MakeServer = (
  cluster: Cluster,
  room: Room,
  queue: number,
  order: QueueOrder,
  running: RunningLimits,
) => QueueServer;

const DISCIPLINES: Record<QueueOrder["kind"], MakeServer> = {
  fifo: (cluster, room, queue) => new FifoServer(cluster, room, queue, false),
  "fifo-skip": (cluster, room, queue) => new FifoServer(cluster, room, queue, true),
  "fair-share": (cluster, room, queue, order) => {
    assert(order.kind === "fair-share", "a fair-share server is made for a fair-share queue");
    return new FairShareServer(cluster, room, queue, order.fairShare);
  },
  "shortest-job-first": (cluster, room) => new ShortestJobFirstServer(cluster, room),
  easy: (cluster, room, queue, _order, running) => new EasyServer(cluster, room, queue, running),
  conservative: (cluster, room, queue, _order, running) => new ConservativeServer(cluster, room, queue, running),
};

/** A server per queue, and who must be told what happens to the queue's jobs (null: nobody). */
export interface ServedQueue {
  readonly server: QueueServer;
  readonly watcher: QueueWatcher | null;
}

/** Backfilling looks at all jobs that run beside those of its queue: then every queue is watched. */
export function serveQueues(cluster: Cluster, room: Room): ServedQueue[] {
  const { queues } = cluster.tables;
  const running = new RunningLimits(cluster);
  const backfills = queues.some(({ order }) => order.kind === "easy" || order.kind === "conservative");
  return queues.map(({ order }, queue) => {
    const server = DISCIPLINES[order.kind](cluster, room, queue, order, running);
    return { server, watcher: backfills ? running.watch(server.watcher) : server.watcher };
  });
}
