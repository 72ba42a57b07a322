// What one policy plans for jobs that wait, without a run around it.

import fc from "fast-check";
import { makeProvisioner } from "../../../src/core/policies.js";
import type { Candidate } from "../../../src/core/provisioning/candidates.js";
import { prepareCandidates } from "../../../src/core/provisioning/live-candidates.js";
import type { LaunchLimits, PlannedLaunch } from "../../../src/core/provisioning/plan.js";
import type { CoveringSolver } from "../../../src/model/covering-solver.js";
import type { Shape } from "../../../src/model/job.js";
import type { Expander, ProvisioningPolicy } from "../../../src/model/policy.js";
import type { SystemTables } from "../../../src/model/tables.js";
import { environment, instanceType, job, pool, shape, simulationInput } from "../../builders.js";

/** vCPUs, GiB and USD per hour of a type. */
export type TypeSketch = readonly [vcpus: number, gib: number, usd: number, gpus?: number];
/** How many jobs of so many vCPUs and GiB. */
export type JobsSketch = readonly [count: number, vcpus: number, gib: number, gpus?: number];

export interface PlanStory {
  readonly types: readonly TypeSketch[];
  readonly jobs: readonly JobsSketch[];
  readonly market?: "on-demand" | "spot";
  /** Band of the Spot advisor by type; default: not known. */
  readonly bands?: readonly number[];
  /** Position in instanceTypes by type; default: the order given. */
  readonly order?: readonly number[];
  readonly expander?: Expander;
  readonly limits?: Partial<LaunchLimits>;
  readonly solver?: CoveringSolver;
}

export interface Planned {
  readonly launches: readonly PlannedLaunch[];
  readonly candidates: readonly Candidate[];
  readonly shapes: readonly Shape[];
  /** Jobs by shape, before and after. */
  readonly before: Int32Array;
  readonly after: Int32Array;
  readonly tables: SystemTables;
}

/** No limit that would be felt. */
export const PLENTY: LaunchLimits = { fleetVcpuMilli: 0, vcpuMilli: 1e9, launches: 1e6 };

/** Plans once. */
export function planFor(provisioning: ProvisioningPolicy, story: PlanStory): Planned {
  const { types, jobs, market = "on-demand", bands = [], order } = story;
  const pools = types.map(([, , usd], type) => {
    const made = pool(type, usd, market);
    return bands[type] === undefined ? made : { ...made, interruptionBand: bands[type] };
  });
  const poolOrder = order ?? types.map((_, type) => type);
  const { tables: plain } = simulationInput({
    types: types.map(([vcpus, gib, , gpus], index) => instanceType(String.fromCharCode(97 + index), vcpus, gib, gpus)),
    pools,
    jobs: jobs.map(([, vcpus, gib, gpus]) => job(0, 1, shape(vcpus, gib, gpus))),
    environments: [environment([...pools.keys()], { poolOrder })],
    strategy: { provisioning, expander: story.expander ?? "least-waste" },
  });
  const tables = story.solver === undefined ? plain : { ...plain, solver: story.solver };
  const before = new Int32Array(tables.shapes.length);
  for (const [count, vcpus, gib, gpus] of jobs) {
    const wanted = shape(vcpus, gib, gpus);
    before[tables.shapes.findIndex((known) => JSON.stringify(known) === JSON.stringify(wanted))]! += count;
  }
  const candidates = prepareCandidates(tables.environments[0]!, tables);
  const after = before.slice();
  const provisioner = makeProvisioner(candidates, tables, tables.environments[0]!);
  const launches = provisioner.plan(after, { ...PLENTY, ...story.limits });
  return { launches, candidates: candidates.all, shapes: tables.shapes, before, after, tables };
}

/** Launches in words: copies, type, jobs on each, e.g. "2 a x3". */
export function inWords({ launches, tables }: Planned): string[] {
  return launches.map(
    ({ copies, candidate, jobsPerCopy }) =>
      `${copies} ${tables.instanceTypes[candidate.instanceType]!.name} x${jobsPerCopy}`,
  );
}

/** USD per hour of a plan. */
export function usdPerHour({ launches }: Planned): number {
  return launches.reduce((sum, { copies, candidate }) => sum + copies * candidate.microUsdPerHour, 0) / 1e6;
}

/** A few types of any proportions. */
export const fewTypes: fc.Arbitrary<TypeSketch[]> = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 16 }), fc.integer({ min: 1, max: 32 }), fc.integer({ min: 1, max: 20 })),
  { minLength: 1, maxLength: 5 },
);

/** Up to a few dozen jobs of a few kinds, some of which no type may hold. */
export const someJobs: fc.Arbitrary<JobsSketch[]> = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 18 })),
  { minLength: 1, maxLength: 5 },
);
