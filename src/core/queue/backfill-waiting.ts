// The waiting jobs of one queue in its order, whatever their class: backfilling looks at single jobs, so a pass costs in
// waiting jobs, not in classes. A linked list through two columns.

import { NONE } from "../../model/tables.js";
import type { QueueWatcher } from "./queue-server.js";

export class WaitingJobs implements QueueWatcher {
  first = NONE;
  private last = NONE;
  private next = new Int32Array(64);
  private previous = new Int32Array(64);

  /** The job behind a waiting one; NONE at the end. */
  after(job: number): number {
    return this.next[job]!;
  }

  /** The first `limit` of them. */
  firstJobs(limit: number): number[] {
    const jobs: number[] = [];
    for (let job = this.first; job !== NONE && jobs.length < limit; job = this.next[job]!) jobs.push(job);
    return jobs;
  }

  jobQueued(job: number, _jobClass: number, _limitMs: number, front: boolean): void {
    if (job >= this.next.length) this.grow(job);
    if (front) this.link(NONE, job, this.first);
    else this.link(this.last, job, NONE);
  }

  jobPlaced(job: number): void {
    this.unlink(job);
  }

  jobLeft(job: number): void {
    this.unlink(job);
  }

  jobEnded(): void {
    // It left the list when it was placed.
  }

  private link(before: number, job: number, behind: number): void {
    this.previous[job] = before;
    this.next[job] = behind;
    if (before === NONE) this.first = job;
    else this.next[before] = job;
    if (behind === NONE) this.last = job;
    else this.previous[behind] = job;
  }

  private unlink(job: number): void {
    const before = this.previous[job]!;
    const behind = this.next[job]!;
    if (before === NONE) this.first = behind;
    else this.next[before] = behind;
    if (behind === NONE) this.last = before;
    else this.previous[behind] = before;
  }

  private grow(job: number): void {
    let capacity = this.next.length;
    while (capacity <= job) capacity *= 2;
    const next = new Int32Array(capacity);
    const previous = new Int32Array(capacity);
    next.set(this.next);
    previous.set(this.previous);
    this.next = next;
    this.previous = previous;
  }
}
