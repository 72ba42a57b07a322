import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { search } from "../../../src/run/calibrate/search.js";

/** A bowl whose lowest point is at `lowest`. */
function bowl(lowest: readonly number[]) {
  let calls = 0;
  const lossAt = (places: readonly number[]) => {
    calls++;
    return places.reduce((sum, place, i) => sum + (place - lowest[i]!) * (place - lowest[i]!), 0);
  };
  return { lossAt, calls: () => calls };
}

describe("search", () => {
  it("finds the lowest point of a bowl through three of its points", () => {
    // Steps of 0.4 from 0: 0.4 is better (0.0324 < 0.3364), 0.8 is not, and the parabola through 0, 0.4 and 0.8 ends at 0.58.
    const { lossAt } = bowl([0.58]);
    const { places, loss } = search({ places: [0], loss: lossAt([0]) }, lossAt, 10);
    expect(places[0]).toBeCloseTo(0.58, 10);
    expect(loss).toBeCloseTo(0, 10);
  });

  it("looks at nothing without a budget or a knob", () => {
    const { lossAt, calls } = bowl([1]);
    expect(search({ places: [0], loss: 1 }, lossAt, 0)).toEqual({ places: [0], loss: 1 });
    expect(search({ places: [], loss: 1 }, lossAt, 10)).toEqual({ places: [], loss: 1 });
    expect(calls()).toBe(0);
  });

  it("comes near the lowest point of any bowl, never ends higher than it began, and keeps to its budget", () => {
    const point = fc.array(fc.double({ min: -1.5, max: 1.5, noNaN: true }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(point, fc.integer({ min: 0, max: 60 }), (lowest, budget) => {
        const { lossAt, calls } = bowl(lowest);
        const start = { places: lowest.map(() => 0), loss: lossAt(lowest.map(() => 0)) };
        const found = search(start, lossAt, budget);
        expect(calls() - 1).toBeLessThanOrEqual(budget);
        expect(found.loss).toBeLessThanOrEqual(start.loss);
        expect(found.loss).toBe(lossAt(found.places));
        if (budget >= 15 * lowest.length) expect(Math.sqrt(found.loss)).toBeLessThan(0.05);
      }),
      { numRuns: 300 },
    );
  });
});
