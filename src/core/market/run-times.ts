// How long jobs run, over all of them: where nothing better is known of a job.

import { MS_PER_HOUR } from "../../base/units.js";
import { Outcome, outcomeOf } from "../../model/outcome.js";

export class RunTimes {
  // One run of an hour stands for what is not known before the first job has ended.
  private runs = 1;
  private totalMs = MS_PER_HOUR;
  private totalSquared = MS_PER_HOUR * MS_PER_HOUR;

  /** An attempt has ended; one that failed or was stopped tells nothing. `startedMs`: NaN if it never ran. */
  attemptEnded(startedMs: number, endedMs: number, packedOutcome: number): void {
    if (outcomeOf(packedOutcome) !== Outcome.Succeeded || Number.isNaN(startedMs)) return;
    const runMs = endedMs - startedMs;
    this.runs++;
    this.totalMs += runMs;
    this.totalSquared += runMs * runMs;
  }

  /** Of a job. */
  get meanMs(): number {
    return this.totalMs / this.runs;
  }

  /** Of the run that an hour of work, taken at random, belongs to: sum of squares over sum. Long jobs are most of the work. */
  get meanByWorkMs(): number {
    return this.totalMs === 0 ? 0 : this.totalSquared / this.totalMs;
  }
}
