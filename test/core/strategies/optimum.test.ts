// The optimum: small plans against all plans there are, larger ones against the bound and against best fit.

import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { prepareCandidates } from "../../../src/core/provisioning/live-candidates.js";
import { optimise } from "../../../src/core/provisioning/optimum.js";
import { PackingProblem } from "../../../src/core/provisioning/packing-problem.js";
import type { CoveringSolver } from "../../../src/model/covering-solver.js";
import { loadHighsSolver } from "../../../src/run/solver/highs.js";
import { cheapestPlan } from "./brute-force.js";
import {
  fewTypes,
  inWords,
  type JobsSketch,
  PLENTY,
  type PlanStory,
  planFor,
  someJobs,
  type TypeSketch,
  usdPerHour,
} from "./planning.js";

let solver: CoveringSolver;
beforeAll(async () => {
  solver = await loadHighsSolver();
});

const optimum = (story: PlanStory) => planFor("optimum", { ...story, solver });

/** A plan without launch limits, and the bound that goes with it; USD per hour. */
function boundOf(story: PlanStory, by: CoveringSolver = solver) {
  const { tables, before } = optimum(story);
  const candidates = prepareCandidates(tables.environments[0]!, tables);
  const { packing, bound } = optimise(new PackingProblem(candidates, tables.shapes, before, PLENTY), by);
  return { cost: packing.cost / 1e6, bound: bound / 1e6 };
}

/** a 4 vCPUs 8 GiB 0.20, b 4 vCPUs 32 GiB 0.30, c 8 vCPUs 24 GiB 0.35. */
const TYPES: TypeSketch[] = [
  [4, 8, 0.2],
  [4, 32, 0.3],
  [8, 24, 0.35],
];

const fewJobs: fc.Arbitrary<JobsSketch[]> = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 8 })),
  { minLength: 1, maxLength: 3 },
);

describe("the optimum", () => {
  it("mixes jobs that need different things", () => {
    // 4 vCPUs 4 GiB and 4 vCPUs 20 GiB: together a c at 0.35; apart a and b, 0.50.
    const planned = optimum({
      types: TYPES,
      jobs: [
        [3, 4, 4],
        [3, 4, 20],
      ],
    });
    expect(inWords(planned)).toEqual(["3 c x2"]);
    expect(planned.launches[0]!.gap).toBeCloseTo(0, 6);
    expect(planned.launches[0]!.priceOverWorth).toBeCloseTo(0.35 / (0.175 + 0.3), 6);
  });

  it("costs the least there is for a few jobs", () => {
    fc.assert(
      fc.property(fewTypes, fewJobs, (types, jobs) => {
        const planned = optimum({ types, jobs });
        expect(usdPerHour(planned)).toBeCloseTo(cheapestPlan(planned) / 1e6, 9);
      }),
      { numRuns: 100 },
    );
  });

  it("never costs less than its bound, nor more than best fit's covering", () => {
    fc.assert(
      fc.property(fewTypes, someJobs, (types, jobs) => {
        const story = { types, jobs };
        const { cost, bound } = boundOf(story);
        expect(cost).toBeGreaterThanOrEqual(bound * (1 - 1e-6));
        const { cost: greedy } = boundOf(story, NO_SOLVER);
        expect(cost).toBeLessThanOrEqual(greedy * (1 + 1e-12));
      }),
      { numRuns: 60 },
    );
  });

  it("comes near the bound where there are many jobs", () => {
    // 3,000 jobs of 30 kinds from 0.5 to 8 vCPUs, 1 to 8 GiB per vCPU; c, m and r in four sizes at the usual proportions.
    const types = [4, 8, 16, 32].flatMap((vcpus): TypeSketch[] => [
      [vcpus, 2 * vcpus, 0.0425 * vcpus],
      [vcpus, 4 * vcpus, 0.048 * vcpus],
      [vcpus, 8 * vcpus, 0.063 * vcpus],
    ]);
    const jobs = Array.from({ length: 30 }, (_, i): JobsSketch => {
      const vcpus = 2 ** ((i % 5) - 1);
      return [100, vcpus, Math.ceil(vcpus * (1 + (i * 7) / 30))];
    });
    const { cost, bound } = boundOf({ types, jobs });
    expect(cost).toBeLessThanOrEqual(bound * 1.02);
    expect(cost).toBeLessThan(boundOf({ types, jobs }, NO_SOLVER).cost);
  });

  it("buys the best part of the plan where the limits are tight, then what else fits", () => {
    // 10 vCPUs: one c (8) of the plan's three; no type has 2 vCPUs. 12 vCPUs: b for a large job (0.30 for 0.30) beats a for a
    // small one (0.20 for 0.175).
    const jobs: JobsSketch[] = [
      [3, 4, 4],
      [3, 4, 20],
    ];
    expect(inWords(optimum({ types: TYPES, jobs, limits: { vcpuMilli: 10_000 } }))).toEqual(["1 c x2"]);
    expect(inWords(optimum({ types: TYPES, jobs, limits: { vcpuMilli: 12_000 } }))).toEqual(["1 c x2", "1 b x1"]);
    expect(inWords(optimum({ types: TYPES, jobs, limits: { launches: 2 } }))).toEqual(["2 c x2"]);
  });

  it("falls back to best fit's covering, and shows no gap, when the solver gives up", () => {
    const planned = planFor("optimum", { types: TYPES, jobs: [[8, 1, 2]], solver: NO_SOLVER });
    expect(inWords(planned)).toEqual(["1 c x8"]);
    expect(planned.launches[0]!.gap).toBeUndefined();
  });
});

/** Solves nothing. */
const NO_SOLVER: CoveringSolver = {
  open: () => ({ addColumns: () => {}, relax: () => null, close: () => {} }),
  solveWhole: () => null,
};
