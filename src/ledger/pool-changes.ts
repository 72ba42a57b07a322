// What happened to pools: a number per pool and instant, in order of time.

import { Float64Column, Int32Column } from "../base/columns.js";

export class PoolChangeColumns {
  readonly pool = new Int32Column();
  readonly timeMs = new Float64Column();
  readonly value = new Float64Column();

  get length(): number {
    return this.pool.length;
  }

  add(pool: number, timeMs: number, value: number): void {
    this.pool.push(pool);
    this.timeMs.push(timeMs);
    this.value.push(value);
  }
}
