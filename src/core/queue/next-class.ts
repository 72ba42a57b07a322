// Which waiting job comes next in a queue. Within a class jobs wait in submission order, so the next job of a queue is the
// earliest head among its classes.

import { NONE } from "../../model/tables.js";
import type { PendingJobs } from "../state/pending-jobs.js";

/** Looks for the class of a group whose head was submitted first, and how long it stays the first. */
export class EarliestClass {
  /** Order of the next class's head at the last look: until the class found has one behind it, it remains the first. */
  runnerUpOrder = Number.POSITIVE_INFINITY;

  /**
   * The class, leaving out classes whose `blockedAt` equals `stamp`; NONE when nothing else waits. Costs one look per class
   * with waiting jobs.
   */
  find(pending: PendingJobs, group: number, blockedAt: Float64Array, stamp: number): number {
    const classes = pending.active[group]!;
    const count = pending.activeCount[group]!;
    let best = NONE;
    let bestOrder = Number.POSITIVE_INFINITY;
    let runnerUpOrder = Number.POSITIVE_INFINITY;
    for (let i = 0; i < count; i++) {
      const jobClass = classes[i]!;
      const order = pending.headOrder(jobClass);
      if (order >= runnerUpOrder || blockedAt[jobClass] === stamp) continue;
      if (order < bestOrder) {
        runnerUpOrder = bestOrder;
        bestOrder = order;
        best = jobClass;
      } else {
        runnerUpOrder = order;
      }
    }
    this.runnerUpOrder = runnerUpOrder;
    return best;
  }
}

/** The first `limit` waiting jobs of some classes, in the order of submission. */
export function firstInOrder(pending: PendingJobs, classes: readonly number[], limit: number): number[] {
  const cursors = classes.map((jobClass) => pending.head[jobClass]!).filter((job) => job !== NONE);
  const jobs: number[] = [];
  while (jobs.length < limit && cursors.length > 0) {
    let first = 0;
    for (let i = 1; i < cursors.length; i++) {
      if (pending.order(cursors[i]!) < pending.order(cursors[first]!)) first = i;
    }
    jobs.push(cursors[first]!);
    const after = pending.after(cursors[first]!);
    if (after === NONE) cursors.splice(first, 1);
    else cursors[first] = after;
  }
  return jobs;
}
