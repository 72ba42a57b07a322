// Comparisons over seeds for a terminal and as Markdown.

import pc from "picocolors";
import type { SeedComparison } from "../../model/seed-comparison.js";
import { printable } from "../format.js";
import { escapeMarkdown, markdownTable } from "../markdown.js";
import { drawTable, type TerminalOptions } from "../terminal.js";
import { comparisonOfSeedsTable } from "./table.js";

/** One comparison as lines of text, ending in a newline. */
export function renderComparison(comparison: SeedComparison, { colour }: TerminalOptions): string {
  const paint = pc.createColors(colour);
  const table = comparisonOfSeedsTable(comparison);
  const lines = [
    paint.bold(printable(table.title)),
    ...(comparison.question === "" ? [] : [printable(comparison.question)]),
    table.caption,
    drawTable(table, (name) => name, paint),
    ...comparison.notes.map((note) => printable(`- ${note}`)),
  ];
  return `${lines.join("\n")}\n`;
}

/** One comparison as a section of a Markdown document, ending in a newline. */
export function renderComparisonMarkdown(comparison: SeedComparison): string {
  const blocks = [
    markdownTable(comparisonOfSeedsTable(comparison)),
    comparison.notes.map((note) => `- ${escapeMarkdown(note)}`).join("\n"),
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}
