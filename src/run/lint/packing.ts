// What a job costs on full instances: the price of an instance over the number of such jobs that fit it. Rules compare these
// prices; what a run really pays depends on packing and idle time, and lies above.

import { MILLI } from "../../base/units.js";
import type { ComputeEnvironment } from "../../model/environment.js";
import type { InstanceType, Pool } from "../../model/instance-type.js";
import type { Shape } from "../../model/job.js";
import { NONE } from "../../model/tables.js";
import { environmentIndexes, type ResolvedScenario } from "../tables.js";
import type { JobKind } from "./figures.js";

export interface Fit {
  readonly pool: number;
  /** Jobs on one full instance. */
  readonly jobs: number;
  /** The instance's price, everything included, over `jobs`. */
  readonly microUsdPerJobHour: number;
}

/** Compute environments of a queue, in its order; none when there is no such queue. */
function environmentsOf(resolved: ResolvedScenario, queue: string): ComputeEnvironment[] {
  if (!resolved.scenario.jobQueues.some((spec) => spec.name === queue)) return [];
  return environmentIndexes(resolved, queue)
    .filter((index) => index !== NONE)
    .map((index) => resolved.environments[index]!);
}

/** Whether instances are bought there one by one: neither Fargate nor a fixed fleet. */
export function isElastic({ fargate, fixedFleet }: ComputeEnvironment): boolean {
  return !fargate && fixedFleet === null;
}

/** The instance types and prices that an environment may launch within its maxvCpus. */
function poolsOf(resolved: ResolvedScenario, environment: ComputeEnvironment): number[] {
  return environment.pools.filter((pool) => typeOf(resolved, pool).vcpuMilli <= environment.maxVcpuMilli);
}

export function typeOf(resolved: ResolvedScenario, pool: number): InstanceType {
  return resolved.instanceTypes[resolved.pools[pool]!.instanceType]!;
}

/** What an hour of an instance costs, root volume and address included. */
export function hourlyPrice(resolved: ResolvedScenario, pool: Pool): number {
  return pool.priceMicroUsdPerHour + resolved.overheadMicroUsdPerHour;
}

/** How many such jobs fit one empty instance. A node of a multi-node job has its instance to itself. */
export function jobsPerInstance(type: InstanceType, shape: Shape, nodes: number): number {
  const fits = Math.min(
    shape.vcpuMilli === 0 ? Number.POSITIVE_INFINITY : Math.floor(type.vcpuMilli / shape.vcpuMilli),
    shape.memoryMib === 0 ? Number.POSITIVE_INFINITY : Math.floor(type.memoryMib / shape.memoryMib),
    shape.gpuMilli === 0 ? Number.POSITIVE_INFINITY : Math.floor(type.gpuMilli / shape.gpuMilli),
  );
  return nodes > 1 ? Math.min(1, fits) : fits;
}

/** The cheapest way to run jobs of a shape on some pools; undefined when it fits none. The first pool on ties. */
export function cheapestFit(
  resolved: ResolvedScenario,
  pools: readonly number[],
  shape: Shape,
  nodes: number,
): Fit | undefined {
  let best: Fit | undefined;
  for (const pool of pools) {
    const jobs = jobsPerInstance(typeOf(resolved, pool), shape, nodes);
    if (jobs === 0 || jobs === Number.POSITIVE_INFINITY) continue;
    const microUsdPerJobHour = hourlyPrice(resolved, resolved.pools[pool]!) / jobs;
    if (best === undefined || microUsdPerJobHour < best.microUsdPerJobHour) best = { pool, jobs, microUsdPerJobHour };
  }
  return best;
}

/** Pools of the first elastic environment in the queue's order for which `fits` holds; there its jobs go first. */
export function firstPools(
  resolved: ResolvedScenario,
  kind: JobKind,
  fits: (pools: readonly number[]) => boolean,
): number[] | undefined {
  return environmentsOf(resolved, kind.queue)
    .filter(isElastic)
    .map((environment) => poolsOf(resolved, environment))
    .find(fits);
}

/** The least that one vCPU-hour costs in an environment; undefined when it can launch nothing. */
export function cheapestVcpuHour(resolved: ResolvedScenario, environment: ComputeEnvironment): number | undefined {
  const prices = poolsOf(resolved, environment).map((pool) => {
    return hourlyPrice(resolved, resolved.pools[pool]!) / (typeOf(resolved, pool).vcpuMilli / MILLI);
  });
  return prices.length === 0 ? undefined : Math.min(...prices);
}
