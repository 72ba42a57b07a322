// One row of a Slurm job table to one job. Where Slurm records a thing more than once the request counts, then what was
// granted. Slurm gives totals of a job; a job here has nodes that are all alike, so totals are divided by the nodes.

import { MS_PER_MINUTE, MS_PER_SECOND } from "../../base/units.js";
import type { RowSink } from "../format.js";
import { emptyRawJob, type RawField } from "../raw-job.js";
import { quoted } from "../tallies.js";
import { isMissing, readNumber, UNREADABLE } from "../text/cells.js";
import type { Zone } from "../zone.js";
import type { SlurmField, SlurmLayout } from "./slurm-columns.js";
import type { RepeatedIds } from "./slurm-ids.js";
import { endOf, type SlurmEnd, stateOf } from "./slurm-state.js";
import { SlurmTimes } from "./slurm-times.js";
import {
  parseId,
  readDurationMs,
  readExitCode,
  readGresGpus,
  readMemoryRequest,
  readSizeMib,
  readTres,
  type SlurmId,
  type Tres,
} from "./slurm-values.js";

const MAX_EXIT_CODE = 255;
/** A job that becomes eligible so much later than it was submitted was held, or waited for other jobs. */
const HELD_MS = MS_PER_MINUTE;

const SHOWN: Partial<Readonly<Record<RawField, readonly SlurmField[]>>> = {
  ...{ row: ["jobId", "jobIdRaw", "state"], id: ["jobId", "jobIdRaw"], submit: ["submit", "start"] },
  ...{ runtime: ["jobId", "jobIdRaw", "state", "start", "end", "elapsed", "elapsedS"], status: ["state"] },
  ...{ vcpus: ["reqTres", "reqCpus", "cpus"], memory: ["reqTres", "reqMem", "reqMemMb", "allocTres"] },
  ...{ gpus: ["reqTres", "allocTres", "reqGres", "allocGres", "gpus"], limit: ["limit", "limitMinutes", "limitS"] },
  ...{
    wait: ["submit", "start"],
    nodes: ["nodes", "reqNodes"],
    exitCode: ["state", "exitCode"],
    usedMemory: ["maxRss"],
  },
  ...{ array: ["jobId"], arraySize: ["jobId"], dependsOn: ["jobId", "state"] },
};

/** A job's row, and what the rows of its steps told. */
export interface HeldJob {
  readonly cells: readonly string[];
  readonly line: number;
  readonly id: string;
  /** A text that contained the delimiter was put together again. */
  readonly isJoined: boolean;
  hasSteps: boolean;
  /** The most that one of its steps used; NaN: unknown. */
  stepsMib: number;
}

/** Reads one row after the other into one reused record. */
export class SlurmRow {
  private readonly sink: RowSink;
  private readonly layout: SlurmLayout;
  private readonly times: SlurmTimes;
  private readonly ids: RepeatedIds;
  private readonly raw = emptyRawJob();
  private readonly asked: Tres = { cpus: Number.NaN, mib: Number.NaN, nodes: Number.NaN, gpus: Number.NaN };
  private readonly granted: Tres = { ...this.asked };
  private cells: readonly string[] = [];
  private id: SlurmId = parseId("");
  private startMs = Number.NaN;
  private endMs = Number.NaN;
  /** The row before this one. */
  private readonly last = { ownId: "", givenId: "", end: "unknown" as SlurmEnd };

  constructor(sink: RowSink, layout: SlurmLayout, zone: Zone, ids: RepeatedIds) {
    this.sink = sink;
    this.layout = layout;
    this.times = new SlurmTimes(sink, zone);
    this.ids = ids;
  }

  /** The job's own id in a row. */
  idOf(cells: readonly string[]): string {
    this.cells = cells;
    return this.cell("jobId") || this.cell("jobIdRaw");
  }

  /** The memory that a row says was used, MiB; NaN: it does not say. */
  usedMib(cells: readonly string[]): number {
    this.cells = cells;
    return readSizeMib(this.cell("maxRss"), "B");
  }

  /** Hands a job to the sink. */
  take({ cells, line, id: ownId, isJoined, hasSteps, stepsMib }: HeldJob): void {
    const { raw, sink } = this;
    this.cells = cells;
    const end = endOf(this.cell("state"));
    if (end === undefined) {
      sink.reject("bad-status", line, this.describe);
      return;
    }
    this.id = parseId(ownId);
    if (isJoined) sink.adjust("joined-cells");
    if (cells.length < this.layout.whole) sink.adjust("missing-columns");
    raw.name = this.text("name");
    raw.queue = this.text("partition");
    raw.user = this.text("user");
    raw.group = this.text("account") || this.text("group");
    this.takeTimes();
    this.takeEnding(end, hasSteps);
    this.takeRequest();
    const ownMib = readSizeMib(this.cell("maxRss"), "B");
    raw.usedMemoryMib = Number.isNaN(stepsMib) ? ownMib : Number.isNaN(ownMib) ? stepsMib : Math.max(ownMib, stepsMib);
    this.takeId(ownId, end);
    sink.admit(raw, line, this.describe);
  }

  private takeTimes(): void {
    const { raw, times, layout, sink } = this;
    raw.submitMs = times.read(this.cell("submit"));
    this.startMs = times.read(this.cell("start"), raw.submitMs);
    this.endMs = times.read(this.cell("end"), this.startMs);
    const isStart = layout.at.submit < 0;
    if (isStart) {
      raw.submitMs = this.startMs;
      sink.adjust("submit-is-start");
    }
    raw.waitMs = isStart ? Number.NaN : difference(this.startMs, raw.submitMs);
    const eligibleMs = times.read(this.cell("eligible"), raw.submitMs);
    if (difference(eligibleMs, raw.submitMs) > HELD_MS) {
      sink.note(
        "some jobs were held or waited for others before they were eligible: their recorded waits contain that",
      );
    }
    raw.limitMs = this.limitMs();
  }

  private limitMs(): number {
    const minutes = readNumber(this.cell("limitMinutes"));
    if (!Number.isNaN(minutes)) return minutes * MS_PER_MINUTE;
    const seconds = readNumber(this.cell("limitS"));
    return Number.isNaN(seconds) ? readDurationMs(this.cell("limit")) : seconds * MS_PER_SECOND;
  }

  /** Elapsed is without suspensions in Slurm's own tables; where it is the whole span they are taken off. */
  private elapsedMs(): number {
    const seconds = readNumber(this.cell("elapsedS"));
    const elapsedMs = Number.isNaN(seconds) ? readDurationMs(this.cell("elapsed")) : seconds * MS_PER_SECOND;
    const spanMs = difference(this.endMs, this.startMs);
    if (Number.isNaN(elapsedMs)) return spanMs;
    const suspendedMs = readDurationMs(this.cell("suspended"));
    const runningMs = spanMs - suspendedMs;
    return suspendedMs > 0 && runningMs >= 0 ? Math.min(elapsedMs, runningMs) : elapsedMs;
  }

  private takeEnding(end: SlurmEnd, hasSteps: boolean): void {
    const { raw } = this;
    raw.runtimeMs = this.elapsedMs();
    raw.withoutRuntime = "no-runtime";
    raw.status = "";
    raw.exitCode = Number.NaN;
    const hasEnded = !Number.isNaN(this.endMs);
    if (end === "queued" || (end === "running" && !hasEnded)) {
      raw.withoutRuntime = end === "queued" ? "still-queued" : "still-running";
      if (end === "queued") raw.runtimeMs = Number.NaN;
      return;
    }
    if (this.neverRan(end, hasSteps)) {
      raw.withoutRuntime = "never-ran";
      raw.runtimeMs = Number.NaN;
      if (Number.isNaN(raw.waitMs)) raw.waitMs = difference(this.endMs, raw.submitMs);
      return;
    }
    this.takeExitCode(end);
  }

  private takeExitCode(end: SlurmEnd): void {
    const { raw, sink } = this;
    const state = stateOf(end);
    const code = state.exitCode ?? readExitCode(this.cell("exitCode"));
    raw.exitCode = code > MAX_EXIT_CODE ? code % (MAX_EXIT_CODE + 1) : code;
    if (code > MAX_EXIT_CODE) sink.adjust("exit-code-out-of-range");
    raw.status = state.status;
    if (end === "unknown" && raw.exitCode > 0) raw.status = "FAILED";
  }

  /**
   * A job that was ended in the queue has a start all the same: the time of its end. So has one that was cancelled when
   * its machine had been found but not been readied; what tells such a job from one that ran for 0 s is that it has no step.
   */
  private neverRan(end: SlurmEnd, hasSteps: boolean): boolean {
    if (this.raw.runtimeMs > 0) return false;
    const { at } = this.layout;
    const hasNothing =
      (at.start >= 0 && Number.isNaN(this.startMs)) ||
      (at.nodeList >= 0 && isNothing(this.cell("nodeList"))) ||
      (at.allocNodes >= 0 && readNumber(this.cell("allocNodes")) === 0) ||
      (at.allocTres >= 0 && this.cell("allocTres") === "");
    return hasNothing || (end === "cancelled" && this.startMs === this.endMs && !hasSteps);
  }

  private takeRequest(): void {
    const { raw, asked, granted } = this;
    readTres(this.cell("reqTres"), asked);
    readTres(this.cell("allocTres"), granted);
    const nodes = Math.max(1, this.nodes());
    raw.nodes = nodes > 1 ? nodes : Number.NaN;
    const cpus = first(asked.cpus, this.count("reqCpus"), this.count("cpus"), granted.cpus);
    raw.vcpus = Math.ceil(cpus / nodes);
    raw.memoryMib = this.memoryMib(nodes, cpus);
    const ofNode = first(readGresGpus(this.cell("reqGres")), readGresGpus(this.cell("allocGres")));
    raw.gpus = first(Math.ceil(first(asked.gpus, granted.gpus, readNumber(this.cell("gpus"))) / nodes), ofNode);
  }

  /** As asked for; NaN: unknown. */
  private nodes(): number {
    const asked = [this.asked.nodes, this.count("nodes"), this.count("reqNodes"), this.count("allocNodes")];
    return asked.find((nodes) => nodes > 0 && nodes !== UNREADABLE) ?? 1;
  }

  /** Of one node. */
  private memoryMib(nodes: number, cpus: number): number {
    if (this.asked.mib > 0) return this.asked.mib / nodes;
    const { mib, per } = readMemoryRequest(this.cell("reqMem"));
    if (per === "cpu" && mib > 0) this.sink.adjust("per-cpu-memory");
    if (!Number.isNaN(mib)) return per === "node" ? mib : ((per === "cpu" ? cpus : 1) * mib) / nodes;
    const tableMb = readNumber(this.cell("reqMemMb")) || Number.NaN; // 0 means that nothing was asked for
    return first(tableMb, this.granted.mib) / nodes;
  }

  private takeId(ownId: string, end: SlurmEnd): void {
    const { raw, sink, last } = this;
    raw.arrayId = this.id.array;
    raw.arraySize = this.id.tasks > 1 ? this.id.tasks : Number.NaN;
    raw.dependsOn = "";
    if (this.id.tasks > 0) sink.adjust("unexpanded-array");
    if (ownId.includes("+")) {
      sink.note("each part of a heterogeneous job (12+0, 12+1) is a job of its own: that they start together is lost");
    }
    const times = ownId === "" ? 1 : this.ids.count(ownId);
    raw.id = times > 1 ? `${ownId}#${times}` : ownId;
    if (times > 1) {
      sink.adjust("repeated-id");
      if (last.ownId === ownId && last.end === "requeued" && raw.arrayId === "") {
        raw.dependsOn = `${last.givenId}:ENDED`;
        sink.adjust("chained-retry");
      }
    }
    last.ownId = ownId;
    last.givenId = raw.id;
    last.end = end;
  }

  private count(field: SlurmField): number {
    const size = readSizeMib(this.cell(field), "M"); // large counts are shortened like sizes, "2K"
    return size === 0 ? Number.NaN : size;
  }

  private text(field: SlurmField): string {
    const cell = this.cell(field);
    return isNothing(cell) ? "" : cell;
  }

  private cell(field: SlurmField): string {
    return this.cells[this.layout.at[field]] ?? "";
  }

  private readonly describe = (field: RawField): string => {
    const { at, names } = this.layout;
    const columns = (SHOWN[field] ?? []).map((name) => at[name]).filter((column) => column >= 0);
    const shown = columns.map((column) => `${names[column]}=${quoted(this.cells[column] ?? "")}`);
    if (this.id.tasks > 0 && field === "runtime") shown.unshift(`${this.id.tasks} array tasks`);
    return shown.length === 0 ? "no column" : shown.join(", ");
  };
}

function isNothing(cell: string): boolean {
  return isMissing(cell) || cell === "(null)";
}

/** The first that is known; NaN: none. */
function first(...values: readonly number[]): number {
  return values.find((value) => !Number.isNaN(value)) ?? Number.NaN;
}

/** Between two times; NaN when one of them is missing or cannot be read. */
function difference(laterMs: number, earlierMs: number): number {
  return Number.isFinite(laterMs) && Number.isFinite(earlierMs) ? laterMs - earlierMs : Number.NaN;
}
