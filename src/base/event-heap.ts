// Binary min-heap of (time, sequence, payload) in typed columns. Events of one instant come out in the order in which
// they were pushed: a reproducible simulation needs that total order.

import { assert } from "./assert.js";

export class EventHeap {
  private times: Float64Array;
  private sequences: Float64Array;
  private payloads: Int32Array;
  private count = 0;
  private nextSequence = 0;

  constructor(capacity = 1024) {
    this.times = new Float64Array(capacity);
    this.sequences = new Float64Array(capacity);
    this.payloads = new Int32Array(capacity);
  }

  get size(): number {
    return this.count;
  }

  /** Time of the earliest event, or Infinity when empty. */
  get nextTime(): number {
    return this.count === 0 ? Number.POSITIVE_INFINITY : this.times[0]!;
  }

  push(time: number, payload: number): void {
    assert(!Number.isNaN(time), "event time is NaN");
    if (this.count === this.times.length) this.grow();
    const { times, sequences, payloads } = this;
    const sequence = this.nextSequence++;
    let hole = this.count++;
    // A new event has the highest sequence, so among equal times it sinks below: compare times only.
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (times[parent]! <= time) break;
      times[hole] = times[parent]!;
      sequences[hole] = sequences[parent]!;
      payloads[hole] = payloads[parent]!;
      hole = parent;
    }
    times[hole] = time;
    sequences[hole] = sequence;
    payloads[hole] = payload;
  }

  /** Removes the earliest event and returns its payload. */
  pop(): number {
    assert(this.count > 0, "pop from an empty event heap");
    const { times, sequences, payloads } = this;
    const result = payloads[0]!;
    const last = --this.count;
    const time = times[last]!;
    const sequence = sequences[last]!;
    const payload = payloads[last]!;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= last) break;
      const right = child + 1;
      if (
        right < last &&
        (times[right]! < times[child]! || (times[right] === times[child] && sequences[right]! < sequences[child]!))
      ) {
        child = right;
      }
      if (times[child]! > time || (times[child] === time && sequences[child]! > sequence)) break;
      times[hole] = times[child]!;
      sequences[hole] = sequences[child]!;
      payloads[hole] = payloads[child]!;
      hole = child;
    }
    times[hole] = time;
    sequences[hole] = sequence;
    payloads[hole] = payload;
    return result;
  }

  private grow(): void {
    const capacity = this.times.length * 2;
    const times = new Float64Array(capacity);
    const sequences = new Float64Array(capacity);
    const payloads = new Int32Array(capacity);
    times.set(this.times);
    sequences.set(this.sequences);
    payloads.set(this.payloads);
    this.times = times;
    this.sequences = sequences;
    this.payloads = payloads;
  }
}
