// What a scenario says of jobs that have no job definition: how often they are tried again, and whether they save their work.
// They are few entries of the workload's definitions, so the jobs stay as they are.

import type { JobDefinition, RetryStrategy } from "../model/job.js";
import { bufferOf, columnsOf } from "./compiled/columns.js";
import type { Trace } from "./workload-builder.js";
import { workloadHash } from "./workload-hash.js";

/** Undefined: as without it, one attempt and no checkpoints. */
export interface WithoutDefinition {
  readonly retry?: RetryStrategy;
  /** A job saves its work every so many ms of run time. */
  readonly checkpointMs?: number;
}

/**
 * The trace with these settings for jobs that have no job definition. No fewer attempts are allowed than were recorded. The
 * identity of the workload changes with it.
 */
export function settleJobsWithoutDefinition(trace: Trace, settings: WithoutDefinition): Trace {
  const { retry, checkpointMs } = settings;
  if (retry === undefined && checkpointMs === undefined) return trace;
  const definitions = trace.workload.definitions.map((definition): JobDefinition => {
    if (definition.name !== "") return definition;
    const attempts = Math.max(retry?.attempts ?? 1, definition.retry.attempts);
    return {
      ...definition,
      ...(retry === undefined ? {} : { retry: { ...retry, attempts } }),
      ...(checkpointMs === undefined ? {} : { checkpointMs }),
    };
  });
  const workload = { ...trace.workload, definitions };
  const hash = workloadHash(workload, trace.profiles, bufferOf(columnsOf(trace)));
  return { ...trace, workload: { ...workload, hash } };
}
