// A launch plan: what one decision wants to buy, and how a single instance is filled on paper.

import type { Shape } from "../../model/job.js";
import type { Candidate } from "./candidates.js";

export interface PlannedLaunch {
  readonly candidate: Candidate;
  readonly copies: number;
  /** Jobs that one copy is meant to take. */
  readonly jobsPerCopy: number;
  /** Price of a copy over the worth of the jobs it takes: 1 is a perfect fill, 2 pays double. */
  readonly priceOverWorth: number;
  /** The best other choice at that moment, and its price over worth; null when there was none. */
  readonly runnerUp: { readonly candidate: Candidate; readonly priceOverWorth: number } | null;
}

export interface LaunchLimits {
  /** vCPUs that may still be bought. */
  readonly vcpuMilli: number;
  /** Instances that may still be bought by this decision. */
  readonly launches: number;
}

/** A provisioning policy. `demand` is the number of waiting jobs per shape; what is covered is taken off it. */
export interface Provisioner {
  /** Lets instances that are on their way (`available` per instance type, used up) cover demand. */
  coverInFlight(available: Int32Array, demand: Int32Array): void;
  /** Plans launches for what is left. */
  plan(demand: Int32Array, limits: LaunchLimits): PlannedLaunch[];
}

/**
 * Fills one empty instance from `demand`, largest shapes first. Writes the jobs taken per shape into `fill` and returns
 * their number. Only shapes listed in `order` are looked at.
 */
export function fillInstance(
  candidate: { readonly vcpuMilli: number; readonly memoryMib: number; readonly gpuMilli: number },
  demand: Int32Array,
  shapes: readonly Shape[],
  order: Int32Array,
  fill: Int32Array,
): number {
  let { vcpuMilli, memoryMib, gpuMilli } = candidate;
  let jobs = 0;
  for (let i = 0; i < order.length; i++) {
    const index = order[i]!;
    fill[index] = 0;
    let count = demand[index]!;
    if (count === 0) continue;
    const shape = shapes[index]!;
    if (shape.vcpuMilli > vcpuMilli || shape.memoryMib > memoryMib || shape.gpuMilli > gpuMilli) continue;
    if (shape.vcpuMilli > 0) count = Math.min(count, Math.floor(vcpuMilli / shape.vcpuMilli));
    if (shape.memoryMib > 0) count = Math.min(count, Math.floor(memoryMib / shape.memoryMib));
    if (shape.gpuMilli > 0) count = Math.min(count, Math.floor(gpuMilli / shape.gpuMilli));
    vcpuMilli -= count * shape.vcpuMilli;
    memoryMib -= count * shape.memoryMib;
    gpuMilli -= count * shape.gpuMilli;
    fill[index] = count;
    jobs += count;
  }
  return jobs;
}

/** How often the fill can be repeated before `demand` no longer covers it. */
export function repeatsOfFill(demand: Int32Array, order: Int32Array, fill: Int32Array): number {
  let copies = Number.POSITIVE_INFINITY;
  for (let i = 0; i < order.length; i++) {
    const index = order[i]!;
    if (fill[index]! > 0) copies = Math.min(copies, Math.floor(demand[index]! / fill[index]!));
  }
  return copies;
}

/** Takes `copies` fills off the demand. */
export function takeFill(demand: Int32Array, order: Int32Array, fill: Int32Array, copies: number): void {
  for (let i = 0; i < order.length; i++) {
    const index = order[i]!;
    demand[index] = demand[index]! - copies * fill[index]!;
  }
}

/** Covers demand with empty instances that take as many jobs as they hold: `coverInFlight` of policies that pack. */
export function packInFlight(
  types: readonly { readonly vcpuMilli: number; readonly memoryMib: number; readonly gpuMilli: number }[],
  shapes: readonly Shape[],
  order: Int32Array,
  fill: Int32Array,
  available: Int32Array,
  demand: Int32Array,
): void {
  for (let type = 0; type < available.length; type++) {
    while (available[type]! > 0) {
      if (fillInstance(types[type]!, demand, shapes, order, fill) === 0) break;
      const copies = Math.min(available[type]!, repeatsOfFill(demand, order, fill));
      takeFill(demand, order, fill, copies);
      available[type] = available[type]! - copies;
    }
  }
}
