// Which jobs are on which instance, for when an instance goes away under them. A placement is a slot in two lists, that of
// its instance and that of its job (a multi-node job has one per node); slots are used again, so that there are no more of
// them than placements at a time.

import { Int32Column } from "../../base/columns.js";
import { NONE } from "../../model/tables.js";

export class PlacedJobs {
  /** Per instance, and per job: its newest slot, or NONE. */
  private readonly firstOnInstance = new Int32Column();
  private readonly firstOfJob: Int32Array;
  /** Per slot. */
  private readonly job = new Int32Column();
  private readonly instance = new Int32Column();
  private readonly newerOnInstance = new Int32Column();
  private readonly olderOnInstance = new Int32Column();
  /** The next slot of the job; of a free slot the next free one. */
  private readonly next = new Int32Column();
  private firstFree = NONE;

  constructor(jobCount: number) {
    this.firstOfJob = new Int32Array(jobCount).fill(NONE);
  }

  /** A job, or one more node of it, is placed on an instance. */
  add(job: number, instance: number): void {
    while (this.firstOnInstance.length <= instance) this.firstOnInstance.push(NONE);
    const slot = this.freeSlot();
    const older = this.firstOnInstance.data[instance]!;
    this.job.data[slot] = job;
    this.instance.data[slot] = instance;
    this.newerOnInstance.data[slot] = NONE;
    this.olderOnInstance.data[slot] = older;
    if (older !== NONE) this.newerOnInstance.data[older] = slot;
    this.firstOnInstance.data[instance] = slot;
    this.next.data[slot] = this.firstOfJob[job]!;
    this.firstOfJob[job] = slot;
  }

  /** The job leaves all instances that it is on. */
  remove(job: number): void {
    let slot = this.firstOfJob[job]!;
    this.firstOfJob[job] = NONE;
    while (slot !== NONE) {
      const next = this.next.data[slot]!;
      this.unlink(slot);
      this.next.data[slot] = this.firstFree;
      this.firstFree = slot;
      slot = next;
    }
  }

  /** The job that came to an instance last of those that are on it; NONE when it is empty. */
  newestOn(instance: number): number {
    const slot = instance < this.firstOnInstance.length ? this.firstOnInstance.data[instance]! : NONE;
    return slot === NONE ? NONE : this.job.data[slot]!;
  }

  private unlink(slot: number): void {
    const newer = this.newerOnInstance.data[slot]!;
    const older = this.olderOnInstance.data[slot]!;
    if (newer === NONE) this.firstOnInstance.data[this.instance.data[slot]!] = older;
    else this.olderOnInstance.data[newer] = older;
    if (older !== NONE) this.newerOnInstance.data[older] = newer;
  }

  private freeSlot(): number {
    const slot = this.firstFree;
    if (slot !== NONE) {
      this.firstFree = this.next.data[slot]!;
      return slot;
    }
    for (const column of [this.job, this.instance, this.newerOnInstance, this.olderOnInstance, this.next]) {
      column.push(NONE);
    }
    return this.job.length - 1;
  }
}
