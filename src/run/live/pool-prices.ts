// Live spot prices of a run's pools. On-demand prices are the catalogue's: they change once in years.

import type { PoolPrice } from "../../live/loop/controller-parts.js";
import { poolFinder } from "../../live/loop/pool-finder.js";
import { makePriceReader } from "../../live/observe/prices.js";
import type { Deadline } from "../../live/ports.js";
import { NONE } from "../../model/tables.js";
import type { OpenedLive } from "./open-live.js";

/** A reader for the loop; it answers null when EC2 does not. */
export async function poolPrices({
  live,
  clients,
}: OpenedLive): Promise<(deadline: Deadline) => Promise<PoolPrice[] | null>> {
  const { tables, settings } = live;
  const types = [...new Set(tables.pools.map(({ instanceType }) => tables.instanceTypes[instanceType]!.name))];
  const read = await makePriceReader(clients, settings.launch, types);
  const finder = poolFinder(tables);
  return async (deadline) => {
    const answer = await read(deadline);
    if (!answer.ok) return null;
    return answer.prices.flatMap(({ instanceType, zoneId, microUsdPerHour }) => {
      const pool = finder.find(instanceType, zoneId, "spot");
      return pool === NONE ? [] : [{ pool, microUsdPerHour }];
    });
  };
}
