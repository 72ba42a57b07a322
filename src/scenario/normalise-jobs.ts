// Jobs written in the scenario to SubmittedJobs: job definitions applied, copies made, attempts completed.

import { assert } from "../base/assert.js";
import type { ConsumableRequest } from "../model/job.js";
import type { AttemptScript } from "../model/profile.js";
import { resourceName } from "./arns.js";
import { copyIds } from "./checks-dependencies.js";
import {
  applyDefinition,
  containerRequest,
  type DefinitionOverrides,
  findJobDefinition,
  toConsumables,
  toMilli,
  toRetryStrategy,
  toTimeoutMs,
} from "./definitions.js";
import type {
  AppliedDefinition,
  ComputeEnvironmentSpec,
  JobDefinitionSpec,
  JobQueueSpec,
  SubmittedJob,
  WithoutDefinition,
} from "./scenario.js";
import type { JobDocument } from "./schema-jobs.js";

/**
 * The job's definition with what the job says itself. Where memory is not counted, a job that names none asks for none.
 * "vcpus" or "memory" when that is missing.
 */
export function applyToJob(
  definition: JobDefinitionSpec | undefined,
  job: JobDocument,
  memoryCounts: boolean,
): AppliedDefinition | "vcpus" | "memory" {
  const overrides = jobOverrides(job);
  const applied = applyDefinition(definition, overrides);
  return applied === "memory" && !memoryCounts ? applyDefinition(definition, { ...overrides, memoryMib: 0 }) : applied;
}

function jobOverrides(job: JobDocument): DefinitionOverrides {
  const container = job.containerOverrides === undefined ? undefined : containerRequest(job.containerOverrides);
  return {
    vcpuMilli: toMilli(job.vcpus) ?? container?.vcpuMilli,
    memoryMib: job.memory ?? container?.memoryMib,
    gpuMilli: toMilli(job.gpus) ?? container?.gpuMilli,
    retry: job.retryStrategy === undefined ? undefined : toRetryStrategy(job.retryStrategy),
    timeoutMs: toTimeoutMs(job.timeout),
    schedulingPriority: job.schedulingPriorityOverride,
    consumables: jobConsumables(job),
    nodes: job.nodes,
  };
}

function jobConsumables(job: JobDocument): readonly ConsumableRequest[] | undefined {
  if (job.consumables === undefined) return toConsumables(job.consumableResourcePropertiesOverride);
  return Object.entries(job.consumables)
    .map(([name, quantity]) => ({ name, quantity }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** All jobs with their copies, in the order of the document. */
export function toSubmittedJobs(
  jobs: readonly JobDocument[],
  definitions: readonly JobDefinitionSpec[],
  jobQueues: readonly JobQueueSpec[],
  environments: readonly ComputeEnvironmentSpec[],
  withoutDefinition: WithoutDefinition,
): SubmittedJob[] {
  const countsMemory = new Map(jobQueues.map((queue) => [queue.name, memoryCounts(queue, environments)]));
  return jobs.flatMap((job) => {
    const queue = job.jobQueue === undefined ? jobQueues[0]!.name : resourceName(job.jobQueue);
    const definition = job.jobDefinition === undefined ? undefined : findJobDefinition(definitions, job.jobDefinition);
    const applied = applyToJob(definition, job, countsMemory.get(queue) ?? true);
    assert(typeof applied === "object", "a job without vCPUs or memory has been refused");
    return toCopies(job, queue, definition === undefined ? settled(applied, job, withoutDefinition) : applied);
  });
}

/** What the trace says of jobs without a job definition; a job's own word goes before it. */
function settled(applied: AppliedDefinition, job: JobDocument, settings: WithoutDefinition): AppliedDefinition {
  return {
    ...applied,
    ...settings,
    retry: job.retryStrategy === undefined ? (settings.retry ?? applied.retry) : applied.retry,
  };
}

function memoryCounts(queue: JobQueueSpec, environments: readonly ComputeEnvironmentSpec[]): boolean {
  return environments
    .filter((environment) => queue.computeEnvironments.includes(environment.name))
    .some((environment) => environment.fixedFleet?.kind !== "processors");
}

function toCopies(job: JobDocument, queue: string, definition: AppliedDefinition): SubmittedJob[] {
  const id = job.id ?? job.jobName;
  assert(id !== undefined, "a job without id and name has been refused");
  const common = {
    name: job.jobName ?? id,
    queue,
    submitMs: job.submit,
    definition,
    arraySize: job.arrayProperties?.size ?? 0,
    dependsOn: job.dependsOn.map(({ jobId, type }) => ({ jobId, type })),
    shareIdentifier: job.shareIdentifier ?? "",
    limitMs: job.limit ?? Number.NaN,
    attempts: toAttempts(job),
    childRuntimesMs: job.runtime?.byIndex ? job.runtime.each : [],
    cancelMs: job.cancel ?? Number.NaN,
    terminateMs: job.terminate ?? Number.NaN,
  };
  return copyIds(id, job.repeat).map((copy) => ({ id: copy, ...common }));
}

/** Every attempt with its run time; without `attempts`, one that succeeds. */
function toAttempts({ attempts, runtime }: JobDocument): AttemptScript[] {
  const runtimeMs = runtime?.each[0] ?? 0;
  if (attempts === undefined) {
    return [{ runtimeMs, exitCode: 0, reason: undefined, statusReason: undefined, cannotStart: false }];
  }
  return attempts.map((attempt) => ({
    runtimeMs: attempt.runtime ?? runtimeMs,
    exitCode: attempt.exitCode,
    reason: attempt.reason,
    statusReason: attempt.statusReason,
    cannotStart: attempt.cannotStart,
  }));
}
