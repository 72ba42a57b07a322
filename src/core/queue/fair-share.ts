// A fair-share queue: the share with the lowest usage x weightFactor is served next; within it the highest
// schedulingPriority, then submission order. A head that does not fit blocks the queue. A compute reservation keeps
// (computeReservation / 100)^n of the maximum free for shares that are not active, n being the number of active ones
// (FairsharePolicy in the AWS Batch API reference; how usage decays is a model, see share-usage.ts).

import type { ActionBuffer } from "../../model/action.js";
import type { FairShare } from "../../model/policy.js";
import { mostClasses, NONE } from "../../model/tables.js";
import type { Cluster } from "../state/cluster.js";
import { consumablesAllow } from "../state/consumables.js";
import { firstInOrder } from "./next-class.js";
import type { QueueServer, QueueWatcher } from "./queue-server.js";
import type { Room } from "./room.js";
import { ShareUsage } from "./share-usage.js";
import { weightOfNewShare } from "./share-weights.js";

interface Share {
  /** Its place in the list of shares. */
  readonly index: number;
  readonly group: number;
  readonly weight: number;
  readonly usage: ShareUsage;
  pendingJobs: number;
  waitingJobs: number;
  placedJobs: number;
  /** When it last had a job. */
  lastActiveMs: number;
}

export class FairShareServer implements QueueServer, QueueWatcher {
  readonly watcher = this;
  private readonly cluster: Cluster;
  private readonly room: Room;
  private readonly fairShare: FairShare;
  private readonly queue: number;
  /** In order of first appearance among the classes. */
  private readonly shares: Share[] = [];
  /** Per class: its share; of classes of other queues undefined. */
  private readonly shareOfClass: (Share | undefined)[] = [];
  private readonly vcpuMilliOfClass: Float64Array;
  /** Per share: its group, and usage x weightFactor at `weighedMs` (NaN: to be weighed anew). Every placement of an instant asks. */
  private readonly groupOfShare: number[] = [];
  private readonly weighted: number[] = [];
  private weighedMs = Number.NaN;
  private usedVcpuMilli = 0;
  private demandLeftVcpuMilli = 0;

  constructor(cluster: Cluster, room: Room, queue: number, fairShare: FairShare) {
    const { tables } = cluster;
    this.cluster = cluster;
    this.room = room;
    this.queue = queue;
    this.fairShare = fairShare;
    this.vcpuMilliOfClass = new Float64Array(mostClasses(tables));
    for (let jobClass = 0; jobClass < tables.classes.length; jobClass++) this.addClass(jobClass);
  }

  addClass(jobClass: number): void {
    const { groups, tables, requests } = this.cluster;
    const { queue, nodes } = tables.classes[jobClass]!;
    this.vcpuMilliOfClass[jobClass] = nodes * requests.vcpuMilli[jobClass]!;
    this.shareOfClass[jobClass] = queue === this.queue ? this.shareFor(groups.groupOfClass[jobClass]!) : undefined;
  }

  private shareFor(group: number): Share {
    const known = this.shares.find((share) => share.group === group);
    if (known !== undefined) return known;
    const { cluster, fairShare } = this;
    const index = cluster.groups.shareOf[group]!;
    const share: Share = {
      index: this.shares.length,
      group,
      weight: fairShare.weightOfShare[index] ?? weightOfNewShare(fairShare, cluster.tables.shareNames[index]!),
      usage: new ShareUsage(fairShare.decay, fairShare.windowMs),
      pendingJobs: 0,
      waitingJobs: 0,
      placedJobs: 0,
      lastActiveMs: Number.NEGATIVE_INFINITY,
    };
    this.shares.push(share);
    this.groupOfShare.push(group);
    this.weighted.push(0);
    this.weighedMs = Number.NaN;
    return share;
  }

  serve(nowMs: number, actions: ActionBuffer): void {
    const limitVcpuMilli = this.limitVcpuMilli(nowMs);
    for (;;) {
      const jobClass = this.headClass(nowMs);
      if (jobClass === NONE || this.usedVcpuMilli + this.vcpuMilliOfClass[jobClass]! > limitVcpuMilli) return;
      if (!this.room.placeFirst(jobClass, nowMs, actions)) return;
    }
  }

  headClass(nowMs: number): number {
    const { pending } = this.cluster;
    let bestGroup = NONE;
    /** First of the best group; NONE: not looked for yet. */
    let best = NONE;
    let bestUsage = Number.POSITIVE_INFINITY;
    const { shares, groupOfShare, weighted: weights } = this;
    if (this.weighedMs !== nowMs) this.weighAll(nowMs);
    for (let i = 0; i < shares.length; i++) {
      const weighted = weights[i]!;
      const group = groupOfShare[i]!;
      if (weighted > bestUsage || pending.activeCount[group] === 0) continue;
      let jobClass = NONE;
      if (weighted === bestUsage && bestGroup !== NONE) {
        if (best === NONE) best = this.firstOfGroup(bestGroup);
        jobClass = this.firstOfGroup(group);
        if (pending.headOrder(jobClass) > pending.headOrder(best)) continue;
      }
      bestGroup = group;
      best = jobClass;
      bestUsage = weighted;
    }
    return best === NONE && bestGroup !== NONE ? this.firstOfGroup(bestGroup) : best;
  }

  private weighAll(nowMs: number): void {
    for (const { index, usage, weight } of this.shares) this.weighted[index] = usage.at(nowMs) * weight;
    this.weighedMs = nowMs;
  }

  headJob(nowMs: number): number {
    const jobClass = this.headClass(nowMs);
    return jobClass === NONE ? NONE : this.cluster.pending.head[jobClass]!;
  }

  /** As if every job served counted at once in the usage of its share, and nothing ended meanwhile. */
  firstJobs(limit: number, nowMs: number): number[] {
    const { pending } = this.cluster;
    const queues = this.shares.map(({ group, usage, weight }) => ({
      waiting: byPriority(this.cluster, group, limit),
      usage: usage.at(nowMs),
      weight,
      perVcpuMilli: usage.atOnce,
    }));
    const jobs: number[] = [];
    while (jobs.length < limit) {
      const next = queues
        .filter(({ waiting }) => waiting.length > 0)
        .sort(
          (a, b) =>
            a.usage * a.weight - b.usage * b.weight || pending.order(a.waiting[0]!) - pending.order(b.waiting[0]!),
        )[0];
      if (next === undefined) break;
      const job = next.waiting.shift()!;
      next.usage += next.perVcpuMilli * this.vcpuMilliOfClass[this.cluster.jobClass(job)]!;
      jobs.push(job);
    }
    return jobs;
  }

  beginDemand(nowMs: number): void {
    this.demandLeftVcpuMilli = this.limitVcpuMilli(nowMs) - this.usedVcpuMilli;
  }

  demand(jobClass: number, waiting: number): number {
    const each = this.vcpuMilliOfClass[jobClass]!;
    const allowed = each === 0 ? waiting : Math.max(0, Math.floor(this.demandLeftVcpuMilli / each));
    const jobs = consumablesAllow(this.cluster, jobClass, Math.min(waiting, allowed));
    this.demandLeftVcpuMilli -= jobs * each;
    return jobs;
  }

  /** vCPUs that all active shares together may use now, milli; Infinity without a reservation. */
  limitVcpuMilli(nowMs: number): number {
    return this.limitUnder(this.fairShare.computeReservation, nowMs);
  }

  /** The largest computeReservation, whole per cent, under which a job of the class could start now. */
  largestReservation(jobClass: number, nowMs: number): number {
    const neededVcpuMilli = this.usedVcpuMilli + this.requestVcpuMilli(jobClass);
    let percent = this.fairShare.computeReservation;
    while (percent > 0 && this.limitUnder(percent, nowMs) < neededVcpuMilli) percent--;
    return percent;
  }

  /** What all nodes of a job of the class ask for, milli-vCPU. */
  requestVcpuMilli(jobClass: number): number {
    return this.vcpuMilliOfClass[jobClass]!;
  }

  private limitUnder(percent: number, nowMs: number): number {
    if (percent === 0) return Number.POSITIVE_INFINITY;
    let reserved = 1;
    for (const share of this.shares) if (this.isActive(share, nowMs)) reserved *= percent / 100;
    return Math.round(this.fairShare.maxVcpuMilli - reserved * this.fairShare.reservableVcpuMilli);
  }

  /** Usage and weight of the share of a class, and what its placed jobs ask for: for `explain`. */
  standing(jobClass: number, nowMs: number) {
    const { usage, weight } = this.shareOfClass[jobClass]!;
    return { usage: usage.at(nowMs), weight, vcpuMilli: usage.levelVcpuMilli };
  }

  /** vCPUs that the placed jobs of all shares ask for, milli. */
  get placedVcpuMilli(): number {
    return this.usedVcpuMilli;
  }

  jobPending(jobClass: number, jobs: 1 | -1, nowMs: number): void {
    const share = this.shareOfClass[jobClass]!;
    share.pendingJobs += jobs;
    share.lastActiveMs = nowMs;
  }

  jobQueued(_job: number, jobClass: number, _limitMs: number, _front: boolean, nowMs: number): void {
    const share = this.shareOfClass[jobClass]!;
    share.waitingJobs++;
    share.lastActiveMs = nowMs;
  }

  jobPlaced(_job: number, jobClass: number, _instance: number, nowMs: number): void {
    const share = this.shareOfClass[jobClass]!;
    share.waitingJobs--;
    share.placedJobs++;
    this.use(share, nowMs, this.vcpuMilliOfClass[jobClass]!);
  }

  jobEnded(_job: number, jobClass: number, _instance: number, nowMs: number): void {
    const share = this.shareOfClass[jobClass]!;
    share.placedJobs--;
    this.use(share, nowMs, -this.vcpuMilliOfClass[jobClass]!);
  }

  jobLeft(_job: number, jobClass: number, nowMs: number): void {
    const share = this.shareOfClass[jobClass]!;
    share.waitingJobs--;
    share.lastActiveMs = nowMs;
  }

  private use(share: Share, nowMs: number, vcpuMilli: number): void {
    share.usage.change(nowMs, vcpuMilli);
    if (nowMs === this.weighedMs) this.weighted[share.index] = share.usage.at(nowMs) * share.weight;
    else this.weighedMs = Number.NaN;
    share.lastActiveMs = nowMs;
    this.usedVcpuMilli += vcpuMilli;
  }

  /** A share is active while it has jobs, in PENDING too, and until its usage has left the window. */
  private isActive({ pendingJobs, waitingJobs, placedJobs, lastActiveMs }: Share, nowMs: number): boolean {
    return pendingJobs + waitingJobs + placedJobs > 0 || nowMs - lastActiveMs < this.fairShare.windowMs;
  }

  /** The class of a group with the highest schedulingPriority, then the earliest head. */
  private firstOfGroup(group: number): number {
    const { pending, tables } = this.cluster;
    const classes = pending.active[group]!;
    let best = classes[0]!;
    for (let i = 1; i < pending.activeCount[group]!; i++) {
      const jobClass = classes[i]!;
      const byPriority = tables.classes[jobClass]!.priority - tables.classes[best]!.priority;
      if (byPriority > 0 || (byPriority === 0 && pending.headOrder(jobClass) < pending.headOrder(best)))
        best = jobClass;
    }
    return best;
  }
}

/** The first waiting jobs of a group: the highest schedulingPriority, then submission order. */
function byPriority({ pending, tables }: Cluster, group: number, limit: number): number[] {
  const classes = [...pending.active[group]!.subarray(0, pending.activeCount[group]!)];
  const priorities = [...new Set(classes.map((jobClass) => tables.classes[jobClass]!.priority))].sort((a, b) => b - a);
  return priorities
    .flatMap((priority) =>
      firstInOrder(
        pending,
        classes.filter((jobClass) => tables.classes[jobClass]!.priority === priority),
        limit,
      ),
    )
    .slice(0, limit);
}
