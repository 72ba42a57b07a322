// Decisions with their reasons, as data: what the ledger keeps and `explain` reads. One launch decision may buy several
// instances of one pool.

export interface LaunchDecision {
  readonly kind: "launch";
  readonly timeMs: number;
  readonly environment: number;
  readonly pool: number;
  readonly copies: number;
  readonly reason: /** Waiting jobs that neither running nor coming instances have room for. */
    | "pending-demand"
    /** The compute environment is below minvCpus. */
    | "minvCpus"
    /** The fleet is fixed: everything is there from the start. */
    | "fixed-fleet";
  /** Jobs waiting in all when it was taken. */
  readonly waitingJobs: number;
  /** Jobs that one copy is meant to take. */
  readonly jobsPerCopy: number;
  /** Instances of the environment on their way before this decision. */
  readonly inFlight: number;
  /** Price of a copy over the worth of the jobs it takes (1: a perfect fill); NaN where it was not weighed. */
  readonly priceOverWorth: number;
  /** The best other choice; NONE when there was none. */
  readonly runnerUpPool: number;
  readonly runnerUpPriceOverWorth: number;
}

export interface TerminateDecision {
  readonly kind: "terminate";
  readonly timeMs: number;
  readonly instance: number;
  readonly reason: /** Empty for the idle delay. */
    | "idle"
    /** The run is over. */
    | "end-of-run";
  readonly idleSinceMs: number;
  readonly idleDelayMs: number;
  /** vCPUs of the environment after it. */
  readonly environmentVcpuMilli: number;
}

export type Decision = LaunchDecision | TerminateDecision;
