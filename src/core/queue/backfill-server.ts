// A backfilling queue as the placer and the buyer see it: what EASY and conservative answer alike. How a pass places jobs is
// what each does in `serve`.

import type { ActionBuffer } from "../../model/action.js";
import type { Cluster } from "../state/cluster.js";
import { BackfillPass } from "./backfill-pass.js";
import type { RunningLimits } from "./backfill-running.js";
import type { QueueServer, QueueWatcher } from "./queue-server.js";
import type { Room } from "./room.js";

export abstract class BackfillServer implements QueueServer {
  readonly watcher: QueueWatcher;
  protected readonly cluster: Cluster;
  protected readonly room: Room;
  protected readonly running: RunningLimits;
  protected readonly pass: BackfillPass;

  /** `running` must hear of the jobs of all queues (`RunningLimits.watch`). */
  constructor(cluster: Cluster, room: Room, queue: number, running: RunningLimits) {
    this.cluster = cluster;
    this.room = room;
    this.running = running;
    this.pass = new BackfillPass(cluster, room, queue, running);
    this.watcher = this.pass.waiting;
  }

  abstract serve(nowMs: number, actions: ActionBuffer): void;

  headClass(nowMs: number): number {
    return this.pass.headClass(nowMs);
  }

  headJob(): number {
    return this.pass.waiting.first;
  }

  firstJobs(limit: number): number[] {
    return this.pass.waiting.firstJobs(limit);
  }

  beginDemand(): void {
    // Every class stands for itself.
  }

  demand(jobClass: number, waiting: number): number {
    return this.pass.demand(jobClass, waiting);
  }
}
