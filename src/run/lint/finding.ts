// What lint says and what a rule looks at. A rule is a name, a severity and a function from one to the other.

import type { PathKey } from "../../scenario/finding.js";
import type { ResolvedScenario } from "../tables.js";
import type { TraceFigures } from "./figures.js";
import type { Places } from "./places.js";

export const SEVERITIES = ["error", "warning", "info"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** One finding, ready to be shown. */
export interface LintFinding {
  readonly severity: Severity;
  /** The rule's, or that of the scenario reader's issue. */
  readonly code: string;
  /** What is wrong, and with what. */
  readonly message: string;
  /** What it costs or concerns, from the trace; empty without a figure. */
  readonly figure: string;
  /** What to do; empty when the message says it. */
  readonly fix: string;
  readonly file: string;
  /** 1-based. */
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** Path inside the scenario; empty when it concerns another file or the whole. */
  readonly path: string;
}

/** What a rule says; lint adds code and position. */
export interface RuleFinding {
  readonly path: readonly PathKey[];
  readonly message: string;
  readonly figure: string;
  readonly fix: string;
  /** Where it is not the rule's own. */
  readonly severity?: Severity;
}

export interface LintInput {
  readonly resolved: ResolvedScenario;
  /** Empty (no jobs) when the trace could not be read. */
  readonly trace: TraceFigures;
  readonly places: Places;
}

export interface LintRule {
  /** Stable kebab-case identifier. */
  readonly code: string;
  readonly severity: Severity;
  readonly check: (input: LintInput) => readonly RuleFinding[];
}
