// The one way in which transforms make a trace: jobs of sealed traces, each perhaps left out, moved or renamed, go through
// the builder again. Arrays, dependencies, scripts, definitions and interventions follow their jobs.

import { textAt } from "../../base/text-column.js";
import type { DependencyKind } from "../../model/job.js";
import { NONE } from "../../model/tables.js";
import { arrayUnit, type DependencyFinding, type UnitHandle } from "../dependency-table.js";
import { type JobRow, neutralJobRow, type SealedTrace, WorkloadBuilder } from "../workload-builder.js";
import { unitOfJob } from "./unit-groups.js";

/** Which jobs of a trace go on, and as what. Whatever is not given stays as it is. */
export interface JobCopy {
  readonly trace: SealedTrace;
  readonly keeps?: (job: number) => boolean;
  /** Changes the row of a job; the id is `renameId`'s, the array, script and definition stay. */
  readonly edit?: (row: JobRow, job: number) => void;
  /** New id of a job or array; ids of children become those of their arrays with the same suffix. */
  readonly renameId?: (id: string) => string;
  readonly renameDefinition?: (name: string) => string;
  /** Where a job's submission, or an intervention for its unit, moves to; times are those of the trace (origin added). */
  readonly moveMs?: (timeMs: number, job: number) => number;
}

export interface Rebuilt {
  readonly trace: SealedTrace;
  /** Dependencies that were lost because one of their two jobs was left out. */
  readonly dependenciesCut: number;
  /** Arrays of which some children, but not all, were left out. */
  readonly arraysCut: number;
  /** Dependencies that could not be kept as they are. */
  readonly findings: ReadonlyMap<DependencyFinding, number>;
}

/**
 * Builds the trace that the copies make together. `hasDates`: its times are those of a calendar; by default when one of the
 * traces has some.
 */
export function rebuild(
  copies: readonly JobCopy[],
  hasDates = copies.some(({ trace }) => trace.workload.originMs > 0),
): Rebuilt {
  const builder = new WorkloadBuilder();
  // Years after a trace's own origin would look like dates.
  const originMs = hasDates ? 0 : firstTimeMs(copies);
  let dependenciesCut = 0;
  let arraysCut = 0;
  for (const copy of copies) {
    const taken = new Copier(builder, copy, originMs).take();
    dependenciesCut += taken.dependenciesCut;
    arraysCut += taken.arraysCut;
  }
  const findings = new Map<DependencyFinding, number>();
  const trace = builder.seal((code) => findings.set(code, (findings.get(code) ?? 0) + 1));
  return { trace, dependenciesCut, arraysCut, findings };
}

/** The first submission of all that is kept; 0 when nothing is. */
function firstTimeMs(copies: readonly JobCopy[]): number {
  let first = Number.POSITIVE_INFINITY;
  for (const { trace, keeps, moveMs = sameTime } of copies) {
    const { jobCount, originMs, submitMs } = trace.workload;
    for (let job = 0; job < jobCount; job++) {
      if (keeps !== undefined && !keeps(job)) continue;
      first = Math.min(first, moveMs(originMs + submitMs[job]!, job));
      if (moveMs === sameTime) break; // jobs are in the order of submission
    }
  }
  return Number.isFinite(first) ? first : 0;
}

/** Not yet asked for. */
const UNKNOWN = -2;
const NO_LINE = 0;

class Copier {
  private readonly builder: WorkloadBuilder;
  private readonly copy: JobCopy;
  private readonly originMs: number;
  private readonly row = neutralJobRow();
  /** Per unit: what it became, or undefined. Handles of rows are positive, those of arrays negative. */
  private readonly handles: Float64Array;
  /** Per unit: its first job that was kept. */
  private readonly firstJob: Int32Array;
  private readonly arrays: Int32Array;
  private readonly definitions: Int32Array;
  private readonly scripts: Int32Array;
  private readonly consumables: Int32Array;

  constructor(builder: WorkloadBuilder, copy: JobCopy, originMs: number) {
    const { workload, profiles } = copy.trace;
    this.builder = builder;
    this.copy = copy;
    this.originMs = originMs;
    const units = workload.arrays.count + workload.jobCount;
    this.handles = new Float64Array(units).fill(Number.NaN);
    this.firstJob = new Int32Array(units).fill(NONE);
    this.arrays = new Int32Array(workload.arrays.count).fill(UNKNOWN);
    this.definitions = new Int32Array(workload.definitions.length).fill(UNKNOWN);
    this.scripts = new Int32Array(profiles.scripts.length).fill(UNKNOWN);
    this.consumables = new Int32Array(workload.consumableSets.length).fill(UNKNOWN);
  }

  take(): { dependenciesCut: number; arraysCut: number } {
    const { workload } = this.copy.trace;
    const { keeps } = this.copy;
    for (let job = 0; job < workload.jobCount; job++) {
      if (keeps === undefined || keeps(job)) this.takeJob(job);
    }
    this.takeInterventions();
    return { dependenciesCut: this.takeDependencies(), arraysCut: this.countCutArrays() };
  }

  private takeJob(job: number): void {
    const { trace, edit, renameId = same, moveMs = sameTime } = this.copy;
    const { workload } = trace;
    const { row, builder } = this;
    const unit = unitOfJob(workload, job);
    const array = unit < workload.arrays.count ? unit : NONE;
    fillRow(row, trace, job);
    row.submitMs = moveMs(row.submitMs, job) - this.originMs;
    edit?.(row, job);
    const id = textAt(workload.ids, job);
    row.id = array === NONE ? renameId(id) : this.childId(id, workload.arrays.ids[array]!);
    row.definition = this.definitionOf(job);
    row.script = this.scriptOf(job);
    row.consumables = this.consumablesOf(job);
    row.array = array === NONE ? NONE : this.arrayOf(array);
    const number = builder.addJob(row);
    if (this.firstJob[unit] !== NONE) return;
    this.firstJob[unit] = job;
    this.handles[unit] = array === NONE ? number : arrayUnit(row.array);
  }

  private childId(id: string, arrayId: string): string {
    const { renameId = same } = this.copy;
    return id.startsWith(`${arrayId}:`) ? renameId(arrayId) + id.slice(arrayId.length) : renameId(id);
  }

  private arrayOf(array: number): number {
    const { renameId = same, trace } = this.copy;
    const { ids, sequential } = trace.workload.arrays;
    if (this.arrays[array] === UNKNOWN) {
      this.arrays[array] = this.builder.addArray(renameId(ids[array]!));
      if (sequential[array] === 1) this.builder.makeSequential(this.arrays[array]!);
    }
    return this.arrays[array]!;
  }

  private definitionOf(job: number): number {
    const { trace, renameDefinition = same } = this.copy;
    const { jobDefinition, definitions } = trace.workload;
    const index = jobDefinition.length === 0 ? 0 : jobDefinition[job]!;
    if (this.definitions[index] === UNKNOWN) {
      const definition = definitions[index]!;
      const name = definition.name === "" ? "" : renameDefinition(definition.name);
      this.definitions[index] = this.builder.addDefinition({ ...definition, name });
    }
    return this.definitions[index]!;
  }

  private scriptOf(job: number): number {
    const { script, scripts } = this.copy.trace.profiles;
    const index = script.length === 0 ? NONE : script[job]!;
    if (index === NONE) return NONE;
    if (this.scripts[index] === UNKNOWN) this.scripts[index] = this.builder.addScript(scripts[index]!);
    return this.scripts[index]!;
  }

  private consumablesOf(job: number): number {
    const { classes, jobClass, consumableSets } = this.copy.trace.workload;
    const index = classes[jobClass[job]!]!.consumables;
    if (this.consumables[index] === UNKNOWN) {
      this.consumables[index] = this.builder.addConsumables(consumableSets[index]!);
    }
    return this.consumables[index]!;
  }

  private takeInterventions(): void {
    const { trace, moveMs = sameTime } = this.copy;
    const { interventions, originMs } = trace.workload;
    for (const { kind, timeMs, unit } of interventions) {
      const handle = this.handles[unit]!;
      if (Number.isNaN(handle)) continue;
      const movedMs = moveMs(originMs + timeMs, this.firstJob[unit]!);
      this.builder.addIntervention(kind, movedMs - this.originMs, handle);
    }
  }

  /** Returns how many were cut: of a unit that is not left nothing needs to be told. */
  private takeDependencies(): number {
    const { workload } = this.copy.trace;
    const { count, dependent, on, kind } = workload.dependencies;
    let cut = 0;
    for (let edge = 0; edge < count; edge++) {
      const handle: UnitHandle = this.handles[dependent[edge]!]!;
      if (Number.isNaN(handle)) continue;
      if (Number.isNaN(this.handles[on[edge]!]!)) {
        cut++;
        continue;
      }
      this.builder.addDependency(handle, this.unitId(on[edge]!), kind[edge]! as DependencyKind, NO_LINE);
    }
    return cut;
  }

  private unitId(unit: number): string {
    const { trace, renameId = same } = this.copy;
    const { arrays, ids } = trace.workload;
    return renameId(unit < arrays.count ? arrays.ids[unit]! : textAt(ids, unit - arrays.count));
  }

  private countCutArrays(): number {
    const { starts } = this.copy.trace.workload.arrays;
    let cut = 0;
    this.arrays.forEach((array, old) => {
      if (array !== UNKNOWN && this.builder.childCount(array) < starts[old + 1]! - starts[old]!) cut++;
    });
    return cut;
  }
}

/** A job as the builder took it; what refers to tables of the builder is the caller's. */
function fillRow(row: JobRow, { workload, profiles }: SealedTrace, job: number): void {
  const { queue, shape, share, priority, nodes } = workload.classes[workload.jobClass[job]!]!;
  const { vcpuMilli, memoryMib, gpuMilli } = workload.shapes[shape]!;
  row.name = workload.jobNames[workload.jobName[job]!]!;
  row.queue = workload.queueNames[queue]!;
  row.share = workload.shareNames[share]!;
  row.submitMs = workload.originMs + workload.submitMs[job]!;
  row.vcpuMilli = vcpuMilli;
  row.memoryMib = memoryMib;
  row.gpuMilli = gpuMilli;
  row.priority = priority;
  row.nodes = nodes;
  row.limitMs = workload.limitMs[job]!;
  row.runtimeMs = profiles.runtimeMs[job]!;
  row.recordedWaitMs = profiles.recordedWaitMs[job]!;
  row.recordedPullMs = profiles.recordedPullMs[job] ?? Number.NaN;
  row.peakMemoryMib = profiles.peakMemoryMib[job] ?? Number.NaN;
}

function same(text: string): string {
  return text;
}

function sameTime(timeMs: number): number {
  return timeMs;
}
