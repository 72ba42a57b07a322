// Looks for the optimum: the pending demand as bin packing with several resources over instance types, solved by column
// generation (Gilmore and Gomory 1961). A column is a pattern, an instance of a type with what is on it; the linear program over
// the patterns found so far prices every kind of job, and the best fill of each type at these prices joins them
// (optimum-pricing.ts), until none earns more than it costs. Whole numbers come from rounding down and packing the rest; a small
// demand is solved over all its patterns, by branch and bound. What cannot be solved falls back to best fit's greedy covering,
// which every plan is measured against first.
//
// The linear program bounds from below what any plan can cost. Its prices bound it even before the last round: divided by the
// most that any pattern earns over its cost they are feasible (Farley 1990). How far the plan is from that bound is its gap.
//
// It is the optimum of one decision: what waits now, at the prices of now. Jobs that are still to come are not looked at, so it
// need not be the cheapest over a run.

import { assert } from "../../base/assert.js";
import type { CoveringSolver } from "../../model/covering-solver.js";
import type { SystemTables } from "../../model/tables.js";
import type { Candidates } from "./candidates.js";
import { generatePatterns, relaxOver } from "./optimum-relaxation.js";
import { allPatterns, roundedDown, solveRest, wholeNumbers } from "./optimum-rounding.js";
import { byValue, type Packing, PackingProblem, type Pattern, priceOverWorth } from "./packing-problem.js";
import { Fill, type LaunchLimits, type PlannedLaunch, type Provisioner, packInFlight } from "./plan.js";

/** Patterns up to which a demand is solved over all of them, and the nodes of branch and bound for that. */
const MOST_PATTERNS = 120;
const MOST_NODES = 500;

/** A plan so close to the bound is not improved any more. */
const CLOSE = 1e-6;

/** The policy for one environment's candidates. */
export class OptimumProvisioner implements Provisioner {
  private readonly candidates: Candidates;
  private readonly tables: SystemTables;
  private readonly solver: CoveringSolver;
  private readonly fill: Fill;

  constructor(candidates: Candidates, tables: SystemTables) {
    assert(tables.solver !== undefined, "the optimum needs a solver");
    this.candidates = candidates;
    this.tables = tables;
    this.solver = tables.solver;
    this.fill = new Fill(tables, candidates);
  }

  coverInFlight(available: Int32Array, demand: Int32Array): void {
    packInFlight(this.candidates.capacities, this.fill, available, demand);
  }

  /** Where the limits allow less than the optimum, its best part is bought, then greedily what else they allow. */
  plan(demand: Int32Array, limits: LaunchLimits): PlannedLaunch[] {
    const plan: PlannedLaunch[] = [];
    let left = limits;
    let gap: number | null = null;
    for (let pass = 0; ; pass++) {
      const problem = new PackingProblem(this.candidates, this.tables.shapes, demand.slice(), left);
      if (problem.rows.length === 0 || left.launches === 0) return plan;
      const { packing, bound } = pass === 0 ? optimise(problem, this.solver) : greedy(problem);
      if (bound > 0) gap = Math.max(0, packing.cost / bound - 1);
      for (const { pattern, copies: wanted } of byValue(packing.purchases)) {
        const { vcpuMilli } = pattern.candidate;
        const copies = Math.min(wanted, left.launches, Math.floor(left.vcpuMilli / vcpuMilli));
        if (copies === 0) continue;
        left = {
          fleetVcpuMilli: left.fleetVcpuMilli + copies * vcpuMilli,
          vcpuMilli: left.vcpuMilli - copies * vcpuMilli,
          launches: left.launches - copies,
        };
        pattern.shapes.forEach((shape, i) => {
          demand[shape] = demand[shape]! - copies * pattern.counts[i]!;
        });
        plan.push(toLaunch(pattern, copies, gap));
      }
    }
  }
}

function toLaunch(pattern: Pattern, copies: number, gap: number | null): PlannedLaunch {
  const { candidate, load } = pattern;
  const launch = { candidate, copies, jobsPerCopy: load.jobs, need: load, runnerUp: null };
  return { ...launch, priceOverWorth: priceOverWorth(pattern), ...(gap === null ? {} : { gap }) };
}

/** A plan, and what no plan can cost less than; 0 when that is not known. */
export interface Optimised {
  readonly packing: Packing;
  readonly bound: number;
}

/** Best fit's plan. */
function greedy(problem: PackingProblem): Optimised {
  return { packing: problem.complete([]), bound: 0 };
}

/** The best plan that the limits of effort let it find. */
export function optimise(problem: PackingProblem, solver: CoveringSolver): Optimised {
  const simple = problem.complete([]);
  const all = allPatterns(problem, MOST_PATTERNS);
  const start = simple.purchases.map(({ pattern }) => pattern);
  const relaxed = all === null ? generatePatterns(problem, solver, start) : relaxOver(problem, solver, all);
  const { bound, patterns, solution } = relaxed;
  const isClose = ({ cost }: Packing) => cost <= bound * (1 + CLOSE);
  if (solution === null || isClose(simple)) return { packing: simple, bound };
  const rounded = cheaper(simple, problem.complete(roundedDown(patterns, solution)));
  if (isClose(rounded)) return { packing: rounded, bound };
  const solved =
    all === null
      ? solveRest(problem, solver, patterns, solution)
      : wholeNumbers(solver, problem.rows, problem.demand, all, MOST_NODES);
  return { packing: solved === null ? rounded : cheaper(rounded, problem.complete(solved)), bound };
}

function cheaper(a: Packing, b: Packing): Packing {
  return b.cost < a.cost ? b : a;
}
