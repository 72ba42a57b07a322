// The only code that writes the cluster's state. Each function is one thing that can happen; it keeps every counter and
// index consistent, and asserts what must hold before.

import { assert } from "../../base/assert.js";
import { NONE } from "../../model/tables.js";
import type { Cluster } from "./cluster.js";
import { InstanceStatus } from "./instances.js";

/** A job enters the queue. */
export function submitJob(cluster: Cluster, job: number, jobClass: number): void {
  cluster.reserveJob(job);
  cluster.jobClass[job] = jobClass;
  assert(cluster.jobInstance[job] === NONE, "a job is submitted that is placed");
  cluster.pending.append(job, jobClass);
}

/** The first waiting job of a class goes to an instance; returns the job. */
export function placeHead(cluster: Cluster, jobClass: number, instance: number): number {
  const job = cluster.pending.takeHead(jobClass);
  occupy(cluster, instance, jobClass);
  cluster.jobInstance[job] = instance;
  cluster.runningJobs++;
  return job;
}

/** A placed job ends; returns the instance it was on. */
export function endJob(cluster: Cluster, job: number, nowMs: number): number {
  const instance = cluster.jobInstance[job]!;
  assert(instance !== NONE, "a job ends that was not placed");
  vacate(cluster, instance, cluster.jobClass[job]!);
  cluster.jobInstance[job] = NONE;
  cluster.runningJobs--;
  if (cluster.instances.jobs[instance] === 0 && cluster.instances.status[instance] === InstanceStatus.Registered) {
    becomeIdle(cluster, instance, nowMs);
  }
  return instance;
}

/** Takes what a job of a class asks for on a registered instance: a placement, or one only tried (undo with `vacate`). */
export function occupy(cluster: Cluster, instance: number, jobClass: number): void {
  const { instances, requests } = cluster;
  const freeVcpuMilli = instances.freeVcpuMilli[instance]! - requests.vcpuMilli[jobClass]!;
  const freeMemoryMib = instances.freeMemoryMib[instance]! - requests.memoryMib[jobClass]!;
  const freeGpuMilli = instances.freeGpuMilli[instance]! - requests.gpuMilli[jobClass]!;
  assert(freeVcpuMilli >= 0 && freeMemoryMib >= 0 && freeGpuMilli >= 0, "an instance is over-committed");
  instances.freeVcpuMilli[instance] = freeVcpuMilli;
  instances.freeMemoryMib[instance] = freeMemoryMib;
  instances.freeGpuMilli[instance] = freeGpuMilli;
  instances.jobs[instance] = instances.jobs[instance]! + 1;
  environmentOf(cluster, instance).placement.update(instance);
}

/** Gives back what a job of a class took on an instance. */
export function vacate(cluster: Cluster, instance: number, jobClass: number): void {
  const { instances, requests } = cluster;
  instances.freeVcpuMilli[instance] = instances.freeVcpuMilli[instance]! + requests.vcpuMilli[jobClass]!;
  instances.freeMemoryMib[instance] = instances.freeMemoryMib[instance]! + requests.memoryMib[jobClass]!;
  instances.freeGpuMilli[instance] = instances.freeGpuMilli[instance]! + requests.gpuMilli[jobClass]!;
  const jobs = instances.jobs[instance]! - 1;
  assert(jobs >= 0, "an instance has fewer than no jobs");
  instances.jobs[instance] = jobs;
  if (instances.status[instance] === InstanceStatus.Registered) {
    environmentOf(cluster, instance).placement.update(instance);
  }
}

/**
 * An empty instance that jobs behind a blocked head will take is not idle: its idle clock starts again. Only while
 * something is on its way that may unblock the head; else the room it takes from maxvCpus may be what the head lacks.
 */
export function keepForJobsBehindHead(cluster: Cluster, instance: number, nowMs: number): void {
  const { instances } = cluster;
  if (instances.jobs[instance] === 0 && environmentOf(cluster, instance).inFlight > 0) {
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
  instances.idleSinceMs[instance] = NONE;
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
  assert(cluster.instances.status[instance] === InstanceStatus.Requested, "an instance runs twice");
  cluster.instances.status[instance] = InstanceStatus.Booting;
}

/** The instance's ECS agent has registered: it is empty and can take jobs. */
export function instanceRegistered(cluster: Cluster, instance: number, nowMs: number): void {
  assert(cluster.instances.status[instance] === InstanceStatus.Booting, "an instance registers out of order");
  leaveFlight(cluster, instance);
  cluster.instances.status[instance] = InstanceStatus.Registered;
  environmentOf(cluster, instance).placement.insert(instance);
  becomeIdle(cluster, instance, nowMs);
}

/** We ask EC2 to terminate an instance that has no job. */
export function terminateInstance(cluster: Cluster, instance: number): void {
  const { instances } = cluster;
  assert(instances.status[instance] === InstanceStatus.Registered, "an instance cannot be terminated");
  assert(instances.jobs[instance] === 0, "an instance still has jobs");
  instances.status[instance] = InstanceStatus.Terminating;
  environmentOf(cluster, instance).placement.remove(instance);
  leaveEnvironment(cluster, instance);
}

/** A requested instance was refused: it never existed. */
export function launchRefused(cluster: Cluster, instance: number): void {
  assert(cluster.instances.status[instance] === InstanceStatus.Requested, "an instance is refused too late");
  leaveFlight(cluster, instance);
  leaveEnvironment(cluster, instance);
  cluster.instances.status[instance] = InstanceStatus.Gone;
}

/** EC2 reports an instance that we asked to terminate as gone. */
export function instanceTerminated(cluster: Cluster, instance: number): void {
  assert(cluster.instances.status[instance] === InstanceStatus.Terminating, "an instance vanished");
  cluster.instances.status[instance] = InstanceStatus.Gone;
}

function becomeIdle(cluster: Cluster, instance: number, nowMs: number): void {
  if (cluster.instances.idleSinceMs[instance] === nowMs) return; // twice in one millisecond: it is in the queue already
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
