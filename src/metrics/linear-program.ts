// A small linear program: maximise objective . x subject to rows . x <= bounds, x >= 0, with all bounds >= 0, so that the
// origin is feasible. Dense primal simplex with Bland's rule (no cycling); a handful of variables, up to thousands of rows.

import { assert } from "../base/assert.js";

/** Coefficients smaller than this count as zero in pivoting. */
const EPSILON = 1e-12;

/** An optimal x, or null when the program is unbounded. */
export function maximise(
  objective: readonly number[],
  rows: readonly (readonly number[])[],
  bounds: readonly number[],
): number[] | null {
  const variables = objective.length;
  const width = variables + 1;
  const table = rows.map((row, i) => Float64Array.from([...row, bounds[i]!]));
  const costs = Float64Array.from([...objective.map((value) => -value), 0]);
  // Columns stand for non-basic variables, rows for basic ones; numbers >= `variables` are slacks.
  const columnVariable = objective.map((_, j) => j);
  const rowVariable = rows.map((_, i) => variables + i);
  for (;;) {
    const column = enteringColumn(costs, columnVariable);
    if (column === -1) break;
    const row = leavingRow(table, rowVariable, column, width);
    if (row === -1) return null;
    pivot(table, costs, row, column);
    const entering = columnVariable[column]!;
    columnVariable[column] = rowVariable[row]!;
    rowVariable[row] = entering;
  }
  const solution = objective.map(() => 0);
  rowVariable.forEach((variable, i) => {
    if (variable < variables) solution[variable] = table[i]![variables]!;
  });
  return solution;
}

/** Bland: the improving column of the lowest variable number. */
function enteringColumn(costs: Float64Array, columnVariable: readonly number[]): number {
  let best = -1;
  for (let j = 0; j < columnVariable.length; j++) {
    if (costs[j]! < -EPSILON && (best === -1 || columnVariable[j]! < columnVariable[best]!)) best = j;
  }
  return best;
}

/** The row that limits the entering variable most; on a tie the lowest variable number. */
function leavingRow(table: readonly Float64Array[], rowVariable: readonly number[], column: number, width: number) {
  let best = -1;
  let bestRatio = Number.POSITIVE_INFINITY;
  for (let i = 0; i < table.length; i++) {
    const coefficient = table[i]![column]!;
    if (coefficient <= EPSILON) continue;
    const ratio = table[i]![width - 1]! / coefficient;
    if (ratio < bestRatio || (ratio === bestRatio && rowVariable[i]! < rowVariable[best]!)) {
      bestRatio = ratio;
      best = i;
    }
  }
  return best;
}

/** Swaps the basic variable of a row with the non-basic one of a column. */
function pivot(table: readonly Float64Array[], costs: Float64Array, row: number, column: number): void {
  const pivotRow = table[row]!;
  const inverse = 1 / pivotRow[column]!;
  assert(Number.isFinite(inverse), "pivot on zero");
  for (let j = 0; j < pivotRow.length; j++) pivotRow[j] = pivotRow[j]! * inverse;
  pivotRow[column] = inverse;
  const eliminate = (other: Float64Array) => {
    const factor = other[column]!;
    if (factor === 0) return;
    for (let j = 0; j < other.length; j++) other[j] = other[j]! - factor * pivotRow[j]!;
    other[column] = -factor * inverse;
  };
  for (const other of table) if (other !== pivotRow) eliminate(other);
  eliminate(costs);
}
