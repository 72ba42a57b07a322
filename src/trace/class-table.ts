// Shapes and job classes to dense indexes, in order of first appearance. Nested maps of numbers: nothing is allocated for
// a class seen before, and a job without share, priority, nodes and consumables costs one look-up more than its shape.

import { assert } from "../base/assert.js";
import { Interner } from "../base/interner.js";
import type { JobClass, Shape } from "../model/job.js";

/** What a row says that decides its class. */
export interface Classified {
  readonly vcpuMilli: number;
  readonly memoryMib: number;
  readonly gpuMilli: number;
  readonly queue: string;
  readonly share: string;
  readonly priority: number;
  readonly nodes: number;
  readonly consumables: number;
}

/** schedulingPriority is 0..9999 (SubmitJob): priority and nodes pack into one key. */
const PRIORITIES = 10_000;

export class ClassTable {
  readonly classes: JobClass[] = [];
  readonly shares = new Interner();
  readonly queues = new Interner();
  private readonly shapeTable = new ShapeTable();
  /** By index of the kind (share, priority, nodes, consumables): queue and shape to class. */
  private readonly byKind: Map<number, number>[] = [];
  private readonly kinds = new Map<number, Map<number, Map<number, number>>>();

  constructor() {
    this.shares.intern("");
    this.kindOf(0, 0, 1, 0);
  }

  get shapes(): readonly Shape[] {
    return this.shapeTable.shapes;
  }

  /** Index of the row's class. Amounts must be whole and not negative, nodes at least 1, priority 0..9999. */
  indexOf(row: Classified): number {
    const queue = this.queues.intern(row.queue);
    const shape = this.shapeTable.indexOf(row);
    const { priority, nodes, consumables } = row;
    const share = row.share === "" ? 0 : this.shares.intern(row.share);
    const isPlain = share === 0 && priority === 0 && nodes === 1 && consumables === 0;
    const known = this.byKind[isPlain ? 0 : this.kindOf(share, priority, nodes, consumables)]!;
    const key = queue * 2 ** 31 + shape; // shapes are fewer than 2^31: no two pairs share a key
    const index = known.get(key);
    if (index !== undefined) return index;
    known.set(key, this.classes.length);
    return this.classes.push({ queue, shape, share, priority, nodes, consumables }) - 1;
  }

  private kindOf(share: number, priority: number, nodes: number, consumables: number): number {
    const byRank = getOrAdd(getOrAdd(this.kinds, share), consumables);
    const rank = nodes * PRIORITIES + priority;
    const known = byRank.get(rank);
    if (known !== undefined) return known;
    assert(Number.isSafeInteger(nodes) && nodes >= 1, "a job has at least one node");
    assert(Number.isSafeInteger(priority) && priority >= 0 && priority < PRIORITIES, "a priority is 0..9999");
    byRank.set(rank, this.byKind.length);
    return this.byKind.push(new Map()) - 1;
  }
}

class ShapeTable {
  readonly shapes: Shape[] = [];
  private readonly byVcpu = new Map<number, Map<number, Map<number, number>>>();

  indexOf(row: Shape): number {
    const byMemory = getOrAdd(this.byVcpu, row.vcpuMilli);
    const byGpu = getOrAdd(byMemory, row.memoryMib);
    const known = byGpu.get(row.gpuMilli);
    if (known !== undefined) return known;
    const { vcpuMilli, memoryMib, gpuMilli } = row;
    for (const amount of [vcpuMilli, memoryMib, gpuMilli]) {
      assert(Number.isSafeInteger(amount) && amount >= 0, `amount ${amount} of a shape is not a whole number`);
    }
    const index = this.shapes.length;
    this.shapes.push({ vcpuMilli, memoryMib, gpuMilli });
    byGpu.set(gpuMilli, index);
    return index;
  }
}

function getOrAdd<Value>(map: Map<number, Map<number, Value>>, key: number): Map<number, Value> {
  const known = map.get(key);
  if (known !== undefined) return known;
  const added = new Map<number, Value>();
  map.set(key, added);
  return added;
}
