// A run on AWS beside its simulation: the same jobs, job by job. Pure.

import type { JobDetail } from "@aws-sdk/client-batch";
import type { FleetCost } from "./instances.js";
import type { Plan } from "./plan.js";

/** How one job fared; NaN: it did not get there. */
export interface JobTimes {
  readonly waitMs: number;
  readonly runMs: number;
}

/** What the simulation says of the same jobs, in the plan's order. */
export interface SimulatedRun {
  readonly strategy: string;
  readonly jobs: readonly JobTimes[];
  readonly makespanMs: number;
  readonly microUsd: number;
  readonly instanceHours: number;
  readonly peakInstances: number;
}

export interface RealJob extends JobTimes {
  readonly jobId: string;
  readonly status: string;
  readonly attempts: number;
  /** Epoch ms; NaN: none. */
  readonly createdMs: number;
  readonly startedMs: number;
  readonly stoppedMs: number;
}

export interface Figures {
  readonly jobs: number;
  readonly failed: number;
  /** Of the jobs that started, ms. */
  readonly waitMs: { readonly mean: number; readonly p50: number; readonly p95: number };
  readonly makespanMs: number;
  readonly microUsd: number;
  readonly instanceHours: number;
}

export interface Comparison {
  readonly run: string;
  readonly strategy: string;
  /** Whether every job of the plan was submitted and has ended by itself. */
  readonly isWhole: boolean;
  readonly simulated: Figures;
  readonly real: Figures;
  /** Spearman's, of the waits of jobs that started in both; null: fewer than two, or all alike. */
  readonly waitRankCorrelation: number | null;
}

/** A job as DescribeJobs tells it. The wait is from its submission to the first attempt's start. */
export function realJobOf(job: JobDetail): RealJob {
  const attempts = job.attempts ?? [];
  const starts = attempts
    .map(({ startedAt }) => startedAt ?? Number.NaN)
    .filter((startedAt) => !Number.isNaN(startedAt));
  const firstMs = starts[0] ?? job.startedAt ?? Number.NaN;
  const lastMs = starts.at(-1) ?? job.startedAt ?? Number.NaN;
  const createdMs = job.createdAt ?? Number.NaN;
  const stoppedMs = job.stoppedAt ?? Number.NaN;
  return {
    ...{ jobId: job.jobId ?? "", status: job.status ?? "", attempts: attempts.length, createdMs, stoppedMs },
    startedMs: firstMs,
    waitMs: firstMs - createdMs,
    runMs: stoppedMs - lastMs,
  };
}

/** `real`: in the plan's order; undefined: never submitted or never described. */
export function compareRuns(
  plan: Plan,
  simulated: SimulatedRun,
  real: readonly (RealJob | undefined)[],
  cost: FleetCost,
): Comparison {
  const there = real.filter((job) => job !== undefined);
  let firstMs = Number.POSITIVE_INFINITY;
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const { createdMs, stoppedMs } of there) {
    if (createdMs < firstMs) firstMs = createdMs;
    if (stoppedMs > lastMs) lastMs = stoppedMs; // false of NaN: a job without an end
  }
  const { microUsd, instanceHours } = cost;
  const failed = there.filter(({ status }) => status === "FAILED").length;
  return {
    run: plan.run,
    strategy: simulated.strategy,
    isWhole: there.length === plan.jobs.length && failed === 0,
    simulated: {
      ...{ jobs: simulated.jobs.length, failed: 0, waitMs: waitsOf(simulated.jobs), makespanMs: simulated.makespanMs },
      ...{ microUsd: simulated.microUsd, instanceHours: simulated.instanceHours },
    },
    real: {
      ...{
        jobs: there.length,
        failed,
        waitMs: waitsOf(there),
        makespanMs: there.length === 0 ? Number.NaN : lastMs - firstMs,
      },
      ...{ microUsd, instanceHours },
    },
    waitRankCorrelation: rankCorrelation(
      simulated.jobs.map(({ waitMs }) => waitMs),
      real.map((job) => job?.waitMs ?? Number.NaN),
    ),
  };
}

function waitsOf(jobs: readonly JobTimes[]): Figures["waitMs"] {
  const waits = jobs.map(({ waitMs }) => waitMs).filter((waitMs) => !Number.isNaN(waitMs));
  waits.sort((a, b) => a - b);
  const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
  return { mean, p50: nearestRank(waits, 0.5), p95: nearestRank(waits, 0.95) };
}

/** The smallest value that `share` of all are at most; NaN of none. */
function nearestRank(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** Spearman's rank correlation of pairs in which both are numbers; equal values share their mean rank. */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number | null {
  const pairs = a.flatMap((x, index): [number, number][] => {
    const y = b[index] ?? Number.NaN;
    return Number.isNaN(x) || Number.isNaN(y) ? [] : [[x, y]];
  });
  const xs = ranksOf(pairs.map(([x]) => x));
  const ys = ranksOf(pairs.map(([, y]) => y));
  const middle = (pairs.length + 1) / 2; // the mean of the ranks 1 to n
  let both = 0;
  let ofX = 0;
  let ofY = 0;
  xs.forEach((x, index) => {
    const y = ys[index]!;
    both += (x - middle) * (y - middle);
    ofX += (x - middle) * (x - middle);
    ofY += (y - middle) * (y - middle);
  });
  return ofX === 0 || ofY === 0 ? null : both / Math.sqrt(ofX * ofY);
}

function ranksOf(values: readonly number[]): number[] {
  const order = values.map((value, index) => ({ value, index })).sort((a, b) => a.value - b.value);
  const ranks = new Array<number>(values.length).fill(0);
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end + 1 < order.length && order[end + 1]!.value === order[start]!.value) end++;
    for (let at = start; at <= end; at++) ranks[order[at]!.index] = (start + end) / 2 + 1;
    start = end + 1;
  }
  return ranks;
}
