// What `stowage calibrate` finds: delays of the world fitted to recorded waits, and simulated against recorded figures. Plain
// data, as it is written with --json. Times are milliseconds; null: not known.

import type { ResultHeader } from "./run-result.js";

/** Changes when a reader of an older file would misunderstand a newer one. */
export const CALIBRATION_FORMAT_VERSION = 1;

/** The delays of a world that a calibration looks at, in the scenario's words. */
export const WORLD_DELAYS = ["decisionInterval", "pending", "boot", "pull", "cachedPull"] as const;
export type WorldDelay = (typeof WORLD_DELAYS)[number];

/** What a job of the replay waited for. The parts of a job's wait sum to it. */
export const WAIT_CAUSES = [
  /** For the next decision, with nothing else in its way. */
  "scheduling",
  /** For room: behind other jobs, or where maxvCpus or a fixed fleet is used up. */
  "capacity",
  /** For the instance that it got, from the launch request to its registration. */
  "boot",
  /** From placement to container start. */
  "start",
] as const;
export type CauseOfWait = (typeof WAIT_CAUSES)[number];

export interface Calibration {
  readonly formatVersion: number;
  readonly header: ResultHeader;
  /** The trace as the scenario names it. */
  readonly source: string;
  readonly sample: SampleSummary;
  /** By how well their quantiles fit, the best first. */
  readonly runs: readonly CalibratedRun[];
}

/** Which jobs are compared. */
export interface SampleSummary {
  readonly jobs: number;
  readonly compared: number;
  readonly withoutWait: number;
  /** Have a recorded wait that also holds the time for which they waited for other jobs. */
  readonly dependent: number;
  /** Compared jobs whose time from placement to container start was recorded. */
  readonly withPull: number;
  /** What recorded waits are whole multiples of: a second, or a minute. Smaller differences count for little. */
  readonly grainMs: number;
}

export interface CalibratedRun {
  readonly name: string;
  readonly description: string;
  /** Replays that were run to find the fit and to see how certain it is. */
  readonly replays: number;
  readonly delays: readonly FittedDelay[];
  /** The delays in the scenario's language, to be copied to `world`. */
  readonly world: Readonly<Record<WorldDelay, unknown>>;
  readonly asGiven: Comparison;
  readonly fitted: Comparison;
  /** The later half of the jobs, in the world as given and in the one that the first half alone leads to. */
  readonly secondHalf: { readonly asGiven: WaitComparison; readonly foretold: WaitComparison };
}

export interface FittedDelay {
  readonly delay: WorldDelay;
  /** searched: by replays. recorded: read off recorded container starts. kept: as the scenario has it. */
  readonly basis: "searched" | "recorded" | "kept";
  /** Why it was kept, or what the fit stands for. */
  readonly reason: string;
  readonly given: DelayFigures;
  readonly value: DelayFigures;
  /** What the first half of the jobs alone leads to. */
  readonly fromFirstHalf: DelayFigures;
  /** Only of searched ones: how far off quantiles typically are with half of it and with twice as much (see `offBy`). */
  readonly offByWithHalf: number | null;
  readonly offByWithTwice: number | null;
  /** Whether both of these are clearly worse than the fit. Null where that was not looked at. */
  readonly determined: boolean | null;
}

export interface DelayFigures {
  readonly medianMs: number;
  readonly p95Ms: number;
}

/** Simulated against recorded, for one world. */
export interface Comparison {
  readonly wait: WaitComparison;
  /** Of container starts; null where too few were recorded. */
  readonly pull: WaitComparison | null;
  readonly causes: readonly CauseComparison[];
  /** Names of jobs that make most of the difference, the worst first. */
  readonly groups: readonly GroupComparison[];
  readonly makespanMs: Compared;
  /** Most vCPUs that jobs held at once. */
  readonly peakVcpus: Compared;
  readonly instanceHours: Compared;
  readonly costMicroUsd: Compared;
}

export interface Compared {
  readonly simulated: number;
  readonly recorded: number | null;
}

export interface WaitComparison {
  readonly jobs: number;
  readonly mean: Compared;
  readonly quantiles: readonly QuantileComparison[];
  /** The factor by which a quantile is typically off: exp of the root mean square of ln((simulated + grain) / (recorded + grain)). */
  readonly offBy: number;
  /** Share of the jobs whose own wait is within a factor of two or ten seconds. */
  readonly near: number;
  /** Spearman's rank correlation of the jobs' waits; null when all waits are equal. */
  readonly rankCorrelation: number | null;
}

export interface QuantileComparison {
  readonly probability: number;
  readonly simulated: number;
  readonly recorded: number;
}

/** Jobs of which the replay says that they waited for this most of all, or not at all. */
export interface CauseComparison {
  readonly cause: CauseOfWait | "none";
  /** Mean over all compared jobs of the part of the simulated wait that has this cause. */
  readonly meanPartMs: number;
  readonly jobs: number;
  readonly meanWaitMs: Compared;
  /** What these jobs add to the difference of the mean waits, simulated less recorded. */
  readonly differenceMs: number;
}

export interface GroupComparison {
  readonly queue: string;
  readonly name: string;
  readonly jobs: number;
  readonly medianMs: Compared;
  readonly meanMs: Compared;
  /** What these jobs add to the difference of the mean waits, simulated less recorded. */
  readonly differenceMs: number;
}
