// The run result: everything that reports may read, as plain JSON. Format changes bump RESULT_FORMAT_VERSION.
// All times are integer milliseconds, all money is integer micro-USD; nothing here depends on a clock.

import type { CostCategory } from "./billing.js";
import type { IngestReport } from "./ingest.js";
import type { Market } from "./instance-type.js";
import type { REFUSAL_WORDS } from "./market.js";

export const RESULT_FORMAT_VERSION = 4;

/** How jobs end, by the numbers of `Outcome` (outcome.ts). */
export const JOB_OUTCOMES = [
  "succeeded",
  "exited",
  "out-of-memory",
  "cannot-pull",
  "timed-out",
  "host-terminated",
  "terminated",
  "dependency-failed",
  "cancelled",
  "time-limit",
] as const;
export type JobOutcome = (typeof JOB_OUTCOMES)[number];

export interface ResultFile {
  readonly formatVersion: typeof RESULT_FORMAT_VERSION;
  readonly header: ResultHeader;
  readonly trace: IngestReport;
  readonly workload: WorkloadSummary;
  /** Sentences the reader of the figures should know (ignored settings, models in use, old prices). */
  readonly notes: readonly string[];
  /** Lower bounds on what any schedule could have paid for this workload. */
  readonly floors: readonly Floor[];
  /** Strategies first, in the scenario's order, then baselines. */
  readonly runs: readonly RunSummary[];
}

export interface ResultHeader {
  readonly productVersion: string;
  readonly scenario: string;
  readonly description: string;
  readonly question: string;
  readonly scenarioHash: string;
  readonly workloadHash: string;
  readonly region: string;
  readonly seed: number;
  /** What was done to the trace before it was replayed, in order; empty: nothing. */
  readonly transforms: readonly string[];
  /** As-of dates of the price data used, ISO dates. */
  readonly catalog: { readonly onDemand: string; readonly spot: string; readonly instanceTypes: string };
}

export interface WorkloadSummary {
  readonly jobs: number;
  readonly shapes: number;
  readonly queues: readonly string[];
  /** Epoch milliseconds of the first submission, or 0 when the trace has only relative times. */
  readonly originMs: number;
  /** First to last submission. */
  readonly submitSpanMs: number;
  readonly vcpuHours: number;
  readonly memoryGibHours: number;
  readonly gpuHours: number;
  readonly runtimeMs: Distribution;
}

export interface Floor {
  /** "spot" allows every market, "on-demand" only on-demand. */
  readonly market: Market;
  /**
   * With every pool at the lowest price that it had while any of the runs lasted. It bounds the cost of all hours that
   * instances ran: of a run to which EC2 refunded some, cost and refunds together (`SpotSummary.refundedMicroUsd`).
   */
  readonly microUsd: number;
  /** The dual solution: what one unit of each resource is worth, micro-USD per hour. Certifies the bound. */
  readonly microUsdPerVcpuHour: number;
  readonly microUsdPerGibHour: number;
  readonly microUsdPerGpuHour: number;
  /** Instance types whose price the dual solution meets exactly: what an ideal fleet is made of. */
  readonly bindingInstanceTypes: readonly string[];
}

export interface Distribution {
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export interface RunSummary {
  /** Unique within the result, e.g. "best-fit" or "on-demand". */
  readonly name: string;
  readonly role: "strategy" | "baseline";
  readonly description: string;
  readonly policies: Readonly<Record<string, string | number>>;
  readonly jobs: JobCounts;
  readonly cost: CostSummary;
  /** From being RUNNABLE for the first time to the first container start, ms, of the jobs that started. */
  readonly waitMs: Distribution;
  /** max(1, time from being RUNNABLE for the first time to the end / max(run time of the last attempt, 10 s)). */
  readonly boundedSlowdown: Distribution;
  /** Jobs by wait: each bucket holds waits above the previous bucket's upToMs and at most its own; the last is open (null). */
  readonly waitHistogram: readonly { readonly upToMs: number | null; readonly jobs: number }[];
  /** First submission to last job end. */
  readonly makespanMs: number;
  /** Used share of what was billed while the instances could run jobs, 0..1; null when the fleet has none of it. */
  readonly utilisation: { readonly vcpu: number; readonly memory: number; readonly gpu: number | null };
  readonly instances: {
    readonly launched: number;
    readonly peak: number;
    readonly instanceHours: number;
    readonly meanLifeMs: number;
  };
  readonly longestWaits: readonly LongWait[];
  /** What the spot market did to it; nearly empty where no spot instance ran. */
  readonly spot: SpotSummary;
  /** Shares of fair-share scheduling, the largest first, the rest as one; empty when no job has a share. */
  readonly shares: readonly ShareSummary[];
  readonly series: Series;
}

export interface JobCounts {
  readonly total: number;
  /** By the outcome of the job, not of its attempts. */
  readonly succeeded: number;
  readonly failed: number;
  /** Outcomes that occurred, in the order of JOB_OUTCOMES; they sum to succeeded + failed. */
  readonly byOutcome: readonly { readonly outcome: JobOutcome; readonly jobs: number }[];
  /** Attempts in all: placements, those of several nodes counted once. */
  readonly attempts: number;
}

/** What the jobs of one shareIdentifier got. */
export interface ShareSummary {
  /** "" for jobs without one; null for the rest. */
  readonly shareIdentifier: string | null;
  readonly jobs: number;
  /** vCPUs times hours that its attempts held, from placement to end. */
  readonly vcpuHours: number;
  readonly waitMs: Distribution;
}

export interface CostSummary {
  readonly totalMicroUsd: number;
  /** Sums to totalMicroUsd exactly; zero categories included, in COST_CATEGORIES order. */
  readonly byCategory: readonly { readonly category: CostCategory; readonly microUsd: number }[];
  /** Sums to totalMicroUsd exactly; dearest first. */
  readonly byInstanceType: readonly {
    readonly instanceType: string;
    readonly market: Market;
    readonly instances: number;
    readonly instanceHours: number;
    readonly microUsd: number;
  }[];
  /** Sums to totalMicroUsd exactly; queue null: instances that never ran a job. */
  readonly byQueue: readonly { readonly queue: string | null; readonly jobs: number; readonly microUsd: number }[];
  /** Sums to totalMicroUsd exactly; dearest names first, the rest as name null, queue null. */
  readonly byJobName: readonly {
    readonly queue: string | null;
    readonly name: string | null;
    readonly jobs: number;
    readonly microUsd: number;
  }[];
}

export type RefusalWord = (typeof REFUSAL_WORDS)[number];

/**
 * The spot ledger of a run: what was taken and refused, what it cost, what spot saved. Rework is what containers did of
 * attempts that were lost with their host, but for what a checkpoint saved, at what the instances cost (so nothing in
 * refunded ones).
 */
export interface SpotSummary {
  /** Instances that EC2 took back. */
  readonly interruptions: number;
  /** Instances whose host or zone failed, on any market. */
  readonly hostFailures: number;
  /** Instances that no pool would have. */
  readonly launchesRefused: number;
  /** Refusals of single pools, of which a launch may have asked several; reasons that occurred. */
  readonly refusals: readonly { readonly reason: RefusalWord; readonly refusals: number }[];
  /** What the instances that EC2 took in their first hour would have cost, without volume and address. Not in the bill. */
  readonly refundedMicroUsd: number;
  readonly reworkVcpuHours: number;
  readonly reworkMicroUsd: number;
  /** Null when no spot instance ran, or what it would have cost on-demand is not known. */
  readonly savings: SpotSavings | null;
  /** Spot pools in use and others where anything happened: dearest first, the rest as instanceType null. */
  readonly byPool: readonly SpotPool[];
  /** Rework by job name: the most vCPU-hours first, the rest as name null, queue null. */
  readonly byJobName: readonly SpotJobName[];
  /** By hour of the day (UTC; of the run where the trace has relative times), 24 of them; empty when nothing happened. */
  readonly byHour: readonly SpotHour[];
  /** Attempts that were followed by another of the same job, by how they ended; outcomes that occurred. */
  readonly retries: readonly { readonly outcome: JobOutcome; readonly attempts: number }[];
}

/** The spot instances of a run, and the same milliseconds on-demand; both without volume and address. */
export interface SpotSavings {
  readonly spotMicroUsd: number;
  readonly onDemandMicroUsd: number;
}

export interface SpotPool {
  readonly instanceType: string | null;
  readonly zone: string | null;
  readonly market: Market | null;
  readonly instances: number;
  readonly instanceHours: number;
  /** Volume and address included. */
  readonly microUsd: number;
  readonly interruptions: number;
  readonly refusals: number;
  readonly reworkVcpuHours: number;
  /** Sums to the run's. */
  readonly reworkMicroUsd: number;
}

export interface SpotJobName {
  readonly queue: string | null;
  readonly name: string | null;
  /** Attempts lost with their host, of several nodes each. */
  readonly attemptsLost: number;
  readonly reworkVcpuHours: number;
  /** Sums to the run's. */
  readonly reworkMicroUsd: number;
}

/** What ended or was refused in an hour of the day. */
export interface SpotHour {
  readonly interruptions: number;
  readonly refusals: number;
  readonly reworkVcpuHours: number;
  /** Sums to the run's. */
  readonly reworkMicroUsd: number;
}

export interface LongWait {
  readonly job: string;
  readonly name: string;
  readonly queue: string;
  readonly submitMs: number;
  readonly waitMs: number;
  /** Sentences on what it waited for; empty when nobody looked. */
  readonly why: readonly string[];
}

/**
 * Averages over equal steps of time; index i covers [i * stepMs, (i + 1) * stepMs) after the first submission, the last
 * one only up to the end of the run.
 */
export interface Series {
  readonly stepMs: number;
  readonly steps: number;
  /** RUNNABLE jobs, which wait to be placed. */
  readonly queuedJobs: readonly number[];
  readonly queuedVcpus: readonly number[];
  /** vCPUs requested by placed jobs. */
  readonly busyVcpus: readonly number[];
  /** vCPUs of billed instances, by instance type: the largest few, then "other". */
  readonly fleetVcpus: readonly { readonly instanceType: string; readonly vcpus: readonly number[] }[];
  /** Billing rate, micro-USD per hour. */
  readonly microUsdPerHour: readonly number[];
}
