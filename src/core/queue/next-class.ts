// Which waiting job comes next in a queue. Within a class jobs wait in submission order, so the next job of a queue is the
// earliest head among its classes.

import { NONE } from "../../model/tables.js";
import type { PendingJobs } from "../state/pending-jobs.js";

/**
 * The class of a queue whose head was submitted first, leaving out classes whose `blockedAt` equals `stamp`; NONE when
 * nothing else waits. Costs one look per class with waiting jobs.
 */
export function earliestClass(pending: PendingJobs, queue: number, blockedAt: Float64Array, stamp: number): number {
  const classes = pending.active[queue]!;
  const count = pending.activeCount[queue]!;
  let best = NONE;
  let bestOrder = Number.POSITIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const jobClass = classes[i]!;
    const order = pending.headOrder(jobClass);
    if (order < bestOrder && blockedAt[jobClass] !== stamp) {
      bestOrder = order;
      best = jobClass;
    }
  }
  return best;
}
