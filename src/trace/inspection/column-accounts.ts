// Which fields have a value, as far as finished columns tell: there an amount of 0 may have been nothing.

import { NONE } from "../../model/tables.js";
import type { FieldAccount } from "../../model/trace-inspection.js";
import type { SealedTrace } from "../workload-builder.js";

/** The fields of a trace whose rows were not seen. */
export function columnAccounts({ workload, profiles }: SealedTrace): FieldAccount[] {
  const { jobCount, jobClass, classes, shapes } = workload;
  const amount = (field: "vcpuMilli" | "memoryMib" | "gpuMilli") =>
    countJobs(jobCount, (job) => shapes[classes[jobClass[job]!]!.shape]![field] > 0);
  const endings = countJobs(jobCount, (job) => profiles.script.length > 0 && profiles.script[job] !== NONE);
  return [
    timeAccount("runtime", profiles.runtimeMs, jobCount),
    givenAccount("vcpus", amount("vcpuMilli"), jobCount),
    givenAccount("memory", amount("memoryMib"), jobCount),
    givenAccount("gpus", amount("gpuMilli"), jobCount),
    timeAccount("limit", workload.limitMs, jobCount),
    timeAccount("wait", profiles.recordedWaitMs, jobCount),
    timeAccount("pull", profiles.recordedPullMs, jobCount),
    timeAccount("usedMemory", profiles.peakMemoryMib, jobCount),
    givenAccount("ending", endings, jobCount),
  ];
}

function countJobs(jobCount: number, has: (job: number) => boolean): number {
  let count = 0;
  for (let job = 0; job < jobCount; job++) if (has(job)) count++;
  return count;
}

/** Nothing and zero look alike. */
function givenAccount(field: string, given: number, jobCount: number): FieldAccount {
  return { field, given, zero: null, absent: jobCount - given, unreadable: 0 };
}

/** NaN is nothing; a column of length 0 is all NaN. */
function timeAccount(field: string, values: Float64Array, jobCount: number): FieldAccount {
  const given = countJobs(values.length, (job) => values[job]! > 0);
  const zero = countJobs(values.length, (job) => values[job] === 0);
  return { field, given, zero, absent: jobCount - given - zero, unreadable: 0 };
}
