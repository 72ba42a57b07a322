// What is on an instance that is planned, and what still fits beside it. Other policies fill whole instances at once
// (Fill in plan.ts); these put jobs of a shape onto instances that others have been put onto before.

import type { Shape } from "../../model/job.js";
import type { Capacity } from "./candidates.js";

export interface Load {
  readonly vcpuMilli: number;
  readonly memoryMib: number;
  readonly gpuMilli: number;
  readonly jobs: number;
  /** What the jobs are worth, micro-USD per hour. */
  readonly worthMicroUsdPerHour: number;
}

export const EMPTY: Load = { vcpuMilli: 0, memoryMib: 0, gpuMilli: 0, jobs: 0, worthMicroUsdPerHour: 0 };

/** The load with so many jobs of a shape more, each worth so much. */
export function withJobs(load: Load, shape: Shape, jobs: number, worthMicroUsdPerHour: number): Load {
  return {
    vcpuMilli: load.vcpuMilli + jobs * shape.vcpuMilli,
    memoryMib: load.memoryMib + jobs * shape.memoryMib,
    gpuMilli: load.gpuMilli + jobs * shape.gpuMilli,
    jobs: load.jobs + jobs,
    worthMicroUsdPerHour: load.worthMicroUsdPerHour + jobs * worthMicroUsdPerHour,
  };
}

/** Whether an instance of this capacity may have the load. */
export function holds(capacity: Capacity, { vcpuMilli, memoryMib, gpuMilli, jobs }: Load): boolean {
  const { mostJobs, sharedVcpuMilli } = capacity;
  if (vcpuMilli > capacity.vcpuMilli || memoryMib > capacity.memoryMib || gpuMilli > capacity.gpuMilli) return false;
  if (mostJobs !== undefined && jobs > mostJobs) return false;
  return sharedVcpuMilli === undefined || jobs <= 1 || vcpuMilli <= sharedVcpuMilli;
}

/** Jobs of a shape that an instance of this capacity can take beside the load; 0 when it may not even have that. */
export function roomBeside(load: Load, shape: Shape, capacity: Capacity): number {
  const vcpuMilli = capacity.vcpuMilli - load.vcpuMilli;
  const memoryMib = capacity.memoryMib - load.memoryMib;
  const gpuMilli = capacity.gpuMilli - load.gpuMilli;
  if (shape.vcpuMilli > vcpuMilli || shape.memoryMib > memoryMib || shape.gpuMilli > gpuMilli) return 0;
  let jobs = Number.POSITIVE_INFINITY;
  if (shape.vcpuMilli > 0) jobs = Math.floor(vcpuMilli / shape.vcpuMilli);
  if (shape.memoryMib > 0) jobs = Math.min(jobs, Math.floor(memoryMib / shape.memoryMib));
  if (shape.gpuMilli > 0) jobs = Math.min(jobs, Math.floor(gpuMilli / shape.gpuMilli));
  const { mostJobs, sharedVcpuMilli } = capacity;
  if (mostJobs !== undefined) jobs = Math.min(jobs, mostJobs - load.jobs);
  if (sharedVcpuMilli !== undefined && shape.vcpuMilli > 0) {
    const sharing = Math.floor((sharedVcpuMilli - load.vcpuMilli) / shape.vcpuMilli);
    jobs = Math.min(jobs, Math.max(load.jobs === 0 ? 1 : 0, sharing));
  }
  return Math.max(0, jobs);
}
