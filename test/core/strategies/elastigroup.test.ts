// Elastigroup's markets, by hand. score = 0.5 / price over worth + 0.5 x stability; stability of bands 0 to 4: 0.975, 0.925,
// 0.875, 0.825, 0.775; of a type that the advisor does not list 0.875, on-demand 1.

import { describe, expect, it } from "vitest";
import { inWords, planFor, type TypeSketch } from "./planning.js";

/** a 4 vCPUs 8 GiB 0.20, b 4 vCPUs 8 GiB 0.21, c 16 vCPUs 32 GiB 0.80. */
const TYPES: TypeSketch[] = [
  [4, 8, 0.2],
  [4, 8, 0.21],
  [16, 32, 0.8],
];

describe("Elastigroup", () => {
  it.each([
    // Eight jobs of 1 vCPU, worth 0.05 each. a 1, b 1.05, c 0.80 / 0.40 = 2, all as stable: a.
    { name: "the cheapest of equals", bands: [1, 1, 1], jobs: [[8, 1, 2]], expected: ["2 a x4"] },
    // a 0.5 + 0.3875 = 0.8875, b 0.4762 + 0.4875 = 0.9637.
    { name: "a stable market a little dearer", bands: [4, 0, 4], jobs: [[8, 1, 2]], expected: ["2 b x4"] },
    // a 0.5 + 0.4625 = 0.9625, b 0.4762 + 0.4875 = 0.9637, but c holds 16: 0.5 + 0.4875.
    { name: "a market that holds more", bands: [1, 0, 0], jobs: [[16, 1, 2]], expected: ["1 c x16"] },
    // Only c holds 10 vCPUs; the small jobs fill it up.
    {
      name: "what holds the largest",
      bands: [0, 0, 4],
      jobs: [
        [1, 10, 10],
        [6, 1, 2],
      ],
      expected: ["1 c x7"],
    },
    // a of an unknown band: 0.5 + 0.4375 = 0.9375; b of band 1: 0.4762 + 0.4625 = 0.9387.
    { name: "a market that is not listed", bands: [-1, 1, 4], jobs: [[4, 1, 2]], expected: ["1 b x4"] },
  ] as const)("buys $name: $expected", ({ bands, jobs, expected }) => {
    expect(inWords(planFor("elastigroup", { types: TYPES, jobs, market: "spot", bands }))).toEqual(expected);
  });

  it("looks at the price alone on-demand, where nothing is interrupted", () => {
    expect(inWords(planFor("elastigroup", { types: TYPES, jobs: [[4, 1, 2]], bands: [4, 0, 0] }))).toEqual(["1 a x4"]);
  });
});
