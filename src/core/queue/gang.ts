// Multi-node parallel jobs: all nodes at once, each on an empty instance of its own, all of one instance type
// (docs.aws.amazon.com/batch/latest/userguide/multi-node-parallel-jobs.html).

import { NONE } from "../../model/tables.js";
import { isStale } from "../scaledown/idle.js";
import type { Cluster } from "../state/cluster.js";
import { InstanceStatus } from "../state/instances.js";

/**
 * Registered empty instances for all nodes of a job of a class, in the first of the queue's environments that has enough of
 * one type; of several types the one whose instances have been empty for longest. Null when there are not enough.
 */
export function findGang(cluster: Cluster, jobClass: number): readonly number[] | null {
  const { tables, environments } = cluster;
  const { queue, nodes, shape } = tables.classes[jobClass]!;
  const request = tables.shapes[shape]!;
  for (const environment of tables.queues[queue]!.computeEnvironments) {
    if (!tables.environments[environment]!.multiNode) continue;
    const byType = new Map<number, number[]>();
    const { idle } = environments[environment]!;
    idle.compact();
    for (let position = 0; position < idle.length; position++) {
      const instance = idle.instanceAt(position);
      if (instance === NONE) continue;
      if (isStale(cluster, instance, idle.sinceMsAt(position))) {
        idle.forget(position);
        continue;
      }
      if (cluster.instances.status(instance) !== InstanceStatus.Registered) continue; // it is draining
      if (!cluster.instances.fits(instance, request)) continue;
      const type = cluster.instances.instanceType(instance);
      const gang = byType.get(type) ?? [];
      if (gang.includes(instance)) continue; // entered twice in one instant
      gang.push(instance);
      if (gang.length === nodes) return gang;
      byType.set(type, gang);
    }
  }
  return null;
}
