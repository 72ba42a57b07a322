// What a job waits for before it may become RUNNABLE: the job before it in a SEQUENTIAL array, its counterpart in another
// array (N_TO_N), or all jobs of another unit (model/job.ts tells what units are).

import type { Workload } from "../model/job.js";
import { NONE } from "../model/tables.js";
import { GroupedRows } from "./grouped-rows.js";

export class Prerequisites {
  private readonly workload: Workload;
  private readonly succeededMs: (job: number) => number;
  /** Edges by the unit that waits. */
  private readonly edges: GroupedRows;
  /** Per array: when the last of its jobs succeeded; NaN before somebody asked. */
  private readonly arraySucceededMs: Float64Array;

  /** `succeededMs` tells when a job succeeded; Infinity when it did not. */
  constructor(workload: Workload, succeededMs: (job: number) => number) {
    const { arrays, dependencies, jobCount } = workload;
    const units = arrays.count + jobCount;
    this.workload = workload;
    this.succeededMs = succeededMs;
    this.edges = new GroupedRows(dependencies.dependent, dependencies.count, units);
    this.arraySucceededMs = new Float64Array(arrays.count).fill(Number.NaN);
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
      const counterpart = dependencies.nToN[edge] === 1;
      const metMs = counterpart
        ? this.succeededMs(arrays.children[arrays.starts[on]! + arrays.indexInArray[job]!]!)
        : this.whenUnitSucceeded(on);
      if (metMs > timeMs) return false;
    }
    return true;
  }

  private whenUnitSucceeded(unit: number): number {
    const { arrays } = this.workload;
    if (unit >= arrays.count) return this.succeededMs(unit - arrays.count);
    const known = this.arraySucceededMs[unit]!;
    if (!Number.isNaN(known)) return known;
    let lastMs = Number.NEGATIVE_INFINITY;
    for (let at = arrays.starts[unit]!; at < arrays.starts[unit + 1]!; at++) {
      lastMs = Math.max(lastMs, this.succeededMs(arrays.children[at]!));
    }
    this.arraySucceededMs[unit] = lastMs;
    return lastMs;
  }
}
