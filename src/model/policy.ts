// The choices that make up a strategy, as data.

export type QueueDiscipline =
  /** Submission order; a head that does not fit blocks everything behind it (AWS Batch's FIFO queue). */
  | "fifo"
  /** Submission order, but jobs behind a blocked head may start when they fit. */
  | "fifo-skip";

export type PlacementPolicy =
  /** The oldest instance with room. */
  | "first-fit"
  /** The instance with the fewest whole vCPUs free, then the least memory, then the one that changed last. */
  | "best-fit";

export type ProvisioningPolicy =
  /** The cheapest mix of instance types for the pending demand. */
  | "best-fit"
  /** AWS Batch's strategy of that name, as far as it is published: lowest price per vCPU among types that fit. */
  | "BEST_FIT_PROGRESSIVE"
  /** One instance per job, the cheapest type that fits it: the naive baseline. */
  | "job-per-instance";

export interface ScaleDownPolicy {
  /** An instance without jobs is terminated after being idle this long. */
  readonly idleDelayMs: number;
  /** Most instances terminated by one decision, as a share of the fleet (0..1]; at least one always may. */
  readonly maxShare: number;
}

export interface Strategy {
  readonly name: string;
  readonly queueDiscipline: QueueDiscipline;
  readonly placement: PlacementPolicy;
  readonly provisioning: ProvisioningPolicy;
  readonly scaleDown: ScaleDownPolicy;
  /** Period of the decision grid in milliseconds; 0 decides at every event. */
  readonly decisionIntervalMs: number;
  /** Most instances requested by one decision. */
  readonly maxLaunchesPerDecision: number;
}
