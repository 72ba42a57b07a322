// CSV traces: the project's own columns, or any columns through a mapping.

import { errorIssue, InputError } from "../../base/issues.js";
import { generatedId } from "../admission.js";
import { parseAttempts } from "../canonical/attempts.js";
import { type CanonicalColumn, NOT_REPLAYED } from "../canonical/columns.js";
import type { Certainty, FileStart, FormatReader, RowSink, TextSource, TraceFormat } from "../format.js";
import { countingZone } from "../local-zone.js";
import type { FormatOptions } from "../options.js";
import { emptyRawJob, type RawField } from "../raw-job.js";
import { quoted } from "../tallies.js";
import { isMissing } from "../text/cells.js";
import { readCsvRows } from "../text/csv-rows.js";
import type { Zone } from "../zone.js";
import { type CsvColumns, resolveColumns } from "./csv-columns.js";
import type { CellReader } from "./csv-quantities.js";
import { type Ending, endingOf } from "./csv-status.js";
import { unreadNote } from "./csv-unread.js";

export const csvFormat: TraceFormat = {
  id: "csv",
  title: "CSV: Stowage's own columns, or any columns through a mapping",
  detect,
  open: (sink, options) => new CsvReader(sink, options),
};

/** Whatever has a separator in its first line may be CSV. */
function detect({ text }: FileStart): Certainty {
  const header = text.split(/[\r\n]+/).find((line) => line.trim() !== "" && !line.startsWith("#")) ?? "";
  const names = header.split(/[,;\t|]/).map((name) => name.trim().replace(/^"|"$/g, ""));
  if (names.includes("runtime_s") && (names.includes("submit_ms") || names.includes("submit"))) return "sure";
  return names.length > 1 && !/^[[{<;]/.test(header.trim()) ? "likely" : "no";
}

class CsvReader implements FormatReader {
  columns: readonly CanonicalColumn[] = [];
  private readonly sink: RowSink;
  private readonly options: FormatOptions;
  private readonly zone: Zone;
  private isFirst = true;

  constructor(sink: RowSink, options: FormatOptions) {
    this.sink = sink;
    this.options = options;
    this.zone = countingZone(options, sink);
  }

  /** Throws InputError when the text is no CSV or its header does not fit. */
  async read({ name, chunks }: TextSource): Promise<void> {
    const { header } = this.options;
    let rows: CsvRows | undefined;
    await readCsvRows(chunks, this.options.delimiter, name, (cells, line, delimiter) => {
      const isHeader = rows === undefined && header === undefined;
      rows ??= this.begin(header ?? cells, { file: name, line }, delimiter);
      if (!isHeader) rows.take(cells, line);
    });
    if (rows === undefined) throw new InputError([errorIssue("empty-file", "the trace is empty", { file: name })]);
  }

  /** Takes a header. Files of one trace may differ in the order of their columns, but not by a column. */
  private begin(header: readonly string[], place: { file: string; line: number }, delimiter: string): CsvRows {
    const style = { hasDecimalCommas: delimiter === ";" };
    const columns = resolveColumns(header, place, this.options, style, this.zone);
    const more = columns.canonical.filter((column) => !this.columns.includes(column));
    if (this.isFirst) this.columns = columns.canonical;
    else if (more.length > 0) {
      const message = `this file has the columns ${more.join(", ")}, which the first file has not`;
      throw new InputError([errorIssue("mixed-columns", message, { ...place, hint: "import them one by one" })]);
    }
    this.isFirst = false;
    const note = unreadNote(columns);
    if (note !== undefined) this.sink.note(note);
    return new CsvRows(columns, this.sink);
  }

  finish(): void {}
}

/** Reads one row after the other into one reused record. */
class CsvRows {
  private readonly columns: CsvColumns;
  private readonly sink: RowSink;
  private cells: readonly string[] = [];
  private readonly raw = emptyRawJob();

  constructor(columns: CsvColumns, sink: RowSink) {
    this.columns = columns;
    this.sink = sink;
  }

  take(cells: readonly string[], line: number): void {
    const { columns, raw } = this;
    this.cells = cells;
    if (cells.length !== columns.headers.length) {
      if (cells.length === 1 && cells[0]!.trim() === "") return; // a line of blanks
      this.sink.reject("wrong-column-count", line, this.describe);
      return;
    }
    raw.arrayId = this.text(columns.array);
    raw.id = columns.id < 0 && raw.arrayId === "" ? generatedId(line) : this.text(columns.id);
    raw.name = columns.name < 0 ? "" : cells[columns.name]!;
    raw.queue = this.text(columns.queue);
    raw.submitMs = columns.submit.read(cells);
    raw.vcpus = columns.vcpus.read(cells);
    raw.memoryMib = columns.memoryMib.read(cells);
    raw.gpus = columns.gpus.read(cells);
    raw.limitMs = columns.limit.read(cells);
    raw.waitMs = columns.wait.read(cells);
    raw.pullMs = columns.pull.read(cells);
    raw.usedMemoryMib = columns.usedMemoryMib.read(cells);
    raw.definition = this.text(columns.definition);
    raw.share = this.text(columns.share);
    raw.user = this.text(columns.user);
    raw.group = this.text(columns.group);
    raw.priority = columns.priority.read(cells);
    raw.nodes = columns.nodes.read(cells);
    raw.arraySize = columns.arraySize.read(cells);
    raw.dependsOn = this.text(columns.dependsOn);
    raw.exitCode = columns.exitCode.read(cells);
    const rank = columns.rank.read(cells);
    raw.tieBreak = Number.isNaN(rank) ? 0 : rank;
    this.readRuntime();
    const code = this.readEnding();
    if (code === undefined) this.sink.admit(raw, line, this.describe);
    else this.sink.reject(code, line, this.describe);
  }

  /**
   * Text of a cell; empty when there is no such column or the cell holds a word for "no value". In the project's own files
   * only an empty cell has none: a job may be called "null".
   */
  private text(column: number): string {
    if (column < 0) return "";
    const cell = this.cells[column]!;
    return !this.columns.isCanonical && isMissing(cell) ? "" : cell.trim();
  }

  /** Tells a job that never started from one that has not ended and from one that ran for 0 s. */
  private readRuntime(): void {
    const { columns, raw, cells } = this;
    raw.runtimeMs = columns.runtime.read(cells);
    raw.withoutRuntime = "no-runtime";
    const isSuspect = raw.runtimeMs === 0 || Number.isNaN(raw.runtimeMs);
    if (!isSuspect || columns.start === undefined) return;
    if (Number.isNaN(columns.start.read(cells))) {
      raw.runtimeMs = Number.NaN;
      raw.withoutRuntime = "never-ran";
    } else if (columns.end !== undefined && Number.isNaN(columns.end.read(cells))) {
      raw.withoutRuntime = "still-running";
    }
  }

  /** Status and attempts; why they cannot be read. */
  private readEnding(): "bad-status" | "bad-attempts" | undefined {
    const { columns, raw } = this;
    if (columns.status < 0 && columns.attempts < 0) return undefined;
    const ending = this.endingOf(this.text(columns.status));
    if (ending === undefined) return "bad-status";
    raw.status = ending.status;
    if (ending.withoutRuntime !== undefined) raw.withoutRuntime = ending.withoutRuntime;
    const attempts = parseAttempts(this.text(columns.attempts));
    if (attempts === undefined) return "bad-attempts";
    raw.attempts = attempts;
    return undefined;
  }

  private endingOf(status: string): Ending | undefined {
    return this.columns.isCanonical ? canonicalEnding(status) : endingOf(status);
  }

  private readonly describe = (field: RawField): string => {
    if (field === "row") return `${this.cells.length} columns, the header has ${this.columns.headers.length}`;
    const shown = this.cellsOf(field).map((index) => `${this.columns.headers[index]}=${quoted(this.cells[index]!)}`);
    return shown.length === 0 ? "no column" : shown.join(", ");
  };

  private cellsOf(field: Exclude<RawField, "row">): readonly number[] {
    const { columns } = this;
    const column: CellReader | number =
      CELLS_OF_FIELD[field]?.(columns) ?? columns[field as keyof CsvColumns & typeof field];
    if (typeof column !== "number") return column.cells;
    return column < 0 ? [] : [column];
  }
}

/** Fields whose cells have another name. */
const CELLS_OF_FIELD: Partial<Readonly<Record<RawField, (columns: CsvColumns) => CellReader>>> = {
  memory: (columns) => columns.memoryMib,
  usedMemory: (columns) => columns.usedMemoryMib,
};

function canonicalEnding(status: string): Ending | undefined {
  if (status === "" || status === "SUCCEEDED" || status === "FAILED") return ENDINGS[status];
  if (!Object.hasOwn(NOT_REPLAYED, status)) return undefined;
  return { status: "", withoutRuntime: NOT_REPLAYED[status as keyof typeof NOT_REPLAYED] };
}

const ENDINGS = {
  "": { status: "", withoutRuntime: undefined },
  SUCCEEDED: { status: "SUCCEEDED", withoutRuntime: undefined },
  FAILED: { status: "FAILED", withoutRuntime: undefined },
} as const;
