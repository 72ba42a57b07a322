// How EC2 takes instances back: by their own fate once they run, or because their pool has no room for them, costs too much,
// or a storm strikes. A rebalance recommendation comes only before an end of its own fate: the others are sudden.

import { EventKind } from "../../model/event.js";
import type { EventSink } from "../batch/batch-service.js";
import { type Agenda, Next } from "./agenda.js";
import { Doom, Life, type Occupants } from "./occupants.js";

export class Interruptions {
  private readonly occupants: Occupants;
  private readonly agenda: Agenda;

  constructor(occupants: Occupants, agenda: Agenda) {
    this.occupants = occupants;
    this.agenda = agenda;
  }

  /** The instances of a pool that EC2 has not decided to take. */
  undoomedIn(pool: number): number[] {
    return this.occupants.inPool(pool).filter((instance) => this.occupants.doomOf(instance) === Doom.None);
  }

  /** EC2 decides now to take instances, each at the end of its notice. One that does not run yet is told when it does. */
  take(instances: readonly number[], nowMs: number, sink: EventSink): void {
    const { occupants, agenda } = this;
    for (const instance of instances) {
      const warningMs = occupants.warningMsOf(instance);
      const hasNotice = !Number.isNaN(warningMs);
      occupants.doom(instance, hasNotice ? nowMs + warningMs : nowMs);
      agenda.add(occupants.takenMsOf(instance), Next.Taken, instance);
      if (hasNotice && occupants.lifeOf(instance) === Life.Running) this.warn(instance, nowMs, sink);
    }
  }

  /** An instance begins to run: enters the first thing that will be heard of its end. */
  begin(instance: number, nowMs: number): void {
    const { occupants, agenda } = this;
    occupants.run(instance, nowMs);
    if (occupants.doomOf(instance) !== Doom.None) {
      agenda.add(nowMs, Next.Notice, instance);
      return;
    }
    const takenMs = occupants.takenMsOf(instance);
    const noticeMs = takenMs - occupants.warningMsOf(instance);
    const rebalanceMs = noticeMs - occupants.leadMsOf(instance);
    if (Number.isNaN(noticeMs)) agenda.add(takenMs, Next.Taken, instance);
    else if (Number.isNaN(rebalanceMs)) agenda.add(Math.max(nowMs, noticeMs), Next.Notice, instance);
    else agenda.add(Math.max(nowMs, rebalanceMs), Next.Rebalance, instance);
  }

  /** The rebalance recommendation of an instance is due. */
  recommend(instance: number, nowMs: number, sink: EventSink): void {
    const { occupants } = this;
    if (!occupants.has(instance) || occupants.doomOf(instance) !== Doom.None) return;
    sink.ingest(EventKind.RebalanceRecommended, nowMs, instance, 0, 0);
    const noticeMs = occupants.takenMsOf(instance) - occupants.warningMsOf(instance);
    this.agenda.add(Math.max(nowMs, noticeMs), Next.Notice, instance);
  }

  /** The interruption notice of an instance is due, unless it has had one or is gone. */
  warn(instance: number, nowMs: number, sink: EventSink): void {
    const { occupants } = this;
    if (!occupants.has(instance) || occupants.doomOf(instance) === Doom.Told) return;
    const takenMs = occupants.takenMsOf(instance);
    if (occupants.doomOf(instance) === Doom.None) {
      occupants.doom(instance, takenMs);
      this.agenda.add(takenMs, Next.Taken, instance);
    }
    occupants.told(instance);
    sink.ingest(EventKind.InterruptionWarned, nowMs, instance, takenMs, 0);
  }
}
