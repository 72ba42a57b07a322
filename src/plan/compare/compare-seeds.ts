// The strategies and baselines of a scenario on several seeds: the same trace, and on each seed the same boots, prices,
// capacity and interruptions for every one of them.

import { LowestPrices } from "../../metrics/floor.js";
import type { Floor, RunSummary } from "../../model/run-result.js";
import type { ComparedRun, SeedComparison } from "../../model/seed-comparison.js";
import type { LoadedReplay } from "../../run/load-replay.js";
import { floorsOf, planRuns, summarisePlan, summariseTrace } from "../../run/replay.js";
import { estimate, estimateRatio } from "./estimate.js";

export interface CompareOptions {
  readonly seeds: readonly number[];
  /** Called before each run: its name, how many are done and how many there are. */
  readonly onRun?: (name: string, done: number, total: number) => void;
}

/** Compares on the seeds given; the first strategy is the reference. Throws InputError as a replay does. */
export function compareSeeds(loaded: LoadedReplay, { seeds, onRun }: CompareOptions): SeedComparison {
  const { resolved, trace, header } = loaded;
  const workload = summariseTrace(trace);
  const summaries = summariesBySeed(loaded, seeds, onRun);
  const reference = summaries.values().next().value!;
  return {
    scenario: header.scenario,
    question: header.question,
    productVersion: header.productVersion,
    scenarioHash: header.scenarioHash,
    workloadHash: header.workloadHash,
    jobs: workload.jobs,
    vcpuHours: workload.vcpuHours,
    submitSpanMs: workload.submitSpanMs,
    seeds,
    floorMarket: reference[0]!.floor.market,
    floorMicroUsd: reference[0]!.floor.microUsd,
    reference: reference[0]!.name,
    runs: [...summaries.values()].map((runs) => comparedRun(runs, reference)),
    notes: resolved.notes,
  };
}

/** Per run, in the scenario's order: its summary on each seed. Series and lists are dropped as soon as they are made. */
function summariesBySeed(
  { resolved, trace }: LoadedReplay,
  seeds: readonly number[],
  onRun: CompareOptions["onRun"],
): Map<string, Kept[]> {
  const summaries = new Map<string, Kept[]>();
  let done = 0;
  for (const seed of seeds) {
    const seeded = { ...resolved, scenario: { ...resolved.scenario, seed } };
    const plans = planRuns(seeded, trace);
    const lowest = new LowestPrices();
    const figures = plans.map((plan) => {
      onRun?.(`${plan.label.name}, seed ${seed}`, done++, seeds.length * plans.length);
      return figuresOf(summarisePlan(seeded, trace, plan, lowest));
    });
    const floor = floorsOf(seeded, trace, lowest).at(-1)!;
    for (const run of figures) summaries.set(run.name, [...(summaries.get(run.name) ?? []), { ...run, floor }]);
  }
  return summaries;
}

/** What a comparison needs of a run. */
interface Figures {
  readonly name: string;
  readonly role: RunSummary["role"];
  readonly description: string;
  readonly costMicroUsd: number;
  readonly refundedMicroUsd: number;
  readonly waitMs: RunSummary["waitMs"];
  readonly makespanMs: number;
  readonly reworkVcpuHours: number;
  readonly reworkMicroUsd: number;
  readonly interruptions: number;
  readonly failedJobs: number;
  readonly instancesLaunched: number;
}

/** With the floor at the lowest prices of all runs on its seed. */
interface Kept extends Figures {
  readonly floor: Floor;
}

function figuresOf({ name, role, description, cost, waitMs, makespanMs, spot, jobs, instances }: RunSummary): Figures {
  return {
    name,
    role,
    description,
    costMicroUsd: cost.totalMicroUsd,
    refundedMicroUsd: spot.refundedMicroUsd,
    waitMs,
    makespanMs,
    reworkVcpuHours: spot.reworkVcpuHours,
    reworkMicroUsd: spot.reworkMicroUsd,
    interruptions: spot.interruptions,
    failedJobs: jobs.failed,
    instancesLaunched: instances.launched,
  };
}

function comparedRun(runs: readonly Kept[], reference: readonly Kept[]): ComparedRun {
  const { name, role, description } = runs[0]!;
  const over = (figure: (run: Kept) => number) => estimate(runs.map(figure));
  const toReference = (figure: (run: Kept) => number) => estimateRatio(runs.map(figure), reference.map(figure));
  const cost = (run: Kept) => run.costMicroUsd;
  const waitP95 = (run: Kept) => run.waitMs.p95;
  return {
    name,
    role,
    description,
    costMicroUsd: over(cost),
    costToReference: toReference(cost),
    aboveFloor: over(aboveFloor),
    waitMeanMs: over((run) => run.waitMs.mean),
    waitP50Ms: over((run) => run.waitMs.p50),
    waitP95Ms: over(waitP95),
    waitP95ToReference: toReference(waitP95),
    makespanMs: over((run) => run.makespanMs),
    reworkVcpuHours: over((run) => run.reworkVcpuHours),
    reworkMicroUsd: over((run) => run.reworkMicroUsd),
    interruptions: over((run) => run.interruptions),
    failedJobs: over((run) => run.failedJobs),
    instancesLaunched: over((run) => run.instancesLaunched),
  };
}

/** Hours that EC2 gave back were worth what the floor counts for them. */
function aboveFloor({ costMicroUsd, refundedMicroUsd, floor }: Kept): number {
  return floor.microUsd === 0 ? 0 : (costMicroUsd + refundedMicroUsd) / floor.microUsd - 1;
}
