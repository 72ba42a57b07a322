// What will happen in the simulated world, by time; events of one instant in the order in which they were scheduled.

import { EventHeap } from "../base/event-heap.js";
import type { EventKind } from "../model/event.js";

/** An event in the heap is its subject and, in the low bits, its kind: five bits hold all kinds. */
const KIND_BITS = 5;
const KIND_MASK = (1 << KIND_BITS) - 1;

export class WorldEvents {
  private readonly heap = new EventHeap();

  /** Time of the next event, or Infinity when there is none. */
  get nextMs(): number {
    return this.heap.nextTime;
  }

  schedule(timeMs: number, kind: EventKind, subject: number): void {
    this.heap.push(timeMs, (subject << KIND_BITS) | kind);
  }

  /** Removes the next event; `kindOf` and `subjectOf` read what is returned. */
  take(): number {
    return this.heap.pop();
  }
}

export function kindOf(event: number): EventKind {
  return (event & KIND_MASK) as EventKind;
}

export function subjectOf(event: number): number {
  return event >> KIND_BITS;
}
