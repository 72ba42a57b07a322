// Rules that look at every shape of a trace may find hundreds: the dearest are shown, the others counted.

import { MS_PER_HOUR } from "../../base/units.js";
import { formatUsd } from "../../report/format.js";
import type { RuleFinding } from "./finding.js";

/** More than a person mends in one go. */
const MOST_SHOWN = 10;

/** Findings that cost less than this share of the dearest are counted only. */
const NEGLIGIBLE = 0.01;

export interface PricedFinding extends RuleFinding {
  /** What it costs over the trace: micro-USD per hour times milliseconds. */
  readonly cost: number;
}

/** The dearest findings, dearest first, and one that counts the others, if any. */
export function worstFirst(findings: readonly PricedFinding[]): RuleFinding[] {
  const sorted = [...findings].sort((a, b) => b.cost - a.cost);
  const worth = sorted.filter(({ cost }) => cost >= NEGLIGIBLE * sorted[0]!.cost);
  const shown = worth.slice(0, MOST_SHOWN).map(({ cost: _, ...finding }): RuleFinding => finding);
  const others = sorted.slice(shown.length);
  if (others.length === 0) return shown;
  const microUsd = others.reduce((sum, { cost }) => sum + cost, 0) / MS_PER_HOUR;
  return [
    ...shown,
    {
      path: ["trace"],
      severity: "info",
      message:
        others.length === 1
          ? "one more request of the trace is like these"
          : `${others.length} more requests of the trace are like these`,
      figure: `${formatUsd(Math.round(microUsd))} in all`,
      fix: "",
    },
  ];
}
