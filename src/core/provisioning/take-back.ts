// Instances that are about to end, where an end takes its time: as long as it is not done, waiting jobs may have them.

import { type ActionBuffer, ActionKind } from "../../model/action.js";
import type { DecisionRecorder } from "../../model/decision.js";
import { NONE } from "../../model/tables.js";
import type { Cluster } from "../state/cluster.js";
import { instanceKept } from "../state/instance-transition.js";
import type { HeldRoom } from "./held-room.js";

/**
 * Takes back what would hold waiting jobs that have no room, the latest to end first: nothing is there sooner, or cheaper. `held`
 * holds what the jobs take elsewhere, and afterwards what they take of these.
 */
export function takeBack(
  cluster: Cluster,
  held: HeldRoom,
  record: DecisionRecorder,
  nowMs: number,
  actions: ActionBuffer,
): void {
  for (const instance of [...cluster.ending].reverse()) {
    if (!held.isWanted(instance)) continue;
    held.release(nowMs);
    const row = record.drain("wanted-again", nowMs, instance, cluster.instances.jobs(instance), Number.NaN);
    instanceKept(cluster, instance, nowMs);
    actions.push(ActionKind.Drain, instance, 0, NONE, row, nowMs);
    held.hold(nowMs);
  }
}
