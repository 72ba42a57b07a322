// What connects jobs (arrays, dependencies, queues), and what their requests were worth.

import { quantiles } from "../../base/quantiles.js";
import { DependencyKind, type Workload } from "../../model/job.js";
import type { Requests, Structure } from "../../model/trace-inspection.js";
import type { SealedTrace } from "../workload-builder.js";

const QUEUES_LISTED = 12;

/** A run time this near to its limit was probably ended by it; systems look at limits every minute or so. */
const AT_LIMIT_SHARE = 0.99;

export function structureOf(workload: Workload): Structure {
  const { arrays, dependencies, shareNames } = workload;
  const kinds = [0, 0, 0];
  for (let edge = 0; edge < dependencies.count; edge++) kinds[dependencies.kind[edge]!]!++;
  return {
    arrays: arrays.count,
    arrayChildren: arrays.children.length,
    arraySizes: arraySizes(workload),
    sequentialArrays: arrays.sequential.reduce((count, isSequential) => count + isSequential, 0),
    dependencies: {
      success: kinds[DependencyKind.Success]!,
      nToN: kinds[DependencyKind.NToN]!,
      end: kinds[DependencyKind.End]!,
    },
    waiting: waitingUnits(workload),
    ...byClass(workload),
    shares: shareNames.filter((name) => name !== "").length,
  };
}

function waitingUnits({ jobCount, arrays, dependencies }: Workload): number {
  const waits = new Uint8Array(arrays.count + jobCount);
  for (let edge = 0; edge < dependencies.count; edge++) waits[dependencies.dependent[edge]!] = 1;
  return waits.reduce((count, isWaiting) => count + isWaiting, 0);
}

function arraySizes({ arrays }: Workload): Structure["arraySizes"] {
  const counts = new Map<number, number>();
  for (let array = 0; array < arrays.count; array++) {
    const size = arrays.starts[array + 1]! - arrays.starts[array]!;
    let upTo = 1;
    while (upTo < size) upTo *= 2;
    counts.set(upTo, (counts.get(upTo) ?? 0) + 1);
  }
  return [...counts].map(([upTo, count]) => ({ upTo, arrays: count })).sort((a, b) => a.upTo - b.upTo);
}

/** Queues by their number of jobs, the largest ones; jobs of more than one node. */
function byClass({ jobCount, jobClass, classes, queueNames }: Workload) {
  const jobs = queueNames.map(() => 0);
  let multiNodeJobs = 0;
  for (let job = 0; job < jobCount; job++) {
    const { queue, nodes } = classes[jobClass[job]!]!;
    jobs[queue]!++;
    if (nodes > 1) multiNodeJobs++;
  }
  const queues = queueNames.map((queue, i) => ({ queue, jobs: jobs[i]! }));
  queues.sort((a, b) => b.jobs - a.jobs || (a.queue < b.queue ? -1 : 1));
  return { queues: queues.slice(0, QUEUES_LISTED), multiNodeJobs };
}

export function requestsOf({ workload, profiles }: SealedTrace): Requests {
  const { jobCount, limitMs, jobClass, classes, shapes } = workload;
  const used = new Float64Array(profiles.peakMemoryMib.length);
  let limited = 0;
  let atLimit = 0;
  let aboveMemory = 0;
  let memoryCompared = 0;
  for (let job = 0; job < jobCount; job++) {
    if (!Number.isNaN(limitMs[job]!)) {
      limited++;
      if (profiles.runtimeMs[job]! >= AT_LIMIT_SHARE * limitMs[job]!) atLimit++;
    }
    const { memoryMib } = shapes[classes[jobClass[job]!]!.shape]!;
    const peak = used.length === 0 ? Number.NaN : profiles.peakMemoryMib[job]!;
    if (Number.isNaN(peak) || memoryMib === 0) continue;
    if (peak > memoryMib) aboveMemory++;
    used[memoryCompared++] = peak / memoryMib;
  }
  const [median] = quantiles(used.subarray(0, memoryCompared), [0.5]) as [number];
  const medianMemoryUse = memoryCompared === 0 ? null : Math.round(median * 1e4) / 1e4;
  return { limited, atLimit, aboveMemory, memoryCompared, medianMemoryUse };
}
