// Waiting jobs, kept per class (queue x shape) as linked lists threaded through one column, each in submission order.
// Everything that a decision reads is per class: counts and heads. Jobs themselves are never scanned.

import { assert } from "../../base/assert.js";
import { NONE } from "../../model/tables.js";

export class PendingJobs {
  /** Waiting jobs in all. */
  total = 0;
  /** Per class: number of waiting jobs, first and last of them. */
  readonly count: Int32Array;
  readonly head: Int32Array;
  private readonly tail: Int32Array;
  /** Per job: the next one of its class. */
  private next = new Int32Array(1024);
  /** Per job: position in the order of submission over all classes. */
  private order = new Float64Array(1024);
  private nextOrder = 0;

  constructor(classCount: number) {
    this.count = new Int32Array(classCount);
    this.head = new Int32Array(classCount).fill(NONE);
    this.tail = new Int32Array(classCount).fill(NONE);
  }

  /** Appends a job to its class. */
  append(job: number, jobClass: number): void {
    if (job >= this.next.length) this.grow(job + 1);
    this.next[job] = NONE;
    this.order[job] = this.nextOrder++;
    const tail = this.tail[jobClass]!;
    if (tail === NONE) this.head[jobClass] = job;
    else this.next[tail] = job;
    this.tail[jobClass] = job;
    this.count[jobClass] = this.count[jobClass]! + 1;
    this.total++;
  }

  /** Removes and returns the first job of a class. */
  takeHead(jobClass: number): number {
    const job = this.head[jobClass]!;
    assert(job !== NONE, "no waiting job in this class");
    const next = this.next[job]!;
    this.head[jobClass] = next;
    if (next === NONE) this.tail[jobClass] = NONE;
    this.count[jobClass] = this.count[jobClass]! - 1;
    this.total--;
    return job;
  }

  /** Submission order of the first job of a class; Infinity when none waits. */
  headOrder(jobClass: number): number {
    const job = this.head[jobClass]!;
    return job === NONE ? Number.POSITIVE_INFINITY : this.order[job]!;
  }

  private grow(count: number): void {
    let capacity = this.next.length;
    while (capacity < count) capacity *= 2;
    const next = new Int32Array(capacity);
    next.set(this.next);
    this.next = next;
    const order = new Float64Array(capacity);
    order.set(this.order);
    this.order = order;
  }
}
