// What every policy must keep to, whatever waits: the limits, what an instance holds, and the account of jobs.

import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { holds, type Load } from "../../../src/core/provisioning/load.js";
import type { CoveringSolver } from "../../../src/model/covering-solver.js";
import { loadHighsSolver } from "../../../src/run/solver/highs.js";
import { fewTypes, planFor, someJobs } from "./planning.js";

const POLICIES = ["first-fit-decreasing", "karpenter", "cluster-autoscaler", "elastigroup", "optimum"] as const;

let solver: CoveringSolver;
beforeAll(async () => {
  solver = await loadHighsSolver();
});

describe.each(POLICIES)("%s", (policy) => {
  const limits = fc.record({
    fleetVcpuMilli: fc.constant(0),
    vcpuMilli: fc.integer({ min: 0, max: 60_000 }),
    launches: fc.integer({ min: 0, max: 6 }),
  });
  const runs = { numRuns: 60 };

  it("keeps to maxvCpus, whichever type answers, and to the pace", () => {
    fc.assert(
      fc.property(fewTypes, someJobs, limits, (types, jobs, given) => {
        const { launches } = planFor(policy, { types, jobs, limits: given, solver });
        const largest = launches.map(({ candidate, alternatives = [], copies }) => {
          return copies * Math.max(candidate.vcpuMilli, ...alternatives.map(({ vcpuMilli }) => vcpuMilli));
        });
        expect(largest.reduce((sum, vcpuMilli) => sum + vcpuMilli, 0)).toBeLessThanOrEqual(given.vcpuMilli);
        expect(launches.reduce((sum, { copies }) => sum + copies, 0)).toBeLessThanOrEqual(given.launches);
      }),
      runs,
    );
  });

  it("plans instances that hold their jobs, and takes just these off the demand", () => {
    fc.assert(
      fc.property(fewTypes, someJobs, limits, (types, jobs, given) => {
        const { launches, before, after } = planFor(policy, { types, jobs, limits: given, solver });
        let planned = 0;
        for (const { candidate, alternatives = [], copies, jobsPerCopy, need } of launches) {
          expect(copies).toBeGreaterThan(0);
          expect(jobsPerCopy).toBeGreaterThan(0);
          if (need !== undefined) {
            const load = { jobs: jobsPerCopy, worthMicroUsdPerHour: 0, ...need } satisfies Load;
            for (const type of [candidate, ...alternatives]) expect(holds(type, load)).toBe(true);
          }
          planned += copies * jobsPerCopy;
        }
        const waiting = (demand: Int32Array) => demand.reduce((sum, count) => sum + count, 0);
        expect(waiting(after)).toBe(waiting(before) - planned);
        expect(Math.min(0, ...after)).toBe(0);
      }),
      runs,
    );
  });

  it("plans the same again", () => {
    fc.assert(
      fc.property(fewTypes, someJobs, limits, (types, jobs, given) => {
        const once = planFor(policy, { types, jobs, limits: given, solver });
        const again = planFor(policy, { types, jobs, limits: given, solver });
        expect(again.launches).toEqual(once.launches);
      }),
      { numRuns: 20 },
    );
  });
});
