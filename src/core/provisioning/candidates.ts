// What a compute environment may buy, prepared once per run: per instance type the cheapest pool, without types that
// another type beats, and per shape what a unit of it is worth.

import type { ComputeEnvironment } from "../../model/environment.js";
import { type Market, overheadOf } from "../../model/instance-type.js";
import type { Shape } from "../../model/job.js";
import type { SystemTables } from "../../model/tables.js";

export interface Candidate {
  /** The pool of the type that is liked best. */
  readonly pool: number;
  /** All pools of the type that may be asked, the best first. */
  readonly pools: readonly number[];
  readonly instanceType: number;
  readonly market: Market;
  readonly vcpuMilli: number;
  readonly memoryMib: number;
  readonly gpuMilli: number;
  readonly priceMicroUsdPerHour: number;
  /** Price plus what every instance costs beside it. */
  readonly microUsdPerHour: number;
  /** Pool.interruptionBand. */
  readonly interruptionBand: number;
  /** Position in the user's instanceTypes. */
  readonly order: number;
}

/** Read its fields anew in every decision: prices and refusals change them. */
export interface Candidates {
  /** In order of price, then pool. */
  all: readonly Candidate[];
  /** Those that no other candidate dominates (as large in everything, no dearer). */
  efficient: readonly Candidate[];
  /** Per shape: the least that one job of it can cost per hour on an instance filled with its like; Infinity: fits nowhere. */
  unitMicroUsdPerHour: Float64Array;
  /** Shapes that fit some candidate, largest unit cost first. */
  shapesBySize: Int32Array;
}

/** Builds the candidates of an environment. */
export function prepareCandidates(environment: ComputeEnvironment, tables: SystemTables): Candidates {
  const all = cheapestPools(environment, tables);
  const efficient = all.filter((candidate) => !all.some((other) => dominates(other, candidate)));
  const unitMicroUsdPerHour = Float64Array.from(tables.shapes, (shape) => unitCost(shape, efficient));
  const shapesBySize = Int32Array.from(
    tables.shapes
      .map((_, shape) => shape)
      .filter((shape) => unitMicroUsdPerHour[shape]! < Number.POSITIVE_INFINITY)
      .sort((a, b) => unitMicroUsdPerHour[b]! - unitMicroUsdPerHour[a]! || a - b),
  );
  return { all, efficient, unitMicroUsdPerHour, shapesBySize };
}

/** How many jobs of a shape an empty candidate holds. */
export function jobsThatFit(shape: Shape, candidate: Candidate): number {
  return Math.min(
    shape.vcpuMilli === 0 ? Number.POSITIVE_INFINITY : Math.floor(candidate.vcpuMilli / shape.vcpuMilli),
    shape.memoryMib === 0 ? Number.POSITIVE_INFINITY : Math.floor(candidate.memoryMib / shape.memoryMib),
    shape.gpuMilli === 0 ? Number.POSITIVE_INFINITY : Math.floor(candidate.gpuMilli / shape.gpuMilli),
  );
}

function cheapestPools(environment: ComputeEnvironment, tables: SystemTables): Candidate[] {
  const byType = new Map<number, Candidate>();
  environment.pools.forEach((poolIndex, position) => {
    const pool = tables.pools[poolIndex]!;
    const { market, priceMicroUsdPerHour, interruptionBand } = pool;
    const { vcpuMilli, memoryMib, gpuMilli } = tables.instanceTypes[pool.instanceType]!;
    const microUsdPerHour = priceMicroUsdPerHour + overheadOf(pool, tables.overheadMicroUsdPerHour);
    const known = byType.get(pool.instanceType);
    if (known !== undefined && known.microUsdPerHour <= microUsdPerHour) return;
    byType.set(pool.instanceType, {
      pool: poolIndex,
      pools: [poolIndex],
      instanceType: pool.instanceType,
      market,
      vcpuMilli,
      memoryMib,
      gpuMilli,
      priceMicroUsdPerHour,
      microUsdPerHour,
      interruptionBand,
      order: environment.poolOrder[position]!,
    });
  });
  return [...byType.values()].sort((a, b) => a.microUsdPerHour - b.microUsdPerHour || a.pool - b.pool);
}

/** Whether `a` is at least as large in everything and no dearer; of two equals the one with the lower pool dominates. */
function dominates(a: Candidate, b: Candidate): boolean {
  if (a === b) return false;
  const noWorse =
    a.vcpuMilli >= b.vcpuMilli &&
    a.memoryMib >= b.memoryMib &&
    a.gpuMilli >= b.gpuMilli &&
    a.microUsdPerHour <= b.microUsdPerHour;
  const equal =
    a.vcpuMilli === b.vcpuMilli &&
    a.memoryMib === b.memoryMib &&
    a.gpuMilli === b.gpuMilli &&
    a.microUsdPerHour === b.microUsdPerHour;
  return noWorse && (!equal || a.pool < b.pool);
}

function unitCost(shape: Shape, candidates: readonly Candidate[]): number {
  let best = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const jobs = jobsThatFit(shape, candidate);
    if (jobs >= 1) best = Math.min(best, candidate.microUsdPerHour / jobs);
  }
  return best;
}
