// How long jobs waited, and what that meant to them.

import { quantiles } from "../base/quantiles.js";
import { textAt } from "../base/text-column.js";
import { MS_PER_HOUR, MS_PER_MINUTE, MS_PER_SECOND } from "../base/units.js";
import type { Ledger } from "../ledger/ledger.js";
import type { Workload } from "../model/job.js";
import type { Distribution, LongWait, RunSummary } from "../model/run-result.js";
import { NONE } from "../model/tables.js";
import { everyJobRanOnce, jobRowsOf } from "./job-rows.js";

/** Bounded slowdown treats shorter jobs as this long, so that a job of a second does not rule the mean (Feitelson et al. 1997). */
const SLOWDOWN_BOUND_MS = 10 * MS_PER_SECOND;

const LONGEST_LISTED = 10;

/** Upper edges of the wait histogram: from an instant start to days. */
const HISTOGRAM_EDGES_MS: readonly number[] = [
  ...[0, 1, 2, 5, 10, 15, 30].map((s) => s * MS_PER_SECOND),
  ...[1, 2, 3, 5, 10, 15, 30].map((min) => min * MS_PER_MINUTE),
  ...[1, 2, 4, 8, 12, 24, 48, 96].map((h) => h * MS_PER_HOUR),
];

export interface WaitSummary
  extends Pick<RunSummary, "waitMs" | "boundedSlowdown" | "waitHistogram" | "longestWaits"> {}

/** Jobs that started and ended, each once, with how long they waited. */
export interface JobWaits {
  readonly job: Int32Array;
  /** From being RUNNABLE for the first time to the first container start. */
  readonly waitMs: Float64Array;
  readonly boundedSlowdown: Distribution;
}

/** Measures how long each job waited. */
export function measureWaits(ledger: Ledger, workload: Workload): JobWaits {
  return everyJobRanOnce(ledger, workload) ? measureAttempts(ledger, workload) : measureJobs(ledger, workload);
}

/** The figures that reports show of the waits. */
export function summariseWaits({ job, waitMs, boundedSlowdown }: JobWaits, workload: Workload): WaitSummary {
  return {
    waitMs: distributionOf(waitMs, Math.round),
    boundedSlowdown,
    waitHistogram: histogram(waitMs),
    longestWaits: longest(workload, job, waitMs),
  };
}

/** Attempts are jobs: their rows are read one after the other. */
function measureAttempts(ledger: Ledger, workload: Workload): JobWaits {
  const values = new Float64Array(ledger.attempts.length);
  fillSlowdowns(values, ledger, workload);
  const boundedSlowdown = slowdownOf(values);
  fillWaits(values, ledger, workload);
  return { job: ledger.attempts.job.subarray(0, values.length), waitMs: values, boundedSlowdown };
}

function slowdownOf(values: Float64Array): Distribution {
  return distributionOf(values, (value) => Math.round(value * 1e4) / 1e4);
}

// The loops over all jobs are functions of their own: compiled once, they stay so for the runs that follow.

function fillWaits(waits: Float64Array, { attempts }: Ledger, { submitMs }: Workload): void {
  const { job, startedMs } = attempts;
  for (let row = 0; row < waits.length; row++) waits[row] = startedMs[row]! - submitMs[job[row]!]!;
}

function fillSlowdowns(slowdowns: Float64Array, { attempts }: Ledger, { submitMs }: Workload): void {
  const { job, startedMs, endedMs } = attempts;
  for (let row = 0; row < slowdowns.length; row++) {
    const ended = endedMs[row]!;
    const runMs = Math.max(ended - startedMs[row]!, SLOWDOWN_BOUND_MS);
    slowdowns[row] = Math.max(1, (ended - submitMs[job[row]!]!) / runMs);
  }
}

/** Jobs may have several attempts, or none. */
function measureJobs(ledger: Ledger, workload: Workload): JobWaits {
  const { startedMs, endedMs } = ledger.attempts;
  const rows = jobRowsOf(ledger, workload);
  const { jobCount } = workload;
  const jobs = new Int32Array(jobCount);
  const waits = new Float64Array(jobCount);
  const slowdowns = new Float64Array(jobCount);
  let count = 0;
  for (let job = 0; job < jobCount; job++) {
    const first = rows.firstStartedRow(job);
    if (first === NONE || !rows.hasEnded(job)) continue;
    const last = rows.lastStartedRow(job);
    const runnableMs = rows.firstRunnableMs(job);
    const runMs = Math.max(endedMs[last]! - startedMs[last]!, SLOWDOWN_BOUND_MS);
    jobs[count] = job;
    waits[count] = startedMs[first]! - runnableMs;
    slowdowns[count] = Math.max(1, (rows.endedMs(job) - runnableMs) / runMs);
    count++;
  }
  return {
    job: jobs.subarray(0, count),
    waitMs: waits.subarray(0, count),
    boundedSlowdown: slowdownOf(slowdowns.subarray(0, count)),
  };
}

/** Mean, nearest-rank quantiles and maximum; zeros when there is no value. */
export function distributionOf(values: Float64Array, round: (value: number) => number): Distribution {
  if (values.length === 0) return { mean: 0, p50: 0, p95: 0, p99: 0, max: 0 };
  const [p50, p95, p99] = quantiles(values, [0.5, 0.95, 0.99]) as [number, number, number];
  return {
    mean: round(sumOf(values) / values.length),
    p50: round(p50),
    p95: round(p95),
    p99: round(p99),
    max: round(largest(values)),
  };
}

function sumOf(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
}

/** The largest of numbers none of which is negative; 0 when there is none. */
export function largest(values: Float64Array): number {
  let max = 0;
  for (let i = 0; i < values.length; i++) if (values[i]! > max) max = values[i]!;
  return max;
}

function histogram(waits: Float64Array): RunSummary["waitHistogram"] {
  const edges = HISTOGRAM_EDGES_MS;
  const counts = new Float64Array(edges.length + 1);
  let bucket = 0;
  for (let row = 0; row < waits.length; row++) {
    const wait = waits[row]!;
    // Neighbours in time wait alike: start from the last bucket.
    while (bucket < edges.length && wait > edges[bucket]!) bucket++;
    while (bucket > 0 && wait <= edges[bucket - 1]!) bucket--;
    counts[bucket] = counts[bucket]! + 1;
  }
  return Array.from(counts, (jobs, i) => ({ upToMs: edges[i] ?? null, jobs }));
}

/** The longest waits, longest first, ties in the order given. */
function longest(workload: Workload, jobs: Int32Array, waits: Float64Array): LongWait[] {
  const top: number[] = [];
  let leastListed = Number.NEGATIVE_INFINITY; // of a full list: a later row must wait longer to get in
  const before = (a: number, b: number) => waits[b]! - waits[a]! || a - b;
  for (let row = 0; row < waits.length; row++) {
    if (waits[row]! <= leastListed) continue;
    top.push(row);
    top.sort(before);
    if (top.length > LONGEST_LISTED) top.pop();
    if (top.length === LONGEST_LISTED) leastListed = waits[top[LONGEST_LISTED - 1]!]!;
  }
  return top.map((row) => {
    const job = jobs[row]!;
    return {
      job: textAt(workload.ids, job),
      name: workload.jobNames[workload.jobName[job]!]!,
      queue: workload.queueNames[workload.classes[workload.jobClass[job]!]!.queue]!,
      submitMs: workload.submitMs[job]!,
      waitMs: waits[row]!,
      why: [],
    };
  });
}
