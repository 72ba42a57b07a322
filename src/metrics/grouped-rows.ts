// Rows by the number they belong to (a job, a unit), without an object per number: a counting sort, made once.

export class GroupedRows {
  /** Rows of number i: rows[starts[i]] to rows[starts[i + 1] - 1], ascending. */
  private readonly starts: Int32Array;
  private readonly rows: Int32Array;

  /** Groups rows 0 to `length` - 1 by their entry in `column`, a number from 0 to `groups` - 1. */
  constructor(column: Int32Array, length: number, groups: number) {
    const starts = new Int32Array(groups + 1);
    for (let row = 0; row < length; row++) starts[column[row]! + 1] = starts[column[row]! + 1]! + 1;
    for (let group = 0; group < groups; group++) starts[group + 1] = starts[group + 1]! + starts[group]!;
    const next = length === 0 ? starts : starts.slice();
    this.rows = new Int32Array(length);
    for (let row = 0; row < length; row++) {
      const group = column[row]!;
      this.rows[next[group]!] = row;
      next[group] = next[group]! + 1;
    }
    this.starts = starts;
  }

  /** How many rows a number has. */
  count(group: number): number {
    return this.starts[group + 1]! - this.starts[group]!;
  }

  /** The row of a number at a position, 0 to count - 1. */
  at(group: number, position: number): number {
    return this.rows[this.starts[group]! + position]!;
  }
}
