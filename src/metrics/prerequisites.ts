// What a job waits for before it may become RUNNABLE: the job before it in a SEQUENTIAL array, its counterpart in another
// array (N_TO_N), or all jobs of another unit, their success or just their end (model/job.ts tells what units are).

import { DependencyKind, type Workload } from "../model/job.js";
import { NONE } from "../model/tables.js";
import { GroupedRows } from "./grouped-rows.js";

type WhenOfJob = (job: number) => number;

export class Prerequisites {
  private readonly workload: Workload;
  private readonly succeededMs: WhenOfJob;
  private readonly endedMs: WhenOfJob;
  /** Edges by the unit that waits. */
  private readonly edges: GroupedRows;
  /** Per array: when the last of its jobs succeeded, and ended; NaN before somebody asked. */
  private readonly arraySucceededMs: Float64Array;
  private readonly arrayEndedMs: Float64Array;

  /** `succeededMs` tells when a job succeeded, `endedMs` when it ended; Infinity when it did not. */
  constructor(workload: Workload, succeededMs: WhenOfJob, endedMs: WhenOfJob) {
    const { arrays, dependencies, jobCount } = workload;
    const units = arrays.count + jobCount;
    this.workload = workload;
    this.succeededMs = succeededMs;
    this.endedMs = endedMs;
    this.edges = new GroupedRows(dependencies.dependent, dependencies.count, units);
    this.arraySucceededMs = new Float64Array(arrays.count).fill(Number.NaN);
    this.arrayEndedMs = new Float64Array(arrays.count).fill(Number.NaN);
  }

  /** Whether all that a job waits for had succeeded by a time. */
  metBy(job: number, timeMs: number): boolean {
    const { arrays, dependencies } = this.workload;
    const array = arrays.arrayOfJob.length === 0 ? NONE : arrays.arrayOfJob[job]!;
    if (array !== NONE && arrays.sequential[array] === 1 && arrays.indexInArray[job]! > 0) {
      const previous = arrays.children[arrays.starts[array]! + arrays.indexInArray[job]! - 1]!;
      if (this.succeededMs(previous) > timeMs) return false;
    }
    const unit = array === NONE ? arrays.count + job : array;
    for (let i = 0; i < this.edges.count(unit); i++) {
      const edge = this.edges.at(unit, i);
      const on = dependencies.on[edge]!;
      if (this.whenMet(job, on, dependencies.kind[edge]!) > timeMs) return false;
    }
    return true;
  }

  private whenMet(job: number, on: number, kind: number): number {
    const { arrays } = this.workload;
    if (kind === DependencyKind.End) return this.whenOfUnit(on, this.endedMs, this.arrayEndedMs);
    if (kind === DependencyKind.Success) return this.whenOfUnit(on, this.succeededMs, this.arraySucceededMs);
    return this.succeededMs(arrays.children[arrays.starts[on]! + arrays.indexInArray[job]!]!);
  }

  /** When the last job of a unit was done; `ofArray` remembers it per array. */
  private whenOfUnit(unit: number, whenMs: WhenOfJob, ofArray: Float64Array): number {
    const { arrays } = this.workload;
    if (unit >= arrays.count) return whenMs(unit - arrays.count);
    const known = ofArray[unit]!;
    if (!Number.isNaN(known)) return known;
    let lastMs = Number.NEGATIVE_INFINITY;
    for (let at = arrays.starts[unit]!; at < arrays.starts[unit + 1]!; at++) {
      lastMs = Math.max(lastMs, whenMs(arrays.children[at]!));
    }
    ofArray[unit] = lastMs;
    return lastMs;
  }
}
