// The named policies, in one table each: adding one is one file and one row.

import { MILLI } from "../base/units.js";
import type { ComputeEnvironment } from "../model/environment.js";
import type { Shape } from "../model/job.js";
import type { AllocationStrategy, PlacementPolicy, ProvisioningPolicy } from "../model/policy.js";
import type { SystemTables } from "../model/tables.js";
import { BestFitIndex } from "./placement/best-fit.js";
import { DedicatedIndex } from "./placement/dedicated.js";
import { FirstFitIndex } from "./placement/first-fit.js";
import type { PlacementIndex } from "./placement/placement-index.js";
import { TailAwareIndex } from "./placement/tail-aware.js";
import { AwsBatchProvisioner } from "./provisioning/aws-batch.js";
import { BestFitProvisioner } from "./provisioning/best-fit.js";
import type { Candidates } from "./provisioning/candidates.js";
import { ClusterAutoscalerProvisioner } from "./provisioning/cluster-autoscaler.js";
import { ElastigroupProvisioner } from "./provisioning/elastigroup.js";
import { FirstFitDecreasingProvisioner } from "./provisioning/first-fit-decreasing.js";
import { cheapestFor, JobPerInstanceProvisioner } from "./provisioning/job-per-instance.js";
import { KarpenterProvisioner } from "./provisioning/karpenter.js";
import { OptimumProvisioner } from "./provisioning/optimum.js";
import type { Provisioner } from "./provisioning/plan.js";
import type { Instances } from "./state/instances.js";

type MakePlacement = (instances: Instances, tables: SystemTables, environment: ComputeEnvironment) => PlacementIndex;
type MakeProvisioner = (candidates: Candidates, tables: SystemTables, environment: ComputeEnvironment) => Provisioner;

const PLACEMENT: Record<PlacementPolicy, MakePlacement> = {
  "first-fit": (instances) => new FirstFitIndex(instances),
  "best-fit": (instances, tables, environment) => new BestFitIndex(instances, largestVcpus(environment, tables)),
  "tail-aware": (instances, tables, environment) =>
    new TailAwareIndex(instances, largestVcpus(environment, tables), tables.strategy.holdBackMicroUsd),
};

const awsBatch =
  (strategy: AllocationStrategy): MakeProvisioner =>
  (candidates, tables) =>
    new AwsBatchProvisioner(strategy, candidates, tables);

const PROVISIONING: Record<ProvisioningPolicy, MakeProvisioner> = {
  "best-fit": (candidates, tables) => new BestFitProvisioner(candidates, tables),
  "first-fit-decreasing": (candidates, tables) => new FirstFitDecreasingProvisioner(candidates, tables),
  karpenter: (candidates, tables) => new KarpenterProvisioner(candidates, tables),
  "cluster-autoscaler": (candidates, tables) => new ClusterAutoscalerProvisioner(candidates, tables),
  elastigroup: (candidates, tables) => new ElastigroupProvisioner(candidates, tables),
  optimum: (candidates, tables) => new OptimumProvisioner(candidates, tables),
  BEST_FIT: awsBatch("BEST_FIT"),
  BEST_FIT_PROGRESSIVE: awsBatch("BEST_FIT_PROGRESSIVE"),
  BEST_FIT_PROGRESSIVE_ORDERED: awsBatch("BEST_FIT_PROGRESSIVE_ORDERED"),
  SPOT_CAPACITY_OPTIMIZED: awsBatch("SPOT_CAPACITY_OPTIMIZED"),
  SPOT_CAPACITY_OPTIMIZED_PRIORITIZED: awsBatch("SPOT_CAPACITY_OPTIMIZED_PRIORITIZED"),
  SPOT_PRICE_CAPACITY_OPTIMIZED: awsBatch("SPOT_PRICE_CAPACITY_OPTIMIZED"),
  "job-per-instance": (candidates, tables, { maxVcpuMilli }) =>
    new JobPerInstanceProvisioner(candidates, tables.shapes, maxVcpuMilli),
};

/** The placement index of one environment. One job per instance brings its own, whatever the placement policy. */
export function makePlacement(
  instances: Instances,
  candidates: Candidates,
  tables: SystemTables,
  environment: ComputeEnvironment,
): PlacementIndex {
  const { provisioning, placement, maxVcpuMilli, fargate } = environment;
  if (provisioning !== "job-per-instance") return PLACEMENT[placement](instances, tables, environment);
  const typeForShape = new Map<Shape, number>();
  for (const shape of tables.shapes) {
    const candidate = cheapestFor(shape, candidates, maxVcpuMilli);
    if (candidate !== undefined) typeForShape.set(shape, candidate.instanceType);
  }
  return new DedicatedIndex(instances, typeForShape, fargate);
}

/** The provisioner of one environment. */
export function makeProvisioner(
  candidates: Candidates,
  tables: SystemTables,
  environment: ComputeEnvironment,
): Provisioner {
  return PROVISIONING[environment.provisioning](candidates, tables, environment);
}

/** The largest whole number of vCPUs of any instance type that the environment may have. */
function largestVcpus(environment: ComputeEnvironment, { pools, instanceTypes }: SystemTables): number {
  const own = [...environment.pools, ...(environment.fixedFleet ?? []).map(({ pool }) => pool)];
  const vcpuMilli = own.map((pool) => instanceTypes[pools[pool]!.instanceType]!.vcpuMilli);
  return Math.ceil(Math.max(0, ...vcpuMilli) / MILLI);
}
