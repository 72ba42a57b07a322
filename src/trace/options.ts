// What a caller says about a trace, as data. These types are structurally those of the scenario's `trace` section, so a
// validated scenario passes straight in; they are declared here because readers may not depend on the user's language.

import type { DurationDistribution } from "../base/random.js";

/** How to read a trace file. */
export interface TraceFileOptions {
  /** The file name as the user wrote it; used in messages and in the report, never opened. */
  readonly file: string;
  readonly format: "csv" | "swf";
  /** Only for csv: which column holds what. Undefined: the canonical columns (docs/trace-format.md). */
  readonly columns: ColumnMapping | undefined;
  /** Only for csv. Undefined: found out from the header line. */
  readonly delimiter: string | undefined;
  /** Minutes east of UTC for ISO times without a zone. */
  readonly utcOffsetMinutes: number;
  readonly defaults: TraceDefaults;
  /** Every job goes to this queue, whatever the trace says. */
  readonly queue: string | undefined;
  /** Renames the trace's queues. */
  readonly queueMap: Readonly<Record<string, string>>;
  /** Fractional GPU requests: "round-up" to whole GPUs, or "share". */
  readonly gpuSharing: "round-up" | "share";
  /** Tells why a job could never run (no such queue, too large for every instance type); undefined when it can. */
  readonly unplaceableJob?: UnplaceableJob;
}

export type UnplaceableJob = (
  queue: string,
  vcpuMilli: number,
  memoryMib: number,
  gpuMilli: number,
) => string | undefined;

/** What a job asks for when its row does not say. */
export interface TraceDefaults {
  readonly vcpus: number | undefined;
  readonly memoryMib: number | undefined;
  readonly memoryMibPerVcpu: number | undefined;
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
  readonly memory: { readonly column: string; readonly unit: MemoryUnit } | undefined;
  readonly gpus: ScaledColumn | undefined;
}

/** The built-in generator's parameters; the model is described in synthetic.ts. */
export interface SyntheticTraceOptions {
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
