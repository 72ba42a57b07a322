// One job per instance: a job of a shape takes an empty instance of the type that was bought for that shape, and nobody
// else joins it. On Fargate no second job ever does; elsewhere an instance serves again once its job has ended.

import type { Shape } from "../../model/job.js";
import { NONE } from "../../model/tables.js";
import type { Instances } from "../state/instances.js";
import type { PlacementIndex } from "./placement-index.js";

export class DedicatedIndex implements PlacementIndex {
  private readonly instances: Instances;
  private readonly typeForShape: ReadonlyMap<Shape, number>;
  private readonly singleUse: boolean;
  private readonly emptyByType = new Map<number, number[]>();
  private readonly members = new Set<number>();

  /** `typeForShape`: the instance type that provisioning buys for each shape; `singleUse`: an instance serves one job ever. */
  constructor(instances: Instances, typeForShape: ReadonlyMap<Shape, number>, singleUse: boolean) {
    this.instances = instances;
    this.typeForShape = typeForShape;
    this.singleUse = singleUse;
  }

  insert(instance: number): void {
    this.members.add(instance);
    this.offer(instance);
  }

  remove(instance: number): void {
    this.members.delete(instance);
  }

  update(instance: number): void {
    if (this.instances.jobs(instance) === 0) this.offer(instance);
  }

  holds(instance: number, shape: Shape): boolean {
    return this.isFree(instance) && this.instances.instanceType(instance) === this.typeForShape.get(shape);
  }

  find(shape: Shape): number {
    const type = this.typeForShape.get(shape);
    if (type === undefined) return NONE;
    const empty = this.emptyByType.get(type) ?? [];
    while (empty.length > 0) {
      const instance = empty.at(-1)!;
      if (this.members.has(instance) && this.isFree(instance)) return instance;
      empty.pop(); // taken or gone since it was offered
    }
    return NONE;
  }

  private isFree(instance: number): boolean {
    return this.instances.jobs(instance) === 0 && !(this.singleUse && this.instances.used[instance] === 1);
  }

  private offer(instance: number): void {
    const type = this.instances.instanceType(instance);
    const empty = this.emptyByType.get(type);
    if (empty === undefined) this.emptyByType.set(type, [instance]);
    else empty.push(instance);
  }
}
