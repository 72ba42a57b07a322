// A scenario after parsing, defaults and validation: the user's intent in the user's words, with units normalised.
// `run` resolves names (instance families, queues) to tables.

import type { DurationDistribution } from "../base/random.js";
import type { ConsumableResource, TimeLimitAction } from "../model/environment.js";
import type { ConsumableRequest, RetryStrategy } from "../model/job.js";
import type { AllocationStrategy, PlacementPolicy, QueueDiscipline } from "../model/policy.js";
import type { AttemptScript } from "../model/profile.js";
import type { FailureRule } from "../model/world.js";

export interface Scenario {
  readonly name: string;
  readonly description: string;
  readonly question: string;
  readonly region: string;
  readonly seed: number;
  readonly trace: TraceSpec;
  readonly jobQueues: readonly JobQueueSpec[];
  readonly schedulingPolicies: readonly SchedulingPolicySpec[];
  readonly jobDefinitions: readonly JobDefinitionSpec[];
  readonly consumableResources: readonly ConsumableResource[];
  readonly computeEnvironments: readonly ComputeEnvironmentSpec[];
  readonly strategies: readonly StrategySpec[];
  readonly baselines: readonly BaselineName[];
  readonly world: WorldSpec;
  readonly billing: BillingSpec;
  /** Warnings found while validating (settings that are accepted but have no effect). */
  readonly notes: readonly string[];
}

export const BASELINE_NAMES = [
  "aws-batch-managed",
  "on-demand",
  "fixed-peak",
  "fixed-p95",
  "job-per-instance",
] as const;
export type BaselineName = (typeof BASELINE_NAMES)[number];

export type TraceSpec = FileTraceSpec | SyntheticTraceSpec | JobsTraceSpec;

/** Jobs written in the scenario itself, in SubmitJob's words. */
export interface JobsTraceSpec {
  readonly kind: "jobs";
  readonly jobs: readonly SubmittedJob[];
  readonly unplaceable: "fail" | "reject";
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

/** A job definition with SubmitJob's overrides applied. */
export interface AppliedDefinition {
  readonly name: string;
  readonly vcpuMilli: number;
  readonly memoryMib: number;
  readonly gpuMilli: number;
  readonly retry: RetryStrategy;
  /** attemptDurationSeconds; NaN: none. */
  readonly timeoutMs: number;
  /** 0..9999. */
  readonly schedulingPriority: number;
  readonly consumables: readonly ConsumableRequest[];
  /** Nodes of a multi-node parallel job, else 1. */
  readonly nodes: number;
}

/** A job definition as `aws batch describe-job-definitions` prints it. Rows of a trace may refer to it by name. */
export interface JobDefinitionSpec extends Omit<AppliedDefinition, "vcpuMilli" | "memoryMib" | "gpuMilli"> {
  /** 0: the newest that is given. */
  readonly revision: number;
  readonly vcpuMilli: number | undefined;
  readonly memoryMib: number | undefined;
  readonly gpuMilli: number | undefined;
  readonly platform: "EC2" | "FARGATE";
}

export interface SchedulingPolicySpec {
  readonly name: string;
  /** "" when it has none. */
  readonly arn: string;
  /** Identifiers with an optional trailing *, and their weightFactor. */
  readonly shares: readonly { readonly shareIdentifier: string; readonly weightFactor: number }[];
  readonly shareDecaySeconds: number;
  readonly computeReservation: number;
}

export interface FileTraceSpec {
  readonly kind: "file";
  /** What the user's limits do: an estimate that only policies read, or a timeout that ends the attempt. */
  readonly limits: "estimate" | "timeout";
  /** What becomes a job's shareIdentifier when the trace has no such column. */
  readonly shareFrom: "user" | "group" | undefined;
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
  readonly memory: { readonly column: string; readonly unit: MemoryUnit } | undefined;
  readonly gpus: ScaledColumn | undefined;
  readonly jobDefinition: string | undefined;
  readonly share: string | undefined;
  readonly priority: string | undefined;
  readonly nodes: string | undefined;
  /** Id of the array job that the row is a child of. */
  readonly array: string | undefined;
  /** Number of children that the row stands for. */
  readonly arraySize: string | undefined;
  /** Ids that must succeed first, separated by ";" ; "id:N_TO_N" and "SEQUENTIAL" as in SubmitJob. */
  readonly dependsOn: string | undefined;
  readonly exitCode: string | undefined;
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
  /** Names of compute environments, in order. DISABLED and INVALID ones are left out. */
  readonly computeEnvironments: readonly string[];
  /** Name of its scheduling policy; undefined: a FIFO queue. */
  readonly schedulingPolicy: string | undefined;
  readonly timeLimits: readonly TimeLimitAction[];
}

export interface ComputeEnvironmentSpec {
  readonly name: string;
  /** UNMANAGED: AWS Batch launches nothing there, and multi-node parallel jobs are refused. */
  readonly managed: boolean;
  /** AWS's compute resource types; EC2 means on-demand. */
  readonly type: "EC2" | "SPOT" | "FARGATE" | "FARGATE_SPOT";
  readonly minvCpus: number;
  readonly maxvCpus: number;
  readonly desiredvCpus: number;
  /** AWS's language: types, families, "optimal", "default_x86_64", "default_arm64"; or "all". In the user's order. */
  readonly instanceTypes: readonly string[];
  /** Availability Zone ids; empty: every zone of the region. */
  readonly zones: readonly string[];
  /** Undefined: AWS's default for the type (BEST_FIT). */
  readonly allocationStrategy: AllocationStrategy | undefined;
  /** Spot pools dearer than this share of the on-demand price are not used; 100: all. */
  readonly bidPercentage: number;
  /** scalingPolicy.minScaleDownDelayMinutes; 0: off. */
  readonly minScaleDownDelayMs: number;
  /** When given, the fleet is fixed: instances of the catalogue, or one machine of so many processors. */
  readonly fixedFleet: FixedFleetSpec | undefined;
}

export type FixedFleetSpec =
  | {
      readonly kind: "instances";
      readonly instances: readonly { readonly instanceType: string; readonly count: number }[];
    }
  /** The scheduling literature's machine: one resource, memory not counted, no price unless one is given. */
  | { readonly kind: "processors"; readonly processors: number; readonly microUsdPerProcessorHour: number };

export interface StrategySpec {
  readonly name: string;
  readonly queueDiscipline: QueueDiscipline;
  /** By queue name, where a queue has another one. */
  readonly queueDisciplines: Readonly<Record<string, QueueDiscipline>>;
  /** Half-life of usage for slurm-fair-share. */
  readonly fairShareHalfLifeMs: number;
  readonly placement: PlacementPolicy;
  readonly provisioning: "best-fit" | AllocationStrategy | "aws-batch";
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
  /** How long a container goes on after SIGTERM. */
  readonly stopDelay: DurationDistribution;
  readonly failures: readonly FailureRule[];
}
export interface BillingSpec {
  readonly rootVolumeGib: number;
  readonly publicIpv4: boolean;
  /** On-demand prices of Fargate; FARGATE_SPOT costs `spotDiscount` less. */
  readonly fargate: FargatePriceSpec;
}
export interface FargatePriceSpec {
  readonly microUsdPerVcpuHour: number;
  readonly microUsdPerGibHour: number;
  /** 0..1. */
  readonly spotDiscount: number;
}
