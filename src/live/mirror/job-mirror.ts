// AWS's jobs as the engine's: job ids become numbers, what is seen of a job becomes the events that lie between two looks.
// Children of an array wait as a number (the parent's statusSummary), and get a name when they are placed.

import type { HeardEvent } from "../../engine/heard-events.js";
import { EventKind } from "../../model/event.js";
import { NONE } from "../../model/tables.js";
import type { JobRequest, Observation, SeenArray, SeenEnd, SeenJob } from "../observation.js";
import type { RecordingEngine } from "../session/recording-engine.js";
import { outcomeOfEnd } from "./outcome.js";

/** A job that AWS no longer shows, without ever telling its end, is given up after so many whole looks. */
const MOST_MISSED_LOOKS = 40;

const LEFT_OUT =
  "there are jobs of more kinds than one session can tell apart: some are left out until others have ended and another session begins";

interface Job {
  /** The engine's; free for another job when this one has ended. */
  readonly number: number;
  readonly id: string;
  readonly createdMs: number;
  readonly jobClass: number;
  readonly limitMs: number;
  /** Attempts whose end was told. */
  ended: number;
  placed: boolean;
  missed: number;
}

interface ArrayOfJobs {
  /** Children that wait and never ran: who is who does not matter before they are placed. Those that did are jobs of their own. */
  readonly waiting: Job[];
  /** Children met so far: each waiting one needs a name of its own. */
  children: number;
}

export interface JobLook {
  readonly heard: readonly HeardEvent[];
  readonly warnings: readonly string[];
}

export class JobMirror {
  private readonly engine: RecordingEngine;
  private readonly queueOf: ReadonlyMap<string, number>;
  private readonly originMs: number;
  private readonly learns: boolean;
  private readonly hostOf: (containerInstanceArn: string) => number;
  private readonly jobs = new Map<string, Job>();
  private readonly arrays = new Map<string, ArrayOfJobs>();
  private readonly names = new Map<string, number>();
  private readonly free: number[] = [];
  /** Numbers of jobs that ended in this look: the engine is told of their ends together with its beginnings. */
  private freed: number[] = [];
  private nextNumber = 0;
  private lacksClasses = false;
  private heard: HeardEvent[] = [];
  private keys: string[] = [];
  private warnings = new Map<string, string>();

  /** `hostOf`: the engine's instance of a container instance, or NONE. `learns`: the engine is to be told jobs' names. */
  constructor(
    engine: RecordingEngine,
    queues: readonly string[],
    originMs: number,
    learns: boolean,
    hostOf: (containerInstanceArn: string) => number,
  ) {
    this.engine = engine;
    this.queueOf = new Map(queues.map((name, index) => [name, index]));
    this.originMs = originMs;
    this.learns = learns;
    this.hostOf = hostOf;
  }

  /** Jobs that wait or are placed, as far as the engine has been told. */
  get count(): number {
    return this.jobs.size;
  }

  /**
   * Jobs are left out because they are of more kinds than the engine's tables hold, and another engine would not begin with them
   * half full: many of the kinds are gone.
   */
  get isFull(): boolean {
    return this.lacksClasses && this.engine.leavesHalf(this.liveClasses());
  }

  /** What is new in a look whose jobs were read whole. */
  look({ jobs, arrays, ends }: Pick<Observation, "jobs" | "arrays" | "ends">): JobLook {
    this.heard = [];
    this.keys = [];
    this.free.push(...this.freed);
    this.freed = [];
    this.warnings = new Map();
    this.lacksClasses = false;
    const seen = new Set<string>();
    for (const end of [...ends].sort((a, b) => a.endedAttempts - b.endedAttempts || a.stoppedAtMs - b.stoppedAtMs)) {
      this.ended(end);
    }
    const arrayOf = new Map(arrays.map((array) => [array.jobId, array]));
    for (const job of inOrder(jobs)) {
      seen.add(job.jobId);
      this.lookAt(job, arrayOf.get(job.arrayId));
    }
    for (const array of arrays) this.lookAtArray(array);
    for (const id of this.arrays.keys()) if (!arrayOf.has(id)) this.arrayGone(id);
    this.countMissed(seen);
    return { heard: this.ordered(), warnings: [...this.warnings.values()] };
  }

  private lookAt(seen: SeenJob, array: SeenArray | undefined): void {
    const { request } = seen;
    if (request === undefined || !this.isServed(request, seen.queue)) return;
    const isPlaced = seen.status !== "RUNNABLE";
    const known = this.jobs.get(seen.jobId);
    if (isPlaced && seen.containerInstanceArn === "") return; // it waits for us until AWS says where it is
    const job =
      known ?? this.adopt(seen.jobId, seen.arrayId, seen.queue, array?.createdAtMs ?? seen.createdAtMs, request);
    if (job === undefined) return;
    job.missed = 0;
    if (!isPlaced || job.placed) return;
    job.placed = true;
    const startedMs = seen.startedAtMs - this.originMs;
    this.hear(job, EventKind.JobPlaced, startedMs, this.hostOf(seen.containerInstanceArn), 0);
  }

  /** An attempt has ended; nobody may have seen that it was placed, or that there was such a job. */
  private ended(end: SeenEnd): void {
    if (!this.isServed(end.request, end.queue)) return;
    const neverPlaced = end.containerInstanceArn === "" && Number.isNaN(end.startedAtMs);
    const known = this.jobs.get(end.jobId);
    if (known === undefined && neverPlaced && end.arrayId === "") return;
    if (known !== undefined && end.endedAttempts < known.ended) return; // told before
    const job = known ?? this.adopt(end.jobId, end.arrayId, end.queue, end.createdAtMs, end.request);
    if (job === undefined) return;
    const stoppedMs = end.stoppedAtMs - this.originMs;
    const startedMs = end.startedAtMs - this.originMs;
    if (neverPlaced && !job.placed) {
      this.hear(job, EventKind.JobCancelled, stoppedMs, 0, outcomeOfEnd(end));
      this.forget(job);
      return;
    }
    if (!job.placed) {
      const placedMs = Number.isNaN(startedMs) ? stoppedMs : startedMs;
      this.hear(job, EventKind.JobPlaced, placedMs, this.hostOf(end.containerInstanceArn), 0);
    }
    job.placed = false;
    this.hear(job, EventKind.JobEnded, stoppedMs, startedMs, outcomeOfEnd(end));
    if (end.retried) this.hear(job, EventKind.JobRetried, stoppedMs, job.jobClass, job.limitMs);
    job.ended++;
    job.missed = 0;
    if (!end.retried) this.forget(job);
  }

  /** A job is met for the first time: one that waits anonymously in its array, or a new one. Undefined: it has to be left out. */
  private adopt(id: string, arrayId: string, queue: string, createdAtMs: number, request: JobRequest): Job | undefined {
    const anonymous = arrayId === "" ? undefined : this.arrayFor(arrayId).waiting.shift();
    if (anonymous === undefined) return this.submit(id, queue, createdAtMs, request);
    this.jobs.delete(anonymous.id);
    const job = { ...anonymous, id };
    this.jobs.set(id, job);
    return job;
  }

  private submit(id: string, queue: string, createdAtMs: number, request: JobRequest): Job | undefined {
    const { vcpuMilli, memoryMib, gpuMilli, shareIdentifier, schedulingPriority } = request;
    const shape = { vcpuMilli, memoryMib, gpuMilli };
    const queueIndex = this.queueOf.get(queue)!;
    const isFair = this.engine.tables.queues[queueIndex]!.order.kind === "fair-share";
    const [share, priority] = isFair ? [shareIdentifier, schedulingPriority] : ["", 0];
    const jobClass = this.engine.classFor(queueIndex, shape, share, priority);
    if (jobClass === undefined) {
      this.lacksClasses = true;
      this.warnings.set("full", LEFT_OUT);
      return undefined;
    }
    const job: Job = {
      number: this.free.pop() ?? this.nextNumber++,
      id,
      createdMs: createdAtMs - this.originMs,
      jobClass,
      limitMs: request.timeoutMs,
      ended: 0,
      placed: false,
      missed: 0,
    };
    this.jobs.set(id, job);
    const savesEveryMs = request.attempts > 1 ? 0 : Number.NaN;
    if (this.learns) this.hear(job, EventKind.JobNamed, job.createdMs, this.nameOf(request.jobName), savesEveryMs);
    this.hear(job, EventKind.JobSubmitted, job.createdMs, job.jobClass, job.limitMs);
    return job;
  }

  private *liveClasses(): Generator<number> {
    for (const { jobClass } of this.jobs.values()) yield jobClass;
  }

  /** As many of an array's children wait as its parent says. */
  private lookAtArray(seen: SeenArray): void {
    const { request, statusSummary } = seen;
    if (request === undefined || !this.isServed(request, seen.queue)) return;
    const array = this.arrayFor(seen.jobId);
    const runnable = statusSummary.RUNNABLE ?? 0;
    while (array.waiting.length < runnable) {
      const id = `${seen.jobId}${ANONYMOUS}${String(array.children++).padStart(5, "0")}`;
      const job = this.submit(id, seen.queue, seen.createdAtMs, request);
      if (job === undefined) break;
      array.waiting.push(job);
    }
    while (array.waiting.length > runnable) this.withdraw(array.waiting.pop()!);
    for (const job of array.waiting) job.missed = 0;
  }

  private arrayGone(id: string): void {
    for (const job of this.arrays.get(id)!.waiting) this.withdraw(job);
    this.arrays.delete(id);
  }

  private arrayFor(id: string): ArrayOfJobs {
    const known = this.arrays.get(id);
    if (known !== undefined) return known;
    const array = { waiting: [], children: 0 };
    this.arrays.set(id, array);
    return array;
  }

  /** A waiting job that AWS does not show any more, and of which it says nothing. */
  private withdraw(job: Job): void {
    this.hear(job, EventKind.JobCancelled, Number.NaN, 0, outcomeOfEnd(NO_WORDS));
    this.forget(job);
  }

  private countMissed(seen: ReadonlySet<string>): void {
    for (const job of [...this.jobs.values()]) {
      if (seen.has(job.id) || job.missed++ < MOST_MISSED_LOOKS) continue;
      this.warnings.set("missed", "jobs are gone of whose end AWS Batch says nothing");
      if (job.placed) {
        this.hear(job, EventKind.JobEnded, Number.NaN, Number.NaN, outcomeOfEnd(NO_WORDS));
        this.forget(job);
      } else {
        this.withdraw(job);
      }
    }
  }

  private isServed(request: JobRequest, queue: string): boolean {
    if (!this.queueOf.has(queue)) return false;
    if (request.nodes === 1) return true;
    const why = "cannot run in an UNMANAGED compute environment: it is left alone";
    this.warnings.set(request.jobName, `multi-node parallel job ${request.jobName} ${why}`);
    return false;
  }

  private nameOf(name: string): number {
    const known = this.names.get(name);
    if (known !== undefined) return known;
    this.names.set(name, this.names.size);
    return this.names.size - 1;
  }

  private forget(job: Job): void {
    this.jobs.delete(job.id);
    this.freed.push(job.number);
  }

  private hear(job: Job, kind: EventKind, timeMs: number, a: number, b: number): void {
    this.keys.push(keyOf(job.createdMs, job.id));
    this.heard.push({ kind, timeMs, subject: job.number, a, b, attempt: job.ended, order: NONE });
  }

  /** In order of creation, then id: AWS gives no other. */
  private ordered(): HeardEvent[] {
    const rank = new Map([...new Set(this.keys)].sort().map((key, index) => [key, index]));
    return this.heard.map((event, i) => ({ ...event, order: rank.get(this.keys[i]!)! }));
  }
}

/** Stands in the id of a child that has no name yet; AWS's ids have none. */
const ANONYMOUS = "?";

const NO_WORDS = { succeeded: false, exitCode: undefined, statusReason: "", reason: "" };

/** Digits of milliseconds since the origin: twenty years have eleven. */
const TIME_DIGITS = 13;

function keyOf(createdMs: number, id: string): string {
  return `${String(Math.max(0, createdMs)).padStart(TIME_DIGITS, "0")} ${id}`;
}

function inOrder(jobs: readonly SeenJob[]): SeenJob[] {
  return [...jobs].sort((a, b) => a.createdAtMs - b.createdAtMs || (a.jobId < b.jobId ? -1 : 1));
}
