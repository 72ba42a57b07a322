// How the simulated cloud behaves, as parameters: every delay is a seeded distribution.

import type { DurationDistribution } from "../base/random.js";
import type { LiveCaps } from "./live-settings.js";
import type { MarketModel } from "./market.js";

export interface WorldModel {
  /** Launch request to running; not billed. */
  readonly pending: DurationDistribution;
  /** Running to registered with ECS; billed. */
  readonly boot: DurationDistribution;
  /** Image pull before the first job on an instance starts. */
  readonly pull: DurationDistribution;
  /** Container start of later jobs on the same instance: the image is in its cache. */
  readonly cachedPull: DurationDistribution;
  /** How long a container goes on after SIGTERM (timeout, TerminateJob); ECS kills it after 30 s. */
  readonly stopDelay: DurationDistribution;
  /** What goes wrong beside what the trace says. */
  readonly failures: readonly FailureRule[];
  /** AWS Batch places jobs, and decisions hear of the world by looking at it, as in live mode. Not given: the engine places. */
  readonly unmanaged?: UnmanagedModel;
  /** Prices, capacity, interruptions. */
  readonly market: MarketModel;
}

/** An account as live mode meets it: an UNMANAGED compute environment. */
export interface UnmanagedModel {
  /** How AWS Batch chooses among instances with room: AWS does not say. */
  readonly placement: "best-fit" | "first-fit";
  /** How often Batch's own scheduler looks at its queues: AWS does not say. */
  readonly schedulerIntervalMs: number;
  /** A message (an interruption notice, a rebalance recommendation) is acted upon at the next multiple of this; 0: at the next tick. */
  readonly earlyMs: number;
  /** From DRAINING to termination at the least. */
  readonly drainMs: number;
  /** How often spot prices are read. */
  readonly priceIntervalMs: number;
  /** What the gate of live mode allows; absent: there is none. */
  readonly caps?: LiveCaps;
}

/** A seeded model of failures: each attempt of a matching job fails in this way with this probability. */
export interface FailureRule {
  readonly kind: "exit" | "out-of-memory" | "image-pull";
  /** 0..1, per attempt. The first rule that strikes decides. */
  readonly probability: number;
  /** For "exit": 1..255. */
  readonly exitCode: number;
  /** Names of jobs it can strike, a literal with an optional trailing *; "*": all. */
  readonly jobName: string;
}
