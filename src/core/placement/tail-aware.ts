// Tail-aware placement: of the instances with room, the one whose life the job prolongs least in money (prolonging.ts); of equals
// the one that best fit likes best. A job that ends before the instance would empty in any case prolongs nothing, so short jobs
// fill the room beside long ones, and wide instances are left to empty.
//
// A job that would prolong every instance dearly may be held back: it is told to wait for an instance of its own, when that
// saves more than the strategy says a wait is worth.

import { MS_PER_HOUR } from "../../base/units.js";
import type { Shape } from "../../model/job.js";
import { NONE } from "../../model/tables.js";
import type { Instances } from "../state/instances.js";
import { BestFitIndex } from "./best-fit.js";
import { HELD_BACK } from "./placement-index.js";
import type { Prolonging } from "./prolonging.js";

/** Instances with room that one search weighs at the most: best fit's order is good enough behind them. */
const WEIGHED = 32;

export class TailAwareIndex extends BestFitIndex {
  private prolonging: Prolonging | null = null;
  private readonly heldBackAboveMicroUsd: number;
  // Of the search that is going on.
  private endMs = Number.NaN;
  private weighed = 0;
  private best = NONE;
  private bestWeight = 0;
  private bestMicroUsd = 0;

  /** `holdBackMicroUsd`: what holding a job back must save at the least; null: no job is held back. */
  constructor(instances: Instances, maxVcpus: number, holdBackMicroUsd: number | null) {
    super(instances, maxVcpus);
    this.heldBackAboveMicroUsd = holdBackMicroUsd ?? Number.POSITIVE_INFINITY;
  }

  weighBy(prolonging: Prolonging): void {
    this.prolonging = prolonging;
  }

  findFor(shape: Shape, runMs: number, buyableVcpuMilli: number): number {
    this.endMs = this.prolonging === null ? Number.NaN : this.prolonging.outlook.nowMs + runMs;
    this.weighed = 0;
    this.best = NONE;
    super.find(shape);
    this.endMs = Number.NaN;
    if (this.best === NONE || this.bestMicroUsd === 0) return this.best;
    return this.isHeldBack(shape, runMs, buyableVcpuMilli) ? HELD_BACK : this.best;
  }

  /** Weighs the instances of a list; returns one only when the search is to end. */
  protected override findInList(first: number, shape: Shape): number {
    const { prolonging, instances, endMs } = this;
    if (prolonging === null || Number.isNaN(endMs)) return super.findInList(first, shape);
    for (let instance = first; instance !== NONE; instance = this.after(instance)) {
      if (!instances.fits(instance, shape)) continue;
      const weight = prolonging.weight(instance, endMs);
      if (this.best === NONE || weight < this.bestWeight) this.improve(instance, weight);
      if (weight === 0 || ++this.weighed >= WEIGHED) return this.best;
    }
    return NONE;
  }

  private improve(instance: number, weight: number): void {
    const microUsd = weight / MS_PER_HOUR;
    if (this.best !== NONE && microUsd >= this.bestMicroUsd) return; // no less once it is rounded
    this.best = instance;
    this.bestWeight = weight;
    this.bestMicroUsd = microUsd;
  }

  /** Jobs without a GPU look at instances with a free GPU only when no other has room. */
  protected override findInGrid(grid: 0 | 1, shape: Shape): number {
    return grid === 1 && this.best !== NONE ? NONE : super.findInGrid(grid, shape);
  }

  private isHeldBack(shape: Shape, runMs: number, buyableVcpuMilli: number): boolean {
    const { best, instances, heldBackAboveMicroUsd } = this;
    if (this.bestMicroUsd <= heldBackAboveMicroUsd) return false; // no instance of its own costs less than nothing
    // One that has come and has not been used yet was bought for somebody who waits now.
    if (instances.used[best] === 0 && instances.jobs(best) === 0) return false;
    const ownMicroUsd = this.prolonging!.ownMicroUsd(shape, runMs, buyableVcpuMilli);
    return this.bestMicroUsd - ownMicroUsd > heldBackAboveMicroUsd;
  }
}
