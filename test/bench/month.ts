// The month that benchmarks replay: a million jobs of twelve shapes on an elastic fleet, from columns in memory to the
// run's result.

import { pathToFileURL } from "node:url";
import { loadCatalog } from "../../src/catalog/catalog.js";
import { summariseRun } from "../../src/metrics/summary.js";
import { planRuns, type ReplayTrace, runPlan } from "../../src/run/replay.js";
import { type ResolvedScenario, resolveScenario } from "../../src/run/resolve.js";
import { parseScenario } from "../../src/scenario/parse-scenario.js";
import { generateTrace } from "../../src/trace/synthetic.js";

/** A bench is bundled elsewhere; it runs in the project's folder. */
const CATALOG = pathToFileURL("src/catalog/data/");

export const JOBS = 1_000_000;

export const SHAPES: readonly (readonly [vcpus: number, memory: string])[] = [
  [1, "2 GiB"],
  [1, "4 GiB"],
  [2, "4 GiB"],
  [2, "8 GiB"],
  [4, "8 GiB"],
  [4, "16 GiB"],
  [4, "30 GiB"],
  [8, "15 GiB"],
  [8, "30 GiB"],
  [8, "60 GiB"],
  [16, "30 GiB"],
  [16, "60 GiB"],
];

/** Best fit alone: nothing learned, held back or bought to spare. A yardstick that stays as it is when the default changes. */
export const PLAIN = `
strategies:
  - name: best-fit
    placement: best-fit
    holdBack: never
    spareLaunches: 0
    spot: { poolsPerLaunch: 1, fallbackAfter: never }
    scaleDown: { idleDelay: 60s }
`;

/** The scenario's text; `more` goes in at the top level; without `strategies` in it, it has the default one. */
export function scenarioText(duration: string, more = "", jobs = JOBS): string {
  const shapes = SHAPES.map(
    ([vcpus, memory], i) =>
      `{ name: shape-${i}, vcpus: ${vcpus}, memory: ${memory}, weight: 1, runtime: { median: 10m, p95: 40m } }`,
  );
  return `
name: bench
trace: { synthetic: { jobs: ${jobs}, duration: ${duration}, burstSize: 20, shapes: [${shapes.join(", ")}] } }
computeEnvironments:
  - computeEnvironmentName: spot
    type: MANAGED
    computeResources: { type: SPOT, minvCpus: 0, maxvCpus: 10000, instanceTypes: [optimal] }
baselines: []
${more}
`;
}

export interface Prepared {
  readonly resolved: ResolvedScenario;
  readonly trace: ReplayTrace;
}

export function resolveText(text: string): ResolvedScenario {
  return resolveScenario(parseScenario(text, "bench.yaml", "bench"), loadCatalog(CATALOG), "bench.yaml");
}

/** The synthetic trace over a span; `more` as in `scenarioText`. */
export function prepare(duration: string, jobs = JOBS, more = ""): Prepared {
  const resolved = resolveText(scenarioText(duration, more, jobs));
  if (resolved.scenario.trace.kind !== "synthetic") throw new Error("the bench has a synthetic trace");
  return { resolved, trace: generateTrace(resolved.scenario.trace) };
}

/** Columns to result; returns the result as text. */
export function runEngine({ resolved, trace }: Prepared): string {
  const plan = planRuns(resolved, trace)[0]!;
  const ledger = runPlan(resolved, trace, plan);
  return JSON.stringify(summariseRun(plan.label, ledger, trace.workload, resolved.billing, resolved.priceShares));
}
