// Decisions with their reasons, as data: what the ledger keeps and `explain` reads. One launch decision may buy several
// instances of one pool. On the hot path a decision is a row of numbers; `Decision` is its readable form.

import type { TimeLimitReason } from "./environment.js";

export const LAUNCH_REASONS = [
  /** Waiting jobs that neither running nor coming instances have room for. */
  "pending-demand",
  /** The compute environment is below minvCpus. */
  "minvCpus",
  /** The fleet is fixed: everything is there from the start. */
  "fixed-fleet",
  /** The capacity that the compute environment starts with. */
  "desiredvCpus",
  /** Headroom: spare capacity that the strategy keeps. */
  "headroom",
  /** Waiting jobs, on-demand because spot pools have refused for too long. */
  "fallback",
  /** Waiting jobs that lost too many attempts, waited too long, or have no time for another try on spot. */
  "escalation",
  /** It was there when the engine began, or came without it: found by its tags, or somebody else's. */
  "found",
] as const;
export type LaunchReason = (typeof LAUNCH_REASONS)[number];

export const TERMINATE_REASONS = [
  /** Empty for the idle delay. */
  "idle",
  /** A Fargate machine ends with its job. */
  "job-ended",
  /** The run is over. */
  "end-of-run",
  /** Its last jobs are killed: ending it saves more than running them again is expected to cost. */
  "consolidation",
] as const;
export type TerminateReason = (typeof TERMINATE_REASONS)[number];

export interface LaunchDecision {
  readonly kind: "launch";
  readonly reason: LaunchReason;
  readonly timeMs: number;
  readonly environment: number;
  readonly pool: number;
  readonly copies: number;
  /** Jobs waiting in all when it was taken. */
  readonly waitingJobs: number;
  /** Jobs that one copy is meant to take. */
  readonly jobsPerCopy: number;
  /** Instances of the environment on their way before this decision. */
  readonly inFlight: number;
  /** Price of a copy (the expected wait for its last job counted in) over the worth of its jobs; NaN: not weighed. */
  readonly priceOverWorth: number;
  /** The best other choice; NONE when there was none. */
  readonly runnerUpPool: number;
  readonly runnerUpPriceOverWorth: number;
  /** Of a plan that was optimised: its cost over the linear bound of what any plan costs, less 1. */
  readonly gap?: number;
}

export interface TerminateDecision {
  readonly kind: "terminate";
  readonly reason: TerminateReason;
  readonly timeMs: number;
  readonly instance: number;
  readonly idleSinceMs: number;
  readonly idleDelayMs: number;
  /** vCPUs of the environment after it. */
  readonly environmentVcpuMilli: number;
}

/** A job that stood at the head of its queue for longer than one of the queue's timeLimits allows is to fail. */
export interface CancelDecision {
  readonly kind: "cancel";
  readonly reason: TimeLimitReason;
  readonly timeMs: number;
  readonly job: number;
  readonly queue: number;
  /** Since when the job has been RUNNABLE at the head of its queue. */
  readonly atHeadSinceMs: number;
}

export const DRAIN_REASONS = [
  /** It should empty: few jobs are left on it, and what they leave free is not wanted. */
  "soft-cordon",
  /** Demand has come back: it may take jobs again. */
  "uncordon",
  /** It was about to end, and waiting jobs want it. */
  "wanted-again",
  /** EC2 expects to take it back. */
  "rebalance",
] as const;
export type DrainReason = (typeof DRAIN_REASONS)[number];

/** Placing on an instance stops, or is allowed again. */
export interface DrainDecision {
  readonly kind: "drain";
  readonly reason: DrainReason;
  readonly timeMs: number;
  readonly instance: number;
  /** Jobs on it. */
  readonly jobs: number;
  /** When the last of them is expected to end, ms; NaN: not known. */
  readonly expectedEndMs: number;
}

export type Decision = LaunchDecision | TerminateDecision | CancelDecision | DrainDecision;

/** Takes decisions as they are made; answers with the row that the decision's actions carry. */
export interface DecisionRecorder {
  launch(
    reason: LaunchReason,
    timeMs: number,
    environment: number,
    pool: number,
    copies: number,
    waitingJobs: number,
    jobsPerCopy: number,
    inFlight: number,
    priceOverWorth: number,
    runnerUpPool: number,
    runnerUpPriceOverWorth: number,
  ): number;
  /** The gap of the plan that a launch, the row, is a part of. */
  optimised(row: number, gap: number): void;
  terminate(
    reason: TerminateReason,
    timeMs: number,
    instance: number,
    idleSinceMs: number,
    idleDelayMs: number,
    environmentVcpuMilli: number,
  ): number;
  cancel(reason: TimeLimitReason, timeMs: number, job: number, queue: number, atHeadSinceMs: number): number;
  drain(reason: DrainReason, timeMs: number, instance: number, jobs: number, expectedEndMs: number): number;
}
