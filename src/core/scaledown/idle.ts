// Scale-down: an instance that has been empty for the idle delay is terminated, the longest idle first, as long as minvCpus
// stays covered and the pace limit allows. A job of AWS Batch cannot be moved, so only empty instances can go. More rules than
// these: scale-down.ts.

import { NONE } from "../../model/tables.js";
import type { Cluster } from "../state/cluster.js";
import { InstanceStatus } from "../state/instances.js";
import type { Pace } from "./pace.js";

/**
 * Ends the instances of one environment that are due, at its pace, by calling `end`, which must terminate at once. Returns when to look
 * again if nothing happens before (Infinity: only when something changes). Drops stale entries of the idle queue.
 */
export function endIdleInstances(
  cluster: Cluster,
  environmentIndex: number,
  nowMs: number,
  pace: Pace,
  end: (instance: number) => void,
): number {
  const environment = cluster.environments[environmentIndex]!;
  const { idle } = environment;
  const { idleDelayMs, idleDelayAfterJobMs } = cluster.tables.environments[environmentIndex]!;
  const { decisionIntervalMs } = cluster.tables.strategy;
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
    if (!pace.mayEnd(nowMs, environment.instances)) {
      wakeAtMs = Math.min(wakeAtMs, nowMs + Math.max(1, decisionIntervalMs));
      break;
    }
    idle.forget(position);
    end(instance);
    pace.ended();
  }
  idle.compact();
  return wakeAtMs;
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
