// Reads the jobs of our queues: the lists of all queues at once, those of arrays' children, then DescribeJobs for what the book
// wants to know, as far as the allowed rate and the deadline go. What is not described in this look comes in the next.

import type { SeenArray, SeenEnd, SeenJob } from "../observation.js";
import type { Clock, Deadline } from "../ports.js";
import { ArrayReader } from "./array-reader.js";
import { JobBook } from "./job-book.js";
import { arrayOf, type ListedArray, type ListedJob, pushJob } from "./job-list.js";
import { AT_ONCE, MOST_IDS, type ReadApi, ReadError } from "./read-api.js";

/** Of the time that is left when a look's lists are read: a decision, and what follows from it, needs some too. */
const DESCRIBE_SHARE = 0.5;
/** In the direction in which jobs go: one that moves on while the lists are read is in one of them at least. */
const ACTIVE = ["RUNNABLE", "STARTING", "RUNNING"] as const;

export interface JobReaderOptions {
  /** Names, as observations have them. */
  readonly queues: readonly string[];
  readonly clock: Clock;
  /** Calls of Batch's reads per second at most. */
  readonly readsPerSecond: number;
  /** RUNNABLE jobs per queue that are listed; the pages beyond are not read. */
  readonly mostRunnable: number;
  /** AWS's time when the first look began: attempts that ended before are history. */
  readonly sinceMs: () => number;
}

export interface JobsRead {
  readonly jobs: readonly SeenJob[];
  readonly arrays: readonly SeenArray[];
  readonly warnings: readonly string[];
}

interface QueueLists {
  readonly queue: string;
  readonly jobs: readonly ListedJob[];
  readonly arrays: readonly ListedArray[];
  readonly isCut: boolean;
}

export class JobReader {
  private readonly api: ReadApi;
  private readonly options: JobReaderOptions;
  private readonly book: JobBook;
  private readonly children: ArrayReader;

  constructor(api: ReadApi, options: JobReaderOptions) {
    this.api = api;
    this.options = options;
    this.children = new ArrayReader(api, options.clock, options.readsPerSecond);
    this.book = new JobBook(options.sinceMs);
  }

  /** A message has told of a job. */
  hear(jobId: string, queue: string, endedAttempts: number): void {
    this.book.hear(jobId, queue, endedAttempts);
  }

  /** Throws what a call throws, and where the time is too short for all of it; what was learnt until then is kept. */
  async read(deadline: Deadline): Promise<JobsRead> {
    const { overdue, ...read } = await this.readAll(deadline).catch((thrown: unknown) => {
      if (!(thrown instanceof ReadError) || thrown.name !== "deadline") throw thrown;
      throw new ReadError("deadline", `the tick had no time left to read all jobs: where this lasts, ${this.remedy}`);
    });
    if (overdue === 0) return read;
    const which = `the placed children of ${overdue} of ${read.arrays.length} arrays`;
    throw new ReadError("deadline", `${which} could not be listed in time: where this lasts, ${this.remedy}`);
  }

  /** Ends that were learnt since the last time. */
  takeEnds(): SeenEnd[] {
    return this.book.takeEnds();
  }

  private async readAll(deadline: Deadline): Promise<JobsRead & { readonly overdue: number }> {
    const lists = await Promise.all(this.options.queues.map((queue) => this.listQueue(queue, deadline)));
    const all = lists.flatMap(({ arrays }) => arrays);
    const { arrays, children, unlisted, late, overdue } = await this.children.read(all, deadline);
    const cut = new Set(lists.filter(({ isCut }) => isCut).map(({ queue }) => queue));
    this.book.list({ jobs: [...lists.flatMap(({ jobs }) => jobs), ...children], arrays, cut, unlisted });
    await this.describe(deadline);
    const warnings = [...cut].map(
      (queue) =>
        `job queue ${queue} has more than ${this.options.mostRunnable} RUNNABLE jobs: the rest is not looked at`,
    );
    if (late > 0) warnings.push(`some arrays are seen some looks late, for want of calls: ${this.remedy}`);
    return { jobs: this.book.jobs(), arrays: this.book.seenArrays(), warnings, overdue };
  }

  /** What helps when there are more calls to make than the time allows. */
  private get remedy(): string {
    return `raise live.batchReadsPerSecond (now ${this.options.readsPerSecond})`;
  }

  private async listQueue(queue: string, deadline: Deadline): Promise<QueueLists> {
    const jobs: ListedJob[] = [];
    const arrays: ListedArray[] = [];
    let isCut = false;
    // Parents of arrays wait in PENDING for as long as any child is active.
    for (const status of ["PENDING", ...ACTIVE] as const) {
      const most = status === "RUNNABLE" ? this.options.mostRunnable : Number.POSITIVE_INFINITY;
      const list = await this.api.listJobs({ jobQueue: queue }, status, deadline, most);
      isCut ||= list.isCut;
      for (const job of list.jobs) {
        const array = arrayOf(job, queue);
        if (array !== undefined) arrays.push(array);
        else if (status !== "PENDING") pushJob(jobs, job, status, queue);
      }
    }
    return { queue, jobs, arrays, isCut };
  }

  private async describe(deadline: Deadline): Promise<void> {
    const leftMs = deadline.leftMs();
    const stopLeftMs = leftMs * (1 - DESCRIBE_SHARE);
    const mostCalls = Math.max(1, Math.floor(((leftMs * DESCRIBE_SHARE) / 1000) * this.options.readsPerSecond));
    const ids = this.book.toDescribe().slice(0, mostCalls * MOST_IDS);
    for (let from = 0; from < ids.length && deadline.leftMs() >= stopLeftMs; from += AT_ONCE * MOST_IDS) {
      const batches: string[][] = [];
      for (let at = from; at < Math.min(ids.length, from + AT_ONCE * MOST_IDS); at += MOST_IDS) {
        batches.push(ids.slice(at, at + MOST_IDS));
      }
      const answers = await Promise.allSettled(batches.map((batch) => this.api.describeJobs(batch, deadline)));
      answers.forEach((answer, at) => {
        if (answer.status === "fulfilled") this.book.described(batches[at]!, answer.value);
      });
      for (const answer of answers) if (answer.status === "rejected") throw answer.reason;
    }
  }
}
