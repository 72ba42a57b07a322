// The life of jobs and array jobs as AWS Batch's seven states, read off the ledger: what DescribeJobs would have said.

import type { Ledger } from "../ledger/ledger.js";
import type { Workload } from "../model/job.js";
import { exitCodeOf, OUTCOME_WORDS, Outcome, outcomeOf } from "../model/outcome.js";
import { NONE } from "../model/tables.js";
import { type JobRows, jobRowsOf } from "./job-rows.js";

/** In the order in which a job goes through them. */
export const JOB_STATES = ["SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED"] as const;
export type JobState = (typeof JOB_STATES)[number];

/** A state and the time, ms after the first submission, at which it was entered. */
export interface StateChange {
  readonly state: JobState;
  readonly timeMs: number;
}

export interface AttemptDetail {
  /** Container start; null when there was none. */
  readonly startedMs: number | null;
  readonly endedMs: number;
  /** Null when no container exited. */
  readonly exitCode: number | null;
  /** The container's reason; empty when there is none. */
  readonly reason: string;
  readonly statusReason: string;
  /** The instance; of several nodes that of the main one. */
  readonly instance: number;
}

export interface JobTimeline {
  /** In the order of time. */
  readonly states: readonly StateChange[];
  /** Of a job that has ended, else empty. */
  readonly statusReason: string;
  /** Those that have ended. */
  readonly attempts: readonly AttemptDetail[];
}

/**
 * The states of a job through all its attempts. A job is PENDING only while it has unmet dependencies; without any it goes
 * from SUBMITTED to RUNNABLE in the same instant. Linear in the rows of the job, after an index made once per ledger.
 */
export function jobTimeline(ledger: Ledger, workload: Workload, job: number): JobTimeline {
  const rows = jobRowsOf(ledger, workload);
  const { startedMs, endedMs, placedMs } = ledger.attempts;
  const submitMs = workload.submitMs[job]!;
  const states: StateChange[] = [{ state: "SUBMITTED", timeMs: submitMs }];
  const attempts: AttemptDetail[] = [];
  if (rows.wasPending(job)) states.push({ state: "PENDING", timeMs: submitMs });
  for (let i = 0; i < rows.runnableCount(job); i++) {
    states.push({ state: "RUNNABLE", timeMs: rows.runnableMs(job, i) });
    if (i >= rows.attemptCount(job)) break; // it waits still, or was cancelled
    const row = rows.attemptRow(job, i);
    states.push({ state: "STARTING", timeMs: placedMs[row]! });
    if (Number.isNaN(endedMs[row]!)) break; // when it started is known when it ends
    if (!Number.isNaN(startedMs[row]!)) states.push({ state: "RUNNING", timeMs: startedMs[row]! });
    attempts.push(attemptDetail(ledger, row));
  }
  if (!rows.hasEnded(job)) return { states, statusReason: "", attempts };
  states.push({ state: endState(rows, job), timeMs: rows.endedMs(job) });
  return { states, statusReason: OUTCOME_WORDS[outcomeOf(rows.outcome(job))]!.statusReason, attempts };
}

function attemptDetail({ attempts }: Ledger, row: number): AttemptDetail {
  const packed = attempts.outcome[row]!;
  const startedMs = attempts.startedMs[row]!;
  return {
    startedMs: Number.isNaN(startedMs) ? null : startedMs,
    endedMs: attempts.endedMs[row]!,
    exitCode: containerExitCode(packed),
    ...OUTCOME_WORDS[outcomeOf(packed)]!,
    instance: attempts.instance[row]!,
  };
}

/** The exit code in a packed outcome; null where no container gave one: only success has an exit code of 0. */
export function containerExitCode(packed: number): number | null {
  const exitCode = exitCodeOf(packed);
  return exitCode === 0 && outcomeOf(packed) !== Outcome.Succeeded ? null : exitCode;
}

/** The state a job has ended in. */
function endState(rows: JobRows, job: number): "SUCCEEDED" | "FAILED" {
  return outcomeOf(rows.outcome(job)) === Outcome.Succeeded ? "SUCCEEDED" : "FAILED";
}

/** What became of an array job's children. */
export interface ArrayEnd {
  readonly succeeded: number;
  readonly failed: number;
  /** End of the last child; NaN while one has not ended. */
  readonly endedMs: number;
}

/** Counts the ended children of an array job. */
export function arrayEnd(ledger: Ledger, workload: Workload, array: number): ArrayEnd {
  const rows = jobRowsOf(ledger, workload);
  const children = childrenOf(workload, array);
  let succeeded = 0;
  let failed = 0;
  let endedMs = 0;
  for (const job of children) {
    if (!rows.hasEnded(job)) continue;
    endedMs = Math.max(endedMs, rows.endedMs(job));
    if (endState(rows, job) === "SUCCEEDED") succeeded++;
    else failed++;
  }
  return { succeeded, failed, endedMs: succeeded + failed === children.length ? endedMs : Number.NaN };
}

/**
 * The states of an array job's parent, which is never RUNNABLE: PENDING while children are there that have not ended, then
 * SUCCEEDED, or FAILED if any child failed, at the end of the last.
 */
export function arrayTimeline(ledger: Ledger, workload: Workload, array: number): StateChange[] {
  const submitMs = workload.submitMs[childrenOf(workload, array)[0]!]!;
  const { failed, endedMs } = arrayEnd(ledger, workload, array);
  const states: StateChange[] = [
    { state: "SUBMITTED", timeMs: submitMs },
    { state: "PENDING", timeMs: submitMs },
  ];
  if (!Number.isNaN(endedMs)) states.push({ state: failed > 0 ? "FAILED" : "SUCCEEDED", timeMs: endedMs });
  return states;
}

/** DescribeJobs' arrayProperties.statusSummary at a time, all changes of that instant included: children by state. */
export function statusSummaryAt(
  ledger: Ledger,
  workload: Workload,
  array: number,
  timeMs: number,
): Record<JobState, number> {
  const counts = Object.fromEntries(JOB_STATES.map((state) => [state, 0])) as Record<JobState, number>;
  for (const job of childrenOf(workload, array)) {
    const entered = jobTimeline(ledger, workload, job).states.filter((change) => change.timeMs <= timeMs);
    const current = entered.at(-1);
    if (current !== undefined) counts[current.state]++;
  }
  return counts;
}

/** The jobs of an array, by array index. */
function childrenOf({ arrays }: Workload, array: number): Int32Array {
  return arrays.children.subarray(arrays.starts[array]!, arrays.starts[array + 1]!);
}

/** The array that a job is a child of; NONE when it is of none. */
export function arrayOf({ arrays }: Workload, job: number): number {
  return arrays.arrayOfJob.length === 0 ? NONE : arrays.arrayOfJob[job]!;
}
