// One line of blocks that shows where the money of a run went: the largest categories, then the rest together.

import type { RunSummary } from "../model/run-result.js";
import { CATEGORY_DEFINITIONS } from "./definitions.js";
import { formatPercent } from "./format.js";

export interface MoneyBar {
  readonly segments: readonly { readonly glyph: string; readonly cells: number; readonly legend: string }[];
}

/** Told apart without colour; the last one stands for all categories beyond the first four. */
const GLYPHS = ["█", "▓", "▒", "░", "·"] as const;

/** Divides `width` cells among the run's largest cost categories, in proportion. The cells add up to `width`. */
export function moneyBar(run: RunSummary, width: number): MoneyBar {
  const total = run.cost.totalMicroUsd;
  const dearest = run.cost.byCategory.filter((row) => row.microUsd > 0).sort((a, b) => b.microUsd - a.microUsd);
  const named = dearest.slice(0, GLYPHS.length - 1);
  const parts = named.map((row) => ({ label: CATEGORY_DEFINITIONS[row.category].label, microUsd: row.microUsd }));
  const rest = total - parts.reduce((sum, part) => sum + part.microUsd, 0);
  if (rest > 0) parts.push({ label: "Other", microUsd: rest });
  const cells = apportion(
    parts.map((part) => part.microUsd),
    width,
  );
  return {
    segments: parts.map((part, index) => ({
      glyph: GLYPHS[index]!,
      cells: cells[index]!,
      legend: `${part.label} ${formatPercent(part.microUsd / total)}`,
    })),
  };
}

/** Largest-remainder division of `seats` in proportion to `weights` (Hamilton's method); ties go to the first. */
function apportion(weights: readonly number[], seats: number): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const exact = weights.map((weight) => (weight / total) * seats);
  const given = exact.map(Math.floor);
  const left = seats - given.reduce((sum, cells) => sum + cells, 0);
  const byRemainder = exact.map((value, index) => ({ index, remainder: value - Math.floor(value) }));
  byRemainder.sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  for (const { index } of byRemainder.slice(0, left)) given[index]!++;
  return given;
}
