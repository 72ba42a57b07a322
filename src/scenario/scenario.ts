// A scenario after parsing, defaults and validation: the user's intent in the user's words, with units normalised.
// `run` resolves names (instance families, queues) to tables.

import type { DurationDistribution } from "../base/random.js";
import type { PlacementPolicy, ProvisioningPolicy, QueueDiscipline } from "../model/policy.js";

export interface Scenario {
  readonly name: string;
  readonly description: string;
  readonly question: string;
  readonly region: string;
  readonly seed: number;
  readonly trace: TraceSpec;
  readonly jobQueues: readonly JobQueueSpec[];
  readonly computeEnvironments: readonly ComputeEnvironmentSpec[];
  readonly strategies: readonly StrategySpec[];
  readonly baselines: readonly BaselineName[];
  readonly world: WorldSpec;
  readonly billing: BillingSpec;
  /** Warnings found while validating (settings that are accepted but have no effect). */
  readonly notes: readonly string[];
}

export type BaselineName = "on-demand" | "fixed-peak" | "fixed-p95" | "job-per-instance";
export const BASELINE_NAMES: readonly BaselineName[] = ["on-demand", "fixed-peak", "fixed-p95", "job-per-instance"];

export type TraceSpec = FileTraceSpec | SyntheticTraceSpec;

export interface FileTraceSpec {
  readonly kind: "file";
  /** As written; relative to the scenario file. */
  readonly file: string;
  readonly format: "csv" | "swf";
  /** Only for csv: which column holds what. Undefined: the canonical columns. */
  readonly columns: ColumnMapping | undefined;
  readonly delimiter: string | undefined;
  /** Minutes east of UTC for times without a zone. */
  readonly utcOffsetMinutes: number;
  readonly defaults: TraceDefaults;
  /** Every job goes to this queue, whatever the trace says. */
  readonly queue: string | undefined;
  /** Renames the trace's queues. */
  readonly queueMap: Readonly<Record<string, string>>;
  /** Fractional GPU requests: "round-up" to whole GPUs as AWS Batch allocates them, or "share" (time-slicing; a model). */
  readonly gpuSharing: "round-up" | "share";
  /** What happens to a job that fits no instance type: stop with an error, or count it as rejected. */
  readonly unplaceable: "fail" | "reject";
}

export interface TraceDefaults {
  readonly vcpus: number | undefined;
  readonly memoryMib: number | undefined;
  readonly memoryMibPerVcpu: number | undefined;
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
  readonly memory: { readonly column: string; readonly unit: MemoryUnit } | undefined;
  readonly gpus: ScaledColumn | undefined;
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
  readonly unplaceable: "fail" | "reject";
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

export interface JobQueueSpec {
  readonly name: string;
  readonly priority: number;
  /** Names of compute environments, in order. */
  readonly computeEnvironments: readonly string[];
}

export interface ComputeEnvironmentSpec {
  readonly name: string;
  /** AWS's compute resource types; EC2 means on-demand. */
  readonly type: "EC2" | "SPOT";
  readonly minvCpus: number;
  readonly maxvCpus: number;
  /** AWS's language: types, families, "optimal", "default_x86_64", "default_arm64"; or "all". */
  readonly instanceTypes: readonly string[];
  /** Availability Zone ids; empty: every zone of the region. */
  readonly zones: readonly string[];
  readonly allocationStrategy: string | undefined;
  /** When given, the fleet is fixed. */
  readonly fixedFleet: readonly { readonly instanceType: string; readonly count: number }[] | undefined;
}

export interface StrategySpec {
  readonly name: string;
  readonly queueDiscipline: QueueDiscipline;
  readonly placement: PlacementPolicy;
  readonly provisioning: Exclude<ProvisioningPolicy, "job-per-instance">;
  readonly idleDelayMs: number;
  readonly maxScaleDownShare: number;
  readonly maxLaunchesPerDecision: number;
}

export interface WorldSpec {
  readonly decisionIntervalMs: number;
  /** Launch request to running: free of charge. */
  readonly pending: DurationDistribution;
  /** Running to registered with ECS: billed. */
  readonly boot: DurationDistribution;
  /** Image pull of the first job on an instance. */
  readonly pull: DurationDistribution;
  /** Container start of later jobs on the same instance, when the image is there. */
  readonly cachedPull: DurationDistribution;
}

export interface BillingSpec {
  readonly rootVolumeGib: number;
  readonly publicIpv4: boolean;
}
