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
const CELL = 0;
const NEXT = 1;
const PREVIOUS = 2;
/** Integers per instance in `links`. */
const WIDTH = 4;

export class BestFitIndex implements PlacementIndex {
  protected readonly instances: Instances;
  /** Rows per grid, a multiple of 32. */
  private readonly rows: number;
  /** Two grids, one behind the other: instances without a free GPU, then those with one. */
  private readonly head: Int32Array;
  /** Per row: which columns have members. */
  private readonly columnMask: Int32Array;
  /** Per 32 rows: which rows have members. */
  private readonly rowMask: Int32Array;
  private readonly wordsPerGrid: number;
  /** Per instance: its list, and its neighbours there. */
  private links = new Int32Array(64 * WIDTH).fill(OUTSIDE);

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
    if (instance * WIDTH >= this.links.length) this.grow((instance + 1) * WIDTH);
    assert(this.links[instance * WIDTH + CELL] === OUTSIDE, "an instance is indexed already");
    this.link(instance, this.cellOf(instance));
  }

  remove(instance: number): void {
    this.unlink(instance);
    this.links[instance * WIDTH + CELL] = OUTSIDE;
  }

  update(instance: number): void {
    const cell = this.cellOf(instance);
    if (cell === this.links[instance * WIDTH + CELL]) return;
    this.unlink(instance);
    this.link(instance, cell);
  }

  holds(instance: number, shape: Shape): boolean {
    return this.instances.fits(instance, shape);
  }

  find(shape: Shape): number {
    if (shape.gpuMilli > 0) return this.findInGrid(1, shape);
    const instance = this.findInGrid(0, shape);
    return instance === NONE ? this.findInGrid(1, shape) : instance;
  }

  protected findInGrid(grid: 0 | 1, shape: Shape): number {
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

  protected findInList(first: number, shape: Shape): number {
    const { instances, links } = this;
    for (let instance = first; instance !== NONE; instance = links[instance * WIDTH + NEXT]!) {
      if (instances.fits(instance, shape)) return instance;
    }
    return NONE;
  }

  /** The next instance of the same list; NONE at its end. */
  protected after(instance: number): number {
    return this.links[instance * WIDTH + NEXT]!;
  }

  private cellOf(instance: number): number {
    const { instances } = this;
    const grid = instances.freeGpuMilli(instance) > 0 ? this.rows : 0;
    const row = grid + ((instances.freeVcpuMilli(instance) / MILLI) | 0);
    return row * COLUMNS + memoryColumn(instances.freeMemoryMib(instance));
  }

  private link(instance: number, cell: number): void {
    const { links, head } = this;
    const at = instance * WIDTH;
    const first = head[cell]!;
    links[at + CELL] = cell;
    links[at + NEXT] = first;
    links[at + PREVIOUS] = NONE;
    if (first !== NONE) links[first * WIDTH + PREVIOUS] = instance;
    head[cell] = instance;
    const row = (cell / COLUMNS) | 0;
    this.columnMask[row] = this.columnMask[row]! | (1 << (cell % COLUMNS));
    this.rowMask[row >> 5] = this.rowMask[row >> 5]! | (1 << (row & 31));
  }

  private unlink(instance: number): void {
    const { links } = this;
    const at = instance * WIDTH;
    const cell = links[at + CELL]!;
    assert(cell !== OUTSIDE, "an instance is not indexed");
    const next = links[at + NEXT]!;
    const previous = links[at + PREVIOUS]!;
    if (next !== NONE) links[next * WIDTH + PREVIOUS] = previous;
    if (previous !== NONE) {
      links[previous * WIDTH + NEXT] = next;
      return;
    }
    this.head[cell] = next;
    if (next === NONE) this.emptyCell(cell);
  }

  private emptyCell(cell: number): void {
    const row = (cell / COLUMNS) | 0;
    const columns = this.columnMask[row]! & ~(1 << (cell % COLUMNS));
    this.columnMask[row] = columns;
    if (columns === 0) this.rowMask[row >> 5] = this.rowMask[row >> 5]! & ~(1 << (row & 31));
  }

  private grow(length: number): void {
    let capacity = this.links.length;
    while (capacity < length) capacity *= 2;
    const links = new Int32Array(capacity).fill(OUTSIDE);
    links.set(this.links);
    this.links = links;
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
