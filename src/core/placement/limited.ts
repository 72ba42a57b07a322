// A cap on what is lost with one instance: so many jobs, or so many vCPU-hours of work that are expected of them. An index of
// any policy behind it finds room; instances that may take nothing more are left out of it until a job ends. One job may
// always be on an instance, however long it is.

import { MILLI, MS_PER_HOUR } from "../../base/units.js";
import type { Shape } from "../../model/job.js";
import { NONE } from "../../model/tables.js";
import type { RunTimes } from "../market/run-times.js";
import type { Instances } from "../state/instances.js";
import type { PlacementIndex } from "./placement-index.js";

/** Instances in a row that have room but may not take the job; then it waits. */
const MOST_TRIES = 16;

export interface PlacementLimits {
  /** Infinity: no limit. */
  readonly jobs: number;
  /** Infinity: no limit. */
  readonly vcpuHours: number;
}

export class LimitedIndex implements PlacementIndex {
  private readonly index: PlacementIndex;
  private readonly instances: Instances;
  private readonly vcpuMilliOfType: Float64Array;
  private readonly runTimes: RunTimes;
  private readonly limits: PlacementLimits;
  /** Members that may take nothing more. */
  private readonly full = new Set<number>();

  /** `vcpuMilliOfType`: by instance type; `runTimes`: what an hour of work is expected to belong to. */
  constructor(
    index: PlacementIndex,
    instances: Instances,
    vcpuMilliOfType: Float64Array,
    runTimes: RunTimes,
    limits: PlacementLimits,
  ) {
    this.index = index;
    this.instances = instances;
    this.vcpuMilliOfType = vcpuMilliOfType;
    this.runTimes = runTimes;
    this.limits = limits;
  }

  insert(instance: number): void {
    if (this.mayTake(instance, 0)) this.index.insert(instance);
    else this.full.add(instance);
  }

  remove(instance: number): void {
    if (!this.full.delete(instance)) this.index.remove(instance);
  }

  update(instance: number): void {
    const mayTake = this.mayTake(instance, 0);
    if (this.full.has(instance)) {
      if (!mayTake) return;
      this.full.delete(instance);
      this.index.insert(instance);
    } else if (mayTake) {
      this.index.update(instance);
    } else {
      this.index.remove(instance);
      this.full.add(instance);
    }
  }

  holds(instance: number, shape: Shape): boolean {
    return this.mayTake(instance, shape.vcpuMilli) && this.index.holds(instance, shape);
  }

  find(shape: Shape): number {
    return this.firstAllowed(shape, () => this.index.find(shape));
  }

  findFor(shape: Shape, runMs: number, buyableVcpuMilli: number): number {
    return this.firstAllowed(shape, () =>
      this.index.findFor === undefined ? this.index.find(shape) : this.index.findFor(shape, runMs, buyableVcpuMilli),
    );
  }

  /** Asks the index again without those that have room but would have too much on them; they join again afterwards. */
  private firstAllowed(shape: Shape, find: () => number): number {
    const setAside: number[] = [];
    let instance = find();
    while (instance >= 0 && !this.mayTake(instance, shape.vcpuMilli) && setAside.length < MOST_TRIES) {
      this.index.remove(instance);
      setAside.push(instance);
      instance = find();
    }
    const found = instance >= 0 && !this.mayTake(instance, shape.vcpuMilli) ? NONE : instance;
    for (const other of setAside) this.index.insert(other);
    return found;
  }

  private mayTake(instance: number, vcpuMilli: number): boolean {
    const { instances, limits, runTimes } = this;
    const jobs = instances.jobs(instance);
    if (jobs === 0) return true;
    if (jobs >= limits.jobs) return false;
    if (limits.vcpuHours === Number.POSITIVE_INFINITY) return true;
    const used = this.vcpuMilliOfType[instances.instanceType(instance)]! - instances.freeVcpuMilli(instance);
    return ((used + vcpuMilli) / MILLI) * (runTimes.meanByWorkMs / MS_PER_HOUR) <= limits.vcpuHours;
  }
}
