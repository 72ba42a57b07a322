// How the jobs of a trace were submitted: what must stay together (an array, jobs that wait for each other), and bursts of
// such groups that follow each other much faster than the trace's average.

import type { Workload } from "../../model/job.js";
import { connectedJobs, type JobGroups } from "../transform/unit-groups.js";

/** Burst b has the groups groups[starts[b] .. starts[b + 1]), in order of their first submissions. */
export interface Bursts {
  readonly count: number;
  readonly starts: Int32Array;
  /** Jobs that stay together; groups are numbered in order of their first submissions. */
  readonly groups: JobGroups;
  /** First submission of each group, milliseconds after that of the trace. */
  readonly groupMs: Float64Array;
  /** Jobs of each burst. */
  readonly jobs: Float64Array;
}

/** Cuts the trace wherever nothing is submitted for longer than `gapShare` times the mean gap. */
export function findBursts(workload: Workload, gapShare: number): Bursts {
  const groups = connectedJobs(workload);
  const groupMs = new Float64Array(groups.count);
  for (let group = 0; group < groups.count; group++) {
    groupMs[group] = workload.submitMs[groups.jobs[groups.starts[group]!]!]!;
  }
  const meanGapMs = groups.count < 2 ? 0 : groupMs.at(-1)! / (groups.count - 1);
  const starts: number[] = [];
  for (let group = 0; group < groups.count; group++) {
    if (group === 0 || groupMs[group]! - groupMs[group - 1]! > gapShare * meanGapMs) starts.push(group);
  }
  const count = starts.length;
  starts.push(groups.count);
  const jobs = Float64Array.from({ length: count }, (_, burst) => {
    return groups.starts[starts[burst + 1]!]! - groups.starts[starts[burst]!]!;
  });
  return { count, starts: Int32Array.from(starts), groups, groupMs, jobs };
}
