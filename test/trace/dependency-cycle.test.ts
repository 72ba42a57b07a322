import fc from "fast-check";
import { expect, it } from "vitest";
import { findCycle } from "../../src/trace/dependency-cycle.js";

/** Whether `from` reaches itself, by plain search. */
function reachesItself(from: number, edges: readonly (readonly [number, number])[]): boolean {
  const seen = new Set<number>();
  const open = [from];
  for (let unit = open.pop(); unit !== undefined; unit = open.pop()) {
    for (const [dependent, on] of edges) {
      if (dependent !== unit) continue;
      if (on === from) return true;
      if (!seen.has(on)) open.push(on);
      seen.add(on);
    }
  }
  return false;
}

it("finds a circle exactly when there is one, and names one that is there", () => {
  const edge = fc.tuple(fc.nat(7), fc.nat(7));
  fc.assert(
    fc.property(fc.array(edge, { maxLength: 14 }), (edges) => {
      const cycle = findCycle(
        8,
        Int32Array.from(edges, ([dependent]) => dependent),
        Int32Array.from(edges, ([, on]) => on),
      );
      const units = [0, 1, 2, 3, 4, 5, 6, 7];
      expect(cycle !== undefined).toBe(units.some((unit) => reachesItself(unit, edges)));
      cycle?.forEach((unit, index) => {
        expect(edges).toContainEqual([unit, cycle[(index + 1) % cycle.length]]);
      });
    }),
    { numRuns: 500 },
  );
});
