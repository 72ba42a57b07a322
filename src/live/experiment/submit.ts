// SubmitJob, each job once. The call has no client token, so an answer that got lost may have been a success: then the job is
// looked for by its name before it is sent again. The client given must not retry by itself.

import type { BatchClient, JobDetail, JobQueueDetail, JobSummary, SubmitJobCommandInput } from "@aws-sdk/client-batch";
import { assert } from "../../base/assert.js";
import { errorIssue, InputError } from "../../base/issues.js";
import type { Clock } from "../ports.js";
import type { Pace } from "../pull/pace.js";
import { pagesOf } from "../pull/pages.js";
import { type Submission, timeoutSeconds } from "./plan.js";

/** AWS's limit is 50 a second for the whole account, whose own jobs shall not wait for ours. */
export const SUBMISSIONS_PER_SECOND = 20;
/** Calls under way at once: the pace is kept though each takes a tenth of a second, or three. */
export const CALLS_AT_ONCE = 8;

/** Name of the job definition; its revisions differ by image. */
export const JOB_DEFINITION = "stowage-sleep";
export const DEFAULT_IMAGE = "public.ecr.aws/docker/library/busybox:stable";

/** AWS answers lists a little later than it takes jobs: a job is looked for so often, so long apart, before it is sent again. */
const LOOKS_MS = [1_000, 2_000, 4_000];

/** Throttled or unanswered so often in a row: something else is wrong. Waits grow from one second to half a minute. */
const MOST_TRIES = 12;
const LONGEST_WAIT_MS = 30_000;

export interface SubmitPort {
  /** With one attempt a call: retries are made here. */
  readonly batch: BatchClient;
  readonly clock: Clock;
  readonly pace: Pace;
  readonly queue: string;
  readonly run: string;
  readonly jobDefinition: string;
  /** Aborts: a job that is not submitted yet is given up. */
  readonly stop: AbortSignal;
}

/** AWS will not have the job, now or later. */
class SubmissionRefused extends Error {
  override readonly name = "SubmissionRefused";
}

/** The sleep definition: one that is there, or a new revision. Throws what the calls throw. */
export async function ensureDefinition(batch: BatchClient, image: string): Promise<string> {
  const { DescribeJobDefinitionsCommand, RegisterJobDefinitionCommand } = await import("@aws-sdk/client-batch");
  const wanted = {
    image,
    command: ["sleep", "Ref::seconds"],
    resourceRequirements: [
      { type: "VCPU" as const, value: "1" },
      { type: "MEMORY" as const, value: "128" },
    ],
  };
  const pages = pagesOf(
    (nextToken) =>
      batch.send(new DescribeJobDefinitionsCommand({ jobDefinitionName: JOB_DEFINITION, status: "ACTIVE", nextToken })),
    (page) => page.nextToken,
  );
  for await (const page of pages) {
    for (const { containerProperties, jobDefinitionArn } of page.jobDefinitions ?? []) {
      const isSame = String(containerProperties?.command) === String(wanted.command);
      if (isSame && containerProperties?.image === image && jobDefinitionArn !== undefined) return jobDefinitionArn;
    }
  }
  const answer = await batch.send(
    new RegisterJobDefinitionCommand({
      jobDefinitionName: JOB_DEFINITION,
      type: "container",
      platformCapabilities: ["EC2"],
      parameters: { seconds: "1" },
      containerProperties: wanted,
    }),
  );
  assert(answer.jobDefinitionArn !== undefined, "RegisterJobDefinition answers with an ARN");
  return answer.jobDefinitionArn;
}

/**
 * Submits once; resolves to the job's id. `mayBeThere`: an earlier try was not answered. Throws SubmissionRefused when AWS says
 * no, and the last error when it does not answer at all; the caller must then think that the job may be there.
 */
export async function submitOnce(port: SubmitPort, submission: Submission, mayBeThere: boolean): Promise<string> {
  const { SubmitJobCommand } = await import("@aws-sdk/client-batch");
  let isUnsure = mayBeThere;
  let failure: unknown;
  for (let tries = 0; tries < MOST_TRIES && !port.stop.aborted; tries++) {
    const found = isUnsure ? await lookFor(port, submission.name) : undefined;
    if (found !== undefined) return found;
    isUnsure = false;
    await port.pace.turn(port.stop);
    try {
      const { jobId } = await port.batch.send(new SubmitJobCommand(requestOf(port, submission)));
      assert(jobId !== undefined, "SubmitJob answers with a jobId");
      return jobId;
    } catch (error) {
      failure = error;
      const kind = failureOf(error);
      if (kind === "refused") throw new SubmissionRefused(wordsOf(error));
      isUnsure = kind === "unsure";
    }
    await port.clock.sleep(Math.min(LONGEST_WAIT_MS, 1_000 * 2 ** tries), port.stop);
  }
  throw failure ?? new Error("stopped before it was submitted");
}

function requestOf({ queue, run, jobDefinition }: SubmitPort, { name, first, size, job }: Submission) {
  const gpu = job.gpus > 0 ? [{ type: "GPU" as const, value: String(job.gpus) }] : [];
  const request: SubmitJobCommandInput = {
    jobName: name,
    jobQueue: queue,
    jobDefinition,
    parameters: { seconds: String(job.sleepSeconds) },
    containerOverrides: {
      resourceRequirements: [
        { type: "VCPU", value: String(job.vcpus) },
        { type: "MEMORY", value: String(job.memoryMib) },
        ...gpu,
      ],
    },
    retryStrategy: { attempts: job.attempts },
    timeout: { attemptDurationSeconds: timeoutSeconds(job.sleepSeconds) },
    tags: { "stowage:run": run, "stowage:index": String(first) },
    ...(size === 1 ? {} : { arrayProperties: { size } }),
    ...(job.shareIdentifier === ""
      ? {}
      : { shareIdentifier: job.shareIdentifier, schedulingPriorityOverride: job.schedulingPriority }),
  };
  return request;
}

/** Throttled: surely not taken. Refused: surely never. Else the job may be there. */
function failureOf(error: unknown): "throttled" | "refused" | "unsure" {
  const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;
  if (status === 429 || /Throttl|TooManyRequests|RequestLimitExceeded/.test(name ?? "")) return "throttled";
  return status !== undefined && status >= 400 && status < 500 ? "refused" : "unsure";
}

export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === "Error" ? error.message : `${error.name}: ${error.message}`;
}

async function lookFor(port: SubmitPort, name: string): Promise<string | undefined> {
  for (const waitMs of LOOKS_MS) {
    await port.clock.sleep(waitMs, port.stop);
    const found = await jobsNamed(port.batch, port.queue, name, port.pace);
    const job = found.find(({ jobName }) => jobName === name);
    if (job?.jobId !== undefined) return job.jobId;
  }
  return undefined;
}

/** Jobs of a queue by name, in every status; a `*` at the end stands for the rest. */
export async function jobsNamed(batch: BatchClient, queue: string, name: string, pace: Pace): Promise<JobSummary[]> {
  const { ListJobsCommand } = await import("@aws-sdk/client-batch");
  const found: JobSummary[] = [];
  const pages = pagesOf(
    async (nextToken) => {
      await pace.turn();
      const filters = [{ name: "JOB_NAME", values: [name] }];
      return await batch.send(new ListJobsCommand({ jobQueue: queue, filters, nextToken }));
    },
    (page) => page.nextToken,
  );
  for await (const page of pages) found.push(...(page.jobSummaryList ?? []));
  return found;
}

/** Whether a job stays as it is. */
export function hasEnded({ status }: Pick<JobDetail, "status">): boolean {
  return status === "SUCCEEDED" || status === "FAILED";
}

/** Throws InputError when jobs would wait in the queue for ever. */
export function checkQueue(queue: Partial<Pick<JobQueueDetail, "state" | "status">>, name: string): void {
  if (queue.state === "ENABLED" && queue.status === "VALID") return;
  const message = `the queue ${name} is ${queue.state} and ${queue.status}`;
  throw new InputError([
    errorIssue("queue-not-ready", message, { path: "--queue", hint: "it must be ENABLED, VALID" }),
  ]);
}
