// What serves a queue: an object per queue that knows in which order its waiting jobs may start. It is told of everything
// that happens to the queue's jobs (QueueWatcher), and keeps for itself what its order needs beyond PendingJobs.

import type { ActionBuffer } from "../../model/action.js";

/** Told by transition.ts, after the cluster's own state has changed. */
export interface QueueWatcher {
  /** A job of a class is PENDING (`jobs` 1), or is no more (-1). Told where a compute reservation depends on it. */
  jobPending?(jobClass: number, jobs: 1 | -1, nowMs: number): void;
  /** A job has become RUNNABLE; limitMs NaN: no limit. `front`: it goes before all that wait (a retry). */
  jobQueued(job: number, jobClass: number, limitMs: number, front: boolean, nowMs: number): void;
  /** A waiting job was placed; of a multi-node job the instance is that of its main node. */
  jobPlaced(job: number, jobClass: number, instance: number, nowMs: number): void;
  /** A placed job has ended. */
  jobEnded(job: number, jobClass: number, instance: number, nowMs: number): void;
  /** A waiting job has left the queue without being placed. */
  jobLeft(job: number, jobClass: number, nowMs: number): void;
}

export interface QueueServer {
  /** What it wants to be told; null: PendingJobs is all it needs. */
  readonly watcher: QueueWatcher | null;
  /** The tables have a class more, of this queue or another. Not given: it keeps nothing by class that would not grow by itself. */
  addClass?(jobClass: number): void;
  /** Places all waiting jobs that may start now, in the queue's order, appending Place actions. */
  serve(nowMs: number, actions: ActionBuffer): void;
  /** Class of the waiting job that nobody may overtake; NONE when none waits, or when jobs may pass. */
  headClass(nowMs: number): number;
  /** First waiting job in the queue's order: the one that blocks, or would be next; NONE when none waits. */
  headJob(nowMs: number): number;
  /** The first `limit` waiting jobs in the queue's order: what GetJobQueueSnapshot shows. */
  firstJobs(limit: number, nowMs: number): number[];
  /**
   * How many of the `waiting` jobs of a class capacity may be bought for now: fewer where a compute reservation or a
   * consumable resource would keep them waiting all the same. Called for each class in turn, after `beginDemand`.
   */
  beginDemand(nowMs: number): void;
  demand(jobClass: number, waiting: number): number;
}
