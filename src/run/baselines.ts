// The baselines of a scenario: what its user has today, and the first strategy with one thing changed.

import type { RunLabel } from "../metrics/summary.js";
import type { ComputeEnvironment } from "../model/environment.js";
import type { Workload } from "../model/job.js";
import { PLAIN_SCALE_DOWN, type Strategy } from "../model/policy.js";
import type { Profiles } from "../model/profile.js";
import type { BaselineName } from "../scenario/scenario.js";
import { STRATEGY_PRESETS } from "../scenario/strategy-presets.js";
import { fixedFleetsAt, type SizingInstants, sizingInstants } from "./fixed-fleet.js";
import { type ResolvedScenario, tablesFor, toStrategy } from "./tables.js";

/** What one run needs beyond what all runs share. */
export interface RunPlan {
  readonly label: RunLabel;
  readonly environments: readonly ComputeEnvironment[];
  readonly strategy: Strategy;
}

/** Baselines that need environments whose instances somebody chooses. */
const ABOUT_INSTANCES: readonly BaselineName[] = ["fixed-peak", "fixed-p95", "job-per-instance"];

export interface ChosenBaselines {
  readonly names: readonly BaselineName[];
  /** Sentences about those that are left out. */
  readonly notes: readonly string[];
}

/** The scenario's baselines without those that make no sense for its compute environments. */
export function chooseBaselines({ scenario }: ResolvedScenario): ChosenBaselines {
  const { baselines, computeEnvironments } = scenario;
  const isMachine = computeEnvironments.map(({ fixedFleet }) => fixedFleet?.kind === "processors");
  const isFargate = computeEnvironments.map(({ type }) => type === "FARGATE" || type === "FARGATE_SPOT");
  if (isMachine.every(Boolean))
    return leftOut(baselines, baselines, "there is nothing to buy for a machine of processors");
  if (computeEnvironments.some((_, index) => !isMachine[index] && !isFargate[index])) {
    return { names: baselines, notes: [] };
  }
  return leftOut(baselines, ABOUT_INSTANCES, "nobody chooses instances on Fargate");
}

function leftOut(baselines: readonly BaselineName[], unfit: readonly BaselineName[], reason: string): ChosenBaselines {
  const left = baselines.filter((name) => unfit.includes(name));
  return {
    names: baselines.filter((name) => !unfit.includes(name)),
    notes: left.length === 0 ? [] : [`Not run: ${left.join(", ")}: ${reason}.`],
  };
}

/** The runs of the chosen baselines. `first` is the scenario's first strategy. */
export function planBaselines(
  resolved: ResolvedScenario,
  workload: Workload,
  profiles: Profiles,
  first: Strategy,
): RunPlan[] {
  let instants: SizingInstants | undefined;
  const fixedFleet = (at: keyof SizingInstants) => {
    instants ??= sizingInstants(workload, profiles);
    // What is there for good needs no spares.
    const tables = tablesFor(resolved, elasticEnvironments(resolved), workload, { ...first, spareLaunches: 0 });
    return fixedFleetsAt(instants[at], tables, workload, profiles);
  };
  const baselines: Record<BaselineName, () => Omit<RunPlan, "label"> & { description: string }> = {
    "aws-batch-managed": () => ({
      description: "AWS Batch with the compute environments and job queues as they are",
      environments: resolved.environments,
      strategy: toStrategy(resolved.scenario, {
        name: "aws-batch-managed",
        ...STRATEGY_PRESETS["aws-batch-managed"],
      }),
    }),
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
      environments: resolved.onDemandEnvironments.map((environment) => ({ ...environment, idleDelayAfterJobMs: 0 })),
      strategy: { ...first, provisioning: "job-per-instance", scaleDown: { ...PLAIN_SCALE_DOWN, idleDelayMs: 0 } },
    }),
  };
  return chooseBaselines(resolved).names.map((name): RunPlan => {
    const { description, ...plan } = baselines[name]();
    return { ...plan, label: { name, role: "baseline", description } };
  });
}

/** A fixed fleet is sized from what its types cost, not from its counts; a machine of processors stays what it is. */
function elasticEnvironments({ scenario, onDemandEnvironments }: ResolvedScenario): ComputeEnvironment[] {
  return onDemandEnvironments.map((environment, index) =>
    scenario.computeEnvironments[index]!.fixedFleet?.kind === "processors"
      ? environment
      : { ...environment, fixedFleet: null },
  );
}
