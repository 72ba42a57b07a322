// How much of an instance's advertised memory jobs can use. Kernel and firmware take some before the operating system
// counts, so the ECS agent registers less than the advertised size: a job that asks for exactly 8 GiB never fits an
// instance sold with 8 GiB, the commonest reason for a job stuck in RUNNABLE.

import { assert } from "../base/assert.js";
import type { MemoryFit } from "./format.js";

/** ECS_RESERVED_MEMORY on AWS Batch's default machine images (AWS Batch User Guide, "Compute resource memory management"). */
const BATCH_RESERVED_MIB = 32;

export interface UsableMemory {
  readonly mib: number;
  /** "fitted": the type was not measured, its overhead follows from the types of the same hypervisor and processor. */
  readonly source: "measured" | "fitted";
}

/**
 * Memory that ECS registers for jobs, MiB: nominal - overhead - 32, rounded down, where 32 MiB is what AWS Batch's images
 * reserve (ECS agent, `getResources`: registered = MemTotal - ECS_RESERVED_MEMORY). The overhead is the measured one
 * (656 types, by the authors of Karpenter, on Bottlerocket nodes: an upper bound for Amazon Linux) or, where
 * `measuredOverheadMib` is 0, a straight line fitted to the measured types of the same processor family; the line's
 * median error is 0.1 to 0.5 % of memory. Documented example: m4.large has 7 985 of 8 192 MiB before the reserve.
 */
export function usableMemory(nominalMib: number, measuredOverheadMib: number, fit: MemoryFit): UsableMemory {
  const measured = measuredOverheadMib > 0;
  const overheadMib = measured ? measuredOverheadMib : fit.interceptMib + fit.slope * nominalMib;
  const mib = Math.floor(nominalMib - overheadMib) - BATCH_RESERVED_MIB;
  assert(mib > 0 && mib < nominalMib, `usable memory of ${mib} out of ${nominalMib} MiB`);
  return { mib, source: measured ? "measured" : "fitted" };
}
