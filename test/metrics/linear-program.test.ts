import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maximise } from "../../src/metrics/linear-program.js";

type Program = { objective: number[]; rows: number[][]; bounds: number[] };
const value = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);

/** Solves n equations in n unknowns by elimination with pivoting; null when they have no single solution. */
function solve(rows: readonly (readonly number[])[], bounds: readonly number[]): number[] | null {
  const n = rows.length;
  const table = rows.map((row, i) => [...row, bounds[i]!]);
  for (let column = 0; column < n; column++) {
    const best = table
      .slice(column)
      .reduce((top, row) => (Math.abs(row[column]!) > Math.abs(top[column]!) ? row : top));
    if (Math.abs(best[column]!) < 1e-9) return null;
    table.splice(table.indexOf(best), 1);
    table.splice(column, 0, best);
    for (let i = 0; i < n; i++) {
      if (i === column) continue;
      const factor = table[i]![column]! / best[column]!;
      table[i] = table[i]!.map((x, j) => x - factor * best[j]!);
    }
  }
  return table.map((row, i) => row[n]! / row[i]!);
}

function* choose(count: number, from: number, first = 0): Generator<number[]> {
  if (count === 0) yield [];
  else for (let i = first; i < from; i++) for (const rest of choose(count - 1, from, i + 1)) yield [i, ...rest];
}

/** The best value over all vertices: every choice of as many binding constraints as there are variables. */
function bestVertex({ objective, rows, bounds }: Program): number {
  const n = objective.length;
  const axes = objective.map((_, i) => objective.map((__, j) => (i === j ? 1 : 0)));
  const constraints = [
    ...rows.map((row, i) => ({ row, bound: bounds[i]! })),
    ...axes.map((row) => ({ row, bound: 0 })),
  ];
  let best = Number.NEGATIVE_INFINITY;
  for (const chosen of choose(n, constraints.length)) {
    const binding = chosen.map((i) => constraints[i]!);
    const x = solve(
      binding.map(({ row }) => row),
      binding.map(({ bound }) => bound),
    );
    if (x === null) continue;
    const feasible = x.every((v) => v >= -1e-7) && rows.every((row, i) => value(row, x) <= bounds[i]! + 1e-7);
    if (feasible) best = Math.max(best, value(objective, x));
  }
  return best;
}

/** Up to three variables; a last row with all coefficients positive keeps it bounded. Instance types look like this. */
const programs: fc.Arbitrary<Program> = fc.integer({ min: 1, max: 3 }).chain((n) => {
  const numbers = (arbitrary: fc.Arbitrary<number>) => fc.array(arbitrary, { minLength: n, maxLength: n });
  return fc
    .record({
      objective: numbers(fc.integer({ min: 0, max: 20 })),
      rows: fc.array(
        fc.record({ row: numbers(fc.integer({ min: 0, max: 9 })), bound: fc.integer({ min: 0, max: 50 }) }),
        { maxLength: 8 },
      ),
      last: fc.record({ row: numbers(fc.integer({ min: 1, max: 9 })), bound: fc.integer({ min: 0, max: 50 }) }),
    })
    .map(({ objective, rows, last }) => ({
      objective,
      rows: [...rows, last].map(({ row }) => row),
      bounds: [...rows, last].map(({ bound }) => bound),
    }));
});

describe("the linear program", () => {
  it("solves a textbook case", () => {
    // max 3x + 5y; x <= 4, 2y <= 12, 3x + 2y <= 18: the best corner is (2, 6), 36 (Hillier and Lieberman's Wyndor Glass).
    const rows = [
      [1, 0],
      [0, 2],
      [3, 2],
    ];
    expect(maximise([3, 5], rows, [4, 12, 18])).toEqual([2, 6]);
  });

  it("says when there is no bound", () => {
    expect(maximise([1, 1], [[1, 0]], [5])).toBeNull();
    expect(maximise([1], [], [])).toBeNull();
  });

  it("does not cycle on degenerate corners", () => {
    // Beale's example (1955), on which a greedy choice of pivots cycles for ever; the optimum is 1/20 at (1/25, 0, 1, 0).
    const rows = [
      [1 / 4, -60, -1 / 25, 9],
      [1 / 2, -90, -1 / 50, 3],
      [0, 0, 1, 0],
    ];
    const x = maximise([3 / 4, -150, 1 / 50, -6], rows, [0, 0, 1])!;
    expect(value([3 / 4, -150, 1 / 50, -6], x)).toBeCloseTo(1 / 20, 12);
  });

  it("finds a feasible point as good as the best vertex", () => {
    fc.assert(
      fc.property(programs, (program) => {
        const x = maximise(program.objective, program.rows, program.bounds)!;
        expect(x.every((v) => v >= -1e-9)).toBe(true);
        program.rows.forEach((row, i) => {
          expect(value(row, x)).toBeLessThanOrEqual(program.bounds[i]! + 1e-9);
        });
        expect(value(program.objective, x)).toBeCloseTo(bestVertex(program), 6);
      }),
      { numRuns: 1000 },
    );
  });
});
