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

/** An entry of a scheduling policy's shareDistribution: a share's name, or with a * at the end the prefix of names. */
export interface ShareWeight {
  readonly shareIdentifier: string;
  readonly weightFactor: number;
}

/** A fair-share queue, resolved. Lower weighted usage (usage x weight) is served first. */
export interface FairShare {
  readonly decay: UsageDecay;
  /** Window of the decay, or its half-life, milliseconds. */
  readonly windowMs: number;
  /** weightFactor by share index: lower receives more. */
  readonly weightOfShare: readonly number[];
  /** What shares weigh that `weightOfShare` does not have, in a run whose tables grow. Not given: 1 each. */
  readonly shareDistribution?: readonly ShareWeight[];
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
  | "best-fit"
  /** Of the instances with room, the one whose life the job prolongs least, by what earlier jobs of its name took. */
  | "tail-aware";

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
  /** The largest jobs first, each onto the first planned instance with room, else a new one of the cheapest type that fits it. */
  | "first-fit-decreasing"
  /** As Karpenter plans nodes: each keeps the set of types that still fit, and the cheapest of it is bought. */
  | "karpenter"
  /** As Kubernetes' cluster-autoscaler: every type is a node group, an expander chooses one group at a time. */
  | "cluster-autoscaler"
  /** As Spot's Elastigroup: markets ranked by price and stability. */
  | "elastigroup"
  /** The pending demand as a bin-packing problem, solved by linear and integer programming. */
  | "optimum"
  | AllocationStrategy
  /** One instance per job, the cheapest type that fits it: the naive baseline, and what Fargate does. */
  | "job-per-instance";

/** How cluster-autoscaler chooses between node groups that would help. */
export const EXPANDERS = ["least-waste", "random", "most-pods", "least-nodes", "price", "priority"] as const;
export type Expander = (typeof EXPANDERS)[number];

/** Times of the week at which instances may be ended. */
export interface DisruptionWindow {
  /** Minutes after Monday 00:00 UTC; an end before the start wraps round the week. */
  readonly startMinute: number;
  readonly endMinute: number;
}

export interface ScaleDownPolicy {
  /** An instance without jobs is terminated after being idle this long. */
  readonly idleDelayMs: number;
  /** Most instances terminated by one decision, as a share of the fleet (0..1]; at least one always may. */
  readonly maxShare: number;
  /** Most instances terminated by one decision; absent: any number. */
  readonly maxInstances?: number;
  /** No scale-down for so long after the last one. */
  readonly cooldownMs: number;
  /** No scale-down for so long after a launch. */
  readonly cooldownAfterLaunchMs: number;
  /** An instance must have been found empty by so many evaluations, one a minute, in a row; 0 and 1: by one. */
  readonly evaluationPeriods: number;
  /** No instance is ended before it has run so long. */
  readonly minimumLifeMs: number;
  /** When instances may be ended; empty: always. */
  readonly windows: readonly DisruptionWindow[];
  /** A spot instance that EC2 is about to take in its first hour is left to it: that hour is then free. */
  readonly billingAware: boolean;
  /** An idle instance is kept as long as the chance of a job for it is worth more than its price (warm capacity). */
  readonly breakEven: boolean;
  /** What an hour of a job's waiting is worth where warm capacity is weighed, micro-USD; 0: only money is saved. */
  readonly waitMicroUsdPerHour: number;
  /** Stop placing on instances that should empty. */
  readonly softCordon: boolean;
  /** Whether running jobs may be killed to end an instance, when the expected saving exceeds the expected rework. */
  readonly mayKill: boolean;
}

/** How EC2 is to choose among the pools that a launch allows. */
export type FleetAllocation =
  /** In our order of preference (CreateFleet: capacity-optimized-prioritized, a model of it). */
  | "in-order"
  /** The cheapest of the pools with the most spare capacity (CreateFleet: price-capacity-optimized, a model of it). */
  | "price-capacity-optimized";

export interface Escalation {
  /** A job that lost so many attempts to reclaims is bought on-demand capacity for; 0: never for this. */
  readonly lostAttempts: number;
  /** A class whose oldest job has waited so long is; null: never for this. */
  readonly ageMs: number | null;
  /** A job is to end so long after it was submitted; on-demand when no second try would fit before that. Null: no such aim. */
  readonly turnaroundMs: number | null;
}

/** What may be lost at once; null: no cap. */
export interface BlastRadius {
  readonly jobsPerInstance: number | null;
  /** Expected vCPU-hours of the jobs on one spot instance. */
  readonly vcpuHoursPerInstance: number | null;
  /** Share of the vCPUs of the spot fleet in one pool, 0..1, once the fleet has `DIVERSE_FLEET` instances or more. */
  readonly poolShare: number | null;
}

export interface SpotPolicy {
  /** Pools are compared by price x (1 + expected rework), learned from the run's own interruptions. */
  readonly countsRework: boolean;
  readonly allocation: FleetAllocation;
  /** How many pools a launch allows at the most; 1: the one liked best. */
  readonly poolsPerLaunch: number;
  /** How long a refused pool is not asked again: at first, doubling with every refusal up to `mostRefusalMs`. 0: asked again at once. */
  readonly refusalMs: number;
  readonly mostRefusalMs: number;
  /** On-demand where no spot pool has had capacity for so long; null: never. New launches revert to spot as soon as a pool may be asked. */
  readonly fallbackAfterMs: number | null;
  readonly escalation: Escalation;
  readonly blastRadius: BlastRadius;
  /** What a rebalance recommendation does: nothing, or nothing is placed on the instance any more. */
  readonly onRebalance: "ignore" | "drain";
}

/** Spare capacity that is kept beside what jobs need. */
export interface Headroom {
  /** Whole units, each on one instance; counted per instance and summed. */
  readonly units: number;
  readonly vcpuMilli: number;
  readonly memoryMib: number;
  readonly gpuMilli: number;
  /** Automatic: this share of the vCPUs in use, in units shaped by the five commonest shapes; 0: none. */
  readonly automaticShare: number;
}

/** Nothing about spot beyond asking for the pool liked best. */
export const PLAIN_SPOT_POLICY: SpotPolicy = {
  countsRework: false,
  allocation: "in-order",
  poolsPerLaunch: 1,
  refusalMs: 180_000,
  mostRefusalMs: 1_800_000,
  fallbackAfterMs: null,
  escalation: { lostAttempts: 0, ageMs: null, turnaroundMs: null },
  blastRadius: { jobsPerInstance: null, vcpuHoursPerInstance: null, poolShare: null },
  onRebalance: "ignore",
};

/** Instances go when they have been empty for a minute. */
export const PLAIN_SCALE_DOWN: ScaleDownPolicy = {
  idleDelayMs: 60_000,
  maxShare: 1,
  cooldownMs: 0,
  cooldownAfterLaunchMs: 0,
  evaluationPeriods: 0,
  minimumLifeMs: 0,
  windows: [],
  billingAware: false,
  breakEven: false,
  waitMicroUsdPerHour: 0,
  softCordon: false,
  mayKill: false,
};

export const NO_HEADROOM: Headroom = { units: 0, vcpuMilli: 0, memoryMib: 0, gpuMilli: 0, automaticShare: 0 };

/** Whether the strategy has a use for what earlier jobs took. */
export function learns({ estimateQuantile, placement, spot, scaleDown }: Strategy): boolean {
  return (
    estimateQuantile > 0 ||
    placement === "tail-aware" ||
    scaleDown.softCordon ||
    scaleDown.mayKill ||
    spot.countsRework ||
    spot.escalation.turnaroundMs !== null ||
    spot.blastRadius.vcpuHoursPerInstance !== null
  );
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
  /** Of cluster-autoscaler. */
  readonly expander: Expander;
  readonly spot: SpotPolicy;
  readonly headroom: Headroom;
  /** Usable memory of an instance type is learned from instances that registered; else the catalogue's figure stands. */
  readonly learnsMemory: boolean;
  /** Demand is left to gather for so long after its first job, before anything is bought for it; 0: not at all. */
  readonly batchingWindowMs: number;
  readonly scaleDown: ScaleDownPolicy;
  /**
   * With tail-aware placement: a job is made to wait for an instance of its own, though another has room, when that is expected
   * to save more than this, micro-USD. Null: never.
   */
  readonly holdBackMicroUsd: number | null;
  /**
   * For n instances that the waiting jobs need, best fit launches this number times the square root of n more, rounded up: the
   * jobs start on those that come up first, and the others are spare for the next ones. 0: none.
   */
  readonly spareLaunches: number;
  /** Period of the decision grid in milliseconds; 0 decides at every event. */
  readonly decisionIntervalMs: number;
  /** Most instances requested by one decision. */
  readonly maxLaunchesPerDecision: number;
}
