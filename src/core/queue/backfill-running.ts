// When running jobs will have ended by the users' limits, per instance. Instances are shared by queues, so one object hears
// of the jobs of all of them; backfilling reads from it when room will be there. A job without a limit never ends by it.
// Multi-node jobs are known by their main node only: while they run, nobody asks about their instances, which they do not
// share.

import { assert } from "../../base/assert.js";
import { NONE } from "../../model/tables.js";
import type { Cluster } from "../state/cluster.js";
import type { QueueWatcher } from "./queue-server.js";

/** The jobs on one instance, by expected end; columns, so that inserting is one move of memory. */
export class JobsByEnd {
  count = 0;
  jobs = new Int32Array(8);
  jobClasses = new Int32Array(8);
  /** Ascending; Infinity without a limit. */
  endsMs = new Float64Array(8);

  insert(job: number, jobClass: number, endMs: number): void {
    if (this.count === this.jobs.length) this.grow();
    let low = 0;
    for (let high = this.count; low < high; ) {
      const middle = (low + high) >> 1;
      if (this.endsMs[middle]! <= endMs) low = middle + 1;
      else high = middle;
    }
    this.shift(low, low + 1);
    this.jobs[low] = job;
    this.jobClasses[low] = jobClass;
    this.endsMs[low] = endMs;
    this.count++;
  }

  remove(job: number): void {
    const at = this.jobs.indexOf(job);
    assert(at !== NONE && at < this.count, "a job ends on an instance where it is not");
    this.shift(at + 1, at);
    this.count--;
  }

  private shift(from: number, to: number): void {
    this.jobs.copyWithin(to, from, this.count);
    this.jobClasses.copyWithin(to, from, this.count);
    this.endsMs.copyWithin(to, from, this.count);
  }

  private grow(): void {
    const { jobs, jobClasses, endsMs } = this;
    this.jobs = new Int32Array(2 * jobs.length);
    this.jobClasses = new Int32Array(2 * jobs.length);
    this.endsMs = new Float64Array(2 * jobs.length);
    this.jobs.set(jobs);
    this.jobClasses.set(jobClasses);
    this.endsMs.set(endsMs);
  }
}

/** Free resources of an instance at some time, by limits; reused from one question to the next. */
interface FreeResources {
  vcpuMilli: number;
  memoryMib: number;
  gpuMilli: number;
}

const NO_JOBS = new JobsByEnd();

export class RunningLimits {
  private readonly cluster: Cluster;
  /** By instance, where jobs run; lists of instances that became empty wait in `spare`. */
  private readonly lists = new Map<number, JobsByEnd>();
  private readonly spare: JobsByEnd[] = [];
  private readonly free: FreeResources = { vcpuMilli: 0, memoryMib: 0, gpuMilli: 0 };
  /** Per job; Infinity without a limit. */
  private limits = new Float64Array(1024);

  constructor(cluster: Cluster) {
    this.cluster = cluster;
  }

  /** The watcher of a queue when any queue backfills: tells this object, then the queue's own watcher if it has one. */
  watch(inner: QueueWatcher | null): QueueWatcher {
    return {
      jobPending: (jobClass, jobs, nowMs) => inner?.jobPending?.(jobClass, jobs, nowMs),
      jobQueued: (job, jobClass, limitMs, front, nowMs) => {
        this.remember(job, limitMs);
        inner?.jobQueued(job, jobClass, limitMs, front, nowMs);
      },
      jobPlaced: (job, jobClass, instance, nowMs) => {
        this.listOf(instance).insert(job, jobClass, nowMs + this.limitMs(job));
        inner?.jobPlaced(job, jobClass, instance, nowMs);
      },
      jobEnded: (job, jobClass, instance, nowMs) => {
        this.forget(job, instance);
        inner?.jobEnded(job, jobClass, instance, nowMs);
      },
      jobLeft: (job, jobClass, nowMs) => inner?.jobLeft(job, jobClass, nowMs),
    };
  }

  /** The limit of a job that waits or runs, ms; Infinity without one. */
  limitMs(job: number): number {
    return this.limits[job]!;
  }

  /**
   * Earliest time at which an instance has room for a job of a class, when running jobs end by their limits; those that
   * are past theirs count as ending now. Infinity when that is never.
   */
  roomAtMs(instance: number, jobClass: number, nowMs: number): number {
    const { requests, instances } = this.cluster;
    const { count, jobClasses, endsMs } = this.on(instance);
    let vcpuMilli = instances.freeVcpuMilli(instance) - requests.vcpuMilli[jobClass]!;
    let memoryMib = instances.freeMemoryMib(instance) - requests.memoryMib[jobClass]!;
    let gpuMilli = instances.freeGpuMilli(instance) - requests.gpuMilli[jobClass]!;
    let timeMs = nowMs;
    for (let i = 0; i < count && (vcpuMilli < 0 || memoryMib < 0 || gpuMilli < 0); i++) {
      vcpuMilli += requests.vcpuMilli[jobClasses[i]!]!;
      memoryMib += requests.memoryMib[jobClasses[i]!]!;
      gpuMilli += requests.gpuMilli[jobClasses[i]!]!;
      timeMs = Math.max(nowMs, endsMs[i]!);
    }
    return vcpuMilli < 0 || memoryMib < 0 || gpuMilli < 0 ? Number.POSITIVE_INFINITY : timeMs;
  }

  /** What is free on an instance at a time not before now: ends equal to it count, jobs without a limit never end. */
  freeAt(instance: number, timeMs: number): Readonly<FreeResources> {
    const { free } = this;
    const { instances, requests } = this.cluster;
    const { count, jobClasses, endsMs } = this.on(instance);
    free.vcpuMilli = instances.freeVcpuMilli(instance);
    free.memoryMib = instances.freeMemoryMib(instance);
    free.gpuMilli = instances.freeGpuMilli(instance);
    for (let i = 0; i < count && endsMs[i]! <= timeMs && endsMs[i]! < Number.POSITIVE_INFINITY; i++) {
      free.vcpuMilli += requests.vcpuMilli[jobClasses[i]!]!;
      free.memoryMib += requests.memoryMib[jobClasses[i]!]!;
      free.gpuMilli += requests.gpuMilli[jobClasses[i]!]!;
    }
    return free;
  }

  /** The jobs that run on an instance, by expected end: the first `count` entries of the columns. */
  on(instance: number): JobsByEnd {
    return this.lists.get(instance) ?? NO_JOBS;
  }

  private remember(job: number, limitMs: number): void {
    if (job >= this.limits.length) {
      const limits = new Float64Array(2 * Math.max(job, this.limits.length));
      limits.set(this.limits);
      this.limits = limits;
    }
    this.limits[job] = Number.isNaN(limitMs) ? Number.POSITIVE_INFINITY : limitMs;
  }

  private listOf(instance: number): JobsByEnd {
    let list = this.lists.get(instance);
    if (list === undefined) {
      list = this.spare.pop() ?? new JobsByEnd();
      this.lists.set(instance, list);
    }
    return list;
  }

  private forget(job: number, instance: number): void {
    const list = this.listOf(instance);
    list.remove(job);
    if (list.count > 0) return;
    this.lists.delete(instance);
    this.spare.push(list);
  }
}
