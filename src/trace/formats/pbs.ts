// Accounting of PBS Professional and Torque: one record for each thing that happens to a job, one file a day. The record of
// a job's end tells all about its last run; the others give its earlier runs, and the jobs that had not ended.
// A job is forgotten with its end, so memory grows with the jobs that are open at one time.

import { MS_PER_SECOND } from "../../base/units.js";
import type { CanonicalColumn } from "../canonical/columns.js";
import type { Certainty, FileStart, FormatReader, RowSink, TextSource, TraceFormat } from "../format.js";
import { localZone } from "../local-zone.js";
import type { FormatOptions } from "../options.js";
import type { RawField } from "../raw-job.js";
import { quoted } from "../tallies.js";
import { readNumber, UNREADABLE } from "../text/cells.js";
import { isRemark, readLines } from "../text/lines.js";
import type { Zone } from "../zone.js";
import { PbsJob } from "./pbs-job.js";
import { type PbsRecord, parseRecord, readMessage, stampMs } from "./pbs-record.js";

export const pbsFormat: TraceFormat = {
  id: "pbs",
  title: "PBS Professional and Torque accounting files",
  detect,
  open: (sink, options) => new PbsReader(sink, options),
};

function detect({ text }: FileStart): Certainty {
  const line = text.split(/\r\n|\n|\r/).find((candidate) => !isRemark(candidate)) ?? "";
  return parseRecord(line) === undefined ? "no" : "sure";
}

/** What rows may fill. */
const COLUMNS: readonly CanonicalColumn[] = [
  ...(["limit_s", "used_memory_mib", "attempts", "share_identifier", "nodes", "array_id"] as const),
];

/** Keys that a report shows for a field. */
const SHOWN: Partial<Readonly<Record<RawField, readonly string[]>>> = {
  ...{ submit: ["ctime", "qtime"], runtime: ["start", "end", "resources_used.walltime"], exitCode: ["Exit_status"] },
  ...{ vcpus: ["Resource_List.ncpus", "Resource_List.select", "Resource_List.nodes"], memory: ["Resource_List.mem"] },
  ...{ gpus: ["Resource_List.ngpus"], limit: ["Resource_List.walltime"], usedMemory: ["resources_used.mem"] },
  ...{ nodes: ["Resource_List.nodect", "Resource_List.place"], wait: ["ctime", "start"], attempts: ["run_count"] },
};

/** Records of jobs; those of other letters tell of reservations, licences and provisioning. */
const JOB_RECORDS = "QSERDA";

class PbsReader implements FormatReader {
  readonly columns = COLUMNS;
  private readonly sink: RowSink;
  private readonly zone: Zone;
  private readonly jobs = new Map<string, PbsJob>();
  /** Array jobs of which a task was seen. */
  private readonly arrays = new Set<string>();
  private readonly values = new Map<string, string>();
  private server: string | undefined;
  private record: PbsRecord = { type: "", id: "", stamp: "", message: "" };
  private line = 0;
  /** The latest time of any run. */
  private lastMs = Number.NaN;

  constructor(sink: RowSink, options: FormatOptions) {
    this.sink = sink;
    this.zone = localZone(options, sink);
  }

  async read({ chunks }: TextSource): Promise<void> {
    await readLines(chunks, (text, line) => this.takeLine(text, line));
  }

  /** Hands out the jobs that had not ended. */
  finish(): void {
    for (const job of this.jobs.values()) this.giveUp(job);
    this.jobs.clear();
  }

  private takeLine(text: string | undefined, line: number): void {
    const { sink } = this;
    if (text === undefined) {
      sink.reject("line-too-long", line, () => "a line without an end");
      return;
    }
    if (isRemark(text)) return;
    const record = parseRecord(text);
    if (record === undefined) {
      sink.reject("malformed", line, () => quoted(text));
      return;
    }
    if (!JOB_RECORDS.includes(record.type) || record.id === "") {
      sink.fold("other-event", line, () => `${record.type} record of ${quoted(record.id)}`);
      return;
    }
    this.record = record;
    this.line = line;
    readMessage(record.message, this.values);
    this.takeRecord(this.jobOf(record.id));
  }

  /** The job of an id; new when it is not open. Ids are told apart by server only where a second server appears. */
  private jobOf(id: string): PbsJob {
    const dot = id.indexOf(".");
    const number = dot < 0 ? id : id.slice(0, dot);
    const server = dot < 0 ? "" : id.slice(dot + 1);
    this.server ??= server;
    const key = server === this.server || server === "" ? number : id;
    let job = this.jobs.get(key);
    if (job === undefined) {
      const bracket = number.indexOf("[");
      const isTask = bracket > 0 && !number.includes("[]");
      const arrayId = isTask ? `${number.slice(0, bracket)}[]` : "";
      if (isTask) this.arrays.add(arrayId);
      job = new PbsJob(key, arrayId);
      this.jobs.set(key, job);
    }
    return job;
  }

  private takeRecord(job: PbsJob): void {
    const { values, record, line } = this;
    const stamp = () => stampMs(record.stamp, this.zone);
    if (job.held !== undefined) this.fold("part-of-job", job);
    job.held = { type: record.type, line, file: this.sink.file };
    switch (record.type) {
      case "E":
        job.take(values, () => Number.NaN);
        this.end(job);
        break;
      case "S": {
        job.take(values, stamp);
        const startS = readNumber(values.get("start") ?? "");
        job.begin(startS > 0 && startS !== UNREADABLE ? startS * MS_PER_SECOND : stamp());
        this.see(job.startMs);
        break;
      }
      case "R":
        job.take(values, stamp);
        job.requeue(values, stamp);
        break;
      case "Q":
        job.take(values, stamp);
        this.see(job.raw.submitMs);
        break;
      default:
        this.delete(job, stamp());
    }
  }

  private end(job: PbsJob): void {
    this.jobs.delete(job.raw.id);
    if (this.isParent(job)) {
      this.fold("array-parent", job);
      return;
    }
    job.end(this.values, this.sink);
    if (job.raw.runtimeMs > 0) this.see(job.raw.submitMs + job.raw.waitMs + job.raw.runtimeMs);
    this.sink.admit(job.raw, this.line, this.describe);
  }

  /** A running job's end is still to come; a waiting one ended here. */
  private delete(job: PbsJob, timeMs: number): void {
    job.isDeleted = true;
    if (!job.isKnown || !Number.isNaN(job.startMs)) return;
    this.jobs.delete(job.raw.id);
    if (this.isParent(job) && this.arrays.has(job.raw.id)) {
      this.fold("array-parent", job);
      return;
    }
    if (job.hasRun) {
      job.endWithLastAttempt(this.sink);
    } else {
      job.raw.withoutRuntime = "never-ran";
      job.raw.waitMs = timeMs - job.raw.submitMs;
    }
    this.sink.admit(job.raw, this.line, this.describe);
  }

  /** A job that is open at the end of the last file. */
  private giveUp(job: PbsJob): void {
    const { raw, held } = job;
    const describe = () => `${held!.type} record of ${quoted(raw.id)}`;
    this.sink.file = held!.file;
    if (this.isParent(job) && this.arrays.has(raw.id)) {
      this.fold("array-parent", job);
    } else if (!job.isKnown) {
      this.sink.reject("incomplete-window", held!.line, describe);
    } else if (Number.isNaN(job.startMs)) {
      raw.withoutRuntime = "still-queued";
      this.sink.admit(raw, held!.line, describe);
    } else {
      raw.withoutRuntime = "still-running";
      raw.runtimeMs = Math.max(0, this.lastMs - job.startMs);
      this.sink.admit(raw, held!.line, describe);
    }
  }

  private fold(code: "part-of-job" | "array-parent", { raw, held }: PbsJob): void {
    const { type, line, file } = held!;
    const now = this.sink.file;
    this.sink.file = file;
    this.sink.fold(code, line, () => `${type} record of ${quoted(raw.id)}`);
    this.sink.file = now;
  }

  private isParent(job: PbsJob): boolean {
    return job.raw.id.includes("[]");
  }

  private see(timeMs: number): void {
    if (!(this.lastMs >= timeMs) && Number.isFinite(timeMs)) this.lastMs = timeMs;
  }

  private readonly describe = (field: RawField): string => {
    const shown = (SHOWN[field] ?? []).filter((key) => this.values.has(key));
    const texts = shown.map((key) => `${key}=${quoted(this.values.get(key)!)}`);
    return [`${this.record.type} record of ${quoted(this.record.id)}`, ...texts].join(", ");
  };
}
