// The free resources of one instance over time, as running jobs end by their limits and waiting ones are given their places:
// a step function in columns. The first point is the instant of the decision itself, with what is really free; the second is
// the time right after it, when jobs past their limits count as ended. Only what fits from the first point on can start.

import type { ClassRequests } from "../../model/requests.js";
import { NONE } from "../../model/tables.js";
import type { Instances } from "../state/instances.js";
import type { JobsByEnd } from "./backfill-running.js";

/** Limits are told apart by powers of two, up to 2^62 ms. */
const LIMIT_BANDS = 64;

/** The point at which a job starts that starts now. */
export const NOW = 0;

export class Availability {
  private readonly requests: ClassRequests;
  private count = 0;
  private timesMs = new Float64Array(16);
  private vcpuMilli = new Int32Array(16);
  private memoryMib = new Int32Array(16);
  private gpuMilli = new Int32Array(16);
  /**
   * Per class and band b: no job of the class with a limit of 2^b ms or more fits before this. While places are given, room
   * only shrinks: what was found for a job holds for those like it behind it.
   */
  private readonly notBeforeMs: Float64Array;

  constructor(requests: ClassRequests) {
    this.requests = requests;
    this.notBeforeMs = new Float64Array(requests.vcpuMilli.length * LIMIT_BANDS);
  }

  /** Starts afresh for an instance and the jobs that run on it. */
  reset(instances: Instances, instance: number, jobs: JobsByEnd, nowMs: number): void {
    this.count = 1;
    this.notBeforeMs.fill(nowMs);
    this.timesMs[NOW] = nowMs;
    this.vcpuMilli[NOW] = instances.freeVcpuMilli(instance);
    this.memoryMib[NOW] = instances.freeMemoryMib(instance);
    this.gpuMilli[NOW] = instances.freeGpuMilli(instance);
    this.insertPoint(1, nowMs);
    for (let i = 0; i < jobs.count && jobs.endsMs[i]! < Number.POSITIVE_INFINITY; i++) {
      const last = this.count - 1;
      if (jobs.endsMs[i]! > this.timesMs[last]!) this.insertPoint(last + 1, jobs.endsMs[i]!);
      this.add(this.count - 1, jobs.jobClasses[i]!, 1);
    }
  }

  /** Time of a point, ms. */
  timeMs(point: number): number {
    return this.timesMs[point]!;
  }

  /** The first point from which a job of a class fits until its limit is over (Infinity: for ever); NONE: never. */
  earliest(jobClass: number, limitMs: number): number {
    const band = bandOf(limitMs);
    for (let start = this.firstFrom(this.notBeforeMs[jobClass * LIMIT_BANDS + band]!); start < this.count; ) {
      const obstacle = this.obstacle(start, jobClass, limitMs);
      if (obstacle === NONE) {
        this.remember(jobClass, band + 1, this.timesMs[start]!);
        return start;
      }
      start = obstacle + 1;
    }
    return NONE;
  }

  /** The first point at or after a time. */
  private firstFrom(timeMs: number): number {
    let low = 0;
    for (let high = this.count; low < high; ) {
      const middle = (low + high) >> 1;
      if (this.timesMs[middle]! < timeMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** No job of the class in this band of limits or a higher one fits before a time. */
  private remember(jobClass: number, band: number, timeMs: number): void {
    const end = (jobClass + 1) * LIMIT_BANDS;
    for (let i = jobClass * LIMIT_BANDS + band; i < end && this.notBeforeMs[i]! < timeMs; i++)
      this.notBeforeMs[i] = timeMs;
  }

  /** Whether a job of a class can start now and stay until its limit is over. */
  canStartNow(jobClass: number, limitMs: number): boolean {
    return this.obstacle(NOW, jobClass, limitMs) === NONE;
  }

  /** Gives a job its place: what it asks for is not free from a point on, until its limit is over. */
  take(start: number, jobClass: number, limitMs: number): void {
    if (limitMs === 0 && start !== NOW) return; // gone as soon as it is there; now it would be in the way of others
    const endMs = this.timesMs[start]! + limitMs;
    let end = start + 1;
    while (end < this.count && this.timesMs[end]! < endMs) end++;
    const endsBetween = end === this.count ? endMs < Number.POSITIVE_INFINITY : this.timesMs[end]! > endMs;
    if (endsBetween) this.insertPoint(end, endMs);
    for (let point = start; point < end; point++) this.add(point, jobClass, -1);
  }

  /** The first point at which a job that starts at `start` does not fit; NONE when it fits throughout. */
  private obstacle(start: number, jobClass: number, limitMs: number): number {
    const vcpuMilli = this.requests.vcpuMilli[jobClass]!;
    const memoryMib = this.requests.memoryMib[jobClass]!;
    const gpuMilli = this.requests.gpuMilli[jobClass]!;
    const endMs = this.timesMs[start]! + limitMs;
    for (let point = start; point < this.count && (point === start || this.timesMs[point]! < endMs); point++) {
      if (
        this.vcpuMilli[point]! < vcpuMilli ||
        this.memoryMib[point]! < memoryMib ||
        this.gpuMilli[point]! < gpuMilli
      ) {
        return point;
      }
    }
    return NONE;
  }

  /** Adds to what is free at a point what jobs of a class ask for. */
  private add(point: number, jobClass: number, jobs: number): void {
    this.vcpuMilli[point] = this.vcpuMilli[point]! + jobs * this.requests.vcpuMilli[jobClass]!;
    this.memoryMib[point] = this.memoryMib[point]! + jobs * this.requests.memoryMib[jobClass]!;
    this.gpuMilli[point] = this.gpuMilli[point]! + jobs * this.requests.gpuMilli[jobClass]!;
  }

  /** A new point, with the same free as the one before it. */
  private insertPoint(point: number, timeMs: number): void {
    if (this.count === this.timesMs.length) this.grow();
    this.timesMs.copyWithin(point + 1, point, this.count);
    this.timesMs[point] = timeMs;
    for (const column of [this.vcpuMilli, this.memoryMib, this.gpuMilli]) {
      column.copyWithin(point, point - 1, this.count);
    }
    this.count++;
  }

  private grow(): void {
    const doubled = (column: Int32Array) => {
      const grown = new Int32Array(2 * column.length);
      grown.set(column);
      return grown;
    };
    const timesMs = new Float64Array(2 * this.timesMs.length);
    timesMs.set(this.timesMs);
    this.timesMs = timesMs;
    this.vcpuMilli = doubled(this.vcpuMilli);
    this.memoryMib = doubled(this.memoryMib);
    this.gpuMilli = doubled(this.gpuMilli);
  }
}

/** The largest b with 2^b <= limit; 0 for limits below 1. */
function bandOf(limitMs: number): number {
  if (limitMs >= 2 ** 62) return LIMIT_BANDS - 2;
  const high = Math.floor(limitMs / 2 ** 31);
  return high > 0 ? 62 - Math.clz32(high) : limitMs < 1 ? 0 : 31 - Math.clz32(limitMs);
}
