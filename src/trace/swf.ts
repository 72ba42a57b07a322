// The Standard Workload Format of the Parallel Workloads Archive, version 2.2: one job a line, 18 columns of numbers
// between runs of blanks, -1 for "unknown", header comments behind ";".
// https://www.cs.huji.ac.il/labs/parallel/workload/swf.html
// Lines are split here and not by csv-parse, to which every blank of a run is one more (empty) column.

import { errorIssue, InputError } from "../base/issues.js";
import { MS_PER_SECOND } from "../base/units.js";
import type { Admission } from "./admission.js";
import { readNumber, UNREADABLE } from "./cells.js";
import type { TraceFileOptions } from "./options.js";
import { emptyRawJob, type RawField } from "./raw-job.js";

/** Columns by their place, counted from 0 (the format's description counts from 1). */
const JOB = 0;
const SUBMIT = 1;
const WAIT = 2;
const RUN_TIME = 3;
const ALLOCATED_PROCESSORS = 4;
const REQUESTED_PROCESSORS = 7;
const REQUESTED_TIME = 8;
const REQUESTED_MEMORY = 9;
const STATUS = 10;
const USER = 11;
const GROUP = 12;
const EXECUTABLE = 13;
const QUEUE = 14;
const COLUMN_COUNT = 18;

const STATUS_CANCELLED = 5;
const KIB_PER_MIB = 1_024;
/** Submit times above this are Unix times themselves, not seconds after UnixStartTime (an extended dialect). */
const FIRST_UNIX_TIME = 1_000_000_000;
/** A longer line means that the file has no line breaks and is no SWF. */
const MAX_LINE_CHARACTERS = 64 * 1024;

const HEADER = /^\s*;\s*(UnixStartTime|Queue)\s*:\s*(-?\d+)\s*(.*?)\s*$/i;

/** The columns that a report shows for a field. */
const SHOWN: Partial<Readonly<Record<RawField, readonly number[]>>> = {
  ...{ id: [JOB], submit: [SUBMIT], runtime: [RUN_TIME, STATUS], limit: [REQUESTED_TIME], wait: [WAIT] },
  ...{ vcpus: [REQUESTED_PROCESSORS, ALLOCATED_PROCESSORS], memory: [REQUESTED_MEMORY], share: [USER, GROUP] },
};

/** Reads SWF text into `admission`. Throws InputError when the text cannot be SWF. */
export async function readSwf(
  chunks: AsyncIterable<Uint8Array>,
  options: TraceFileOptions,
  admission: Admission,
): Promise<void> {
  const rows = new SwfRows(admission, options.shareFrom);
  const decoder = new TextDecoder();
  let line = 0;
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop()!;
    for (const text of lines) rows.take(text, ++line);
    if (rest.length > MAX_LINE_CHARACTERS) {
      const message = "a line is longer than 64 Ki characters: this is no SWF file";
      throw new InputError([errorIssue("line-too-long", message, { file: options.file, line: line + 1 })]);
    }
  }
  rows.take(rest, line + 1);
}

/** Reads one line after the other into one reused record. */
class SwfRows {
  private readonly admission: Admission;
  private startMs = 0;
  private readonly queueNames = new Map<number, string>();
  private columns: readonly string[] = [];
  private readonly raw = emptyRawJob();
  private readonly shareFrom: TraceFileOptions["shareFrom"];

  constructor(admission: Admission, shareFrom: TraceFileOptions["shareFrom"]) {
    this.admission = admission;
    this.shareFrom = shareFrom;
  }

  take(text: string, line: number): void {
    const trimmed = text.trim();
    if (trimmed === "" || trimmed.startsWith("#")) return;
    if (trimmed.startsWith(";")) {
      this.takeHeader(trimmed);
      return;
    }
    this.columns = trimmed.split(/\s+/);
    if (this.columns.length < COLUMN_COUNT) this.admission.reject("wrong-column-count", line, this.describe);
    else this.takeJob(line);
  }

  private takeHeader(comment: string): void {
    const match = HEADER.exec(comment);
    if (match === null) return;
    const [, key, number, text] = match;
    if (key!.toLowerCase() === "queue") this.queueNames.set(Number(number), text!);
    else this.startMs = Math.max(0, Number(number)) * MS_PER_SECOND;
  }

  private takeJob(line: number): void {
    const { raw } = this;
    raw.id = this.columns[JOB]!;
    raw.name = this.nameOf();
    raw.queue = this.queueOf();
    raw.share = this.shareOf();
    const number = this.number(JOB);
    raw.tieBreak = Number.isNaN(number) ? UNREADABLE : number; // jobs without a number come last
    const submitS = this.number(SUBMIT);
    raw.submitMs = submitS * MS_PER_SECOND + (submitS > FIRST_UNIX_TIME ? 0 : this.startMs);
    raw.waitMs = this.number(WAIT) * MS_PER_SECOND;
    raw.limitMs = this.number(REQUESTED_TIME) * MS_PER_SECOND;
    const requested = this.number(REQUESTED_PROCESSORS);
    raw.vcpus = requested > 0 ? requested : this.number(ALLOCATED_PROCESSORS);
    const kibPerProcessor = this.number(REQUESTED_MEMORY);
    raw.memoryMib = kibPerProcessor === UNREADABLE ? UNREADABLE : (kibPerProcessor * raw.vcpus) / KIB_PER_MIB;
    // A cancelled job that has no run time was cancelled in the queue. Other jobs may well have run for 0 s.
    const cancelled = this.number(STATUS) === STATUS_CANCELLED;
    const runtimeMs = this.number(RUN_TIME) * MS_PER_SECOND;
    raw.runtimeMs = cancelled && runtimeMs === 0 ? Number.NaN : runtimeMs;
    raw.withoutRuntime = cancelled ? "never-ran" : "no-runtime";
    this.admission.admit(raw, line, this.describe);
  }

  private nameOf(): string {
    const executable = this.number(EXECUTABLE);
    if (executable > 0) return `app-${this.columns[EXECUTABLE]}`;
    return this.number(USER) > 0 ? `user-${this.columns[USER]}` : "";
  }

  private queueOf(): string {
    const queue = this.number(QUEUE);
    if (!(queue >= 0)) return "";
    return this.queueNames.get(queue) || `queue-${this.columns[QUEUE]}`;
  }

  private shareOf(): string {
    if (this.shareFrom === undefined) return "";
    const [column, prefix] = this.shareFrom === "user" ? ([USER, "u"] as const) : ([GROUP, "g"] as const);
    const number = this.number(column);
    return number >= 0 && number !== UNREADABLE ? `${prefix}${number}` : "";
  }

  private number(column: number): number {
    return readNumber(this.columns[column]!);
  }

  private readonly describe = (field: RawField): string => {
    if (field === "row") return `${this.columns.length} columns, SWF has ${COLUMN_COUNT}`;
    const columns = SHOWN[field] ?? [];
    return columns.map((column) => `column ${column + 1}: ${JSON.stringify(this.columns[column])}`).join(", ");
  };
}
