// What can happen to jobs, and what jobs do to the room on instances. This file and instance-transition.ts are the only code
// that writes the cluster's state. Each function is one thing that can happen; it keeps every counter and index consistent, and
// asserts what must hold before.

import { assert } from "../../base/assert.js";
import type { Shape } from "../../model/job.js";
import { NONE } from "../../model/tables.js";
import { type Cluster, ELSEWHERE } from "./cluster.js";
import { lockConsumables, releaseConsumables } from "./consumables.js";
import { becomeIdle, environmentOf } from "./instance-transition.js";
import { InstanceStatus } from "./instances.js";

/** A job is PENDING, in a queue where that matters. */
export function pendJob(cluster: Cluster, job: number, jobClass: number, nowMs: number): void {
  cluster.reserveJob(job);
  assert(cluster.jobInstance(job) === NONE, "a job is PENDING that is placed or waits");
  cluster.setJobPending(job, jobClass);
  cluster.watchers[jobClass]?.jobPending?.(jobClass, 1, nowMs);
}

/** A job is no longer PENDING; nothing where nobody counts. */
export function unpendJob(cluster: Cluster, job: number, nowMs: number): void {
  if (!cluster.isPending(job)) return;
  cluster.setJobInstance(job, NONE);
  const jobClass = cluster.jobClass(job);
  cluster.watchers[jobClass]?.jobPending?.(jobClass, -1, nowMs);
}

/** A job becomes RUNNABLE. `limitMs` is NaN without a limit; `front`: it goes before all that wait. */
export function queueJob(
  cluster: Cluster,
  job: number,
  jobClass: number,
  limitMs: number,
  front: boolean,
  nowMs: number,
): void {
  cluster.reserveJob(job);
  assert(cluster.jobInstance(job) === NONE, "a job is queued that is placed or waits");
  cluster.setJobWaiting(job, jobClass);
  cluster.outlook?.jobQueued(job, jobClass, limitMs, front);
  if (front) cluster.pending.prepend(job, jobClass);
  else cluster.pending.append(job, jobClass);
  if (cluster.isSpecial[jobClass] === 1) cluster.watchers[jobClass]?.jobQueued(job, jobClass, limitMs, front, nowMs);
}

/** A waiting job leaves its queue for good, without having been placed. */
export function withdrawJob(cluster: Cluster, job: number, nowMs: number): void {
  assert(cluster.isWaiting(job), "a job is withdrawn that does not wait");
  const jobClass = cluster.jobClass(job);
  cluster.pending.take(job, jobClass);
  cluster.setJobInstance(job, NONE);
  cluster.watchers[jobClass]?.jobLeft(job, jobClass, nowMs);
}

/**
 * The first waiting job of a class goes to an instance; returns the job. The placement index learns of it by `roomChanged`,
 * which must follow when the last job of a batch has been placed.
 */
export function placeHead(cluster: Cluster, jobClass: number, instance: number, nowMs: number): number {
  const job = cluster.pending.takeHead(jobClass);
  put(cluster, job, jobClass, instance, nowMs);
  return job;
}

/** Any waiting job goes to an instance; `roomChanged` must follow as for `placeHead`. */
export function placeJob(cluster: Cluster, job: number, instance: number, nowMs: number): void {
  assert(cluster.isWaiting(job), "a job is placed that does not wait");
  const jobClass = cluster.jobClass(job);
  cluster.pending.take(job, jobClass);
  put(cluster, job, jobClass, instance, nowMs);
}

function put(cluster: Cluster, job: number, jobClass: number, instance: number, nowMs: number): void {
  take(cluster, instance, jobClass, 1);
  cluster.setJobInstance(job, instance);
  cluster.outlook?.jobPlaced(job, instance, nowMs);
  cluster.runningJobs++;
  if (cluster.isSpecial[jobClass] === 1) specialJobPlaced(cluster, job, jobClass, instance, nowMs);
}

/**
 * AWS Batch has placed a waiting job. On an instance that is not known (NONE), or that takes no jobs as far as is known, it is
 * elsewhere; on one where it does not fit by what is known of it, it takes nothing.
 */
export function adoptPlacement(cluster: Cluster, job: number, instance: number, nowMs: number): void {
  assert(cluster.isWaiting(job), "a job is placed that does not wait");
  const jobClass = cluster.jobClass(job);
  const host = instance !== NONE && mayHost(cluster, instance) ? instance : ELSEWHERE;
  if (host !== ELSEWHERE && cluster.instances.fits(host, shapeOf(cluster, jobClass))) {
    placeJob(cluster, job, host, nowMs);
    if (cluster.instances.status(host) === InstanceStatus.Registered) roomChanged(cluster, host);
    return;
  }
  cluster.pending.take(job, jobClass);
  cluster.setJobInstance(job, host);
  cluster.runningJobs++;
  if (host !== ELSEWHERE) {
    cluster.unbooked.add(job);
    cluster.instances.change(host, 0, 0, 0, 1);
    cluster.outlook?.jobPlaced(job, host, nowMs);
  }
  if (cluster.isSpecial[jobClass] === 1) specialJobPlaced(cluster, job, jobClass, host, nowMs);
}

function mayHost({ instances }: Cluster, instance: number): boolean {
  const status = instances.status(instance);
  return (
    status === InstanceStatus.Registered || status === InstanceStatus.Draining || status === InstanceStatus.Terminating
  );
}

function specialJobPlaced(cluster: Cluster, job: number, jobClass: number, instance: number, nowMs: number): void {
  lockConsumables(cluster, jobClass);
  cluster.watchers[jobClass]?.jobPlaced(job, jobClass, instance, nowMs);
}

/**
 * The first waiting job of a multi-node class goes to as many empty registered instances as it has nodes, which nobody joins
 * while it lasts; returns the job.
 */
export function placeGang(cluster: Cluster, jobClass: number, gang: readonly number[], nowMs: number): number {
  const job = cluster.pending.head[jobClass]!;
  for (const instance of gang) {
    assert(cluster.instances.jobs(instance) === 0, "a node of a multi-node job is not empty");
    environmentOf(cluster, instance).placement.remove(instance);
    if (instance !== gang[0]) take(cluster, instance, jobClass, 1);
  }
  cluster.gangs.set(job, gang);
  cluster.pending.takeHead(jobClass);
  put(cluster, job, jobClass, gang[0]!, nowMs);
  return job;
}

/** Tells the placement index that the room on a registered instance has changed. */
export function roomChanged(cluster: Cluster, instance: number): void {
  environmentOf(cluster, instance).placement.update(instance);
}

/** A placed job ends; returns the instance it was on (of a multi-node job: its main node's). */
export function endJob(cluster: Cluster, job: number, nowMs: number): number {
  const instance = cluster.jobInstance(job);
  assert(instance >= 0 || instance === ELSEWHERE, "a job ends that was not placed");
  const jobClass = cluster.jobClass(job);
  cluster.setJobInstance(job, NONE);
  cluster.runningJobs--;
  if (instance === ELSEWHERE || (cluster.unbooked.size > 0 && cluster.unbooked.has(job))) {
    unbookedJobEnded(cluster, job, jobClass, instance, nowMs);
    return instance;
  }
  if (cluster.isSpecial[jobClass] === 0) leaveInstance(cluster, jobClass, instance, nowMs);
  else specialJobEnded(cluster, job, jobClass, instance, nowMs);
  return instance;
}

/** The end of a job that took nothing of an instance that is known. */
function unbookedJobEnded(cluster: Cluster, job: number, jobClass: number, instance: number, nowMs: number): void {
  if (cluster.unbooked.delete(job)) {
    cluster.instances.change(instance, 0, 0, 0, -1);
    emptied(cluster, instance, nowMs);
  }
  releaseConsumables(cluster, jobClass);
  cluster.watchers[jobClass]?.jobEnded(job, jobClass, instance, nowMs);
}

function specialJobEnded(cluster: Cluster, job: number, jobClass: number, instance: number, nowMs: number): void {
  if (cluster.gangs.size > 0 && cluster.gangs.has(job)) disbandGang(cluster, job, jobClass, nowMs);
  else leaveInstance(cluster, jobClass, instance, nowMs);
  releaseConsumables(cluster, jobClass);
  cluster.watchers[jobClass]?.jobEnded(job, jobClass, instance, nowMs);
}

function leaveInstance(cluster: Cluster, jobClass: number, instance: number, nowMs: number): void {
  vacate(cluster, instance, jobClass, 1);
  emptied(cluster, instance, nowMs);
}

/** An instance has lost a job: it may be empty now. */
function emptied(cluster: Cluster, instance: number, nowMs: number): void {
  if (cluster.instances.jobs(instance) > 0) return;
  const status = cluster.instances.status(instance);
  if (status === InstanceStatus.Registered || status === InstanceStatus.Draining) {
    cluster.instances.used[instance] = 1;
    becomeIdle(cluster, instance, nowMs);
  }
}

function disbandGang(cluster: Cluster, job: number, jobClass: number, nowMs: number): void {
  for (const instance of cluster.gangs.get(job)!) {
    take(cluster, instance, jobClass, -1);
    const status = cluster.instances.status(instance);
    if (status === InstanceStatus.Registered) environmentOf(cluster, instance).placement.insert(instance);
    else if (status !== InstanceStatus.Draining) continue;
    cluster.instances.used[instance] = 1;
    becomeIdle(cluster, instance, nowMs);
  }
  cluster.gangs.delete(job);
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
  const shape = shapeOf(cluster, jobClass);
  let jobs = 0;
  while (jobs < limit && placement.holds(instance, shape)) {
    take(cluster, instance, jobClass, 1);
    jobs++;
  }
  placement.update(instance);
  return jobs;
}

function shapeOf({ tables }: Cluster, jobClass: number): Shape {
  return tables.shapes[tables.classes[jobClass]!.shape]!;
}

/** Gives back what jobs of a class took on an instance. */
export function vacate(cluster: Cluster, instance: number, jobClass: number, jobs: number): void {
  take(cluster, instance, jobClass, -jobs);
  if (cluster.instances.status(instance) === InstanceStatus.Registered) roomChanged(cluster, instance);
}

/** Takes all that an empty instance has, as a node of a multi-node job does, for `vacateWhole` to undo. */
export function occupyWhole(cluster: Cluster, instance: number): void {
  const { instances } = cluster;
  assert(instances.jobs(instance) === 0, "an instance for a node is not empty");
  const vcpuMilli = instances.freeVcpuMilli(instance);
  instances.change(instance, -vcpuMilli, -instances.freeMemoryMib(instance), -instances.freeGpuMilli(instance), 1);
  roomChanged(cluster, instance);
}

/** Gives back what `occupyWhole` took. */
export function vacateWhole(cluster: Cluster, instance: number): void {
  const type = cluster.tables.instanceTypes[cluster.instances.instanceType(instance)]!;
  const memoryMib = cluster.toldMemoryMib.get(instance) ?? type.memoryMib;
  cluster.instances.change(instance, type.vcpuMilli, memoryMib, type.gpuMilli, -1);
  roomChanged(cluster, instance);
}

/** An empty instance that waiting jobs will take is not idle: its idle clock starts again. */
export function keepForWaitingJobs(cluster: Cluster, instance: number, nowMs: number): void {
  if (cluster.instances.jobs(instance) === 0) becomeIdle(cluster, instance, nowMs);
}
