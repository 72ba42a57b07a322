// Columns of which most traces have nothing to say: as long as every row has the neutral value, nothing is stored, and the
// sealed workload has a column of length 0.

import { Float64Column, Int32Column } from "../base/columns.js";

/** One number per row, in the order of the rows; rows are set in ascending order, and neutral ones may be left out. */
abstract class LateColumn<View extends Int32Array | Float64Array> {
  private readonly neutral: number;
  private readonly column: { push(value: number): void; readonly length: number; view(): View };

  constructor(neutral: number, column: LateColumn<View>["column"]) {
    this.neutral = neutral;
    this.column = column;
  }

  set(row: number, value: number): void {
    if (Object.is(value, this.neutral)) return;
    this.fill(row);
    this.column.push(value);
  }

  /** The first `rows` values; empty when all of them are neutral. */
  view(rows: number): View {
    if (this.column.length > 0) this.fill(rows);
    return this.column.view();
  }

  private fill(length: number): void {
    while (this.column.length < length) this.column.push(this.neutral);
  }
}

export class LateInt32Column extends LateColumn<Int32Array> {
  constructor(neutral: number) {
    super(neutral, new Int32Column());
  }
}

export class LateFloat64Column extends LateColumn<Float64Array> {
  constructor(neutral: number) {
    super(neutral, new Float64Column());
  }
}
