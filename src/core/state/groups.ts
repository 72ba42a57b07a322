// Groups of job classes: a queue is one group, but a fair-share queue is one group per share. The next job of a share is
// then found among the share's classes alone.

import type { SystemTables } from "../../model/tables.js";

export interface Groups {
  readonly groupOfClass: Int32Array;
  /** Per queue: its groups. */
  readonly ofQueue: readonly (readonly number[])[];
  /** Per group: its share, as an index into the run's share names. */
  readonly shareOf: readonly number[];
  readonly count: number;
}

/** Numbers the groups of a run: by queue, within it by first appearance among the classes. */
export function groupClasses(tables: SystemTables): Groups {
  const shareOf: number[] = [];
  const groupOfClass = new Int32Array(tables.classes.length);
  const ofQueue = tables.queues.map((queue, index) => {
    const split = queue.order.kind === "fair-share";
    const groups = new Map<number, number>();
    if (!split) groups.set(0, shareOf.push(0) - 1);
    tables.classes.forEach((jobClass, classIndex) => {
      if (jobClass.queue !== index) return;
      const share = split ? jobClass.share : 0;
      if (!groups.has(share)) groups.set(share, shareOf.push(share) - 1);
      groupOfClass[classIndex] = groups.get(share)!;
    });
    return [...groups.values()];
  });
  return { groupOfClass, ofQueue, shareOf, count: shareOf.length };
}
