// CSV traces: the project's own columns, or any columns through a mapping.

import { errorIssue, InputError } from "../base/issues.js";
import { type Admission, generatedId } from "./admission.js";
import { isMissing } from "./cells.js";
import { type CellReader, type CsvColumns, resolveColumns } from "./csv-columns.js";
import { readCsvRows } from "./csv-rows.js";
import type { TraceFileOptions } from "./options.js";
import { emptyRawJob, type RawField } from "./raw-job.js";
import { quoted } from "./tallies.js";

/** Reads CSV text into `admission`. Throws InputError when the text is no CSV or its header does not fit. */
export async function readCsv(
  chunks: AsyncIterable<Uint8Array>,
  options: TraceFileOptions,
  admission: Admission,
): Promise<void> {
  let rows: CsvRows | undefined;
  await readCsvRows(chunks, options.delimiter, options.file, (cells, line) => {
    if (rows === undefined) rows = new CsvRows(resolveColumns(cells, line, options), admission);
    else rows.take(cells, line);
  });
  if (rows === undefined)
    throw new InputError([errorIssue("empty-file", "the trace is empty", { file: options.file })]);
}

/** Reads one row after the other into one reused record. */
class CsvRows {
  private readonly columns: CsvColumns;
  private readonly admission: Admission;
  private cells: readonly string[] = [];
  private readonly raw = emptyRawJob();

  constructor(columns: CsvColumns, admission: Admission) {
    this.columns = columns;
    this.admission = admission;
  }

  take(cells: readonly string[], line: number): void {
    const { columns, raw } = this;
    this.cells = cells;
    if (cells.length !== columns.headers.length) {
      if (cells.length === 1 && cells[0]!.trim() === "") return; // a line of blanks
      this.admission.reject("wrong-column-count", line, this.describe);
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
    raw.definition = this.text(columns.definition);
    raw.share = this.text(columns.share);
    raw.priority = columns.priority.read(cells);
    raw.nodes = columns.nodes.read(cells);
    raw.arraySize = columns.arraySize.read(cells);
    raw.dependsOn = this.text(columns.dependsOn);
    raw.exitCode = columns.exitCode.read(cells);
    this.readRuntime();
    this.admission.admit(raw, line, this.describe);
  }

  /** Text of a cell; empty when there is no such column or the cell holds a word for "no value". */
  private text(column: number): string {
    if (column < 0) return "";
    const cell = this.cells[column]!;
    return isMissing(cell) ? "" : cell.trim();
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

  private readonly describe = (field: RawField): string => {
    if (field === "row") return `${this.cells.length} columns, the header has ${this.columns.headers.length}`;
    const shown = this.cellsOf(field).map((index) => `${this.columns.headers[index]}=${quoted(this.cells[index]!)}`);
    return shown.length === 0 ? "no column" : shown.join(", ");
  };

  private cellsOf(field: Exclude<RawField, "row">): readonly number[] {
    const { columns } = this;
    const column: CellReader | number = field === "memory" ? columns.memoryMib : columns[field];
    if (typeof column !== "number") return column.cells;
    return column < 0 ? [] : [column];
  }
}
