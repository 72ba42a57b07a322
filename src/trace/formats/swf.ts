// The Standard Workload Format of the Parallel Workloads Archive, version 2.2: one job a line, 18 columns of numbers
// between runs of blanks, -1 for "unknown", header comments behind ";".
// https://www.cs.huji.ac.il/labs/parallel/workload/swf.html
// Two things hold for a file as a whole and are found out from its first rows: whether the column for the preceding job
// holds anything, and whether any wait was recorded.

import { MS_PER_SECOND } from "../../base/units.js";
import type { CanonicalColumn } from "../canonical/columns.js";
import type { FileStart, FormatReader, RowSink, TextSource, TraceFormat } from "../format.js";
import { readNumber, UNREADABLE } from "../text/cells.js";
import { readLines } from "../text/lines.js";
import { COLUMN_COUNT, isUnixTime, PRECEDING_JOB, type SwfFacts, SwfRow, swfColumns, WAIT } from "./swf-row.js";

/** Rows that are held back until what holds for the whole file is known: enough for a majority, little to hold. */
const SAMPLE_ROWS = 1_000;

/** Longer comments are prose. */
const MAX_KEY_LINE = 1_000;
/** As much of the header's prose is searched. */
const MAX_HEADER_CHARACTERS = 16_384;

const HEADER = /^;\s*(UnixStartTime|Queue)\s*:\s*(-?\d+)(.*)$/i;
const SUBMIT_IS_START = /submit times? (?:is|are) (?:actually |really )?(?:the )?start/i;

export const swfFormat: TraceFormat = {
  id: "swf",
  title: "SWF, the Standard Workload Format of the Parallel Workloads Archive",
  detect,
  open: (sink) => new SwfReader(sink),
};

function detect({ name, text }: FileStart): "sure" | "likely" | "no" {
  if (name.endsWith(".swf") || /^[ \t]*;[ \t]*(?:Version|UnixStartTime)[ \t]*:/m.test(text)) return "sure";
  const first = text.split(/\r\n|\n|\r/).find((line) => line.trim() !== "" && !/^\s*[;#]/.test(line)) ?? "";
  const columns = first.trim().split(/\s+/).slice(0, COLUMN_COUNT);
  return columns.length === COLUMN_COUNT && columns.every((column) => /^-?\d/.test(column)) ? "likely" : "no";
}

/** What rows may fill. */
const COLUMNS: readonly CanonicalColumn[] = [
  ...(["limit_s", "used_memory_mib", "share_identifier", "nodes", "depends_on", "rank"] as const),
];

class SwfReader implements FormatReader {
  readonly columns = COLUMNS;
  private readonly sink: RowSink;

  constructor(sink: RowSink) {
    this.sink = sink;
  }

  async read({ chunks }: TextSource): Promise<void> {
    const file = new SwfFile(this.sink);
    await readLines(chunks, (text, line) => file.take(text, line));
    file.finish();
  }

  finish(): void {}
}

/** One file: its header, and its first rows until they are enough to judge it by. */
class SwfFile {
  private readonly sink: RowSink;
  private readonly row: SwfRow;
  private readonly facts: SwfFacts & { startMs: number } = {
    ...{ startMs: 0, queueNames: new Map<number, string>(), submitIsStart: false, ignoresPreceding: false },
  };
  private prose = "";
  /** Undefined: the rows are no longer held back. */
  private held: { readonly columns: readonly string[]; readonly line: number }[] | undefined = [];

  constructor(sink: RowSink) {
    this.sink = sink;
    this.row = new SwfRow(sink, this.facts);
  }

  take(text: string | undefined, line: number): void {
    if (text === undefined) {
      this.sink.reject("line-too-long", line, () => "a line without an end");
      return;
    }
    const trimmed = text.trim();
    if (trimmed === "" || trimmed.startsWith("#")) return;
    if (trimmed.startsWith(";")) {
      this.takeHeader(trimmed);
      return;
    }
    const columns = swfColumns(trimmed);
    if (columns.length < COLUMN_COUNT) {
      this.sink.reject("wrong-column-count", line, () => `${columns.length} columns, SWF has ${COLUMN_COUNT}`);
      return;
    }
    if (this.held === undefined) {
      this.row.take(columns, line);
      return;
    }
    this.held.push({ columns, line });
    if (this.held.length === SAMPLE_ROWS) this.finish();
  }

  /** Judges the file by the rows so far and hands them on. */
  finish(): void {
    const rows = this.held ?? [];
    this.held = undefined;
    if (rows.length === 0) return;
    if (this.facts.startMs === 0 && rows.every(({ columns }) => !isUnixTime(columns))) {
      this.sink.note("the header gives no UnixStartTime: times count from 0, and hours and weekdays mean nothing");
    }
    this.facts.submitIsStart = SUBMIT_IS_START.test(this.prose);
    this.facts.ignoresPreceding = isOneForMost(rows.map(({ columns }) => columns[PRECEDING_JOB]!));
    const hasWait = rows.some(({ columns }) => readNumber(columns[WAIT]!) >= 0);
    if (!hasWait && !this.facts.submitIsStart) {
      this.sink.note("no wait was recorded: the submit times may be start times (the log's documentation tells)");
    }
    for (const { columns, line } of rows) this.row.take(columns, line);
  }

  private takeHeader(comment: string): void {
    if (this.prose.length < MAX_HEADER_CHARACTERS) {
      const words = comment.slice(1, MAX_HEADER_CHARACTERS).split(/\s+/);
      this.prose += ` ${words.filter((word) => word !== "").join(" ")}`;
    }
    const match = comment.length > MAX_KEY_LINE ? null : HEADER.exec(comment);
    if (match === null) return;
    const [, key, number, text] = match;
    if (key!.toLowerCase() === "queue") this.facts.queueNames.set(Number(number), text!.trim());
    else this.facts.startMs = Math.max(0, Number(number)) * MS_PER_SECOND;
  }
}

/** True when more than half of the cells hold one and the same number that could be a job's. */
function isOneForMost(cells: readonly string[]): boolean {
  const counts = new Map<number, number>();
  for (const cell of cells) {
    const job = readNumber(cell);
    if (job >= 0 && job !== UNREADABLE) counts.set(job, (counts.get(job) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values()) > cells.length / 2;
}
