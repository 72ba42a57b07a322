// Warm capacity: whether an idle instance is worth its price, by what has been seen of the jobs that need an empty one.
//
// A model. To keep an idle instance costs its price; it saves a boot: price x boot time (billed, and useless), and what the job's
// waiting for it is worth. Jobs that take an empty instance of a type come on occasions, some at once: those within a boot of each
// other are one occasion, as a burst says nothing of a rate. Of the idle instances of the type the one that became idle last is taken
// first, so the k-th from there is taken by the k-th such job, and not before the next occasion; both are taken to come at random
// (Poisson). It is kept while
//
//   min(rate of jobs / k, rate of occasions) x (price x boot + worth of waiting x wait for a launch) > price
//
// and never longer than the price takes to reach what is saved: whoever does that pays twice at the most of what he would have who
// knew the future (ski rental; Karlin et al., Algorithmica 3, 1988), however wrong the rates are.
//
// A rate is the number of jobs or occasions, each weighing exp(-age / MEMORY), over MEMORY. As nobody comes it falls, and the
// instant at which an instance is not worth its price any more is known beforehand.

import { exp, ln } from "../../base/exact-math.js";
import { MS_PER_HOUR } from "../../base/units.js";

/** How long a job is remembered: long enough to know a rate of a few per hour, short enough to forget a burst within hours. */
const MEMORY_MS = MS_PER_HOUR;

export class WarmCapacity {
  private readonly waitMicroUsdPerHour: number;
  /** Per instance type: weights of the jobs that took an empty instance, and of their occasions, as they were at `countedMs`. */
  private readonly takings: Float64Array;
  private readonly occasions: Float64Array;
  private readonly countedMs: Float64Array;
  /** Per instance type: when the last occasion began. */
  private readonly occasionMs: Float64Array;
  /** Of all launches that came up: how many, and the sums of their boots and of the waits from request to registration. */
  private launches = 0;
  private bootSumMs = 0;
  private waitSumMs = 0;

  /** `waitMicroUsdPerHour`: what an hour of a job's waiting is worth. */
  constructor(instanceTypes: number, waitMicroUsdPerHour: number) {
    this.waitMicroUsdPerHour = waitMicroUsdPerHour;
    this.takings = new Float64Array(instanceTypes);
    this.occasions = new Float64Array(instanceTypes);
    this.countedMs = new Float64Array(instanceTypes);
    this.occasionMs = new Float64Array(instanceTypes).fill(Number.NEGATIVE_INFINITY);
  }

  /** A launch has come up. */
  launched(requestedMs: number, runningMs: number, registeredMs: number): void {
    this.launches++;
    this.bootSumMs += registeredMs - runningMs;
    this.waitSumMs += registeredMs - requestedMs;
  }

  /** A job has taken an empty instance of the type. */
  taken(type: number, nowMs: number): void {
    const kept = exp((this.countedMs[type]! - nowMs) / MEMORY_MS);
    const isOccasion = (nowMs - this.occasionMs[type]!) * this.launches >= this.bootSumMs;
    if (isOccasion) this.occasionMs[type] = nowMs;
    this.takings[type] = this.takings[type]! * kept + 1;
    this.occasions[type] = this.occasions[type]! * kept + (isOccasion ? 1 : 0);
    this.countedMs[type] = nowMs;
  }

  /**
   * Until when an instance of the type that is idle since `idleSinceMs` is worth its price (micro-USD per hour), if no job comes
   * before; -Infinity: never. `rank`: its place among those of its type that are idle, 1 for the one that became idle last.
   */
  worthUntilMs(type: number, rank: number, microUsdPerHour: number, idleSinceMs: number): number {
    if (this.takings[type] === 0 || this.launches === 0) return Number.NEGATIVE_INFINITY;
    const saved = microUsdPerHour * this.bootSumMs + this.waitMicroUsdPerHour * this.waitSumMs;
    const price = microUsdPerHour * this.launches;
    if (saved === 0 || price === 0) return Number.NEGATIVE_INFINITY; // nothing to gain, or nothing to weigh
    const savedAfterMs = saved / price;
    const turns = Math.min(this.takings[type]! / rank, this.occasions[type]!);
    const likelyUntilMs = this.countedMs[type]! + MEMORY_MS * ln((turns * savedAfterMs) / MEMORY_MS);
    return Math.min(likelyUntilMs, idleSinceMs + savedAfterMs);
  }
}
