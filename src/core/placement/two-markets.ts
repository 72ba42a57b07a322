// An environment on spot that has on-demand instances too: jobs go to spot while it has room, so that on-demand can empty and
// end; jobs that should not be left to spot any longer look on-demand first.

import type { Shape } from "../../model/job.js";
import { NONE } from "../../model/tables.js";
import type { PlacementIndex } from "./placement-index.js";

export class TwoMarketsIndex implements PlacementIndex {
  private readonly spot: PlacementIndex;
  private readonly onDemand: PlacementIndex;
  private readonly isOnDemand: (instance: number) => boolean;

  constructor(spot: PlacementIndex, onDemand: PlacementIndex, isOnDemand: (instance: number) => boolean) {
    this.spot = spot;
    this.onDemand = onDemand;
    this.isOnDemand = isOnDemand;
  }

  insert(instance: number): void {
    this.of(instance).insert(instance);
  }

  remove(instance: number): void {
    this.of(instance).remove(instance);
  }

  update(instance: number): void {
    this.of(instance).update(instance);
  }

  holds(instance: number, shape: Shape): boolean {
    return this.of(instance).holds(instance, shape);
  }

  find(shape: Shape): number {
    const instance = this.spot.find(shape);
    return instance === NONE ? this.onDemand.find(shape) : instance;
  }

  findFor(shape: Shape, runMs: number, buyableVcpuMilli: number): number {
    const instance = findIn(this.spot, shape, runMs, buyableVcpuMilli);
    return instance === NONE ? findIn(this.onDemand, shape, runMs, buyableVcpuMilli) : instance;
  }

  findOnDemand(shape: Shape): number {
    return this.onDemand.find(shape);
  }

  private of(instance: number): PlacementIndex {
    return this.isOnDemand(instance) ? this.onDemand : this.spot;
  }
}

function findIn(index: PlacementIndex, shape: Shape, runMs: number, buyableVcpuMilli: number): number {
  return index.findFor === undefined ? index.find(shape) : index.findFor(shape, runMs, buyableVcpuMilli);
}
