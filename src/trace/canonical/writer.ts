// Rows as they are admitted, to the project's own CSV. Nothing is kept: a file of any length takes the same memory.

import { MILLI } from "../../base/units.js";
import type { AdmittedRow, RowReceiver } from "../admission.js";
import type { RejectionCode } from "../admission-reasons.js";
import { emptyRawJob, type RawJob, type WithoutRuntime } from "../raw-job.js";
import { lineWriter } from "./cells.js";
import { ALWAYS_WRITTEN, CANONICAL_COLUMNS, type CanonicalColumn } from "./columns.js";

/** Lines handed out together. */
const LINES_PER_CHUNK = 4_096;

/** The columns of a file whose rows may fill these: in canonical order, with those that every file has. */
export function writtenColumns(filled: readonly CanonicalColumn[]): CanonicalColumn[] {
  return CANONICAL_COLUMNS.filter(
    (column) => column !== "submit" && (filled.includes(column) || ALWAYS_WRITTEN.includes(column)),
  );
}

export class CanonicalWriter implements RowReceiver {
  private readonly columnsOf: () => readonly CanonicalColumn[];
  private readonly write: (text: string) => void;
  private readonly queueOf: (queue: string) => string;
  private line: ((row: RawJob) => string) | undefined;
  private lines: string[] = [];
  private readonly row = emptyRawJob();

  /**
   * `columnsOf` is asked at the first row, `write` is given chunks of text, `queueOf` names the queue of rows that were not
   * admitted.
   */
  constructor(
    columnsOf: () => readonly CanonicalColumn[],
    write: (text: string) => void,
    queueOf: (queue: string) => string,
  ) {
    this.columnsOf = columnsOf;
    this.write = write;
    this.queueOf = queueOf;
  }

  accept({ raw, job }: AdmittedRow): void {
    const { row } = this;
    Object.assign(row, raw);
    row.id = raw.id === "" && raw.arrayId !== "" ? "" : job.id;
    row.queue = raw.queue === "" && job.queue === "default" ? "" : job.queue;
    row.vcpus = job.vcpuMilli === 0 ? raw.vcpus : job.vcpuMilli / MILLI;
    row.memoryMib = job.memoryMib === 0 ? raw.memoryMib : job.memoryMib;
    row.gpus = Number.isNaN(raw.gpus) ? Number.NaN : job.gpuMilli / MILLI;
    row.waitMs = job.recordedWaitMs;
    row.pullMs = job.recordedPullMs;
    row.usedMemoryMib = job.peakMemoryMib;
    row.share = job.share;
    this.push();
  }

  keep(raw: RawJob, code: RejectionCode): void {
    Object.assign(this.row, raw);
    this.row.withoutRuntime = code as WithoutRuntime;
    this.row.queue = this.queueOf(raw.queue);
    this.push();
  }

  /** Writes what is left; the header alone when there was no row. */
  end(): void {
    if (this.line === undefined) this.begin();
    this.flush();
  }

  private push(): void {
    this.line ??= this.begin();
    this.lines.push(this.line(this.row));
    if (this.lines.length === LINES_PER_CHUNK) this.flush();
  }

  private begin(): (row: RawJob) => string {
    const columns = writtenColumns(this.columnsOf());
    this.lines.push(columns.join(","));
    this.line = lineWriter(columns);
    return this.line;
  }

  private flush(): void {
    if (this.lines.length > 0) this.write(`${this.lines.join("\n")}\n`);
    this.lines = [];
  }
}
