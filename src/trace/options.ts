// What a caller says about a trace, as data. These types are structurally those of the scenario's `trace` section, so a
// validated scenario passes straight in; they are declared here because readers may not depend on the user's language.

import type { DurationDistribution } from "../base/random.js";
import type { ConsumableRequest, RetryStrategy } from "../model/job.js";
import type { AttemptScript } from "../model/profile.js";

/** What readers of any kind must know of the scenario's queues and definitions. */
export interface QueueOptions {
  /** Queues in which jobs need a shareIdentifier; jobs of other queues are kept without. Undefined: none. */
  readonly fairShareQueues?: ReadonlySet<string>;
  /** Tells why a job could never run (no such queue, too large for every instance type); undefined when it can. */
  readonly unplaceableJob?: UnplaceableJob;
}

/** What readers of formats must know; most formats need little of it. */
export interface FormatOptions {
  /**
   * "replay": rows are for one scenario, which completes them. "import": rows are kept as they are for any scenario to
   * come: amounts may be missing, shares and job definitions stay whatever they are.
   */
  readonly purpose: "replay" | "import";
  /** Only for csv: which column holds what. Undefined: the canonical columns (docs/trace-format.md). */
  readonly columns: ColumnMapping | undefined;
  /** Only for tables. Undefined: found out from the header line. */
  readonly delimiter: string | undefined;
  /** Names of the columns of a table without a header line. Undefined: it has one, or the format knows. */
  readonly header: readonly string[] | undefined;
  /** Zone of times that carry none: "UTC", "+02:00", or a name of the tz database ("Europe/Stockholm"). */
  readonly timeZone: string;
  /**
   * "recorded": jobs are submitted when they were. "closed": where the format tells runs apart (Nextflow), each job is
   * submitted with its run and waits for the end of the job whose end was the last before its recorded submission.
   */
  readonly release: "recorded" | "closed";
  /** Only for formats that give requests as shares of the largest machine (Google 2011): what that machine has. */
  readonly largestMachine: { readonly vcpus: number; readonly memoryMib: number } | undefined;
  readonly defaults: TraceDefaults;
  /** Queues whose machines count processors alone: a row without memory asks for none there. Undefined: none. */
  readonly queuesWithoutMemory?: ReadonlySet<string>;
}

/** How to read a trace file. */
export interface TraceFileOptions extends QueueOptions, FormatOptions {
  /** The file name as the user wrote it; used in messages and in the report, never opened. */
  readonly file: string;
  /** Id of a format (formats.ts); undefined: found out from the file's beginning. */
  readonly format: string | undefined;
  /** Every job goes to this queue, whatever the trace says. */
  readonly queue: string | undefined;
  /** Renames the trace's queues. */
  readonly queueMap: Readonly<Record<string, string>>;
  /** Fractional GPU requests: "round-up" to whole GPUs, or "share". */
  readonly gpuSharing: "round-up" | "share";
  /** What the rows' limits do: an estimate that only policies read, or a timeout that ends the attempt. */
  readonly limits: "estimate" | "timeout";
  /** What becomes the shareIdentifier of rows that have none: whose job it was (SWF: "u12", "g3"). */
  readonly shareFrom: "user" | "group" | undefined;
  /** The job definition that a row's reference means; undefined: there is no such one. Not given: there are none. */
  readonly findDefinition?: ((reference: string) => TraceDefinition | undefined) | undefined;
}

/** A job definition that rows may refer to. Undefined amounts must come from the row. */
export interface TraceDefinition {
  readonly name: string;
  readonly vcpuMilli: number | undefined;
  readonly memoryMib: number | undefined;
  readonly gpuMilli: number | undefined;
  readonly retry: RetryStrategy;
  /** NaN: none. */
  readonly timeoutMs: number;
  readonly checkpointMs?: number;
  readonly schedulingPriority: number;
  readonly consumables: readonly ConsumableRequest[];
  readonly nodes: number;
}

export type UnplaceableJob = (
  queue: string,
  vcpuMilli: number,
  memoryMib: number,
  gpuMilli: number,
  nodes: number,
) => string | undefined;

/** What a job asks for when its row does not say. */
export interface TraceDefaults {
  readonly vcpus: number | undefined;
  readonly memoryMib: number | undefined;
  readonly memoryMibPerVcpu: number | undefined;
  /** Job definition of rows that name none. */
  readonly jobDefinition: string | undefined;
}

export type TimeUnit = "ms" | "s" | "min" | "h";
export type MemoryUnit = "B" | "KiB" | "MiB" | "GiB" | "KB" | "MB" | "GB";

/** A number since the epoch (or any origin) in `unit`, or ISO 8601 text. */
export interface TimeColumn {
  readonly column: string;
  readonly unit: TimeUnit | "iso";
}

export interface DurationColumn {
  readonly column: string;
  /** "clock" is [D-]HH:MM:SS. */
  readonly unit: TimeUnit | "clock";
}

/** A duration as the difference of two times. */
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

/** Which column holds what, by header name. */
export interface ColumnMapping {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly queue: string | undefined;
  readonly submit: TimeColumn;
  readonly runtime: DurationColumn | DurationBetween;
  /** When the job started in the old system: gives the recorded wait, and tells "never ran" from "ran for 0 s". */
  readonly start: TimeColumn | undefined;
  readonly limit: DurationColumn | undefined;
  readonly vcpus: ScaledColumn | undefined;
  /** `scale`: the value times this is in the unit (shares of a machine, memory per something); default 1. */
  readonly memory:
    | { readonly column: string; readonly unit: MemoryUnit; readonly scale?: number | undefined }
    | undefined;
  readonly gpus: ScaledColumn | undefined;
  readonly jobDefinition: string | undefined;
  readonly share: string | undefined;
  /** Whose job it was: trace.shareFrom makes one of them the share. */
  readonly user?: string | undefined;
  readonly group?: string | undefined;
  readonly priority: string | undefined;
  readonly nodes: string | undefined;
  /** Id of the array job that the row is a child of. */
  readonly array: string | undefined;
  /** Number of children that the row stands for. */
  readonly arraySize: string | undefined;
  /** Ids that must succeed first, separated by ";"; "id:N_TO_N" and "SEQUENTIAL" as in SubmitJob. */
  readonly dependsOn: string | undefined;
  readonly exitCode: string | undefined;
  /** A word for how the job ended, or that it has not. */
  readonly status?: string | undefined;
}

/** The built-in generator's parameters; the model is described in synthetic.ts. */
export interface SyntheticTraceOptions extends Pick<QueueOptions, "fairShareQueues"> {
  readonly jobs: number;
  readonly durationMs: number;
  readonly seed: number;
  readonly shapes: readonly SyntheticShapeOptions[];
  /** 0 is a flat day; 1 lets the submission rate swing between nothing and twice the mean. */
  readonly dailyCycle: number;
  /** Mean number of jobs submitted together; at least 1. */
  readonly burstSize: number;
}

export interface SyntheticShapeOptions {
  readonly name: string;
  readonly queue: string;
  readonly vcpus: number;
  readonly memoryMib: number;
  readonly gpus: number;
  /** Relative share of the jobs. */
  readonly weight: number;
  readonly runtime: DurationDistribution;
}

/** Jobs given one by one, in SubmitJob's words, each with what happens to it. */
export interface InlineTraceOptions extends QueueOptions {
  readonly jobs: readonly InlineJob[];
}

/** One SubmitJob call. Times are milliseconds on one scale of the trace's own. */
export interface InlineJob {
  readonly id: string;
  readonly name: string;
  readonly queue: string;
  readonly submitMs: number;
  readonly definition: InlineDefinition;
  /** 0: no array job. */
  readonly arraySize: number;
  readonly dependsOn: readonly {
    /** Undefined only for SEQUENTIAL. */
    readonly jobId: string | undefined;
    readonly type: "N_TO_N" | "SEQUENTIAL" | undefined;
  }[];
  /** "": none. */
  readonly shareIdentifier: string;
  /** NaN: none. */
  readonly limitMs: number;
  /** One entry per attempt, the last one for all later ones; at least one, each with its run time. */
  readonly attempts: readonly AttemptScript[];
  /** Of an array job: run times by array index, in place of those of `attempts`; empty: those of `attempts`. */
  readonly childRuntimesMs: readonly number[];
  /** CancelJob and TerminateJob; NaN: never. */
  readonly cancelMs: number;
  readonly terminateMs: number;
}

/** A job definition with SubmitJob's overrides applied. */
export interface InlineDefinition extends Omit<TraceDefinition, "vcpuMilli" | "memoryMib" | "gpuMilli"> {
  readonly vcpuMilli: number;
  readonly memoryMib: number;
  readonly gpuMilli: number;
}
