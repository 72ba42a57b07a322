// One line of an SWF file to one job. Beside the 18 columns of the standard there is a dialect (of the simulator Alea) with
// 21: memory in bytes per node, the hosts in braces, the queue's name, and a Torque node list such as "8:ppn=8:x86_64".

import { MS_PER_SECOND } from "../../base/units.js";
import type { RowSink } from "../format.js";
import { emptyRawJob, type RawField } from "../raw-job.js";
import { quoted } from "../tallies.js";
import { readNumber, UNREADABLE } from "../text/cells.js";

/** Columns by their place, counted from 0 (the format's description counts from 1). */
const JOB = 0;
const SUBMIT = 1;
export const WAIT = 2;
const RUN_TIME = 3;
const ALLOCATED_PROCESSORS = 4;
const USED_MEMORY = 6;
const REQUESTED_PROCESSORS = 7;
const REQUESTED_TIME = 8;
const REQUESTED_MEMORY = 9;
const STATUS = 10;
const USER = 11;
const GROUP = 12;
const EXECUTABLE = 13;
const QUEUE = 14;
export const PRECEDING_JOB = 16;
/** Of the standard. */
export const COLUMN_COUNT = 18;
/** Of the dialect. */
const HOSTS = 18;
const QUEUE_NAME = 19;
const NODE_LIST = 20;

/** Column 11. */
const FAILED = 0;
const COMPLETED = 1;
/** One of several partial executions: there may be a line for the whole job too. */
const PARTIAL: ReadonlySet<number> = new Set([2, 3, 4]);
const LAST_PARTIAL_COMPLETED = 3;
const LAST_PARTIAL_FAILED = 4;
const CANCELLED = 5;

const KIB_PER_MIB = 1_024;
const BYTES_PER_MIB = 1_048_576;
/** Submit times above this are Unix times themselves, not seconds after UnixStartTime. */
const FIRST_UNIX_TIME = 1_000_000_000;

/** What holds for all rows of a file. */
export interface SwfFacts {
  /** UnixStartTime. */
  readonly startMs: number;
  readonly queueNames: Map<number, string>;
  /** The header says that the submit times are start times. */
  submitIsStart: boolean;
  /** The column for the preceding job means nothing. */
  ignoresPreceding: boolean;
}

/** The columns that a report shows for a field. */
const SHOWN: Partial<Readonly<Record<RawField, readonly number[]>>> = {
  ...{ row: [JOB, SUBMIT, STATUS], id: [JOB], submit: [SUBMIT], runtime: [RUN_TIME, STATUS], limit: [REQUESTED_TIME] },
  ...{ wait: [WAIT], vcpus: [REQUESTED_PROCESSORS, ALLOCATED_PROCESSORS], memory: [REQUESTED_MEMORY] },
  ...{ share: [USER, GROUP], usedMemory: [USED_MEMORY], exitCode: [STATUS], status: [STATUS] },
  ...{ dependsOn: [PRECEDING_JOB], nodes: [NODE_LIST] },
};

/** The columns of a line without outer blanks; a host list in braces is one column even with blanks in it. */
export function swfColumns(line: string): string[] {
  const open = line.indexOf("{");
  const close = open < 0 ? -1 : line.indexOf("}", open);
  if (close < 0) return line.split(/\s+/);
  return (line.slice(0, open) + line.slice(open, close).replace(/\s+/g, "") + line.slice(close)).split(/\s+/);
}

/** True when the submission is a Unix time itself. */
export function isUnixTime(columns: readonly string[]): boolean {
  const submitS = readNumber(columns[SUBMIT]!);
  return submitS > FIRST_UNIX_TIME && submitS !== UNREADABLE;
}

/** Reads one row after the other into one reused record. */
export class SwfRow {
  private readonly sink: RowSink;
  private readonly facts: SwfFacts;
  private columns: readonly string[] = [];
  private readonly raw = emptyRawJob();
  /** The last job that had a line for all of it. */
  private wholeJob = "";

  constructor(sink: RowSink, facts: SwfFacts) {
    this.sink = sink;
    this.facts = facts;
  }

  /** Takes a row of at least 18 columns. */
  take(columns: readonly string[], line: number): void {
    const { raw, sink } = this;
    this.columns = columns;
    const status = this.number(STATUS);
    if (PARTIAL.has(status) && columns[JOB] === this.wholeJob) {
      sink.fold("part-of-job", line, this.describe);
      return;
    }
    this.wholeJob = columns[JOB]!;
    raw.id = columns[JOB]!;
    raw.name = this.nameOf();
    raw.queue = this.queueOf();
    raw.user = this.ownerOf(USER, "u");
    raw.group = this.ownerOf(GROUP, "g");
    const number = this.number(JOB);
    raw.tieBreak = Number.isNaN(number) ? UNREADABLE : number; // jobs without a number come last
    this.takeTimes(status);
    this.takeRequest();
    this.takePrecedingJob();
    raw.status = statusOf(status);
    sink.admit(raw, line, this.describe);
  }

  private takeTimes(status: number): void {
    const { raw, facts, sink } = this;
    const submitS = this.number(SUBMIT);
    raw.submitMs = submitS * MS_PER_SECOND + (submitS > FIRST_UNIX_TIME ? 0 : facts.startMs);
    raw.waitMs = this.number(WAIT) * MS_PER_SECOND;
    raw.limitMs = this.number(REQUESTED_TIME) * MS_PER_SECOND;
    if (facts.submitIsStart && Number.isNaN(raw.waitMs)) sink.adjust("submit-is-start");
    // A cancelled job that has no run time was cancelled in the queue. Other jobs may well have run for 0 s.
    const runtimeMs = this.number(RUN_TIME) * MS_PER_SECOND;
    const isCancelled = status === CANCELLED;
    raw.runtimeMs = isCancelled && runtimeMs === 0 ? Number.NaN : runtimeMs;
    raw.withoutRuntime = isCancelled && Number.isNaN(raw.runtimeMs) ? "never-ran" : "no-runtime";
  }

  private takeRequest(): void {
    const { raw } = this;
    const requested = this.number(REQUESTED_PROCESSORS);
    const processors = requested > 0 ? requested : this.number(ALLOCATED_PROCESSORS);
    const memory = this.number(REQUESTED_MEMORY);
    if (this.columns[HOSTS]?.startsWith("{") === true) {
      const nodes = nodesOf(this.columns[NODE_LIST] ?? "");
      raw.nodes = nodes > 1 ? nodes : Number.NaN;
      raw.vcpus = nodes > 1 ? Math.ceil(processors / nodes) : processors;
      raw.memoryMib = memory / BYTES_PER_MIB;
      raw.usedMemoryMib = Number.NaN; // the dialect writes the same number everywhere
      return;
    }
    raw.nodes = Number.NaN;
    raw.vcpus = processors;
    raw.memoryMib = memory === UNREADABLE ? UNREADABLE : (memory * processors) / KIB_PER_MIB;
    const used = this.number(USED_MEMORY);
    raw.usedMemoryMib = used === UNREADABLE ? UNREADABLE : (used * this.number(ALLOCATED_PROCESSORS)) / KIB_PER_MIB;
  }

  private takePrecedingJob(): void {
    const { raw, sink, facts } = this;
    raw.dependsOn = "";
    const preceding = this.number(PRECEDING_JOB);
    if (!(preceding >= 0) || preceding === UNREADABLE) return;
    const isSelf = this.columns[PRECEDING_JOB] === this.columns[JOB];
    if (facts.ignoresPreceding || isSelf) {
      sink.adjust("preceding-job-ignored");
      return;
    }
    raw.dependsOn = `${preceding}:ENDED`;
    sink.note(
      "jobs wait for the end of the job that column 17 names; think times (column 18) are part of the submit times",
    );
  }

  private nameOf(): string {
    const executable = this.number(EXECUTABLE);
    if (executable > 0) return `app-${this.columns[EXECUTABLE]}`;
    return this.number(USER) > 0 ? `user-${this.columns[USER]}` : "";
  }

  private queueOf(): string {
    const { columns, facts } = this;
    if (columns[HOSTS]?.startsWith("{") === true && columns[QUEUE_NAME] !== undefined) return columns[QUEUE_NAME];
    const queue = this.number(QUEUE);
    if (!(queue >= 0)) return "";
    return facts.queueNames.get(queue) || `queue-${columns[QUEUE]}`;
  }

  private ownerOf(column: number, prefix: string): string {
    const number = this.number(column);
    return number >= 0 && number !== UNREADABLE ? `${prefix}${number}` : "";
  }

  private number(column: number): number {
    return readNumber(this.columns[column]!);
  }

  private readonly describe = (field: RawField): string => {
    const columns = (SHOWN[field] ?? []).filter((column) => column < this.columns.length);
    return columns.map((column) => `column ${column + 1}: ${quoted(this.columns[column]!)}`).join(", ");
  };
}

/** A failed job did run; so did one that was cancelled after its start, and it was killed then. */
function statusOf(status: number): "" | "SUCCEEDED" | "FAILED" {
  if (status === COMPLETED || status === LAST_PARTIAL_COMPLETED) return "SUCCEEDED";
  return status === FAILED || status === LAST_PARTIAL_FAILED || status === CANCELLED ? "FAILED" : "";
}

/** The number of nodes of a node list ("8:ppn=8", "1:ppn=4+2:ppn=8"); NaN: none is given. */
function nodesOf(list: string): number {
  let nodes = 0;
  for (const part of list.split("+")) nodes += readNumber(part.split(":", 1)[0]!);
  return Number.isInteger(nodes) && nodes > 0 ? nodes : Number.NaN;
}
