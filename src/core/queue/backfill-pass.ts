// What EASY and conservative backfilling have in common: a pass over a queue's waiting jobs in order, in which room only
// shrinks, so that a class that cannot start once cannot start later in the same pass.
//
// A job that lacks a consumable resource keeps its place for it: nobody behind it takes any. It reserves no room. A
// multi-node job starts when enough instances are empty, and reserves nothing while they are not.

import { type ActionBuffer, ActionKind } from "../../model/action.js";
import { NONE } from "../../model/tables.js";
import type { Cluster } from "../state/cluster.js";
import { consumablesAllow, consumablesShort } from "../state/consumables.js";
import { placeJob, roomChanged } from "../state/transition.js";
import { ReservableInstances } from "./backfill-instances.js";
import type { RunningLimits } from "./backfill-running.js";
import { WaitingJobs } from "./backfill-waiting.js";
import type { Room } from "./room.js";

export class BackfillPass {
  readonly waiting = new WaitingJobs();
  readonly instances: ReservableInstances;
  /** The queue's compute environments, in order. */
  readonly environments: readonly number[];
  private readonly cluster: Cluster;
  private readonly room: Room;
  private readonly running: RunningLimits;
  private readonly group: number;
  /** Per class: the pass in which it was found that none of its jobs can start. */
  private readonly blockedAt: Float64Array;
  private blocked = 0;
  private pass = 0;
  private consumablesAwaited = false;

  constructor(cluster: Cluster, room: Room, queue: number, running: RunningLimits) {
    this.cluster = cluster;
    this.room = room;
    this.running = running;
    this.environments = cluster.tables.queues[queue]!.computeEnvironments;
    this.instances = new ReservableInstances(cluster);
    this.group = cluster.groups.ofQueue[queue]![0]!;
    this.blockedAt = new Float64Array(cluster.tables.classes.length).fill(NONE);
  }

  begin(): void {
    this.pass++;
    this.blocked = 0;
    this.consumablesAwaited = false;
  }

  /** Whether no waiting job can start any more. */
  get isOver(): boolean {
    return this.blocked >= this.cluster.pending.activeCount[this.group]!;
  }

  isBlocked(jobClass: number): boolean {
    return this.blockedAt[jobClass] === this.pass;
  }

  block(jobClass: number): void {
    if (this.isBlocked(jobClass)) return;
    this.blockedAt[jobClass] = this.pass;
    this.blocked++;
  }

  /** Blocks the classes that have no room anywhere now. */
  blockWithoutRoom(): void {
    const { pending, tables } = this.cluster;
    const classes = pending.active[this.group]!;
    for (let i = 0; i < pending.activeCount[this.group]!; i++) {
      const jobClass = classes[i]!;
      if (tables.classes[jobClass]!.nodes === 1 && this.room.find(jobClass) === NONE) this.block(jobClass);
    }
  }

  /** Whether a job of a class lacks a consumable resource. */
  isShort(jobClass: number): boolean {
    return consumablesShort(this.cluster, jobClass);
  }

  /** Whether a job lacks a consumable resource, or one before it in the queue does; asked in the queue's order. */
  awaitsConsumables(jobClass: number): boolean {
    if (this.cluster.consumables.ofClass[jobClass] === null) return false;
    this.consumablesAwaited ||= consumablesShort(this.cluster, jobClass);
    return this.consumablesAwaited;
  }

  /** Starts the next job of a multi-node class, or blocks the class. */
  placeGangOrBlock(jobClass: number, nowMs: number, actions: ActionBuffer): void {
    if (!this.room.placeFirst(jobClass, nowMs, actions)) this.block(jobClass);
  }

  place(job: number, jobClass: number, instance: number, nowMs: number, actions: ActionBuffer): void {
    placeJob(this.cluster, job, instance, nowMs);
    roomChanged(this.cluster, instance);
    actions.push(ActionKind.Place, job, instance, jobClass, NONE, nowMs);
  }

  /**
   * Where and when, by limits, there is room for a job of a class first: the earliest time over the registered instances
   * that could ever hold it; of equal ones the first environment's, then the one launched first. NONE without any; the
   * time is Infinity when only jobs without limits are in the way.
   */
  earliestRoom(jobClass: number, nowMs: number): { readonly instance: number; readonly timeMs: number } {
    this.instances.refresh();
    let best = NONE;
    let bestMs = Number.POSITIVE_INFINITY;
    for (const environment of this.environments) {
      for (const instance of this.instances.of(environment)) {
        if (!this.couldHold(instance, jobClass)) continue;
        const timeMs = this.running.roomAtMs(instance, jobClass, nowMs);
        if (best !== NONE && timeMs >= bestMs) continue;
        best = instance;
        bestMs = timeMs;
      }
    }
    return { instance: best, timeMs: bestMs };
  }

  /** Whether an empty instance of this one's type has room for a job of a class. */
  couldHold(instance: number, jobClass: number): boolean {
    const { tables, instances, requests } = this.cluster;
    const type = tables.instanceTypes[instances.instanceType(instance)]!;
    return (
      type.vcpuMilli >= requests.vcpuMilli[jobClass]! &&
      type.memoryMib >= requests.memoryMib[jobClass]! &&
      type.gpuMilli >= requests.gpuMilli[jobClass]!
    );
  }

  /**
   * The class for which capacity comes before all others of the queue: that of the first job, while limits promise it no
   * room on a registered instance. Else those behind it could buy for ever what maxvCpus leaves, and it would starve. NONE
   * where it lacks something else than room on one instance.
   */
  headClass(nowMs: number): number {
    const { cluster, waiting } = this;
    if (waiting.first === NONE) return NONE;
    const jobClass = cluster.jobClass(waiting.first);
    if (consumablesShort(cluster, jobClass) || cluster.tables.classes[jobClass]!.nodes > 1) return NONE;
    return this.earliestRoom(jobClass, nowMs).timeMs < Number.POSITIVE_INFINITY ? NONE : jobClass;
  }

  demand(jobClass: number, waiting: number): number {
    return consumablesAllow(this.cluster, jobClass, waiting);
  }
}
