// Rows in, sealed columns out. Rows may come in any order; nothing is kept per row but a few numbers and the id's bytes.
// Sealing sorts by (submit time, tie break, row), counts time from the first submission, and copies every column into one
// buffer (sealed-buffer.ts). What few traces have (arrays, dependencies, definitions, scripts) costs the others nothing.
// Runs in a browser.

import { assert } from "../base/assert.js";
import { Float64Column, Int32Column } from "../base/columns.js";
import { Interner } from "../base/interner.js";
import { type SealedText, TextColumn } from "../base/text-column.js";
import type { IngestReport } from "../model/ingest.js";
import type { ConsumableRequest, DependencyKind, Intervention, JobDefinition, Workload } from "../model/job.js";
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
import type { JobRow } from "./job-row.js";
import { LateFloat64Column, LateInt32Column } from "./late-column.js";
import { copyFloats, copyText, SealedBuffer, sealFloats, sealInts } from "./sealed-buffer.js";
import { inversePermutation, stableOrder } from "./stable-order.js";
import { ValueTable } from "./value-table.js";
import { workloadHash } from "./workload-hash.js";

export { type JobRow, neutralJobRow } from "./job-row.js";

export interface SealedTrace {
  readonly workload: Workload;
  readonly profiles: Profiles;
  /** Per job: the number of its row among those added. Not there when rows were added in the order of jobs. */
  readonly rowOfJob?: Uint32Array | undefined;
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
  private readonly pull = new LateFloat64Column(Number.NaN);
  private readonly peakMemory = new LateFloat64Column(Number.NaN);
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
    this.pull.set(number, row.recordedPullMs);
    this.peakMemory.set(number, row.peakMemoryMib);
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
  addDependency(dependent: UnitHandle, onId: string, kind: DependencyKind, line: number): void {
    this.dependencies.add(dependent, onId, kind, line);
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
    const submitMs = sealFloats(this.submit.view(), order, buffer);
    const limitMs = sealFloats(this.limit.view(), order, buffer);
    const runtimeMs = sealFloats(this.runtime.view(), order, buffer);
    const recordedWaitMs = sealFloats(this.wait.view(), order, buffer);
    const recordedPullMs = sealFloats(this.pull.view(jobCount), order, buffer);
    const peakMemoryMib = sealFloats(this.peakMemory.view(jobCount), order, buffer);
    const target = { ends: buffer.floats(jobCount), bytes: buffer.bytes(ids.bytes.length) };
    const sortedIds = copyText(ids, order, target);
    const jobClass = sealInts(this.jobClass.view(), order, buffer);
    const jobName = sealInts(this.jobName.view(), order, buffer);
    const jobDefinition = sealInts(this.definition.view(jobCount), order, buffer);
    const script = sealInts(this.script.view(jobCount), order, buffer);
    const firstMs = jobCount === 0 ? 0 : submitMs[0]!;
    for (let job = 0; job < jobCount; job++) submitMs[job]! -= firstMs;
    const interventions = this.interventions
      .map(({ kind, timeMs, unit }) => ({ timeMs: timeMs - firstMs, kind, unit: unitOf(unit, space) }))
      .sort((a, b) => a.timeMs - b.timeMs);
    const tables = { ...this.tables(), interventions };
    const originMs = firstMs >= FIRST_PLAUSIBLE_EPOCH_MS ? firstMs : 0;
    const sealedArrays = arrays.seal(jobCount, place, buffer);
    const dependencies = sealEdges(edges, buffer);
    const workload = {
      ...{ jobCount, originMs, ...tables, submitMs, jobClass, jobName, limitMs, jobDefinition },
      ...{ arrays: sealedArrays, dependencies, ids: sortedIds },
    };
    const scripts = this.scripts.values;
    const profiles = { runtimeMs, recordedWaitMs, recordedPullMs, peakMemoryMib, script, scripts };
    const hash = workloadHash(workload, profiles, buffer.whole());
    const rows = order === null ? {} : { rowOfJob: order };
    return { workload: { ...workload, hash }, profiles, ...rows };
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
    const lateFloats = this.pull.view(jobCount).length + this.peakMemory.view(jobCount).length;
    return new SealedBuffer({
      floats: FLOAT_COLUMNS * jobCount + lateFloats,
      ints: INT_COLUMNS * jobCount + late + arrays.ints + 2 * edges.on.length,
      bytes: ids.bytes.length + arrays.bytes + edges.kind.length,
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
