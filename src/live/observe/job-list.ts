// What ListJobs says of a job or of an array, in our terms.

import type { JobSummary } from "@aws-sdk/client-batch";
import type { ActiveStatus, SeenArray } from "../observation.js";

/** A job as a list has it. */
export interface ListedJob {
  readonly jobId: string;
  readonly queue: string;
  readonly status: ActiveStatus;
  readonly createdAtMs: number;
  /** Of the present attempt; 0: not yet. */
  readonly scheduledAt: number;
  readonly startedAt: number;
  readonly arrayId: string;
  readonly statusReason: string;
}

export type ListedArray = Omit<SeenArray, "request">;

/** The array that a summary is of; undefined: it is of a job. */
export function arrayOf({ jobId, createdAt, arrayProperties }: JobSummary, queue: string): ListedArray | undefined {
  const { size, statusSummary } = arrayProperties ?? {};
  if (jobId === undefined || size === undefined || size === 0) return undefined;
  return { jobId, queue, size, createdAtMs: createdAt ?? Number.NaN, statusSummary: statusSummary ?? {} };
}

/** Adds the job that a summary is of, listed in this status. */
export function pushJob(to: ListedJob[], job: JobSummary, status: ListedJob["status"], queue: string): void {
  const { jobId, createdAt, scheduledAt, startedAt, statusReason } = job;
  if (jobId === undefined) return;
  to.push({
    jobId,
    queue,
    status,
    createdAtMs: createdAt ?? Number.NaN,
    scheduledAt: scheduledAt ?? 0,
    startedAt: startedAt ?? 0,
    arrayId: arrayIdOf(jobId),
    statusReason: statusReason ?? "",
  });
}

/** A child's id is its parent's with its index. */
export function arrayIdOf(jobId: string): string {
  const colon = jobId.indexOf(":");
  return colon === -1 ? "" : jobId.slice(0, colon);
}
