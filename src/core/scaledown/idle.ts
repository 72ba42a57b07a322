// Scale-down: an instance that has been empty for the idle delay is terminated, the longest idle first, as long as minvCpus
// stays covered and the pace limit allows. A job of AWS Batch cannot be moved, so only empty instances can go. More rules than
// these: scale-down.ts.

import type { ScaleDownPolicy } from "../../model/policy.js";
import { NONE } from "../../model/tables.js";
import type { Cluster } from "../state/cluster.js";
import { InstanceStatus } from "../state/instances.js";

/**
 * Ends the instances of one environment that are due, by calling `end`, which must terminate at once. Returns when to look
 * again if nothing happens before (Infinity: only when something changes). Drops stale entries of the idle queue.
 */
export function endIdleInstances(
  cluster: Cluster,
  environmentIndex: number,
  nowMs: number,
  end: (instance: number) => void,
): number {
  const environment = cluster.environments[environmentIndex]!;
  const { idle } = environment;
  const { idleDelayMs, idleDelayAfterJobMs } = cluster.tables.environments[environmentIndex]!;
  const { scaleDown, decisionIntervalMs } = cluster.tables.strategy;
  let budget = mostEnds(scaleDown, environment.instances);
  let wakeAtMs = Number.POSITIVE_INFINITY;
  for (let position = 0; position < idle.length; position++) {
    const instance = idle.instanceAt(position);
    if (instance === NONE) continue;
    const sinceMs = idle.sinceMsAt(position);
    if (isStale(cluster, instance, sinceMs)) {
      idle.forget(position);
      continue;
    }
    const dueMs = sinceMs + idleDelayOf(cluster, instance);
    if (dueMs > nowMs) {
      wakeAtMs = Math.min(wakeAtMs, dueMs);
      // All behind it are due later, but for those that are draining.
      if (idleDelayMs === idleDelayAfterJobMs && environment.draining === 0) break;
      continue;
    }
    // minvCpus or headroom needs this one; another one behind it may still go.
    if (!leavesMinimum(cluster, instance) || !isSpare(cluster, instance)) continue;
    if (budget === 0) {
      wakeAtMs = Math.min(wakeAtMs, nowMs + Math.max(1, decisionIntervalMs));
      break;
    }
    idle.forget(position);
    end(instance);
    budget--;
  }
  idle.compact();
  return wakeAtMs;
}

/** How many instances one decision may end, of a fleet of so many. */
export function mostEnds(
  { maxShare, maxInstances = Number.POSITIVE_INFINITY }: ScaleDownPolicy,
  fleet: number,
): number {
  return Math.min(maxInstances, Math.max(1, Math.floor(fleet * maxShare)));
}

/**
 * How long an instance may be empty: longer, where minScaleDownDelayMinutes says so, once it has run a job. Not at all where
 * nothing is placed any more.
 */
export function idleDelayOf({ instances, tables }: Cluster, instance: number): number {
  if (instances.status(instance) === InstanceStatus.Draining) return 0;
  const { idleDelayMs, idleDelayAfterJobMs } = tables.environments[instances.environment(instance)]!;
  return instances.used[instance] === 1 ? idleDelayAfterJobMs : idleDelayMs;
}

/** Whether something has happened to the instance since it was entered: it has jobs, became idle later, or is gone. */
export function isStale({ instances }: Cluster, instance: number, sinceMs: number): boolean {
  const status = instances.status(instance);
  return (
    (status !== InstanceStatus.Registered && status !== InstanceStatus.Draining) ||
    instances.jobs(instance) !== 0 ||
    instances.idleSinceMs[instance] !== sinceMs
  );
}

/** Whether minvCpus stays covered without an instance. */
export function leavesMinimum({ instances, tables, environments }: Cluster, instance: number): boolean {
  const environment = instances.environment(instance);
  const { vcpuMilli } = tables.instanceTypes[instances.instanceType(instance)]!;
  return environments[environment]!.vcpuMilli - vcpuMilli >= tables.environments[environment]!.minVcpuMilli;
}

/** Whether nobody keeps an empty instance as headroom; one that is draining is of no use for that. */
export function isSpare({ spare, instances }: Cluster, instance: number): boolean {
  return spare === null || instances.status(instance) === InstanceStatus.Draining || spare.mayEnd(instance);
}
