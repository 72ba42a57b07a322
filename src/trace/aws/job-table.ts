// Records of jobs of AWS Batch to rows. A job may be told of many times: by overlapping exports, by ListJobs and
// DescribeJobs, by one event per state, by one record per node. The record that tells most stays; it is completed from the
// others, which are counted. What is kept per job is a few numbers and its id, other texts once for all jobs.

import type { FoldCode } from "../admission-reasons.js";
import type { CanonicalColumn } from "../canonical/columns.js";
import type { RowSink } from "../format.js";
import { type Describe, emptyRawJob, hasTextTooLong, type RawJob } from "../raw-job.js";
import { quoted } from "../tallies.js";
import { field, type JsonObject } from "../text/json-values.js";
import type { Zone } from "../zone.js";
import { type BatchJob, isFinal, isServiceJob, JOB_STATES, JobSource, readJob } from "./job-detail.js";
import { RowStore } from "./row-store.js";
import { isInSeconds, spanMs } from "./times.js";

/** What rows may fill. */
export const BATCH_COLUMNS: readonly CanonicalColumn[] = [
  ...(["limit_s", "pull_s", "attempts", "job_definition", "share_identifier", "scheduling_priority", "nodes"] as const),
  ...(["array_id", "depends_on"] as const),
];

const STARTING = JOB_STATES.indexOf("STARTING");
const RUNNING = JOB_STATES.indexOf("RUNNING");

/**
 * Numbers that are kept with a row: those of BatchJob, and when the first attempt of the job was STARTING and RUNNING, as
 * events tell it (NaN: no event did).
 */
const LINE = 0;
const SOURCE = 1;
const STATE = 2;
const ATTEMPTS = 3;
const EVENT = 4;
const RUNNING_SINCE = 5;
const INDEX = 6;
const IS_ARRAY = 7;
const IS_MIXED = 8;
const FIRST_STARTING = 9;
const FIRST_RUNNING = 10;
const FILE = 11;
const EXTRAS = 12;

/** What is known of an array from its children. */
interface Children {
  submitMs: number;
  readonly rank: number;
  count: number;
  lastIndex: number;
}

export class JobTable {
  private readonly sink: RowSink;
  private readonly zone: Zone;
  private readonly store = new RowStore(EXTRAS);
  /** Reused: of the record that comes in, of what is known of its job, of its array. */
  private readonly incoming = emptyRawJob();
  private readonly known = emptyRawJob();
  private readonly array = emptyRawJob();
  /** The last that any event tells; NaN: there is none. */
  private endMs = Number.NaN;

  constructor(sink: RowSink, zone: Zone) {
    this.sink = sink;
    this.zone = zone;
  }

  /** Takes a record that was true at `eventMs` (NaN: unknown). */
  add(record: JsonObject, line: number, eventMs: number): void {
    if (isServiceJob(record)) {
      this.sink.reject("not-a-job", line, () => "a service job, which runs on no compute environment");
      return;
    }
    if (isInSeconds(field(record, "createdAt"))) this.sink.note(SECONDS_NOTE);
    const job = readJob(record, this.incoming, line, eventMs, this.zone);
    if (job === undefined) {
      this.sink.reject("not-a-job", line, () => `it has no jobId, but ${keysOf(record)}`);
      return;
    }
    if (hasTextTooLong(job.raw)) {
      this.sink.reject("text-too-long", line, () => `jobId=${quoted(job.raw.id)}`);
      return;
    }
    const known = this.store.slotOf(job.raw.id);
    const slot = known === undefined ? this.keep(job, this.sink.file, Number.NaN, Number.NaN) : this.merge(job, known);
    this.takeTime(job, slot);
  }

  /** Hands out the rows in the order of submission, the children of an array together and by index. */
  finish(): void {
    const { store } = this;
    const arrays = this.childrenByArray();
    const slots = Array.from({ length: store.length }, (_, slot) => slot).filter((slot) => this.isRow(slot, arrays));
    const arrayOf = (slot: number) => arrays.get(store.arrayId(slot));
    const submitMs = (slot: number) => arrayOf(slot)?.submitMs ?? orLast(store.submitMs(slot));
    const keys = slots.map((slot) => ({ slot, submitMs: submitMs(slot), rank: arrayOf(slot)?.rank ?? -1 }));
    const index = (slot: number) => store.extra(slot, INDEX);
    keys.sort((a, b) => a.submitMs - b.submitMs || a.rank - b.rank || index(a.slot) - index(b.slot));
    for (const { slot } of keys) this.emit(slot);
  }

  private keep(job: BatchJob, file: number, startingMs: number, runningMs: number): number {
    const { line, source, state, attemptCount, eventMs, runningSinceMs, index } = job;
    const flags = [Number(job.isArray), Number(job.isMixed)];
    const times = [startingMs, runningMs];
    const extras = [line, source, state, attemptCount, eventMs, runningSinceMs, index, ...flags, ...times, file];
    return this.store.set(job.raw, extras, job.adjustments);
  }

  /** Good until the next call. */
  private jobAt(slot: number): BatchJob {
    const extra = (index: number) => this.store.extra(slot, index);
    this.store.load(slot, this.known);
    return {
      raw: this.known,
      line: extra(LINE),
      source: extra(SOURCE) as JobSource,
      state: extra(STATE),
      attemptCount: extra(ATTEMPTS),
      eventMs: extra(EVENT),
      runningSinceMs: extra(RUNNING_SINCE),
      index: extra(INDEX),
      isArray: extra(IS_ARRAY) === 1,
      isMixed: extra(IS_MIXED) === 1,
      adjustments: this.store.adjustmentsOf(slot),
    };
  }

  /** Keeps the better of two records of a job, completed from the other, which is folded. */
  private merge(job: BatchJob, slot: number): number {
    const { sink, store } = this;
    const known = this.jobAt(slot);
    const file = sink.file;
    const knownFile = store.extra(slot, FILE);
    const isBetter = compare(job, known) > 0;
    const [best, other] = isBetter ? [job, known] : [known, job];
    complete(best.raw, other.raw);
    this.keep(best, isBetter ? file : knownFile, store.extra(slot, FIRST_STARTING), store.extra(slot, FIRST_RUNNING));
    sink.file = isBetter ? knownFile : file;
    sink.fold(foldCode(best, other), other.line, () => `jobId=${quoted(other.raw.id)}, ${stateOf(other)}`);
    sink.file = file;
    return slot;
  }

  /** Of states, the first attempt's own: later ones find the image on their machine, or run on another one. */
  private takeTime({ state, eventMs, attemptCount }: BatchJob, slot: number): void {
    if (Number.isNaN(eventMs)) return;
    this.endMs = Number.isNaN(this.endMs) ? eventMs : Math.max(this.endMs, eventMs);
    if (attemptCount > 0 || (state !== STARTING && state !== RUNNING)) return;
    const extra = state === STARTING ? FIRST_STARTING : FIRST_RUNNING;
    this.store.setExtra(slot, extra, earlier(this.store.extra(slot, extra), eventMs));
  }

  private childrenByArray(): Map<string, Children> {
    const { store } = this;
    const arrays = new Map<string, Children>();
    for (let slot = 0; slot < store.length; slot++) {
      const id = store.arrayId(slot);
      if (id === "") continue;
      let array = arrays.get(id);
      if (array === undefined) {
        array = { submitMs: Number.POSITIVE_INFINITY, rank: arrays.size, count: 0, lastIndex: -1 };
        arrays.set(id, array);
      }
      array.submitMs = Math.min(array.submitMs, orLast(store.submitMs(slot)));
      array.count++;
      array.lastIndex = Math.max(array.lastIndex, store.extra(slot, INDEX));
    }
    for (const { count, lastIndex } of arrays.values()) if (count <= lastIndex) this.sink.note(GAPS_NOTE);
    return arrays;
  }

  /** Array jobs are none: their children have rows, or are asked for. */
  private isRow(slot: number, arrays: ReadonlyMap<string, unknown>): boolean {
    if (this.store.arrayId(slot) !== "") return true;
    const job = this.jobAt(slot);
    const hasChildren = arrays.has(job.raw.id);
    if (!hasChildren && !job.isArray) return true;
    const describe = () => `jobId=${quoted(job.raw.id)}, ${stateOf(job)}`;
    this.sink.file = this.store.extra(slot, FILE);
    if (hasChildren) this.sink.fold("array-parent", job.line, describe);
    else this.sink.reject("array-without-children", job.line, describe);
    return false;
  }

  private emit(slot: number): void {
    const job = this.jobAt(slot);
    const { raw, line, adjustments, isMixed } = job;
    const array = this.store.slotOf(raw.arrayId);
    if (array !== undefined) {
      this.store.load(array, this.array);
      complete(raw, this.array); // what the array job waits for, above all
    }
    raw.pullMs = this.pullMs(slot, raw);
    // To the end of the trace: what comes later nobody wrote down.
    if (raw.withoutRuntime === "still-running") raw.runtimeMs = spanMs(job.runningSinceMs, this.endMs);
    if (isMixed) this.sink.note(MIXED_NOTE);
    for (const code of adjustments) this.sink.adjust(code);
    this.sink.file = this.store.extra(slot, FILE);
    this.sink.admit(raw, line, describeJob(job));
  }

  private pullMs(slot: number, raw: RawJob): number {
    const runningMs = this.store.extra(slot, FIRST_RUNNING);
    return (Number.isNaN(runningMs) ? raw.submitMs + raw.waitMs : runningMs) - this.store.extra(slot, FIRST_STARTING);
  }
}

const GAPS_NOTE =
  "children of some arrays are missing; those that are there keep their order, so N_TO_N pairs of such arrays may shift";
const SECONDS_NOTE =
  "times of some jobs are too small for milliseconds, which AWS Batch writes, and were taken as seconds since 1970";
const MIXED_NOTE =
  "nodes of some multi-node jobs ask for different amounts; each of their nodes is given the most of each";

/** Which record tells more of a job: positive, the first; 0, neither. */
function compare(a: BatchJob, b: BatchJob): number {
  return (
    Number(a.source !== JobSource.Node) - Number(b.source !== JobSource.Node) ||
    Number(isFinal(a.state)) - Number(isFinal(b.state)) ||
    a.attemptCount - b.attemptCount ||
    a.source - b.source ||
    (a.eventMs || 0) - (b.eventMs || 0) ||
    a.state - b.state
  );
}

function foldCode(best: BatchJob, other: BatchJob): FoldCode {
  if (other.source === JobSource.Node) return "node-record";
  if (other.source === JobSource.Summary && best.source === JobSource.Detail) return "summary";
  const isSame = best.state === other.state && best.attemptCount === other.attemptCount;
  return isSame && best.source === other.source ? "duplicate" : "earlier-event";
}

/** Fills in what the better record does not say. */
function complete(raw: RawJob, other: RawJob): void {
  raw.name ||= other.name;
  raw.queue ||= other.queue;
  raw.group ||= other.group;
  raw.definition ||= other.definition;
  raw.share ||= other.share;
  raw.dependsOn ||= other.dependsOn;
  for (const amount of AMOUNTS) if (Number.isNaN(raw[amount])) raw[amount] = other[amount];
}

const AMOUNTS = ["submitMs", "vcpus", "memoryMib", "gpus", "limitMs", "priority", "nodes"] as const;

/** For sorting: rows without a submission come last. */
function orLast(submitMs: number): number {
  return Number.isNaN(submitMs) ? Number.MAX_VALUE : Math.min(submitMs, Number.MAX_VALUE);
}

function earlier(a: number, b: number): number {
  return Number.isNaN(a) ? b : Math.min(a, b);
}

function stateOf({ state }: BatchJob): string {
  return `status=${JOB_STATES[state] ?? "none"}`;
}

function keysOf(record: JsonObject): string {
  return quoted(Object.keys(record).slice(0, 5).join(", "));
}

function describeJob(job: BatchJob): Describe {
  const { raw } = job;
  return (name) => {
    const id = `jobId=${quoted(raw.id)}`;
    if (name === "row" || name === "id" || name === "runtime" || name === "status") return `${id}, ${stateOf(job)}`;
    const shown = SHOWN[name]?.(raw);
    return shown === undefined ? id : `${id}, ${shown}`;
  };
}

const SHOWN: Partial<Readonly<Record<Parameters<Describe>[0], (raw: RawJob) => string>>> = {
  submit: ({ submitMs }) => `createdAt=${submitMs}`,
  vcpus: ({ vcpus }) => `VCPU=${vcpus}`,
  memory: ({ memoryMib }) => `MEMORY=${memoryMib}`,
  gpus: ({ gpus }) => `GPU=${gpus}`,
  limit: ({ limitMs }) => `attemptDurationSeconds=${limitMs / 1_000}`,
  priority: ({ priority }) => `schedulingPriority=${priority}`,
  nodes: ({ nodes }) => `numNodes=${nodes}`,
  exitCode: ({ exitCode }) => `exitCode=${exitCode}`,
  dependsOn: ({ dependsOn }) => `dependsOn=${quoted(dependsOn)}`,
};
