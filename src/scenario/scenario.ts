// A scenario after parsing, defaults and validation: the user's intent in the user's words, with units normalised.
// `run` resolves names (instance families, queues) to tables.

import type { DurationDistribution } from "../base/random.js";
import type { ConsumableResource, TimeLimitAction } from "../model/environment.js";
import type { LiveSettings } from "../model/live-settings.js";
import type { AllocationStrategy, Strategy } from "../model/policy.js";
import type { FailureRule, UnmanagedModel } from "../model/world.js";
import type { MarketSpec } from "./market-spec.js";
import type { AppliedDefinition, TraceSpec } from "./trace-spec.js";

export type * from "./trace-spec.js";

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
  readonly market: MarketSpec;
  readonly billing: BillingSpec;
  /** Warnings found while validating (settings that are accepted but have no effect). */
  readonly notes: readonly string[];
  /** Of live mode alone: no replay reads it, and it is no part of a scenario's identity. */
  readonly live?: LiveSettings | undefined;
}

export const BASELINE_NAMES = [
  "aws-batch-managed",
  "on-demand",
  "fixed-peak",
  "fixed-p95",
  "job-per-instance",
] as const;
export type BaselineName = (typeof BASELINE_NAMES)[number];

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
  /** Of UNMANAGED environments: the maximum that a computeReservation is a part of; 0: none, and nothing is reserved. */
  readonly unmanagedvCpus: number;
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

/** A strategy, completed by the named one that it is like. */
export type StrategySpec = Omit<Strategy, "decisionIntervalMs">;

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
  /** Strategies meet the world as live mode does. */
  readonly unmanaged?: UnmanagedModel | undefined;
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
