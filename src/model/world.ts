// How the simulated cloud behaves, as parameters: every delay is a seeded distribution.

import type { DurationDistribution } from "../base/random.js";
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
  /** Prices, capacity, interruptions. */
  readonly market: MarketModel;
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
