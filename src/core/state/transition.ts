// The only code that writes the cluster's state. Each function is one thing that can happen; it keeps every counter and
// index consistent, and asserts what must hold before.

import { assert } from "../../base/assert.js";
import type { Shape } from "../../model/job.js";
import { NONE } from "../../model/tables.js";
import type { Cluster } from "./cluster.js";
import { InstanceStatus } from "./instances.js";

/** A job enters the queue. */
export function submitJob(cluster: Cluster, job: number, jobClass: number): void {
  cluster.reserveJob(job);
  cluster.jobClass[job] = jobClass;
  cluster.jobInstance[job] = NONE;
  cluster.pending.append(job, jobClass);
}

/** The first waiting job of a class goes to an instance; returns the job. */
export function placeHead(cluster: Cluster, jobClass: number, instance: number): number {
  const job = cluster.pending.takeHead(jobClass);
  occupy(cluster, instance, shapeOfClass(cluster, jobClass));
  cluster.jobInstance[job] = instance;
  cluster.runningJobs++;
  return job;
}

/** A placed job ends; returns the instance it was on. */
export function endJob(cluster: Cluster, job: number, nowMs: number): number {
  const instance = cluster.jobInstance[job]!;
  assert(instance !== NONE, `job ${job} ends but was not placed`);
  vacate(cluster, instance, shapeOfClass(cluster, cluster.jobClass[job]!));
  cluster.jobInstance[job] = NONE;
  cluster.runningJobs--;
  if (cluster.instances.jobs[instance] === 0 && cluster.instances.status[instance] === InstanceStatus.Registered) {
    becomeIdle(cluster, instance, nowMs);
  }
  return instance;
}

/** Takes a shape's resources on a registered instance: a placement, or one that is only tried (undo with `vacate`). */
export function occupy(cluster: Cluster, instance: number, shape: Shape): void {
  const { instances } = cluster;
  instances.freeVcpuMilli[instance] = instances.freeVcpuMilli[instance]! - shape.vcpuMilli;
  instances.freeMemoryMib[instance] = instances.freeMemoryMib[instance]! - shape.memoryMib;
  instances.freeGpuMilli[instance] = instances.freeGpuMilli[instance]! - shape.gpuMilli;
  instances.jobs[instance] = instances.jobs[instance]! + 1;
  assert(
    instances.freeVcpuMilli[instance]! >= 0 &&
      instances.freeMemoryMib[instance]! >= 0 &&
      instances.freeGpuMilli[instance]! >= 0,
    `instance ${instance} is over-committed`,
  );
  environmentOf(cluster, instance).placement.update(instance);
}

/** Gives a shape's resources on an instance back. */
export function vacate(cluster: Cluster, instance: number, shape: Shape): void {
  const { instances } = cluster;
  instances.freeVcpuMilli[instance] = instances.freeVcpuMilli[instance]! + shape.vcpuMilli;
  instances.freeMemoryMib[instance] = instances.freeMemoryMib[instance]! + shape.memoryMib;
  instances.freeGpuMilli[instance] = instances.freeGpuMilli[instance]! + shape.gpuMilli;
  instances.jobs[instance] = instances.jobs[instance]! - 1;
  assert(instances.jobs[instance]! >= 0, `instance ${instance} has fewer than no jobs`);
  if (instances.status[instance] === InstanceStatus.Registered) {
    environmentOf(cluster, instance).placement.update(instance);
  }
}

/** An instance that waiting jobs were tried on is not idle, though it is empty: its idle clock starts again. */
export function tentativelyUsed(cluster: Cluster, instance: number, nowMs: number): void {
  if (cluster.instances.jobs[instance] === 0 && cluster.instances.idleSinceMs[instance] !== nowMs) {
    becomeIdle(cluster, instance, nowMs);
  }
}

/** A launch is asked for; returns the new instance's number. */
export function requestInstance(cluster: Cluster, environment: number, pool: number): number {
  const { instances, tables } = cluster;
  const typeIndex = tables.pools[pool]!.instanceType;
  const type = tables.instanceTypes[typeIndex]!;
  const instance = instances.add();
  instances.status[instance] = InstanceStatus.Requested;
  instances.pool[instance] = pool;
  instances.environment[instance] = environment;
  instances.instanceType[instance] = typeIndex;
  instances.freeVcpuMilli[instance] = type.vcpuMilli;
  instances.freeMemoryMib[instance] = type.memoryMib;
  instances.freeGpuMilli[instance] = type.gpuMilli;
  const state = cluster.environments[environment]!;
  state.vcpuMilli += type.vcpuMilli;
  state.instances++;
  state.inFlight++;
  state.inFlightByType[typeIndex] = state.inFlightByType[typeIndex]! + 1;
  return instance;
}

/** EC2 reports a requested instance running. */
export function instanceRunning(cluster: Cluster, instance: number): void {
  assert(cluster.instances.status[instance] === InstanceStatus.Requested, `instance ${instance} runs twice`);
  cluster.instances.status[instance] = InstanceStatus.Booting;
}

/** The instance's ECS agent has registered: it is empty and can take jobs. */
export function instanceRegistered(cluster: Cluster, instance: number, nowMs: number): void {
  assert(cluster.instances.status[instance] === InstanceStatus.Booting, `instance ${instance} registers out of order`);
  leaveFlight(cluster, instance);
  cluster.instances.status[instance] = InstanceStatus.Registered;
  environmentOf(cluster, instance).placement.insert(instance);
  becomeIdle(cluster, instance, nowMs);
}

/** We ask EC2 to terminate an instance that has no job. */
export function terminateInstance(cluster: Cluster, instance: number): void {
  const { instances } = cluster;
  assert(instances.status[instance] === InstanceStatus.Registered, `instance ${instance} cannot be terminated`);
  assert(instances.jobs[instance] === 0, `instance ${instance} still has jobs`);
  instances.status[instance] = InstanceStatus.Terminating;
  environmentOf(cluster, instance).placement.remove(instance);
  leaveEnvironment(cluster, instance);
}

/** A requested instance was refused: it never existed. */
export function launchRefused(cluster: Cluster, instance: number): void {
  assert(cluster.instances.status[instance] === InstanceStatus.Requested, `instance ${instance} is refused too late`);
  leaveFlight(cluster, instance);
  leaveEnvironment(cluster, instance);
  cluster.instances.status[instance] = InstanceStatus.Gone;
}

/** EC2 reports an instance that we asked to terminate as gone. */
export function instanceTerminated(cluster: Cluster, instance: number): void {
  assert(cluster.instances.status[instance] === InstanceStatus.Terminating, `instance ${instance} vanished`);
  cluster.instances.status[instance] = InstanceStatus.Gone;
}

function becomeIdle(cluster: Cluster, instance: number, nowMs: number): void {
  cluster.instances.idleSinceMs[instance] = nowMs;
  environmentOf(cluster, instance).idle.push(instance, nowMs);
}

function leaveFlight(cluster: Cluster, instance: number): void {
  const state = environmentOf(cluster, instance);
  const type = cluster.instances.instanceType[instance]!;
  state.inFlight--;
  state.inFlightByType[type] = state.inFlightByType[type]! - 1;
}

function leaveEnvironment(cluster: Cluster, instance: number): void {
  const state = environmentOf(cluster, instance);
  const type = cluster.instances.instanceType[instance]!;
  state.vcpuMilli -= cluster.tables.instanceTypes[type]!.vcpuMilli;
  state.instances--;
}

function environmentOf(cluster: Cluster, instance: number) {
  return cluster.environments[cluster.instances.environment[instance]!]!;
}

function shapeOfClass(cluster: Cluster, jobClass: number): Shape {
  return cluster.tables.shapes[cluster.tables.classes[jobClass]!.shape]!;
}
