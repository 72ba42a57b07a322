// A replay: every strategy and baseline on the same trace, world and seed, then the result. Pure, without files or clock, so
// that the very same code runs under Node and in a browser and gives the same bytes.

import { errorIssue, InputError } from "../base/issues.js";
import type { Ledger } from "../ledger/ledger.js";
import { costFloor, demandOf } from "../metrics/floor.js";
import { type RunLabel, summariseRun, summariseWorkload } from "../metrics/summary.js";
import type { ComputeEnvironment } from "../model/environment.js";
import type { IngestReport } from "../model/ingest.js";
import type { Market } from "../model/instance-type.js";
import type { Workload } from "../model/job.js";
import type { Strategy } from "../model/policy.js";
import type { Profiles } from "../model/profile.js";
import {
  type Floor,
  RESULT_FORMAT_VERSION,
  type ResultFile,
  type ResultHeader,
  type RunSummary,
} from "../model/run-result.js";
import type { BaselineName } from "../scenario/scenario.js";
import { simulate } from "../sim/simulate.js";
import { fixedFleetsAt, type SizingInstants, sizingInstants } from "./fixed-fleet.js";
import { type ResolvedScenario, tablesFor, toStrategy } from "./tables.js";

export interface ReplayTrace {
  readonly workload: Workload;
  readonly profiles: Profiles;
  readonly report: IngestReport;
}

export interface ReplayHooks {
  /** Called before each run with its name, how many are done and how many there are. */
  readonly onRun?: (name: string, done: number, total: number) => void;
  /** Called with the ledger of each finished run. */
  readonly onLedger?: (name: string, ledger: Ledger) => void;
}

/** What one run needs beyond what all runs share. */
export interface RunPlan {
  readonly label: RunLabel;
  readonly environments: readonly ComputeEnvironment[];
  readonly strategy: Strategy;
}

/** Replays a resolved scenario. Throws InputError when jobs remain that nothing can ever place. */
export function replay(
  resolved: ResolvedScenario,
  trace: ReplayTrace,
  header: ResultHeader,
  hooks: ReplayHooks = {},
): ResultFile {
  const { workload, profiles } = trace;
  const floors = computeFloors(resolved, workload, profiles);
  const plans = planRuns(resolved, trace);
  const runs = plans.map((plan, index): RunSummary => {
    hooks.onRun?.(plan.label.name, index, plans.length);
    const ledger = runPlan(resolved, trace, plan);
    hooks.onLedger?.(plan.label.name, ledger);
    return summariseRun(plan.label, ledger, workload, resolved.billing, resolved.priceShares);
  });
  return {
    formatVersion: RESULT_FORMAT_VERSION,
    header,
    trace: trace.report,
    workload: summariseWorkload(workload, profiles),
    notes: resolved.notes,
    floors,
    runs,
  };
}

/** Simulates one planned run. */
export function runPlan(resolved: ResolvedScenario, trace: ReplayTrace, plan: RunPlan): Ledger {
  const { workload, profiles } = trace;
  const outcome = simulate({
    tables: tablesFor(resolved, plan.environments, workload, plan.strategy),
    workload,
    profiles,
    world: resolved.scenario.world,
    seed: resolved.scenario.seed,
  });
  if (outcome.stuckJobs > 0) {
    throw new InputError([
      errorIssue("jobs-stuck", `${outcome.stuckJobs} jobs could never be placed under "${plan.label.name}"`, {
        hint: "capacity kept for minvCpus may leave too little of maxvCpus for larger jobs: raise maxvCpus",
      }),
    ]);
  }
  return outcome.ledger;
}

/** The floor per market on which anything is on sale. */
function computeFloors(resolved: ResolvedScenario, workload: Workload, profiles: Profiles): Floor[] {
  const demand = demandOf(workload, profiles);
  return (["on-demand", "spot"] as const satisfies readonly Market[])
    .filter((market) => resolved.floorPools[market].length > 0)
    .map((market) =>
      costFloor(demand, resolved.floorPools[market], resolved.instanceTypes, resolved.overheadMicroUsdPerHour, market),
    );
}

/** The runs of a scenario: its strategies, then its baselines, which are the first strategy with one thing changed. */
export function planRuns(resolved: ResolvedScenario, trace: ReplayTrace): RunPlan[] {
  const { scenario } = resolved;
  const strategies = scenario.strategies.map(
    (spec): RunPlan => ({
      label: { name: spec.name, role: "strategy", description: describeStrategy(toStrategy(scenario, spec)) },
      environments: resolved.environments,
      strategy: toStrategy(scenario, spec),
    }),
  );
  const first = strategies[0]!.strategy;
  let instants: SizingInstants | undefined;
  const fixedFleet = (at: keyof SizingInstants) => {
    const { workload, profiles } = trace;
    instants ??= sizingInstants(workload, profiles);
    const tables = tablesFor(resolved, resolved.onDemandEnvironments.map(elastic), workload, first);
    return fixedFleetsAt(instants[at], tables, workload, profiles);
  };
  const baselines: Record<BaselineName, () => Omit<RunPlan, "label"> & { description: string }> = {
    "on-demand": () => ({
      description: `As ${first.name}, on on-demand instances only`,
      environments: resolved.onDemandEnvironments,
      strategy: first,
    }),
    "fixed-peak": () => ({
      description: "A fixed on-demand fleet sized to the peak of demand, knowing all run times",
      environments: fixedFleet("peaksMs"),
      strategy: first,
    }),
    "fixed-p95": () => ({
      description: "A fixed on-demand fleet sized to the 95th percentile of demand, knowing all run times",
      environments: fixedFleet("p95sMs"),
      strategy: first,
    }),
    "job-per-instance": () => ({
      description: "One on-demand instance per job, the cheapest that holds it, ended with the job",
      environments: resolved.onDemandEnvironments,
      strategy: { ...first, provisioning: "job-per-instance", scaleDown: { idleDelayMs: 0, maxShare: 1 } },
    }),
  };
  return [
    ...strategies,
    ...scenario.baselines.map((name): RunPlan => {
      const { description, ...plan } = baselines[name]();
      return { ...plan, label: { name, role: "baseline", description } };
    }),
  ];
}

/** A fixed fleet is sized from what its types cost, not from its counts. */
function elastic(environment: ComputeEnvironment): ComputeEnvironment {
  return { ...environment, fixedFleet: null };
}

function describeStrategy(strategy: Strategy): string {
  return `${strategy.provisioning} provisioning, ${strategy.placement} placement, ${strategy.queueDiscipline} queue`;
}
