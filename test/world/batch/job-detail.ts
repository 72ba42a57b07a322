// What DescribeJobs says of a job of the workload, or of an array as a whole.

import { MILLI } from "../../../src/base/units.js";
import type { JobDefinition, Shape } from "../../../src/model/job.js";
import { exitCodeOf, OUTCOME_WORDS, Outcome, outcomeOf } from "../../../src/model/outcome.js";
import { NONE } from "../../../src/model/tables.js";
import type { AccountAttempt, AccountJob } from "../../../src/sim/unmanaged/account-view.js";
import type { AccountState } from "../account-state.js";
import type { JobIndex } from "./job-index.js";

type Json = Record<string, unknown>;
/** Of one node with this job's request. */
const IMAGE = "public.ecr.aws/docker/library/busybox:stable";

/** JobDetail of a job; undefined: not submitted yet. */
export function jobDetail(state: AccountState, index: JobIndex, job: number): Json | undefined {
  const status = index.statusOf(job);
  if (status === undefined) return undefined;
  const seen = state.account.job(job);
  const id = state.jobId(job);
  const last = seen.ended.at(-1);
  const isOver = status === "SUCCEEDED" || status === "FAILED";
  const array = state.arrayOf(job);
  return {
    ...fixedPart(state, index, job, id),
    status,
    ...statusReasonOf(state, job, seen),
    createdAt: state.epochMs(seen.createdMs),
    startedAt: state.epochMs(seen.startedMs),
    stoppedAt: isOver ? state.epochMs(seen.stoppedMs) : undefined,
    attempts: seen.ended.map((attempt, at) => attemptDetail(state, job, attempt, at)),
    container: containerOf(state, job, seen, last),
    ...(array === undefined ? {} : { arrayProperties: { index: state.workload.arrays.indexInArray[job] } }),
    isCancelled: false,
    isTerminated: last !== undefined && outcomeOf(last.outcome) === Outcome.Terminated,
  };
}

/** JobDetail of an array's parent; undefined: not submitted yet. */
export function arrayDetail(state: AccountState, index: JobIndex, array: number): Json | undefined {
  const status = index.parentStatus(array);
  if (status === undefined) return undefined;
  const first = state.firstChild(array);
  const { starts } = state.workload.arrays;
  return {
    ...fixedPart(state, index, first, state.arrayId(array)),
    status,
    createdAt: state.epochMs(state.account.job(first).createdMs),
    attempts: [],
    container: { image: IMAGE, ...request(state, first) },
    arrayProperties: {
      size: starts[array + 1]! - starts[array]!,
      statusSummary: index.summary(array),
      statusSummaryLastUpdatedAt: state.nowEpochMs,
    },
  };
}

/** Why a job is where it is, in Batch's words. */
export function statusReasonOf(state: AccountState, job: number, { status, ended }: AccountJob): Json {
  if (status !== "SUCCEEDED" && status !== "FAILED") return {};
  const last = ended.at(-1);
  const packed = last === undefined || last.retried ? state.account.outcomeOf?.(job) : last.outcome;
  return packed === undefined ? {} : { statusReason: OUTCOME_WORDS[outcomeOf(packed)]!.statusReason };
}

/** Exit code and reason of the last attempt's container. */
export function containerEnd(last: AccountAttempt | undefined): Json {
  if (last === undefined) return {};
  const outcome = outcomeOf(last.outcome);
  const { reason } = OUTCOME_WORDS[outcome]!;
  const exited = outcome === Outcome.Succeeded || outcome === Outcome.Exited || outcome === Outcome.OutOfMemory;
  return { ...(exited ? { exitCode: exitCodeOf(last.outcome) } : {}), ...(reason === "" ? {} : { reason }) };
}

/** Name of a job's definition, as RegisterJobDefinition would allow it. */
export function definitionArn(state: AccountState, job: number): string {
  const number = state.workload.jobDefinition[job] ?? 0;
  const name = state.workload.definitions[number]!.name.replaceAll(/[^\w-]/g, "_");
  return state.arn("batch", `job-definition/${name === "" ? `definition-${number}` : name}:1`);
}

function fixedPart(state: AccountState, index: JobIndex, job: number, id: string): Json {
  const { workload } = state;
  const jobClass = workload.classes[workload.jobClass[job]!]!;
  const definition = workload.definitions[workload.jobDefinition[job] ?? 0]!;
  const share = workload.shareNames[jobClass.share]!;
  return {
    jobId: id,
    jobArn: state.jobArn(id),
    jobName: workload.jobNames[workload.jobName[job]!],
    jobQueue: state.queueArn(index.queueOf(job)),
    jobDefinition: definitionArn(state, job),
    ...(share === "" ? {} : { shareIdentifier: share }),
    schedulingPriority: jobClass.priority,
    ...definitionPart(definition),
    dependsOn: [],
    platformCapabilities: ["EC2"],
    propagateTags: false,
    tags: {},
    parameters: {},
    ...(jobClass.nodes > 1 ? { nodeProperties: nodes(state, job, jobClass.nodes) } : {}),
  };
}

/** Retries and timeout, as DescribeJobs and DescribeJobDefinitions word them. */
export function definitionPart({ retry, timeoutMs }: JobDefinition): Json {
  const evaluateOnExit = retry.evaluateOnExit.map(({ action, ...conditions }) => ({ ...conditions, action }));
  return {
    retryStrategy: { attempts: retry.attempts, evaluateOnExit },
    ...(Number.isNaN(timeoutMs) ? {} : { timeout: { attemptDurationSeconds: Math.ceil(timeoutMs / 1000) } }),
  };
}

function nodes(state: AccountState, job: number, count: number): Json {
  const container = { image: IMAGE, ...request(state, job) };
  return { numNodes: count, mainNode: 0, nodeRangeProperties: [{ targetNodes: "0:", container }] };
}

function request({ workload }: AccountState, job: number): Json {
  return { resourceRequirements: requirements(workload.shapes[workload.classes[workload.jobClass[job]!]!.shape]!) };
}

function requirements({ vcpuMilli, memoryMib, gpuMilli }: Shape): { type: string; value: string }[] {
  const list = [
    { type: "VCPU", value: String(vcpuMilli / MILLI) },
    { type: "MEMORY", value: String(memoryMib) },
  ];
  return gpuMilli > 0 ? [...list, { type: "GPU", value: String(gpuMilli / MILLI) }] : list;
}

function containerOf(state: AccountState, job: number, seen: AccountJob, last: AccountAttempt | undefined): Json {
  const isPlaced = seen.host !== NONE;
  const host = isPlaced ? seen.host : (last?.host ?? NONE);
  const attempt = isPlaced ? seen.ended.length : seen.ended.length - 1;
  return {
    image: IMAGE,
    command: [],
    environment: [],
    volumes: [],
    mountPoints: [],
    ulimits: [],
    networkInterfaces: [],
    secrets: [],
    ...request(state, job),
    ...(isPlaced ? {} : containerEnd(last)),
    ...(host === NONE ? {} : place(state, job, host, attempt)),
  };
}

function place(state: AccountState, job: number, host: number, attempt: number): Json {
  return { containerInstanceArn: state.containerInstanceArn(host), taskArn: state.taskArn(job, attempt) };
}

function attemptDetail(state: AccountState, job: number, attempt: AccountAttempt, at: number): Json {
  return {
    container: { ...place(state, job, attempt.host, at), ...containerEnd(attempt), networkInterfaces: [] },
    startedAt: state.epochMs(attempt.startedMs),
    stoppedAt: state.epochMs(attempt.stoppedMs),
    statusReason: OUTCOME_WORDS[outcomeOf(attempt.outcome)]!.statusReason,
  };
}
