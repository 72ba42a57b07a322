// How many jobs ended how.

import type { Ledger } from "../ledger/ledger.js";
import type { Workload } from "../model/job.js";
import { Outcome, outcomeOf } from "../model/outcome.js";
import { JOB_OUTCOMES, type JobCounts } from "../model/run-result.js";
import { everyJobRanOnce, jobRowsOf } from "./job-rows.js";

/** Jobs by their final outcome; jobs that have not ended are in the total alone. */
export function countJobs(ledger: Ledger, workload: Workload): JobCounts {
  const total = workload.jobCount;
  const counts = new Array<number>(JOB_OUTCOMES.length).fill(0);
  let attempts = total;
  if (everyJobRanOnce(ledger, workload)) counts[Outcome.Succeeded] = total;
  else attempts = countOutcomes(ledger, workload, counts);
  const succeeded = counts[Outcome.Succeeded]!;
  const ended = counts.reduce((sum, jobs) => sum + jobs, 0);
  return {
    total,
    succeeded,
    failed: ended - succeeded,
    byOutcome: JOB_OUTCOMES.map((outcome, i) => ({ outcome, jobs: counts[i]! })).filter(({ jobs }) => jobs > 0),
    attempts,
  };
}

/** Adds every ended job to `counts` by its outcome; returns how many attempts there were. */
function countOutcomes(ledger: Ledger, workload: Workload, counts: number[]): number {
  const rows = jobRowsOf(ledger, workload);
  let attempts = 0;
  for (let job = 0; job < workload.jobCount; job++) {
    attempts += rows.attemptCount(job);
    if (!rows.hasEnded(job)) continue;
    const outcome = outcomeOf(rows.outcome(job));
    counts[outcome] = counts[outcome]! + 1;
  }
  return attempts;
}

/** End of the last job, attempt or not, ms; 0 when none ended. */
export function lastJobEnd({ attempts, cancelled }: Ledger): number {
  const { endedMs } = attempts;
  let lastMs = 0;
  for (let row = 0; row < attempts.length; row++) if (endedMs[row]! > lastMs) lastMs = endedMs[row]!;
  for (let row = 0; row < cancelled.length; row++) lastMs = Math.max(lastMs, cancelled.timeMs.data[row]!);
  return lastMs;
}
