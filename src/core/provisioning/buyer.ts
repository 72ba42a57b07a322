// Buying capacity for waiting jobs, and what is to be there without any. Every launch is recorded with its reason.

import type { ActionBuffer } from "../../model/action.js";
import type { DecisionRecorder } from "../../model/decision.js";
import { NONE } from "../../model/tables.js";
import type { Placer } from "../queue/placer.js";
import type { Cluster } from "../state/cluster.js";
import type { Escalations } from "./escalations.js";
import { Fallback } from "./fallback.js";
import { GangClaims } from "./gangs.js";
import { headFirst } from "./head-first.js";
import { HeldRoom } from "./held-room.js";
import { Launcher } from "./launcher.js";
import type { LiveCandidates } from "./live-candidates.js";
import { type Coming, QueuePlan } from "./queue-plan.js";
import { makeSources, type Sources } from "./sources.js";
import type { SpareUnits } from "./spare-units.js";
import { StandingCapacity } from "./standing-capacity.js";
import { takeBack } from "./take-back.js";

/** What a strategy may have beside the plain purchase of what waits. */
export interface BuyerOptions {
  readonly escalations: Escalations | null;
  readonly spare: SpareUnits | null;
}

export class Buyer {
  private readonly cluster: Cluster;
  private readonly placer: Placer;
  private readonly sources: readonly Sources[];
  private readonly launcher: Launcher;
  private readonly record: DecisionRecorder;
  /** Where AWS Batch places, jobs wait for its next cycle: the room that they will take is kept, whatever is bought. */
  private readonly keepsRoom: boolean;
  private readonly held: HeldRoom;
  private readonly plan: QueuePlan;
  private readonly standing: StandingCapacity;
  /** Per environment; null: it never falls back. */
  private readonly fallbacks: readonly (Fallback | null)[];
  private readonly escalations: Escalations | null;
  private readonly spare: SpareUnits | null;
  /** Per queue: its classes, multi-node ones first. HeldRoom has the same lists. */
  private readonly classesOfQueue: Int32Array[];
  private readonly gangClasses: readonly number[];
  /** Instances on their way that no demand has claimed. */
  private readonly coming: Coming;
  /** Per queue: since when demand gathers; NaN: none does. */
  private readonly gatheringMs: Float64Array;
  /** A policy that takes one choice at a time has left jobs for the next decision. */
  private unfinished = false;
  private wakeAtMs = Number.POSITIVE_INFINITY;

  /** `candidates`: what each environment may buy of its own pools. */
  constructor(
    cluster: Cluster,
    placer: Placer,
    candidates: readonly LiveCandidates[],
    record: DecisionRecorder,
    { escalations, spare }: BuyerOptions,
  ) {
    const { tables } = cluster;
    const { classes, environments, strategy } = tables;
    const isGang = (jobClass: number) => classes[jobClass]!.nodes > 1;
    this.cluster = cluster;
    this.placer = placer;
    this.escalations = escalations;
    this.spare = spare;
    this.sources = candidates.map((offered, index) => makeSources(offered, tables, index));
    this.launcher = new Launcher(cluster, record);
    this.record = record;
    this.keepsRoom = tables.placedBy === "batch";
    this.standing = new StandingCapacity(cluster, this.sources, this.launcher);
    this.classesOfQueue = tables.queues.map((_, queue) => {
      const own = classes.flatMap((jobClass, index) => (jobClass.queue === queue ? [index] : []));
      return Int32Array.from([...own.filter(isGang), ...own.filter((jobClass) => !isGang(jobClass))]);
    });
    this.gangClasses = classes.map((_, index) => index).filter(isGang);
    const types = tables.instanceTypes.length;
    this.coming = {
      all: environments.map(() => new Int32Array(types)),
      onDemand: this.sources.map(({ onDemand }) => new Int32Array(onDemand === null ? 0 : types)),
    };
    const { fallbackAfterMs } = strategy.spot;
    this.fallbacks = this.sources.map(({ onDemand }) =>
      onDemand === null || fallbackAfterMs === null ? null : new Fallback(fallbackAfterMs, tables),
    );
    const claims = new GangClaims(cluster, candidates, this.coming.all);
    this.held = new HeldRoom(cluster, placer, claims, this.classesOfQueue);
    this.plan = new QueuePlan(cluster, this.sources, this.fallbacks, this.coming);
    this.gatheringMs = new Float64Array(tables.queues.length).fill(Number.NaN);
  }

  /** The tables have a class more, of one node. */
  addClass(jobClass: number): void {
    const { queue } = this.cluster.tables.classes[jobClass]!;
    this.classesOfQueue[queue] = Int32Array.from([...this.classesOfQueue[queue]!, jobClass]);
  }

  /** Appends the launches due now; returns when to decide again if nothing happens before (Infinity: no need to). */
  buy(nowMs: number, actions: ActionBuffer): number {
    const { cluster, launcher, standing } = this;
    this.wakeAtMs = Number.POSITIVE_INFINITY;
    this.unfinished = false;
    launcher.begin();
    standing.begin();
    standing.launchFixedFleets(nowMs, actions);
    if (nowMs < cluster.market.throttledUntilMs) return cluster.market.throttledUntilMs;
    standing.keepMinimum(nowMs, actions);
    const buysForWaiting = cluster.pending.total > 0 && (this.keepsRoom || this.anyRoom() || this.anyGangWaits());
    if (buysForWaiting || this.spare !== null) this.countComing();
    if (buysForWaiting) this.buyForWaiting(nowMs, actions);
    // Room that jobs behind a blocked head will take is spare as long as they cannot start.
    if (this.spare !== null) standing.keepSpare(this.spare, this.coming.all, nowMs, actions);
    this.wake(standing.wakeAtMs);
    if (launcher.launchesLeft === 0 || this.unfinished) {
      this.wake(nowMs + Math.max(1, cluster.tables.strategy.decisionIntervalMs));
    }
    return this.wakeAtMs;
  }

  private wake(atMs: number): void {
    if (atMs < this.wakeAtMs) this.wakeAtMs = atMs;
  }

  private countComing(): void {
    const { environments } = this.cluster;
    for (let index = 0; index < environments.length; index++) {
      const { inFlightByType, onDemandInFlightByType } = environments[index]!;
      this.coming.all[index]!.set(inFlightByType);
      if (onDemandInFlightByType !== null) this.coming.onDemand[index]!.set(onDemandInFlightByType);
    }
  }

  private anyRoom(): boolean {
    const { tables, environments } = this.cluster;
    for (let index = 0; index < environments.length; index++) {
      const { fixedFleet, maxVcpuMilli } = tables.environments[index]!;
      if (fixedFleet === null && environments[index]!.vcpuMilli < maxVcpuMilli) return true;
    }
    return false;
  }

  /** Multi-node jobs keep the instances that have come for them, even when there is no room for more. */
  private anyGangWaits(): boolean {
    return this.gangClasses.some((jobClass) => this.cluster.pending.count[jobClass]! > 0);
  }

  /** Launches for the waiting jobs that neither room behind a blocked head nor instances on their way will take. */
  private buyForWaiting(nowMs: number, actions: ActionBuffer): void {
    const { cluster } = this;
    const { market } = cluster;
    this.sources.forEach(({ main, onDemand }, index) => {
      main.candidates.refresh(market, nowMs);
      onDemand?.candidates.refresh(market, nowMs);
      this.fallbacks[index]?.begin();
    });
    this.held.hold(nowMs);
    if (cluster.ending.size > 0) takeBack(cluster, this.held, this.record, nowMs, actions);
    for (const queue of this.placer.queueOrder) this.buyForQueue(queue, nowMs, actions);
    for (const fallback of this.fallbacks) this.wake(fallback?.nextMs ?? Number.POSITIVE_INFINITY);
    this.held.release(nowMs);
  }

  /**
   * Buys the best mix for everything that waits in a queue. Where nobody may overtake the head, and maxvCpus or the pace
   * limit leave the head out of that mix, the head comes first; and while there is no room for the head, nothing is bought
   * for those behind it: they could not start, and would take the room that the head waits for.
   */
  private buyForQueue(queue: number, nowMs: number, actions: ActionBuffer): void {
    if (!this.anyUnmet(queue)) {
      this.gatheringMs[queue] = Number.NaN;
      return;
    }
    const head = this.placer.server(queue).headClass(nowMs);
    this.plan.begin(this.launcher.launchesLeft);
    if (!this.planAll(queue, head, nowMs)) {
      this.plan.discard();
      if (!this.planHeadFirst(queue, head, nowMs)) {
        this.plan.discard();
        this.wakeForOffers(queue);
        return;
      }
    }
    if (this.stillGathers(queue, nowMs)) return;
    this.unfinished ||= this.plan.unfinished;
    let bought = true;
    const isHeadBlocked = head !== NONE && this.held.unmet[head]! > 0;
    const purchases = isHeadBlocked ? headFirst(this.cluster, head, this.plan, nowMs) : this.plan.purchases;
    if (purchases.length < this.plan.purchases.length) this.wake(this.cluster.market.cappedUntilMs);
    for (const purchase of purchases) {
      bought = this.launcher.launch(purchase, nowMs, actions) === purchase.launch.copies && bought;
    }
    if (!bought || this.leavesDemand(queue)) this.wakeForOffers(queue);
  }

  private anyUnmet(queue: number): boolean {
    for (const jobClass of this.classesOfQueue[queue]!) if (this.held.unmet[jobClass]! > 0) return true;
    return false;
  }

  /** Demand is left to gather from the first job on that something would be bought for. */
  private stillGathers(queue: number, nowMs: number): boolean {
    const { batchingWindowMs } = this.cluster.tables.strategy;
    if (batchingWindowMs === 0) return false;
    const sinceMs = this.gatheringMs[queue]!;
    if (this.plan.purchases.length === 0) {
      this.gatheringMs[queue] = Number.NaN;
      return false;
    }
    const dueMs = (Number.isNaN(sinceMs) ? nowMs : sinceMs) + batchingWindowMs;
    if (nowMs < dueMs) {
      this.gatheringMs[queue] = dueMs - batchingWindowMs;
      this.wake(dueMs);
      return true;
    }
    // What the pace leaves for the next decision has gathered long enough.
    if (!this.plan.isCutShort && !this.plan.unfinished) this.gatheringMs[queue] = Number.NaN;
    return false;
  }

  private leavesDemand(queue: number): boolean {
    const gangs = this.gangClasses.some(
      (jobClass) => this.cluster.tables.classes[jobClass]!.queue === queue && this.held.unmet[jobClass]! > 0,
    );
    if (gangs) return true;
    for (const jobs of this.plan.demand) if (jobs > 0) return true;
    return false;
  }

  /** Jobs of the queue go on waiting: until a pool may be asked again, or one of them becomes urgent. */
  private wakeForOffers(queue: number): void {
    for (const environment of this.cluster.tables.queues[queue]!.computeEnvironments) {
      const { main, onDemand } = this.sources[environment]!;
      this.wake(main.candidates.nextOfferMs);
      if (onDemand !== null) this.wake(onDemand.candidates.nextOfferMs);
    }
    if (this.escalations === null) return;
    for (const jobClass of this.classesOfQueue[queue]!) {
      if (this.held.unmet[jobClass]! > 0) this.wake(this.escalations.nextMs(jobClass));
    }
  }

  /** Plans for everything at once; false when the head, if there is one, has no part in it. */
  private planAll(queue: number, head: number, nowMs: number): boolean {
    if (head !== NONE && this.held.unmet[head] === 0) return false;
    const { plan } = this;
    const headGang = this.planGangs(queue, head);
    this.gatherDemand(queue);
    const shape = this.cluster.tables.classes[head]?.shape;
    const wanted = shape === undefined ? 0 : plan.demand[shape]!;
    plan.coverDemand(queue, nowMs);
    if (shape === undefined) return true;
    return this.isGang(head) ? headGang : plan.demand[shape]! < wanted;
  }

  /** Plans for the head alone, then for the others; false when there is no room for the head. */
  private planHeadFirst(queue: number, head: number, nowMs: number): boolean {
    // A multi-node head has been planned for first already; one without unmet demand waits for something else than room.
    if (this.held.unmet[head] === 0 || this.isGang(head)) return false;
    const { plan } = this;
    const { shape } = this.cluster.tables.classes[head]!;
    const urgent = this.escalations?.isUrgent(this.cluster.pending.head[head]!) === true;
    plan.demand[shape] = 1;
    plan.urgent[shape] = urgent ? 1 : 0;
    plan.coverDemand(queue, nowMs);
    if (plan.demand[shape] === 1) return false;
    this.planGangs(queue, head);
    this.gatherDemand(queue);
    plan.demand[shape] = plan.demand[shape]! - 1;
    plan.urgent[shape] = Math.max(0, plan.urgent[shape]! - (urgent ? 1 : 0));
    plan.coverDemand(queue, nowMs);
    return true;
  }

  /** Plans what the queue's multi-node jobs lack; whether the first one of the head's class is among them. */
  private planGangs(queue: number, head: number): boolean {
    let headPlanned = false;
    for (const want of this.held.wants[queue]!) {
      const added = this.plan.addGang(want);
      if (want.jobClass === head) headPlanned ||= added;
    }
    return headPlanned;
  }

  private isGang(jobClass: number): boolean {
    return this.cluster.tables.classes[jobClass]!.nodes > 1;
  }

  /** Sums a queue's unmet jobs by shape, multi-node ones left out, and those of them that are urgent. */
  private gatherDemand(queue: number): void {
    const { demand, urgent } = this.plan;
    demand.fill(0);
    urgent.fill(0);
    for (const jobClass of this.classesOfQueue[queue]!) {
      const { shape, nodes } = this.cluster.tables.classes[jobClass]!;
      const unmet = this.held.unmet[jobClass]!;
      if (nodes > 1 || unmet === 0) continue;
      demand[shape] = demand[shape]! + unmet;
      if (this.escalations === null) continue;
      urgent[shape] = urgent[shape]! + Math.min(unmet, this.escalations.count(jobClass));
    }
  }
}
