// Why a waiting job has not started, at the instant that the state shows: the first failing constraint of its queue, of each
// compute environment, and of each instance type there; and the cheapest change that would let it start. Data only: the
// words are made where people read them.

import { NONE } from "../../model/tables.js";
import type { FairShareServer } from "../queue/fair-share.js";
import { findGang } from "../queue/gang.js";
import type { Placer } from "../queue/placer.js";
import type { Cluster } from "../state/cluster.js";
import { consumablesShort } from "../state/consumables.js";
import { cheapestChange } from "./cheapest-change.js";
import { environmentBlock } from "./environment-block.js";
import type { QueueBlock, WaitReasons } from "./reasons.js";

/** Reasons of a waiting job at `nowMs`; undefined when the job does not wait in a queue. */
export function whyWaiting(cluster: Cluster, placer: Placer, job: number, nowMs: number): WaitReasons | undefined {
  if (!cluster.isWaiting(job)) return undefined;
  return reasonsOf(cluster, placer, job, nowMs, true);
}

function reasonsOf(cluster: Cluster, placer: Placer, job: number, nowMs: number, withHead: boolean): WaitReasons {
  const { tables } = cluster;
  const jobClass = cluster.jobClass(job);
  const { queue, shape } = tables.classes[jobClass]!;
  const environments = tables.queues[queue]!.computeEnvironments.map((index) =>
    environmentBlock(cluster, index, jobClass),
  );
  const queueBlock = queueBlockOf(cluster, placer, job, nowMs);
  const front = queueBlock !== null && "head" in queueBlock && withHead ? queueBlock.head : NONE;
  const head = front === NONE ? null : reasonsOf(cluster, placer, front, nowMs, false);
  const reasons = { job, queue, shape: tables.shapes[shape]!, queueBlock, environments, head };
  return { ...reasons, changes: cheapestChange(cluster, reasons) };
}

function queueBlockOf(cluster: Cluster, placer: Placer, job: number, nowMs: number): QueueBlock | null {
  const { tables } = cluster;
  const jobClass = cluster.jobClass(job);
  const { queue, share } = tables.classes[jobClass]!;
  const server = placer.server(queue);
  const consumable = consumableBlock(cluster, jobClass);
  if (consumable !== null) return consumable;
  const head = server.headJob(nowMs);
  const { order } = tables.queues[queue]!;
  if (order.kind === "fair-share") {
    const fairShare = server as FairShareServer;
    const limitVcpuMilli = fairShare.limitVcpuMilli(nowMs);
    const usedVcpuMilli = fairShare.placedVcpuMilli;
    if (usedVcpuMilli + fairShare.requestVcpuMilli(jobClass) > limitVcpuMilli) {
      const largestPercent = fairShare.largestReservation(jobClass, nowMs);
      return { kind: "reservation", share, usedVcpuMilli, limitVcpuMilli, largestPercent };
    }
    const headClass = cluster.jobClass(head);
    const servedShare = tables.classes[headClass]!.share;
    if (servedShare !== share) {
      const vcpuMilli = fairShare.standing(jobClass, nowMs).vcpuMilli;
      const servedVcpuMilli = fairShare.standing(headClass, nowMs).vcpuMilli;
      return { kind: "share-order", share, vcpuMilli, servedShare, servedVcpuMilli, head };
    }
  }
  const mayPass = order.kind === "fifo-skip" || order.kind === "easy" || order.kind === "conservative";
  if (job !== head && !mayPass) return { kind: "behind-head", head };
  if (!hasRoom(cluster, placer, jobClass)) return null;
  return job === head || order.kind === "fifo-skip" ? { kind: "next-decision" } : { kind: "would-delay", head };
}

function consumableBlock(cluster: Cluster, jobClass: number): QueueBlock | null {
  if (!consumablesShort(cluster, jobClass)) return null;
  const { available, ofClass } = cluster.consumables;
  const short = ofClass[jobClass]!.find(({ resource, quantity }) => available[resource]! < quantity)!;
  return {
    kind: "consumable",
    resource: short.resource,
    available: available[short.resource]!,
    wanted: short.quantity,
  };
}

function hasRoom(cluster: Cluster, placer: Placer, jobClass: number): boolean {
  if (cluster.tables.classes[jobClass]!.nodes > 1) return findGang(cluster, jobClass) !== null;
  return placer.room.find(jobClass) !== NONE;
}
