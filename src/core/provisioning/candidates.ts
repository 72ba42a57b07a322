// What a compute environment may buy: per instance type the pools that may be asked, the cheapest first, and what jobs are
// worth there. How it follows the market is in live-candidates.ts.

import type { Market } from "../../model/instance-type.js";
import type { Shape } from "../../model/job.js";

/** What may be put onto one instance. */
export interface Capacity {
  readonly vcpuMilli: number;
  readonly memoryMib: number;
  readonly gpuMilli: number;
  /** Most jobs at once; not given: as many as fit. */
  readonly mostJobs?: number;
  /** vCPUs (milli) that several jobs together may take; a single job may have more. Not given: all. */
  readonly sharedVcpuMilli?: number;
}

export interface Candidate extends Capacity {
  /** The pool of the type that is liked best. */
  readonly pool: number;
  /** All pools of the type that may be asked, the best first; empty only among `known`. */
  readonly pools: readonly number[];
  readonly instanceType: number;
  readonly market: Market;
  /** What the pool liked best costs now. */
  readonly priceMicroUsdPerHour: number;
  /** Price plus what every instance costs beside it, times 1 + expected rework where the strategy counts that. */
  readonly microUsdPerHour: number;
  /** Pool.interruptionBand. */
  readonly interruptionBand: number;
  /** Position in the user's instanceTypes. */
  readonly order: number;
}

/** Read its fields anew in every decision: prices and refusals change them. */
export interface Candidates {
  /** Types with a pool that may be asked, in order of price, then pool. */
  readonly all: readonly Candidate[];
  /** Those that no other candidate dominates (as large in everything, no dearer). */
  readonly efficient: readonly Candidate[];
  /** All types, those without a pool that may be asked included; in the same order. */
  readonly known: readonly Candidate[];
  /** By instance type of the run: what an instance that comes will hold. */
  readonly capacities: readonly Capacity[];
  /**
   * Per shape: the least that one job of it can cost per hour on an instance filled with its like, of the types that may be
   * bought (if none of these holds it, of all); Infinity: fits nowhere.
   */
  readonly unitMicroUsdPerHour: Float64Array;
  /** Shapes that fit some type, askable or not, largest unit cost first. */
  readonly shapesBySize: Int32Array;
}

/** How many jobs of a shape an empty candidate holds. */
export function jobsThatFit(shape: Shape, candidate: Capacity): number {
  const { mostJobs, sharedVcpuMilli } = candidate;
  const jobs = Math.min(
    shape.vcpuMilli === 0 ? Number.POSITIVE_INFINITY : Math.floor(candidate.vcpuMilli / shape.vcpuMilli),
    shape.memoryMib === 0 ? Number.POSITIVE_INFINITY : Math.floor(candidate.memoryMib / shape.memoryMib),
    shape.gpuMilli === 0 ? Number.POSITIVE_INFINITY : Math.floor(candidate.gpuMilli / shape.gpuMilli),
  );
  if (mostJobs === undefined && sharedVcpuMilli === undefined) return jobs;
  const sharing = sharedVcpuMilli === undefined ? jobs : Math.max(1, Math.floor(sharedVcpuMilli / shape.vcpuMilli));
  return Math.min(jobs, sharing, mostJobs ?? Number.POSITIVE_INFINITY);
}
