// A replay: every strategy and baseline on the same trace, world and seed, then the result. Pure, without files or clock, so
// that the very same code runs under Node and in a browser and gives the same bytes.

import { errorIssue, InputError } from "../base/issues.js";
import { textAt } from "../base/text-column.js";
import type { Ledger } from "../ledger/ledger.js";
import { costFloor, demandOf, LowestPrices } from "../metrics/floor.js";
import { summariseRun, summariseWorkload } from "../metrics/summary.js";
import type { IngestReport } from "../model/ingest.js";
import { type Market, overheadOf, type Pool } from "../model/instance-type.js";
import type { Workload } from "../model/job.js";
import { EndCause, REFUSAL_WORDS, RefusalReason } from "../model/market.js";
import type { Strategy } from "../model/policy.js";
import type { Profiles } from "../model/profile.js";
import {
  type Floor,
  RESULT_FORMAT_VERSION,
  type ResultFile,
  type ResultHeader,
  type RunSummary,
  type WorkloadSummary,
} from "../model/run-result.js";
import { type SimulationInput, simulate } from "../sim/simulate.js";
import { chooseBaselines, planBaselines, type RunPlan } from "./baselines.js";
import { withReasons } from "./longest-waits.js";
import { capNotes } from "./model-notes.js";
import { type ResolvedScenario, tablesFor, toStrategy } from "./tables.js";
import { unmanagedTables } from "./unmanaged-tables.js";

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

/** Replays a resolved scenario. Throws InputError when jobs remain that nothing can ever place. */
export function replay(
  resolved: ResolvedScenario,
  trace: ReplayTrace,
  header: ResultHeader,
  hooks: ReplayHooks = {},
): ResultFile {
  const { workload } = trace;
  const lowest = new LowestPrices();
  const plans = planRuns(resolved, trace);
  const runs = plans.map((plan, index): RunSummary => {
    hooks.onRun?.(plan.label.name, index, plans.length);
    const ledger = runPlan(resolved, trace, plan);
    hooks.onLedger?.(plan.label.name, ledger);
    lowest.add(ledger);
    const summary = summariseRun(plan.label, ledger, workload, resolved.billing, resolved.priceShares);
    return plan.label.role === "strategy" ? withReasons(summary, simulationOf(resolved, trace, plan)) : summary;
  });
  return {
    formatVersion: RESULT_FORMAT_VERSION,
    header,
    trace: trace.report,
    workload: summariseTrace(trace),
    notes: [...resolved.notes, ...chooseBaselines(resolved).notes, ...capNotes(runs)],
    floors: floorsOf(resolved, trace, lowest),
    runs,
  };
}

/** What the simulator takes for one planned run. */
export function simulationOf(resolved: ResolvedScenario, trace: ReplayTrace, plan: RunPlan): SimulationInput {
  const { workload, profiles } = trace;
  const tables = tablesFor(resolved, plan.environments, workload, plan.strategy);
  const { live, world: given } = resolved.scenario;
  const { unmanaged, ...world } = given;
  const input = {
    tables,
    workload,
    profiles,
    world: { ...world, market: resolved.market },
    seed: resolved.scenario.seed,
  };
  // Baselines are what somebody else would do: a managed environment, a fixed fleet.
  if (unmanaged === undefined || plan.label.role !== "strategy") return input;
  const ours = unmanagedTables(tables, unmanaged.placement, live?.caps);
  const caps = live === undefined ? {} : { caps: live.caps };
  return { ...input, tables: ours, world: { ...input.world, unmanaged: { ...unmanaged, ...caps } } };
}

/** One planned run in figures, without a look at why its jobs waited; its prices are added to `lowest`. */
export function summarisePlan(
  resolved: ResolvedScenario,
  trace: ReplayTrace,
  plan: RunPlan,
  lowest: LowestPrices,
): RunSummary {
  const ledger = runPlan(resolved, trace, plan);
  lowest.add(ledger);
  return summariseRun(plan.label, ledger, trace.workload, resolved.billing, resolved.priceShares);
}

/** What the trace asks for. */
export function summariseTrace({ workload, profiles }: ReplayTrace): WorkloadSummary {
  return summariseWorkload(workload, profiles);
}

/** Simulates one planned run. */
export function runPlan(resolved: ResolvedScenario, trace: ReplayTrace, plan: RunPlan): Ledger {
  const { workload } = trace;
  const outcome = simulate(simulationOf(resolved, trace, plan));
  if (outcome.stuckJobs > 0) {
    const examples = outcome.stuckExamples.map((job) => textAt(workload.ids, job)).join(", ");
    const message = `${outcome.stuckJobs} jobs could never be placed under "${plan.label.name}", e.g. ${examples}`;
    throw new InputError([errorIssue("jobs-stuck", message, { hint: whyStuck(outcome.ledger) })]);
  }
  return outcome.ledger;
}

/** What to look at when jobs were never placed. */
function whyStuck({ instances, refusals }: Ledger): string {
  const last = instances.length - 1;
  if (last >= 0 && instances.endCause.data[last] === EndCause.Refused) {
    const refusal = refusals.value.data[refusals.length - 1]!;
    if (refusal === RefusalReason.Capped) {
      return "for a month the caps of the live block let no launch through: raise maxInstances, maxVcpus, maxUsdPerHour or maxUsdPerDay of live.caps, or allow smaller instance types";
    }
    const reason = REFUSAL_WORDS[refusal]!;
    return `for a month EC2 refused every launch, the last one for: ${reason}; allow more instance types, zones or a spot.fallbackAfter, or change world.spot, world.quotas or stress`;
  }
  return "capacity kept for minvCpus may leave too little of maxvCpus for larger jobs: raise maxvCpus; a consumable resource that is used up never comes back";
}

/** The floor per market on which anything is on sale, at the lowest prices of the runs that it is to bound. */
export function floorsOf(
  resolved: ResolvedScenario,
  { workload, profiles }: ReplayTrace,
  lowest = new LowestPrices(),
): Floor[] {
  const demand = demandOf(workload, profiles);
  const { floorPools, instanceTypes, overheadMicroUsdPerHour } = resolved;
  const allIn = (pool: Pool): Pool => {
    const cheapest = lowest.applyTo(pool);
    const overhead = overheadOf(pool, overheadMicroUsdPerHour);
    return { ...cheapest, priceMicroUsdPerHour: cheapest.priceMicroUsdPerHour + overhead };
  };
  return (["on-demand", "spot"] as const satisfies readonly Market[])
    .filter((market) => floorPools[market].length > 0)
    .map((market) => costFloor(demand, floorPools[market].map(allIn), instanceTypes, 0, market));
}

/** The runs of a scenario: its strategies, then its baselines. */
export function planRuns(resolved: ResolvedScenario, trace: ReplayTrace): RunPlan[] {
  const { scenario } = resolved;
  const strategies = scenario.strategies.map((spec): RunPlan => {
    const strategy = toStrategy(scenario, spec);
    return {
      label: { name: spec.name, role: "strategy", description: describeStrategy(strategy) },
      environments: resolved.environments,
      strategy,
    };
  });
  const { workload, profiles } = trace;
  return [...strategies, ...planBaselines(resolved, workload, profiles, strategies[0]!.strategy)];
}

function describeStrategy({ provisioning, placement, queueDiscipline, queueDisciplines }: Strategy): string {
  const queues = Object.entries(queueDisciplines).map(([queue, discipline]) => `, ${discipline} in ${queue}`);
  return `${provisioning} provisioning, ${placement} placement, ${queueDiscipline} queue${queues.join("")}`;
}
