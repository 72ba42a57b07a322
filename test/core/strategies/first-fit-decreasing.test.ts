// First-fit decreasing, as tables with hand arithmetic and against the textbook: one job at a time.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { holds, roomBeside, withJobs } from "../../../src/core/provisioning/load.js";
import type { Shape } from "../../../src/model/job.js";
import { fewTypes, inWords, type Planned, planFor, someJobs, type TypeSketch } from "./planning.js";

/** a 4 vCPUs 8 GiB 0.20, b 8 vCPUs 32 GiB 0.50, c 16 vCPUs 64 GiB 0.90. */
const TYPES: TypeSketch[] = [
  [4, 8, 0.2],
  [8, 32, 0.5],
  [16, 64, 0.9],
];

describe("first-fit decreasing", () => {
  it.each([
    // a is the cheapest type that holds 2 vCPUs and 4 GiB, and holds two of them.
    { name: "jobs that fit the cheapest type", jobs: [[5, 2, 4]], expected: ["2 a x2", "1 a x1"] },
    // 8 GiB of 64 is an eighth, 6 vCPUs of 16 are three eighths: the second is larger. It needs b, which has 2 vCPUs and 26 GiB
    // left: two of the first, which need 1 vCPU and 8 GiB each. The third goes onto an a of its own.
    {
      name: "small jobs beside a large one",
      jobs: [
        [3, 1, 8],
        [1, 6, 6],
      ],
      expected: ["1 b x3", "1 a x1"],
    },
    // 48 GiB are the largest share (3/4), whatever the vCPUs; only c holds them, 8 vCPUs of which are left for the other.
    {
      name: "a job short of memory",
      jobs: [
        [1, 8, 8],
        [1, 1, 48],
      ],
      expected: ["1 c x2"],
    },
    { name: "nothing", jobs: [], expected: [] },
    { name: "a job that nothing holds", jobs: [[1, 32, 8]], expected: [] },
  ] as const)("plans for $name: $expected", ({ jobs, expected }) => {
    expect(inWords(planFor("first-fit-decreasing", { types: TYPES, jobs }))).toEqual(expected);
  });

  it("goes to the next type when the cheapest one is too large for what maxvCpus leaves", () => {
    // Job of 1 vCPU and 1 GiB; the cheap type has 8 vCPUs, 6 are left.
    const types: TypeSketch[] = [
      [8, 16, 0.1],
      [4, 8, 0.2],
    ];
    const story = { types, jobs: [[9, 1, 1]] as const, limits: { vcpuMilli: 6_000 } };
    const planned = planFor("first-fit-decreasing", story);
    expect(inWords(planned)).toEqual(["1 b x4"]);
    expect([...planned.after]).toEqual([5]);
  });

  it("plans what one job at a time gives", () => {
    fc.assert(
      fc.property(fewTypes, someJobs, (types, jobs) => {
        const planned = planFor("first-fit-decreasing", { types, jobs });
        const nodes = planned.launches.flatMap(({ candidate, copies, jobsPerCopy }) =>
          new Array<string>(copies).fill(`${candidate.instanceType} x${jobsPerCopy}`),
        );
        expect(nodes).toEqual(oneByOne(planned));
      }),
    );
  });
});

function oneByOne({ shapes, before, candidates }: Planned): string[] {
  const most = (amount: (shape: Shape) => number) => Math.max(...candidates.map(amount));
  const size = (shape: Shape) =>
    Math.max(
      shape.vcpuMilli / most(({ vcpuMilli }) => vcpuMilli),
      shape.memoryMib / most(({ memoryMib }) => memoryMib),
    );
  const nodes: { candidate: (typeof candidates)[number]; load: ReturnType<typeof withJobs> }[] = [];
  const order = [...shapes.keys()].sort((a, b) => size(shapes[b]!) - size(shapes[a]!) || a - b);
  for (const index of order) {
    const shape = shapes[index]!;
    const alone = withJobs({ vcpuMilli: 0, memoryMib: 0, gpuMilli: 0, jobs: 0, worthMicroUsdPerHour: 0 }, shape, 1, 0);
    for (let job = 0; job < before[index]!; job++) {
      const node = nodes.find(({ load, candidate }) => roomBeside(load, shape, candidate) >= 1);
      const candidate = candidates.find((type) => holds(type, alone));
      if (node !== undefined) node.load = withJobs(node.load, shape, 1, 0);
      else if (candidate !== undefined) nodes.push({ candidate, load: alone });
    }
  }
  return nodes.map(({ candidate, load }) => `${candidate.instanceType} x${load.jobs}`);
}
