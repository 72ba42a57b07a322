// The pending demand as a packing problem: kinds of jobs, how many of each, and types of instance to put them on, each as often
// as one likes. An instance with what is on it is a pattern; a plan is patterns with counts, and costs what its instances cost
// per hour. The wait for the last job of an instance (expected-tail.ts) is left out: its cost is not linear, and the bound that
// the linear program gives would be of no use.

import type { Shape } from "../../model/job.js";
import { type Candidate, type Candidates, jobsThatFit } from "./candidates.js";
import { EMPTY, holds, type Load, withJobs } from "./load.js";
import { Fill, type LaunchLimits } from "./plan.js";

/** An instance of a type and what is on it: `counts[i]` jobs of shape `shapes[i]`. */
export interface Pattern {
  readonly candidate: Candidate;
  readonly shapes: readonly number[];
  readonly counts: readonly number[];
  readonly load: Load;
}

/** So many instances with the same on them. */
export interface Purchase {
  readonly pattern: Pattern;
  readonly copies: number;
}

/** A plan, and what it costs, micro-USD per hour. */
export interface Packing {
  readonly purchases: readonly Purchase[];
  readonly cost: number;
}

export class PackingProblem {
  /** Types that may be bought. */
  readonly candidates: readonly Candidate[];
  /** Shapes with demand that some type holds, the largest first. */
  readonly rows: readonly number[];
  readonly shapes: readonly Shape[];
  /** Per shape: jobs that wait. */
  readonly demand: Int32Array;
  private readonly units: Float64Array;
  private readonly fill: Fill;

  /** `demand`: jobs that wait, per shape. */
  constructor(candidates: Candidates, shapes: readonly Shape[], demand: Int32Array, limits: LaunchLimits) {
    this.candidates = candidates.efficient.filter(({ vcpuMilli }) => vcpuMilli <= limits.vcpuMilli);
    this.shapes = shapes;
    this.demand = demand;
    this.units = candidates.unitMicroUsdPerHour;
    this.fill = new Fill({ shapes }, candidates);
    const wanted = [...this.fill.order.subarray(0, this.fill.want(demand))];
    this.rows = wanted.filter((shape) => this.candidates.some((type) => jobsThatFit(shapes[shape]!, type) >= 1));
  }

  /** `counts[i]` jobs of shape `shapes[i]` on a type. */
  pattern(candidate: Candidate, shapes: readonly number[], counts: readonly number[]): Pattern {
    return { candidate, shapes, counts, load: this.loadOf(shapes, counts) };
  }

  /** The same jobs on the cheapest type that holds them; null when none does. */
  cheapest(shapes: readonly number[], counts: readonly number[]): Pattern | null {
    const load = this.loadOf(shapes, counts);
    const candidate = this.candidates.find((type) => holds(type, load));
    return candidate === undefined ? null : { candidate, shapes, counts, load };
  }

  /** Covers demand greedily, as best fit does: the fill with the lowest price per worth, as often as it repeats. Uses `left` up. */
  coverGreedily(left: Int32Array): Purchase[] {
    const { fill } = this;
    const purchases: Purchase[] = [];
    while (fill.want(left) > 0) {
      let best: Candidate | null = null;
      let lowest = Number.POSITIVE_INFINITY;
      for (const candidate of this.candidates) {
        if (fill.instance(candidate, left) === 0) continue;
        const ratio = candidate.microUsdPerHour / fill.worth(this.units);
        if (ratio >= lowest) continue;
        best = candidate;
        lowest = ratio;
      }
      if (best === null) break;
      fill.instance(best, left);
      const shapes = [...fill.order.subarray(0, fill.count)].filter((shape) => fill.jobs[shape]! > 0);
      const pattern = this.pattern(
        best,
        shapes,
        shapes.map((shape) => fill.jobs[shape]!),
      );
      const copies = fill.repeats(left);
      fill.take(left, copies);
      purchases.push({ pattern, copies });
    }
    return purchases;
  }

  /**
   * A plan from patterns that may serve more than is there, or less: what is not there is taken off them, which may allow a
   * cheaper type; what they leave is covered greedily.
   */
  complete(wanted: readonly Purchase[]): Packing {
    const left = this.demand.slice();
    const purchases: Purchase[] = [];
    for (const { pattern, copies } of byValue(wanted)) {
      const whole = Math.min(copies, repeatsOf(pattern, left));
      if (whole > 0) purchases.push(take(pattern, whole, left));
      for (let copy = whole; copy < copies; copy++) {
        const trimmed = this.trimmed(pattern, left);
        if (trimmed === null) break;
        purchases.push(take(trimmed, 1, left));
      }
    }
    purchases.push(...this.coverGreedily(left));
    return { purchases, cost: purchases.reduce((sum, { pattern, copies }) => sum + copies * costOf(pattern), 0) };
  }

  /** The pattern with only what is left of its jobs; null when nothing is. */
  trimmed({ shapes, counts }: Pattern, left: Int32Array): Pattern | null {
    const kept = shapes.map((shape, i) => Math.min(counts[i]!, left[shape]!));
    const some = shapes.filter((_, i) => kept[i]! > 0);
    if (some.length === 0) return null;
    return this.cheapest(
      some,
      kept.filter((count) => count > 0),
    );
  }

  private loadOf(shapes: readonly number[], counts: readonly number[]): Load {
    let load = EMPTY;
    shapes.forEach((shape, i) => {
      load = withJobs(load, this.shapes[shape]!, counts[i]!, this.units[shape]!);
    });
    return load;
  }
}

/** What an instance with this on it costs, micro-USD per hour. */
export function costOf({ candidate }: Pattern): number {
  return candidate.microUsdPerHour;
}

/** The lowest price per worth first: what is bought when not all can be. */
export function byValue(purchases: readonly Purchase[]): Purchase[] {
  return [...purchases].sort((a, b) => priceOverWorth(a.pattern) - priceOverWorth(b.pattern));
}

/** Price of a pattern over the worth of its jobs. */
export function priceOverWorth({ candidate, load }: Pattern): number {
  return candidate.microUsdPerHour / load.worthMicroUsdPerHour;
}

function repeatsOf({ shapes, counts }: Pattern, left: Int32Array): number {
  return shapes.reduce((least, shape, i) => Math.min(least, Math.floor(left[shape]! / counts[i]!)), Number.MAX_VALUE);
}

function take(pattern: Pattern, copies: number, left: Int32Array): Purchase {
  pattern.shapes.forEach((shape, i) => {
    left[shape] = left[shape]! - copies * pattern.counts[i]!;
  });
  return { pattern, copies };
}
