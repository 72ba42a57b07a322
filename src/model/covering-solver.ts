// A covering problem for a linear solver: choose how often to take each column so that every row's demand is met at the least
// cost. Core states it; who solves it is handed in, so that core needs no package. Solving is synchronous, and the same
// problem must give the same answer everywhere.

/** One way to serve some rows at a price. */
export interface CoveringColumn {
  readonly cost: number;
  /** Rows that it serves, ascending, and how much of each. */
  readonly rows: readonly number[];
  readonly amounts: readonly number[];
}

export interface CoveringRelaxation {
  readonly cost: number;
  /** Per column: how often it is taken, fractions allowed. */
  readonly values: Float64Array;
  /** Per row: what one more unit of demand would cost. */
  readonly prices: Float64Array;
}

/** A problem that grows by columns. It holds memory of the solver until it is closed. */
export interface CoveringProgram {
  addColumns(columns: readonly CoveringColumn[]): void;
  /** The linear relaxation; null when the solver gives up. */
  relax(): CoveringRelaxation | null;
  close(): void;
}

export interface CoveringSolver {
  /** An empty problem with so much demand per row. */
  open(demand: readonly number[]): CoveringProgram;
  /** Whole numbers, the best found within so many nodes of branch and bound; null when none was found. */
  solveWhole(demand: readonly number[], columns: readonly CoveringColumn[], mostNodes: number): Float64Array | null;
}
