// What a compute environment buys from: its own pools and, where it is on spot and the strategy may fall back or escalate,
// on-demand pools of the same types. Each has candidates and a provisioning policy of its own.

import type { SpotPolicy } from "../../model/policy.js";
import type { SystemTables } from "../../model/tables.js";
import { makeProvisioner } from "../policies.js";
import { LiveCandidates } from "./live-candidates.js";
import type { Provisioner } from "./plan.js";

export interface Source {
  readonly candidates: LiveCandidates;
  readonly provisioner: Provisioner;
}

export interface Sources {
  readonly main: Source;
  /** Null: nothing is ever bought beside the environment's own pools. */
  readonly onDemand: Source | null;
}

/** Whether a strategy ever buys on-demand for an environment that is on spot. */
export function mayBuyOnDemand({ environments, strategy }: SystemTables, environment: number): boolean {
  return (
    environments[environment]!.onDemandPools.length > 0 &&
    (strategy.spot.fallbackAfterMs !== null || escalates(strategy.spot))
  );
}

export function escalates({ escalation }: SpotPolicy): boolean {
  return escalation.lostAttempts > 0 || escalation.ageMs !== null || escalation.turnaroundMs !== null;
}

/** The sources of one environment; `candidates`: of its own pools. */
export function makeSources(candidates: LiveCandidates, tables: SystemTables, index: number): Sources {
  const environment = tables.environments[index]!;
  const main = { candidates, provisioner: makeProvisioner(candidates, tables, environment) };
  if (!mayBuyOnDemand(tables, index)) return { main, onDemand: null };
  const orderOfType = new Map(
    environment.pools.map((pool, position) => [tables.pools[pool]!.instanceType, environment.poolOrder[position]!]),
  );
  const order = environment.onDemandPools.map((pool) => orderOfType.get(tables.pools[pool]!.instanceType)!);
  const dear = new LiveCandidates(environment.onDemandPools, order, tables);
  return { main, onDemand: { candidates: dear, provisioner: makeProvisioner(dear, tables, environment) } };
}
