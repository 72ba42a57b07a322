// The jobs that shadow mode has recorded, as a workload for a simulated run that begins when the watch began. A job comes with the
// run times and exit codes it had; what cannot be compared is left out and counted.

import { MILLI, MS_PER_HOUR } from "../../base/units.js";
import type { WatchQuality } from "../../live/shadow/recorder.js";
import type { ShadowJob } from "../../live/shadow/shadow-rows.js";
import type { RetryStrategy, Workload } from "../../model/job.js";
import { parseTraceSettings } from "../../scenario/trace-settings.js";
import { Admission, type AdmittedRow } from "../../trace/admission.js";
import { inRange } from "../../trace/aws/job-attempts.js";
import type { TraceDefinition, TraceFileOptions } from "../../trace/options.js";
import { emptyRawJob, type RawJob } from "../../trace/raw-job.js";
import { quoted } from "../../trace/tallies.js";
import { WorkloadBuilder } from "../../trace/workload-builder.js";
import { WorkloadReceiver } from "../../trace/workload-receiver.js";
import type { ReplayTrace } from "../replay.js";
import { type ResolvedScenario, tablesFor, toStrategy } from "../tables.js";
import { whyUnplaceable } from "../unplaceable.js";

/** Jobs that are not compared, by one reason. */
export interface LeftOut {
  /** Stable: one of the first five below, or one of the trace module's for rows that it rejects. */
  readonly code: string;
  readonly jobs: number;
  /** What they did or lack, to stand behind "3 jobs are left out: ". */
  readonly words: string;
}

export interface ShadowWorkload {
  /** Time 0 is the beginning of the watch. */
  readonly trace: ReplayTrace;
  /** Of jobs whose waits count: they were submitted in the watch. */
  readonly submittedInWatch: ReadonlySet<string>;
  /** Jobs that waited already when the watch began: they are submitted then. */
  readonly waitingAtStart: number;
  readonly leftOut: readonly LeftOut[];
  /** That attempts ran in the watch, as far as they were seen: of jobs that are compared, and of those left out. */
  readonly vcpuHours: number;
  readonly leftOutVcpuHours: number;
}

/** What a trace's report calls the source of these jobs. */
const SOURCE = "shadow";

const WORDS = {
  open: "they had not ended when the watch did",
  "began-before": "they began before the watch",
  "never-started": "they ended without ever starting",
  vanished: "they were no longer listed, and their ends were not seen",
  "unknown-request": "what they ask for was not seen",
} as const;
type LeftOutCode = keyof typeof WORDS;

/** AWS Batch allows ten attempts (RetryStrategy in the API reference). */
const MOST_ATTEMPTS = 10;

/**
 * What a row does not tell is how often its job would have been tried again had its host been lost. In the simulated run every
 * lost host is followed by another attempt: else work that is lost would make the run cheaper.
 */
const ONCE: RetryStrategy = {
  attempts: MOST_ATTEMPTS,
  evaluateOnExit: [
    { onStatusReason: "Host EC2*", onReason: undefined, onExitCode: undefined, action: "RETRY" },
    { onStatusReason: undefined, onReason: "*", onExitCode: undefined, action: "EXIT" },
  ],
};
/** Of jobs that came through in a later attempt: the record says which attempts fail. */
const AGAIN: RetryStrategy = { attempts: MOST_ATTEMPTS, evaluateOnExit: [] };
const RETRIES: Readonly<Record<string, TraceDefinition>> = {
  once: definitionOf("once", ONCE),
  again: definitionOf("again", AGAIN),
};

function definitionOf(name: string, retry: RetryStrategy): TraceDefinition {
  const row = { vcpuMilli: undefined, memoryMib: undefined, gpuMilli: undefined }; // the row's own
  return { name, ...row, retry, timeoutMs: Number.NaN, schedulingPriority: 0, consumables: [], nodes: 1 };
}

/** A job that failed for good after several attempts has just as many. */
function retriesOf({ status, attempts }: ShadowJob): string {
  if (attempts.length < 2) return "once";
  return status === "SUCCEEDED" ? "again" : "";
}

/** Recorded jobs to a workload for the scenario's first strategy. It may be one of no jobs. */
export function shadowWorkload(
  resolved: ResolvedScenario,
  jobs: readonly ShadowJob[],
  { fromMs, untilMs }: Pick<WatchQuality, "fromMs" | "untilMs">,
): ShadowWorkload {
  const counts = new Map<LeftOutCode, number>();
  const accepted = new Set<string>();
  const builder = new WorkloadBuilder();
  const options = replayOptions(resolved);
  const receiver = new WorkloadReceiver(options, builder);
  const admission = new Admission(options, {
    accept: (row: AdmittedRow) => {
      accepted.add(row.raw.id);
      receiver.accept(row);
    },
  });
  jobs.forEach((job, index) => {
    const code = whyLeftOut(job, fromMs);
    if (code !== undefined) counts.set(code, (counts.get(code) ?? 0) + 1);
    else admission.admit(replayedRow(job, fromMs), index + 1, () => `job ${quoted(job.id)}`);
  });
  const sealed = builder.seal((...finding) => admission.countDependency(...finding));
  const report = { source: SOURCE, format: "shadow", ...admission.result() };
  const compared = jobs.filter(({ id }) => accepted.has(id));
  const hours = (some: readonly ShadowJob[]) => some.reduce((sum, job) => sum + seenVcpuHours(job, fromMs, untilMs), 0);
  const vcpuHours = hours(compared);
  return {
    trace: { ...sealed, workload: startingAt(sealed.workload, fromMs), report },
    submittedInWatch: new Set(compared.filter((job) => job.submittedInWatch).map(({ id }) => id)),
    waitingAtStart: compared.filter((job) => !job.submittedInWatch).length,
    leftOut: [
      ...[...counts].map(([code, count]) => ({ code, jobs: count, words: WORDS[code] })),
      ...report.rejected.map(({ code, count, reason, examples }) => ({
        ...{ code, jobs: count, words: `${reason}; the first: ${examples[0]!.detail}` },
      })),
    ],
    vcpuHours,
    leftOutVcpuHours: hours(jobs) - vcpuHours,
  };
}

/** A job as a row of a trace, times and amounts as recorded. */
export function rawJobOf(job: ShadowJob): RawJob {
  const { withoutRuntime } = job;
  const isChild = job.arrayId !== "";
  return {
    ...emptyRawJob(),
    ...{ id: job.id, name: job.name, queue: job.queue, submitMs: job.submitMs, waitMs: job.waitMs },
    runtimeMs: job.runtimeMs,
    withoutRuntime: withoutRuntime === "" || withoutRuntime === "vanished" ? "no-runtime" : withoutRuntime,
    ...{ vcpus: job.vcpuMilli / MILLI, memoryMib: job.memoryMib, gpus: job.gpuMilli / MILLI, limitMs: job.limitMs },
    ...{ status: job.status, exitCode: inRange(job.exitCode) },
    attempts: job.attempts.map(({ runtimeMs, exitCode }) => ({ runtimeMs, exitCode: inRange(exitCode) })),
    ...{ share: job.share, priority: job.priority, nodes: job.nodes, arrayId: job.arrayId },
    // A row of a child stands for itself alone.
    arraySize: isChild ? Number.NaN : job.arraySize,
  };
}

function whyLeftOut(job: ShadowJob, fromMs: number): LeftOutCode | undefined {
  switch (job.withoutRuntime) {
    case "still-running":
    case "still-queued":
      return "open";
    case "vanished":
      return "vanished";
    case "never-ran":
      return "never-started";
    case "":
      break;
  }
  // Of an old job whose first start is not known the watch has missed attempts.
  const waited = job.submittedInWatch || job.submitMs + job.waitMs >= fromMs;
  if (!waited) return "began-before";
  return Number.isNaN(job.vcpuMilli) ? "unknown-request" : undefined;
}

function replayedRow(job: ShadowJob, fromMs: number): RawJob {
  return { ...rawJobOf(job), submitMs: Math.max(job.submitMs, fromMs), definition: retriesOf(job) };
}

/** Times from the beginning of the watch instead of from the first submission: what the scenario always keeps is there from then on. */
function startingAt(workload: Workload, fromMs: number): Workload {
  const laterMs = workload.jobCount === 0 ? 0 : workload.originMs - fromMs;
  return { ...workload, originMs: fromMs, submitMs: workload.submitMs.map((submitMs) => submitMs + laterMs) };
}

/** Of attempts that are not known one by one, no more than the whole watch. */
function seenVcpuHours(job: ShadowJob, fromMs: number, untilMs: number): number {
  const { vcpuMilli, nodes, attempts } = job;
  const startMs = job.submitMs + job.waitMs;
  if (Number.isNaN(vcpuMilli)) return 0;
  let ranMs = 0;
  if (job.withoutRuntime === "still-running") ranMs = Number.isNaN(startMs) ? 0 : untilMs - Math.max(startMs, fromMs);
  else if (job.withoutRuntime === "") {
    const isOne = attempts.length < 2 && !Number.isNaN(startMs);
    const totalMs = attempts.length < 2 ? job.runtimeMs : attempts.reduce((sum, { runtimeMs }) => sum + runtimeMs, 0);
    ranMs = Math.min(totalMs, isOne ? startMs + job.runtimeMs - fromMs : untilMs - fromMs);
  }
  return (Math.max(0, ranMs) * nodes * vcpuMilli) / MILLI / MS_PER_HOUR;
}

/** Limits are estimates: a job that ran into its timeout has that in its run time and exit code already. */
function replayOptions(resolved: ResolvedScenario): TraceFileOptions {
  const reasons = new Map<string, string | undefined>();
  return {
    ...parseTraceSettings({}),
    ...{ purpose: "replay", limits: "estimate", gpuSharing: "share", file: SOURCE },
    fairShareQueues: fairShareQueues(resolved),
    findDefinition: (reference) => RETRIES[reference],
    unplaceableJob: (queue, vcpuMilli, memoryMib, gpuMilli, nodes) => {
      const key = `${vcpuMilli} ${memoryMib} ${gpuMilli} ${nodes} ${queue}`;
      if (!reasons.has(key)) {
        reasons.set(key, whyUnplaceable(resolved, queue, { vcpuMilli, memoryMib, gpuMilli }, nodes));
      }
      return reasons.get(key);
    },
  };
}

/** The queues that the first strategy serves by shares. */
function fairShareQueues(resolved: ResolvedScenario): ReadonlySet<string> {
  const { scenario, environments } = resolved;
  const queueNames = scenario.jobQueues.map(({ name }) => name);
  const nothing = { classes: [], shapes: [], shareNames: [""], consumableSets: [[]], queueNames, originMs: 0 };
  const { queues } = tablesFor(resolved, environments, nothing, toStrategy(scenario, scenario.strategies[0]!));
  return new Set(queues.filter(({ order }) => order.kind === "fair-share").map(({ name }) => name));
}
