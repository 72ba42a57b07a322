// What became of every job of a plan, from the state of its run and the answers that were kept.

import { readRawJobs } from "../pull/raw-jobs.js";
import { type RealJob, realJobOf } from "./compare.js";
import { jobIdOf, type Plan } from "./plan.js";
import type { RunState } from "./state.js";

/** In the plan's order; undefined: not submitted, or not seen to end. */
export function collectJobs(plan: Plan, state: RunState, endedFile: string): (RealJob | undefined)[] {
  const ended = readRawJobs(endedFile);
  return plan.submissions.flatMap((submission) =>
    Array.from({ length: submission.size }, (_, n) => {
      const jobId = state.submitted.get(submission.first);
      const job = jobId === undefined ? undefined : ended.get(jobIdOf(submission, jobId, n));
      return job === undefined ? undefined : realJobOf(job);
    }),
  );
}
