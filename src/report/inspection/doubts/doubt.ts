// What rules of doubt share: their shape and how they tell shares and counts.

import type { InspectionWarning, TraceFindings, Weight } from "../../../model/trace-inspection.js";
import { formatCount, formatPercent } from "../../format.js";

/** Looks at the figures; undefined: nothing to doubt. */
export type Doubt = (findings: TraceFindings) => InspectionWarning | undefined;

export function doubt(weight: Weight, code: string, message: string, advice = ""): InspectionWarning {
  return { code, weight, message, advice };
}

/** A smaller share is shown by its counts alone: as a percentage it would be 0. */
const SMALLEST_SHARE = 0.0005;

/** "38 % of the jobs (1,204 of 3,168)"; "all 12 jobs"; "1 of 7,221 jobs". */
export function partOf(count: number, total: number, noun: string): string {
  if (count === total) return total === 1 ? `the only ${singular(noun)}` : `all ${formatCount(total)} ${noun}`;
  if (count < SMALLEST_SHARE * total) return `${formatCount(count)} of ${formatCount(total)} ${noun}`;
  return `${formatPercent(count / total)} of the ${noun} (${formatCount(count)} of ${formatCount(total)})`;
}

function singular(noun: string): string {
  return noun.replace(/s$/, "");
}

/** 0 of 0 is no share at all. */
export function shareOf(count: number, total: number): number {
  return total === 0 ? 0 : count / total;
}

/** Rows that a code was counted for. */
export function countOf(tallies: TraceFindings["records"]["rejected"], code: string): number {
  return tallies.find((tally) => tally.code === code)?.count ?? 0;
}

/** "Run", from "run". */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
