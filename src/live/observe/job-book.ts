// What is known of the jobs in our queues, kept from look to look, so that a look costs in what has changed. Lists tell which
// jobs there are; DescribeJobs tells what they ask for, where they are and how their attempts ended. The book says which are to
// be described, the most pressing first.

import type { JobDetail } from "@aws-sdk/client-batch";
import type { ActiveStatus, JobRequest, SeenArray, SeenEnd, SeenJob } from "../observation.js";
import { type EndedJob, endedAttemptsOf, endsOf, isOver, placeOf, requestOf } from "./job-detail.js";
import { arrayIdOf, type ListedArray, type ListedJob } from "./job-list.js";

/** Everything that the lists of one look have. */
export interface JobLists {
  /** A job that is in several is the last. */
  readonly jobs: readonly ListedJob[];
  readonly arrays: readonly ListedArray[];
  /** Queues whose RUNNABLE jobs were not listed to the end. */
  readonly cut: ReadonlySet<string>;
  /** Arrays whose placed children were not listed: nothing is known of them but what was. */
  readonly unlisted: ReadonlySet<string>;
}

interface Entry {
  seen: SeenJob;
  scheduledAt: number;
  startedAt: number;
  /** The last look that has listed or described it. */
  look: number;
  /** It has changed since it was described. */
  isDue: boolean;
  /** How often DescribeJobs did not know it after it had left the lists. */
  unknown: number;
}

/** How long an ended job is remembered: lists and messages may be late. */
const REMEMBERED_LOOKS = 40;
/** A job that no list has, and that DescribeJobs so often did not know, is no more. */
const MOST_UNKNOWN = 3;

export class JobBook {
  private readonly entries = new Map<string, Entry>();
  private readonly requests = new Map<string, JobRequest>();
  private arrays = new Map<string, ListedArray>();
  /** Per array: the last look that has listed its placed children. */
  private readonly childLooks = new Map<string, number>();
  private cut: ReadonlySet<string> = new Set();
  /** Per array: children that have run and are RUNNABLE again, which have names of their own. */
  private namedRunnable = new Map<string, number>();
  /** Jobs that ended, and the look in which that was learnt, in that order. */
  private readonly over = new Map<string, number>();
  /** Jobs that a message has told of, with their queues. */
  private readonly heard = new Map<string, string>();
  private ends: SeenEnd[] = [];
  private look = 0;
  private readonly sinceMs: () => number;

  /** Attempts that ended before `sinceMs`, epoch ms, are history: nobody is told of them. */
  constructor(sinceMs: () => number) {
    this.sinceMs = sinceMs;
  }

  /** Takes up the lists of a new look. */
  list({ jobs, arrays, cut, unlisted }: JobLists): void {
    this.look++;
    this.arrays = new Map(arrays.map((array) => [array.jobId, array]));
    this.cut = cut;
    for (const id of this.requests.keys()) if (!this.arrays.has(id)) this.requests.delete(id);
    for (const id of this.childLooks.keys()) if (!this.arrays.has(id)) this.childLooks.delete(id);
    for (const id of this.arrays.keys()) if (!unlisted.has(id)) this.childLooks.set(id, this.look);
    for (const job of jobs) this.take(job);
    this.countNamed();
    for (const [id, learnt] of this.over) {
      if (learnt > this.look - REMEMBERED_LOOKS) break;
      this.over.delete(id);
    }
  }

  /** A message: the job has changed, and so many of its attempts have ended. */
  hear(jobId: string, queue: string, endedAttempts: number): void {
    if (this.over.has(jobId) || this.arrays.has(jobId)) return;
    const entry = this.entries.get(jobId);
    if (entry === undefined) this.heard.set(jobId, queue);
    else if (endedAttempts > (entry.seen.endedAttempts ?? 0)) entry.isDue = true;
  }

  /**
   * Ids to be described, the most pressing first: arrays (one answer for thousands of jobs), jobs that have left the lists while
   * they ran, those that have moved, those that messages tell of, those that have left the lists while they waited, new ones.
   */
  toDescribe(): string[] {
    const left: string[] = [];
    const moved: string[] = [];
    const leftWaiting: string[] = [];
    const fresh: string[] = [];
    for (const [id, entry] of this.entries) {
      const isWaiting = entry.seen.status === "RUNNABLE";
      if (this.hasLeft(entry)) (isWaiting ? leftWaiting : left).push(id);
      else if (entry.seen.request === undefined && isWaiting) fresh.push(id);
      else if (entry.isDue || (!isWaiting && entry.seen.containerInstanceArn === "")) moved.push(id);
    }
    const arrays = [...this.arrays.keys()].filter((id) => !this.requests.has(id));
    return [...arrays, ...left, ...moved, ...this.heard.keys(), ...leftWaiting, ...fresh];
  }

  /** Takes up what DescribeJobs said of the ids that were asked for; Batch leaves out those that it does not know. */
  described(asked: readonly string[], details: readonly JobDetail[]): void {
    const queues = new Map(asked.map((id) => [id, this.heard.get(id)]));
    const missing = new Set(asked);
    for (const id of asked) this.heard.delete(id);
    for (const detail of details) {
      const { jobId } = detail;
      if (jobId === undefined) continue;
      missing.delete(jobId);
      if (detail.arrayProperties?.size !== undefined) {
        if (this.arrays.has(jobId)) this.requests.set(jobId, requestOf(detail));
      } else {
        this.takeDetail(jobId, detail, queues.get(jobId));
      }
    }
    for (const id of missing) this.takeUnknown(id);
  }

  /** Jobs that are not over, as far as is known. One that has left the lists and was not described yet is as it was last seen. */
  jobs(): SeenJob[] {
    const jobs: SeenJob[] = [];
    for (const { seen } of this.entries.values()) jobs.push(seen);
    return jobs;
  }

  /** Arrays; a child that is RUNNABLE again after an attempt is among the jobs, and not counted here. */
  seenArrays(): SeenArray[] {
    this.countNamed();
    return [...this.arrays.values()].map((array) => {
      const request = this.requests.get(array.jobId);
      const named = this.namedRunnable.get(array.jobId) ?? 0;
      const { RUNNABLE = 0, ...others } = array.statusSummary;
      return { ...array, statusSummary: { ...others, RUNNABLE: Math.max(0, RUNNABLE - named) }, request };
    });
  }

  /** Ends that were learnt since the last time. */
  takeEnds(): SeenEnd[] {
    const taken = this.ends;
    this.ends = [];
    return taken;
  }

  private take(listed: ListedJob): void {
    const { jobId, status, scheduledAt, startedAt } = listed;
    if (this.over.has(jobId)) return; // a list that is late
    if (status === "RUNNABLE" && this.arrays.has(listed.arrayId) && !this.entries.has(jobId)) return; // counted
    const entry = this.entries.get(jobId);
    this.heard.delete(jobId);
    if (entry === undefined) {
      this.entries.set(jobId, newEntry(newJob(listed), listed, this.look, true));
      return;
    }
    entry.look = this.look;
    const { seen } = entry;
    const isSame =
      seen.status === status && !isOther(entry.scheduledAt, scheduledAt) && !isOther(entry.startedAt, startedAt);
    entry.scheduledAt = scheduledAt;
    entry.startedAt = startedAt;
    if (isSame && seen.statusReason === listed.statusReason) return;
    entry.isDue ||= !isSame;
    const isWaiting = status === "RUNNABLE";
    entry.seen = {
      ...seen,
      status,
      startedAtMs: startOf(status, startedAt),
      containerInstanceArn: isWaiting ? "" : seen.containerInstanceArn,
      statusReason: listed.statusReason,
    };
  }

  /**
   * It was not in the last list that would have it. RUNNABLE children of arrays are listed nowhere: they are there as long as their
   * parent counts enough of them.
   */
  private hasLeft({ seen, look }: Entry): boolean {
    if (look === this.look) return false;
    const array = this.arrays.get(seen.arrayId);
    if (seen.status !== "RUNNABLE") return array === undefined || look < (this.childLooks.get(array.jobId) ?? 0);
    if (array === undefined) return !this.cut.has(seen.queue);
    return (array.statusSummary.RUNNABLE ?? 0) < (this.namedRunnable.get(array.jobId) ?? 0);
  }

  private takeUnknown(jobId: string): void {
    const entry = this.entries.get(jobId);
    if (entry === undefined || !this.hasLeft(entry)) return;
    entry.unknown++;
    if (entry.unknown >= MOST_UNKNOWN) this.entries.delete(jobId);
  }

  private countNamed(): void {
    this.namedRunnable = new Map();
    for (const { seen } of this.entries.values()) {
      if (seen.arrayId === "" || seen.status !== "RUNNABLE") continue;
      this.namedRunnable.set(seen.arrayId, (this.namedRunnable.get(seen.arrayId) ?? 0) + 1);
    }
  }

  /** `heardIn`: the queue of a job that is known by a message alone. */
  private takeDetail(jobId: string, detail: JobDetail, heardIn: string | undefined): void {
    const entry = this.entries.get(jobId);
    const queue = entry?.seen.queue ?? heardIn;
    if (queue === undefined || this.over.has(jobId)) return;
    const request = entry?.seen.request ?? requestOf(detail);
    const arrayId = entry?.seen.arrayId ?? arrayIdOf(jobId);
    const job: EndedJob = { jobId, arrayId, createdAtMs: detail.createdAt ?? Number.NaN, queue, request };
    const ended = endedAttemptsOf(detail);
    const sinceMs = this.sinceMs();
    const told = entry?.seen.endedAttempts ?? ended.filter(({ stoppedAt = 0 }) => stoppedAt < sinceMs).length;
    const isHistory = isOver(detail) && detail.stoppedAt !== undefined && detail.stoppedAt < sinceMs;
    if (!isHistory) this.ends.push(...endsOf(detail, job, told));
    if (isOver(detail)) {
      this.entries.delete(jobId);
      this.over.set(jobId, this.look);
      return;
    }
    const { status } = detail;
    if (status !== "RUNNABLE" && status !== "STARTING" && status !== "RUNNING") {
      this.entries.delete(jobId); // it waits for others: a list will have it again
      return;
    }
    // Most RUNNABLE children are counted by their parents; one that has run has a name.
    if (entry === undefined && status === "RUNNABLE" && arrayId !== "" && ended.length === 0) return;
    const startedAt = detail.startedAt ?? 0;
    const seen: SeenJob = {
      jobId,
      queue,
      status,
      createdAtMs: entry?.seen.createdAtMs ?? job.createdAtMs,
      startedAtMs: startOf(status, startedAt),
      endedAttempts: ended.length,
      request,
      containerInstanceArn: status === "RUNNABLE" ? "" : placeOf(detail),
      arrayId,
      statusReason: detail.statusReason ?? "",
    };
    const times = { scheduledAt: entry?.scheduledAt ?? 0, startedAt: status === "RUNNING" ? startedAt : 0 };
    this.entries.set(jobId, newEntry(seen, times, this.look, false));
  }
}

function newEntry(
  seen: SeenJob,
  { scheduledAt, startedAt }: Pick<ListedJob, "scheduledAt" | "startedAt">,
  look: number,
  isDue: boolean,
): Entry {
  return { seen, scheduledAt, startedAt, look, isDue, unknown: 0 };
}

/** Two times of which each is known: those of two attempts. */
function isOther(knownAt: number, listedAt: number): boolean {
  return knownAt !== 0 && listedAt !== 0 && knownAt !== listedAt;
}

function newJob({ jobId, queue, status, createdAtMs, startedAt, arrayId, statusReason }: ListedJob): SeenJob {
  return {
    jobId,
    queue,
    status,
    createdAtMs,
    startedAtMs: startOf(status, startedAt),
    endedAttempts: undefined,
    request: undefined,
    containerInstanceArn: "",
    arrayId,
    statusReason,
  };
}

function startOf(status: ActiveStatus, startedAt: number): number {
  return status === "RUNNING" && startedAt > 0 ? startedAt : Number.NaN;
}
