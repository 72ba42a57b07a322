// Conservative backfilling (Mu'alem & Feitelson, "Utilization, predictability, workloads, and user runtime estimates in
// scheduling the IBM SP2 with backfilling", 2001): every waiting job, in the queue's order, gets the earliest place at which
// it fits for its whole limit beside the running jobs and the places given before; those whose place is now start. All
// places are given anew in every pass, so that a job that ends early lets all move up.
//
// Of places at the same time: now, the instance that the placement policy would choose, environment by environment; else the
// first environment's, then the instance launched first. A job without a limit stays for ever. Where every job has an
// instance of its own (ReservableInstances) there is nothing to reserve.
//
// A pass costs in waiting jobs x points of the instances' availability, each about as many points as jobs run and wait
// there; it ends when no waiting class has room on any instance now.

import type { ActionBuffer } from "../../model/action.js";
import { NONE } from "../../model/tables.js";
import { Availability, NOW } from "./availability.js";
import { BackfillServer } from "./backfill-server.js";

export class ConservativeServer extends BackfillServer {
  /** Availabilities of the pass by instance, made when first asked for; and those to be used again. */
  private readonly availabilities = new Map<number, Availability>();
  private readonly spare: Availability[] = [];
  /** Where on its instance the place begins that was found last. */
  private earliestPoint = NOW;

  serve(nowMs: number, actions: ActionBuffer): void {
    const { cluster, pass } = this;
    pass.begin();
    pass.blockWithoutRoom();
    if (pass.isOver) return;
    this.forgetAvailabilities();
    pass.instances.refresh();
    let next = NONE;
    for (let job = pass.waiting.first; job !== NONE && !pass.isOver; job = next) {
      next = pass.waiting.after(job);
      const jobClass = cluster.jobClass(job);
      const isGang = cluster.tables.classes[jobClass]!.nodes > 1;
      if (pass.awaitsConsumables(jobClass)) pass.block(jobClass);
      else if (!isGang) this.consider(job, jobClass, nowMs, actions);
      else if (!pass.isBlocked(jobClass)) pass.placeGangOrBlock(jobClass, nowMs, actions);
    }
  }

  private consider(job: number, jobClass: number, nowMs: number, actions: ActionBuffer): void {
    const { pass } = this;
    const limitMs = this.running.limitMs(job);
    if (!pass.isBlocked(jobClass)) {
      if (this.room.find(jobClass) === NONE) pass.block(jobClass);
      const instance = this.chosenNow(jobClass, limitMs, nowMs);
      if (instance !== NONE) {
        this.start(job, jobClass, limitMs, instance, nowMs, actions);
        return;
      }
    }
    const instance = this.earliestPlace(jobClass, limitMs, nowMs);
    if (instance === NONE) return;
    if (this.earliestPoint === NOW) this.start(job, jobClass, limitMs, instance, nowMs, actions);
    else this.availabilityOf(instance, nowMs).take(this.earliestPoint, jobClass, limitMs);
  }

  /** The instance that the placement policy chooses, if a job can start there now and stay until its limit is over. */
  private chosenNow(jobClass: number, limitMs: number, nowMs: number): number {
    const { tables, environments } = this.cluster;
    const shape = tables.shapes[tables.classes[jobClass]!.shape]!;
    for (const environment of this.pass.environments) {
      const instance = environments[environment]!.placement.find(shape);
      if (instance !== NONE && this.availabilityOf(instance, nowMs).canStartNow(jobClass, limitMs)) return instance;
    }
    return NONE;
  }

  /** The instance on which a job fits first for its whole limit, from `earliestPoint` on; NONE when it never does. */
  private earliestPlace(jobClass: number, limitMs: number, nowMs: number): number {
    const { pass } = this;
    let best = NONE;
    let bestMs = Number.POSITIVE_INFINITY;
    for (const environment of pass.environments) {
      for (const instance of pass.instances.of(environment)) {
        if (!pass.couldHold(instance, jobClass)) continue;
        const availability = this.availabilityOf(instance, nowMs);
        const point = availability.earliest(jobClass, limitMs);
        if (point !== NOW && (point === NONE || availability.timeMs(point) >= bestMs)) continue;
        this.earliestPoint = point;
        if (point === NOW) return instance;
        best = instance;
        bestMs = availability.timeMs(point);
      }
    }
    return best;
  }

  private start(
    job: number,
    jobClass: number,
    limitMs: number,
    instance: number,
    nowMs: number,
    actions: ActionBuffer,
  ): void {
    this.availabilities.get(instance)?.take(NOW, jobClass, limitMs);
    this.pass.place(job, jobClass, instance, nowMs, actions);
  }

  private availabilityOf(instance: number, nowMs: number): Availability {
    let availability = this.availabilities.get(instance);
    if (availability === undefined) {
      const { requests, instances } = this.cluster;
      availability = this.spare.pop() ?? new Availability(requests);
      availability.reset(instances, instance, this.running.on(instance), nowMs);
      this.availabilities.set(instance, availability);
    }
    return availability;
  }

  private forgetAvailabilities(): void {
    for (const availability of this.availabilities.values()) this.spare.push(availability);
    this.availabilities.clear();
  }
}
