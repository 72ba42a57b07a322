// Rows in, sealed columns out. Rows may come in any order; nothing is kept per row but a few numbers and the id's bytes.
// Sealing sorts by (submit time, tie break, row), counts time from the first submission, and copies every column into one
// buffer (sealed-buffer.ts). What few traces have (arrays, dependencies, definitions, scripts) costs the others nothing.
// Runs in a browser.

import { assert } from "../base/assert.js";
import { Float64Column, Int32Column } from "../base/columns.js";
import { Hasher } from "../base/hash.js";
import { Interner } from "../base/interner.js";
import { type SealedText, TextColumn } from "../base/text-column.js";
import type { IngestReport } from "../model/ingest.js";
import type { ConsumableRequest, Intervention, JobDefinition, Workload } from "../model/job.js";
import type { AttemptScript, Profiles } from "../model/profile.js";
import { NONE } from "../model/tables.js";
import { ArrayTable } from "./array-table.js";
import { ClassTable } from "./class-table.js";
import {
  DependencyTable,
  type OnDependencyFinding,
  type ResolvedEdges,
  sealEdges,
  type UnitHandle,
  unitOf,
} from "./dependency-table.js";
import { LateFloat64Column, LateInt32Column } from "./late-column.js";
import { copyFloats, copyInts, copyText, SealedBuffer } from "./sealed-buffer.js";
import { inversePermutation, stableOrder } from "./stable-order.js";
import { hashTable, ValueTable } from "./value-table.js";

/** One job as the builder takes it. Callers reuse one such record for all rows; `neutralJobRow` makes one. */
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
  /** shareIdentifier; "": none. */
  share: string;
  /** schedulingPriority, 0..9999. */
  priority: number;
  /** Nodes of a multi-node parallel job, else 1. */
  nodes: number;
  /** From addConsumables; 0: none. */
  consumables: number;
  /** From addDefinition; 0: one attempt, no timeout. */
  definition: number;
  /** From addScript; NONE: every attempt runs for runtimeMs and succeeds. */
  script: number;
  /** From addArray: the job is its next child; NONE: of no array. */
  array: number;
  /** Orders jobs of one submit time, before the order of the rows; not NaN. */
  tieBreak: number;
}

/** A row without anything that is not in every trace. */
export function neutralJobRow(): JobRow {
  return {
    ...{ id: "", name: "", queue: "", submitMs: 0, vcpuMilli: 0, memoryMib: 0, gpuMilli: 0, runtimeMs: 0 },
    ...{ limitMs: Number.NaN, recordedWaitMs: Number.NaN, share: "", priority: 0, nodes: 1, consumables: 0 },
    ...{ definition: 0, script: NONE, array: NONE, tieBreak: 0 },
  };
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

/** Columns that every sealed workload has: submit, limit, run time, recorded wait, ends of ids; class and name. */
const FLOAT_COLUMNS = 5;
const INT_COLUMNS = 2;

export class WorkloadBuilder {
  private readonly classTable = new ClassTable();
  private readonly names = new Interner();
  private readonly consumables = new ValueTable<readonly ConsumableRequest[]>();
  private readonly definitions = new ValueTable<JobDefinition>();
  private readonly scripts = new ValueTable<readonly AttemptScript[]>();
  private readonly arrays = new ArrayTable();
  private readonly dependencies = new DependencyTable();
  private readonly interventions: { kind: Intervention["kind"]; timeMs: number; unit: UnitHandle }[] = [];
  private readonly ids = new TextColumn();
  private readonly jobClass = new Int32Column();
  private readonly jobName = new Int32Column();
  private readonly submit = new Float64Column();
  private readonly limit = new Float64Column();
  private readonly runtime = new Float64Column();
  private readonly wait = new Float64Column();
  private readonly definition = new LateInt32Column(0);
  private readonly script = new LateInt32Column(NONE);
  private readonly tieBreak = new LateFloat64Column(0);
  private lastSubmitMs = Number.NEGATIVE_INFINITY;
  private lastTieBreak = 0;
  private ascending = true;
  private sealed = false;

  constructor() {
    this.addConsumables([]);
    this.addDefinition({ name: "", retry: { attempts: 1, evaluateOnExit: [] }, timeoutMs: Number.NaN });
  }

  /** Jobs added so far. */
  get jobCount(): number {
    return this.ids.length;
  }

  /**
   * Adds one job and returns its row number. Amounts must be whole, non-negative numbers; times finite, except where
   * JobRow allows NaN.
   */
  addJob(row: JobRow): number {
    assert(!this.sealed, "a job was added to a sealed workload");
    assert(Number.isFinite(row.submitMs), "submit time is not finite");
    assert(row.runtimeMs >= 0 && row.runtimeMs < Number.POSITIVE_INFINITY, "run time is negative or not finite");
    const number = this.jobCount;
    this.ascending &&=
      row.submitMs > this.lastSubmitMs || (row.submitMs === this.lastSubmitMs && row.tieBreak >= this.lastTieBreak);
    this.lastSubmitMs = row.submitMs;
    this.lastTieBreak = row.tieBreak;
    this.jobClass.push(this.classTable.indexOf(row));
    this.jobName.push(this.names.intern(row.name));
    this.ids.push(row.id);
    this.submit.push(row.submitMs);
    this.limit.push(row.limitMs);
    this.runtime.push(row.runtimeMs);
    this.wait.push(row.recordedWaitMs);
    this.definition.set(number, row.definition);
    this.script.set(number, row.script);
    this.arrays.setRow(number, row.array);
    this.tieBreak.set(number, row.tieBreak);
    return number;
  }

  /** Index of an equal set of consumables, for JobRow.consumables. */
  addConsumables(set: readonly ConsumableRequest[]): number {
    return this.consumables.indexOf(set);
  }

  /** Index of an equal definition, for JobRow.definition. */
  addDefinition(definition: JobDefinition): number {
    return this.definitions.indexOf(definition);
  }

  /** Index of an equal script (one entry per attempt, the last one repeats), for JobRow.script. */
  addScript(script: readonly AttemptScript[]): number {
    assert(script.length > 0, "a script has at least one attempt");
    return this.scripts.indexOf(script);
  }

  /** A new array job; its children are the jobs that name the index returned, in the order in which they are added. */
  addArray(id: string): number {
    return this.arrays.add(id);
  }

  /** SEQUENTIAL: child i of the array waits for child i - 1. */
  makeSequential(array: number): void {
    this.arrays.makeSequential(array);
  }

  arrayId(array: number): string {
    return this.arrays.ids[array]!;
  }

  /** Children added to an array so far: the index that its next child will have. */
  childCount(array: number): number {
    return this.arrays.childCounts[array]!;
  }

  /** The unit waits for the job or array with this id, which may be added later; `line` is for onFinding. */
  addDependency(dependent: UnitHandle, onId: string, nToN: boolean, line: number): void {
    this.dependencies.add(dependent, onId, nToN, line);
  }

  /** CancelJob or TerminateJob for a unit, at a time on the scale of JobRow.submitMs. */
  addIntervention(kind: Intervention["kind"], timeMs: number, unit: UnitHandle): void {
    assert(Number.isFinite(timeMs), "the time of an intervention is not finite");
    this.interventions.push({ kind, timeMs, unit });
  }

  /**
   * The finished workload. Tables are numbered by first appearance in the rows added. `onFinding` is told of every
   * dependency that could not be kept as it is. Throws InputError when jobs wait for each other in a circle.
   */
  seal(onFinding: OnDependencyFinding = () => {}): SealedTrace {
    assert(!this.sealed, "a workload is sealed once");
    this.sealed = true;
    const { jobCount, arrays } = this;
    const order = this.order();
    const place = order === null ? null : inversePermutation(order);
    const ids = this.ids.seal();
    const space = { rows: jobCount, ids, arrays, place };
    const edges = this.dependencies.resolve(space, onFinding);
    const buffer = this.layOut(ids, edges);
    const submitMs = copyFloats(this.submit.view(), order, buffer.floats(jobCount));
    const limitMs = copyFloats(this.limit.view(), order, buffer.floats(jobCount));
    const runtimeMs = copyFloats(this.runtime.view(), order, buffer.floats(jobCount));
    const recordedWaitMs = copyFloats(this.wait.view(), order, buffer.floats(jobCount));
    const target = { ends: buffer.floats(jobCount), bytes: buffer.bytes(ids.bytes.length) };
    const sortedIds = copyText(ids, order, target);
    const jobClass = copyInts(this.jobClass.view(), order, buffer.ints(jobCount));
    const jobName = copyInts(this.jobName.view(), order, buffer.ints(jobCount));
    const jobDefinition = sealLate(this.definition, jobCount, order, buffer);
    const script = sealLate(this.script, jobCount, order, buffer);
    const firstMs = jobCount === 0 ? 0 : submitMs[0]!;
    for (let job = 0; job < jobCount; job++) submitMs[job]! -= firstMs;
    const interventions = this.interventions
      .map(({ kind, timeMs, unit }) => ({ timeMs: timeMs - firstMs, kind, unit: unitOf(unit, space) }))
      .sort((a, b) => a.timeMs - b.timeMs);
    const tables = { ...this.tables(), interventions };
    const originMs = firstMs >= FIRST_PLAUSIBLE_EPOCH_MS ? firstMs : 0;
    const sealedArrays = arrays.seal(jobCount, place, buffer);
    const dependencies = sealEdges(edges, buffer);
    const { scripts } = this;
    const lengths = [originMs, jobCount, jobDefinition.length, script.length, sealedArrays.children.length];
    const hash = hashOf({ ...tables, scripts: scripts.values, arrayIds: arrays.ids, lengths }, buffer);
    return {
      workload: {
        ...{ jobCount, originMs, ...tables, submitMs, jobClass, jobName, limitMs, jobDefinition },
        ...{ arrays: sealedArrays, dependencies, ids: sortedIds, hash },
      },
      profiles: { runtimeMs, recordedWaitMs, script, scripts: scripts.values },
    };
  }

  /** Rows in the order of jobs; null: as they came. */
  private order(): Uint32Array | null {
    if (this.ascending) return null;
    const tieBreaks = this.tieBreak.view(this.jobCount);
    const submit = this.submit.view();
    if (tieBreaks.length === 0) return stableOrder(submit);
    const byTieBreak = stableOrder(tieBreaks);
    const bySubmit = stableOrder(copyFloats(submit, byTieBreak, new Float64Array(submit.length)));
    return bySubmit.map((position) => byTieBreak[position]!);
  }

  private layOut(ids: SealedText, edges: ResolvedEdges): SealedBuffer {
    const { jobCount } = this;
    const arrays = this.arrays.sizes(jobCount);
    const late = this.definition.view(jobCount).length + this.script.view(jobCount).length;
    return new SealedBuffer({
      floats: FLOAT_COLUMNS * jobCount,
      ints: INT_COLUMNS * jobCount + late + arrays.ints + 2 * edges.on.length,
      bytes: ids.bytes.length + arrays.bytes + edges.nToN.length,
    });
  }

  private tables() {
    const { classTable } = this;
    return {
      shapes: classTable.shapes,
      classes: classTable.classes,
      queueNames: classTable.queues.names,
      jobNames: this.names.names,
      shareNames: classTable.shares.names,
      consumableSets: this.consumables.values,
      definitions: this.definitions.values,
    };
  }
}

/** A column that may be all neutral: then it has length 0. */
function sealLate(
  column: LateInt32Column,
  jobCount: number,
  order: Uint32Array | null,
  buffer: SealedBuffer,
): Int32Array {
  const rows = column.view(jobCount);
  return copyInts(rows, order, buffer.ints(rows.length));
}

/** Sizes of tables and columns go in too, so that nothing can move from one to the next unseen. */
function hashOf(tables: Readonly<Record<string, readonly unknown[]>>, buffer: SealedBuffer): string {
  const hasher = new Hasher();
  for (const table of Object.values(tables)) hashTable(hasher, table);
  return hasher.bytes(buffer.whole()).digest();
}
