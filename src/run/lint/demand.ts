// How many vCPUs the jobs of some queues would use over time if each started when it was submitted: what lint holds against
// minvCpus and idle delays. Averaged over slices of equal length, so that it costs one pass over the jobs.

import { MILLI, MS_PER_MINUTE } from "../../base/units.js";
import type { Workload } from "../../model/job.js";
import type { Profiles } from "../../model/profile.js";
import type { TraceFigures } from "./figures.js";

/** A slice is a minute, or longer where the trace would have more slices than this. */
const MOST_SLICES = 50_000;

export interface Demand {
  readonly sliceMs: number;
  /** Average per slice, from the first submission to the last end. */
  readonly vcpus: Float64Array;
}

/** Demand of the jobs of these queues; undefined when there are none. */
export function demandOfQueues({ workload, profiles }: TraceFigures, queues: readonly string[]): Demand | undefined {
  if (workload === undefined || profiles === undefined) return undefined;
  const vcpusOfClass = workload.classes.map(({ queue, shape, nodes }) => {
    return queues.includes(workload.queueNames[queue]!) ? (workload.shapes[shape]!.vcpuMilli / MILLI) * nodes : 0;
  });
  return demandOver(workload, profiles, vcpusOfClass);
}

function demandOver(workload: Workload, profiles: Profiles, vcpusOfClass: readonly number[]): Demand | undefined {
  let spanMs = 0;
  let jobs = 0;
  for (let job = 0; job < workload.jobCount; job++) {
    spanMs = Math.max(spanMs, workload.submitMs[job]! + profiles.runtimeMs[job]!);
    if (vcpusOfClass[workload.jobClass[job]!]! > 0) jobs++;
  }
  if (jobs === 0 || spanMs === 0) return undefined;
  const sliceMs = Math.max(MS_PER_MINUTE, Math.ceil(spanMs / MOST_SLICES));
  const slices = Math.ceil(spanMs / sliceMs);
  // Jobs that run through whole slices are kept as differences, what they take of their first and last slice apart.
  const steps = new Float64Array(slices + 1);
  const partsMs = new Float64Array(slices + 1);
  for (let job = 0; job < workload.jobCount; job++) {
    const vcpus = vcpusOfClass[workload.jobClass[job]!]!;
    const fromMs = workload.submitMs[job]!;
    const untilMs = fromMs + profiles.runtimeMs[job]!;
    const first = Math.floor(fromMs / sliceMs);
    const last = Math.floor(untilMs / sliceMs);
    steps[first] = steps[first]! + vcpus;
    steps[last] = steps[last]! - vcpus;
    partsMs[first] = partsMs[first]! - vcpus * (fromMs - first * sliceMs);
    partsMs[last] = partsMs[last]! + vcpus * (untilMs - last * sliceMs);
  }
  const vcpus = new Float64Array(slices);
  let running = 0;
  for (let slice = 0; slice < slices; slice++) {
    running += steps[slice]!;
    vcpus[slice] = Math.max(0, running + partsMs[slice]! / sliceMs);
  }
  return { sliceMs, vcpus };
}

/** Queues that may use a compute environment. */
export function queuesOf(
  queues: readonly { readonly name: string; readonly computeEnvironments: readonly string[] }[],
  environment: string,
): string[] {
  return queues.filter((queue) => queue.computeEnvironments.includes(environment)).map(({ name }) => name);
}
