// What must stay together when jobs are chosen or copied: the children of an array, and jobs that wait for each other.

import type { Workload } from "../../model/job.js";
import { NONE } from "../../model/tables.js";

export interface JobGroups {
  readonly count: number;
  /** Group of each job; groups are numbered by their first job. */
  readonly ofJob: Int32Array;
  /** Jobs of group g: jobs[starts[g] .. starts[g + 1]), ascending. */
  readonly starts: Int32Array;
  readonly jobs: Int32Array;
}

/** The unit (ArrayJobs) that a job belongs to. */
export function unitOfJob({ arrays }: Workload, job: number): number {
  const array = arrays.count === 0 ? NONE : arrays.arrayOfJob[job]!;
  return array === NONE ? arrays.count + job : array;
}

/** Arrays and connected components of the dependencies, as groups of jobs (disjoint sets, Tarjan 1975: path halving). */
export function connectedJobs(workload: Workload): JobGroups {
  const { jobCount, arrays, dependencies } = workload;
  const parent = new Int32Array(arrays.count + jobCount);
  for (let unit = 0; unit < parent.length; unit++) parent[unit] = unit;
  const root = (unit: number): number => {
    let at = unit;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]!]!;
      at = parent[at]!;
    }
    return at;
  };
  for (let edge = 0; edge < dependencies.count; edge++) {
    parent[root(dependencies.dependent[edge]!)] = root(dependencies.on[edge]!);
  }
  const keys = new Int32Array(jobCount);
  for (let job = 0; job < jobCount; job++) keys[job] = root(unitOfJob(workload, job));
  return groupJobs(keys, parent.length);
}

/** Groups of the jobs with equal keys, which lie in [0, keyCount). */
export function groupJobs(keys: Int32Array, keyCount: number): JobGroups {
  const groupOfKey = new Int32Array(keyCount).fill(NONE);
  const ofJob = new Int32Array(keys.length);
  let count = 0;
  for (let job = 0; job < keys.length; job++) {
    const key = keys[job]!;
    if (groupOfKey[key] === NONE) groupOfKey[key] = count++;
    ofJob[job] = groupOfKey[key]!;
  }
  const starts = new Int32Array(count + 1);
  for (const group of ofJob) starts[group + 1]!++;
  for (let group = 0; group < count; group++) starts[group + 1]! += starts[group]!;
  const next = starts.slice();
  const jobs = new Int32Array(keys.length);
  for (let job = 0; job < keys.length; job++) jobs[next[ofJob[job]!]!++] = job;
  return { count, ofJob, starts, jobs };
}
