// Strategies compared over several seeds: every strategy meets the same world on each seed, so differences are taken seed by
// seed (common random numbers) and have narrower intervals than the figures themselves.

/** A mean over seeds. */
export interface Estimate {
  readonly mean: number;
  /** Half the width of the 95 % confidence interval of the mean (Student's t); null with one seed. */
  readonly halfWidth: number | null;
}

export interface ComparedRun {
  readonly name: string;
  readonly role: "strategy" | "baseline";
  readonly description: string;
  readonly costMicroUsd: Estimate;
  /** Cost over the reference's, less 1, seed by seed; 0 for the reference itself. */
  readonly costToReference: Estimate;
  /** Cost and refunds over the floor, less 1. */
  readonly aboveFloor: Estimate;
  readonly waitMeanMs: Estimate;
  readonly waitP50Ms: Estimate;
  readonly waitP95Ms: Estimate;
  /** 95th percentile of waiting over the reference's, less 1, seed by seed. */
  readonly waitP95ToReference: Estimate;
  readonly makespanMs: Estimate;
  /** vCPU-hours that ran for nothing since their host was taken, and what they cost. */
  readonly reworkVcpuHours: Estimate;
  readonly reworkMicroUsd: Estimate;
  readonly interruptions: Estimate;
  /** Jobs that did not succeed in the end. */
  readonly failedJobs: Estimate;
  readonly instancesLaunched: Estimate;
}

export interface SeedComparison {
  readonly scenario: string;
  readonly question: string;
  readonly productVersion: string;
  readonly scenarioHash: string;
  readonly workloadHash: string;
  readonly jobs: number;
  readonly vcpuHours: number;
  readonly submitSpanMs: number;
  readonly seeds: readonly number[];
  /** Market of the floor that runs are measured against. */
  readonly floorMarket: "spot" | "on-demand";
  /** On the first seed. */
  readonly floorMicroUsd: number;
  /** Name of the run that the others are compared with. */
  readonly reference: string;
  readonly runs: readonly ComparedRun[];
  readonly notes: readonly string[];
}
