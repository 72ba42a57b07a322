// cluster-autoscaler: which node group each expander takes, by hand, and that it takes one at a time.
//
// a 4 vCPUs 8 GiB 0.20, b 4 vCPUs 32 GiB 0.30, c 16 vCPUs 64 GiB 0.80.

import { describe, expect, it } from "vitest";
import type { Expander } from "../../../src/model/policy.js";
import { simulate } from "../../../src/sim/simulate.js";
import { instanceType, job, jobs, pool, s, shape, simulationInput, world } from "../../builders.js";
import { launchesOf } from "../../ledger/read-ledger.js";
import { inWords, type JobsSketch, planFor, type TypeSketch } from "./planning.js";

const TYPES: TypeSketch[] = [
  [4, 8, 0.2],
  [4, 32, 0.3],
  [16, 64, 0.8],
];
/** Six jobs of 2 vCPUs and 4 GiB, and one of 2 vCPUs and 20 GiB. */
const JOBS: JobsSketch[] = [
  [6, 2, 4],
  [1, 2, 20],
];

const plan = (expander: Expander, more: object = {}) =>
  inWords(planFor("cluster-autoscaler", { types: TYPES, jobs: JOBS, expander, ...more }));

describe("cluster-autoscaler", () => {
  it.each([
    // a takes the six small ones on 3 nodes and wastes nothing. b and c take all seven, 14 vCPUs and 44 GiB: b on 4 nodes of
    // 16 vCPUs and 128 GiB wastes 2/16 + 84/128, c on one node 2/16 + 20/64.
    { expander: "least-waste", expected: ["3 a x2"] },
    { expander: "least-nodes", expected: ["1 c x7"] },
    // The order of the types as they are listed: a first.
    { expander: "priority", expected: ["3 a x2"] },
    // A small job is worth 0.10 (two on a, eight on c), the large one 0.80 / 3 (three on c), the stabilising one 0.20 / 8. In an
    // empty cluster 1 vCPU is preferred: a and b are unfit by 4, c by 16, suppressed by the number of nodes.
    // a (3 x (1 - tanh(2/15)) + 1) x 0.625 / 0.625 = 3.60, b (3 x (1 - tanh(3/15)) + 1) x 1.225 / 0.892 = 4.68,
    // c 16 x 0.825 / 0.892 = 14.8.
    { expander: "price", expected: ["3 a x2"] },
  ] as const)("$expander: $expected", ({ expander, expected }) => {
    expect(plan(expander)).toEqual(expected);
  });

  it("takes a group that serves the most jobs, drawing among equals", () => {
    // b and c serve all seven.
    const drawn = Array.from({ length: 40 }, (_, i) =>
      plan("most-pods", { limits: { fleetVcpuMilli: 1000 * i } }).at(-1),
    );
    expect(new Set(drawn)).toEqual(new Set(["1 b x1", "1 c x7"]));
  });

  it("follows the order of the user's list", () => {
    expect(plan("priority", { order: [1, 2, 0] })).toEqual(["1 c x7"]);
  });

  it("draws among all groups that help, the same for the same decision", () => {
    const drawn = Array.from(
      { length: 40 },
      (_, i) =>
        plan("random", { limits: { fleetVcpuMilli: 1000 * i } })
          .join()
          .replace(/[^abc]/g, "")[0]!,
    );
    expect(new Set(drawn)).toEqual(new Set(["a", "b", "c"]));
    expect(plan("random")).toEqual(plan("random"));
  });

  it("shuns GPUs that the jobs do not need", () => {
    const types: TypeSketch[] = [
      [4, 8, 0.01, 1],
      [4, 8, 0.2],
    ];
    const jobsAsking: JobsSketch[] = [[2, 2, 4]];
    expect(inWords(planFor("cluster-autoscaler", { types, jobs: jobsAsking, expander: "price" }))).toEqual(["1 b x2"]);
  });

  it("leaves the rest to the next point of the decision grid", () => {
    // The jobs of 20 GiB fit b alone, which wastes less for them than a does for the others; a comes 15 s later.
    const types = [instanceType("a", 4, 8), instanceType("b", 4, 32)];
    const { ledger } = simulate(
      simulationInput({
        types,
        pools: [pool(0, 0.2), pool(1, 0.3)],
        jobs: [...jobs(2, job(0, s(600), shape(4, 8))), ...jobs(1, job(0, s(600), shape(4, 30)))],
        world: world({ pending: s(20), boot: s(100) }),
        strategy: { provisioning: "cluster-autoscaler", decisionIntervalMs: s(15) },
      }),
    );
    const launches = launchesOf(ledger).map(({ timeMs, copies, pool: bought }) => [timeMs, copies, bought]);
    expect(launches).toEqual([
      [0, 2, 0],
      [s(15), 1, 1],
    ]);
  });
});
