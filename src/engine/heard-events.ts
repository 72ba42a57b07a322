// What a driver hears at one look, handed to the engine in an order that does not depend on how it was heard. A live driver and
// the simulator of one look at the world only now and then, and then learn of many things at once; AWS tells the times of some
// of them. Both hand them over here, so that both engines are told the same.
//
// Order: by time (an event that nobody tells the time of happens when it is heard); of one time, by the job's attempt, then
// causes before effects (RANK), then by an order that the driver gives: submission for jobs, number for instances.

import { EventKind } from "../model/event.js";
import type { Engine } from "./engine.js";

const IN_ORDER: readonly EventKind[] = [
  EventKind.Wake,
  EventKind.PriceChanged,
  EventKind.InstanceFound,
  EventKind.ForeignFound,
  EventKind.PoolRefused,
  EventKind.LaunchRefused,
  EventKind.InstanceRunning,
  EventKind.InstanceRegistered,
  EventKind.RebalanceRecommended,
  EventKind.InterruptionWarned,
  EventKind.InstanceDrained,
  EventKind.JobNamed,
  EventKind.JobPending,
  EventKind.JobReleased,
  EventKind.JobSubmitted,
  EventKind.JobPlaced,
  EventKind.JobMeasured,
  EventKind.JobCheckpointed,
  EventKind.JobEnded,
  EventKind.JobRetried,
  EventKind.JobCancelled,
  EventKind.InstanceKept,
  EventKind.InstanceLost,
  EventKind.InstanceTerminated,
];

/** Per kind: its place among events of one time. */
const RANK = new Uint8Array(IN_ORDER.length);
IN_ORDER.forEach((kind, rank) => {
  RANK[kind] = rank;
});

/** So often an engine may decide at one instant: every refused launch calls for another decision. */
export const MAX_ROUNDS = 50;

export interface HeardEvent {
  readonly kind: EventKind;
  /** When it happened, ms; NaN: nobody tells, so when it is heard. */
  readonly timeMs: number;
  readonly subject: number;
  readonly a: number;
  readonly b: number;
  /** Of a job: how many of its attempts had ended before. */
  readonly attempt: number;
  readonly order: number;
}

/** Who is handed the events: an engine, or somebody who writes them down first. */
export type EventTaker = Pick<Engine, "ingest">;

/**
 * The events of a look at `nowMs` as the engine is to be told them. What happened before `sinceMs`, the last time that the
 * engine was told anything, and is heard only now, happens at `sinceMs`: time does not go back. Nor does anything happen on an
 * instance before it is found: a job that was placed on one that this look has found begins there when it is found, and all that
 * became of it happens then.
 */
export function orderHeard(events: readonly HeardEvent[], sinceMs: number, nowMs: number): HeardEvent[] {
  const onFound = firstAttemptOnFound(events);
  return events
    .map((event) => {
      const isLate =
        isOfAttempt(event.kind) && event.attempt >= (onFound.get(event.subject) ?? Number.POSITIVE_INFINITY);
      return { ...event, timeMs: isLate ? nowMs : toldMs(event.timeMs, sinceMs, nowMs) };
    })
    .sort(
      (one, other) =>
        one.timeMs - other.timeMs ||
        one.attempt - other.attempt ||
        RANK[one.kind]! - RANK[other.kind]! ||
        one.order - other.order,
    );
}

/** By job: its first attempt that was placed on an instance found in the same look. */
function firstAttemptOnFound(events: readonly HeardEvent[]): ReadonlyMap<number, number> {
  const found = new Set<number>();
  for (const { kind, subject } of events) {
    if (kind === EventKind.InstanceFound || kind === EventKind.ForeignFound) found.add(subject);
  }
  const firsts = new Map<number, number>();
  if (found.size === 0) return firsts;
  for (const { kind, subject, a, attempt } of events) {
    if (kind !== EventKind.JobPlaced || !found.has(a)) continue;
    firsts.set(subject, Math.min(attempt, firsts.get(subject) ?? attempt));
  }
  return firsts;
}

function isOfAttempt(kind: EventKind): boolean {
  return (
    kind === EventKind.JobPlaced ||
    kind === EventKind.JobMeasured ||
    kind === EventKind.JobCheckpointed ||
    kind === EventKind.JobEnded ||
    kind === EventKind.JobRetried ||
    kind === EventKind.JobCancelled
  );
}

/** Tells the events of a look, in order. */
export function tellHeard(taker: EventTaker, events: readonly HeardEvent[], sinceMs: number, nowMs: number): void {
  for (const { kind, timeMs, subject, a, b } of orderHeard(events, sinceMs, nowMs)) {
    taker.ingest(kind, timeMs, subject, a, b);
  }
}

function toldMs(timeMs: number, sinceMs: number, nowMs: number): number {
  if (Number.isNaN(timeMs)) return nowMs;
  return Math.min(nowMs, Math.max(sinceMs, timeMs));
}
