// From fractions of patterns to whole instances. Rounding down leaves a rest of a few instances, which is packed anew: greedily
// (PackingProblem.complete), or, where it has few kinds of jobs, by branch and bound over patterns that look promising.

import type { CoveringSolver } from "../../model/covering-solver.js";
import { columnOf } from "./optimum-relaxation.js";
import { costOf, type PackingProblem, type Pattern, type Purchase } from "./packing-problem.js";

/** Fractions this close below a whole number mean it: solvers are no more exact. */
const ROUNDING = 1e-6;

/** Kinds of jobs up to which the rest is solved by branch and bound, and the nodes for that: a few hundred ms at the most. */
const MOST_ROWS = 24;
const MOST_NODES = 50;

/** The whole part of a solution in fractions. */
export function roundedDown(patterns: readonly Pattern[], solution: Float64Array): Purchase[] {
  return patterns.flatMap((pattern, i) => {
    const copies = Math.floor((solution[i] ?? 0) + ROUNDING);
    return copies > 0 ? [{ pattern, copies }] : [];
  });
}

/** How often to buy each of these patterns so that nothing waits; null when nothing was found within so many nodes. */
export function wholeNumbers(
  solver: CoveringSolver,
  rows: readonly number[],
  demand: Int32Array,
  patterns: readonly Pattern[],
  mostNodes: number,
): Purchase[] | null {
  const unit = Math.min(...patterns.map(costOf));
  const columns = patterns.map((pattern) => columnOf(pattern, rows, unit));
  const wanted = rows.map((row) => demand[row]!);
  const values = solver.solveWhole(wanted, columns, mostNodes);
  if (values === null) return null;
  return patterns.flatMap((pattern, i) => (values[i]! > 0 ? [{ pattern, copies: values[i]! }] : []));
}

/** The whole part, and the rest by branch and bound; null where the rest has too many kinds of jobs or nothing was found. */
export function solveRest(
  problem: PackingProblem,
  solver: CoveringSolver,
  patterns: readonly Pattern[],
  solution: Float64Array,
): Purchase[] | null {
  const whole = roundedDown(patterns, solution);
  const left = problem.demand.slice();
  for (const { pattern, copies } of whole) {
    pattern.shapes.forEach((shape, i) => {
      left[shape] = Math.max(0, left[shape]! - copies * pattern.counts[i]!);
    });
  }
  const rows = problem.rows.filter((row) => left[row]! > 0);
  if (rows.length === 0 || rows.length > MOST_ROWS) return null;
  const greedy = problem.coverGreedily(left.slice()).map(({ pattern }) => pattern);
  const promising = [...patterns.filter((_, i) => (solution[i] ?? 0) > ROUNDING), ...greedy];
  const useful = promising.flatMap((pattern) => problem.trimmed(pattern, left) ?? []);
  const rest = wholeNumbers(solver, rows, left, useful, MOST_NODES);
  return rest === null ? null : [...whole, ...rest];
}

/** All fills of any type, each on the cheapest type that holds it; null when there are more than `most`. */
export function allPatterns(problem: PackingProblem, most: number): Pattern[] | null {
  const { rows, demand } = problem;
  const patterns: Pattern[] = [];
  const extend = (from: number, shapes: readonly number[], counts: readonly number[]): boolean => {
    for (let row = from; row < rows.length; row++) {
      const shape = rows[row]!;
      for (let count = 1; count <= demand[shape]!; count++) {
        const pattern = problem.cheapest([...shapes, shape], [...counts, count]);
        if (pattern === null) break;
        if (patterns.length === most) return false;
        patterns.push(pattern);
        if (!extend(row + 1, pattern.shapes, pattern.counts)) return false;
      }
    }
    return true;
  };
  return extend(0, [], []) ? patterns : null;
}
