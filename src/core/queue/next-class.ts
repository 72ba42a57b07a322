// Which waiting job comes next in a queue. Within a class jobs wait in submission order, so the next job of a queue is the
// earliest head among its classes.

import { NONE } from "../../model/tables.js";
import type { PendingJobs } from "../state/pending-jobs.js";

/**
 * The class whose head was submitted first among `classes`, leaving out those whose `blockedAt` equals `stamp`;
 * NONE when nothing waits. Costs one look per class.
 */
export function earliestClass(
  pending: PendingJobs,
  classes: Int32Array,
  blockedAt: Float64Array,
  stamp: number,
): number {
  let best = NONE;
  let bestOrder = Number.POSITIVE_INFINITY;
  for (let i = 0; i < classes.length; i++) {
    const jobClass = classes[i]!;
    if (pending.head[jobClass] === NONE || blockedAt[jobClass] === stamp) continue;
    const order = pending.headOrder(jobClass);
    if (order < bestOrder) {
      bestOrder = order;
      best = jobClass;
    }
  }
  return best;
}
