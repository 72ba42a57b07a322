// Rows in, sealed columns out. Rows may come in any order; nothing is kept per row but a few numbers and the id's bytes.
// Sealing sorts by (submit time, row), counts time from the first submission, and copies every column into one buffer,
// shared where shared memory exists, so that worker threads read ten million jobs without a copy. Runs in a browser.

import { assert } from "../base/assert.js";
import { Float64Column, Int32Column } from "../base/columns.js";
import { Hasher } from "../base/hash.js";
import { Interner } from "../base/interner.js";
import { type SealedText, TextColumn } from "../base/text-column.js";
import type { IngestReport } from "../model/ingest.js";
import type { JobClass, Shape, Workload } from "../model/job.js";
import type { Profiles } from "../model/profile.js";
import { stableOrder } from "./stable-order.js";

/** One job as the builder takes it. Callers reuse one such record for all rows. */
export interface JobRow {
  id: string;
  name: string;
  queue: string;
  /** Milliseconds since the epoch, or since any origin. */
  submitMs: number;
  vcpuMilli: number;
  memoryMib: number;
  gpuMilli: number;
  runtimeMs: number;
  /** NaN: no limit. */
  limitMs: number;
  /** NaN: unknown. */
  recordedWaitMs: number;
}

export interface SealedTrace {
  readonly workload: Workload;
  readonly profiles: Profiles;
}

export interface Trace extends SealedTrace {
  readonly report: IngestReport;
}

/**
 * A first submission before this instant (3 March 1973, or three years after a trace's own origin) is no date of a batch
 * job: such a trace counts from an origin of its own and its Workload.originMs is 0.
 */
const FIRST_PLAUSIBLE_EPOCH_MS = 100_000_000_000;

export class WorkloadBuilder {
  private readonly shapes = new ShapeTable();
  private readonly classIds = new Map<number, number>();
  private readonly classes: JobClass[] = [];
  private readonly queues = new Interner();
  private readonly names = new Interner();
  private readonly ids = new TextColumn();
  private readonly jobClass = new Int32Column();
  private readonly jobName = new Int32Column();
  private readonly submit = new Float64Column();
  private readonly limit = new Float64Column();
  private readonly runtime = new Float64Column();
  private readonly wait = new Float64Column();
  private lastSubmitMs = Number.NEGATIVE_INFINITY;
  private ascending = true;
  private sealed = false;

  /** Jobs added so far. */
  get jobCount(): number {
    return this.ids.length;
  }

  /** Adds one job. Amounts must be whole, non-negative numbers; times finite, except where JobRow allows NaN. */
  addJob(row: JobRow): void {
    assert(!this.sealed, "a job was added to a sealed workload");
    assert(Number.isFinite(row.submitMs), "submit time is not finite");
    assert(row.runtimeMs >= 0 && row.runtimeMs < Number.POSITIVE_INFINITY, "run time is negative or not finite");
    this.ascending &&= row.submitMs >= this.lastSubmitMs;
    this.lastSubmitMs = row.submitMs;
    this.jobClass.push(this.classOf(this.queues.intern(row.queue), this.shapes.indexOf(row)));
    this.jobName.push(this.names.intern(row.name));
    this.ids.push(row.id);
    this.submit.push(row.submitMs);
    this.limit.push(row.limitMs);
    this.runtime.push(row.runtimeMs);
    this.wait.push(row.recordedWaitMs);
  }

  /** The finished workload. Shapes, classes, queues and names are numbered by first appearance in the rows added. */
  seal(): SealedTrace {
    assert(!this.sealed, "a workload is sealed once");
    this.sealed = true;
    const jobCount = this.jobCount;
    const order = this.ascending ? null : stableOrder(this.submit.view());
    const ids = this.ids.seal();
    const layout = new BufferLayout(jobCount, ids.bytes.length);
    const submitMs = copyFloats(this.submit.view(), order, layout.floats());
    const limitMs = copyFloats(this.limit.view(), order, layout.floats());
    const runtimeMs = copyFloats(this.runtime.view(), order, layout.floats());
    const recordedWaitMs = copyFloats(this.wait.view(), order, layout.floats());
    const sortedIds = copyText(ids, order, { ends: layout.floats(), bytes: layout.bytes() });
    const jobClass = copyInts(this.jobClass.view(), order, layout.ints());
    const jobName = copyInts(this.jobName.view(), order, layout.ints());
    const firstMs = jobCount === 0 ? 0 : submitMs[0]!;
    for (let job = 0; job < jobCount; job++) submitMs[job]! -= firstMs;
    const tables = {
      originMs: firstMs >= FIRST_PLAUSIBLE_EPOCH_MS ? firstMs : 0,
      shapes: this.shapes.shapes,
      classes: this.classes,
      queueNames: this.queues.names,
      jobNames: this.names.names,
    };
    const hash = new Hasher().text(JSON.stringify(tables)).word(jobCount).bytes(layout.whole()).digest();
    return {
      workload: { jobCount, ...tables, submitMs, jobClass, jobName, limitMs, ids: sortedIds, hash },
      profiles: { runtimeMs, recordedWaitMs },
    };
  }

  private classOf(queue: number, shape: number): number {
    const key = queue * 2 ** 31 + shape; // shapes are fewer than 2^31: no two pairs share a key
    const known = this.classIds.get(key);
    if (known !== undefined) return known;
    const id = this.classes.length;
    this.classes.push({ queue, shape });
    this.classIds.set(key, id);
    return id;
  }
}

/** Shapes to indexes. Nested maps of numbers: nothing is allocated for a shape seen before. */
class ShapeTable {
  readonly shapes: Shape[] = [];
  private readonly byVcpu = new Map<number, Map<number, Map<number, number>>>();

  indexOf(row: JobRow): number {
    const byMemory = getOrAdd(this.byVcpu, row.vcpuMilli);
    const byGpu = getOrAdd(byMemory, row.memoryMib);
    const known = byGpu.get(row.gpuMilli);
    if (known !== undefined) return known;
    const { vcpuMilli, memoryMib, gpuMilli } = row;
    for (const amount of [vcpuMilli, memoryMib, gpuMilli]) {
      assert(Number.isSafeInteger(amount) && amount >= 0, `amount ${amount} of a shape is not a whole number`);
    }
    const index = this.shapes.length;
    this.shapes.push({ vcpuMilli, memoryMib, gpuMilli });
    byGpu.set(gpuMilli, index);
    return index;
  }
}

function getOrAdd<Value>(map: Map<number, Map<number, Value>>, key: number): Map<number, Value> {
  const known = map.get(key);
  if (known !== undefined) return known;
  const added = new Map<number, Value>();
  map.set(key, added);
  return added;
}

/** How many columns of each width a sealed workload has; the layout is checked against them. */
const FLOAT_COLUMNS = 5;
const INT_COLUMNS = 2;

/** Hands out the columns of one buffer, widest elements first so that each is aligned. */
class BufferLayout {
  private readonly buffer: ArrayBufferLike;
  private floatsTaken = 0;
  private intsTaken = 0;
  private readonly count: number;
  private readonly textBytes: number;

  constructor(count: number, textBytes: number) {
    this.count = count;
    this.textBytes = textBytes;
    const size = count * (8 * FLOAT_COLUMNS + 4 * INT_COLUMNS) + textBytes;
    this.buffer = typeof SharedArrayBuffer === "undefined" ? new ArrayBuffer(size) : new SharedArrayBuffer(size);
  }

  floats(): Float64Array {
    assert(this.floatsTaken < FLOAT_COLUMNS, "more float columns than laid out");
    return new Float64Array(this.buffer, this.floatsTaken++ * 8 * this.count, this.count);
  }

  ints(): Int32Array {
    assert(this.intsTaken < INT_COLUMNS, "more integer columns than laid out");
    const start = this.count * (8 * FLOAT_COLUMNS + 4 * this.intsTaken++);
    return new Int32Array(this.buffer, start, this.count);
  }

  bytes(): Uint8Array {
    return new Uint8Array(this.buffer, this.count * (8 * FLOAT_COLUMNS + 4 * INT_COLUMNS), this.textBytes);
  }

  whole(): Uint8Array {
    return new Uint8Array(this.buffer);
  }
}

/** Copies in `order` (null: as is). NaN is written as one bit pattern: its bytes go into the workload's hash. */
function copyFloats(from: Float64Array, order: Uint32Array | null, to: Float64Array): Float64Array {
  const words = new Uint32Array(to.buffer, to.byteOffset, to.length * 2);
  for (let place = 0; place < to.length; place++) {
    const value = from[order === null ? place : order[place]!]!;
    if (Number.isNaN(value)) {
      words[2 * place] = 0;
      words[2 * place + 1] = 0x7ff80000;
    } else {
      to[place] = value;
    }
  }
  return to;
}

function copyInts(from: Int32Array, order: Uint32Array | null, to: Int32Array): Int32Array {
  if (order === null) to.set(from);
  else for (let place = 0; place < to.length; place++) to[place] = from[order[place]!]!;
  return to;
}

function copyText(from: SealedText, order: Uint32Array | null, to: SealedText): SealedText {
  if (order === null) {
    to.bytes.set(from.bytes);
    to.ends.set(from.ends);
    return to;
  }
  let end = 0;
  for (let place = 0; place < order.length; place++) {
    const row = order[place]!;
    const stop = from.ends[row]!;
    for (let i = row === 0 ? 0 : from.ends[row - 1]!; i < stop; i++) to.bytes[end++] = from.bytes[i]!;
    to.ends[place] = end;
  }
  return to;
}
