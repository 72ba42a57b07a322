// What happened to jobs outside of attempts, as columns in the order of time. Submissions are not among it: when a job was
// submitted is in the workload.

import { Float64Column, Int32Column } from "../base/columns.js";

/** One kind of change: a row per job it happened to, as often as it happened. */
export class JobChangeColumns {
  readonly job = new Int32Column();
  readonly timeMs = new Float64Column();

  get length(): number {
    return this.job.length;
  }

  add(job: number, timeMs: number): void {
    this.job.push(job);
    this.timeMs.push(timeMs);
  }
}

/** Jobs that failed without an attempt, or between two. */
export class CancellationColumns extends JobChangeColumns {
  /** Packed (model/outcome.ts). */
  readonly outcome = new Int32Column();

  addWithOutcome(job: number, timeMs: number, outcome: number): void {
    this.add(job, timeMs);
    this.outcome.push(outcome);
  }
}
