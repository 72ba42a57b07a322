// A strategy's tables where AWS Batch places the jobs: what a strategy would do by placing is not to be had there.

import type { SystemTables } from "../model/tables.js";
import type { UnmanagedModel } from "../model/world.js";

/**
 * The same tables for an engine that only foresees what AWS Batch will place, by `placement`. Tail-aware placement, holding back,
 * soft cordon and consolidation rest on placing, or on killing what Batch runs: they are off.
 */
export function unmanagedTables(tables: SystemTables, placement: UnmanagedModel["placement"]): SystemTables {
  const { strategy } = tables;
  return {
    ...tables,
    placedBy: "batch",
    environments: tables.environments.map((environment) => ({ ...environment, placement })),
    strategy: {
      ...strategy,
      placement,
      holdBackMicroUsd: null,
      scaleDown: { ...strategy.scaleDown, softCordon: false, mayKill: false },
    },
  };
}
