// Pictures made of characters: bars, columns, a week in shades.

import type { Tick } from "./axis.js";

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"] as const;
const HEIGHTS = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"] as const;
const SHADES = ["·", "░", "▒", "▓", "█"] as const;

/** A horizontal bar; whatever is more than nothing shows. */
export function bar(share: number, cells: number): string {
  const eighths = Math.max(share > 0 ? 1 : 0, Math.round(Math.min(1, share) * cells * 8));
  return "█".repeat(eighths >> 3) + EIGHTHS[eighths & 7]!;
}

/** Rows of text that columns are high. */
const ROWS = 3;

/** Values as columns; neighbours are put together (their sum) where there are more than characters. Lines, top first. */
export function columnLines(values: readonly number[], width: number): string[] {
  const each = Math.max(1, Math.ceil(values.length / width));
  const sums = Array.from({ length: Math.ceil(values.length / each) }, (_, i) =>
    values.slice(i * each, (i + 1) * each).reduce((sum, value) => sum + value, 0),
  );
  const cells = Math.max(1, Math.floor(width / Math.max(1, sums.length)));
  const most = Math.max(...sums, 0);
  const levels = sums.map((sum) => levelOf(sum, most, ROWS * 8 + 1));
  return Array.from({ length: ROWS }, (_, row) => {
    const below = (ROWS - 1 - row) * 8;
    return levels.map((level) => HEIGHTS[Math.min(8, Math.max(0, level - below))]!.repeat(cells)).join("");
  });
}

/** Labels below a line of columns that is so many characters wide; one that would touch its neighbour is left out. */
export function axisLine(ticks: readonly Tick[], width: number): string {
  let line = "";
  for (const { at, label } of ticks) {
    const from = Math.min(Math.round(at * (width - 1)), Math.max(0, width - label.length));
    if (line !== "" && from < line.length + 1) continue;
    line = line.padEnd(from) + label;
  }
  return line;
}

/** One value in one of five shades. */
export function shade(value: number, most: number): string {
  return SHADES[levelOf(value, most, SHADES.length)]!;
}

/** 0 for nothing, else at least 1, at most `levels` - 1. */
function levelOf(value: number, most: number, levels: number): number {
  return value === 0 ? 0 : Math.max(1, Math.round((value / most) * (levels - 1)));
}
