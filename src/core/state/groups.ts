// Groups of job classes: a queue is one group, but a fair-share queue is one group per share. The next job of a share is
// then found among the share's classes alone.

import { mostClasses, mostShares, type SystemTables } from "../../model/tables.js";

export class Groups {
  /** Per class: its group. */
  readonly groupOfClass: Int32Array;
  /** Per queue: its groups, in order of first appearance among the classes. */
  readonly ofQueue: readonly number[][];
  /** Per group: its share, as an index into the run's share names. */
  readonly shareOf: number[] = [];
  /** Groups are numbered below this. */
  readonly most: number;
  private readonly tables: SystemTables;
  /** Per queue: the group of each share that it has met; of a queue that is one group, that group as share 0's. */
  private readonly groupOfShare: readonly Map<number, number>[];

  constructor(tables: SystemTables) {
    const { queues } = tables;
    this.tables = tables;
    this.groupOfClass = new Int32Array(mostClasses(tables));
    this.ofQueue = queues.map(() => []);
    this.groupOfShare = queues.map(() => new Map());
    this.most = queues.reduce((sum, _, queue) => sum + (this.isSplit(queue) ? mostShares(tables) : 1), 0);
    for (let queue = 0; queue < queues.length; queue++) if (!this.isSplit(queue)) this.groupFor(queue, 0);
    for (let jobClass = 0; jobClass < tables.classes.length; jobClass++) this.addClass(jobClass);
  }

  /** The tables have a class more. */
  addClass(jobClass: number): void {
    const { queue, share } = this.tables.classes[jobClass]!;
    this.groupOfClass[jobClass] = this.groupFor(queue, this.isSplit(queue) ? share : 0);
  }

  private isSplit(queue: number): boolean {
    return this.tables.queues[queue]!.order.kind === "fair-share";
  }

  private groupFor(queue: number, share: number): number {
    const groups = this.groupOfShare[queue]!;
    const known = groups.get(share);
    if (known !== undefined) return known;
    const group = this.shareOf.push(share) - 1;
    groups.set(share, group);
    this.ofQueue[queue]!.push(group);
    return group;
  }
}
