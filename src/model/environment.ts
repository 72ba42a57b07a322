// Job queues and compute environments as the engine sees them: numbers and indexes. The user's words for them are in
// `scenario`; `run` resolves one to the other.

import type { PlacementPolicy, ProvisioningPolicy, QueueOrder } from "./policy.js";

/** JobStateTimeLimitAction: what happens to the job at the head of a queue that has been RUNNABLE for too long. */
export interface TimeLimitAction {
  readonly reason: TimeLimitReason;
  readonly maxTimeMs: number;
}

export const TIME_LIMIT_REASONS = [
  "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
  "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE",
  "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
] as const;
export type TimeLimitReason = (typeof TIME_LIMIT_REASONS)[number];

export interface JobQueue {
  readonly name: string;
  /** Higher is served first, as in AWS Batch. */
  readonly priority: number;
  /** Place in the user's list of queues: of equal priorities the lower one is served first (a model). */
  readonly position: number;
  /** Indexes of compute environments, in computeEnvironmentOrder. */
  readonly computeEnvironments: readonly number[];
  readonly order: QueueOrder;
  readonly timeLimits: readonly TimeLimitAction[];
}

/** A number of instances of one pool that exist for the whole run. */
export interface FixedCapacity {
  /** Index into the run's pools. */
  readonly pool: number;
  readonly count: number;
}

export interface ComputeEnvironment {
  readonly name: string;
  readonly minVcpuMilli: number;
  readonly maxVcpuMilli: number;
  /** Capacity launched at the start of the run (desiredvCpus), then left to scale-down. */
  readonly desiredVcpuMilli: number;
  /** Pools that may be launched, as indexes into the run's pools: every zone of each type, all on one market. */
  readonly pools: readonly number[];
  /** Of a SPOT environment: on-demand pools of the same types and zones, for strategies that fall back to them. Else empty. */
  readonly onDemandPools: readonly number[];
  /** Per entry of `pools`: its position in the user's instanceTypes, for the strategies that keep that order. */
  readonly poolOrder: readonly number[];
  /** When given, the fleet is fixed: these instances are there from the start to the end, nothing is launched or ended. */
  readonly fixedFleet: readonly FixedCapacity[] | null;
  /** Fargate: every job has a machine of its own that lives as long as the job. */
  readonly fargate: boolean;
  /** Whether multi-node parallel jobs may run here: MANAGED and on-demand EC2 only. */
  readonly multiNode: boolean;
  readonly provisioning: ProvisioningPolicy;
  readonly placement: PlacementPolicy;
  /** An instance without jobs is terminated after being idle this long. */
  readonly idleDelayMs: number;
  /** The same where it has run a job: minScaleDownDelayMinutes can only lengthen it. */
  readonly idleDelayAfterJobMs: number;
}

/** CreateConsumableResource: a counted thing that jobs lock while they run (replenishable) or use up. */
export interface ConsumableResource {
  readonly name: string;
  readonly replenishable: boolean;
  readonly totalQuantity: number;
}
