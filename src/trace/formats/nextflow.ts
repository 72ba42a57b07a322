// Nextflow's trace file (-with-trace, nf-core's execution_trace_*.txt) and the lines of `nextflow log -f`: a header, then
// one task a line, in the order in which they ended. The separator is a tab or what trace.sep says. Nextflow quotes
// nothing; R and spreadsheets that a trace went through do.

import { errorIssue, InputError } from "../../base/issues.js";
import type { CanonicalColumn } from "../canonical/columns.js";
import type { Certainty, FileStart, FormatReader, RowSink, TextSource, TraceFormat } from "../format.js";
import type { FormatOptions } from "../options.js";
import { splitRecord } from "../text/csv-line.js";
import { readLines } from "../text/lines.js";
import { NextflowRun } from "../workflow/nextflow-run.js";
import { TASK_FIELDS, type TaskCells, type TaskField } from "../workflow/nextflow-task.js";

/** In order of preference when a header has equally many. */
const SEPARATORS = ["\t", ",", ";", "|"] as const;

/** Columns that no other kind of table has, and how many known ones a header needs beside one of them. */
const TELLING: ReadonlySet<string> = new Set(["task_id", "native_id", "realtime", "peak_rss", "error_action"]);
const LEAST_KNOWN = 3;

const QUOTE = '"';

const FIELDS: ReadonlySet<string> = new Set(TASK_FIELDS);

export const nextflowFormat: TraceFormat = {
  id: "nextflow",
  title: "Nextflow trace.txt, and the output of `nextflow log -f`",
  detect,
  open: (sink, options) => new NextflowReader(sink, options),
};

/** What rows may fill. */
export const NEXTFLOW_COLUMNS: readonly CanonicalColumn[] = ["limit_s", "used_memory_mib", "depends_on"];

function detect({ text }: FileStart): Certainty {
  const first = text.split(/[\r\n]+/).find((line) => !isSkipped(line)) ?? "";
  const names = cellsOf(first, separatorOf(first));
  const known = names.filter((name) => FIELDS.has(name)).length;
  return known >= LEAST_KNOWN && names.some((name) => TELLING.has(name)) ? "sure" : "no";
}

class NextflowReader implements FormatReader {
  readonly columns = NEXTFLOW_COLUMNS;
  private readonly sink: RowSink;
  private readonly options: FormatOptions;
  private readonly run: NextflowRun;

  constructor(sink: RowSink, options: FormatOptions) {
    this.sink = sink;
    this.options = options;
    this.run = new NextflowRun(sink, options);
  }

  /** Throws InputError when the header lacks what a row needs. */
  async read({ name, chunks }: TextSource): Promise<void> {
    const table = new TaskTable(this.sink, this.run, this.options, name);
    await readLines(chunks, (text, line) => table.take(text, line));
    if (table.isEmpty) throw new InputError([errorIssue("empty-file", "the trace is empty", { file: name })]);
    this.run.end();
  }

  finish(): void {}
}

/** The lines of one file. */
class TaskTable {
  /** No line came, not even a header. */
  isEmpty = true;
  private readonly sink: RowSink;
  private readonly run: NextflowRun;
  private readonly file: string;
  private readonly separator: string | undefined;
  /** Undefined before the header. */
  private header: Header | undefined;

  constructor(sink: RowSink, run: NextflowRun, options: FormatOptions, file: string) {
    this.sink = sink;
    this.run = run;
    this.file = file;
    this.separator = options.delimiter;
    if (options.header === undefined) return;
    this.header = new Header(options.header, options.delimiter ?? "\t", "");
    refuseUseless(this.header, file, undefined);
  }

  take(text: string | undefined, line: number): void {
    if (text === undefined) {
      this.isEmpty = false;
      this.sink.reject("line-too-long", line, () => "more than 1 MiB");
      return;
    }
    if (isSkipped(text)) return;
    this.isEmpty = false;
    if (this.header === undefined) {
      const separator = this.separator ?? separatorOf(text);
      this.header = new Header(cellsOf(text, separator), separator, text);
      refuseUseless(this.header, this.file, line);
    } else this.takeRow(this.header, text, line);
  }

  private takeRow({ names, separator, text, fields }: Header, row: string, line: number): void {
    if (row === text) {
      this.run.end(); // the trace of another run was put behind the first
      this.sink.fold("header", line, () => row.slice(0, MOST_SHOWN));
      return;
    }
    const quoted = row.includes(QUOTE) ? splitRecord(row, separator) : undefined;
    const cells = quoted?.length === names.length ? quoted : row.split(separator);
    if (cells.length !== names.length) {
      const detail = () => `${cells.length} columns, the header has ${names.length}`;
      this.sink.reject("wrong-column-count", line, detail);
      return;
    }
    const task: { -readonly [Field in TaskField]?: string } = {};
    for (const [field, column] of fields) task[field] = cells[column]!;
    this.run.take(task satisfies TaskCells, line, this.file);
  }
}

const MOST_SHOWN = 60;

class Header {
  readonly names: readonly string[];
  readonly separator: string;
  /** The line itself, should it come again; "": there is none. */
  readonly text: string;
  readonly fields: readonly (readonly [TaskField, number])[];

  constructor(names: readonly string[], separator: string, text: string) {
    this.names = names;
    this.separator = separator;
    this.text = text;
    this.fields = TASK_FIELDS.map((field) => [field, names.indexOf(field)] as const).filter(
      ([, column]) => column >= 0,
    );
  }

  hasAll(...fields: readonly TaskField[]): boolean {
    return fields.every((field) => this.names.includes(field));
  }
}

/** A trace whose rows would all be rejected for want of a column is refused at once, with what would help. */
function refuseUseless(header: Header, file: string, line: number | undefined): void {
  const where = line === undefined ? { file } : { file, line };
  const issues = [];
  if (!header.hasAll("submit") && !header.hasAll("start")) {
    const hint = "run Nextflow with trace.fields that include submit";
    const message = "the header has neither of the columns submit and start";
    issues.push(errorIssue("missing-columns", message, { ...where, hint }));
  }
  const hasEnd = header.hasAll("complete") || header.hasAll("submit", "duration");
  if (!header.hasAll("realtime") && !(header.hasAll("start") && hasEnd)) {
    const hint =
      "run Nextflow with trace.fields that include start and complete (duration counts the wait in the queue)";
    const message = "the header has no columns that give a run time: start and complete, or realtime";
    issues.push(errorIssue("missing-columns", message, { ...where, hint }));
  }
  if (issues.length > 0) throw new InputError(issues);
}

/** The separator that makes most columns of the header. */
function separatorOf(header: string): string {
  const counts = SEPARATORS.map((separator) => header.split(separator).length);
  return SEPARATORS[counts.indexOf(Math.max(...counts))]!;
}

function cellsOf(line: string, separator: string): string[] {
  return (splitRecord(line, separator) ?? line.split(separator)).map((cell) => cell.trim());
}

function isSkipped(line: string): boolean {
  return line.trim() === "" || line.startsWith("#");
}
