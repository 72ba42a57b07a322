// Reads the jobs of our queues: the lists of all queues at once, then DescribeJobs for what the book wants to know, as far as the
// allowed rate and the deadline go. What is not described in this look comes in the next.

import type { JobSummary } from "@aws-sdk/client-batch";
import type { SeenArray, SeenEnd, SeenJob } from "../observation.js";
import type { Deadline } from "../ports.js";
import { arrayIdOf, JobBook, type JobLists, type ListedArray, type ListedJob } from "./job-book.js";
import { AT_ONCE, concurrently, type JobList, MOST_IDS, type ReadApi } from "./read-api.js";

/** Of the time that is left when a look's lists are read: a decision, and what follows from it, needs some too. */
const DESCRIBE_SHARE = 0.5;
/** In the direction in which jobs go: one that moves on while the lists are read is in one of them at least. */
const ACTIVE = ["RUNNABLE", "STARTING", "RUNNING"] as const;

export interface JobReaderOptions {
  /** Names, as observations have them. */
  readonly queues: readonly string[];
  /** DescribeJobs calls per second at most. */
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

  constructor(api: ReadApi, options: JobReaderOptions) {
    this.api = api;
    this.options = options;
    this.book = new JobBook(options.sinceMs);
  }

  /** A message has told of a job. */
  hear(jobId: string, queue: string, endedAttempts: number): void {
    this.book.hear(jobId, queue, endedAttempts);
  }

  /** Throws what a call throws; what was learnt until then is kept. */
  async read(deadline: Deadline): Promise<JobsRead> {
    const lists = await Promise.all(this.options.queues.map((queue) => this.listQueue(queue, deadline)));
    const children = await this.listChildren(
      lists.flatMap(({ arrays }) => arrays),
      deadline,
    );
    const all: JobLists = {
      jobs: [...lists.flatMap(({ jobs }) => jobs), ...children],
      arrays: lists.flatMap(({ arrays }) => arrays),
      cut: new Set(lists.filter(({ isCut }) => isCut).map(({ queue }) => queue)),
    };
    this.book.list(all);
    await this.describe(deadline);
    return {
      jobs: this.book.jobs(),
      arrays: this.book.seenArrays(),
      warnings: [...all.cut].map(
        (queue) =>
          `job queue ${queue} has more than ${this.options.mostRunnable} RUNNABLE jobs: the rest is not looked at`,
      ),
    };
  }

  /** Ends that were learnt since the last time. */
  takeEnds(): SeenEnd[] {
    return this.book.takeEnds();
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

  /** Children that are placed; the RUNNABLE ones are counted by their parents. */
  private async listChildren(arrays: readonly ListedArray[], deadline: Deadline): Promise<ListedJob[]> {
    const lists = arrays.flatMap(({ jobId, queue, statusSummary }) =>
      (["STARTING", "RUNNING"] as const)
        .filter((status) => (statusSummary[status] ?? 0) > 0)
        .map((status) => ({ list: { arrayJobId: jobId } as JobList, queue, status })),
    );
    const children = await concurrently(lists, async ({ list, queue, status }) => {
      const { jobs } = await this.api.listJobs(list, status, deadline, Number.POSITIVE_INFINITY);
      const listed: ListedJob[] = [];
      for (const job of jobs) pushJob(listed, job, status, queue);
      return listed;
    });
    return children.flat();
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

function arrayOf({ jobId, createdAt, arrayProperties }: JobSummary, queue: string): ListedArray | undefined {
  const { size, statusSummary } = arrayProperties ?? {};
  if (jobId === undefined || size === undefined || size === 0) return undefined;
  return { jobId, queue, size, createdAtMs: createdAt ?? Number.NaN, statusSummary: statusSummary ?? {} };
}

function pushJob(to: ListedJob[], job: JobSummary, status: ListedJob["status"], queue: string): void {
  const { jobId, createdAt, scheduledAt, startedAt, statusReason } = job;
  if (jobId === undefined) return;
  to.push({
    jobId,
    queue,
    status,
    createdAtMs: createdAt ?? Number.NaN,
    scheduledAt: scheduledAt ?? 0,
    startedAt: startedAt ?? 0,
    arrayId: arrayIdOf(jobId),
    statusReason: statusReason ?? "",
  });
}
