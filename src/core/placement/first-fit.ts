// First fit: the instance that registered first among those with room. A segment tree over the members in order of
// registration holds the maximum of each free resource per subtree, so that a search descends instead of walking.
// The three maxima may come from different instances, hence a descent can fail and backtrack; it stays logarithmic in
// practice because most subtrees without room are short of one resource everywhere.

import { assert } from "../../base/assert.js";
import type { Shape } from "../../model/job.js";
import { NONE } from "../../model/tables.js";
import type { Instances } from "../state/instances.js";
import type { PlacementIndex } from "./placement-index.js";

export class FirstFitIndex implements PlacementIndex {
  private readonly instances: Instances;
  /** Leaves of the tree; a power of two. */
  private capacity = 64;
  private used = 0;
  private memberAt = new Int32Array(64).fill(NONE);
  private positionOf = new Map<number, number>();
  private maxVcpu = new Int32Array(128).fill(NONE);
  private maxMemory = new Int32Array(128).fill(NONE);
  private maxGpu = new Int32Array(128).fill(NONE);

  constructor(instances: Instances) {
    this.instances = instances;
  }

  insert(instance: number): void {
    assert(!this.positionOf.has(instance), "instance is indexed already");
    if (this.used === this.capacity) this.rebuild();
    const position = this.used++;
    this.memberAt[position] = instance;
    this.positionOf.set(instance, position);
    this.refresh(position);
  }

  remove(instance: number): void {
    const position = this.positionOf.get(instance);
    assert(position !== undefined, "instance is not indexed");
    this.memberAt[position] = NONE;
    this.positionOf.delete(instance);
    this.refresh(position);
  }

  update(instance: number): void {
    const position = this.positionOf.get(instance);
    assert(position !== undefined, "instance is not indexed");
    this.refresh(position);
  }

  holds(instance: number, shape: Shape): boolean {
    return this.instances.fits(instance, shape);
  }

  find(shape: Shape): number {
    return this.descend(1, shape);
  }

  private descend(node: number, shape: Shape): number {
    if (
      this.maxVcpu[node]! < shape.vcpuMilli ||
      this.maxMemory[node]! < shape.memoryMib ||
      this.maxGpu[node]! < shape.gpuMilli
    ) {
      return NONE;
    }
    if (node >= this.capacity) return this.memberAt[node - this.capacity]!;
    const left = this.descend(2 * node, shape);
    return left === NONE ? this.descend(2 * node + 1, shape) : left;
  }

  private refresh(position: number): void {
    const { maxVcpu, maxMemory, maxGpu, instances } = this;
    let node = position + this.capacity;
    const instance = this.memberAt[position]!;
    maxVcpu[node] = instance === NONE ? NONE : instances.freeVcpuMilli(instance);
    maxMemory[node] = instance === NONE ? NONE : instances.freeMemoryMib(instance);
    maxGpu[node] = instance === NONE ? NONE : instances.freeGpuMilli(instance);
    for (node >>= 1; node >= 1; node >>= 1) {
      const left = 2 * node;
      maxVcpu[node] = Math.max(maxVcpu[left]!, maxVcpu[left + 1]!);
      maxMemory[node] = Math.max(maxMemory[left]!, maxMemory[left + 1]!);
      maxGpu[node] = Math.max(maxGpu[left]!, maxGpu[left + 1]!);
    }
  }

  /** Drops the gaps that removed members left; doubles the tree when it is still more than half full. */
  private rebuild(): void {
    const members = this.memberAt.subarray(0, this.used).filter((instance) => instance !== NONE);
    while (members.length * 2 > this.capacity) this.capacity *= 2;
    this.memberAt = new Int32Array(this.capacity).fill(NONE);
    this.maxVcpu = new Int32Array(2 * this.capacity).fill(NONE);
    this.maxMemory = new Int32Array(2 * this.capacity).fill(NONE);
    this.maxGpu = new Int32Array(2 * this.capacity).fill(NONE);
    this.positionOf = new Map();
    this.used = 0;
    for (const instance of members) this.insert(instance);
  }
}
