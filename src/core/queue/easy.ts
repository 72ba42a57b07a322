// EASY backfilling (Lifka, "The ANL/IBM SP scheduling system", 1995; Mu'alem & Feitelson 2001): jobs start in order while
// they fit. The first that does not is the head: by the running jobs' limits it gets the earliest time and instance where it
// will fit (the shadow time). Jobs behind it may start if they do not delay that: elsewhere; or there, when they end by
// their limit at or before the shadow time, or need at most what the head will leave over, which is then used up.
// Everything is reckoned anew in every pass. A pass costs one look at each waiting job, and at each job that runs on an
// instance that could hold the head.
//
// Where only jobs without limits are in the head's way, its time is unknown, and later than all limits: jobs with a limit
// may pass, those without one may not take what the head lacks.

import type { ActionBuffer } from "../../model/action.js";
import { NONE } from "../../model/tables.js";
import type { Cluster } from "../state/cluster.js";
import type { RunningLimits } from "./backfill-running.js";
import { BackfillServer } from "./backfill-server.js";
import type { Room } from "./room.js";

export class EasyServer extends BackfillServer {
  private headFound = false;
  /** Where the head will start; NONE: nowhere yet, and everybody may pass. */
  private reserved = NONE;
  private shadowMs = 0;
  /** On the reserved instance at the shadow time, beside the head. */
  private readonly leftOver = { vcpuMilli: 0, memoryMib: 0, gpuMilli: 0 };
  /** Per class: the pass in which it was found to have room on the reserved instance at most. */
  private readonly onlyReservedAt: Float64Array;
  private passes = 0;

  constructor(cluster: Cluster, room: Room, queue: number, running: RunningLimits) {
    super(cluster, room, queue, running);
    this.onlyReservedAt = new Float64Array(cluster.tables.classes.length).fill(NONE);
  }

  serve(nowMs: number, actions: ActionBuffer): void {
    const { cluster, pass } = this;
    this.headFound = false;
    this.reserved = NONE;
    this.passes++;
    pass.begin();
    let next = NONE;
    for (let job = pass.waiting.first; job !== NONE && !pass.isOver; job = next) {
      next = pass.waiting.after(job);
      const jobClass = cluster.jobClass(job);
      if (pass.isBlocked(jobClass)) continue;
      if (pass.awaitsConsumables(jobClass)) pass.block(jobClass);
      else if (cluster.tables.classes[jobClass]!.nodes > 1) pass.placeGangOrBlock(jobClass, nowMs, actions);
      else this.consider(job, jobClass, nowMs, actions);
    }
  }

  private consider(job: number, jobClass: number, nowMs: number, actions: ActionBuffer): void {
    const { cluster, pass, reserved } = this;
    const instance = reserved === NONE ? this.room.find(jobClass, job) : this.findBesideReserved(jobClass);
    if (instance !== NONE) {
      pass.place(job, jobClass, instance, nowMs, actions);
      return;
    }
    const shape = cluster.tables.shapes[cluster.tables.classes[jobClass]!.shape]!;
    if (!this.headFound) {
      this.reserveFor(jobClass, nowMs);
      pass.block(jobClass);
    } else if (reserved === NONE || !cluster.instances.fits(reserved, shape)) {
      pass.block(jobClass);
    } else if (this.endsInTime(job, nowMs) || this.takeLeftOver(jobClass)) {
      pass.place(job, jobClass, reserved, nowMs, actions);
    }
  }

  /** The job that is first not to fit becomes the head. */
  private reserveFor(jobClass: number, nowMs: number): void {
    const { leftOver } = this;
    const { requests } = this.cluster;
    this.headFound = true;
    const { instance, timeMs } = this.pass.earliestRoom(jobClass, nowMs);
    this.reserved = instance;
    this.shadowMs = timeMs;
    if (instance === NONE) return;
    const free = this.running.freeAt(instance, timeMs);
    leftOver.vcpuMilli = Math.max(0, free.vcpuMilli - requests.vcpuMilli[jobClass]!);
    leftOver.memoryMib = Math.max(0, free.memoryMib - requests.memoryMib[jobClass]!);
    leftOver.gpuMilli = Math.max(0, free.gpuMilli - requests.gpuMilli[jobClass]!);
  }

  /** Whether a job that starts now ends by its limit before the head needs its room. */
  private endsInTime(job: number, nowMs: number): boolean {
    const endMs = nowMs + this.running.limitMs(job);
    return endMs <= this.shadowMs && endMs < Number.POSITIVE_INFINITY;
  }

  /** Uses up what a job of a class needs of the left-over; false when there is not enough. */
  private takeLeftOver(jobClass: number): boolean {
    const { leftOver } = this;
    const { requests } = this.cluster;
    const vcpuMilli = requests.vcpuMilli[jobClass]!;
    const memoryMib = requests.memoryMib[jobClass]!;
    const gpuMilli = requests.gpuMilli[jobClass]!;
    if (leftOver.vcpuMilli < vcpuMilli || leftOver.memoryMib < memoryMib || leftOver.gpuMilli < gpuMilli) return false;
    leftOver.vcpuMilli -= vcpuMilli;
    leftOver.memoryMib -= memoryMib;
    leftOver.gpuMilli -= gpuMilli;
    return true;
  }

  /** Room on an instance other than the reserved one: the placement's choice; if that is the reserved one, the fullest. */
  private findBesideReserved(jobClass: number): number {
    if (this.onlyReservedAt[jobClass] === this.passes) return NONE;
    const { tables, environments } = this.cluster;
    const shape = tables.shapes[tables.classes[jobClass]!.shape]!;
    for (const environment of this.pass.environments) {
      const found = environments[environment]!.placement.find(shape);
      const instance = found === this.reserved ? this.fullestOther(environment, jobClass) : found;
      if (instance !== NONE) return instance;
    }
    this.onlyReservedAt[jobClass] = this.passes;
    return NONE;
  }

  /** Of an environment's instances with room, but for the reserved one, that with the fewest vCPUs free. */
  private fullestOther(environment: number, jobClass: number): number {
    const { tables, instances } = this.cluster;
    const shape = tables.shapes[tables.classes[jobClass]!.shape]!;
    let best = NONE;
    for (const instance of this.pass.instances.of(environment)) {
      if (instance === this.reserved || !instances.fits(instance, shape)) continue;
      if (best === NONE || instances.freeVcpuMilli(instance) < instances.freeVcpuMilli(best)) best = instance;
    }
    return best;
  }

  /**
   * The longest run-time limit with which a job that fits may pass the first waiting job: until its shadow time. Infinity: any
   * limit will do; NaN: it is not room that the first job waits for.
   */
  longestPassingMs(nowMs: number): number {
    const { pass, cluster } = this;
    if (pass.waiting.first === NONE) return Number.NaN;
    const jobClass = cluster.jobClass(pass.waiting.first);
    if (cluster.tables.classes[jobClass]!.nodes > 1 || pass.isShort(jobClass)) return Number.NaN;
    const { instance, timeMs } = pass.earliestRoom(jobClass, nowMs);
    return instance === NONE ? Number.NaN : timeMs - nowMs;
  }
}
