// Which rows become jobs. One set of rules for every format: a row is accepted, or rejected for one reason; what was
// changed on the way is counted. Nothing is repaired silently, and an unknown amount is never guessed.

import { assert } from "../base/assert.js";
import type { IngestReport, RowTally } from "../model/ingest.js";
import {
  ADJUSTMENT_REASONS,
  ADJUSTMENTS,
  type AdjustmentCode,
  FOLDS,
  type FoldCode,
  REJECTION_REASONS,
  REJECTIONS,
  type RejectionCode,
} from "./admission-reasons.js";
import { Definitions } from "./definitions.js";
import type { DependencyFinding } from "./dependency-table.js";
import type { RowSink } from "./format.js";
import type { TraceDefinition, TraceFileOptions } from "./options.js";
import { MAX_RUNTIME_MS } from "./quantities.js";
import { type Describe, hasTextTooLong, type RawJob } from "./raw-job.js";
import { RowAmounts } from "./row-amounts.js";
import { RowEnding } from "./row-ending.js";
import { RowScheduling } from "./row-scheduling.js";
import { quoted, RowTallies } from "./tallies.js";
import { UNREADABLE } from "./text/cells.js";
import { type JobRow, neutralJobRow } from "./workload-builder.js";

/** The queue of jobs whose trace names none. */
const DEFAULT_QUEUE = "default";
/** The name of jobs whose trace names none. */
export const DEFAULT_NAME = "unnamed";

/** Submissions after the year 2200 come from a wrong unit. */
const MAX_SUBMIT_MS = Date.UTC(2200, 0, 1);

/** An accepted row. All of it is reused for the next one. */
export interface AdmittedRow {
  readonly raw: RawJob;
  readonly line: number;
  /** Amounts that are kept as missing are 0. `definition`, `script`, `array` and `consumables` are the receiver's. */
  readonly job: JobRow;
  readonly scheduling: RowScheduling;
  readonly ending: RowEnding;
  readonly definition: TraceDefinition | undefined;
}

/** What becomes of accepted rows: a workload, or a file. */
export interface RowReceiver {
  accept(row: AdmittedRow): void;
  /** A rejected row of a job that never ran or had not ended, for whoever keeps such rows. */
  keep?(raw: RawJob, code: RejectionCode): void;
}

/** Rejections whose rows a file may keep: they are jobs, only none to replay. */
const KEPT: ReadonlySet<RejectionCode> = new Set(["never-ran", "still-running", "still-queued"]);

export class Admission implements RowSink {
  /** Rows and folded records so far. */
  recordsRead = 0;
  /** Which of `fileNames` the records are from. */
  file = -1;
  /** The files by number; none when there is only one. */
  fileNames: readonly string[] = [];
  private accepted = 0;
  private readonly options: TraceFileOptions;
  private readonly receiver: RowReceiver;
  private readonly queueMap: ReadonlyMap<string, string>;
  readonly definitions: Definitions;
  private readonly rejected = new RowTallies(REJECTION_REASONS);
  private readonly adjusted = new RowTallies(ADJUSTMENT_REASONS);
  private readonly folded = new RowTallies<FoldCode>(FOLDS);
  private readonly notes = new Set<string>();
  /** Adjustments of the current row; counted when it is accepted. */
  private readonly pending: AdjustmentCode[] = [];
  private readonly job = neutralJobRow();
  private definition: TraceDefinition | undefined;
  private readonly amounts: RowAmounts;
  private readonly scheduling: RowScheduling;
  private readonly ending: RowEnding;
  /** Array jobs by id; true: the array came as one row. */
  private readonly arrays = new Map<string, boolean>();

  constructor(options: TraceFileOptions, receiver: RowReceiver) {
    this.options = options;
    this.receiver = receiver;
    this.queueMap = new Map(Object.entries(options.queueMap));
    this.definitions = new Definitions(options.findDefinition);
    const adjust = (code: AdjustmentCode) => this.adjust(code);
    this.amounts = new RowAmounts(options, adjust);
    this.scheduling = new RowScheduling(options, adjust);
    this.ending = new RowEnding(adjust);
  }

  admit(raw: RawJob, line: number, describe: Describe): void {
    const rejection = this.take(raw, line) ?? this.takeArray(raw);
    if (rejection !== undefined) {
      this.reject(rejection, line, describe);
      if (KEPT.has(rejection)) this.receiver.keep?.(raw, rejection);
      return;
    }
    const { queue, vcpuMilli, memoryMib, gpuMilli, nodes } = this.job;
    const unplaceable = this.options.unplaceableJob?.(queue, vcpuMilli, memoryMib, gpuMilli, nodes);
    if (unplaceable !== undefined) {
      this.reject("unplaceable", line, () => unplaceable);
      return;
    }
    this.recordsRead++;
    this.accepted++;
    const { job, scheduling, ending, definition } = this;
    if (scheduling.arraySize > 0 || raw.arrayId !== "") {
      this.arrays.set(scheduling.arraySize > 0 ? job.id : raw.arrayId, scheduling.arraySize > 0);
    }
    this.receiver.accept({ raw, line, job, scheduling, ending, definition });
    for (const adjustment of this.pending) {
      this.adjusted.add(adjustment, line, () => describe(ADJUSTMENTS[adjustment][0]), this.fileName);
    }
    this.pending.length = 0;
  }

  reject(code: RejectionCode, line: number, describe: Describe): void {
    this.pending.length = 0;
    this.recordsRead++;
    this.rejected.add(code, line, () => describe(REJECTIONS[code][0]), this.fileName);
  }

  fold(code: FoldCode, line: number, describe: Describe): void {
    this.recordsRead++;
    this.folded.add(code, line, () => describe("row"), this.fileName);
  }

  adjust(code: AdjustmentCode): void {
    if (!this.pending.includes(code)) this.pending.push(code);
  }

  note(sentence: string): void {
    this.notes.add(sentence);
  }

  /** Counts a dependency that could not be kept as it is. */
  countDependency(code: DependencyFinding, line: number, onId: string): void {
    this.adjusted.add(code, line, () => quoted(onId));
  }

  private get fileName(): string | undefined {
    return this.fileNames[this.file];
  }

  /** The tallies of the report. */
  result(): Omit<IngestReport, "source" | "format"> {
    const { recordsRead, accepted } = this;
    const rowsRead = recordsRead - this.folded.total;
    assert(rowsRead === accepted + this.rejected.total, "a row was neither accepted nor rejected");
    const tallies = { rejected: this.rejected.list(), adjusted: this.adjusted.list(), folded: this.folded.list() };
    return {
      recordsRead,
      rowsRead,
      accepted,
      ...(tallies satisfies Record<string, RowTally[]>),
      notes: [...this.notes],
    };
  }

  /** Fills in the job; why it cannot be one. */
  private take(raw: RawJob, line: number): RejectionCode | undefined {
    if (hasTextTooLong(raw)) return "text-too-long";
    const code = this.takeTimes(raw) ?? this.takeDefinition(raw.definition);
    if (code !== undefined) return code;
    this.takeNames(raw, line);
    return (
      this.takeAmounts(raw) ??
      this.takeLimit(raw.limitMs) ??
      this.takeRecorded(raw) ??
      this.takeScheduling(raw) ??
      this.ending.take(raw)
    );
  }

  private takeTimes(raw: RawJob): RejectionCode | undefined {
    const { submitMs, runtimeMs } = raw;
    if (Number.isNaN(submitMs)) return "no-submit";
    if (submitMs < 0 || submitMs > MAX_SUBMIT_MS) return "bad-submit";
    if (raw.withoutRuntime !== "no-runtime") return raw.withoutRuntime;
    if (Number.isNaN(runtimeMs)) return "no-runtime";
    if (runtimeMs === UNREADABLE) return "bad-runtime";
    if (runtimeMs < 0) return "negative-runtime";
    if (runtimeMs > MAX_RUNTIME_MS) return "absurd-runtime";
    this.job.submitMs = Math.round(submitMs);
    this.job.runtimeMs = Math.round(runtimeMs);
    return undefined;
  }

  private takeDefinition(text: string): RejectionCode | undefined {
    const reference = text === "" ? (this.options.defaults.jobDefinition ?? "") : text;
    this.definition = undefined;
    if (reference === "" || this.options.purpose === "import") return undefined;
    this.definition = this.definitions.find(reference);
    if (this.definition !== undefined) return undefined;
    if (!this.definitions.isEmpty) return "unknown-definition";
    this.adjust("definition-ignored");
    return undefined;
  }

  private takeAmounts(raw: RawJob): RejectionCode | undefined {
    const { job, amounts } = this;
    const code = amounts.take(raw, job.queue, this.definition);
    job.vcpuMilli = amounts.vcpuMilli;
    job.memoryMib = amounts.memoryMib;
    job.gpuMilli = amounts.gpuMilli;
    return code;
  }

  /** A definition's timeout is the limit of rows that give none: no attempt lasts longer. */
  private takeLimit(limitMs: number): RejectionCode | undefined {
    if (limitMs < 0 || limitMs === UNREADABLE) return "bad-limit";
    if (limitMs === 0) this.adjust("zero-limit-ignored");
    const isGiven = limitMs > 0;
    this.job.limitMs = isGiven ? Math.round(limitMs) : (this.definition?.timeoutMs ?? Number.NaN);
    return undefined;
  }

  /** What the old system measured: left out when it makes no sense, for nothing but comparisons depends on it. */
  private takeRecorded(raw: RawJob): undefined {
    const { job } = this;
    job.recordedWaitMs = this.recorded(raw.waitMs, "wait-ignored");
    job.recordedPullMs = this.recorded(raw.pullMs, "pull-ignored");
    job.peakMemoryMib = this.recorded(raw.usedMemoryMib, "used-memory-ignored");
  }

  private recorded(value: number, ignored: AdjustmentCode): number {
    if (value >= 0 && value !== UNREADABLE) return Math.round(value);
    if (!Number.isNaN(value)) this.adjust(ignored);
    return Number.NaN;
  }

  private takeNames(raw: RawJob, line: number): void {
    if (raw.id === "" && raw.arrayId === "") this.adjust("generated-id");
    this.job.id = raw.id === "" ? generatedId(line) : raw.id;
    this.job.name = raw.name || this.definition?.name || raw.definition || DEFAULT_NAME;
    this.job.queue = this.queueOf(raw);
    this.job.tieBreak = raw.tieBreak;
  }

  private queueOf(raw: RawJob): string {
    const queue = raw.queue === "" ? DEFAULT_QUEUE : raw.queue;
    return this.options.queue ?? this.queueMap.get(queue) ?? queue;
  }

  private takeScheduling(raw: RawJob): RejectionCode | undefined {
    const { job, scheduling } = this;
    const code = scheduling.take(raw, job.queue, this.definition);
    job.share = scheduling.share;
    job.priority = scheduling.priority;
    job.nodes = scheduling.nodes;
    return code;
  }

  private takeArray(raw: RawJob): RejectionCode | undefined {
    const isWhole = this.scheduling.arraySize > 0;
    const known = this.arrays.get(isWhole ? this.job.id : raw.arrayId);
    return (isWhole && (known !== undefined || raw.arrayId !== "")) || known ? "array-twice" : undefined;
  }
}

/** The id of a job whose trace gives none. */
export function generatedId(line: number): string {
  return `line-${line}`;
}
