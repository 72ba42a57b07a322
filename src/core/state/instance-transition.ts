// What can happen to instances: the half of the writing of the cluster's state that has nothing to do with single jobs
// (transition.ts has the other).

import { assert } from "../../base/assert.js";
import { EndCause } from "../../model/market.js";
import type { Cluster, EnvironmentState } from "./cluster.js";
import { InstanceStatus } from "./instances.js";

/**
 * A launch is asked for; returns the new instance's number. Where another pool than the one liked best may answer with up to
 * `reservedVcpuMilli` more, that counts until it is answered.
 */
export function requestInstance(cluster: Cluster, environment: number, pool: number, reservedVcpuMilli = 0): number {
  const { instances, tables } = cluster;
  const typeIndex = tables.pools[pool]!.instanceType;
  const type = tables.instanceTypes[typeIndex]!;
  const instance = instances.add(pool, environment, typeIndex);
  instances.change(instance, type.vcpuMilli, type.memoryMib, type.gpuMilli, 0);
  joinEnvironment(cluster, instance);
  if (reservedVcpuMilli > 0) {
    cluster.reservedVcpuMilli.set(instance, reservedVcpuMilli);
    environmentOf(cluster, instance).vcpuMilli += reservedVcpuMilli;
  }
  return instance;
}

/** An instance is there that this engine did not launch: it is as one that EC2 has just granted. Returns its number. */
export function foundInstance(cluster: Cluster, environment: number, pool: number, isForeign: boolean): number {
  const instance = requestInstance(cluster, environment, pool);
  if (isForeign) cluster.foreign.add(instance);
  return instance;
}

/** A launch has been answered: it counts for what it is. */
function endReservation(cluster: Cluster, instance: number): void {
  const reserved = cluster.reservedVcpuMilli.get(instance);
  if (reserved === undefined) return;
  cluster.reservedVcpuMilli.delete(instance);
  environmentOf(cluster, instance).vcpuMilli -= reserved;
}

/** An instance that is on its way counts for its environment. */
function joinEnvironment(cluster: Cluster, instance: number): void {
  const state = environmentOf(cluster, instance);
  const type = cluster.instances.instanceType(instance);
  const { vcpuMilli } = cluster.tables.instanceTypes[type]!;
  state.vcpuMilli += vcpuMilli;
  state.instances++;
  state.inFlight++;
  countInFlight(cluster, instance, 1);
  cluster.spotFleet?.add(cluster.instances.pool(instance), vcpuMilli);
}

function countInFlight(cluster: Cluster, instance: number, instances: 1 | -1): void {
  const { inFlightByType, onDemandInFlightByType } = environmentOf(cluster, instance);
  const type = cluster.instances.instanceType(instance);
  inFlightByType[type] = inFlightByType[type]! + instances;
  if (onDemandInFlightByType === null) return;
  if (cluster.tables.pools[cluster.instances.pool(instance)]!.market === "on-demand") {
    onDemandInFlightByType[type] = onDemandInFlightByType[type]! + instances;
  }
}

/** EC2 reports a requested instance running in one of the pools that its launch allowed. */
export function instanceRunning(cluster: Cluster, instance: number, pool: number, nowMs: number): void {
  const { instances } = cluster;
  assert(instances.status(instance) === InstanceStatus.Requested, "an instance runs twice");
  endReservation(cluster, instance);
  if (pool !== instances.pool(instance)) adoptPool(cluster, instance, pool);
  instances.setStatus(instance, InstanceStatus.Booting);
  instances.runningMs[instance] = nowMs;
  cluster.market.launched(pool, nowMs);
}

/** The instance is of another pool than was liked best, and so perhaps of another type. */
function adoptPool(cluster: Cluster, instance: number, pool: number): void {
  const { instances, tables } = cluster;
  const before = tables.instanceTypes[instances.instanceType(instance)]!;
  const typeIndex = tables.pools[pool]!.instanceType;
  const type = tables.instanceTypes[typeIndex]!;
  leaveFlight(cluster, instance);
  leaveEnvironment(cluster, instance);
  instances.setPool(instance, pool, typeIndex);
  instances.change(
    instance,
    type.vcpuMilli - before.vcpuMilli,
    type.memoryMib - before.memoryMib,
    type.gpuMilli - before.gpuMilli,
    0,
  );
  joinEnvironment(cluster, instance);
}

/**
 * The instance's ECS agent has registered: it is empty and can take jobs. `memoryMib`: the memory that it has registered with;
 * 0: not told, it is the catalogue's.
 */
export function instanceRegistered(cluster: Cluster, instance: number, nowMs: number, memoryMib = 0): void {
  assert(cluster.instances.status(instance) === InstanceStatus.Booting, "an instance registers out of order");
  if (memoryMib > 0) memoryTold(cluster, instance, memoryMib);
  leaveFlight(cluster, instance);
  const doomed = cluster.instances.takenAtMs[instance]! < Number.POSITIVE_INFINITY;
  cluster.instances.setStatus(instance, doomed ? InstanceStatus.Draining : InstanceStatus.Registered);
  if (doomed) environmentOf(cluster, instance).draining++;
  else environmentOf(cluster, instance).placement.insert(instance);
  becomeIdle(cluster, instance, nowMs);
}

function memoryTold(cluster: Cluster, instance: number, memoryMib: number): void {
  const { instances, tables, market } = cluster;
  const type = instances.instanceType(instance);
  const catalogMib = tables.instanceTypes[type]!.memoryMib;
  if (memoryMib !== catalogMib) {
    cluster.toldMemoryMib.set(instance, memoryMib);
    instances.change(instance, 0, memoryMib - catalogMib, 0, 0);
  }
  market.memoryTold(type, memoryMib);
}

/** Nothing is placed on a registered instance any more; its jobs go on. */
export function drainInstance(cluster: Cluster, instance: number): void {
  assert(cluster.instances.status(instance) === InstanceStatus.Registered, "an instance cannot be drained");
  cluster.instances.setStatus(instance, InstanceStatus.Draining);
  environmentOf(cluster, instance).draining++;
  leavePlacement(cluster, instance);
}

/** A drained instance may take jobs again. */
export function undrainInstance(cluster: Cluster, instance: number): void {
  assert(cluster.instances.status(instance) === InstanceStatus.Draining, "an instance is not drained");
  cluster.instances.setStatus(instance, InstanceStatus.Registered);
  environmentOf(cluster, instance).draining--;
  if (!isNode(cluster, instance)) environmentOf(cluster, instance).placement.insert(instance);
}

/** Nothing is to be placed on a registered instance any more; it may have been left out already, as a node. */
function leavePlacement(cluster: Cluster, instance: number): void {
  if (!isNode(cluster, instance)) environmentOf(cluster, instance).placement.remove(instance);
}

/** Whether a multi-node job has the instance for itself. */
function isNode({ gangs, instances }: Cluster, instance: number): boolean {
  if (gangs.size === 0 || instances.jobs(instance) === 0) return false;
  for (const gang of gangs.values()) if (gang.includes(instance)) return true;
  return false;
}

/** EC2 says when it will take an instance: nothing is placed on it any more. */
export function instanceWarned(cluster: Cluster, instance: number, takenAtMs: number, nowMs: number): void {
  const { instances } = cluster;
  if (instances.takenAtMs[instance] === Number.POSITIVE_INFINITY) {
    cluster.market.interrupted(instances.pool(instance), nowMs);
  }
  instances.takenAtMs[instance] = takenAtMs;
  if (instances.status(instance) === InstanceStatus.Registered) drainInstance(cluster, instance);
}

/**
 * We ask EC2 to terminate an instance. Its jobs, if it may have any (`mayKill`), end with it: the driver reports them.
 */
export function terminateInstance(cluster: Cluster, instance: number, mayKill = false): void {
  const { instances } = cluster;
  const status = instances.status(instance);
  assert(
    status === InstanceStatus.Registered || status === InstanceStatus.Draining,
    "an instance cannot be terminated",
  );
  assert(mayKill || instances.jobs(instance) === 0, "an instance still has jobs");
  instances.setStatus(instance, InstanceStatus.Terminating);
  cluster.market.ended(instances.pool(instance));
  if (status === InstanceStatus.Registered) leavePlacement(cluster, instance);
  else environmentOf(cluster, instance).draining--;
  leaveEnvironment(cluster, instance);
  if (cluster.tables.placedBy === "batch") cluster.ending.add(instance);
}

/** The end that was asked for is not to be: the instance takes jobs again. */
export function instanceKept(cluster: Cluster, instance: number, nowMs: number): void {
  const { instances, market } = cluster;
  assert(instances.status(instance) === InstanceStatus.Terminating, "an instance is kept that was not to end");
  cluster.ending.delete(instance);
  const state = environmentOf(cluster, instance);
  const pool = instances.pool(instance);
  const { vcpuMilli } = cluster.tables.instanceTypes[instances.instanceType(instance)]!;
  state.vcpuMilli += vcpuMilli;
  state.instances++;
  cluster.spotFleet?.add(pool, vcpuMilli);
  market.nowMs = nowMs;
  market.kept(pool);
  const doomed = instances.takenAtMs[instance]! < Number.POSITIVE_INFINITY;
  instances.setStatus(instance, doomed ? InstanceStatus.Draining : InstanceStatus.Registered);
  if (doomed) state.draining++;
  else state.placement.insert(instance);
  if (instances.jobs(instance) === 0) becomeIdle(cluster, instance, nowMs);
}

/** An instance is gone that we did not end: EC2 took it, or its host failed. */
export function instanceLost(cluster: Cluster, instance: number, cause: EndCause, nowMs: number): void {
  const { instances, market } = cluster;
  const status = instances.status(instance);
  if (status === InstanceStatus.Gone) return;
  const pool = instances.pool(instance);
  const warned = instances.takenAtMs[instance]! < Number.POSITIVE_INFINITY;
  if (cause === EndCause.Reclaimed && !warned) market.interrupted(pool, nowMs);
  market.nowMs = nowMs;
  if (status === InstanceStatus.Requested) endReservation(cluster, instance);
  else if (status !== InstanceStatus.Terminating) market.ended(pool);
  if (status === InstanceStatus.Registered) leavePlacement(cluster, instance);
  if (status === InstanceStatus.Draining) environmentOf(cluster, instance).draining--;
  if (status === InstanceStatus.Requested || status === InstanceStatus.Booting) leaveFlight(cluster, instance);
  if (status !== InstanceStatus.Terminating) leaveEnvironment(cluster, instance);
  instances.setStatus(instance, InstanceStatus.Gone);
  cluster.ending.delete(instance);
}

/** A Fargate machine goes away with its job, of its own. */
export function machineEnded(cluster: Cluster, instance: number): void {
  terminateInstance(cluster, instance);
  cluster.instances.setStatus(instance, InstanceStatus.Gone);
}

/** A requested instance was refused: it never existed. */
export function launchRefused(cluster: Cluster, instance: number): void {
  assert(cluster.instances.status(instance) === InstanceStatus.Requested, "an instance is refused too late");
  endReservation(cluster, instance);
  leaveFlight(cluster, instance);
  leaveEnvironment(cluster, instance);
  environmentOf(cluster, instance).refusedLaunches++;
  cluster.instances.setStatus(instance, InstanceStatus.Gone);
}

/** EC2 reports an instance that we asked to terminate as gone; it may have taken it before. */
export function instanceTerminated(cluster: Cluster, instance: number): void {
  const status = cluster.instances.status(instance);
  assert(status === InstanceStatus.Terminating || status === InstanceStatus.Gone, "an instance vanished");
  cluster.ending.delete(instance);
  cluster.instances.setStatus(instance, InstanceStatus.Gone);
}

/** The idle queue is read by scale-down and by whoever looks for the nodes of a gang. */
export function becomeIdle(cluster: Cluster, instance: number, nowMs: number): void {
  cluster.instances.idleSinceMs[instance] = nowMs;
  if (cluster.foreign.size > 0 && cluster.foreign.has(instance)) return; // not ours to end
  const { keepsIdle, idle } = environmentOf(cluster, instance);
  if (keepsIdle) idle.push(instance, nowMs);
}

function leaveFlight(cluster: Cluster, instance: number): void {
  environmentOf(cluster, instance).inFlight--;
  countInFlight(cluster, instance, -1);
}

function leaveEnvironment(cluster: Cluster, instance: number): void {
  const state = environmentOf(cluster, instance);
  const { vcpuMilli } = cluster.tables.instanceTypes[cluster.instances.instanceType(instance)]!;
  state.vcpuMilli -= vcpuMilli;
  state.instances--;
  cluster.spotFleet?.remove(cluster.instances.pool(instance), vcpuMilli);
}

/** The compute environment of an instance. */
export function environmentOf(cluster: Cluster, instance: number): EnvironmentState {
  return cluster.environments[cluster.instances.environment(instance)]!;
}
