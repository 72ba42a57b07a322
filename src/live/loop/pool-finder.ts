// Pools by what AWS calls them.

import { NONE, type SystemTables } from "../../model/tables.js";
import type { PoolFinder } from "../mirror/host-mirror.js";

/** Finds a run's pool by instance type, Availability Zone id and market. */
export function poolFinder({ pools, instanceTypes }: Pick<SystemTables, "pools" | "instanceTypes">): PoolFinder {
  const index = new Map(
    pools.map((pool, i) => [keyOf(instanceTypes[pool.instanceType]!.name, pool.zone, pool.market), i]),
  );
  return { find: (instanceType, zoneId, market) => index.get(keyOf(instanceType, zoneId, market)) ?? NONE };
}

function keyOf(instanceType: string, zoneId: string, market: string): string {
  return `${instanceType} ${zoneId} ${market}`;
}
