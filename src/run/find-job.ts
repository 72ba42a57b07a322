// Jobs and arrays by the ids that people know.

import { textAt } from "../base/text-column.js";
import type { Workload } from "../model/job.js";
import { NONE } from "../model/tables.js";

/** The job with this id (the first, when the trace repeats ids), or NONE. */
export function findJob(workload: Workload, id: string): number {
  for (let job = 0; job < workload.jobCount; job++) if (textAt(workload.ids, job) === id) return job;
  return NONE;
}

/** The array job with this id, or NONE. */
export function findArray({ arrays }: Workload, id: string): number {
  return arrays.ids.indexOf(id);
}
