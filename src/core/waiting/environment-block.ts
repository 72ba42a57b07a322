// What keeps a job out of one compute environment, and out of each instance type that the environment may use.

import type { InstanceType } from "../../model/instance-type.js";
import type { Shape } from "../../model/job.js";
import { NONE } from "../../model/tables.js";
import { mayExceedMaximum } from "../provisioning/allocation-strategy.js";
import { findGang } from "../queue/gang.js";
import type { Cluster } from "../state/cluster.js";
import { InstanceStatus } from "../state/instances.js";
import type { EnvironmentReason, NearestInstance, Shortage, TypeBlock, TypeReason } from "./reasons.js";

/** Reasons of one environment for jobs of a class, at an instant. */
export function environmentBlock(
  cluster: Cluster,
  environment: number,
  jobClass: number,
  nowMs: number,
): EnvironmentReason {
  const { nodes } = cluster.tables.classes[jobClass]!;
  const all = typesByPrice(cluster, environment).map(
    ({ instanceType, pool }): TypeReason => ({
      instanceType,
      pool,
      block: whetherAskable(
        cluster,
        environment,
        instanceType,
        typeBlock(cluster, environment, instanceType, jobClass),
        nowMs,
      ),
    }),
  );
  // On Fargate a job gets the cheapest size that holds it, and no other.
  const fitting = all.filter(({ block }) => block.kind !== "too-small");
  const types = cluster.tables.environments[environment]!.fargate && fitting.length > 0 ? fitting.slice(0, 1) : all;
  return { environment, block: summary(cluster, environment, jobClass, nodes, types), types };
}

function summary(
  cluster: Cluster,
  environment: number,
  jobClass: number,
  nodes: number,
  types: readonly TypeReason[],
): EnvironmentReason["block"] {
  const { multiNode, fixedFleet, maxVcpuMilli } = cluster.tables.environments[environment]!;
  const state = cluster.environments[environment]!;
  if (nodes > 1 && !multiNode) return { kind: "multi-node-refused" };
  const { shape } = cluster.tables.classes[jobClass]!;
  const hasRoom =
    nodes > 1 ? findGang(cluster, jobClass) !== null : state.placement.find(cluster.tables.shapes[shape]!) !== NONE;
  if (hasRoom) return { kind: "none" };
  const has = (kind: TypeBlock["kind"]) => types.some(({ block }) => block.kind === kind);
  if (types.every(({ block }) => block.kind === "too-small")) return { kind: "too-small" };
  if (has("in-flight")) return { kind: "in-flight", instances: coming(types) };
  if (nodes > 1) return { kind: "gang", nodes };
  if (has("refused") && !has("may-launch")) return { kind: "refused", untilMs: earliest(types) };
  if (fixedFleet === null && !has("may-launch")) {
    return { kind: "max-vcpus", vcpuMilli: state.vcpuMilli, maxVcpuMilli };
  }
  return { kind: "no-room" };
}

/** Instances on their way of types that hold the job. */
function coming(types: readonly TypeReason[]): number {
  return types.reduce((sum, { block }) => (block.kind === "in-flight" ? sum + block.instances : sum), 0);
}

/** When EC2 is asked again for the first type that it refuses. */
function earliest(types: readonly TypeReason[]): number {
  return types.reduce(
    (first, { block }) => (block.kind === "refused" ? Math.min(first, block.untilMs) : first),
    Number.POSITIVE_INFINITY,
  );
}

/** What may be launched as far as maxvCpus goes may be refused by EC2, in all pools of the type. */
function whetherAskable(
  { tables, market }: Cluster,
  environment: number,
  typeIndex: number,
  block: TypeBlock,
  nowMs: number,
): TypeBlock {
  if (block.kind !== "may-launch") return block;
  const pools = tables.environments[environment]!.pools.filter(
    (pool) => tables.pools[pool]!.instanceType === typeIndex,
  );
  const askableMs = pools.reduce(
    (first, pool) => Math.min(first, market.refusedUntilMs[pool]!),
    Number.POSITIVE_INFINITY,
  );
  const untilMs = Math.max(askableMs, market.throttledUntilMs);
  return untilMs > nowMs ? { kind: "refused", untilMs } : block;
}

function typesByPrice(cluster: Cluster, environment: number): { instanceType: number; pool: number }[] {
  const { environments, pools } = cluster.tables;
  const { fixedFleet, pools: offered } = environments[environment]!;
  const listed = fixedFleet?.map(({ pool }) => pool) ?? offered;
  const cheapest = new Map<number, number>();
  for (const pool of listed) {
    const { instanceType, priceMicroUsdPerHour } = pools[pool]!;
    const known = cheapest.get(instanceType);
    if (known === undefined || pools[known]!.priceMicroUsdPerHour > priceMicroUsdPerHour) {
      cheapest.set(instanceType, pool);
    }
  }
  return [...cheapest]
    .map(([instanceType, pool]) => ({ instanceType, pool }))
    .sort((a, b) => pools[a.pool]!.priceMicroUsdPerHour - pools[b.pool]!.priceMicroUsdPerHour || a.pool - b.pool);
}

function typeBlock(cluster: Cluster, environment: number, typeIndex: number, jobClass: number): TypeBlock {
  const { tables } = cluster;
  const { shape, nodes } = tables.classes[jobClass]!;
  const request = tables.shapes[shape]!;
  const { fixedFleet } = tables.environments[environment]!;
  const nearest = nearestInstance(cluster, environment, typeIndex, request);
  const short = shortage(request, tables.instanceTypes[typeIndex]!);
  if (isShort(short)) {
    return { kind: "too-small", short, mayLaunch: mayLaunch(cluster, environment, typeIndex, nodes), nearest };
  }
  const inFlight = cluster.environments[environment]!.inFlightByType[typeIndex]!;
  if (nodes > 1) return typeBlockOfNodes(cluster, environment, typeIndex, nodes, inFlight);
  if (fixedFleet !== null) return nearest === null ? { kind: "fixed-fleet" } : { kind: "no-room", ...nearest };
  if (inFlight > 0) return { kind: "in-flight", instances: inFlight };
  if (mayLaunch(cluster, environment, typeIndex, 1)) return { kind: "may-launch" };
  return nearest === null ? { kind: "max-vcpus" } : { kind: "no-room", ...nearest };
}

/** Nodes need empty instances. */
function typeBlockOfNodes(
  cluster: Cluster,
  environment: number,
  typeIndex: number,
  nodes: number,
  inFlight: number,
): TypeBlock {
  const empty = emptyInstances(cluster, environment, typeIndex);
  const missing = nodes - empty - inFlight;
  if (missing <= 0 && inFlight > 0) return { kind: "in-flight", instances: inFlight };
  return mayLaunch(cluster, environment, typeIndex, Math.max(0, missing))
    ? { kind: "may-launch" }
    : { kind: "nodes-missing", empty, inFlight };
}

/** Whether so many further instances of a type are allowed; strategies that may exceed maxvCpus do so by one instance. */
function mayLaunch(cluster: Cluster, environment: number, typeIndex: number, count: number): boolean {
  const { tables, environments } = cluster;
  const { fixedFleet, maxVcpuMilli, provisioning, pools } = tables.environments[environment]!;
  if (fixedFleet !== null) return false;
  const { vcpuMilli } = tables.instanceTypes[typeIndex]!;
  const fleetVcpuMilli = environments[environment]!.vcpuMilli;
  if (fleetVcpuMilli + count * vcpuMilli <= maxVcpuMilli) return true;
  const { market } = tables.pools[pools[0]!]!;
  return count === 1 && mayExceedMaximum(provisioning, { market }) && fleetVcpuMilli < maxVcpuMilli;
}

/** Registered instances of a type without a job. */
function emptyInstances({ instances }: Cluster, environment: number, typeIndex: number): number {
  let empty = 0;
  for (let instance = 0; instance < instances.count; instance++) {
    if (
      instances.status(instance) === InstanceStatus.Registered &&
      instances.environment(instance) === environment &&
      instances.instanceType(instance) === typeIndex &&
      instances.jobs(instance) === 0
    ) {
      empty++;
    }
  }
  return empty;
}

/** The registered instance of a type that lacks least for a request: vCPUs first, then memory. */
function nearestInstance(
  cluster: Cluster,
  environment: number,
  typeIndex: number,
  request: Shape,
): NearestInstance | null {
  const { instances } = cluster;
  let best: NearestInstance | null = null;
  for (let instance = 0; instance < instances.count; instance++) {
    if (
      instances.status(instance) !== InstanceStatus.Registered ||
      instances.environment(instance) !== environment ||
      instances.instanceType(instance) !== typeIndex
    ) {
      continue;
    }
    const short = shortage(request, {
      vcpuMilli: instances.freeVcpuMilli(instance),
      memoryMib: instances.freeMemoryMib(instance),
      gpuMilli: instances.freeGpuMilli(instance),
    });
    if (best === null || compareShortages(short, best.short) < 0) best = { instance, short };
  }
  return best;
}

function compareShortages(a: Shortage, b: Shortage): number {
  return a.gpuMilli - b.gpuMilli || a.vcpuMilli - b.vcpuMilli || a.memoryMib - b.memoryMib;
}

function shortage(request: Shape, has: Pick<InstanceType, "vcpuMilli" | "memoryMib" | "gpuMilli">): Shortage {
  return {
    vcpuMilli: Math.max(0, request.vcpuMilli - has.vcpuMilli),
    memoryMib: Math.max(0, request.memoryMib - has.memoryMib),
    gpuMilli: Math.max(0, request.gpuMilli - has.gpuMilli),
  };
}

/** Whether anything is missing. */
function isShort({ vcpuMilli, memoryMib, gpuMilli }: Shortage): boolean {
  return vcpuMilli > 0 || memoryMib > 0 || gpuMilli > 0;
}
