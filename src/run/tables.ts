// A resolved scenario, and the engine's tables made from it. Without the catalogue: this side of `resolve.ts` runs in a
// browser.

import type { PriceShares } from "../metrics/price-shares.js";
import type { Billing } from "../model/billing.js";
import type { ComputeEnvironment } from "../model/environment.js";
import type { InstanceType, Market, Pool } from "../model/instance-type.js";
import type { Workload } from "../model/job.js";
import type { Strategy } from "../model/policy.js";
import type { ResultHeader } from "../model/run-result.js";
import type { SystemTables } from "../model/tables.js";
import type { Scenario, StrategySpec } from "../scenario/scenario.js";

/** A scenario with everything looked up that does not depend on the trace. Plain data: JSON keeps all of it. */
export interface ResolvedScenario {
  readonly scenario: Scenario;
  readonly instanceTypes: readonly InstanceType[];
  readonly pools: readonly Pool[];
  /** The environments as the scenario has them, and the same with every market on-demand. */
  readonly environments: readonly ComputeEnvironment[];
  readonly onDemandEnvironments: readonly ComputeEnvironment[];
  /** Pools of every environment on a market, for the floors. Empty when nothing is on sale there. */
  readonly floorPools: Readonly<Record<Market, readonly Pool[]>>;
  readonly billing: Billing;
  readonly overheadMicroUsdPerHour: number;
  /** Indexed by instance type. */
  readonly priceShares: readonly PriceShares[];
  readonly asOf: ResultHeader["catalog"];
  readonly notes: readonly string[];
}

/** The engine's tables for one strategy on a set of environments and a workload. */
export function tablesFor(
  resolved: ResolvedScenario,
  environments: readonly ComputeEnvironment[],
  workload: Workload,
  strategy: Strategy,
): SystemTables {
  return {
    shapes: workload.shapes,
    classes: workload.classes,
    queues: workload.queueNames.map((name) => {
      const queue = resolved.scenario.jobQueues.find((spec) => spec.name === name)!;
      return { name, priority: queue.priority, computeEnvironments: environmentIndexes(resolved, name) };
    }),
    environments,
    pools: resolved.pools,
    instanceTypes: resolved.instanceTypes,
    strategy,
    overheadMicroUsdPerHour: resolved.overheadMicroUsdPerHour,
  };
}

/** A strategy as the engine sees it. */
export function toStrategy(scenario: Scenario, spec: StrategySpec): Strategy {
  return {
    name: spec.name,
    queueDiscipline: spec.queueDiscipline,
    placement: spec.placement,
    provisioning: spec.provisioning,
    scaleDown: { idleDelayMs: spec.idleDelayMs, maxShare: spec.maxScaleDownShare },
    decisionIntervalMs: scenario.world.decisionIntervalMs,
    maxLaunchesPerDecision: spec.maxLaunchesPerDecision,
  };
}

/** Where the jobs of a queue may run: indexes of its compute environments, in its order. */
export function environmentIndexes(resolved: ResolvedScenario, queueName: string): number[] {
  const { jobQueues, computeEnvironments } = resolved.scenario;
  const queue = jobQueues.find((spec) => spec.name === queueName)!;
  return queue.computeEnvironments.map((name) => computeEnvironments.findIndex((spec) => spec.name === name));
}
