// Why a waiting job has not started, at the instant that the state shows: the first failing constraint of its queue, of each
// compute environment, and of each instance type there; and the cheapest change that would let it start. Data only: the
// words are made where people read them.

import { NONE } from "../../model/tables.js";
import { HELD_BACK } from "../placement/placement-index.js";
import { EasyServer } from "../queue/easy.js";
import { FairShareServer } from "../queue/fair-share.js";
import { findGang } from "../queue/gang.js";
import type { Placer } from "../queue/placer.js";
import type { Cluster } from "../state/cluster.js";
import { consumablesShort } from "../state/consumables.js";
import { cheapestChange } from "./cheapest-change.js";
import { environmentBlock } from "./environment-block.js";
import type { QueueBlock, WaitReasons } from "./reasons.js";

/** weightFactor has this many steps to one (ShareAttributes: 0.0001 to 999.9999). */
const WEIGHT_STEPS = 10_000;

/** The instant asked about; `decisionDue`: something has happened since the last decision. */
export interface Instant {
  readonly nowMs: number;
  readonly decisionDue: boolean;
}

/** Reasons of a waiting job; undefined when the job does not wait in a queue. */
export function whyWaiting(cluster: Cluster, placer: Placer, job: number, at: Instant): WaitReasons | undefined {
  return cluster.isWaiting(job) ? new Asking(cluster, placer, at).reasonsOf(job, true) : undefined;
}

class Asking {
  private readonly cluster: Cluster;
  private readonly placer: Placer;
  private readonly at: Instant;

  constructor(cluster: Cluster, placer: Placer, at: Instant) {
    this.cluster = cluster;
    this.placer = placer;
    this.at = at;
  }

  reasonsOf(job: number, withHead: boolean): WaitReasons {
    const { cluster } = this;
    const { tables } = cluster;
    const jobClass = cluster.jobClass(job);
    const { queue, shape } = tables.classes[jobClass]!;
    const environments = tables.queues[queue]!.computeEnvironments.map((index) =>
      environmentBlock(cluster, index, jobClass, this.at.nowMs),
    );
    const queueBlock = this.queueBlock(job);
    const couldStart = this.ownBlock(jobClass) === null && this.hasRoom(jobClass);
    const front = queueBlock !== null && "head" in queueBlock && withHead ? queueBlock.head : NONE;
    const head = front === NONE ? null : this.reasonsOf(front, false);
    const reasons = { job, queue, shape: tables.shapes[shape]!, queueBlock, couldStart, environments, head };
    const first = this.placer.server(queue).headJob(this.at.nowMs);
    const before = withHead && first !== job ? () => head ?? this.reasonsOf(first, false) : null;
    return { ...reasons, ...cheapestChange(cluster, reasons, before) };
  }

  private queueBlock(job: number): QueueBlock | null {
    const { cluster, placer, at } = this;
    const jobClass = cluster.jobClass(job);
    const { queue } = cluster.tables.classes[jobClass]!;
    const server = placer.server(queue);
    const head = server.headJob(at.nowMs);
    const { order } = cluster.tables.queues[queue]!;
    const mayPass = order.kind === "fifo-skip" || order.kind === "easy" || order.kind === "conservative";
    const letsPass = job !== head && cluster.jobClass(head) !== jobClass && this.isHeldBack(head);
    if (job !== head && !mayPass && !letsPass) return this.orderBlock(jobClass, head);
    const own = this.ownBlock(jobClass);
    if (own !== null || !this.hasRoom(jobClass)) return own;
    if (this.isHeldBack(job)) return { kind: "held-back" };
    if (job === head || order.kind === "fifo-skip" || letsPass) return { kind: "next-decision", unlessDelayed: NONE };
    if (at.decisionDue) return { kind: "next-decision", unlessDelayed: head };
    const longestLimitMs = server instanceof EasyServer ? server.longestPassingMs(at.nowMs) : Number.NaN;
    return { kind: "would-delay", head, longestLimitMs };
  }

  /** Of a job that is not first where nobody may pass. */
  private orderBlock(jobClass: number, head: number): QueueBlock {
    const { cluster, placer, at } = this;
    const { queue, share } = cluster.tables.classes[jobClass]!;
    const server = placer.server(queue);
    const headClass = cluster.jobClass(head);
    const servedShare = cluster.tables.classes[headClass]!.share;
    if (!(server instanceof FairShareServer) || servedShare === share) return { kind: "behind-head", head };
    const own = server.standing(jobClass, at.nowMs);
    const served = server.standing(headClass, at.nowMs);
    const servedUsage = served.usage * served.weight;
    const largest = own.usage === 0 ? 0 : (Math.ceil((servedUsage / own.usage) * WEIGHT_STEPS) - 1) / WEIGHT_STEPS;
    return {
      kind: "share-order",
      share,
      vcpuMilli: own.vcpuMilli,
      servedShare,
      servedVcpuMilli: served.vcpuMilli,
      equal: own.usage * own.weight === servedUsage,
      head,
      largestWeight: largest > 0 ? largest : Number.NaN,
    };
  }

  /** What keeps a job from starting wherever it is in its queue, beside room. */
  private ownBlock(jobClass: number): QueueBlock | null {
    const { cluster, placer, at } = this;
    const { queue, share } = cluster.tables.classes[jobClass]!;
    const server = placer.server(queue);
    if (server instanceof FairShareServer) {
      const limitVcpuMilli = server.limitVcpuMilli(at.nowMs);
      const usedVcpuMilli = server.placedVcpuMilli;
      const wantedVcpuMilli = server.requestVcpuMilli(jobClass);
      if (usedVcpuMilli + wantedVcpuMilli > limitVcpuMilli) {
        const largestPercent = server.largestReservation(jobClass, at.nowMs);
        return { kind: "reservation", share, usedVcpuMilli, limitVcpuMilli, wantedVcpuMilli, largestPercent };
      }
    }
    return consumableBlock(cluster, jobClass);
  }

  /** Whether the placement policy would rather have it wait for an instance of its own. */
  private isHeldBack(job: number): boolean {
    const { cluster, placer } = this;
    const jobClass = cluster.jobClass(job);
    return placer.room.isOrdinary(jobClass) && placer.room.findOrHoldBack(jobClass, job) === HELD_BACK;
  }

  private hasRoom(jobClass: number): boolean {
    const { cluster, placer } = this;
    if (cluster.tables.classes[jobClass]!.nodes > 1) return findGang(cluster, jobClass) !== null;
    return placer.room.find(jobClass) !== NONE;
  }
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
