// What the user asks of Batch, in order of time: two cursors over what the trace says, since it is sorted already.

import { assert } from "../../base/assert.js";
import type { Intervention, Workload } from "../../model/job.js";
import { NONE } from "../../model/tables.js";

export class UserRequests {
  private readonly workload: Workload;
  private submission = 0;
  private intervention = 0;

  constructor(workload: Workload) {
    this.workload = workload;
  }

  /** Time of the next request; Infinity after the last. */
  nextMs(): number {
    return Math.min(this.submissionMs(), this.interventionMs());
  }

  /**
   * Takes the next request if it is SubmitJob, and returns its job; else NONE. SubmitJob comes before CancelJob and
   * TerminateJob of the same instant: one can stop what one has just submitted.
   */
  takeSubmission(): number {
    return this.submissionMs() <= this.interventionMs() ? this.submission++ : NONE;
  }

  /** Takes the next CancelJob or TerminateJob. */
  takeIntervention(): Intervention {
    const intervention = this.workload.interventions[this.intervention++];
    assert(intervention !== undefined, "the user asks for nothing more");
    return intervention;
  }

  private submissionMs(): number {
    const { submitMs } = this.workload;
    return this.submission < submitMs.length ? submitMs[this.submission]! : Number.POSITIVE_INFINITY;
  }

  private interventionMs(): number {
    return this.workload.interventions[this.intervention]?.timeMs ?? Number.POSITIVE_INFINITY;
  }
}
