// The jobs whose waits can be compared, with what was recorded of them, as columns, in the order of submission.

import { errorIssue, InputError } from "../../base/issues.js";
import { MS_PER_MINUTE, MS_PER_SECOND } from "../../base/units.js";
import type { SampleSummary } from "../../model/calibration.js";
import { DependencyKind, type Workload } from "../../model/job.js";
import type { Profiles } from "../../model/profile.js";

/** With fewer recorded waits a half has no quantiles worth the name. */
const FEWEST_JOBS = 20;

/** A record in whole minutes has a few exceptions: sums of times that were not rounded alike. */
const MOSTLY = 0.99;

export interface Sample {
  /** Numbers of jobs, ascending. */
  readonly job: Int32Array;
  readonly recordedWaitMs: Float64Array;
  /** NaN: not recorded. */
  readonly recordedPullMs: Float64Array;
  /** How many of the first jobs a fit looks at. */
  readonly fitted: number;
  readonly summary: SampleSummary;
}

/** Finds the jobs with comparable waits. Throws InputError when there are too few of them. */
export function takeSample(workload: Workload, profiles: Profiles): Sample {
  const { recordedWaitMs, recordedPullMs } = profiles;
  const waitsForOthers = dependentJobs(workload);
  const jobs: number[] = [];
  let withoutWait = 0;
  let dependent = 0;
  for (let job = 0; job < workload.jobCount; job++) {
    if (Number.isNaN(recordedWaitMs[job]!)) withoutWait++;
    else if (waitsForOthers[job] === 1) dependent++;
    else jobs.push(job);
  }
  const summary = { jobs: workload.jobCount, compared: jobs.length, withoutWait, dependent };
  if (jobs.length < FEWEST_JOBS) throw tooFew(jobs.length, dependent);
  const waits = Float64Array.from(jobs, (job) => recordedWaitMs[job]!);
  const pulls = Float64Array.from(jobs, (job) => recordedPullMs[job] ?? Number.NaN);
  return {
    job: Int32Array.from(jobs),
    recordedWaitMs: waits,
    recordedPullMs: pulls,
    fitted: jobs.length,
    summary: {
      ...summary,
      withPull: pulls.reduce((count, pull) => (Number.isNaN(pull) ? count : count + 1), 0),
      grainMs: grainOf(waits),
    },
  };
}

/** The same jobs, of which a fit looks at the first half. */
export function firstHalf(sample: Sample): Sample {
  return { ...sample, fitted: sample.job.length >> 1 };
}

/** Old systems look at their queues, or write their logs, once a minute. */
function grainOf(waits: Float64Array): number {
  const whole = waits.reduce((count, wait) => (wait % MS_PER_MINUTE === 0 ? count + 1 : count), 0);
  return whole >= MOSTLY * waits.length ? MS_PER_MINUTE : MS_PER_SECOND;
}

function tooFew(compared: number, dependent: number): InputError {
  const others = dependent === 0 ? "" : ` (${dependent} more also waited for other jobs, which cannot be told apart)`;
  const message = `a calibration needs at least ${FEWEST_JOBS} jobs with recorded waits, this trace has ${compared}${others}`;
  const hint = "of a CSV the column wait_s, or trace.columns.start; of SWF column 3";
  return new InputError([errorIssue("too-few-waits", message, { hint })]);
}

/**
 * Per job: 1 when its recorded wait, counted from submission, also holds the time for which AWS Batch let it wait for other
 * jobs. A job that waits for the mere end of another is submitted then: its recorded wait begins there.
 */
function dependentJobs({ jobCount, arrays, dependencies }: Workload): Uint8Array {
  const marks = new Uint8Array(jobCount);
  const markArray = (array: number) => {
    for (let i = arrays.starts[array]!; i < arrays.starts[array + 1]!; i++) marks[arrays.children[i]!] = 1;
  };
  for (let edge = 0; edge < dependencies.count; edge++) {
    if (dependencies.kind[edge] === DependencyKind.End) continue;
    const unit = dependencies.dependent[edge]!;
    if (unit < arrays.count) markArray(unit);
    else marks[unit - arrays.count] = 1;
  }
  for (let array = 0; array < arrays.count; array++) if (arrays.sequential[array] === 1) markArray(array);
  return marks;
}
