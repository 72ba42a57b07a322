// How much a generated trace is like its original, as data: what `stowage trace generate like` prints, and its JSON.

/** "too few": so few values are as far apart by chance. */
export type Verdict = "good" | "fair" | "poor" | "too few";

export interface SampleFigures {
  readonly count: number;
  readonly median: number;
  readonly p95: number;
}

/** One property of jobs, submissions or arrays. */
export interface MarginalFit {
  readonly name: string;
  /** Unit of the figures; "": a plain number. */
  readonly unit: string;
  readonly original: SampleFigures;
  readonly generated: SampleFigures;
  /** Kolmogorov-Smirnov distance of the two: 0 the same, 1 nothing in common. */
  readonly distance: number;
  /** Two independent samples of one distribution are further apart than this in 5 % of all cases. */
  readonly noise: number;
  readonly verdict: Verdict;
}

/** One figure of the course of submissions; null: the trace is too short for it. */
export interface ArrivalFigure {
  readonly name: string;
  readonly original: number | null;
  readonly generated: number | null;
  readonly verdict: Verdict | null;
}

export interface GoodnessOfFit {
  readonly marginals: readonly MarginalFit[];
  readonly arrivals: readonly ArrivalFigure[];
}
