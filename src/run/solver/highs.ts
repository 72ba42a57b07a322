// HiGHS (highs.dev), compiled to WebAssembly, as the solver of covering problems. One thread, no limits of time and a fixed
// seed: the same problem gives the same answer.

import highsModule, { type Highs, type Model, type ModelData } from "highs";
import type {
  CoveringColumn,
  CoveringProgram,
  CoveringRelaxation,
  CoveringSolver,
} from "../../model/covering-solver.js";

/** The package describes the types of its CommonJS build; what an ES module imports is the loader itself. */
const loadHighs = highsModule as unknown as typeof highsModule.default;

const LINEAR_OPTIONS = { output_flag: false } as const;

/** The feasibility jump takes 12 ms before anything else, more than most of these problems take in all. */
const WHOLE_OPTIONS = { output_flag: false, mip_rel_gap: 1e-9, mip_heuristic_run_feasibility_jump: false } as const;

/** Loads the solver, once for all runs: it takes some 50 ms and 21 MB. */
export async function loadHighsSolver(): Promise<CoveringSolver> {
  const highs = await loadHighs();
  return {
    open: (demand) => new HighsProgram(highs, demand),
    solveWhole: (demand, columns, mostNodes) => solveWhole(highs, demand, columns, mostNodes),
  };
}

class HighsProgram implements CoveringProgram {
  private readonly highs: Highs;
  private readonly model: Model;
  private readonly demand: readonly number[];

  constructor(highs: Highs, demand: readonly number[]) {
    this.highs = highs;
    this.demand = demand;
    this.model = highs.createModel(modelOf(highs, demand, []));
    this.model.options.set(LINEAR_OPTIONS);
  }

  addColumns(columns: readonly CoveringColumn[]): void {
    const { colCost, colLower, colUpper, matrix } = modelOf(this.highs, this.demand, columns);
    this.model.addCols({ cost: colCost, lower: colLower, upper: colUpper, matrix });
  }

  relax(): CoveringRelaxation | null {
    const { model, highs } = this;
    model.run();
    if (model.getModelStatus() !== highs.constants.modelStatus.optimal) return null;
    const { colValue, rowDual } = model.getSolution();
    return { cost: model.getObjectiveValue(), values: colValue, prices: rowDual };
  }

  close(): void {
    this.model.dispose();
  }
}

function solveWhole(
  highs: Highs,
  demand: readonly number[],
  columns: readonly CoveringColumn[],
  mostNodes: number,
): Float64Array | null {
  const { integer } = highs.constants.variableType;
  const data = { ...modelOf(highs, demand, columns), integrality: columns.map(() => integer) };
  return highs.withModel(data, (model) => {
    model.options.set({ ...WHOLE_OPTIONS, mip_max_nodes: mostNodes });
    model.run();
    const found = model.info.get("primal_solution_status") === highs.constants.solutionStatus.feasible;
    return found ? model.getSolution().colValue.map(Math.round) : null;
  });
}

function modelOf(highs: Highs, demand: readonly number[], columns: readonly CoveringColumn[]) {
  const starts = new Int32Array(columns.length + 1);
  columns.forEach(({ rows }, index) => {
    starts[index + 1] = starts[index]! + rows.length;
  });
  const numRows = demand.length;
  const numCols = columns.length;
  return {
    numCols,
    numRows,
    colCost: Float64Array.from(columns, ({ cost }) => cost),
    colLower: new Float64Array(numCols),
    colUpper: new Float64Array(numCols).fill(highs.infinity),
    rowLower: Float64Array.from(demand),
    rowUpper: new Float64Array(numRows).fill(highs.infinity),
    matrix: {
      format: "csc",
      numRows,
      numCols,
      starts,
      indices: Int32Array.from(columns.flatMap(({ rows }) => rows)),
      values: Float64Array.from(columns.flatMap(({ amounts }) => amounts)),
    },
  } satisfies ModelData;
}
