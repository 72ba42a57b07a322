// Column generation: the linear program over the patterns found so far, and the search for more. Its solution says how often
// each pattern is to be bought, in fractions, and its prices bound what any plan can cost.

import type {
  CoveringColumn,
  CoveringProgram,
  CoveringRelaxation,
  CoveringSolver,
} from "../../model/covering-solver.js";
import { jobsThatFit } from "./candidates.js";
import { EARNS, Knapsack } from "./optimum-pricing.js";
import { costOf, type PackingProblem, type Pattern } from "./packing-problem.js";

/** Effort is limited by counts, not by the clock, so that a plan is the same on every machine. */
const LIMITS = {
  /** Linear programs per decision. */
  rounds: 60,
  /** Items that the pricing of one decision looks at, and that of one type in one round. */
  work: 4_000_000,
  workPerFill: 20_000,
} as const;

/** Rounds end when the solution is as close to the bound as this: more would cost more effort than it saves. */
const CLOSE = 1e-3;

/** What a plan costs at the least, micro-USD per hour (0: not known), and how often each pattern is taken for that. */
export interface Relaxed {
  readonly bound: number;
  readonly patterns: readonly Pattern[];
  /** Fractions, by pattern; patterns beyond its end are not taken. Null: the solver gave up. */
  readonly solution: Float64Array | null;
}

/** The linear program over all the patterns there are. */
export function relaxOver(problem: PackingProblem, solver: CoveringSolver, patterns: readonly Pattern[]): Relaxed {
  return withProgram(problem, solver, (program) => {
    const unit = unitOf(problem);
    program.addColumns(patterns.map((pattern) => columnOf(pattern, problem.rows, unit)));
    const relaxed = program.relax();
    if (relaxed === null) return { bound: 0, patterns, solution: null };
    return { bound: relaxed.cost * unit, patterns, solution: relaxed.values };
  });
}

/** Generates patterns, beginning with these, as long as some earn more than they cost. */
export function generatePatterns(problem: PackingProblem, solver: CoveringSolver, start: readonly Pattern[]): Relaxed {
  const unit = unitOf(problem);
  const pricing = new Pricing(problem, unit);
  return withProgram(problem, solver, (program) => {
    const patterns: Pattern[] = [];
    let fresh = [...start, ...problem.rows.map((row) => ofOneKind(problem, row))];
    let relaxed: CoveringRelaxation | null = null;
    for (let round = 0; round < LIMITS.rounds && fresh.length > 0; round++) {
      program.addColumns(fresh.map((pattern) => columnOf(pattern, problem.rows, unit)));
      patterns.push(...fresh);
      const next = program.relax();
      if (next === null) break;
      relaxed = next;
      fresh = pricing.price(next.prices);
      if (pricing.isSpent || next.cost <= pricing.bound * (1 + CLOSE)) break;
    }
    return { bound: pricing.bound * unit, patterns, solution: relaxed?.values ?? null };
  });
}

/** Looks for patterns that earn more than they cost. */
class Pricing {
  /** The best bound that any prices have given; in units of cost. */
  bound = 0;
  private readonly problem: PackingProblem;
  private readonly unit: number;
  private readonly demand: readonly number[];
  private readonly knapsack: Knapsack;
  /** The prices that gave it. */
  private best: Float64Array | null = null;

  constructor(problem: PackingProblem, unit: number) {
    this.problem = problem;
    this.unit = unit;
    this.demand = problem.rows.map((row) => problem.demand[row]!);
    this.knapsack = new Knapsack(problem.rows.map((row) => problem.shapes[row]!));
  }

  get isSpent(): boolean {
    return this.knapsack.work > LIMITS.work;
  }

  /**
   * Patterns that earn more than they cost at the prices of the linear program. These jump about from round to round; looking
   * half-way between them and the prices with the best bound gets there in fewer rounds (Wentges 1997).
   */
  price(current: Float64Array): Pattern[] {
    const { best } = this;
    const useful =
      best === null
        ? []
        : this.fillsAt(current.map((price, row) => (price + best[row]!) / 2)).filter((pattern) =>
            this.earns(pattern, current),
          );
    return useful.length > 0 ? useful : this.fillsAt(current);
  }

  private earns({ candidate, shapes, counts }: Pattern, prices: Float64Array): boolean {
    const { rows } = this.problem;
    const value = shapes.reduce((sum, shape, i) => sum + counts[i]! * prices[rows.indexOf(shape)]!, 0);
    return value - candidate.microUsdPerHour / this.unit > EARNS;
  }

  /** Fills of each type that earn more than they cost at these prices; takes note of the bound that they give. */
  private fillsAt(given: Float64Array): Pattern[] {
    const { problem, unit, demand, knapsack } = this;
    const { rows } = problem;
    const prices = given.map((price) => Math.max(0, price));
    const fresh: Pattern[] = [];
    let excess = 0;
    for (const candidate of problem.candidates) {
      const cost = candidate.microUsdPerHour / unit;
      const { fills, bound } = knapsack.fill(candidate, cost, prices, demand, LIMITS.workPerFill);
      excess = Math.max(excess, bound / cost);
      for (const counts of fills) {
        const used = [...rows.keys()].filter((row) => counts[row]! > 0);
        const shapes = used.map((row) => rows[row]!);
        const numbers = used.map((row) => counts[row]!);
        fresh.push(problem.pattern(candidate, shapes, numbers));
      }
    }
    const value = demand.reduce((sum, jobs, row) => sum + jobs * prices[row]!, 0);
    if (value / (1 + excess) > this.bound) {
      this.bound = value / (1 + excess);
      this.best = prices;
    }
    return fresh;
  }
}

/** Costs are in units of the cheapest type's, as solvers like them. */
function unitOf({ candidates }: PackingProblem): number {
  return Math.min(...candidates.map((candidate) => candidate.microUsdPerHour));
}

function withProgram<T>(problem: PackingProblem, solver: CoveringSolver, use: (program: CoveringProgram) => T): T {
  const program = solver.open(problem.rows.map((row) => problem.demand[row]!));
  try {
    return use(program);
  } finally {
    program.close();
  }
}

/** An instance filled with jobs of one kind, of the type that has them for the least each. */
function ofOneKind(problem: PackingProblem, shape: number): Pattern {
  const fits = problem.candidates.flatMap((candidate) => {
    const jobs = Math.min(problem.demand[shape]!, jobsThatFit(problem.shapes[shape]!, candidate));
    return jobs >= 1 ? [problem.pattern(candidate, [shape], [jobs])] : [];
  });
  const each = (pattern: Pattern) => costOf(pattern) / pattern.load.jobs;
  return fits.reduce((best, pattern) => (each(pattern) < each(best) ? pattern : best));
}

/** A pattern as a column of the program: what it serves of each row. */
export function columnOf(pattern: Pattern, rows: readonly number[], unit: number): CoveringColumn {
  const { shapes, counts } = pattern;
  const served = shapes.map((shape, i) => ({ row: rows.indexOf(shape), amount: counts[i]! }));
  served.sort((a, b) => a.row - b.row);
  return {
    cost: costOf(pattern) / unit,
    rows: served.map(({ row }) => row),
    amounts: served.map(({ amount }) => amount),
  };
}
