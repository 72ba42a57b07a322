// Best fit: the instance with the fewest free whole vCPUs that still holds the job; among those the one with the least free
// memory (by power of two); among those the one that changed last. Jobs without a GPU go to instances without a free GPU
// first. Filling the fullest instance keeps the emptiest empty, so that scale-down can end it.
//
// Members sit in a grid of linked lists: row = free whole vCPUs, column = floor(log2(free memory MiB)). Bit masks tell
// which lists are not empty, so that a search costs a few word operations, not a walk over the fleet.

import { assert } from "../../base/assert.js";
import { MILLI } from "../../base/units.js";
import type { Shape } from "../../model/job.js";
import { NONE } from "../../model/tables.js";
import type { Instances } from "../state/instances.js";
import type { PlacementIndex } from "./placement-index.js";

/** Memory columns: log2 of free MiB, 0..31 (2^31 MiB is far beyond any instance). */
const COLUMNS = 32;
/** An instance that is in no list. */
const OUTSIDE = -1;

export class BestFitIndex implements PlacementIndex {
  private readonly instances: Instances;
  /** Rows per grid, a multiple of 32. */
  private readonly rows: number;
  /** Two grids, one behind the other: instances without a free GPU, then those with one. */
  private readonly head: Int32Array;
  /** Per row: which columns have members. */
  private readonly columnMask: Int32Array;
  /** Per 32 rows: which rows have members. */
  private readonly rowMask: Int32Array;
  private readonly wordsPerGrid: number;
  private cell = new Int32Array(64).fill(OUTSIDE);
  private next = new Int32Array(64);
  private previous = new Int32Array(64);

  /** `maxVcpus`: the largest whole number of vCPUs of any instance type that may join. */
  constructor(instances: Instances, maxVcpus: number) {
    this.instances = instances;
    this.wordsPerGrid = Math.floor(maxVcpus / 32) + 1;
    this.rows = this.wordsPerGrid * 32;
    this.head = new Int32Array(2 * this.rows * COLUMNS).fill(NONE);
    this.columnMask = new Int32Array(2 * this.rows);
    this.rowMask = new Int32Array(2 * this.wordsPerGrid);
  }

  insert(instance: number): void {
    if (instance >= this.cell.length) this.grow(instance + 1);
    assert(this.cell[instance] === OUTSIDE, "instance is indexed already");
    this.link(instance, this.cellOf(instance));
  }

  remove(instance: number): void {
    this.unlink(instance);
    this.cell[instance] = OUTSIDE;
  }

  update(instance: number): void {
    const cell = this.cellOf(instance);
    if (cell === this.cell[instance]) return;
    this.unlink(instance);
    this.link(instance, cell);
  }

  find(shape: Shape): number {
    if (shape.gpuMilli > 0) return this.findInGrid(1, shape);
    const instance = this.findInGrid(0, shape);
    return instance === NONE ? this.findInGrid(1, shape) : instance;
  }

  private findInGrid(grid: number, shape: Shape): number {
    const { rowMask, wordsPerGrid } = this;
    const wantedColumns = -1 << memoryColumn(shape.memoryMib);
    const firstRow = Math.floor(shape.vcpuMilli / MILLI);
    let word = grid * wordsPerGrid + (firstRow >> 5);
    const end = (grid + 1) * wordsPerGrid;
    if (word >= end) return NONE;
    let rows = rowMask[word]! & (-1 << (firstRow & 31));
    for (;;) {
      while (rows !== 0) {
        const row = word * 32 + lowestBit(rows);
        const instance = this.findInRow(row, wantedColumns, shape);
        if (instance !== NONE) return instance;
        rows &= rows - 1;
      }
      if (++word >= end) return NONE;
      rows = rowMask[word]!;
    }
  }

  private findInRow(row: number, wantedColumns: number, shape: Shape): number {
    let columns = this.columnMask[row]! & wantedColumns;
    while (columns !== 0) {
      const instance = this.findInList(this.head[row * COLUMNS + lowestBit(columns)]!, shape);
      if (instance !== NONE) return instance;
      columns &= columns - 1;
    }
    return NONE;
  }

  private findInList(first: number, shape: Shape): number {
    const { freeVcpuMilli, freeMemoryMib, freeGpuMilli } = this.instances;
    for (let instance = first; instance !== NONE; instance = this.next[instance]!) {
      if (
        freeMemoryMib[instance]! >= shape.memoryMib &&
        freeVcpuMilli[instance]! >= shape.vcpuMilli &&
        freeGpuMilli[instance]! >= shape.gpuMilli
      ) {
        return instance;
      }
    }
    return NONE;
  }

  private cellOf(instance: number): number {
    const { freeVcpuMilli, freeMemoryMib, freeGpuMilli } = this.instances;
    const grid = freeGpuMilli[instance]! > 0 ? this.rows : 0;
    const row = grid + ((freeVcpuMilli[instance]! / MILLI) | 0);
    return row * COLUMNS + memoryColumn(freeMemoryMib[instance]!);
  }

  private link(instance: number, cell: number): void {
    const first = this.head[cell]!;
    this.next[instance] = first;
    this.previous[instance] = NONE;
    if (first !== NONE) this.previous[first] = instance;
    this.head[cell] = instance;
    this.cell[instance] = cell;
    const row = (cell / COLUMNS) | 0;
    this.columnMask[row] = this.columnMask[row]! | (1 << (cell % COLUMNS));
    this.rowMask[row >> 5] = this.rowMask[row >> 5]! | (1 << (row & 31));
  }

  private unlink(instance: number): void {
    const cell = this.cell[instance]!;
    assert(cell !== OUTSIDE, "instance is not indexed");
    const next = this.next[instance]!;
    const previous = this.previous[instance]!;
    if (next !== NONE) this.previous[next] = previous;
    if (previous !== NONE) {
      this.next[previous] = next;
      return;
    }
    this.head[cell] = next;
    if (next === NONE) {
      const row = (cell / COLUMNS) | 0;
      const columns = this.columnMask[row]! & ~(1 << (cell % COLUMNS));
      this.columnMask[row] = columns;
      if (columns === 0) this.rowMask[row >> 5] = this.rowMask[row >> 5]! & ~(1 << (row & 31));
    }
  }

  private grow(count: number): void {
    let capacity = this.cell.length;
    while (capacity < count) capacity *= 2;
    const cell = new Int32Array(capacity).fill(OUTSIDE);
    cell.set(this.cell);
    this.cell = cell;
    const next = new Int32Array(capacity);
    next.set(this.next);
    this.next = next;
    const previous = new Int32Array(capacity);
    previous.set(this.previous);
    this.previous = previous;
  }
}

/** Position of the lowest set bit of a word that is not 0. */
function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

/** floor(log2(MiB)); 0 for 0 and 1. */
function memoryColumn(memoryMib: number): number {
  return memoryMib <= 1 ? 0 : 31 - Math.clz32(memoryMib);
}
