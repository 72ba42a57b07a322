// What will happen in the market, by time; of one instant in the order in which it was entered.

import { EventHeap } from "../../base/event-heap.js";

/** What can happen next: to a pool, by a stress overlay, to an instance. */
export const Next = {
  Price: 0,
  Capacity: 1,
  StressBegins: 2,
  StressEnds: 3,
  Storm: 4,
  Rebalance: 5,
  Notice: 6,
  Taken: 7,
} as const;
export type Next = (typeof Next)[keyof typeof Next];

/** An entry in the heap is its subject and, in the low bits, its kind. */
const KIND_BITS = 3;
const KIND_MASK = (1 << KIND_BITS) - 1;

export class Agenda {
  private readonly heap = new EventHeap();

  /** Time of the next entry, ms; Infinity when there is none. */
  get nextMs(): number {
    return this.heap.nextTime;
  }

  /** Enters what will happen; nothing, if it never will (Infinity). */
  add(timeMs: number, kind: Next, subject: number): void {
    if (timeMs < Number.POSITIVE_INFINITY) this.heap.push(timeMs, (subject << KIND_BITS) | kind);
  }

  /** Removes the next entry; `kindOf` and `subjectOf` read what is returned. */
  take(): number {
    return this.heap.pop();
  }
}

export function kindOf(entry: number): Next {
  return (entry & KIND_MASK) as Next;
}

export function subjectOf(entry: number): number {
  return entry >> KIND_BITS;
}
