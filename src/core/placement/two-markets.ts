// An environment on spot that has on-demand instances too: jobs go to spot while it has room, so that on-demand can empty and
// end; jobs that should not be left to spot any longer look on-demand first.

import type { Shape } from "../../model/job.js";
import { NONE } from "../../model/tables.js";
import type { Instances } from "../state/instances.js";
import type { PlacementIndex } from "./placement-index.js";

export class TwoMarketsIndex implements PlacementIndex {
  private readonly spot: PlacementIndex;
  private readonly onDemand: PlacementIndex;
  private readonly instances: Instances;
  private readonly isOnDemandPool: Uint8Array;
  /** How many members are on-demand: mostly none, and then nobody looks for them. */
  private onDemandMembers = 0;

  /** `isOnDemandPool`: per pool of the run, 1 or 0. */
  constructor(spot: PlacementIndex, onDemand: PlacementIndex, instances: Instances, isOnDemandPool: Uint8Array) {
    this.spot = spot;
    this.onDemand = onDemand;
    this.instances = instances;
    this.isOnDemandPool = isOnDemandPool;
  }

  insert(instance: number): void {
    if (this.isOnDemand(instance)) {
      this.onDemandMembers++;
      this.onDemand.insert(instance);
    } else {
      this.spot.insert(instance);
    }
  }

  remove(instance: number): void {
    this.of(instance).remove(instance);
    if (this.isOnDemand(instance)) this.onDemandMembers--;
  }

  update(instance: number): void {
    this.of(instance).update(instance);
  }

  holds(instance: number, shape: Shape): boolean {
    return this.of(instance).holds(instance, shape);
  }

  find(shape: Shape): number {
    const instance = this.spot.find(shape);
    return instance === NONE ? this.findOnDemand(shape) : instance;
  }

  findFor(shape: Shape, runMs: number, buyableVcpuMilli: number): number {
    const instance = findIn(this.spot, shape, runMs, buyableVcpuMilli);
    if (instance !== NONE || this.onDemandMembers === 0) return instance;
    return findIn(this.onDemand, shape, runMs, buyableVcpuMilli);
  }

  findOnDemand(shape: Shape): number {
    return this.onDemandMembers === 0 ? NONE : this.onDemand.find(shape);
  }

  /** The index that a member is in. */
  private of(instance: number): PlacementIndex {
    return this.onDemandMembers > 0 && this.isOnDemand(instance) ? this.onDemand : this.spot;
  }

  private isOnDemand(instance: number): boolean {
    return this.isOnDemandPool[this.instances.pool(instance)] === 1;
  }
}

function findIn(index: PlacementIndex, shape: Shape, runMs: number, buyableVcpuMilli: number): number {
  return index.findFor === undefined ? index.find(shape) : index.findFor(shape, runMs, buyableVcpuMilli);
}
