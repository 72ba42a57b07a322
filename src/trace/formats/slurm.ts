// Slurm's accounting as `sacct --parsable` prints it, with and without a header, and job tables exported to CSV.
// https://slurm.schedmd.com/sacct.html
// A job's steps follow it and tell how much memory it used: each job is held back until the next one comes.

import { errorIssue, InputError } from "../../base/issues.js";
import type { CanonicalColumn } from "../canonical/columns.js";
import type { Certainty, FileStart, FormatReader, RowSink, TextSource, TraceFormat } from "../format.js";
import { localZone } from "../local-zone.js";
import type { FormatOptions } from "../options.js";
import { quoted } from "../tallies.js";
import { splitRecord } from "../text/csv-line.js";
import { isRemark, readLines } from "../text/lines.js";
import type { Zone } from "../zone.js";
import {
  isAligned,
  isHeader,
  isSlurmHeader,
  layoutOf,
  missingColumns,
  presetOf,
  type SlurmLayout,
} from "./slurm-columns.js";
import { RepeatedIds } from "./slurm-ids.js";
import { type HeldJob, SlurmRow } from "./slurm-row.js";
import { endOf } from "./slurm-state.js";

const DELIMITERS = ["|", ",", "\t", ";"] as const;

/** Lines that may stand before the first one that shows what the columns are: a message, a damaged row. */
const MAX_UNKNOWN = 20;

/** What to run for a table that can be read. */
const ADVICE =
  "use `sacct --parsable2 --allusers` with a header, or name the columns of a table without one (--header, or trace.header)";

export const slurmFormat: TraceFormat = {
  id: "slurm",
  title: "Slurm: sacct --parsable, with or without a header, and exported job tables",
  detect,
  open: (sink, options) => new SlurmReader(sink, options),
};

function detect({ text }: FileStart): Certainty {
  const lines = text.split(/\r\n|\n|\r/).filter((line) => !isRemark(line));
  for (const [index, line] of lines.slice(0, MAX_UNKNOWN).entries()) {
    const cells = cellsOf(line, delimiterOf(line)) ?? [];
    if (isSlurmHeader(cells) || presetOf(cells) !== undefined) return "sure";
    if (isAligned(line, lines[index + 1] ?? "")) return "sure"; // it will be told what to do instead
  }
  return "no";
}

/** What rows may fill. */
const COLUMNS: readonly CanonicalColumn[] = [
  ...(["limit_s", "used_memory_mib", "share_identifier", "nodes", "array_id", "array_size", "depends_on"] as const),
];

class SlurmReader implements FormatReader {
  readonly columns = COLUMNS;
  private readonly sink: RowSink;
  private readonly options: FormatOptions;
  private readonly zone: Zone;
  private readonly ids = new RepeatedIds();

  constructor(sink: RowSink, options: FormatOptions) {
    this.sink = sink;
    this.options = options;
    this.zone = localZone(options, sink);
  }

  /** Throws InputError when the table's columns are not known. */
  async read({ name, chunks }: TextSource): Promise<void> {
    const table = new SlurmTable(this.sink, this.options, this.zone, this.ids, name);
    await readLines(chunks, (text, line) => table.take(text, line));
    table.finish();
  }

  finish(): void {}
}

/** One file. */
class SlurmTable {
  private readonly sink: RowSink;
  private readonly options: FormatOptions;
  private readonly zone: Zone;
  private readonly ids: RepeatedIds;
  private readonly file: string;
  private delimiter = "|";
  /** Undefined: the table has none. */
  private header: string | undefined;
  private layout: SlurmLayout | undefined;
  private row: SlurmRow | undefined;
  private held: HeldJob | undefined;
  /** Lines so far, as long as the columns are not known. */
  private readonly unknown: { readonly text: string; readonly line: number }[] = [];

  constructor(sink: RowSink, options: FormatOptions, zone: Zone, ids: RepeatedIds, file: string) {
    this.sink = sink;
    this.options = options;
    this.zone = zone;
    this.ids = ids;
    this.file = file;
  }

  take(text: string | undefined, line: number): void {
    if (text === undefined) {
      this.sink.reject("line-too-long", line, () => "a line without an end");
      return;
    }
    if (isRemark(text)) return;
    if (this.layout === undefined && !this.begin(text, line)) return;
    if (text === this.header) {
      this.sink.fold("header", line, () => quoted(text)); // tables put behind each other
      return;
    }
    const split = cellsOf(text, this.delimiter);
    if (split === undefined) this.sink.reject("malformed", line, () => quoted(text));
    else this.takeCells(split, line);
  }

  /** Throws InputError when no line showed what the columns are. */
  finish(): void {
    if (this.unknown.length > 0) throw this.unusable("this is no table that `sacct --parsable` prints", 1);
    const { held } = this;
    this.held = undefined;
    if (held !== undefined) this.row!.take(held);
  }

  /** Finds the columns out; true when they are known and the line is a row. */
  private begin(text: string, line: number): boolean {
    const { options, unknown } = this;
    this.delimiter = options.delimiter ?? delimiterOf(text);
    const cells = cellsOf(text, this.delimiter) ?? [];
    const isNamed = isHeader(cells);
    const names = isNamed ? withoutLast(cells, cells.length - 1) : options.header;
    const layout = names === undefined ? presetOf(cells) : layoutOf(names);
    if (layout === undefined) {
      unknown.push({ text, line });
      if (unknown.length === MAX_UNKNOWN) this.finish();
      return false;
    }
    const missing = missingColumns(layout);
    if (missing.length > 0) throw this.unusable(`the table has no column ${missing.join(", ")}`, line);
    for (const { text: skipped, line: at } of unknown) this.sink.reject("malformed", at, () => quoted(skipped));
    unknown.length = 0;
    this.layout = layout;
    if (isNamed) this.header = text;
    this.row = new SlurmRow(this.sink, layout, this.zone, this.ids);
    return !isNamed;
  }

  private unusable(message: string, line: number): InputError {
    return new InputError([errorIssue("no-slurm-columns", message, { file: this.file, line, hint: ADVICE })]);
  }

  private takeCells(split: readonly string[], line: number): void {
    const layout = this.layout!;
    const given = withoutLast(split, layout.names.length);
    const cells = this.fitted(given);
    if (cells === undefined) {
      const detail = () => `${split.length} columns, the table has ${layout.names.length}`;
      this.sink.reject("wrong-column-count", line, detail);
      return;
    }
    const id = this.row!.idOf(cells);
    const dot = id.indexOf(".");
    if (dot < 0) {
      this.finish();
      this.held = { cells, line, id, isJoined: cells.length < given.length, hasSteps: false, stepsMib: Number.NaN };
      return;
    }
    this.sink.fold("step", line, () => quoted(id));
    const usedMib = this.row!.usedMib(cells);
    const { held } = this;
    if (held === undefined || held.id !== id.slice(0, dot)) return;
    held.hasSteps = true;
    // NaN compares false: the first known figure is taken.
    if (Number.isFinite(usedMib) && !(held.stepsMib >= usedMib)) held.stepsMib = usedMib;
  }

  /** The cells, one per column: surplus ones go back to the text that contained the delimiter. Undefined: they do not fit. */
  private fitted(cells: readonly string[]): readonly string[] | undefined {
    const { names, least, freeText } = this.layout!;
    const width = names.length;
    if (cells.length <= width) return cells.length >= least ? cells : undefined;
    const surplus = cells.length - width;
    for (const column of freeText) {
      const joined = cells.slice(column, column + surplus + 1).join(this.delimiter);
      const candidate = [...cells.slice(0, column), joined, ...cells.slice(column + surplus + 1)];
      if (this.isPlausible(candidate)) return candidate;
    }
    return undefined;
  }

  /** True when state and submission stand where they belong. */
  private isPlausible(cells: readonly string[]): boolean {
    const { state, submit } = this.layout!.at;
    const hasState = state < 0 || endOf(cells[state]!) !== undefined;
    return hasState && (submit < 0 || /^(?:\d[\d:T. +-]*|Unknown|None)$/.test(cells[submit]!));
  }
}

/** `--parsable` ends every line with a delimiter: the cells without the empty one behind it, if there are too many. */
function withoutLast(cells: readonly string[], width: number): readonly string[] {
  return cells.length > width && cells.at(-1) === "" ? cells.slice(0, -1) : cells;
}

function delimiterOf(line: string): string {
  const counts = DELIMITERS.map((delimiter) => line.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))]!;
}

/** Undefined: its quotes are wrong. sacct itself quotes nothing; exported tables do. */
function cellsOf(line: string, delimiter: string): readonly string[] | undefined {
  return delimiter === "|" || !line.includes('"') ? line.split(delimiter) : splitRecord(line, delimiter);
}
