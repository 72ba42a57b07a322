// From a scenario to a run on AWS: the jobs of its trace as sleep jobs, and the simulation of exactly those.

import { errorIssue, InputError } from "../../base/issues.js";
import { textAt } from "../../base/text-column.js";
import { MILLI, MS_PER_SECOND } from "../../base/units.js";
import { loadCatalog } from "../../catalog/catalog.js";
import type { Ledger } from "../../ledger/ledger.js";
import type { SimulatedRun } from "../../live/experiment/compare.js";
import { type Plan, planSubmissions, type SleepJob, sleepSecondsOf } from "../../live/experiment/plan.js";
import { jobRowsOf } from "../../metrics/job-rows.js";
import { summariseRun } from "../../metrics/summary.js";
import type { Workload } from "../../model/job.js";
import { NONE } from "../../model/tables.js";
import { inlineTrace } from "../../trace/inline.js";
import type { InlineJob } from "../../trace/options.js";
import type { OnTraceProgress } from "../../trace/read-files.js";
import { loadReplay } from "../load-replay.js";
import { planRuns, type ReplayTrace, runPlan } from "../replay.js";
import type { ResolvedScenario } from "../resolve.js";

export interface ExperimentChoice {
  readonly scenario: string;
  /** AWS's queue; its name says which of the scenario's queues is meant when there are several. */
  readonly queue: string;
  /** Times submissions and run times. */
  readonly timeScale: number;
  /** The first so many jobs. */
  readonly maxJobs: number;
  readonly run: string;
}

export interface PreparedExperiment {
  readonly plan: Plan;
  readonly simulated: SimulatedRun;
  readonly region: string;
  /** The scenario's `live.account`; null: it has none. */
  readonly account: string | null;
  /** First to last submission. */
  readonly submitSpanMs: number;
  readonly vcpuHours: number;
  /** What the replay leaves out or changes, for people. */
  readonly notes: readonly string[];
  readonly overheadMicroUsdPerHour: number;
  readonly onDemandMicroUsdPerHour: (instanceType: string) => number | undefined;
}

/** Loads, scales and simulates. Throws InputError for whatever is wrong with the scenario or leaves no job. */
export async function prepareExperiment(
  choice: ExperimentChoice,
  onProgress?: OnTraceProgress,
): Promise<PreparedExperiment> {
  const { resolved, trace } = await loadReplay(choice.scenario, onProgress);
  const queue = queueOf(resolved, choice.queue);
  const { jobs, notes } = sleepJobs(trace, queue, choice);
  if (jobs.length === 0) {
    const message = `the trace has no job of one node in the queue ${queue}`;
    throw new InputError([errorIssue("no-usable-rows", message, { path: "--queue" })]);
  }
  const region = loadCatalog().region(resolved.scenario.region);
  const vcpuSeconds = jobs.reduce((sum, { vcpus, sleepSeconds }) => sum + vcpus * sleepSeconds, 0);
  return {
    plan: planSubmissions(choice.run, jobs),
    simulated: simulateJobs(resolved, jobs, queue),
    region: resolved.scenario.region,
    account: resolved.scenario.live?.identity.account ?? null,
    submitSpanMs: jobs.at(-1)!.submitMs,
    vcpuHours: vcpuSeconds / 3_600,
    notes,
    overheadMicroUsdPerHour: resolved.overheadMicroUsdPerHour,
    onDemandMicroUsdPerHour: (type) => region.findOffer(type)?.onDemand.microUsdPerHour,
  };
}

/** The scenario's queue whose jobs are meant: the only one, or the one that is called like AWS's. */
function queueOf({ scenario: { jobQueues } }: ResolvedScenario, given: string): string {
  const name = given.slice(given.lastIndexOf("/") + 1);
  const found = jobQueues.find((queue) => queue.name === name) ?? (jobQueues.length === 1 ? jobQueues[0] : undefined);
  if (found !== undefined) return found.name;
  const hint = `its queues: ${jobQueues.map((queue) => queue.name).join(", ")}; call AWS's like the one that is to be replayed`;
  throw new InputError([errorIssue("unknown-queue", `the scenario has no queue "${name}"`, { path: "--queue", hint })]);
}

/** Jobs of a queue, from the first one's submission on. */
function sleepJobs(
  { workload, profiles }: ReplayTrace,
  queueName: string,
  { timeScale, maxJobs }: ExperimentChoice,
): { jobs: SleepJob[]; notes: string[] } {
  const queue = workload.queueNames.indexOf(queueName);
  const left = { multiNode: 0, dependent: dependents(workload), rounded: 0, script: 0, later: 0 };
  const jobs: SleepJob[] = [];
  let firstMs = Number.NaN;
  for (let job = 0; job < workload.jobCount; job++) {
    const jobClass = workload.classes[workload.jobClass[job]!]!;
    if (jobClass.queue !== queue) continue;
    if (jobClass.nodes > 1) {
      left.multiNode++;
      continue;
    }
    if (jobs.length >= maxJobs) {
      left.later++;
      continue;
    }
    if (Number.isNaN(firstMs)) firstMs = workload.submitMs[job]!;
    const { vcpuMilli, memoryMib, gpuMilli } = workload.shapes[jobClass.shape]!;
    if (vcpuMilli % MILLI !== 0 || gpuMilli % MILLI !== 0) left.rounded++;
    if ((profiles.script[job] ?? NONE) !== NONE) left.script++;
    jobs.push({
      id: textAt(workload.ids, job),
      submitMs: Math.round((workload.submitMs[job]! - firstMs) * timeScale),
      sleepSeconds: sleepSecondsOf(profiles.runtimeMs[job]! * timeScale),
      vcpus: Math.max(1, Math.ceil(vcpuMilli / MILLI)),
      memoryMib: Math.max(LEAST_MEMORY_MIB, Math.ceil(memoryMib)),
      gpus: Math.ceil(gpuMilli / MILLI),
      attempts: (workload.definitions[workload.jobDefinition[job] ?? 0] ?? workload.definitions[0]!).retry.attempts,
      shareIdentifier: workload.shareNames[jobClass.share]!,
      schedulingPriority: jobClass.priority,
    });
  }
  return { jobs, notes: notesOf(left, queueName) };
}

/** SubmitJob: MEMORY is at least 4 MiB. */
const LEAST_MEMORY_MIB = 4;

/** How many units wait for another. */
function dependents({ dependencies }: Workload): number {
  return new Set(dependencies.dependent.subarray(0, dependencies.count)).size;
}

function notesOf(
  left: { multiNode: number; dependent: number; rounded: number; script: number; later: number },
  queue: string,
): string[] {
  const { multiNode, dependent, rounded, script, later } = left;
  return [
    ...(multiNode > 0 ? [`${multiNode} multi-node jobs are left out: an UNMANAGED compute environment runs none`] : []),
    ...(dependent > 0
      ? [`${dependent} jobs or arrays wait for others in the trace; here they are submitted when they were`]
      : []),
    ...(rounded > 0 ? [`${rounded} jobs ask for parts of a vCPU or GPU, which are rounded up`] : []),
    ...(script > 0 ? [`${script} jobs failed or were retried in the trace; here each sleeps once, and succeeds`] : []),
    ...(later > 0 ? [`${later} later jobs of ${queue} are left out by --max-jobs`] : []),
  ];
}

/** The first strategy's run of exactly these jobs. */
function simulateJobs(resolved: ResolvedScenario, jobs: readonly SleepJob[], queue: string): SimulatedRun {
  const isFair = jobs.some(({ shareIdentifier }) => shareIdentifier !== "");
  const trace = inlineTrace({
    jobs: jobs.map((job, index) => inlineJob(job, index, queue)),
    fairShareQueues: new Set(isFair ? [queue] : []),
  });
  const plan = planRuns(resolved, trace)[0]!;
  const ledger = runPlan(resolved, trace, plan);
  const summary = summariseRun(plan.label, ledger, trace.workload, resolved.billing, resolved.priceShares);
  return {
    strategy: plan.label.name,
    jobs: jobTimes(ledger, trace.workload),
    makespanMs: summary.makespanMs,
    microUsd: summary.cost.totalMicroUsd,
    instanceHours: summary.instances.instanceHours,
    peakInstances: summary.instances.peak,
  };
}

function inlineJob(job: SleepJob, index: number, queue: string): InlineJob {
  const attempt = {
    ...{ runtimeMs: job.sleepSeconds * MS_PER_SECOND, exitCode: 0, cannotStart: false },
    ...{ reason: undefined, statusReason: undefined },
  };
  return {
    ...{ id: String(index), name: "sleep", queue, submitMs: job.submitMs },
    definition: {
      name: "sleep",
      ...{ vcpuMilli: job.vcpus * MILLI, memoryMib: job.memoryMib, gpuMilli: job.gpus * MILLI, nodes: 1 },
      retry: { attempts: job.attempts, evaluateOnExit: [] },
      ...{ timeoutMs: Number.NaN, schedulingPriority: job.schedulingPriority, consumables: [] },
    },
    ...{ arraySize: 0, dependsOn: [], shareIdentifier: job.shareIdentifier, limitMs: Number.NaN },
    ...{ attempts: [attempt], childRuntimesMs: [], cancelMs: Number.NaN, terminateMs: Number.NaN },
  };
}

function jobTimes(ledger: Ledger, workload: Workload): SimulatedRun["jobs"] {
  const rows = jobRowsOf(ledger, workload);
  return Array.from({ length: workload.jobCount }, (_, job) => {
    const first = rows.firstStartedRow(job);
    const last = rows.lastStartedRow(job);
    if (first === NONE || last === NONE) return { waitMs: Number.NaN, runMs: Number.NaN };
    const { startedMs, endedMs } = ledger.attempts;
    return { waitMs: startedMs[first]! - rows.firstRunnableMs(job), runMs: endedMs[last]! - startedMs[last]! };
  });
}
