// A calibration on a terminal: which run explains the recorded waits best, then its tables, then what they mean.

import pc from "picocolors";
import type { Calibration } from "../../model/calibration.js";
import { printable } from "../format.js";
import type { Table } from "../table.js";
import { drawTable, type Palette, type TerminalOptions } from "../terminal.js";
import { causesTable, delaysTable, fleetTable, groupsTable, runsTable, startsTable, waitsTable } from "./tables.js";
import { bestRunSentence, runSentences, sampleLine } from "./words.js";

/** A sentence of the summary is broken here at the latest: longer lines are hard to read. */
const TEXT_WIDTH = 110;

/** The calibration as lines of text for a terminal, ending in a newline. */
export function renderCalibration(calibration: Calibration, { colour, width }: TerminalOptions): string {
  const paint = pc.createColors(colour);
  const { header, source, sample, runs } = calibration;
  const best = runs[0]!;
  const tables = [delaysTable, waitsTable, fleetTable, causesTable, startsTable, groupsTable].map((table) =>
    table(best),
  );
  const sentences = [...bestRunSentence(calibration), ...runSentences(best)];
  const sections = [
    [
      paint.bold(printable(header.scenario)),
      ...(header.question === "" ? [] : [printable(header.question)]),
      `${paint.dim("Trace".padEnd(LABEL_WIDTH))}${printable(source)}: ${sampleLine(sample)}`,
      `${paint.dim("Seed".padEnd(LABEL_WIDTH))}${header.seed}, stowage ${header.productVersion}`,
    ],
    ...[runsTable(calibration), ...tables].map((table) => tableLines(table, paint)),
    [
      paint.bold(`In words: ${printable(best.name)}`),
      ...sentences.flatMap((sentence) => bullet(printable(sentence), Math.min(width, TEXT_WIDTH))),
    ],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

const LABEL_WIDTH = 11;

function tableLines(table: Table, paint: Palette): string[] {
  if (table.rows.length === 0) return [];
  return [paint.bold(printable(table.title)), ...drawTable(table, (name) => name, paint).split("\n")];
}

/** A sentence as lines of at most `width` characters, the later ones indented. */
function bullet(sentence: string, width: number): string[] {
  const lines: string[] = [];
  let line = "  -";
  for (const word of sentence.split(" ")) {
    if (line.length + 1 + word.length > width && line.trim() !== "-") {
      lines.push(line);
      line = "   ";
    }
    line = `${line} ${word}`;
  }
  return [...lines, line];
}
