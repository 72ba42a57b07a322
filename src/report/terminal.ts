// The result on a terminal: what was asked, one table row per run, then what bounds and explains the figures.

import CliTable3 from "cli-table3";
import pc from "picocolors";
import type { RowTally } from "../model/ingest.js";
import type { ResultFile, RunSummary } from "../model/run-result.js";
import { primaryRun } from "./comparison.js";
import { shareTable } from "./detail-tables.js";
import { formatCount, formatDuration, formatUnitPrice, formatUsd, printable } from "./format.js";
import { type MoneyBar, moneyBar } from "./money-bar.js";
import {
  COST_FIGURES,
  comparisonTable,
  noteLines,
  outcomesTable,
  SERVICE_FIGURES,
  spanLine,
  workloadLine,
} from "./overview-tables.js";
import { spotTable } from "./spot-tables.js";
import type { Table } from "./table.js";
import { changesLine, placeOf, traceLine } from "./trace-lines.js";

export type Palette = ReturnType<typeof pc.createColors>;

export interface TerminalOptions {
  /** ANSI colours; never guessed from the environment. */
  readonly colour: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  /** Also who waited longest, and why. */
  readonly verbose?: boolean;
}

/** The result as lines of text for a terminal, ending in a newline. */
export function renderTerminal(result: ResultFile, options: TerminalOptions): string {
  const paint = pc.createColors(options.colour);
  const sections = [
    headerLines(result, paint),
    traceLines(result, paint),
    comparisonLines(result, options.width, paint),
    tableLines(outcomesTable(result), runPainter(result, paint), paint),
    tableLines(spotTable(result), runPainter(result, paint), paint),
    tableLines(shareTable(primaryRun(result)), plainName, paint),
    floorLines(result, paint),
    moneyLines(result, options.width, paint),
    options.verbose === true ? waitLines(primaryRun(result), paint) : [],
    titled("Notes", noteLines(result).map(printable), paint),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function headerLines(result: ResultFile, paint: Palette): string[] {
  const { header } = result;
  const lines = [paint.bold(printable(header.scenario))];
  if (header.question !== "") lines.push(printable(header.question));
  return [
    ...lines,
    labelled("Region", `${printable(header.region)}, seed ${header.seed}, stowage ${header.productVersion}`, paint),
    labelled("Jobs", workloadLine(result), paint),
    labelled("Submitted", spanLine(result), paint),
  ];
}

function labelled(label: string, text: string, paint: Palette): string {
  return `${paint.dim(label.padEnd(10))} ${text}`;
}

function traceLines(result: ResultFile, paint: Palette): string[] {
  return [
    labelled("Trace", `${printable(result.trace.source)}: ${traceLine(result)}`, paint),
    ...(result.header.transforms.length === 0 ? [] : [labelled("Changed", printable(changesLine(result)), paint)]),
    ...result.trace.rejected.flatMap((tally) => tallyLines("rejected", tally, paint)),
    ...result.trace.adjusted.flatMap((tally) => tallyLines("adjusted", tally, paint)),
    ...result.trace.folded.flatMap((tally) => tallyLines("folded", tally, paint)),
    ...result.trace.notes.map((note) => `  note: ${printable(note)}`),
  ];
}

function tallyLines(verb: string, tally: RowTally, paint: Palette): string[] {
  const first = tally.examples[0];
  return [
    `  ${verb === "rejected" ? paint.yellow(verb) : verb} ${formatCount(tally.count)}: ${printable(tally.reason)}`,
    ...(first === undefined ? [] : [paint.dim(`    first at ${printable(`${placeOf(first)}: ${first.detail}`)}`)]),
  ];
}

/** One table when it fits, else cost and service below each other. */
function comparisonLines(result: ResultFile, width: number, paint: Palette): string[] {
  const whole = comparisonTable(result, [...COST_FIGURES, ...SERVICE_FIGURES], "");
  // Measured without colours: their codes take no room on the screen.
  const lines = drawTable(whole, plainName, pc.createColors(false)).split("\n");
  const paintRow = runPainter(result, paint);
  if (Math.max(...lines.map((line) => line.length)) <= width) return [drawTable(whole, paintRow, paint)];
  const [cost, service] = [COST_FIGURES, SERVICE_FIGURES].map((figures) => comparisonTable(result, figures, ""));
  return [drawTable(cost!, paintRow, paint), "", drawTable(service!, paintRow, paint)];
}

/** A table with its title; nothing when it has no rows. */
function tableLines(table: Table, paintName: NamePainter, paint: Palette): string[] {
  return table.rows.length === 0
    ? []
    : [paint.bold(printable(table.title)), ...drawTable(table, paintName, paint).split("\n")];
}

/** Paints the name in the first column of a row. */
type NamePainter = (name: string, row: number) => string;

const plainName: NamePainter = (name) => name;

/** Names of strategies stand out in tables with a row per run. */
function runPainter(result: ResultFile, paint: Palette): NamePainter {
  return (name, row) => (result.runs[row]!.role === "strategy" ? paint.bold(name) : name);
}

/** Horizontal rules only: figures line up without boxes around them. */
const RULES = {
  ...{ top: "", "top-mid": "", "top-left": "", "top-right": "", bottom: "", "bottom-mid": "", "bottom-left": "" },
  ...{ "bottom-right": "", left: "", "left-mid": "", right: "", "right-mid": "", middle: "  " },
  ...{ mid: "", "mid-mid": "" },
};

export function drawTable(table: Table, paintName: NamePainter, paint: Palette): string {
  const drawn = new CliTable3({
    chars: RULES,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
    colAligns: table.columns.map((column) => column.align),
  });
  drawn.push(table.columns.map((column) => paint.dim(column.title)));
  table.rows.forEach((row, index) => {
    drawn.push(row.map((cell, column) => (column === 0 ? paintName(printable(cell), index) : printable(cell))));
  });
  return drawn.toString();
}

function floorLines(result: ResultFile, paint: Palette): string[] {
  const lines = result.floors.map((floor) => {
    const prices = [
      `${formatUnitPrice(floor.microUsdPerVcpuHour)} per vCPU-hour`,
      `${formatUnitPrice(floor.microUsdPerGibHour)} per GiB-hour`,
      ...(floor.microUsdPerGpuHour > 0 ? [`${formatUnitPrice(floor.microUsdPerGpuHour)} per GPU-hour`] : []),
    ];
    const types = printable(floor.bindingInstanceTypes.join(", "));
    return `${floor.market} ${formatUsd(floor.microUsd)}: ${prices.join(", ")}; ideal fleet ${types}`;
  });
  return titled("Floors (no schedule can pay less)", lines, paint);
}

function moneyLines(result: ResultFile, width: number, paint: Palette): string[] {
  const run = primaryRun(result);
  if (run.cost.totalMicroUsd === 0) return [];
  const bar: MoneyBar = moneyBar(run, Math.min(width, 100));
  const colours = [paint.cyan, paint.yellow, paint.red, paint.magenta];
  const colour = (index: number, text: string): string => (colours[index] ?? paint.dim)(text);
  return [
    paint.bold(`Where the money went: ${printable(run.name)}, ${formatUsd(run.cost.totalMicroUsd)}`),
    bar.segments.map((segment, index) => colour(index, segment.glyph.repeat(segment.cells))).join(""),
    bar.segments.map((segment, index) => `${colour(index, segment.glyph)} ${segment.legend}`).join("   "),
  ];
}

function waitLines(run: RunSummary, paint: Palette): string[] {
  const lines = run.longestWaits.flatMap(({ job, name, queue, waitMs, why }) => [
    printable(`${job} (${name}) in ${queue}: ${formatDuration(waitMs)}`),
    ...why.map((line) => paint.dim(printable(`  ${line}`))),
  ]);
  return titled(`Longest waits: ${printable(run.name)}`, lines, paint);
}

function titled(title: string, lines: readonly string[], paint: Palette): string[] {
  return lines.length === 0 ? [] : [paint.bold(title), ...lines.map((line) => `  ${line}`)];
}
