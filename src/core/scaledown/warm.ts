// Warm capacity: whether an idle instance is worth its price, by what has been seen of the jobs that need an empty one.
//
// A model. Jobs that take an empty instance of a type come at random at a rate r (Poisson). Of n idle instances of the type the
// one that became idle last is taken first, so the k-th from there is taken after k such jobs. To keep it until then costs
// k x price / r; it saves a boot: price x boot time (billed, and useless), and what the job's waiting for it is worth. The
// chance that its turn comes within the best horizon is 1, as k / r is what it is expected to take; so it is kept while
//
//   r x (price x boot + worth of waiting x wait for a launch) > k x price
//
// r is the number of such jobs, each weighing exp(-age / MEMORY), over MEMORY. As nobody comes it falls, and the instant at
// which an instance is not worth its price any more is known beforehand.

import { exp, ln } from "../../base/exact-math.js";
import { MS_PER_HOUR } from "../../base/units.js";

/** How long a job is remembered: long enough to know a rate of a few per hour, short enough to forget a burst within hours. */
const MEMORY_MS = MS_PER_HOUR;

export class WarmCapacity {
  private readonly waitMicroUsdPerHour: number;
  /** Per instance type: weights of the jobs that took an empty instance, as they were at `countedMs`. */
  private readonly takings: Float64Array;
  private readonly countedMs: Float64Array;
  /** Of all launches that came up: how many, and the sums of their boots and of the waits from request to registration. */
  private launches = 0;
  private bootSumMs = 0;
  private waitSumMs = 0;

  /** `waitMicroUsdPerHour`: what an hour of a job's waiting is worth. */
  constructor(instanceTypes: number, waitMicroUsdPerHour: number) {
    this.waitMicroUsdPerHour = waitMicroUsdPerHour;
    this.takings = new Float64Array(instanceTypes);
    this.countedMs = new Float64Array(instanceTypes);
  }

  /** A launch has come up. */
  launched(requestedMs: number, runningMs: number, registeredMs: number): void {
    this.launches++;
    this.bootSumMs += registeredMs - runningMs;
    this.waitSumMs += registeredMs - requestedMs;
  }

  /** A job has taken an empty instance of the type. */
  taken(type: number, nowMs: number): void {
    this.takings[type] = this.takings[type]! * exp((this.countedMs[type]! - nowMs) / MEMORY_MS) + 1;
    this.countedMs[type] = nowMs;
  }

  /**
   * Until when an idle instance of the type is worth its price (micro-USD per hour), if no job comes before; -Infinity: never.
   * `rank`: its place among those of its type that are idle, 1 for the one that became idle last.
   */
  worthUntilMs(type: number, rank: number, microUsdPerHour: number): number {
    if (this.takings[type] === 0 || this.launches === 0) return Number.NEGATIVE_INFINITY;
    const savedMs = microUsdPerHour * this.bootSumMs + this.waitMicroUsdPerHour * this.waitSumMs;
    const costMs = rank * microUsdPerHour * this.launches * MEMORY_MS;
    if (savedMs === 0 || costMs === 0) return Number.NEGATIVE_INFINITY; // nothing to gain, or nothing to weigh
    return this.countedMs[type]! + MEMORY_MS * ln((this.takings[type]! * savedMs) / costMs);
  }
}
