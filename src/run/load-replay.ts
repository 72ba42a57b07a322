// Everything a replay needs, from a scenario's name: scenario, catalogue and trace.

import { dirname, isAbsolute, join } from "node:path";
import { hashText } from "../base/hash.js";
import { errorIssue, InputError } from "../base/issues.js";
import { MILLI } from "../base/units.js";
import { loadCatalog } from "../catalog/catalog.js";
import type { ResultHeader } from "../model/run-result.js";
import { canonicalScenarioText } from "../scenario/canonical.js";
import { findJobDefinition } from "../scenario/definitions.js";
import type {
  FileTraceSpec,
  JobsTraceSpec,
  Scenario,
  SyntheticTraceSpec,
  TraceSpec,
  Unplaceable,
} from "../scenario/scenario.js";
import { inlineTrace } from "../trace/inline.js";
import { settleJobsWithoutDefinition } from "../trace/jobs-without-definition.js";
import type { QueueOptions } from "../trace/options.js";
import type { OnTraceProgress } from "../trace/read-files.js";
import { readTrace } from "../trace/read-trace.js";
import { generateTrace } from "../trace/synthetic.js";
import { describeStep } from "../trace/transform/describe-step.js";
import { readMarketFiles, withMarketFiles } from "./market/load-market.js";
import { productVersion } from "./product-version.js";
import type { ReplayTrace } from "./replay.js";
import { type ResolvedScenario, resolveScenario, whyUnplaceable } from "./resolve.js";
import { loadScenario } from "./scenario-files.js";
import { loadSolverFor } from "./solver/load-solver.js";
import { readTransformed } from "./traces/transform-trace.js";

export interface LoadedReplay {
  readonly resolved: ResolvedScenario;
  readonly trace: ReplayTrace;
  readonly header: ResultHeader;
}

/**
 * Loads a scenario with its prices and its trace; lines of `stress` come after its own. Throws InputError for whatever is wrong
 * with any of them.
 */
export async function loadReplay(
  given: string,
  onProgress?: OnTraceProgress,
  stress: readonly string[] = [],
): Promise<LoadedReplay> {
  const { scenario, file } = loadScenario(given, stress);
  const catalog = loadCatalog();
  const resolved = resolveScenario(scenario, catalog, file);
  await loadSolverFor(scenario.strategies);
  const [trace, files] = await bothOrIssues(
    loadTrace(resolved, scenario.trace, file, onProgress),
    readMarketFiles(resolved, catalog, file),
  );
  const inMarket = withMarketFiles(resolved, files, trace.workload.originMs);
  return { resolved: inMarket, trace, header: resultHeader(inMarket, trace) };
}

/** Waits for both; when they find faults, throws InputError with those of both. */
async function bothOrIssues<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  const [a, b] = await Promise.allSettled([first, second]);
  if (a.status === "fulfilled" && b.status === "fulfilled") return [a.value, b.value];
  const reasons: unknown[] = [a, b].flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
  const fault = reasons.find((reason) => !(reason instanceof InputError));
  throw fault ?? new InputError(reasons.flatMap((reason) => (reason as InputError).issues));
}

/** The scenario checked against the catalogue too; for `validate`. */
export function checkScenario(given: string): ResolvedScenario {
  const { scenario, file } = loadScenario(given);
  return resolveScenario(scenario, loadCatalog(), file);
}

/** What a result says about where it comes from. */
export function resultHeader(resolved: ResolvedScenario, trace: ReplayTrace): ResultHeader {
  const { scenario } = resolved;
  return {
    productVersion: productVersion(),
    scenario: scenario.name,
    description: scenario.description,
    question: scenario.question,
    scenarioHash: hashText(canonicalScenarioText(scenario)),
    workloadHash: trace.workload.hash,
    region: scenario.region,
    seed: scenario.seed,
    transforms: scenario.trace.kind === "file" ? scenario.trace.transform.map(describeStep) : [],
    catalog: resolved.asOf,
  };
}

/** The trace of a scenario that lies at `scenarioFile`. Throws InputError for whatever is wrong with it. */
export async function loadTrace(
  resolved: ResolvedScenario,
  spec: TraceSpec,
  scenarioFile: string,
  onProgress: OnTraceProgress | undefined,
): Promise<ReplayTrace> {
  switch (spec.kind) {
    case "synthetic":
      return settleJobsWithoutDefinition(generate(resolved, spec, scenarioFile), spec.withoutDefinition);
    case "jobs":
      return expandJobs(resolved, spec, scenarioFile);
    case "file":
      return settleJobsWithoutDefinition(
        await readTraceFile(resolved, spec, scenarioFile, onProgress),
        spec.withoutDefinition,
      );
  }
}

/** Reads the trace beside its scenario file. The result names the trace as the scenario does, messages as it was found. */
async function readTraceFile(
  resolved: ResolvedScenario,
  spec: FileTraceSpec,
  scenarioFile: string,
  onProgress: OnTraceProgress | undefined,
): Promise<ReplayTrace> {
  const path = isAbsolute(spec.file) ? spec.file : join(dirname(scenarioFile), spec.file);
  const { scenario } = resolved;
  const { jobDefinitions } = scenario;
  const options = {
    ...spec,
    purpose: "replay" as const,
    ...queueOptions(resolved, spec.unplaceable),
    queue: spec.queue ?? onlyQueue(scenario),
    queuesWithoutMemory: processorQueues(scenario),
    ...(jobDefinitions.length === 0
      ? {}
      : { findDefinition: (reference: string) => findJobDefinition(jobDefinitions, reference) }),
  };
  try {
    const trace =
      spec.transform.length === 0
        ? await readTrace(options, path, onProgress)
        : await readTransformed(spec, options, path, scenarioFile, onProgress);
    if (spec.unplaceable === "fail") refuseUnplaceable(trace);
    return trace;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const isRead = spec.transform.length === 0; // else several files may be at fault, and messages name them already
    throw new InputError(error.issues.map((issue) => ({ ...issue, file: isRead ? path : (issue.file ?? path) })));
  }
}

function refuseUnplaceable({ report }: ReplayTrace): void {
  const unplaceable = report.rejected.find((tally) => tally.code === "unplaceable");
  if (unplaceable === undefined) return;
  const hint = `${unplaceable.count} such rows in all; "trace: { unplaceable: reject }" leaves them out and counts them, "keep" lets them block their queues`;
  throw new InputError(
    unplaceable.examples.map(({ line, detail }, index) =>
      errorIssue("unplaceable-job", detail, index === 0 ? { line, hint } : { line }),
    ),
  );
}

/** With one job queue there is no question where a job belongs. */
function onlyQueue(scenario: Scenario): string | undefined {
  return scenario.jobQueues.length === 1 ? scenario.jobQueues[0]!.name : undefined;
}

function queueOptions(resolved: ResolvedScenario, unplaceable: Unplaceable): Required<QueueOptions> {
  return { fairShareQueues: fairShareQueues(resolved.scenario), unplaceableJob: placeability(resolved, unplaceable) };
}

/** Queues whose jobs need a share: those with a scheduling policy, and those that a strategy serves by shares. */
function fairShareQueues({ jobQueues, strategies }: Scenario): ReadonlySet<string> {
  const servesByShares = (queue: string) =>
    strategies.some(
      (strategy) => (strategy.queueDisciplines[queue] ?? strategy.queueDiscipline) === "slurm-fair-share",
    );
  const queues = jobQueues.filter(
    ({ name, schedulingPolicy }) => schedulingPolicy !== undefined || servesByShares(name),
  );
  return new Set(queues.map(({ name }) => name));
}

/** Queues all of whose compute environments are machines that count processors alone. */
function processorQueues({ jobQueues, computeEnvironments }: Scenario): ReadonlySet<string> {
  const machines = new Set(
    computeEnvironments.filter(({ fixedFleet }) => fixedFleet?.kind === "processors").map(({ name }) => name),
  );
  const queues = jobQueues.filter((queue) => queue.computeEnvironments.every((name) => machines.has(name)));
  return new Set(queues.map(({ name }) => name));
}

/**
 * Tells why a job cannot run; answers are kept per queue, shape and nodes, of which there are few. Jobs that are to be kept
 * need a queue alone.
 */
function placeability(resolved: ResolvedScenario, unplaceable: Unplaceable): Required<QueueOptions>["unplaceableJob"] {
  const queues = new Set(resolved.scenario.jobQueues.map(({ name }) => name));
  const known = new Map<string, string | undefined>();
  return (queue, vcpuMilli, memoryMib, gpuMilli, nodes) => {
    if (unplaceable === "keep" && queues.has(queue)) return undefined;
    const key = `${vcpuMilli} ${memoryMib} ${gpuMilli} ${nodes} ${queue}`;
    if (!known.has(key)) known.set(key, whyUnplaceable(resolved, queue, { vcpuMilli, memoryMib, gpuMilli }, nodes));
    return known.get(key);
  };
}

/** As many as a trace file's report shows of one kind. */
const MOST_ISSUES = 5;

/** The jobs that the scenario lists. */
function expandJobs(resolved: ResolvedScenario, spec: JobsTraceSpec, file: string): ReplayTrace {
  const options = queueOptions(resolved, spec.unplaceable);
  const where = { file, path: "trace.jobs" };
  const issues = spec.jobs.flatMap(({ id, queue, definition }) => {
    const { vcpuMilli, memoryMib, gpuMilli, nodes } = definition;
    const reason = options.unplaceableJob(queue, vcpuMilli, memoryMib, gpuMilli, nodes);
    return reason === undefined ? [] : [errorIssue("unplaceable-job", `job ${JSON.stringify(id)}: ${reason}`, where)];
  });
  if (spec.unplaceable === "fail" && issues.length > 0) throw new InputError(issues.slice(0, MOST_ISSUES));
  try {
    return inlineTrace({ jobs: spec.jobs, ...options });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(error.issues.map((issue) => ({ ...issue, ...where })));
  }
}

function generate(resolved: ResolvedScenario, spec: SyntheticTraceSpec, file: string): ReplayTrace {
  const issues = spec.shapes.flatMap((shape, index) => {
    const request = { vcpuMilli: shape.vcpus * MILLI, memoryMib: shape.memoryMib, gpuMilli: shape.gpus * MILLI };
    const reason = whyUnplaceable(resolved, shape.queue, request);
    return reason === undefined
      ? []
      : [errorIssue("unplaceable-job", reason, { file, path: `trace.synthetic.shapes[${index}]` })];
  });
  if (issues.length > 0 && spec.unplaceable !== "keep") throw new InputError(issues);
  return generateTrace({ ...spec, fairShareQueues: fairShareQueues(resolved.scenario) });
}
