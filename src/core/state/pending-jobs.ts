// Waiting jobs, kept per class as linked lists threaded through one column, each in queue order. Classes with waiting jobs
// are listed per group: a group is a queue, or one share of a fair-share queue. Everything that an ordinary decision reads
// is per class: counts and heads. Jobs themselves are never scanned.

import { assert } from "../../base/assert.js";
import { NONE } from "../../model/tables.js";

export class PendingJobs {
  /** Waiting jobs in all. */
  total = 0;
  /** Per group: its classes with waiting jobs, in no order; the first `activeCount[group]` entries are valid. */
  readonly active: Int32Array[];
  readonly activeCount: Int32Array;
  private readonly groupOfClass: Int32Array;
  /** Per group: its classes. */
  private readonly classCount: Int32Array;
  /** Per class: where it is in its group's active list; meaningful while jobs wait. */
  private readonly position: Int32Array;
  /** Per class: number of waiting jobs, first and last of them. */
  readonly count: Int32Array;
  readonly head: Int32Array;
  private readonly tail: Int32Array;
  /** Per job a pair: the next one of its class, and its position in the order over all classes. */
  private links: Int32Array;
  /** Per job: the one before it in its class. Kept from the first time that a job leaves from the middle; else null. */
  private previous: Int32Array | null = null;
  private nextOrder = 0; // 2^31 submissions are sixteen months at AWS Batch's limit of 50 a second
  private frontOrder = 0;

  /**
   * `groupOfClass`: the group of each class, as `addClass` finds it; groups are numbered below `mostGroups`; `expectedJobs` only
   * sizes the columns.
   */
  constructor(groupOfClass: Int32Array, mostGroups: number, expectedJobs: number) {
    const mostClasses = groupOfClass.length;
    this.groupOfClass = groupOfClass;
    this.position = new Int32Array(mostClasses);
    this.activeCount = new Int32Array(mostGroups);
    this.classCount = new Int32Array(mostGroups);
    this.active = Array.from({ length: mostGroups }, () => NO_CLASSES);
    this.links = new Int32Array(2 * Math.max(1, expectedJobs));
    this.count = new Int32Array(mostClasses);
    this.head = new Int32Array(mostClasses).fill(NONE);
    this.tail = new Int32Array(mostClasses).fill(NONE);
  }

  /** Jobs of a class may wait from now on. */
  addClass(jobClass: number): void {
    const group = this.groupOfClass[jobClass]!;
    const list = this.active[group]!;
    this.classCount[group] = this.classCount[group]! + 1;
    if (this.classCount[group] <= list.length) return;
    this.active[group] = new Int32Array(2 * this.classCount[group]);
    this.active[group].set(list);
  }

  /** Appends a job to its class: it is the last of its queue. */
  append(job: number, jobClass: number): void {
    if (2 * job >= this.links.length) this.grow(2 * (job + 1));
    this.links[2 * job] = NONE;
    this.links[2 * job + 1] = this.nextOrder++;
    const tail = this.tail[jobClass]!;
    if (tail === NONE) {
      this.head[jobClass] = job;
      this.activate(jobClass);
    } else {
      this.links[2 * tail] = job;
    }
    if (this.previous !== null) this.previous[job] = tail;
    this.tail[jobClass] = job;
    this.count[jobClass] = this.count[jobClass]! + 1;
    this.total++;
  }

  /** Puts a job before all others of its queue. */
  prepend(job: number, jobClass: number): void {
    if (2 * job >= this.links.length) this.grow(2 * (job + 1));
    const head = this.head[jobClass]!;
    this.links[2 * job] = head;
    this.links[2 * job + 1] = --this.frontOrder;
    this.head[jobClass] = job;
    if (head === NONE) {
      this.tail[jobClass] = job;
      this.activate(jobClass);
    }
    if (this.previous !== null) {
      this.previous[job] = NONE;
      if (head !== NONE) this.previous[head] = job;
    }
    this.count[jobClass] = this.count[jobClass]! + 1;
    this.total++;
  }

  /** Removes and returns the first job of a class. */
  takeHead(jobClass: number): number {
    const job = this.head[jobClass]!;
    assert(job !== NONE, "no waiting job in this class");
    const next = this.links[2 * job]!;
    this.head[jobClass] = next;
    if (next === NONE) {
      this.tail[jobClass] = NONE;
      this.deactivate(jobClass);
    } else if (this.previous !== null) {
      this.previous[next] = NONE;
    }
    this.count[jobClass] = this.count[jobClass]! - 1;
    this.total--;
    return job;
  }

  /** Removes a waiting job from wherever it is in its class. */
  take(job: number, jobClass: number): void {
    if (this.head[jobClass] === job) {
      this.takeHead(jobClass);
      return;
    }
    this.previous ??= this.linkBack();
    const before = this.previous[job]!;
    const next = this.links[2 * job]!;
    this.links[2 * before] = next;
    if (next === NONE) this.tail[jobClass] = before;
    else this.previous[next] = before;
    this.count[jobClass] = this.count[jobClass]! - 1;
    this.total--;
  }

  /** The waiting job behind this one in its class; NONE at the end. */
  after(job: number): number {
    return this.links[2 * job]!;
  }

  /** Position of a waiting job in the order over all queues: lower was submitted earlier, below 0 was put in front. */
  order(job: number): number {
    return this.links[2 * job + 1]!;
  }

  /** Order of the first job of a class; Infinity when none waits. */
  headOrder(jobClass: number): number {
    const job = this.head[jobClass]!;
    return job === NONE ? Number.POSITIVE_INFINITY : this.links[2 * job + 1]!;
  }

  private activate(jobClass: number): void {
    const group = this.groupOfClass[jobClass]!;
    const position = this.activeCount[group]!;
    this.active[group]![position] = jobClass;
    this.position[jobClass] = position;
    this.activeCount[group] = position + 1;
  }

  /** Takes a class off its group's list; the last of the list takes its place. */
  private deactivate(jobClass: number): void {
    const group = this.groupOfClass[jobClass]!;
    const list = this.active[group]!;
    const last = this.activeCount[group]! - 1;
    const moved = list[last]!;
    list[this.position[jobClass]!] = moved;
    this.position[moved] = this.position[jobClass]!;
    this.activeCount[group] = last;
  }

  /** The column of predecessors, made once: one walk over all that wait. */
  private linkBack(): Int32Array {
    const previous = new Int32Array(this.links.length / 2).fill(NONE);
    for (const head of this.head) {
      let before = NONE;
      for (let job = head; job !== NONE; job = this.links[2 * job]!) {
        previous[job] = before;
        before = job;
      }
    }
    return previous;
  }

  private grow(length: number): void {
    let capacity = this.links.length;
    while (capacity < length) capacity *= 2;
    const links = new Int32Array(capacity);
    links.set(this.links);
    this.links = links;
    if (this.previous === null) return;
    const previous = new Int32Array(capacity / 2);
    previous.set(this.previous);
    this.previous = previous;
  }
}

const NO_CLASSES = new Int32Array(0);
