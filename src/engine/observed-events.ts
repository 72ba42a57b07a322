// What a driver sees of an account where AWS Batch places jobs, and where others may act beside us.

import { assert } from "../base/assert.js";
import type { Cluster } from "../core/state/cluster.js";
import {
  drainInstance,
  foundInstance,
  instanceKept,
  instanceLost,
  instanceTerminated,
  undrainInstance,
} from "../core/state/instance-transition.js";
import { InstanceStatus } from "../core/state/instances.js";
import { adoptPlacement } from "../core/state/transition.js";
import type { Ledger } from "../ledger/ledger.js";
import { EventKind } from "../model/event.js";
import { EndCause } from "../model/market.js";
import { NONE } from "../model/tables.js";

export type ObservedEvent =
  | typeof EventKind.JobPlaced
  | typeof EventKind.InstanceKept
  | typeof EventKind.InstanceFound
  | typeof EventKind.ForeignFound
  | typeof EventKind.InstanceDrained;

/** Takes such an event (model/event.ts); whether a decision is due. */
export function observed(
  cluster: Cluster,
  ledger: Ledger,
  kind: ObservedEvent,
  timeMs: number,
  subject: number,
  a: number,
  b: number,
): boolean {
  switch (kind) {
    case EventKind.JobPlaced:
      adoptPlacement(cluster, subject, a, timeMs);
      ledger.placeJob(subject, cluster.jobClass(subject), Math.max(NONE, cluster.jobInstance(subject)), timeMs);
      return cluster.pending.total > 0;
    case EventKind.InstanceKept:
      ledger.keepInstance(subject);
      if (cluster.instances.status(subject) !== InstanceStatus.Terminating) return false; // we took it back ourselves
      instanceKept(cluster, subject, timeMs);
      return true;
    case EventKind.InstanceFound:
    case EventKind.ForeignFound: {
      const instance = foundInstance(cluster, b, a, kind === EventKind.ForeignFound);
      assert(instance === subject, "an instance is found by another number than the next one");
      ledger.findInstance(instance, a, b, timeMs, cluster.pending.total);
      return true;
    }
    case EventKind.InstanceDrained:
      drained(cluster, subject, a === 1);
      return true;
  }
}

/** Somebody has set an instance to DRAINING, or back; where we had done so before, that is no news. */
function drained(cluster: Cluster, instance: number, drains: boolean): void {
  const status = cluster.instances.status(instance);
  if (drains && status === InstanceStatus.Registered) drainInstance(cluster, instance);
  const doomed = cluster.instances.takenAtMs[instance]! < Number.POSITIVE_INFINITY;
  if (!drains && status === InstanceStatus.Draining && !doomed) undrainInstance(cluster, instance);
}

/** An end that we asked for is done. Where we wanted the instance again meanwhile it was too late: it is lost, and a decision due. */
export function endIsDone(cluster: Cluster, instance: number, timeMs: number): boolean {
  const status = cluster.instances.status(instance);
  const isOurs = status === InstanceStatus.Terminating || status === InstanceStatus.Gone;
  if (isOurs || cluster.tables.placedBy !== "batch") {
    instanceTerminated(cluster, instance);
    return false;
  }
  instanceLost(cluster, instance, EndCause.Ours, timeMs);
  return true;
}
