// Waiting jobs, kept per class (queue x shape) as linked lists threaded through one column, each in submission order.
// Everything that a decision reads is per class: counts and heads. Jobs themselves are never scanned.

import { assert } from "../../base/assert.js";
import { NONE } from "../../model/tables.js";

export class PendingJobs {
  /** Waiting jobs in all. */
  total = 0;
  /** Per queue: its classes with waiting jobs, in no order; the first `activeCount[queue]` entries are valid. */
  readonly active: readonly Int32Array[];
  readonly activeCount: Int32Array;
  private readonly queueOfClass: Int32Array;
  /** Per class: where it is in its queue's active list; meaningful while jobs wait. */
  private readonly position: Int32Array;
  /** Per class: number of waiting jobs, first and last of them. */
  readonly count: Int32Array;
  readonly head: Int32Array;
  private readonly tail: Int32Array;
  /** Per job a pair: the next one of its class, and its position in the order of submission over all classes. */
  private links: Int32Array;
  private nextOrder = 0; // 2^31 submissions are sixteen months at AWS Batch's limit of 50 a second

  /** `queueOfClass`: the queue of each class; `expectedJobs` only sizes the columns. */
  constructor(queueOfClass: Int32Array, queueCount: number, expectedJobs: number) {
    const classCount = queueOfClass.length;
    this.queueOfClass = queueOfClass;
    this.position = new Int32Array(classCount);
    this.activeCount = new Int32Array(queueCount);
    this.active = Array.from({ length: queueCount }, () => new Int32Array(classCount));
    this.links = new Int32Array(2 * Math.max(1, expectedJobs));
    this.count = new Int32Array(classCount);
    this.head = new Int32Array(classCount).fill(NONE);
    this.tail = new Int32Array(classCount).fill(NONE);
  }

  /** Appends a job to its class. */
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
    this.tail[jobClass] = job;
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
    }
    this.count[jobClass] = this.count[jobClass]! - 1;
    this.total--;
    return job;
  }

  /** Submission order of the first job of a class; Infinity when none waits. */
  headOrder(jobClass: number): number {
    const job = this.head[jobClass]!;
    return job === NONE ? Number.POSITIVE_INFINITY : this.links[2 * job + 1]!;
  }

  private activate(jobClass: number): void {
    const queue = this.queueOfClass[jobClass]!;
    const position = this.activeCount[queue]!;
    this.active[queue]![position] = jobClass;
    this.position[jobClass] = position;
    this.activeCount[queue] = position + 1;
  }

  /** Takes a class off its queue's list; the last of the list takes its place. */
  private deactivate(jobClass: number): void {
    const queue = this.queueOfClass[jobClass]!;
    const list = this.active[queue]!;
    const last = this.activeCount[queue]! - 1;
    const moved = list[last]!;
    list[this.position[jobClass]!] = moved;
    this.position[moved] = this.position[jobClass]!;
    this.activeCount[queue] = last;
  }

  private grow(length: number): void {
    let capacity = this.links.length;
    while (capacity < length) capacity *= 2;
    const links = new Int32Array(capacity);
    links.set(this.links);
    this.links = links;
  }
}
