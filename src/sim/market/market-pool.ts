// A pool as the simulated market sees it.

import type { SystemTables } from "../../model/tables.js";

export interface MarketPool {
  /** Type, zone and market: names the pool's random streams, so that a pool is the same whatever else a run may buy. */
  readonly name: string;
  /** A spot pool of EC2. Fargate has no pools that one could see. */
  readonly isSpot: boolean;
  readonly vcpuMilli: number;
  /** What it costs by the table. */
  readonly ownMicroUsdPerHour: number;
  /** What its type costs on-demand; Infinity where the run has no on-demand pool of the type. */
  readonly onDemandMicroUsdPerHour: number;
  readonly interruptionBand: number;
}

/** The pools of a run, by index. */
export function marketPools({ pools, instanceTypes }: SystemTables): MarketPool[] {
  const onDemand = new Map<number, number>();
  for (const { instanceType, market, priceMicroUsdPerHour } of pools) {
    if (market === "spot") continue;
    const known = onDemand.get(instanceType) ?? Number.POSITIVE_INFINITY;
    onDemand.set(instanceType, Math.min(known, priceMicroUsdPerHour));
  }
  return pools.map((pool) => {
    const { name, vcpuMilli } = instanceTypes[pool.instanceType]!;
    return {
      name: `${name}/${pool.zone}/${pool.market}`,
      isSpot: pool.market === "spot" && pool.overheadFree !== true,
      vcpuMilli,
      ownMicroUsdPerHour: pool.priceMicroUsdPerHour,
      onDemandMicroUsdPerHour: onDemand.get(pool.instanceType) ?? Number.POSITIVE_INFINITY,
      interruptionBand: pool.interruptionBand,
    };
  });
}
