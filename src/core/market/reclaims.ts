// How often a spot pool takes instances back, learned from the run's own interruptions, and what that does to its price. A
// gamma-Poisson model: with a prior of rate m and the weight of W instance-hours, the rate after n interruptions in H hours is
// (m W + n) / (W + H) an hour. Zones of a type have much in common, so the posterior of the type, all its pools counted, is
// the prior of each pool. The type's own prior is the Spot advisor's band; the bands are unstable, so its weight is low.
//
// Work that is lost is done again. A job that runs L and starts anew after every interruption at rate h takes
// (e^(hL) - 1) / h in the mean (exponential times between interruptions), so of every dollar (e^(hL) - 1) / (hL) - 1 more is
// paid: the expected rework. Checkpoints and EC2's refund of a first hour are not counted: both make it less.

import { exp } from "../../base/exact-math.js";
import { MS_PER_HOUR } from "../../base/units.js";
import { NONE, type SystemTables } from "../../model/tables.js";

/**
 * One in twenty instances taken in five hours, 0.0103 an hour (what the documentation of AWS's HPC cost simulator assumes), is
 * laid on the middle band; the others are to it as the middles of the bands are to 12.5 %: 2.5, 7.5, 17.5, and 25 for "above 20". A model.
 */
const MIDDLE_HOURLY = 0.0103;
const TIMES_MIDDLE = [0.2, 0.6, 1, 1.4, 2];
const UNKNOWN_BAND = 2;
/** Weight of the band: about one interruption's worth, so that a hundred hours of one's own count as much. */
const BAND_HOURS = 100;
/** Weight of what the other zones of the type have shown. */
const TYPE_HOURS = 50;
/** Interruptions expected within one job are counted up to this: beyond it the job should not be on spot at any price. */
const MOST_INTERRUPTIONS = 3;

export class Reclaims {
  /** Per pool: expected rework as a share of the price, as of the last `reckon`; 0 for on-demand. */
  readonly rework: Float64Array;
  private readonly typeOf: Int32Array;
  /** Per pool: interruptions an hour by its band; NaN: on-demand, nothing is learned. */
  private readonly priorHourly: Float64Array;
  private readonly running: Int32Array;
  private readonly sinceMs: Float64Array;
  private readonly exposedMs: Float64Array;
  private readonly taken: Int32Array;
  private readonly typeTaken: Float64Array;
  private readonly typeHours: Float64Array;

  constructor({ pools, instanceTypes }: Pick<SystemTables, "pools" | "instanceTypes">) {
    this.typeOf = Int32Array.from(pools, ({ instanceType }) => instanceType);
    this.priorHourly = Float64Array.from(pools, ({ market, interruptionBand }) =>
      market === "spot"
        ? MIDDLE_HOURLY * TIMES_MIDDLE[interruptionBand === NONE ? UNKNOWN_BAND : interruptionBand]!
        : Number.NaN,
    );
    this.rework = new Float64Array(pools.length);
    this.running = new Int32Array(pools.length);
    this.sinceMs = new Float64Array(pools.length);
    this.exposedMs = new Float64Array(pools.length);
    this.taken = new Int32Array(pools.length);
    this.typeTaken = new Float64Array(instanceTypes.length);
    this.typeHours = new Float64Array(instanceTypes.length);
  }

  /** An instance of the pool runs from now on. */
  began(pool: number, nowMs: number): void {
    this.expose(pool, nowMs);
    this.running[pool] = this.running[pool]! + 1;
  }

  /** An instance of the pool is gone, however. */
  ended(pool: number, nowMs: number): void {
    this.expose(pool, nowMs);
    this.running[pool] = this.running[pool]! - 1;
  }

  /** EC2 takes an instance of the pool, or has said that it will. */
  interrupted(pool: number): void {
    this.taken[pool] = this.taken[pool]! + 1;
  }

  /** Interruptions an hour and instance that are expected in a spot pool, as of the last `reckon`. */
  hourly(pool: number): number {
    const type = this.typeOf[pool]!;
    const ofType =
      (this.priorHourly[pool]! * BAND_HOURS + this.typeTaken[type]!) / (BAND_HOURS + this.typeHours[type]!);
    const ownHours = this.exposedMs[pool]! / MS_PER_HOUR;
    return (ofType * TYPE_HOURS + this.taken[pool]!) / (TYPE_HOURS + ownHours);
  }

  /** Brings `rework` up to date, for work in runs of this length. */
  reckon(nowMs: number, runMs: number): void {
    this.typeTaken.fill(0);
    this.typeHours.fill(0);
    for (let pool = 0; pool < this.rework.length; pool++) {
      if (Number.isNaN(this.priorHourly[pool]!)) continue;
      this.expose(pool, nowMs);
      const type = this.typeOf[pool]!;
      this.typeTaken[type] = this.typeTaken[type]! + this.taken[pool]!;
      this.typeHours[type] = this.typeHours[type]! + this.exposedMs[pool]! / MS_PER_HOUR;
    }
    for (let pool = 0; pool < this.rework.length; pool++) {
      if (!Number.isNaN(this.priorHourly[pool]!)) {
        this.rework[pool] = expectedRework((this.hourly(pool) * runMs) / MS_PER_HOUR);
      }
    }
  }

  private expose(pool: number, nowMs: number): void {
    this.exposedMs[pool] = this.exposedMs[pool]! + this.running[pool]! * (nowMs - this.sinceMs[pool]!);
    this.sinceMs[pool] = nowMs;
  }
}

/** Below this the quotient of two differences is all rounding, and its series, x/2 + ..., is exact enough. */
const SMALL = 1e-5;

/** (e^x - 1) / x - 1: rework per hour of work where x interruptions are expected within one job. */
export function expectedRework(interruptions: number): number {
  const x = Math.min(interruptions, MOST_INTERRUPTIONS);
  return x < SMALL ? x / 2 : (exp(x) - 1) / x - 1;
}
