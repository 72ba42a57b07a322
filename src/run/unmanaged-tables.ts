// A strategy's tables where AWS Batch places the jobs: what a strategy would do by placing is not to be had there, and what live mode
// may not do in a tick is nothing to decide.

import type { LiveCaps } from "../model/live-settings.js";
import type { SystemTables } from "../model/tables.js";
import type { UnmanagedModel } from "../model/world.js";

/**
 * The same tables for an engine that only foresees what AWS Batch will place, by `placement`. Tail-aware placement, holding back,
 * soft cordon and consolidation rest on placing, or on killing what Batch runs: they are off. `caps`: of the `live` block, if there
 * is one. Ends beyond them would be denied, over and over: none are asked for, in a replay of the scenario as on the account.
 */
export function unmanagedTables(
  tables: SystemTables,
  placement: UnmanagedModel["placement"],
  caps?: Pick<LiveCaps, "maxTerminationsPerTick" | "maxTerminationShare">,
): SystemTables {
  const { strategy } = tables;
  const { maxShare } = strategy.scaleDown;
  const capped =
    caps === undefined
      ? {}
      : { maxShare: Math.min(maxShare, caps.maxTerminationShare), maxInstances: caps.maxTerminationsPerTick };
  return {
    ...tables,
    placedBy: "batch",
    environments: tables.environments.map((environment) => ({ ...environment, placement })),
    strategy: {
      ...strategy,
      placement,
      holdBackMicroUsd: null,
      scaleDown: { ...strategy.scaleDown, softCordon: false, mayKill: false, ...capped },
    },
  };
}
