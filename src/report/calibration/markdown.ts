// A calibration as Markdown, to stand in a document: tables under small headings, and what they mean.

import type { Calibration } from "../../model/calibration.js";
import { printable } from "../format.js";
import { cellLines, type Table } from "../table.js";
import { causesTable, delaysTable, fleetTable, groupsTable, runsTable, startsTable, waitsTable } from "./tables.js";
import { bestRunSentence, runSentences, sampleLine } from "./words.js";

/** The calibration as Markdown, ending in a newline. Of several runs the best one is shown in full. */
export function renderCalibrationMarkdown(calibration: Calibration): string {
  const { source, sample, runs } = calibration;
  const best = runs[0]!;
  const tables = [delaysTable, waitsTable, fleetTable, causesTable, startsTable, groupsTable].map((table) =>
    table(best),
  );
  const sentences = [...bestRunSentence(calibration), ...runSentences(best)];
  const blocks = [
    `${escapeMarkdown(source)}: ${sampleLine(sample)}.`,
    sentences.map((sentence) => `- ${escapeMarkdown(sentence)}`).join("\n"),
    ...[...(runs.length > 1 ? [runsTable(calibration)] : []), ...tables].map(tableText),
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

/** An empty table is left out. */
function tableText({ title, caption, columns, rows }: Table): string {
  if (rows.length === 0) return "";
  const row = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cellLines(cell).map(escapeMarkdown).join("<br>")).join(" | ")} |`;
  const rule = `|${columns.map(({ align }) => (align === "right" ? "---:" : "---")).join("|")}|`;
  const heading = caption === "" ? `${escapeMarkdown(title)}:` : `${escapeMarkdown(title)}. ${caption}`;
  return [heading, "", row(columns.map(({ title: name }) => name)), rule, ...rows.map(row)].join("\n");
}

function escapeMarkdown(text: string): string {
  return printable(text).replace(/[\\`*_[\]<>|~&#]/g, "\\$&");
}
