// Checkpoints: a job that saves its work every so many ms of run time loses only what it did since. However an attempt ended,
// the next one goes on from the last checkpoint of any before it. A model: AWS Batch knows nothing of it, it is what a program
// does that keeps its state outside the instance; taking a checkpoint and reading one cost no time here.

import type { Workload } from "../../model/job.js";
import type { Profiles } from "../../model/profile.js";
import { scriptOf } from "./attempt-plan.js";

export class SavedWork {
  private readonly workload: Workload;
  private readonly profiles: Profiles;
  /** Per job: run time that need not be repeated. */
  private readonly savedMs: Float64Array;

  constructor(workload: Workload, profiles: Profiles) {
    this.workload = workload;
    this.profiles = profiles;
    this.savedMs = new Float64Array(workload.jobCount);
  }

  /** Run time of the job that earlier attempts have saved, ms. */
  of(job: number): number {
    return this.savedMs[job]!;
  }

  /**
   * An attempt (1, 2, ...) that another one will follow has run for `ranMs`: keeps whole checkpoint intervals of it and
   * returns how much that is. Nothing of an attempt whose run time the trace gives: the ones after it are as recorded, too.
   */
  save(job: number, attempt: number, ranMs: number): number {
    const { definitions, jobDefinition } = this.workload;
    const { checkpointMs } = definitions[jobDefinition.length === 0 ? 0 : jobDefinition[job]!]!;
    if (checkpointMs === undefined) return 0;
    const script = scriptOf(this.profiles, job, attempt);
    if (script !== undefined && !Number.isNaN(script.runtimeMs)) return 0;
    const savedMs = ranMs - (ranMs % checkpointMs);
    this.savedMs[job] = this.savedMs[job]! + savedMs;
    return savedMs;
  }
}
