// Array jobs while rows come in, and their sealed form: children as one list, array after array (CSR).

import { assert } from "../base/assert.js";
import type { ArrayJobs } from "../model/job.js";
import { NONE } from "../model/tables.js";
import { LateInt32Column } from "./late-column.js";
import type { SealedBuffer } from "./sealed-buffer.js";

export class ArrayTable {
  readonly ids: string[] = [];
  readonly childCounts: number[] = [];
  private readonly arrayOfRow = new LateInt32Column(NONE);
  private readonly sequential: boolean[] = [];

  /** A new array without children; its index. */
  add(id: string): number {
    this.sequential.push(false);
    this.childCounts.push(0);
    return this.ids.push(id) - 1;
  }

  makeSequential(array: number): void {
    this.sequential[array] = true;
  }

  /** Makes a row the next child of an array; NONE: of no array. */
  setRow(row: number, array: number): void {
    if (array === NONE) return;
    assert(array < this.ids.length, "a child of an unknown array");
    this.arrayOfRow.set(row, array);
    this.childCounts[array]!++;
  }

  /** Array of each of the first `rows` rows, or NONE; empty when there is none. */
  ofRows(rows: number): Int32Array {
    return this.arrayOfRow.view(rows);
  }

  /** Elements that the sealed form takes of the buffer. */
  sizes(rows: number): { ints: number; bytes: number } {
    const arrayOfRow = this.ofRows(rows);
    const count = this.ids.length;
    const children = this.childCounts.reduce((sum, size) => sum + size, 0);
    return { ints: 2 * arrayOfRow.length + children + (count === 0 ? 0 : count + 1), bytes: count };
  }

  /** `place`: row to job number; null: the same. */
  seal(rows: number, place: Uint32Array | null, buffer: SealedBuffer): ArrayJobs {
    const arrayOfRow = this.ofRows(rows);
    const count = this.ids.length;
    const starts = buffer.ints(count === 0 ? 0 : count + 1);
    for (let array = 0; array < count; array++) starts[array + 1] = starts[array]! + this.childCounts[array]!;
    const children = buffer.ints(count === 0 ? 0 : starts[count]!);
    const arrayOfJob = buffer.ints(arrayOfRow.length);
    const indexInArray = buffer.ints(arrayOfRow.length);
    const next = new Int32Array(count);
    for (let row = 0; row < arrayOfRow.length; row++) {
      const job = place === null ? row : place[row]!;
      const array = arrayOfRow[row]!;
      arrayOfJob[job] = array;
      if (array === NONE) continue;
      const index = next[array]!++;
      indexInArray[job] = index;
      children[starts[array]! + index] = job;
    }
    const sequential = buffer.bytes(count);
    sequential.set(this.sequential.map(Number));
    return { count, starts, children, arrayOfJob, indexInArray, sequential, ids: this.ids };
  }
}
