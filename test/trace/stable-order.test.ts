import fc from "fast-check";
import { expect, it } from "vitest";
import { stableOrder } from "../../src/trace/stable-order.js";

it("orders equal keys by their place", () => {
  // keys:                         index 0  1  2  3  4
  expect([...stableOrder(Float64Array.of(5, 1, 5, 0, 1))]).toEqual([3, 1, 4, 0, 2]);
  expect([...stableOrder(new Float64Array(0))]).toEqual([]);
});

it("agrees with a sort by (key, index), and leaves the keys alone", () => {
  const manyTies = fc.array(fc.integer({ min: -3, max: 3 }), { maxLength: 300 });
  const fewTies = fc.array(fc.double({ noNaN: true }), { maxLength: 300 });
  fc.assert(
    fc.property(fc.oneof(manyTies, fewTies), (values) => {
      const keys = Float64Array.from(values);
      const expected = values
        .map((_, row) => row)
        .sort((a, b) => (values[a]! === values[b]! ? a - b : values[a]! - values[b]!));
      expect([...stableOrder(keys)]).toEqual(expected);
      expect([...keys]).toEqual(values);
    }),
  );
});
