// The choices that make up a strategy, as data.

/** What a user may choose for a queue. */
export const QUEUE_DISCIPLINES = [
  /** As the queue was created in AWS Batch: first in, first out, or fair share where it has a scheduling policy. */
  "aws-batch",
  /** Submission order; a head that does not fit blocks everything behind it. */
  "fifo",
  /** Submission order, but jobs behind a blocked head may start when they fit. */
  "fifo-skip",
  /** The shortest run-time limit first; a head that does not fit blocks. */
  "shortest-job-first",
  /** EASY backfilling on run-time limits: jobs may pass a blocked head that do not delay it. */
  "easy",
  /** Conservative backfilling on run-time limits: jobs may pass that delay no job before them. */
  "conservative",
  /** Shares by usage that decays by half-life, as Slurm does it. */
  "slurm-fair-share",
] as const;
export type QueueDiscipline = (typeof QUEUE_DISCIPLINES)[number];

/** How the usage of a share is reckoned. */
export type UsageDecay =
  /** vCPU-time weighs less the older it is, linearly to nothing at the end of the window (a model of AWS Batch's). */
  | "linear"
  /** vCPU-time loses half of its weight every window (Slurm). */
  | "half-life"
  /** Only what runs now counts. */
  | "current";

/** A fair-share queue, resolved. Lower weighted usage (usage x weight) is served first. */
export interface FairShare {
  readonly decay: UsageDecay;
  /** Window of the decay, or its half-life, milliseconds. */
  readonly windowMs: number;
  /** weightFactor by share index: lower receives more. */
  readonly weightOfShare: readonly number[];
  /** 0..99: share of the maximum that is kept free for inactive shares, raised to the number of active ones. */
  readonly computeReservation: number;
  /** What all compute environments of the queue can have at the most. */
  readonly maxVcpuMilli: number;
  /** The part of it that the reservation is reckoned from: of UNMANAGED environments only their unmanagedvCpus. */
  readonly reservableVcpuMilli: number;
}

/** The order in which a queue is served, resolved. */
export type QueueOrder =
  | { readonly kind: "fifo" | "fifo-skip" | "shortest-job-first" | "easy" | "conservative" }
  | { readonly kind: "fair-share"; readonly fairShare: FairShare };

export type PlacementPolicy =
  /** The oldest instance with room. */
  | "first-fit"
  /** The instance with the fewest whole vCPUs free, then the least memory, then the one that changed last. */
  | "best-fit";

/** AWS Batch's allocation strategies, as far as they are published. */
export const ALLOCATION_STRATEGIES = [
  "BEST_FIT",
  "BEST_FIT_PROGRESSIVE",
  "BEST_FIT_PROGRESSIVE_ORDERED",
  "SPOT_CAPACITY_OPTIMIZED",
  "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED",
  "SPOT_PRICE_CAPACITY_OPTIMIZED",
] as const;
export type AllocationStrategy = (typeof ALLOCATION_STRATEGIES)[number];

/** How one compute environment buys. */
export type ProvisioningPolicy =
  /** The cheapest mix of instance types for the pending demand. */
  | "best-fit"
  | AllocationStrategy
  /** One instance per job, the cheapest type that fits it: the naive baseline, and what Fargate does. */
  | "job-per-instance";

export interface ScaleDownPolicy {
  /** An instance without jobs is terminated after being idle this long. */
  readonly idleDelayMs: number;
  /** Most instances terminated by one decision, as a share of the fleet (0..1]; at least one always may. */
  readonly maxShare: number;
}

export interface Strategy {
  readonly name: string;
  /** For queues that `queueDisciplines` does not name. */
  readonly queueDiscipline: QueueDiscipline;
  readonly queueDisciplines: Readonly<Record<string, QueueDiscipline>>;
  /** Quantile of learned run times that policies plan with in place of the user's limits; 0: they plan with the limits. */
  readonly estimateQuantile: number;
  /** Half-life of usage under slurm-fair-share. */
  readonly fairShareHalfLifeMs: number;
  readonly placement: PlacementPolicy;
  /** "aws-batch": every compute environment buys by its own allocationStrategy. */
  readonly provisioning: ProvisioningPolicy | "aws-batch";
  readonly scaleDown: ScaleDownPolicy;
  /** Period of the decision grid in milliseconds; 0 decides at every event. */
  readonly decisionIntervalMs: number;
  /** Most instances requested by one decision. */
  readonly maxLaunchesPerDecision: number;
}
