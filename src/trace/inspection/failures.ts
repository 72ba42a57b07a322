// How jobs ended: which exit codes, which names.

import type { Failures } from "../../model/trace-inspection.js";
import type { SealedTrace } from "../workload-builder.js";
import { scriptOf } from "./attempts.js";

const NAMES_LISTED = 10;

/** Names with fewer jobs have no share worth the name: one failure of one is 100 %. Lowered where no name has as many. */
const FEWEST_JOBS = 5;

/** `known`: the trace says how jobs ended; otherwise none seems to have failed. */
export function failuresOf({ workload, profiles }: SealedTrace, known: boolean): Failures {
  const { jobCount, jobName, jobNames } = workload;
  const byCode = new Map<number, number>();
  const jobsOfName = new Float64Array(jobNames.length);
  const failedOfName = new Float64Array(jobNames.length);
  let attempts = 0;
  let failedJobs = 0;
  let retriedJobs = 0;
  for (let job = 0; job < jobCount; job++) {
    const name = jobName[job]!;
    const script = scriptOf(profiles, job);
    jobsOfName[name]!++;
    attempts += script?.length ?? 1;
    if (script === undefined) continue;
    if (script.length > 1) retriedJobs++;
    for (const { exitCode } of script) if (exitCode !== 0) byCode.set(exitCode, (byCode.get(exitCode) ?? 0) + 1);
    if (script.at(-1)!.exitCode === 0) continue;
    failedJobs++;
    failedOfName[name]!++;
  }
  const byExitCode = [...byCode].map(([exitCode, count]) => ({ exitCode, attempts: count }));
  byExitCode.sort((a, b) => b.attempts - a.attempts || a.exitCode - b.exitCode);
  const failedAttempts = byExitCode.reduce((sum, row) => sum + row.attempts, 0);
  return {
    ...{ known, failedJobs, attempts, failedAttempts, retriedJobs, byExitCode },
    ...byName(jobNames, jobsOfName, failedOfName),
  };
}

function byName(names: readonly string[], jobs: Float64Array, failed: Float64Array) {
  const withFailures = Array.from(failed.keys()).filter((name) => failed[name]! > 0);
  const hasLarge = withFailures.some((name) => jobs[name]! >= FEWEST_JOBS);
  const byNameFromJobs = hasLarge ? FEWEST_JOBS : 1;
  const shareOf = (name: number) => failed[name]! / jobs[name]!;
  const rows = withFailures
    .filter((name) => jobs[name]! >= byNameFromJobs)
    .sort((a, b) => shareOf(b) - shareOf(a) || failed[b]! - failed[a]! || a - b)
    .slice(0, NAMES_LISTED)
    .map((name) => ({ name: names[name]!, jobs: jobs[name]!, failedJobs: failed[name]! }));
  return { byName: rows, byNameFromJobs };
}
