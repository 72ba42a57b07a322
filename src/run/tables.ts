// A resolved scenario, and the engine's tables made from it. Without the catalogue: this side of `resolve.ts` runs in a
// browser.

import { MILLI, MS_PER_SECOND } from "../base/units.js";
import type { PriceShares } from "../metrics/price-shares.js";
import type { Billing } from "../model/billing.js";
import type { ComputeEnvironment, JobQueue } from "../model/environment.js";
import type { InstanceType, Market, Pool } from "../model/instance-type.js";
import type { Workload } from "../model/job.js";
import type { MarketModel } from "../model/market.js";
import type { FairShare, QueueOrder, Strategy } from "../model/policy.js";
import type { ResultHeader } from "../model/run-result.js";
import type { SystemTables } from "../model/tables.js";
import type { ComputeEnvironmentSpec, Scenario, SchedulingPolicySpec, StrategySpec } from "../scenario/scenario.js";
import { solverOf } from "./solver/loaded.js";

/** shareDecaySeconds 0 means a window of ten minutes (AWS Batch API reference, FairsharePolicy). */
const MINIMUM_SHARE_WINDOW_MS = 600_000;

/** weightFactor of a share that no entry of the scheduling policy matches (AWS Batch API reference, ShareAttributes). */
const DEFAULT_WEIGHT = 1;

/**
 * Where multi-node jobs wait, an instance that has not run a job yet may be empty for this long: it waits for its fellows.
 * A model; it only matters where a strategy's idle delay is shorter.
 */
const GANG_ASSEMBLY_MS = 60_000;

/** A scenario with everything looked up that does not depend on the trace. Plain data: JSON keeps all that is used. */
export interface ResolvedScenario {
  readonly scenario: Scenario;
  readonly instanceTypes: readonly InstanceType[];
  readonly pools: readonly Pool[];
  /** The environments as the scenario has them, before any strategy; and the same with every market on-demand. */
  readonly environments: readonly ComputeEnvironment[];
  readonly onDemandEnvironments: readonly ComputeEnvironment[];
  /** Pools of every environment on a market, for the floors. Empty when nothing is on sale there. */
  readonly floorPools: Readonly<Record<Market, readonly Pool[]>>;
  readonly market: MarketModel;
  readonly billing: Billing;
  readonly overheadMicroUsdPerHour: number;
  /** Indexed by instance type. */
  readonly priceShares: readonly PriceShares[];
  readonly asOf: ResultHeader["catalog"];
  readonly notes: readonly string[];
}

/** What tables need of a workload. */
type WorkloadTables = Pick<
  Workload,
  "classes" | "shapes" | "shareNames" | "consumableSets" | "queueNames" | "originMs"
>;

/** The engine's tables for one strategy on a set of environments (of the scenario, in its order) and a workload. */
export function tablesFor(
  resolved: ResolvedScenario,
  environments: readonly ComputeEnvironment[],
  workload: WorkloadTables,
  strategy: Strategy,
): SystemTables {
  const { scenario } = resolved;
  const hasGangs = workload.classes.some(({ nodes }) => nodes > 1);
  return {
    shapes: workload.shapes,
    classes: workload.classes,
    shareNames: workload.shareNames,
    consumableSets: workload.consumableSets,
    consumableResources: scenario.consumableResources,
    queues: workload.queueNames.map((name) => toQueue(resolved, environments, name, workload.shareNames, strategy)),
    environments: environments.map((environment, index) =>
      underStrategy(environment, scenario.computeEnvironments[index]!, strategy, hasGangs),
    ),
    pools: resolved.pools,
    instanceTypes: resolved.instanceTypes,
    strategy,
    originMs: workload.originMs,
    overheadMicroUsdPerHour: resolved.overheadMicroUsdPerHour,
    ...solverOf(strategy),
  };
}

/** A strategy as the engine sees it: on the world's decision grid. */
export function toStrategy(scenario: Scenario, spec: StrategySpec): Strategy {
  return { ...spec, decisionIntervalMs: scenario.world.decisionIntervalMs };
}

/** Where the jobs of a queue may run: indexes of its compute environments, in its order. */
export function environmentIndexes(resolved: ResolvedScenario, queueName: string): number[] {
  const { jobQueues, computeEnvironments } = resolved.scenario;
  const queue = jobQueues.find((spec) => spec.name === queueName)!;
  return queue.computeEnvironments.map((name) => computeEnvironments.findIndex((spec) => spec.name === name));
}

/**
 * weightFactor of a share: of the entry with exactly its name, else of the longest prefix entry ("lab*") that it begins
 * with, else 1.
 */
export function weightOf(shareIdentifier: string, policy: SchedulingPolicySpec | undefined): number {
  const entries = policy?.shares ?? [];
  const exact = entries.find((entry) => entry.shareIdentifier === shareIdentifier);
  if (exact !== undefined) return exact.weightFactor;
  const prefixes = entries
    .filter((entry) => entry.shareIdentifier.endsWith("*"))
    .filter((entry) => shareIdentifier.startsWith(entry.shareIdentifier.slice(0, -1)))
    .sort((a, b) => b.shareIdentifier.length - a.shareIdentifier.length);
  return prefixes[0]?.weightFactor ?? DEFAULT_WEIGHT;
}

function toQueue(
  resolved: ResolvedScenario,
  environments: readonly ComputeEnvironment[],
  name: string,
  shareNames: readonly string[],
  strategy: Strategy,
): JobQueue {
  const { jobQueues, schedulingPolicies } = resolved.scenario;
  const position = jobQueues.findIndex((spec) => spec.name === name);
  const { priority, timeLimits, schedulingPolicy } = jobQueues[position]!;
  const indexes = environmentIndexes(resolved, name);
  const policy = schedulingPolicies.find((spec) => spec.name === schedulingPolicy);
  const total = (amount: (index: number) => number) => indexes.reduce((sum, index) => sum + amount(index), 0);
  const capacity = {
    maxVcpuMilli: total((index) => capacityVcpuMilli(environments[index]!, resolved)),
    reservableVcpuMilli: total((index) => reservableVcpuMilli(resolved, environments, index)),
  };
  const order = orderOf(strategy, name, policy, shareNames, capacity);
  return { name, priority, position, computeEnvironments: indexes, order, timeLimits };
}

function orderOf(
  strategy: Strategy,
  queue: string,
  policy: SchedulingPolicySpec | undefined,
  shareNames: readonly string[],
  capacity: Pick<FairShare, "maxVcpuMilli" | "reservableVcpuMilli">,
): QueueOrder {
  const discipline = strategy.queueDisciplines[queue] ?? strategy.queueDiscipline;
  const weightOfShare = () => shareNames.map((share) => weightOf(share, policy));
  if (discipline === "slurm-fair-share") {
    const windowMs = strategy.fairShareHalfLifeMs;
    return {
      kind: "fair-share",
      fairShare: {
        decay: "half-life",
        windowMs,
        weightOfShare: weightOfShare(),
        computeReservation: 0,
        ...capacity,
      },
    };
  }
  if (discipline !== "aws-batch") return { kind: discipline };
  if (policy === undefined) return { kind: "fifo" };
  const { computeReservation, shareDecaySeconds } = policy;
  const windowMs = shareDecaySeconds === 0 ? MINIMUM_SHARE_WINDOW_MS : shareDecaySeconds * MS_PER_SECOND;
  return {
    kind: "fair-share",
    fairShare: {
      decay: "linear",
      windowMs,
      weightOfShare: weightOfShare(),
      shareDistribution: policy.shares,
      computeReservation,
      ...capacity,
    },
  };
}

/**
 * What a computeReservation is a part of: maxvCpus, of an UNMANAGED environment its unmanagedvCpus ("If this parameter isn't
 * provided for a fair-share job queue, no vCPU capacity is reserved", CreateComputeEnvironment in the API reference).
 */
function reservableVcpuMilli(
  resolved: ResolvedScenario,
  environments: readonly ComputeEnvironment[],
  index: number,
): number {
  const { managed, unmanagedvCpus } = resolved.scenario.computeEnvironments[index]!;
  return managed ? capacityVcpuMilli(environments[index]!, resolved) : unmanagedvCpus * MILLI;
}

/** maxvCpus, or what a fixed fleet has. */
function capacityVcpuMilli({ fixedFleet, maxVcpuMilli }: ComputeEnvironment, resolved: ResolvedScenario): number {
  if (fixedFleet === null) return maxVcpuMilli;
  const vcpuMilliOf = (pool: number) => resolved.instanceTypes[resolved.pools[pool]!.instanceType]!.vcpuMilli;
  return fixedFleet.reduce((sum, { pool, count }) => sum + count * vcpuMilliOf(pool), 0);
}

/** An environment with a strategy's choices. Fargate has none to make; on a machine of processors there is one place. */
function underStrategy(
  environment: ComputeEnvironment,
  { fixedFleet }: ComputeEnvironmentSpec,
  { placement, provisioning, scaleDown }: Strategy,
  hasGangs: boolean,
): ComputeEnvironment {
  if (environment.fargate || fixedFleet?.kind === "processors") return environment;
  const { idleDelayMs } = scaleDown;
  return {
    ...environment,
    provisioning: provisioning === "aws-batch" ? environment.provisioning : provisioning,
    placement,
    idleDelayMs: hasGangs && environment.multiNode ? Math.max(idleDelayMs, GANG_ASSEMBLY_MS) : idleDelayMs,
    idleDelayAfterJobMs: Math.max(idleDelayMs, environment.idleDelayAfterJobMs),
  };
}
