// A trace as sleep jobs: what is submitted to a real queue, under which names and when. Pure.

import { hashText } from "../../base/hash.js";
import { MS_PER_SECOND } from "../../base/units.js";

/** A job of the trace as it is replayed: it asks for what the job asked for, and sleeps as long as it ran. */
export interface SleepJob {
  /** Id in the trace. */
  readonly id: string;
  /** After the first submission, time scale applied. */
  readonly submitMs: number;
  /** Whole seconds, at least one, time scale applied. */
  readonly sleepSeconds: number;
  /** Whole ones: what SubmitJob takes on EC2. */
  readonly vcpus: number;
  readonly memoryMib: number;
  readonly gpus: number;
  /** Attempts in all. */
  readonly attempts: number;
  /** "": none. */
  readonly shareIdentifier: string;
  readonly schedulingPriority: number;
}

/** One SubmitJob call: a job, or as many alike as one array. */
export interface Submission {
  /** Unique in the account: the way to find it again when the answer to SubmitJob was lost. */
  readonly name: string;
  readonly atMs: number;
  /** Of its first job among all. */
  readonly first: number;
  /** 1: no array. */
  readonly size: number;
  readonly job: SleepJob;
}

export interface Plan {
  readonly run: string;
  readonly jobs: readonly SleepJob[];
  /** In the order of time. */
  readonly submissions: readonly Submission[];
  /** Tells whether a state file is of the same plan. */
  readonly hash: string;
}

/** SubmitJob: arrayProperties.size is 2 to 10,000. */
const MOST_IN_ARRAY = 10_000;

/** A job name is at most 128 letters; behind the run's come a hyphen and a number. */
const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;

/** Whether job names can be made of it. */
export function isRunId(text: string): boolean {
  return RUN_ID.test(text);
}

/** The calls for jobs in the order of submission: neighbours that are alike and come at one instant are one array. */
export function planSubmissions(run: string, jobs: readonly SleepJob[]): Plan {
  const submissions: Submission[] = [];
  for (let first = 0; first < jobs.length; ) {
    const job = jobs[first]!;
    let size = 1;
    while (size < MOST_IN_ARRAY && first + size < jobs.length && isAlike(job, jobs[first + size]!)) size++;
    submissions.push({ name: `${run}-${first}`, atMs: job.submitMs, first, size, job });
    first += size;
  }
  return { run, jobs, submissions, hash: hashText(JSON.stringify([run, jobs])) };
}

function isAlike(a: SleepJob, b: SleepJob): boolean {
  const { id: _, ...rest } = a;
  return Object.entries(rest).every(([key, value]) => b[key as keyof SleepJob] === value);
}

/** Id of the n-th job of a submission, as AWS Batch numbers children of arrays. */
export function jobIdOf(submission: Submission, jobId: string, n: number): string {
  return submission.size === 1 ? jobId : `${jobId}:${n}`;
}

/** What a sleeper that hangs may take: half as long again and five minutes for a slow start; SubmitJob's least is 60 s. */
export function timeoutSeconds(sleepSeconds: number): number {
  return Math.max(60, Math.ceil(sleepSeconds * 1.5) + 300);
}

/** Sleeps take whole seconds. */
export function sleepSecondsOf(runtimeMs: number): number {
  return Math.max(1, Math.round(runtimeMs / MS_PER_SECOND));
}
