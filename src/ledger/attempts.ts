// Attempts as columns, in the order of placement: one row per attempt of a job; of a multi-node parallel job one row per
// node, one behind the other, the main node first.

export class AttemptColumns {
  length = 0;
  /** Rows that have ended in anything but success. */
  failures = 0;
  job: Int32Array;
  jobClass: Int32Array;
  instance: Int32Array;
  placedMs: Float64Array;
  /** NaN while the attempt runs. */
  endedMs: Float64Array;
  /** Container start, NaN when there was none; known when the attempt has ended. */
  startedMs: Float64Array;
  /** Packed (model/outcome.ts); known when the attempt has ended. */
  outcome: Int32Array;
  /** Of its run, what a checkpoint saved for the next attempt, ms; known when the attempt has ended. Length 0: nothing anywhere. */
  savedMs = new Float64Array(0);

  constructor(capacity: number) {
    this.job = new Int32Array(capacity);
    this.jobClass = new Int32Array(capacity);
    this.instance = new Int32Array(capacity);
    this.placedMs = new Float64Array(capacity);
    this.startedMs = new Float64Array(capacity);
    this.endedMs = new Float64Array(capacity).fill(Number.NaN);
    this.outcome = new Int32Array(capacity);
  }

  /** Adds a row and returns its number. */
  add(job: number, jobClass: number, instance: number, placedMs: number): number {
    const row = this.length++;
    if (row === this.job.length) this.grow();
    this.job[row] = job;
    this.jobClass[row] = jobClass;
    this.instance[row] = instance;
    this.placedMs[row] = placedMs;
    return row;
  }

  /** Closes a row. */
  end(row: number, timeMs: number, startedMs: number, outcome: number): void {
    this.startedMs[row] = startedMs;
    this.endedMs[row] = timeMs;
    if (outcome === 0) return; // success; columns begin as zeros
    this.outcome[row] = outcome;
    this.failures++;
  }

  /** What a checkpoint saved of a row's run, ms. */
  savedMsOf(row: number): number {
    return this.savedMs.length === 0 ? 0 : this.savedMs[row]!;
  }

  /** Of the run of a row this much is saved. */
  save(row: number, savedMs: number): void {
    if (this.savedMs.length === 0) this.savedMs = new Float64Array(this.job.length);
    this.savedMs[row] = savedMs;
  }

  private grow(): void {
    const capacity = this.job.length * 2;
    this.job = grown(this.job, new Int32Array(capacity));
    this.jobClass = grown(this.jobClass, new Int32Array(capacity));
    this.instance = grown(this.instance, new Int32Array(capacity));
    this.placedMs = grown(this.placedMs, new Float64Array(capacity));
    this.startedMs = grown(this.startedMs, new Float64Array(capacity));
    this.endedMs = grown(this.endedMs, new Float64Array(capacity).fill(Number.NaN));
    this.outcome = grown(this.outcome, new Int32Array(capacity));
    if (this.savedMs.length > 0) this.savedMs = grown(this.savedMs, new Float64Array(capacity));
  }
}

function grown<T extends Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
