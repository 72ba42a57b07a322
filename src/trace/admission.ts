// Which rows become jobs. One set of rules for every format: a row is accepted, or rejected for one reason; what was
// changed on the way is counted. Nothing is repaired silently, and an unknown amount is never guessed.

import { assert } from "../base/assert.js";
import type { RowTally } from "../model/ingest.js";
import { UNREADABLE } from "./cells.js";
import type { TraceFileOptions } from "./options.js";
import { MAX_AMOUNT, MAX_RUNTIME_MS, wholeMib, wholeMilli } from "./quantities.js";
import { RowTallies } from "./tallies.js";
import type { JobRow, WorkloadBuilder } from "./workload-builder.js";

/** What a row says. Numbers: NaN where the row gives no value, UNREADABLE where it gives something else. */
export interface RawJob {
  /** Empty when the row has none. */
  id: string;
  name: string;
  /** Empty when the row has none. */
  queue: string;
  submitMs: number;
  runtimeMs: number;
  /** Why runtimeMs is NaN, when it is. */
  withoutRuntime: "no-runtime" | "never-ran" | "still-running";
  vcpus: number;
  memoryMib: number;
  gpus: number;
  limitMs: number;
  waitMs: number;
}

export type RawField = "row" | "submit" | "runtime" | "vcpus" | "memory" | "gpus" | "limit" | "wait" | "id";

/** The text of a field in the current row, for examples in the report. */
export type Describe = (field: RawField) => string;

/** The queue of jobs whose trace names none. */
const DEFAULT_QUEUE = "default";
/** The name of jobs whose trace names none. */
const DEFAULT_NAME = "unnamed";

/** Submissions after the year 2200 come from a wrong unit. */
const MAX_SUBMIT_MS = Date.UTC(2200, 0, 1);

const REJECTIONS = {
  "wrong-column-count": ["row", "the row has more or fewer columns than the header"],
  "no-submit": ["submit", "the submit time is missing"],
  "bad-submit": ["submit", "the submit time cannot be read, is negative or lies after the year 2200"],
  "no-runtime": ["runtime", "the run time is missing"],
  "never-ran": ["runtime", "the job never started"],
  "still-running": ["runtime", "the job had not ended when the trace was written"],
  "bad-runtime": ["runtime", "the run time cannot be read"],
  "negative-runtime": ["runtime", "the run time is negative"],
  "absurd-runtime": ["runtime", "the run time is longer than ten years"],
  "no-vcpus": ["vcpus", "the vCPU request is missing; trace.defaults.vcpus would fill it in"],
  "zero-vcpus": ["vcpus", "the job asks for 0 vCPUs; trace.defaults.vcpus would replace that"],
  "bad-vcpus": ["vcpus", "the vCPU request cannot be read, is negative or is absurdly large"],
  "no-memory": [
    "memory",
    "the memory request is missing; trace.defaults.memory or trace.defaults.memoryPerVcpu would fill it in",
  ],
  "zero-memory": [
    "memory",
    "the job asks for 0 memory; trace.defaults.memory or trace.defaults.memoryPerVcpu would replace that",
  ],
  "bad-memory": ["memory", "the memory request cannot be read, is negative or is absurdly large"],
  "bad-gpus": ["gpus", "the GPU request cannot be read, is negative or is absurdly large"],
  "bad-limit": ["limit", "the run-time limit cannot be read or is negative"],
  unplaceable: ["row", "no compute environment of the job's queue could ever run it"],
} as const satisfies Record<string, readonly [RawField, string]>;

const ADJUSTMENTS = {
  "default-vcpus": ["vcpus", "the vCPU request is missing or 0: the default was used"],
  "default-memory": ["memory", "the memory request is missing or 0: the default was used"],
  "gpu-share-rounded-up": ["gpus", "a share of a GPU was rounded up to whole GPUs"],
  "zero-limit-ignored": ["limit", "a run-time limit of 0 was taken as no limit"],
  "wait-ignored": ["wait", "the recorded wait is negative or cannot be read, and was left out"],
  "generated-id": ["id", "the row has no id: its line number was used"],
} as const satisfies Record<string, readonly [RawField, string]>;

export type RejectionCode = keyof typeof REJECTIONS;
type AdjustmentCode = keyof typeof ADJUSTMENTS;

export class Admission {
  rowsRead = 0;
  private readonly options: TraceFileOptions;
  private readonly builder: WorkloadBuilder;
  private readonly queueMap: ReadonlyMap<string, string>;
  private readonly rejected = new RowTallies(reasonsOf(REJECTIONS));
  private readonly adjusted = new RowTallies(reasonsOf(ADJUSTMENTS));
  /** Adjustments of the current row; counted when it is accepted. */
  private readonly pending: AdjustmentCode[] = [];
  private readonly job: JobRow = {
    ...{ id: "", name: "", queue: "", submitMs: 0, runtimeMs: 0 },
    ...{ vcpuMilli: 0, memoryMib: 0, gpuMilli: 0, limitMs: Number.NaN, recordedWaitMs: Number.NaN },
  };

  constructor(options: TraceFileOptions, builder: WorkloadBuilder) {
    this.options = options;
    this.builder = builder;
    this.queueMap = new Map(Object.entries(options.queueMap));
  }

  /** Makes one row a job, or rejects it. `raw` is not kept. */
  admit(raw: RawJob, line: number, describe: Describe): void {
    this.pending.length = 0;
    const code = this.takeTimes(raw) ?? this.takeVcpus(raw.vcpus) ?? this.takeMemory(raw.memoryMib);
    const rejection = code ?? this.takeGpus(raw.gpus) ?? this.takeLimit(raw.limitMs);
    if (rejection !== undefined) {
      this.reject(rejection, line, describe);
      return;
    }
    this.takeWait(raw.waitMs);
    this.takeNames(raw, line);
    const { queue, vcpuMilli, memoryMib, gpuMilli } = this.job;
    const unplaceable = this.options.unplaceableJob?.(queue, vcpuMilli, memoryMib, gpuMilli);
    if (unplaceable !== undefined) {
      this.reject("unplaceable", line, () => unplaceable);
      return;
    }
    this.rowsRead++;
    this.builder.addJob(this.job);
    for (const adjustment of this.pending) {
      this.adjusted.add(adjustment, line, () => describe(ADJUSTMENTS[adjustment][0]));
    }
  }

  /** Rejects one row for a reason that only the format's reader can see. */
  reject(code: RejectionCode, line: number, describe: Describe): void {
    this.rowsRead++;
    this.rejected.add(code, line, () => describe(REJECTIONS[code][0]));
  }

  /** The tallies of the report. */
  result(): { rowsRead: number; accepted: number; rejected: RowTally[]; adjusted: RowTally[] } {
    const accepted = this.builder.jobCount;
    assert(this.rowsRead === accepted + this.rejected.total, "a row was neither accepted nor rejected");
    return { rowsRead: this.rowsRead, accepted, rejected: this.rejected.list(), adjusted: this.adjusted.list() };
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

  private takeVcpus(requested: number): RejectionCode | undefined {
    let vcpus = requested;
    if (Number.isNaN(vcpus) || vcpus === 0) {
      if (this.options.defaults.vcpus === undefined) return vcpus === 0 ? "zero-vcpus" : "no-vcpus";
      vcpus = this.options.defaults.vcpus;
      this.pending.push("default-vcpus");
    }
    this.job.vcpuMilli = wholeMilli(vcpus);
    return vcpus < 0 || this.job.vcpuMilli > MAX_AMOUNT ? "bad-vcpus" : undefined;
  }

  /** Comes after takeVcpus: a default may be per vCPU. */
  private takeMemory(requestedMib: number): RejectionCode | undefined {
    let memoryMib = requestedMib;
    if (Number.isNaN(memoryMib) || memoryMib === 0) {
      const { memoryMib: fixedMib, memoryMibPerVcpu } = this.options.defaults;
      if (fixedMib === undefined && memoryMibPerVcpu === undefined)
        return memoryMib === 0 ? "zero-memory" : "no-memory";
      memoryMib = fixedMib ?? (memoryMibPerVcpu! * this.job.vcpuMilli) / 1_000;
      this.pending.push("default-memory");
    }
    this.job.memoryMib = wholeMib(memoryMib);
    return memoryMib < 0 || this.job.memoryMib > MAX_AMOUNT ? "bad-memory" : undefined;
  }

  private takeGpus(requested: number): RejectionCode | undefined {
    const gpus = Number.isNaN(requested) ? 0 : requested; // a trace without a GPU amount is one of jobs without GPUs
    if (gpus < 0) return "bad-gpus";
    const exactMilli = gpus === 0 ? 0 : wholeMilli(gpus);
    if (exactMilli > MAX_AMOUNT) return "bad-gpus";
    const wholeGpusMilli = Math.ceil(exactMilli / 1_000) * 1_000;
    const roundsUp = this.options.gpuSharing === "round-up" && wholeGpusMilli !== exactMilli;
    if (roundsUp) this.pending.push("gpu-share-rounded-up");
    this.job.gpuMilli = roundsUp ? wholeGpusMilli : exactMilli;
    return undefined;
  }

  private takeLimit(limitMs: number): RejectionCode | undefined {
    if (limitMs < 0 || limitMs === UNREADABLE) return "bad-limit";
    if (limitMs === 0) this.pending.push("zero-limit-ignored");
    this.job.limitMs = limitMs === 0 ? Number.NaN : Math.round(limitMs);
    return undefined;
  }

  private takeWait(waitMs: number): void {
    const unusable = waitMs < 0 || waitMs === UNREADABLE;
    if (unusable) this.pending.push("wait-ignored");
    this.job.recordedWaitMs = unusable ? Number.NaN : Math.round(waitMs);
  }

  private takeNames(raw: RawJob, line: number): void {
    if (raw.id === "") this.pending.push("generated-id");
    this.job.id = raw.id === "" ? generatedId(line) : raw.id;
    this.job.name = raw.name === "" ? DEFAULT_NAME : raw.name;
    const queue = raw.queue === "" ? DEFAULT_QUEUE : raw.queue;
    this.job.queue = this.options.queue ?? this.queueMap.get(queue) ?? queue;
  }
}

/** The id of a job whose trace gives none. */
export function generatedId(line: number): string {
  return `line-${line}`;
}

function reasonsOf<Code extends string>(
  table: Readonly<Record<Code, readonly [RawField, string]>>,
): Record<Code, string> {
  const reasons = Object.entries<readonly [RawField, string]>(table).map(([code, [, reason]]) => [code, reason]);
  return Object.fromEntries(reasons) as Record<Code, string>;
}
