// The only code that writes the cluster's state. Each function is one thing that can happen; it keeps every counter and
// index consistent, and asserts what must hold before.

import { assert } from "../../base/assert.js";
import { NONE } from "../../model/tables.js";
import type { Cluster } from "./cluster.js";
import { InstanceStatus } from "./instances.js";

/** A job enters the queue. */
export function submitJob(cluster: Cluster, job: number, jobClass: number): void {
  cluster.reserveJob(job);
  cluster.setJobClass(job, jobClass);
  assert(cluster.jobInstance(job) === NONE, "a job is submitted that is placed");
  cluster.pending.append(job, jobClass);
}

/**
 * The first waiting job of a class goes to an instance; returns the job. The placement index learns of it by `roomChanged`,
 * which must follow when the last job of a batch has been placed.
 */
export function placeHead(cluster: Cluster, jobClass: number, instance: number): number {
  const job = cluster.pending.takeHead(jobClass);
  take(cluster, instance, jobClass, 1);
  cluster.setJobInstance(job, instance);
  cluster.runningJobs++;
  return job;
}

/** Tells the placement index that the room on a registered instance has changed. */
export function roomChanged(cluster: Cluster, instance: number): void {
  environmentOf(cluster, instance).placement.update(instance);
}

/** A placed job ends; returns the instance it was on. */
export function endJob(cluster: Cluster, job: number, nowMs: number): number {
  const instance = cluster.jobInstance(job);
  assert(instance !== NONE, "a job ends that was not placed");
  vacate(cluster, instance, cluster.jobClass(job), 1);
  cluster.setJobInstance(job, NONE);
  cluster.runningJobs--;
  if (cluster.instances.jobs(instance) === 0 && cluster.instances.status(instance) === InstanceStatus.Registered) {
    becomeIdle(cluster, instance, nowMs);
  }
  return instance;
}

/** Takes what jobs of a class ask for on an instance; negative: gives it back. */
function take(cluster: Cluster, instance: number, jobClass: number, jobs: number): void {
  const { vcpuMilli, memoryMib, gpuMilli } = cluster.requests;
  cluster.instances.change(
    instance,
    -jobs * vcpuMilli[jobClass]!,
    -jobs * memoryMib[jobClass]!,
    -jobs * gpuMilli[jobClass]!,
    jobs,
  );
}

/** Tries as many as `limit` jobs of a class on a registered instance, for `vacate` to undo; returns how many it holds. */
export function occupy(cluster: Cluster, instance: number, jobClass: number, limit: number): number {
  const { placement } = environmentOf(cluster, instance);
  const shape = cluster.tables.shapes[cluster.tables.classes[jobClass]!.shape]!;
  let jobs = 0;
  while (jobs < limit && placement.holds(instance, shape)) {
    take(cluster, instance, jobClass, 1);
    jobs++;
  }
  placement.update(instance);
  return jobs;
}

/** Gives back what jobs of a class took on an instance. */
export function vacate(cluster: Cluster, instance: number, jobClass: number, jobs: number): void {
  take(cluster, instance, jobClass, -jobs);
  if (cluster.instances.status(instance) === InstanceStatus.Registered) roomChanged(cluster, instance);
}

/**
 * An empty instance that jobs behind a blocked head will take is not idle: its idle clock starts again. Only while
 * something is on its way that may unblock the head; else the room it takes from maxvCpus may be what the head lacks.
 */
export function keepForJobsBehindHead(cluster: Cluster, instance: number, nowMs: number): void {
  const { instances } = cluster;
  if (instances.jobs(instance) === 0 && environmentOf(cluster, instance).inFlight > 0) {
    becomeIdle(cluster, instance, nowMs);
  }
}

/** A launch is asked for; returns the new instance's number. */
export function requestInstance(cluster: Cluster, environment: number, pool: number): number {
  const { instances, tables } = cluster;
  const typeIndex = tables.pools[pool]!.instanceType;
  const type = tables.instanceTypes[typeIndex]!;
  const instance = instances.add(pool, environment, typeIndex);
  instances.change(instance, type.vcpuMilli, type.memoryMib, type.gpuMilli, 0);
  const state = cluster.environments[environment]!;
  state.vcpuMilli += type.vcpuMilli;
  state.instances++;
  state.inFlight++;
  state.inFlightByType[typeIndex] = state.inFlightByType[typeIndex]! + 1;
  return instance;
}

/** EC2 reports a requested instance running. */
export function instanceRunning(cluster: Cluster, instance: number): void {
  assert(cluster.instances.status(instance) === InstanceStatus.Requested, "an instance runs twice");
  cluster.instances.setStatus(instance, InstanceStatus.Booting);
}

/** The instance's ECS agent has registered: it is empty and can take jobs. */
export function instanceRegistered(cluster: Cluster, instance: number, nowMs: number): void {
  assert(cluster.instances.status(instance) === InstanceStatus.Booting, "an instance registers out of order");
  leaveFlight(cluster, instance);
  cluster.instances.setStatus(instance, InstanceStatus.Registered);
  environmentOf(cluster, instance).placement.insert(instance);
  becomeIdle(cluster, instance, nowMs);
}

/** We ask EC2 to terminate an instance that has no job. */
export function terminateInstance(cluster: Cluster, instance: number): void {
  const { instances } = cluster;
  assert(instances.status(instance) === InstanceStatus.Registered, "an instance cannot be terminated");
  assert(instances.jobs(instance) === 0, "an instance still has jobs");
  instances.setStatus(instance, InstanceStatus.Terminating);
  environmentOf(cluster, instance).placement.remove(instance);
  leaveEnvironment(cluster, instance);
}

/** A requested instance was refused: it never existed. */
export function launchRefused(cluster: Cluster, instance: number): void {
  assert(cluster.instances.status(instance) === InstanceStatus.Requested, "an instance is refused too late");
  leaveFlight(cluster, instance);
  leaveEnvironment(cluster, instance);
  cluster.instances.setStatus(instance, InstanceStatus.Gone);
}

/** EC2 reports an instance that we asked to terminate as gone. */
export function instanceTerminated(cluster: Cluster, instance: number): void {
  assert(cluster.instances.status(instance) === InstanceStatus.Terminating, "an instance vanished");
  cluster.instances.setStatus(instance, InstanceStatus.Gone);
}

function becomeIdle(cluster: Cluster, instance: number, nowMs: number): void {
  cluster.instances.idleSinceMs[instance] = nowMs;
  environmentOf(cluster, instance).idle.push(instance, nowMs);
}

function leaveFlight(cluster: Cluster, instance: number): void {
  const state = environmentOf(cluster, instance);
  const type = cluster.instances.instanceType(instance);
  state.inFlight--;
  state.inFlightByType[type] = state.inFlightByType[type]! - 1;
}

function leaveEnvironment(cluster: Cluster, instance: number): void {
  const state = environmentOf(cluster, instance);
  const type = cluster.instances.instanceType(instance);
  state.vcpuMilli -= cluster.tables.instanceTypes[type]!.vcpuMilli;
  state.instances--;
}

function environmentOf(cluster: Cluster, instance: number) {
  return cluster.environments[cluster.instances.environment(instance)]!;
}
