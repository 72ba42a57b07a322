// What the records of one PBS job say together, as long as the job has not ended.

import { MS_PER_SECOND } from "../../base/units.js";
import type { RowSink } from "../format.js";
import { emptyRawJob, type RawAttempt, type RawJob } from "../raw-job.js";
import { readNumber, UNREADABLE } from "../text/cells.js";
import { readClockOrSecondsMs, readMemoryMib, takeRequest } from "./pbs-request.js";

/** Requests below this are a forgotten unit: "mem=30" are 30 bytes. */
const LEAST_PLAUSIBLE_MIB = 4;

/** Exit_status above this: 256 + the signal that ended the job. */
const SIGNALLED = 256;
const SIGNAL_BASE = 128;
const MAX_SIGNAL = 127;
const MAX_EXIT_CODE = 255;

/** The record that stands for the job until a later one does. */
export interface HeldRecord {
  readonly type: string;
  readonly line: number;
  readonly file: number;
}

export class PbsJob {
  readonly raw: RawJob = emptyRawJob();
  held: HeldRecord | undefined;
  /** Of the running attempt; NaN: none runs. */
  startMs = Number.NaN;
  /** Attempts that were ended and put back into the queue. */
  readonly earlier: RawAttempt[] = [];
  isDeleted = false;
  private firstStartMs = Number.NaN;

  constructor(id: string, arrayId: string) {
    this.raw.id = id;
    this.raw.arrayId = arrayId;
  }

  /** True when some record told what the job is. */
  get isKnown(): boolean {
    return !Number.isNaN(this.raw.submitMs);
  }

  get hasRun(): boolean {
    return this.earlier.length > 0;
  }

  /** Takes what any record says of the job; `stampMs` is asked for where the record gives no submission. */
  take(values: ReadonlyMap<string, string>, stampMs: () => number): void {
    const { raw } = this;
    const text = (key: string, known: string) => values.get(key) ?? known;
    raw.name = text("jobname", raw.name);
    raw.queue = text("queue", raw.queue);
    raw.user = text("user", raw.user);
    raw.group = text("account", text("group", raw.group));
    const createdMs = epochMs(values.get("ctime") ?? values.get("qtime"));
    if (!Number.isNaN(createdMs)) raw.submitMs = createdMs;
    else if (Number.isNaN(raw.submitMs)) raw.submitMs = stampMs();
    for (const key of values.keys()) {
      if (!key.startsWith("Resource_List.") && key !== "total_execution_slots") continue;
      takeRequest(raw, values);
      break;
    }
  }

  /** An attempt began. */
  begin(startMs: number): void {
    this.startMs = startMs;
    if (Number.isNaN(this.firstStartMs)) this.firstStartMs = startMs;
    this.raw.waitMs = this.firstStartMs - this.raw.submitMs;
  }

  /** The attempt was ended by the server and the job put back into its queue. */
  requeue(values: ReadonlyMap<string, string>, stampMs: () => number): void {
    const startMs = firstKnown(epochMs(values.get("start")), this.startMs);
    if (Number.isNaN(startMs)) return;
    this.begin(startMs);
    const runtimeMs = firstKnown(epochMs(values.get("end")), stampMs()) - startMs;
    this.earlier.push({
      runtimeMs: runtimeMs >= 0 && runtimeMs !== UNREADABLE ? runtimeMs : Number.NaN,
      exitCode: Number.NaN,
    });
    this.startMs = Number.NaN;
  }

  /** The job ended: fills in the run. */
  end(values: ReadonlyMap<string, string>, sink: RowSink): void {
    const { raw } = this;
    const endMs = epochMs(values.get("end"));
    const startMs = firstKnown(epochMs(values.get("start")), this.startMs);
    const walltimeMs = readClockOrSecondsMs(values.get("resources_used.walltime"));
    if (Number.isNaN(startMs)) {
      raw.runtimeMs = walltimeMs > 0 ? walltimeMs : Number.NaN;
      raw.withoutRuntime = walltimeMs > 0 ? "no-runtime" : "never-ran";
      if (!Number.isNaN(endMs)) raw.waitMs = endMs - raw.submitMs;
    } else {
      this.begin(startMs);
      raw.runtimeMs = Number.isNaN(endMs) ? walltimeMs : endMs - startMs;
      raw.withoutRuntime = "no-runtime";
    }
    this.takeExitStatus(readNumber(values.get("Exit_status") ?? ""), values.get("Exit_status") ?? "", sink);
    raw.usedMemoryMib = readMemoryMib(values.get("resources_used.mem")) / (raw.nodes || 1);
    this.settle(sink);
  }

  /** The job was deleted in its queue after attempts that had been ended: the last of them is the job's. */
  endWithLastAttempt(sink: RowSink): void {
    const last = this.earlier.pop()!;
    this.raw.runtimeMs = last.runtimeMs;
    this.raw.status = "FAILED";
    this.settle(sink);
  }

  private settle(sink: RowSink): void {
    const { raw } = this;
    const jobMib = raw.memoryMib * (raw.nodes || 1);
    if (jobMib > 0 && jobMib < LEAST_PLAUSIBLE_MIB) sink.adjust("suspicious-memory");
    const last = { runtimeMs: raw.runtimeMs, exitCode: raw.exitCode };
    if (this.earlier.length > 0) raw.attempts = [...this.earlier, last];
  }

  /** Negative: the server ended the job; the program's own code is unknown. */
  private takeExitStatus(status: number, text: string, sink: RowSink): void {
    const { raw } = this;
    raw.exitCode = Number.NaN;
    raw.status = "";
    if (text === "" || status === UNREADABLE) return;
    raw.status = status === 0 ? "SUCCEEDED" : "FAILED";
    if (!(status >= 0)) return; // readNumber takes -1 for missing
    const signal = status - SIGNALLED;
    if (signal > 0 && signal <= MAX_SIGNAL) {
      raw.exitCode = SIGNAL_BASE + signal;
      sink.adjust("signal-as-exit-code");
    } else if (status > MAX_EXIT_CODE) {
      raw.exitCode = status % (MAX_EXIT_CODE + 1);
      sink.adjust("exit-code-out-of-range");
    } else {
      raw.exitCode = status;
    }
  }
}

/** Seconds since the epoch to milliseconds; 0 and -1 mean "not yet". NaN: missing. */
function epochMs(text: string | undefined): number {
  if (text === undefined) return Number.NaN;
  const seconds = readNumber(text);
  return seconds > 0 && seconds !== UNREADABLE ? seconds * MS_PER_SECOND : Number.NaN;
}

function firstKnown(value: number, other: number): number {
  return Number.isNaN(value) ? other : value;
}
