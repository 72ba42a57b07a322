// Soft cordon: nothing is placed any more on an instance that should empty, one with few jobs left for its size that are expected
// to end soon. As a stream of small jobs could keep it alive for ever, they go elsewhere; when its last job ends, so does it. The
// cordon gives way before anything is bought: to a job without room elsewhere, unless it would prolong the instance for so much more
// money than an instance of its own costs (prolonging.ts) that this is worth a wait. Then it waits for one of its own.

import { MICRO_USD, MS_PER_HOUR, MS_PER_MINUTE } from "../../base/units.js";
import { type ActionBuffer, ActionKind } from "../../model/action.js";
import type { DecisionRecorder, DrainReason } from "../../model/decision.js";
import { NONE } from "../../model/tables.js";
import { HELD_BACK } from "../placement/placement-index.js";
import type { Prolonging } from "../placement/prolonging.js";
import type { Placer } from "../queue/placer.js";
import type { Cluster } from "../state/cluster.js";
import { drainInstance, undrainInstance } from "../state/instance-transition.js";
import { InstanceStatus } from "../state/instances.js";

/** Few jobs are left on an instance when they use no more than this share of any of its resources. */
const FEW_SHARE = 0.25;

/**
 * Only an instance that is expected to empty within this time is closed: one with a long job stays anyway, and its room would be
 * paid for nothing while the same is bought elsewhere. On the traces of docs/strategies.md one hour and two differ little; without
 * a limit more jobs wait longer, and little more is saved.
 */
const EMPTIES_WITHIN_MS = MS_PER_HOUR;

/** What keeping a job off must save for the job to wait a boot for it, micro-USD: a model, of what two or three minutes are worth. */
const WORTH_A_WAIT_MICRO_USD = 0.5 * MICRO_USD;

/** An instance that was opened again is left open for so long: it was wanted, and its jobs are to have begun. */
const LEFT_OPEN_MS = 5 * MS_PER_MINUTE;

/** Classes whose first waiting job is asked for when a cordon may give way; those behind them meet the next decision. */
const CLASSES_ASKED = 64;

export class SoftCordon {
  private readonly cluster: Cluster;
  private readonly prolonging: readonly Prolonging[];
  private readonly record: DecisionRecorder;
  private readonly placer: Placer;
  /** Instances by number that are not gone, as of the last look. */
  private readonly known: number[] = [];
  private seen = 0;
  private readonly cordoned = new Set<number>();
  private readonly openedMs = new Map<number, number>();

  /** `prolonging`: by environment. */
  constructor(cluster: Cluster, placer: Placer, prolonging: readonly Prolonging[], record: DecisionRecorder) {
    this.cluster = cluster;
    this.prolonging = prolonging;
    this.record = record;
    this.placer = placer;
  }

  /** Cordons the instances that should empty. To be called in every decision, before placing. */
  close(nowMs: number, actions: ActionBuffer): void {
    this.lookAround();
    for (const instance of this.known) {
      if (!this.shouldEmpty(instance, nowMs)) continue;
      drainInstance(this.cluster, instance);
      this.cordoned.add(instance);
      this.tell("soft-cordon", 1, instance, nowMs, actions);
    }
  }

  /**
   * Opens a cordoned instance for the first waiting job that has no room elsewhere and may have this. To be called after placing
   * and before buying, and again as long as it says true: then there is something to place.
   */
  giveWay(nowMs: number, actions: ActionBuffer): boolean {
    if (this.cordoned.size === 0) return false;
    for (const queue of this.placer.queueOrder) {
      const instance = this.firstWanted(queue);
      if (instance === NONE) continue;
      this.cordoned.delete(instance);
      this.openedMs.set(instance, nowMs);
      undrainInstance(this.cluster, instance);
      this.tell("uncordon", 0, instance, nowMs, actions);
      return true;
    }
    return false;
  }

  /** The cordoned instance for the first job of a queue that may have one; NONE: nobody may, or whom nobody may pass may not. */
  private firstWanted(queue: number): number {
    const { cluster } = this;
    const { pending, groups } = cluster;
    const strict = cluster.tables.queues[queue]!.order.kind === "fifo";
    const classes = groups.ofQueue[queue]!.flatMap((group) => [
      ...pending.active[group]!.subarray(0, pending.activeCount[group]!),
    ]);
    classes.sort((a, b) => pending.headOrder(a) - pending.headOrder(b));
    for (const jobClass of classes.slice(0, CLASSES_ASKED)) {
      const found = this.placer.room.findOrHoldBack(jobClass, pending.head[jobClass]!);
      if (found !== NONE && found !== HELD_BACK) continue; // it is not room that it waits for
      const instance = this.bestFor(jobClass);
      if (instance !== NONE) return instance;
      if (strict && found === NONE) return NONE;
    }
    return NONE;
  }

  /** The cordoned instance that the first waiting job of a class may have, the one it prolongs least; or NONE. */
  private bestFor(jobClass: number): number {
    const { cluster, prolonging } = this;
    const { queue, shape, nodes } = cluster.tables.classes[jobClass]!;
    if (nodes > 1) return NONE;
    const request = cluster.tables.shapes[shape]!;
    const runMs = cluster.outlook!.expectedMs(cluster.pending.head[jobClass]!);
    let best = NONE;
    let bestMicroUsd = Number.POSITIVE_INFINITY;
    for (const instance of this.cordoned) {
      const environment = cluster.instances.environment(instance);
      if (!cluster.tables.queues[queue]!.computeEnvironments.includes(environment)) continue;
      if (!cluster.instances.fits(instance, request)) continue;
      const microUsd = prolonging[environment]!.microUsd(instance, runMs);
      if (microUsd >= bestMicroUsd) continue;
      best = instance;
      bestMicroUsd = microUsd;
    }
    if (best === NONE) return NONE;
    const environment = cluster.instances.environment(best);
    const buyableVcpuMilli =
      cluster.tables.environments[environment]!.maxVcpuMilli - cluster.environments[environment]!.vcpuMilli;
    const ownMicroUsd = prolonging[environment]!.ownMicroUsd(request, runMs, buyableVcpuMilli);
    return bestMicroUsd - ownMicroUsd > WORTH_A_WAIT_MICRO_USD ? NONE : best;
  }

  private shouldEmpty(instance: number, nowMs: number): boolean {
    const { instances, outlook, tables } = this.cluster;
    if (instances.status(instance) !== InstanceStatus.Registered || !outlook!.hasJobs(instance)) return false;
    const type = tables.instanceTypes[instances.instanceType(instance)]!;
    const few = 1 - FEW_SHARE;
    if (instances.freeVcpuMilli(instance) < few * type.vcpuMilli) return false;
    if (instances.freeMemoryMib(instance) < few * type.memoryMib) return false;
    if (instances.freeGpuMilli(instance) < few * type.gpuMilli) return false;
    if (outlook!.endMs(instance) - nowMs > EMPTIES_WITHIN_MS) return false;
    const openedMs = this.openedMs.get(instance);
    return openedMs === undefined || nowMs - openedMs >= LEFT_OPEN_MS;
  }

  /** Learns of new instances, forgets those that are gone; one that EC2 will take stays drained whatever is wanted. */
  private lookAround(): void {
    const { instances, tables } = this.cluster;
    for (; this.seen < instances.count; this.seen++) {
      const { fixedFleet, provisioning } = tables.environments[instances.environment(this.seen)]!;
      if (fixedFleet === null && provisioning !== "job-per-instance") this.known.push(this.seen);
    }
    let kept = 0;
    for (const instance of this.known) {
      const status = instances.status(instance);
      const isGone = status === InstanceStatus.Gone || status === InstanceStatus.Terminating;
      if (isGone || instances.takenAtMs[instance]! < Number.POSITIVE_INFINITY) this.cordoned.delete(instance);
      if (isGone) this.openedMs.delete(instance);
      else this.known[kept++] = instance;
    }
    this.known.length = kept;
  }

  private tell(reason: DrainReason, drain: 0 | 1, instance: number, nowMs: number, actions: ActionBuffer): void {
    const { instances, outlook } = this.cluster;
    const row = this.record.drain(reason, nowMs, instance, instances.jobs(instance), outlook!.endMs(instance));
    actions.push(ActionKind.Drain, instance, drain, NONE, row, nowMs);
  }
}
