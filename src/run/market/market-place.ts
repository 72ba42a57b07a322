// Where a market is: the pools of a run, and what their instance types are called.

import type { InstanceType, Pool } from "../../model/instance-type.js";

export interface MarketPlace {
  readonly region: string;
  readonly pools: readonly Pool[];
  readonly instanceTypes: readonly InstanceType[];
}

/** "m6i" of "m6i.2xlarge"; of made types ("Fargate 4 vCPU 16 GiB") the whole name. */
export function familyOf({ instanceTypes }: MarketPlace, pool: Pool): string {
  const { name } = instanceTypes[pool.instanceType]!;
  const dot = name.indexOf(".");
  return pool.overheadFree === true || dot < 0 ? name : name.slice(0, dot);
}

/** Indexes of EC2's pools for which `matches` holds; Fargate and machines of processors are no pools of EC2. */
export function poolsWhere({ pools }: MarketPlace, matches: (pool: Pool) => boolean): number[] {
  return pools.flatMap((pool, index) => (pool.overheadFree !== true && matches(pool) ? [index] : []));
}

/** Different values in the order of the alphabet. */
export function distinct(values: Iterable<string>): string[] {
  return [...new Set(values)].sort();
}
