// Waiting jobs by limit, then queue order: a binary heap in columns from which any job can leave.

import { NONE } from "../../model/tables.js";

export class ShortestHeap {
  private count = 0;
  private heap = new Int32Array(64);
  /** Per job: its place in the heap, and its keys. */
  private place = new Int32Array(64);
  private limits = new Float64Array(64);
  private orders = new Float64Array(64);

  /** The job with the shortest limit, of equal ones the one with the lowest order; NONE when empty. */
  get first(): number {
    return this.count === 0 ? NONE : this.heap[0]!;
  }

  /** The first `limit` jobs, in order; costs a sort of all. */
  firstJobs(limit: number): number[] {
    const jobs = Array.from(this.heap.subarray(0, this.count));
    return jobs.sort((a, b) => (this.isBefore(a, b) ? -1 : 1)).slice(0, limit);
  }

  /** Adds a job; limitMs Infinity: it has none. */
  push(job: number, limitMs: number, order: number): void {
    if (job >= this.place.length) this.growJobs(job);
    if (this.count === this.heap.length) this.heap = grown(this.heap, new Int32Array(2 * this.count));
    this.limits[job] = limitMs;
    this.orders[job] = order;
    this.rise(job, this.count++);
  }

  /** Removes a job that is in the heap. */
  remove(job: number): void {
    const hole = this.place[job]!;
    const moved = this.heap[--this.count]!;
    if (moved === job) return;
    if (hole > 0 && this.isBefore(moved, this.heap[(hole - 1) >> 1]!)) this.rise(moved, hole);
    else this.sink(moved, hole);
  }

  private isBefore(a: number, b: number): boolean {
    const byLimit = this.limits[a]! - this.limits[b]!;
    // Infinity - Infinity is NaN: neither shorter nor longer.
    return byLimit < 0 || (!(byLimit > 0) && this.orders[a]! < this.orders[b]!);
  }

  private rise(job: number, from: number): void {
    let hole = from;
    while (hole > 0) {
      const parent = this.heap[(hole - 1) >> 1]!;
      if (!this.isBefore(job, parent)) break;
      this.put(parent, hole);
      hole = (hole - 1) >> 1;
    }
    this.put(job, hole);
  }

  private sink(job: number, from: number): void {
    let hole = from;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= this.count) break;
      if (child + 1 < this.count && this.isBefore(this.heap[child + 1]!, this.heap[child]!)) child++;
      if (!this.isBefore(this.heap[child]!, job)) break;
      this.put(this.heap[child]!, hole);
      hole = child;
    }
    this.put(job, hole);
  }

  private put(job: number, at: number): void {
    this.heap[at] = job;
    this.place[job] = at;
  }

  private growJobs(job: number): void {
    let capacity = this.place.length;
    while (capacity <= job) capacity *= 2;
    this.place = grown(this.place, new Int32Array(capacity));
    this.limits = grown(this.limits, new Float64Array(capacity));
    this.orders = grown(this.orders, new Float64Array(capacity));
  }
}

function grown<T extends Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
