// What sharing an instance costs in the end. A Batch job cannot be moved: an instance with k jobs lives until the last of
// them ends. Were their run times independent and exponential, the last of k would end after H_k = 1 + 1/2 + ... + 1/k mean
// run times (the expected maximum of k exponentials), so a full instance would be paid H_k times over if the room that ends
// leave were never filled again. Later jobs do fill it, the sooner the more jobs flow by: room is taken to stay empty with
// the share v / (v + V), v the instance's vCPUs, V those of the rest of the fleet and of jobs that must wait. So a small
// fleet grows in small instances, a busy one in large. An instance lives for a while whatever its jobs do; where run times are
// looked at, a tail that is short beside that counts for less. A model.

import { MS_PER_MINUTE } from "../../base/units.js";

/** Beyond this many jobs the harmonic number hardly grows. */
const TABLE_SIZE = 1_024;
const HARMONIC = new Float64Array(TABLE_SIZE + 1);
for (let jobs = 1; jobs <= TABLE_SIZE; jobs++) HARMONIC[jobs] = HARMONIC[jobs - 1]! + 1 / jobs;

/** What EC2 bills of an instance at least, and about what it stays empty before it goes. */
const LIVES_ANYWAY_MS = MS_PER_MINUTE;

/**
 * By how much the cost of an instance of `vcpuMilli` grows when it starts with this many jobs instead of one, beside
 * `refillVcpuMilli` of other instances and of demand that must wait. `runMs`: how long a job is expected to run, Infinity where
 * that is not known.
 */
export function tailFactor(
  jobs: number,
  vcpuMilli: number,
  refillVcpuMilli: number,
  runMs = Number.POSITIVE_INFINITY,
): number {
  if (jobs <= 1) return 1;
  const staysEmpty = vcpuMilli / (vcpuMilli + refillVcpuMilli);
  const countsFor = runMs === Number.POSITIVE_INFINITY ? 1 : runMs / (runMs + LIVES_ANYWAY_MS);
  return 1 + countsFor * staysEmpty * (HARMONIC[Math.min(jobs, TABLE_SIZE)]! - 1);
}
