// The solver that strategies may need, once it is there. Loading it is asynchronous and takes memory, and a replay is neither:
// whoever starts runs loads it first (load-solver.ts). One for the whole process, as a module of WebAssembly is.

import { assert } from "../../base/assert.js";
import type { CoveringSolver } from "../../model/covering-solver.js";
import type { Strategy } from "../../model/policy.js";

let loaded: CoveringSolver | null = null;

/** Whether a strategy buys with a solver that is not there yet. */
export function lacksSolver({ provisioning }: Pick<Strategy, "provisioning">): boolean {
  return provisioning === "optimum" && loaded === null;
}

/** From now on strategies solve with it. */
export function provideSolver(solver: CoveringSolver): void {
  loaded = solver;
}

/** What the tables of a strategy's run carry: the solver where the strategy needs it. */
export function solverOf(strategy: Strategy): { readonly solver?: CoveringSolver } {
  if (strategy.provisioning !== "optimum") return {};
  assert(loaded !== null, `the solver of strategy "${strategy.name}" is not loaded: call loadSolverFor first`);
  return { solver: loaded };
}
