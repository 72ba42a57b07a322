// The `trace` section of a scenario after parsing: a file and how to read it, the built-in generator, or jobs listed in place.

import type { DurationDistribution } from "../base/random.js";
import type { ConsumableRequest, RetryStrategy } from "../model/job.js";
import type { AttemptScript } from "../model/profile.js";
import type { TransformStep } from "../model/trace-transform.js";

export type TraceSpec = FileTraceSpec | SyntheticTraceSpec | JobsTraceSpec;

/**
 * What happens to a job that fits no instance type: the run stops with an error, or it is left out and counted, or it waits in
 * its queue as on AWS, where only jobStateTimeLimitActions or the user end it.
 */
export type Unplaceable = "fail" | "reject" | "keep";

/** What jobs without a job definition get; not given: one attempt, no checkpoints. */
export interface WithoutDefinition {
  readonly retry?: RetryStrategy;
  /** They save their work every so many ms of run time. */
  readonly checkpointMs?: number;
}

/** Jobs written in the scenario itself, in SubmitJob's words. */
export interface JobsTraceSpec {
  readonly kind: "jobs";
  readonly jobs: readonly SubmittedJob[];
  readonly unplaceable: Unplaceable;
}

/** One SubmitJob call, with what the simulated world needs to know of it. Its job definition is already applied. */
export interface SubmittedJob {
  /** Unique in the scenario: dependsOn and reports refer to it. */
  readonly id: string;
  readonly name: string;
  readonly queue: string;
  readonly submitMs: number;
  readonly definition: AppliedDefinition;
  /** 0: no array job; else 2..10000 children. */
  readonly arraySize: number;
  readonly dependsOn: readonly JobDependency[];
  /** "" when there is none. */
  readonly shareIdentifier: string;
  /** The user's estimate, NaN when there is none; not enforced (timeoutMs is). */
  readonly limitMs: number;
  /** What happens in each attempt, the last entry for all later ones; at least one, whose runtimeMs are all given. */
  readonly attempts: readonly AttemptScript[];
  /** Of an array job: other run times by array index (the same for every attempt); empty: `attempts` for all. */
  readonly childRuntimesMs: readonly number[];
  /** CancelJob and TerminateJob by the user, ms after the trace's zero; NaN: never. */
  readonly cancelMs: number;
  readonly terminateMs: number;
}
export interface JobDependency {
  /** Undefined only for SEQUENTIAL. */
  readonly jobId: string | undefined;
  readonly type: "N_TO_N" | "SEQUENTIAL" | undefined;
}

export interface FileTraceSpec {
  readonly kind: "file";
  /** What the user's limits do: an estimate that only policies read, or a timeout that ends the attempt. */
  readonly limits: "estimate" | "timeout";
  /** What becomes a job's shareIdentifier when the trace gives none: whose job it was. */
  readonly shareFrom: "user" | "group" | undefined;
  /** As written; relative to the scenario file. */
  readonly file: string;
  /** One of the trace module's formats; undefined: found out from the file's beginning. */
  readonly format: string | undefined;
  /** Only for csv: which column holds what. Undefined: the canonical columns. */
  readonly columns: ColumnMapping | undefined;
  readonly delimiter: string | undefined;
  /** Names of the columns of a table without a header line. */
  readonly header: readonly string[] | undefined;
  /** Zone of times that carry none: "UTC", "+02:00" or a name of the tz database. */
  readonly timeZone: string;
  /** "recorded": jobs are submitted when they were; "closed": within a run each waits for the job that ended before it. */
  readonly release: "recorded" | "closed";
  /** What a request of 1 means where requests are shares of the largest machine. */
  readonly largestMachine: { readonly vcpus: number; readonly memoryMib: number } | undefined;
  readonly defaults: TraceDefaults;
  /** Every job goes to this queue, whatever the trace says. */
  readonly queue: string | undefined;
  /** Renames the trace's queues. */
  readonly queueMap: Readonly<Record<string, string>>;
  /** Fractional GPU requests: "round-up" to whole GPUs as AWS Batch allocates them, or "share" (time-slicing; a model). */
  readonly gpuSharing: "round-up" | "share";
  readonly unplaceable: Unplaceable;
  readonly withoutDefinition: WithoutDefinition;
  /** What is done to the trace before it is replayed, in this order. */
  readonly transform: readonly TransformStep[];
}
export interface TraceDefaults {
  readonly vcpus: number | undefined;
  readonly memoryMib: number | undefined;
  readonly memoryMibPerVcpu: number | undefined;
  /** Job definition of rows that name none. */
  readonly jobDefinition: string | undefined;
}

export type TimeUnit = "ms" | "s" | "min" | "h";
export type MemoryUnit = "B" | "KiB" | "MiB" | "GiB" | "KB" | "MB" | "GB";

/** A time column: a number since the epoch (or any origin) in `unit`, or ISO 8601 text when unit is "iso". */
export interface TimeColumn {
  readonly column: string;
  readonly unit: TimeUnit | "iso";
}
export interface DurationColumn {
  readonly column: string;
  /** "clock" is [D-]HH:MM:SS. */
  readonly unit: TimeUnit | "clock";
}
/** Duration as the difference of two time columns. */
export interface DurationBetween {
  readonly from: TimeColumn;
  readonly to: TimeColumn;
}
export interface ScaledColumn {
  readonly column: string;
  /** The value times this is the quantity (0.001 for milli-units). */
  readonly scale: number;
  /** Only for gpus: multiply by this column too (a share per GPU). */
  readonly times?: { readonly column: string; readonly scale: number };
}
export interface ColumnMapping {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly queue: string | undefined;
  readonly submit: TimeColumn;
  readonly runtime: DurationColumn | DurationBetween;
  readonly start: TimeColumn | undefined;
  readonly limit: DurationColumn | undefined;
  readonly vcpus: ScaledColumn | undefined;
  /** `scale`: the value times this is in the unit; default 1. */
  readonly memory:
    | { readonly column: string; readonly unit: MemoryUnit; readonly scale?: number | undefined }
    | undefined;
  readonly gpus: ScaledColumn | undefined;
  readonly jobDefinition: string | undefined;
  readonly share: string | undefined;
  readonly user?: string | undefined;
  readonly group?: string | undefined;
  readonly priority: string | undefined;
  readonly nodes: string | undefined;
  /** Id of the array job that the row is a child of. */
  readonly array: string | undefined;
  /** Number of children that the row stands for. */
  readonly arraySize: string | undefined;
  /** Ids that must succeed first, separated by ";" ; "id:N_TO_N" and "SEQUENTIAL" as in SubmitJob. */
  readonly dependsOn: string | undefined;
  readonly exitCode: string | undefined;
  readonly status?: string | undefined;
}

/** The built-in generator: a bursty cloud workload. See docs of `trace/synthetic.ts` for the model. */
export interface SyntheticTraceSpec {
  readonly kind: "synthetic";
  readonly jobs: number;
  readonly durationMs: number;
  /** Seed of the generator; the run's seed when not given. */
  readonly seed: number;
  readonly shapes: readonly SyntheticShape[];
  /** Peak-to-mean strength of the daily cycle, 0..1. */
  readonly dailyCycle: number;
  /** Mean number of jobs submitted together (an array or a fan-out). */
  readonly burstSize: number;
  readonly unplaceable: Unplaceable;
  readonly withoutDefinition: WithoutDefinition;
}
export interface SyntheticShape {
  readonly name: string;
  readonly queue: string;
  readonly vcpus: number;
  readonly memoryMib: number;
  readonly gpus: number;
  /** Relative share of the jobs. */
  readonly weight: number;
  readonly runtime: DurationDistribution;
}

/** A job definition with SubmitJob's overrides applied. */
export interface AppliedDefinition {
  readonly name: string;
  readonly vcpuMilli: number;
  readonly memoryMib: number;
  readonly gpuMilli: number;
  readonly retry: RetryStrategy;
  /** attemptDurationSeconds; NaN: none. */
  readonly timeoutMs: number;
  /** It saves its work every so many ms of run time; not given: it does not. */
  readonly checkpointMs?: number;
  /** 0..9999. */
  readonly schedulingPriority: number;
  readonly consumables: readonly ConsumableRequest[];
  /** Nodes of a multi-node parallel job, else 1. */
  readonly nodes: number;
}
