// Karpenter's planning, as tables and against a plain account of its algorithm: one job at a time, every node on its own.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Candidate } from "../../../src/core/provisioning/candidates.js";
import { fewTypes, inWords, type Planned, planFor, someJobs, type TypeSketch } from "./planning.js";

/** a 2 vCPUs 4 GiB 0.10, b 4 vCPUs 8 GiB 0.19, c 4 vCPUs 32 GiB 0.30, d 8 vCPUs 16 GiB 0.40. */
const TYPES: TypeSketch[] = [
  [2, 4, 0.1],
  [4, 8, 0.19],
  [4, 32, 0.3],
  [8, 16, 0.4],
];

describe("Karpenter", () => {
  it.each([
    // Nodes grow until the largest type, d, is full: eight jobs. The rest of three needs 3 vCPUs: b is the cheapest.
    { name: "jobs of one kind", jobs: [[11, 1, 1]], expected: ["1 d x8", "1 b x3"] },
    // 20 GiB only fit c: the set is {c} at once, and takes the small jobs as long as it has vCPUs; the others fill a d.
    {
      name: "a set that narrows",
      jobs: [
        [1, 2, 20],
        [4, 1, 1],
      ],
      expected: ["1 c x3", "1 a x2"],
    },
    // Large jobs open nodes of 1 and 1 job; the small ones go to the nodes in turn.
    {
      name: "fewest jobs first",
      jobs: [
        [2, 6, 2],
        [2, 1, 1],
      ],
      expected: ["2 d x2"],
    },
  ] as const)("plans for $name: $expected", ({ jobs, expected }) => {
    expect(inWords(planFor("karpenter", { types: TYPES, jobs }))).toEqual(expected);
  });

  it("lets the other types of the set answer, by price", () => {
    const { launches, tables } = planFor("karpenter", { types: TYPES, jobs: [[1, 3, 4]] });
    const names = launches[0]!.alternatives!.map(({ instanceType }) => tables.instanceTypes[instanceType]!.name);
    expect(names).toEqual(["c", "d"]);
    expect(launches[0]!.runnerUp!.candidate.instanceType).toBe(2);
  });

  it("hands on 60 types at the most", () => {
    const types = Array.from({ length: 80 }, (_, i): TypeSketch => [2, 4, 0.1 + i / 100]);
    const { launches } = planFor("karpenter", { types, jobs: [[1, 1, 1]] });
    expect(launches[0]!.alternatives).toHaveLength(59);
  });

  it("counts the largest type that may answer against maxvCpus", () => {
    // 12 vCPUs are left. The first node may become a d (8): it is filled up to that. Then 4 are left: no d any more, b is full.
    const planned = planFor("karpenter", { types: TYPES, jobs: [[20, 1, 1]], limits: { vcpuMilli: 12_000 } });
    expect(inWords(planned)).toEqual(["1 d x8", "1 b x4"]);
    expect([...planned.after]).toEqual([8]);
  });

  it("plans what one job at a time gives", () => {
    fc.assert(
      fc.property(fewTypes, someJobs, fc.integer({ min: 4, max: 200 }), (types, jobs, vcpus) => {
        const planned = planFor("karpenter", { types, jobs, limits: { vcpuMilli: 1000 * vcpus } });
        const nodes = planned.launches.flatMap(({ copies, jobsPerCopy, candidate, alternatives }) =>
          new Array<string>(copies).fill(
            `${jobsPerCopy} on ${[candidate, ...alternatives!].map(({ instanceType }) => instanceType)}`,
          ),
        );
        expect(nodes).toEqual(oneByOne(planned, 1000 * vcpus));
      }),
      { numRuns: 300 },
    );
  });
});

function oneByOne({ shapes, before, candidates }: Planned, vcpuMilli: number): string[] {
  const nodes: { types: readonly Candidate[]; jobs: number; vcpuMilli: number; memoryMib: number }[] = [];
  const order = [...shapes.keys()].sort(
    (a, b) => shapes[b]!.vcpuMilli - shapes[a]!.vcpuMilli || shapes[b]!.memoryMib - shapes[a]!.memoryMib || a - b,
  );
  let left = vcpuMilli;
  for (const index of order) {
    const shape = shapes[index]!;
    for (let job = 0; job < before[index]!; job++) {
      const add = (node: (typeof nodes)[number]) => {
        const load = { vcpuMilli: node.vcpuMilli + shape.vcpuMilli, memoryMib: node.memoryMib + shape.memoryMib };
        const types = node.types.filter((type) => type.vcpuMilli >= load.vcpuMilli && type.memoryMib >= load.memoryMib);
        if (types.length > 0) Object.assign(node, { ...load, types, jobs: node.jobs + 1 });
        return types.length > 0;
      };
      if ([...nodes].sort((a, b) => a.jobs - b.jobs).some(add)) continue;
      const fresh = { types: candidates.filter((type) => type.vcpuMilli <= left), jobs: 0, vcpuMilli: 0, memoryMib: 0 };
      if (!add(fresh)) continue;
      nodes.push(fresh);
      left -= Math.max(...fresh.types.map((type) => type.vcpuMilli));
    }
  }
  return nodes.map(({ jobs, types }) => `${jobs} on ${types.map(({ instanceType }) => instanceType)}`);
}
