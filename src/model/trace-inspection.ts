// What `stowage trace inspect` finds in a trace: plain JSON, from which terminal text and page are drawn. A figure that
// the trace does not give is null, never 0.

import type { IngestReport } from "./ingest.js";

/** Rises when a reader of the JSON would have to change. */
export const INSPECTION_FORMAT_VERSION = 1;

/** "serious": figures of a replay would mislead. "doubt": look before you trust. "note": good to know. */
export type Weight = "serious" | "doubt" | "note";

export interface InspectionWarning {
  /** Stable kebab-case identifier. */
  readonly code: string;
  readonly weight: Weight;
  /** What is found, with its figure, and why it matters. */
  readonly message: string;
  /** What to do; "": nothing can be done about it. */
  readonly advice: string;
}

/**
 * How often a field has a value, over the accepted rows and the rows that were rejected for this very field. The four
 * counts are those rows.
 */
export interface FieldAccount {
  readonly field: string;
  /** A value other than zero; for texts: any. */
  readonly given: number;
  /** The row gives 0: no value for amounts, a value for times. Null: the trace does not tell 0 from nothing. */
  readonly zero: number | null;
  /** The row gives nothing, or the format's sign for nothing. */
  readonly absent: number;
  /** Something that cannot be read, is negative or absurdly large. */
  readonly unreadable: number;
}

/** How times ended or began outside of what the trace covers; rows, none of them accepted. */
export interface Unfinished {
  /** Not replayed: ended or cancelled in the queue. Not the same as a run of 0 s. */
  readonly neverRan: number;
  readonly stillRunning: number;
  readonly stillQueued: number;
  /** Submission, start or end lie outside of the trace. */
  readonly incompleteWindow: number;
}

/** Quantiles are nearest-rank; log-spaced buckets without gaps from the smallest to the largest value above zero. */
export interface TimeDistribution {
  readonly count: number;
  /** Values of exactly 0: in the quantiles, in no bucket. */
  readonly zero: number;
  readonly meanMs: number | null;
  readonly quantilesMs: readonly { readonly p: number; readonly ms: number }[];
  readonly maxMs: number | null;
  /** Nearly all values are multiples of it. Null: of no coarser unit than a second, or too few values to tell. */
  readonly roundedToMs: number | null;
  /** From `fromMs` (included) to `toMs` (excluded). */
  readonly buckets: readonly { readonly fromMs: number; readonly toMs: number; readonly count: number }[];
}

export interface ArrivalSeries {
  /** Start of the first bin, a round time in UTC: epoch ms, or ms after the first submission when the trace has no dates. */
  readonly startMs: number;
  readonly stepMs: number;
  readonly jobs: readonly number[];
}

export interface Arrivals {
  /** The trace has calendar dates; otherwise its times count from an origin of its own. */
  readonly isDated: boolean;
  /** Epoch ms; null without dates. */
  readonly firstMs: number | null;
  readonly lastMs: number | null;
  readonly spanMs: number;
  readonly series: ArrivalSeries;
  /** Jobs by weekday (Monday first) and hour of day in `zone`; null without dates. */
  readonly week: readonly (readonly number[])[] | null;
  /** The zone of `week`, and of times that carry none. */
  readonly zone: string;
  /** Times of submission that differ. */
  readonly instants: number;
  /** Most jobs that have one time of submission. */
  readonly largestBurst: number;
  /** Nearly all submissions are multiples of it: the resolution of the trace's clock. Null: no coarser than a second. */
  readonly roundedToMs: number | null;
  /** The longest time without a submission. */
  readonly longestGapMs: number;
}

export interface Resources {
  readonly vcpuMilli: number;
  readonly memoryMib: number;
  readonly gpuMilli: number;
}

/** What shares are measured in: vCPU-hours of all attempts, or hours where some jobs' vCPUs are unknown. */
export type WorkUnit = "vcpu-hours" | "job-hours";

export interface ShapeRow {
  /** Null: all the others together. Amounts that the trace does not give are 0. */
  readonly shape: Resources | null;
  /** Shapes in this row. */
  readonly shapes: number;
  readonly jobs: number;
  readonly hours: number;
  readonly share: number;
}

export interface NameRow {
  /** Null: all the others together. */
  readonly name: string | null;
  /** Names in this row. */
  readonly names: number;
  readonly jobs: number;
  readonly failedJobs: number;
  readonly hours: number;
  readonly share: number;
  /** Of the last attempts; null in the row of the others. */
  readonly medianRuntimeMs: number | null;
}

export interface Work {
  readonly unit: WorkUnit;
  readonly hours: number;
  readonly shapes: readonly ShapeRow[];
  readonly shapeCount: number;
  readonly names: readonly NameRow[];
  readonly nameCount: number;
  /** Share of the hours that the largest hundredth of the jobs have. */
  readonly largestPercentShare: number;
}

export interface Failures {
  /** The trace says how at least some jobs ended. */
  readonly known: boolean;
  readonly failedJobs: number;
  readonly attempts: number;
  readonly failedAttempts: number;
  readonly retriedJobs: number;
  /** Failed attempts, most frequent first. */
  readonly byExitCode: readonly { readonly exitCode: number; readonly attempts: number }[];
  /** Names with failed jobs, highest share first; only names with enough jobs for a share. */
  readonly byName: readonly { readonly name: string; readonly jobs: number; readonly failedJobs: number }[];
  /** Jobs a name needs to be in `byName`. */
  readonly byNameFromJobs: number;
}

export interface Structure {
  readonly arrays: number;
  readonly arrayChildren: number;
  /** By size: up to 2, 4, 8, ... children; only sizes that occur. */
  readonly arraySizes: readonly { readonly upTo: number; readonly arrays: number }[];
  readonly sequentialArrays: number;
  readonly dependencies: { readonly success: number; readonly nToN: number; readonly end: number };
  /** Jobs and arrays that wait for at least one other. */
  readonly waiting: number;
  readonly multiNodeJobs: number;
  readonly queues: readonly { readonly queue: string; readonly jobs: number }[];
  readonly shares: number;
}

/** What the jobs' limits and memory requests are worth. */
export interface Requests {
  readonly limited: number;
  /** Jobs whose last attempt ran for at least 99 % of their limit. */
  readonly atLimit: number;
  /** Jobs that used more memory than they asked for, of `memoryCompared`. */
  readonly aboveMemory: number;
  readonly memoryCompared: number;
  /** Median of used over requested memory; null: not known. */
  readonly medianMemoryUse: number | null;
}

/** What is in a trace: figures alone. */
export interface TraceFindings {
  readonly formatVersion: typeof INSPECTION_FORMAT_VERSION;
  readonly productVersion: string;
  readonly records: IngestReport;
  /** Jobs to replay; more than accepted rows where a row stands for a whole array. */
  readonly jobs: number;
  readonly fields: readonly FieldAccount[];
  readonly unfinished: Unfinished;
  readonly arrivals: Arrivals;
  readonly runtimes: TimeDistribution;
  /** As the old system recorded them: for calibration, never replayed. */
  readonly waits: TimeDistribution;
  /** From STARTING to RUNNING, mostly the image pull; for calibration too. */
  readonly pulls: TimeDistribution;
  readonly work: Work;
  readonly failures: Failures;
  readonly structure: Structure;
  readonly requests: Requests;
}

/** The whole document: the figures, and what to doubt in words. */
export interface TraceInspection extends TraceFindings {
  /** Most important first. */
  readonly warnings: readonly InspectionWarning[];
}
