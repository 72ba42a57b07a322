// How a launch is divided over pools so that none holds too much of the fleet, by hand. Instances have one vCPU each.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DIVERSE_FLEET, SpotFleet } from "../../../src/core/market/spot-fleet.js";
import { pool } from "../../builders.js";

const POOLS = [pool(0, 1, "spot"), pool(1, 1, "spot"), pool(2, 1, "spot"), pool(0, 3)];
/** A fleet with so many instances per pool. */
function fleet(share: number, counts: readonly number[]): SpotFleet {
  const it = new SpotFleet(POOLS, share);
  counts.forEach((count, index) => {
    for (let i = 0; i < count; i++) it.add(index, 1);
  });
  return it;
}
const one = () => 1;

describe("a launch", () => {
  it.each([
    { name: "in a small fleet stays whole", share: 0.5, counts: [0, 0, 0], copies: 9, expected: ["9 of 0,1,2"] },
    // Nine whole; the tenth would be 10 of 10 in pool 0, where 9 >= 0.5 x 10.
    {
      name: "that makes the fleet large",
      share: 0.5,
      counts: [0, 0, 0],
      copies: 11,
      expected: ["9 of 0,1,2", "2 of 1"],
    },
    // 20 there, 10 in pool 0. Copy 1: 10 < 0.5 x 21: pool 0. Copy 2: 11 >= 0.5 x 22: pool 1. Copy 3: 11 < 11.5: pool 0. Copy 4: pool 1.
    { name: "alternates at the share", share: 0.5, counts: [10, 6, 4], copies: 4, expected: ["2 of 0", "2 of 1"] },
    // Of three pools an even split is allowed whatever the share: 5 < 1/3 x 16 in turn.
    {
      name: "may always be split evenly",
      share: 0.1,
      counts: [5, 5, 5],
      copies: 3,
      expected: ["1 of 0", "1 of 1", "1 of 2"],
    },
  ])("$name", ({ share, counts, copies, expected }) => {
    const groups = fleet(share, counts).divide([0, 1, 2], 3, copies, one);
    expect(groups.map((group) => `${group.copies} of ${group.pools.join(",")}`)).toEqual(expected);
  });

  it("leaves copies out that no pool may have, while others cannot be asked", () => {
    // Pool 0 may be asked, two more could serve: 1/3 of 13 is 4.33, of 14 4.67: 4 < 4.33, 5 >= 4.67.
    expect(fleet(0.3, [4, 4, 4]).divide([0], 3, 5, one)).toEqual([{ pools: [0], copies: 1 }]);
  });

  it("on-demand is not divided, and does not count", () => {
    expect(fleet(0.5, [0, 0, 0, 100]).divide([3], 1, 50, one)).toEqual([{ pools: [3], copies: 50 }]);
    expect(fleet(0.5, [0, 0, 0, 100]).divide([0], 3, 5, one)).toEqual([{ pools: [0], copies: 5 }]);
  });

  it("never leaves a pool above the share, rounded up to an instance, in a fleet that is large", () => {
    const counts = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 3, maxLength: 3 });
    const sizes = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(
        counts,
        sizes,
        fc.double({ min: 0.05, max: 1, noNaN: true }),
        fc.nat(40),
        (start, size, share, copies) => {
          const it = new SpotFleet(POOLS, share);
          const vcpus = start.map((count, index) => count * size[index]!);
          start.forEach((count, index) => {
            for (let i = 0; i < count; i++) it.add(index, size[index]!);
          });
          let instances = start.reduce((sum, count) => sum + count, 0);
          const divided = new Set<number>();
          for (const group of it.divide([0, 1, 2], 3, copies, (index) => size[index]!)) {
            const index = group.pools[0]!;
            instances += group.copies;
            vcpus[index] = vcpus[index]! + group.copies * size[index]!;
            if (group.pools.length > 1) expect(instances).toBeLessThan(DIVERSE_FLEET);
            else divided.add(index);
          }
          const total = vcpus.reduce((sum, held) => sum + held, 0);
          for (const index of divided) {
            expect(vcpus[index]! - size[index]!).toBeLessThan(Math.max(share, 1 / 3) * total + 1e-9);
          }
        },
      ),
    );
  });
});
