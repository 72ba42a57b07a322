// What the market adds to a placement policy: caps on what one spot instance may hold, and on-demand instances beside spot.

import type { Cluster } from "../state/cluster.js";
import { LimitedIndex } from "./limited.js";
import type { PlacementIndex } from "./placement-index.js";
import { TwoMarketsIndex } from "./two-markets.js";

/** The index of an environment: `own` itself where the strategy has neither. `another` makes one more of its policy. */
export function placementOnMarket(
  cluster: Cluster,
  environment: number,
  own: PlacementIndex,
  another: () => PlacementIndex,
): PlacementIndex {
  const { tables, instances, market, environments } = cluster;
  const { jobsPerInstance, vcpuHoursPerInstance } = tables.strategy.spot.blastRadius;
  const { pools, fargate, fixedFleet } = tables.environments[environment]!;
  const onSpot = pools.length > 0 && tables.pools[pools[0]!]!.market === "spot" && !fargate && fixedFleet === null;
  const isLimited = onSpot && (jobsPerInstance !== null || vcpuHoursPerInstance !== null);
  const spot = isLimited
    ? new LimitedIndex(
        own,
        instances,
        Float64Array.from(tables.instanceTypes, ({ vcpuMilli }) => vcpuMilli),
        market.runTimes,
        {
          jobs: jobsPerInstance ?? Number.POSITIVE_INFINITY,
          vcpuHours: vcpuHoursPerInstance ?? Number.POSITIVE_INFINITY,
        },
      )
    : own;
  if (environments[environment]!.onDemandInFlightByType === null) return spot;
  const isOnDemandPool = Uint8Array.from(tables.pools, (pool) => (pool.market === "on-demand" ? 1 : 0));
  return new TwoMarketsIndex(spot, another(), instances, isOnDemandPool);
}
