// Scale-down: an instance that has been empty for the idle delay is terminated, the longest idle first, as long as minvCpus
// stays covered and the pace limit allows. A job of AWS Batch cannot be moved, so only empty instances can go.

import type { Cluster } from "../state/cluster.js";
import { InstanceStatus } from "../state/instances.js";

/**
 * Decides for one environment: appends the instances to terminate now to `terminate`, in order, and returns when to look
 * again if nothing happens before (Infinity: only when something changes). Drops stale entries of the idle queue;
 * terminating is the caller's.
 */
export function idleInstances(cluster: Cluster, environmentIndex: number, nowMs: number, terminate: number[]): number {
  const environment = cluster.environments[environmentIndex]!;
  const { minVcpuMilli } = cluster.tables.environments[environmentIndex]!;
  const { instances, tables } = cluster;
  const { scaleDown, decisionIntervalMs } = tables.strategy;
  let budget = Math.max(1, Math.floor(environment.instances * scaleDown.maxShare));
  let vcpuMilli = environment.vcpuMilli;
  let wakeAtMs = Number.POSITIVE_INFINITY;
  while (!environment.idle.isEmpty) {
    const instance = environment.idle.frontInstance;
    const sinceMs = environment.idle.frontSinceMs;
    const stale =
      instances.status(instance) !== InstanceStatus.Registered ||
      instances.jobs(instance) !== 0 ||
      instances.idleSinceMs[instance] !== sinceMs;
    if (stale) {
      environment.idle.dropFront();
      continue;
    }
    if (sinceMs + scaleDown.idleDelayMs > nowMs) {
      wakeAtMs = sinceMs + scaleDown.idleDelayMs;
      break;
    }
    const after = vcpuMilli - tables.instanceTypes[instances.instanceType(instance)]!.vcpuMilli;
    if (after < minVcpuMilli) break;
    if (budget === 0) {
      wakeAtMs = nowMs + Math.max(1, decisionIntervalMs);
      break;
    }
    environment.idle.dropFront();
    terminate.push(instance);
    vcpuMilli = after;
    budget--;
  }
  return wakeAtMs;
}
