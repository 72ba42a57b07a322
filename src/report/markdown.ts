// report.md: the whole result as Markdown tables, to be read in a pull request or kept beside result.json.

import type { ResultFile } from "../model/run-result.js";
import { primaryRun } from "./comparison.js";
import {
  adjustedTable,
  categoryTable,
  foldedTable,
  instanceTypeTable,
  jobNameTable,
  longestWaitsTable,
  queueTable,
  rejectedTable,
  shareTable,
} from "./detail-tables.js";
import { printable } from "./format.js";
import {
  COST_FIGURES,
  comparisonTable,
  FLOOR_FIGURES,
  figuresTable,
  fleetTable,
  floorsTable,
  noteLines,
  outcomesTable,
  provenanceTable,
  runsTable,
  SERVICE_FIGURES,
  spanLine,
  workloadLine,
} from "./overview-tables.js";
import { refusalsTable, retriesTable, reworkTable, savingsTable, spotPoolTable, spotTable } from "./spot-tables.js";
import { cellLines, type Table } from "./table.js";
import { changesLine, traceLine } from "./trace-lines.js";

/** The result as a Markdown document (GitHub's tables), ending in a newline. */
export function renderMarkdown(result: ResultFile): string {
  const { header } = result;
  const primary = primaryRun(result);
  const tables = [
    comparisonTable(result, [...COST_FIGURES, ...FLOOR_FIGURES], "Cost"),
    comparisonTable(result, SERVICE_FIGURES, "Waiting and fleet"),
    figuresTable(),
    runsTable(result),
    categoryTable(result),
    floorsTable(result),
    fleetTable(result),
    ...result.runs.map(instanceTypeTable),
    ...result.runs.map(queueTable),
    spotTable(result),
    savingsTable(result),
    ...result.runs.map(spotPoolTable),
    refusalsTable(result),
    jobNameTable(primary),
    ...result.runs.map(reworkTable),
    outcomesTable(result),
    retriesTable(result),
    ...result.runs.map(shareTable),
    ...result.runs.map((run) => longestWaitsTable(result, run)),
    rejectedTable(result),
    adjustedTable(result),
    foldedTable(result),
    provenanceTable(result),
  ];
  const blocks = [
    `# ${escapeMarkdown(header.scenario)}`,
    escapeMarkdown(header.question),
    escapeMarkdown(header.description),
    factLines(result).join("\n"),
    noteBlock(noteLines(result)),
    ...tables.map(markdownTable),
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

/** The jobs, when they came, and what became of the trace that they are from. */
function factLines(result: ResultFile): string[] {
  const changes = changesLine(result);
  return [
    `- Jobs: ${workloadLine(result)}`,
    `- Submitted: ${spanLine(result)}`,
    `- Trace: ${traceLine(result)}`,
    ...result.trace.notes.map((note) => `  - ${escapeMarkdown(note)}`),
    ...(changes === "" ? [] : [`- Changed: ${escapeMarkdown(changes)}`]),
  ];
}

function noteBlock(notes: readonly string[]): string {
  return notes.length === 0 ? "" : ["## Notes", "", ...notes.map((note) => `- ${escapeMarkdown(note)}`)].join("\n");
}

/** A table with its heading; "" when it has no rows. */
export function markdownTable(table: Table): string {
  if (table.rows.length === 0) return "";
  const row = (cells: readonly string[]): string => `| ${cells.map(cellText).join(" | ")} |`;
  const rule = `| ${table.columns.map((column) => (column.align === "right" ? "---:" : "---")).join(" | ")} |`;
  const caption = table.caption === "" ? [] : [table.caption, ""];
  const lines = [row(table.columns.map((column) => column.title)), rule, ...table.rows.map(row)];
  return [`## ${escapeMarkdown(table.title)}`, "", ...caption, ...lines].join("\n");
}

function cellText(cell: string): string {
  return cellLines(cell).map(escapeMarkdown).join("<br>");
}

/** Text from a user's file as plain Markdown text: no markup, no cell or line break. */
export function escapeMarkdown(text: string): string {
  return printable(text.replace(/\s*[\r\n]+\s*/g, " ")).replace(/[\\`*_[\]<>|~&#]/g, "\\$&");
}
