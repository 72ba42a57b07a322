// One task of a Nextflow run to a row. Trace files and reports tell the same facts; which of them a trace file has, and
// whether written for people or plainly, is the user's choice (trace.fields, trace.raw).
// https://www.nextflow.io/docs/latest/reports.html#trace-fields

import type { AdjustmentCode, RejectionCode } from "../admission-reasons.js";
import { nameOfArn } from "../aws/arn.js";
import { emptyRawJob, type RawField } from "../raw-job.js";
import { quoted } from "../tallies.js";
import { isMissing, readIsoMs, readNumber, UNREADABLE } from "../text/cells.js";
import type { Zone } from "../zone.js";
import { containerExitCode } from "./exit-code.js";
import { readDurationMs, readSizeMib } from "./nextflow-values.js";
import { dependableId } from "./unique-ids.js";

/** What is read of a task. Its script, folder and environment are not, and are never shown: they may hold secrets. */
export const TASK_FIELDS = [
  ...(["task_id", "hash", "native_id", "process", "tag", "name", "status", "exit", "submit", "start"] as const),
  ...(["complete", "duration", "realtime", "cpus", "memory", "time", "accelerator", "queue"] as const),
  ...(["attempt", "peak_rss"] as const),
];
export type TaskField = (typeof TASK_FIELDS)[number];

/** The text of each field; undefined: the source has no such field. */
export type TaskCells = Partial<Readonly<Record<TaskField, string>>>;

/**
 * Queue of tasks that name none and whose native_id is a number: the process id of a task on Nextflow's own machine, or the
 * job number of a cluster's default queue. AWS Batch's ids are UUIDs.
 */
export const LOCAL_QUEUE = "local";

/** What Nextflow writes where a task has no exit status (Java's Integer.MAX_VALUE). */
const NO_EXIT_STATUS = 2_147_483_647;
/** Nextflow rounds durations of a minute and more to seconds; measured: off by half a second at most. */
const DURATION_ROUNDING_MS = 500;
/** Nextflow writes two raised to the tenth as "KB". */
const SIZE_BASE = 1_024;

/** The fields that a report shows for a field of a row. */
const SHOWN: Partial<Readonly<Record<RawField, readonly TaskField[]>>> = {
  ...{ row: ["task_id", "name", "process", "tag", "status", "submit"], id: ["task_id", "native_id"] },
  ...{ submit: ["submit", "start"], runtime: ["status", "start", "complete", "duration", "realtime"], vcpus: ["cpus"] },
  ...{ memory: ["memory"], gpus: ["accelerator"], limit: ["time"], wait: ["submit", "start", "duration", "realtime"] },
  ...{ exitCode: ["exit"], status: ["status"], usedMemory: ["peak_rss"], dependsOn: ["name", "process", "attempt"] },
};

/** The task's cells that a report shows for a field. */
export function describeTask(cells: TaskCells, field: RawField): string {
  const shown = (SHOWN[field] ?? []).filter((name) => cells[name] !== undefined);
  return shown.length === 0 ? "no column" : shown.map((name) => `${name}=${quoted(cells[name]!)}`).join(", ");
}

/** Reads one task after the other into the same fields. */
export class TaskReader {
  readonly raw = emptyRawJob();
  /** Why the task is no row. */
  rejection: RejectionCode | undefined;
  /** What was changed of it. */
  readonly adjustments: AdjustmentCode[] = [];
  /** The same for all tries of one piece of work; "": unknown. */
  fullName = "";
  /** Counted from 1; NaN: unknown. */
  attempt = Number.NaN;
  /** The earliest time at which it can have ended, not before its submission; NaN when it did not or nothing tells. */
  endMs = Number.NaN;
  /** The run time is that of the script alone. */
  isScriptTime = false;
  private readonly zone: Zone;
  private cells: TaskCells = {};

  constructor(zone: Zone) {
    this.zone = zone;
  }

  read(cells: TaskCells): void {
    const { raw } = this;
    this.cells = cells;
    this.rejection = undefined;
    this.adjustments.length = 0;
    raw.id = dependableId(this.text("task_id") || this.text("native_id") || this.text("hash"));
    this.readNames();
    this.readTimes();
    this.readStatus();
    raw.vcpus = this.number("cpus");
    raw.memoryMib = this.sizeMib("memory");
    raw.gpus = this.number("accelerator");
    raw.limitMs = this.durationMs("time");
    raw.usedMemoryMib = this.sizeMib("peak_rss");
    this.attempt = this.number("attempt");
  }

  private readNames(): void {
    const { raw } = this;
    const name = this.text("name");
    const process = this.text("process");
    const space = name.indexOf(" ("); // "process (tag)"; the name of a process has no blanks
    raw.name = process || (space < 0 ? name : name.slice(0, space));
    this.fullName = name || (process === "" ? "" : `${process} (${this.text("tag")})`);
    raw.queue = nameOfArn(this.text("queue"));
    const nativeId = raw.queue === "" ? this.number("native_id") : UNREADABLE;
    if (Number.isFinite(nativeId)) raw.queue = LOCAL_QUEUE;
  }

  /** A task holds its slot from start to complete, with the staging of its files; realtime is that of its script alone. */
  private readTimes(): void {
    const { raw } = this;
    const submitMs = this.timeMs("submit");
    const startMs = this.timeMs("start", submitMs);
    const completeMs = this.timeMs("complete", startMs);
    const durationMs = this.durationMs("duration");
    const realtimeMs = this.durationMs("realtime");
    if (startMs === UNREADABLE || completeMs === UNREADABLE) this.rejection = "bad-times";
    const isSubmitKnown = !Number.isNaN(submitMs) || Number.isNaN(startMs);
    if (!isSubmitKnown) this.adjustments.push("submit-is-start");
    raw.submitMs = isSubmitKnown ? submitMs : startMs;
    const isCompleteKnown = !Number.isNaN(completeMs);
    const endMs = isCompleteKnown ? completeMs : submitMs + durationMs;
    const lastMs = isCompleteKnown ? endMs : endMs - DURATION_ROUNDING_MS;
    this.endMs = Number.isFinite(lastMs) ? Math.max(lastMs, raw.submitMs) : Number.NaN;
    const slotMs = endMs - startMs;
    this.isScriptTime = Number.isNaN(slotMs) && !Number.isNaN(realtimeMs);
    raw.runtimeMs = this.isScriptTime ? realtimeMs : slotMs;
    if (this.isScriptTime) raw.waitMs = withoutRounding(durationMs - realtimeMs);
    else raw.waitMs = isSubmitKnown ? startMs - submitMs : Number.NaN;
  }

  private readStatus(): void {
    const { raw } = this;
    const exit = this.number("exit");
    raw.exitCode = exit === NO_EXIT_STATUS ? Number.NaN : containerExitCode(exit);
    if (Number.isFinite(raw.exitCode) && raw.exitCode !== exit) this.adjustments.push("exit-code-out-of-range");
    raw.status = "";
    raw.withoutRuntime = "no-runtime";
    const hasStarted = !Number.isNaN(raw.runtimeMs) || (this.cells.start !== undefined && !isMissing(this.cells.start));
    switch (this.text("status").toUpperCase()) {
      case "":
        if (exit > 0) raw.status = "FAILED";
        break;
      case "COMPLETED":
        raw.status = "SUCCEEDED";
        break;
      case "FAILED":
        raw.status = "FAILED";
        if (!hasStarted && this.cells.start !== undefined) raw.withoutRuntime = "never-ran";
        break;
      case "ABORTED": // killed because the run failed
        raw.status = "FAILED";
        if (Number.isNaN(raw.runtimeMs)) raw.withoutRuntime = hasStarted ? "still-running" : "never-ran";
        break;
      case "CACHED":
        this.rejection = "cached";
        break;
      case "RUNNING":
        raw.withoutRuntime = "still-running";
        break;
      case "NEW":
      case "SUBMITTED":
        raw.withoutRuntime = "still-queued";
        break;
      default:
        this.rejection = "bad-status";
    }
    if (raw.withoutRuntime !== "no-runtime") this.endMs = Number.NaN;
  }

  private text(field: TaskField): string {
    const cell = this.cells[field];
    return cell === undefined || isMissing(cell) ? "" : cell.trim();
  }

  private number(field: TaskField): number {
    return readNumber(this.cells[field] ?? "");
  }

  private durationMs(field: TaskField): number {
    return readDurationMs(this.cells[field] ?? "");
  }

  private sizeMib(field: TaskField): number {
    return readSizeMib(this.cells[field] ?? "", SIZE_BASE);
  }

  /** Milliseconds since the epoch, or local time of the machine on which Nextflow ran. */
  private timeMs(field: TaskField, notBeforeMs?: number): number {
    const cell = this.cells[field] ?? "";
    const plain = cell.includes(":") ? UNREADABLE : readNumber(cell);
    if (plain !== UNREADABLE) return plain;
    const ms = readIsoMs(cell, this.zone, Number.isFinite(notBeforeMs) ? notBeforeMs : undefined);
    if (ms !== UNREADABLE && this.zone.placing !== "plain") this.adjustments.push(`${this.zone.placing}-time`);
    return ms;
  }
}

/** A difference of two rounded durations may come out just below 0. */
function withoutRounding(waitMs: number): number {
  return waitMs < 0 && waitMs >= -2 * DURATION_ROUNDING_MS ? 0 : waitMs;
}
