// What keeps a job out of one compute environment, and out of each instance type that the environment may use.

import type { InstanceType } from "../../model/instance-type.js";
import type { Shape } from "../../model/job.js";
import { NONE } from "../../model/tables.js";
import { findGang } from "../queue/gang.js";
import type { Cluster } from "../state/cluster.js";
import { InstanceStatus } from "../state/instances.js";
import type { EnvironmentReason, Shortage, TypeBlock, TypeReason } from "./reasons.js";

/** Reasons of one environment for jobs of a class. */
export function environmentBlock(cluster: Cluster, environment: number, jobClass: number): EnvironmentReason {
  const { nodes } = cluster.tables.classes[jobClass]!;
  const types = typesByPrice(cluster, environment).map(
    ({ instanceType, pool }): TypeReason => ({
      instanceType,
      pool,
      block: typeBlock(cluster, environment, instanceType, jobClass),
    }),
  );
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
  if (nodes > 1) return { kind: "gang", nodes };
  if (has("in-flight")) return { kind: "in-flight", instances: state.inFlight };
  if (fixedFleet === null && !has("may-launch")) {
    return { kind: "max-vcpus", vcpuMilli: state.vcpuMilli, maxVcpuMilli };
  }
  return { kind: "no-room" };
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
  const type = tables.instanceTypes[typeIndex]!;
  const short = shortage(request, type);
  if (isShort(short)) return { kind: "too-small", short };
  const nearest = nearestInstance(cluster, environment, typeIndex, request);
  const { fixedFleet, maxVcpuMilli } = tables.environments[environment]!;
  if (fixedFleet !== null) return nearest === null ? { kind: "fixed-fleet" } : { kind: "no-room", ...nearest };
  const inFlight = cluster.environments[environment]!.inFlightByType[typeIndex]!;
  if (inFlight > 0) return { kind: "in-flight", instances: inFlight };
  const overMax = cluster.environments[environment]!.vcpuMilli + nodes * type.vcpuMilli > maxVcpuMilli;
  if (!overMax) return { kind: "may-launch" };
  return nearest === null ? { kind: "max-vcpus" } : { kind: "no-room", ...nearest };
}

/** The registered instance of a type that lacks least for a request: vCPUs first, then memory. */
function nearestInstance(
  cluster: Cluster,
  environment: number,
  typeIndex: number,
  request: Shape,
): { readonly instance: number; readonly short: Shortage } | null {
  const { instances } = cluster;
  let best: { readonly instance: number; readonly short: Shortage } | null = null;
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
