// An inspection for the terminal: what to doubt first, then pictures and tables.

import pc from "picocolors";
import type { InspectionWarning, TimeDistribution, TraceInspection, Weight } from "../../model/trace-inspection.js";
import { formatCount, formatCounted, formatDuration, printable } from "../format.js";
import { ingestLines } from "../ingest-lines.js";
import type { Table } from "../table.js";
import type { TerminalOptions } from "../terminal.js";
import { durationTicks, timeTicks } from "./axis.js";
import {
  arraySizesTable,
  type BarTable,
  exitCodesTable,
  failingNamesTable,
  fieldsTable,
  namesTable,
  queuesTable,
  shapesTable,
  structureLines,
  timesTable,
} from "./tables.js";
import { axisLine, bar, columnLines, shade } from "./terminal-pictures.js";
import { tableLines, wrapped } from "./terminal-table.js";
import { recordsLine, spanLine, WEEKDAYS, weekOf, workLine } from "./wording.js";

type Palette = ReturnType<typeof pc.createColors>;

/** Lines of text are hard to read beyond this. */
const WIDEST = 110;
const INDENT = "  ";

/** The inspection as lines of text, ending in a newline. */
export function renderInspection(inspection: TraceInspection, { colour, width }: TerminalOptions): string {
  const paint = pc.createColors(colour);
  const room = Math.min(width, WIDEST);
  const sections = [
    headLines(inspection, room, paint),
    warningLines(inspection.warnings, room, paint),
    arrivalLines(inspection, room, paint),
    weekLines(inspection, paint),
    barLines(shapesTable(inspection), room, paint),
    distributionLines("Run times", inspection.runtimes, room, paint),
    distributionLines("Recorded waits (for calibration)", inspection.waits, room, paint),
    plainLines(timesTable(inspection), room, paint),
    barLines(namesTable(inspection), room, paint),
    barLines(exitCodesTable(inspection), room, paint),
    barLines(failingNamesTable(inspection), room, paint),
    structureSection(inspection, room, paint),
    barLines(arraySizesTable(inspection), room, paint),
    inspection.structure.queues.length > 1 ? barLines(queuesTable(inspection), room, paint) : [],
    plainLines(fieldsTable(inspection), room, paint),
    titled("Records", ingestLines(inspection.records), paint),
  ];
  const blocks = sections.filter((lines) => lines.length > 0).map((lines) => lines.join("\n"));
  return `${blocks.join("\n\n")}\n`;
}

function headLines(inspection: TraceInspection, room: number, paint: Palette): string[] {
  const { source, format } = inspection.records;
  const label = (word: string, text: string) => {
    const [first = "", ...more] = wrapped(text, room - 10);
    return [`${paint.dim(word.padEnd(9))} ${first}`, ...more.map((line) => " ".repeat(10) + line)];
  };
  return [
    paint.bold(printable(`${source} (${format})`)),
    ...label("Records", recordsLine(inspection)),
    ...label("Jobs", workLine(inspection)),
    ...label("Submitted", spanLine(inspection)),
  ];
}

function warningLines(warnings: readonly InspectionWarning[], room: number, paint: Palette): string[] {
  const colours: Record<Weight, (text: string) => string> = {
    serious: paint.red,
    doubt: paint.yellow,
    note: paint.cyan,
  };
  const longest = "serious".length;
  const indent = " ".repeat(longest + 1);
  const lines = warnings.flatMap(({ weight, message, advice }) => {
    const [first = "", ...more] = wrapped(printable(message), room - indent.length);
    return [
      `${colours[weight](weight.padEnd(longest))} ${first}`,
      ...more.map((line) => indent + line),
      ...wrapped(printable(advice), room - indent.length).map((line) => indent + paint.dim(line)),
    ];
  });
  return lines.length === 0 ? [] : [paint.bold("What to doubt"), ...lines];
}

function arrivalLines({ arrivals }: TraceInspection, room: number, paint: Palette): string[] {
  const { series, isDated } = arrivals;
  if (series.jobs.length < 2) return [];
  const most = Math.max(...series.jobs);
  const zone = isDated ? ", UTC" : "";
  const lines = columnLines(series.jobs, room);
  return [
    `${paint.bold("Arrivals")} ${paint.dim(`most in ${formatDuration(series.stepMs)}: ${formatCounted(most, "job")}${zone}`)}`,
    ...lines.map(paint.cyan),
    paint.dim(axisLine(timeTicks(series, isDated), lines[0]!.length)),
  ];
}

function weekLines(inspection: TraceInspection, paint: Palette): string[] {
  const week = weekOf(inspection);
  if (week === null) return [];
  const { zone } = inspection.arrivals;
  const most = Math.max(...week.flat());
  const hours = Array.from({ length: 8 }, (_, i) =>
    String(3 * i)
      .padStart(2, "0")
      .padEnd(6),
  ).join("");
  return [
    `${paint.bold("Week")} ${paint.dim(`jobs by weekday and hour, ${printable(zone)}; █ is ${formatCount(most)}`)}`,
    paint.dim(`     ${hours.trimEnd()}`),
    ...week.map((row, day) => {
      const cells = row.map((jobs) => shade(jobs, most).repeat(2)).join("");
      return `${paint.dim(WEEKDAYS[day]!.slice(0, 3))}  ${cells}`;
    }),
  ];
}

function distributionLines(title: string, times: TimeDistribution, room: number, paint: Palette): string[] {
  const { buckets } = times;
  if (buckets.length < 2) return [];
  const lines = columnLines(
    buckets.map(({ count }) => count),
    room,
  );
  const zero = times.zero === 0 ? "" : `; ${formatCount(times.zero)} of 0 s are not drawn`;
  return [
    `${paint.bold(title)} ${paint.dim(`${formatCount(times.count)} jobs, logarithmic${zero}`)}`,
    ...lines.map(paint.cyan),
    paint.dim(axisLine(durationTicks(times), lines[0]!.length)),
  ];
}

const BAR_CELLS = 16;

/** Nothing when there are no rows. */
function barLines(table: BarTable, room: number, paint: Palette): string[] {
  if (table.rows.length === 0) return [];
  const { head, rows } = tableLines(table, room - BAR_CELLS - INDENT.length);
  const width = Math.max(head.length, ...rows.map((row) => [...row].length));
  return [
    paint.bold(table.title),
    paint.dim(head),
    ...rows.map(
      (row, i) => `${row}${" ".repeat(width - [...row].length)}${INDENT}${paint.cyan(bar(table.bars[i]!, BAR_CELLS))}`,
    ),
  ];
}

function plainLines(table: Table, room: number, paint: Palette): string[] {
  if (table.rows.length === 0) return [];
  const { head, rows } = tableLines(table, room);
  return [paint.bold(table.title), paint.dim(head), ...rows];
}

function structureSection(inspection: TraceInspection, room: number, paint: Palette): string[] {
  const lines = structureLines(inspection).flatMap((line) => wrapped(line, room - INDENT.length));
  return titled("How jobs hang together", lines, paint);
}

function titled(title: string, lines: readonly string[], paint: Palette): string[] {
  return lines.length === 0 ? [] : [paint.bold(title), ...lines.map((line) => INDENT + line)];
}
