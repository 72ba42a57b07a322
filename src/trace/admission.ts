// Which rows become jobs. One set of rules for every format: a row is accepted, or rejected for one reason; what was
// changed on the way is counted. Nothing is repaired silently, and an unknown amount is never guessed.

import { assert } from "../base/assert.js";
import type { RowTally } from "../model/ingest.js";
import type { AttemptScript } from "../model/profile.js";
import { NONE } from "../model/tables.js";
import {
  ADJUSTMENT_REASONS,
  ADJUSTMENTS,
  type AdjustmentCode,
  REJECTION_REASONS,
  REJECTIONS,
  type RejectionCode,
} from "./admission-reasons.js";
import { UNREADABLE } from "./cells.js";
import { Definitions } from "./definitions.js";
import { arrayUnit, type DependencyFinding } from "./dependency-table.js";
import type { TraceDefinition, TraceFileOptions } from "./options.js";
import { MAX_AMOUNT, MAX_RUNTIME_MS, wholeMib, wholeMilli } from "./quantities.js";
import type { Describe, RawJob } from "./raw-job.js";
import { RowScheduling } from "./row-scheduling.js";
import { quoted, RowTallies } from "./tallies.js";
import { neutralJobRow, type WorkloadBuilder } from "./workload-builder.js";

/** The queue of jobs whose trace names none. */
const DEFAULT_QUEUE = "default";
/** The name of jobs whose trace names none. */
const DEFAULT_NAME = "unnamed";

/** Submissions after the year 2200 come from a wrong unit. */
const MAX_SUBMIT_MS = Date.UTC(2200, 0, 1);

export class Admission {
  rowsRead = 0;
  private accepted = 0;
  private readonly options: TraceFileOptions;
  private readonly builder: WorkloadBuilder;
  private readonly queueMap: ReadonlyMap<string, string>;
  private readonly definitions: Definitions;
  private readonly rejected = new RowTallies(REJECTION_REASONS);
  private readonly adjusted = new RowTallies(ADJUSTMENT_REASONS);
  /** Adjustments of the current row; counted when it is accepted. */
  private readonly pending: AdjustmentCode[] = [];
  private readonly job = neutralJobRow();
  /** The current row's definition, and how AWS Batch is to treat its job. */
  private definition: TraceDefinition | undefined;
  private readonly scheduling: RowScheduling;
  /** Array jobs by id; whole: the array came as one row. */
  private readonly arrays = new Map<string, { readonly index: number; readonly isWhole: boolean }>();
  private readonly scriptOfExitCode = new Map<number, number>([[0, NONE]]);

  constructor(options: TraceFileOptions, builder: WorkloadBuilder) {
    this.options = options;
    this.builder = builder;
    this.queueMap = new Map(Object.entries(options.queueMap));
    this.definitions = new Definitions(options.findDefinition, builder);
    this.scheduling = new RowScheduling(options.fairShareQueues ?? new Set(), (code) => this.pending.push(code));
  }

  /** Makes one row a job or an array of jobs, or rejects it. `raw` is not kept. */
  admit(raw: RawJob, line: number, describe: Describe): void {
    this.pending.length = 0;
    const rejection = this.take(raw, line);
    if (rejection !== undefined) {
      this.reject(rejection, line, describe);
      return;
    }
    const { queue, vcpuMilli, memoryMib, gpuMilli, nodes } = this.job;
    const unplaceable = this.options.unplaceableJob?.(queue, vcpuMilli, memoryMib, gpuMilli, nodes);
    if (unplaceable !== undefined) {
      this.reject("unplaceable", line, () => unplaceable);
      return;
    }
    this.rowsRead++;
    this.accepted++;
    this.add(raw, line);
    for (const adjustment of this.pending) {
      this.adjusted.add(adjustment, line, () => describe(ADJUSTMENTS[adjustment][0]));
    }
  }

  /** Rejects one row for a reason that only the format's reader can see. */
  reject(code: RejectionCode, line: number, describe: Describe): void {
    this.rowsRead++;
    this.rejected.add(code, line, () => describe(REJECTIONS[code][0]));
  }

  /** Counts a dependency that could not be kept as it is. */
  countDependency(code: DependencyFinding, line: number, onId: string): void {
    this.adjusted.add(code, line, () => quoted(onId));
  }

  /** The tallies of the report. */
  result(): { rowsRead: number; accepted: number; rejected: RowTally[]; adjusted: RowTally[] } {
    const { rowsRead, accepted } = this;
    assert(rowsRead === accepted + this.rejected.total, "a row was neither accepted nor rejected");
    return { rowsRead, accepted, rejected: this.rejected.list(), adjusted: this.adjusted.list() };
  }

  /** Fills in the job; why it cannot be one. */
  private take(raw: RawJob, line: number): RejectionCode | undefined {
    const code = this.takeTimes(raw) ?? this.takeDefinition(raw.definition);
    if (code !== undefined) return code;
    this.takeNames(raw, line);
    return (
      this.takeVcpus(raw.vcpus) ??
      this.takeMemory(raw.memoryMib) ??
      this.takeGpus(raw.gpus) ??
      this.takeLimit(raw.limitMs) ??
      this.takeWait(raw.waitMs) ??
      this.takeScheduling(raw)
    );
  }

  private takeTimes(raw: RawJob): RejectionCode | undefined {
    const { submitMs, runtimeMs } = raw;
    if (Number.isNaN(submitMs)) return "no-submit";
    if (submitMs < 0 || submitMs > MAX_SUBMIT_MS) return "bad-submit";
    if (Number.isNaN(runtimeMs)) return raw.withoutRuntime;
    if (runtimeMs === UNREADABLE) return "bad-runtime";
    if (runtimeMs < 0) return "negative-runtime";
    if (runtimeMs > MAX_RUNTIME_MS) return "absurd-runtime";
    this.job.submitMs = Math.round(submitMs);
    this.job.runtimeMs = Math.round(runtimeMs);
    return undefined;
  }

  private takeDefinition(text: string): RejectionCode | undefined {
    const reference = text === "" ? (this.options.defaults.jobDefinition ?? "") : text;
    this.definition = reference === "" ? undefined : this.definitions.find(reference);
    if (reference === "" || this.definition !== undefined) return undefined;
    if (!this.definitions.isEmpty) return "unknown-definition";
    this.pending.push("definition-ignored");
    return undefined;
  }

  private takeVcpus(requested: number): RejectionCode | undefined {
    let vcpus = requested;
    if (Number.isNaN(vcpus) || vcpus === 0) {
      if (this.definition?.vcpuMilli !== undefined) {
        this.job.vcpuMilli = this.definition.vcpuMilli;
        return undefined;
      }
      if (this.options.defaults.vcpus === undefined) return vcpus === 0 ? "zero-vcpus" : "no-vcpus";
      vcpus = this.options.defaults.vcpus;
      this.pending.push("default-vcpus");
    }
    this.job.vcpuMilli = wholeMilli(vcpus);
    return vcpus < 0 || this.job.vcpuMilli > MAX_AMOUNT ? "bad-vcpus" : undefined;
  }

  /** Comes after takeVcpus: a default may be per vCPU. */
  private takeMemory(requestedMib: number): RejectionCode | undefined {
    if (!Number.isNaN(requestedMib) && requestedMib !== 0) {
      this.job.memoryMib = wholeMib(requestedMib);
      return requestedMib < 0 || this.job.memoryMib > MAX_AMOUNT ? "bad-memory" : undefined;
    }
    if (this.definition?.memoryMib !== undefined) {
      this.job.memoryMib = this.definition.memoryMib;
      return undefined;
    }
    const { memoryMib, memoryMibPerVcpu } = this.options.defaults;
    if (memoryMib === undefined && memoryMibPerVcpu === undefined) {
      this.job.memoryMib = 0;
      if (this.options.queuesWithoutMemory?.has(this.job.queue)) return undefined;
      return requestedMib === 0 ? "zero-memory" : "no-memory";
    }
    this.pending.push("default-memory");
    this.job.memoryMib = wholeMib(memoryMib ?? (memoryMibPerVcpu! * this.job.vcpuMilli) / 1_000);
    return this.job.memoryMib > MAX_AMOUNT ? "bad-memory" : undefined;
  }

  private takeGpus(requested: number): RejectionCode | undefined {
    if (Number.isNaN(requested)) {
      this.job.gpuMilli = this.definition?.gpuMilli ?? 0; // a trace without a GPU amount is one of jobs without GPUs
      return undefined;
    }
    if (requested < 0) return "bad-gpus";
    const exactMilli = requested === 0 ? 0 : wholeMilli(requested);
    if (exactMilli > MAX_AMOUNT) return "bad-gpus";
    const wholeGpusMilli = Math.ceil(exactMilli / 1_000) * 1_000;
    const roundsUp = this.options.gpuSharing === "round-up" && wholeGpusMilli !== exactMilli;
    if (roundsUp) this.pending.push("gpu-share-rounded-up");
    this.job.gpuMilli = roundsUp ? wholeGpusMilli : exactMilli;
    return undefined;
  }

  /** A definition's timeout is the limit of rows that give none: no attempt lasts longer. */
  private takeLimit(limitMs: number): RejectionCode | undefined {
    if (limitMs < 0 || limitMs === UNREADABLE) return "bad-limit";
    if (limitMs === 0) this.pending.push("zero-limit-ignored");
    const isGiven = limitMs > 0;
    this.job.limitMs = isGiven ? Math.round(limitMs) : (this.definition?.timeoutMs ?? Number.NaN);
    return undefined;
  }

  private takeWait(waitMs: number): undefined {
    const unusable = waitMs < 0 || waitMs === UNREADABLE;
    if (unusable) this.pending.push("wait-ignored");
    this.job.recordedWaitMs = unusable ? Number.NaN : Math.round(waitMs);
  }

  private takeNames(raw: RawJob, line: number): void {
    if (raw.id === "" && raw.arrayId === "") this.pending.push("generated-id");
    this.job.id = raw.id === "" ? generatedId(line) : raw.id;
    this.job.name = raw.name || this.definition?.name || raw.definition || DEFAULT_NAME;
    const queue = raw.queue === "" ? DEFAULT_QUEUE : raw.queue;
    this.job.queue = this.options.queue ?? this.queueMap.get(queue) ?? queue;
    this.job.tieBreak = raw.tieBreak;
  }

  private takeScheduling(raw: RawJob): RejectionCode | undefined {
    const { job, scheduling } = this;
    const code = scheduling.take(raw, job.queue, this.definition);
    if (code !== undefined) return code;
    const isWhole = scheduling.arraySize > 0;
    const known = this.arrays.get(isWhole ? job.id : raw.arrayId);
    if ((isWhole && (known !== undefined || raw.arrayId !== "")) || known?.isWhole) return "array-twice";
    job.share = scheduling.share;
    job.priority = scheduling.priority;
    job.nodes = scheduling.nodes;
    return undefined;
  }

  /** Hands the accepted row to the builder. */
  private add(raw: RawJob, line: number): void {
    const { job, builder, definition, scheduling } = this;
    const enforcesLimit = this.options.limits === "timeout" && !Number.isNaN(job.limitMs);
    const timeoutMs = enforcesLimit ? job.limitMs : (definition?.timeoutMs ?? Number.NaN);
    job.definition = this.definitions.indexOf(definition, timeoutMs);
    job.consumables = this.definitions.consumablesOf(definition);
    job.script = this.scriptOf(scheduling.exitCode);
    job.array = this.arrayOf(raw.arrayId);
    const row = job.array === NONE ? builder.addJob(job) : this.addChildren(raw.id);
    if (scheduling.sequential) builder.makeSequential(job.array);
    const unit = job.array === NONE ? row : arrayUnit(job.array);
    for (const { onId, nToN } of scheduling.dependsOn) builder.addDependency(unit, onId, nToN, line);
  }

  private scriptOf(exitCode: number): number {
    let script = this.scriptOfExitCode.get(exitCode);
    if (script === undefined) {
      script = this.builder.addScript([exitingWith(exitCode)]);
      this.scriptOfExitCode.set(exitCode, script);
    }
    return script;
  }

  /** The array that the row is, or belongs to; NONE for a job of its own. */
  private arrayOf(arrayId: string): number {
    const isWhole = this.scheduling.arraySize > 0;
    if (!isWhole && arrayId === "") return NONE;
    const id = isWhole ? this.job.id : arrayId;
    const known = this.arrays.get(id);
    if (known !== undefined) return known.index;
    const index = this.builder.addArray(id);
    this.arrays.set(id, { index, isWhole });
    return index;
  }

  /** Adds the children that the row stands for, as "array:index"; a row of one child keeps its own id when it has one. */
  private addChildren(ownId: string): number {
    const { job, builder } = this;
    const { arraySize } = this.scheduling;
    const arrayId = builder.arrayId(job.array);
    let row = NONE;
    for (let child = 0; child < Math.max(1, arraySize); child++) {
      const keepsId = arraySize === 0 && ownId !== "";
      job.id = keepsId ? ownId : `${arrayId}:${builder.childCount(job.array)}`;
      row = builder.addJob(job);
    }
    return row;
  }
}

/** The id of a job whose trace gives none. */
export function generatedId(line: number): string {
  return `line-${line}`;
}

/** Every attempt runs for the row's run time and ends with this code. */
function exitingWith(exitCode: number): AttemptScript {
  return { runtimeMs: Number.NaN, exitCode, reason: undefined, statusReason: undefined, cannotStart: false };
}
