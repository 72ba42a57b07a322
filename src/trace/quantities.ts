// Bounds and rounding of amounts. Requests are whole numbers of thousandths (vCPU, GPU) and of MiB. Rounding goes up, as a scheduler must reserve at least
// what was asked for, but not because of a double's last digits: 0.46 * 1000 is 460, not 461.

import { MS_PER_DAY } from "../base/units.js";

/** No batch job runs for ten years; a missing start written as 0 gives a run time of decades. */
export const MAX_RUNTIME_MS = 3_650 * MS_PER_DAY;

const ROUNDING_SLACK = 1e-6;

/** Largest amount kept, in thousandths or MiB: amounts fit 32-bit columns. Two million vCPUs, two PiB. */
export const MAX_AMOUNT = 2 ** 31 - 1;

/** A positive number of vCPUs or GPUs in thousandths, rounded up; at least 1. */
export function wholeMilli(amount: number): number {
  return Math.max(1, Math.ceil(amount * 1_000 - ROUNDING_SLACK));
}

/** A positive amount of memory in whole MiB, rounded up; at least 1. */
export function wholeMib(memoryMib: number): number {
  return Math.max(1, Math.ceil(memoryMib - ROUNDING_SLACK));
}
