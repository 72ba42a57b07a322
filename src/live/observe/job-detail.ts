// What DescribeJobs says of a job, in our terms: its request, which never changes, where it is, and how its attempts ended.

import type { AttemptDetail, JobDetail, ResourceRequirement } from "@aws-sdk/client-batch";
import type { JobRequest, SeenEnd } from "../observation.js";

const MILLI = 1_000;
const SECOND_MS = 1_000;
/** Batch writes the end of a job a little after that of its last attempt; what comes later than this is another end. */
const SAME_END_MS = 1_000;

/** What a container asks for, in whichever of the places that Batch has for it. */
interface Resources {
  readonly vcpus?: number | undefined;
  readonly memory?: number | undefined;
  readonly resourceRequirements?: readonly ResourceRequirement[] | undefined;
}

/** What a job asks for. */
export function requestOf(detail: JobDetail): JobRequest {
  const containers = containersOf(detail);
  const sum = (amount: (container: Resources) => number) => containers.reduce((all, each) => all + amount(each), 0);
  return {
    jobName: detail.jobName ?? "",
    vcpuMilli: Math.round(sum((each) => MILLI * amountOf(each, "VCPU", each.vcpus))),
    memoryMib: sum((each) => amountOf(each, "MEMORY", each.memory)),
    gpuMilli: Math.round(sum((each) => MILLI * amountOf(each, "GPU", undefined))),
    shareIdentifier: detail.shareIdentifier ?? "",
    schedulingPriority: detail.schedulingPriority ?? 0,
    attempts: detail.retryStrategy?.attempts ?? 1,
    timeoutMs: (detail.timeout?.attemptDurationSeconds ?? Number.NaN) * SECOND_MS,
    nodes: detail.nodeProperties?.numNodes ?? 1,
  };
}

/** Of a multi-node parallel job those of its first group of nodes; of a job with several containers all of them. */
function containersOf({ container, ecsProperties, nodeProperties }: JobDetail): readonly Resources[] {
  const [task] = ecsProperties?.taskProperties ?? [];
  if (task !== undefined) return task.containers ?? [];
  const [group] = nodeProperties?.nodeRangeProperties ?? [];
  const only = group?.container ?? container;
  return only === undefined ? [] : [only];
}

function amountOf({ resourceRequirements = [] }: Resources, type: string, old: number | undefined): number {
  const required = resourceRequirements.find((each) => each.type === type);
  return required === undefined ? (old ?? 0) : Number(required.value);
}

/** Attempts that have ended; the present one may be among `attempts` too. */
export function endedAttemptsOf({ attempts = [] }: JobDetail): AttemptDetail[] {
  return attempts.filter(({ stoppedAt }) => stoppedAt !== undefined);
}

/** Where the present attempt is; "" when it is not known. */
export function placeOf(detail: JobDetail): string {
  const [task] = detail.ecsProperties?.taskProperties ?? [];
  const { containerInstanceArn = "", taskArn } = task ?? detail.container ?? {};
  const last = endedAttemptsOf(detail).at(-1);
  // Until the new task is known, the old one may still be shown.
  return taskArn !== undefined && last !== undefined && placeOfAttempt(last).taskArn === taskArn
    ? ""
    : containerInstanceArn;
}

interface AttemptPlace {
  readonly containerInstanceArn?: string | undefined;
  readonly taskArn?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly reason?: string | undefined;
}

/** Of an attempt with several containers: the first that has failed tells why. */
function placeOfAttempt({ container, taskProperties = [] }: AttemptDetail): AttemptPlace {
  const [task] = taskProperties;
  if (task === undefined) return container ?? {};
  const { containerInstanceArn, taskArn, containers = [] } = task;
  const teller = containers.find(({ exitCode }) => exitCode !== 0) ?? containers[0];
  return { containerInstanceArn, taskArn, exitCode: teller?.exitCode, reason: teller?.reason };
}

export function isOver({ status }: JobDetail): boolean {
  return status === "SUCCEEDED" || status === "FAILED";
}

/** The job that ends are of. */
export type EndedJob = Pick<SeenEnd, "jobId" | "arrayId" | "createdAtMs" | "queue" | "request">;

/**
 * The ends of a job's attempts from the `from`-th on, and that of the job itself when it ended without an attempt or between two.
 */
export function endsOf(detail: JobDetail, job: EndedJob, from: number): SeenEnd[] {
  const attempts = endedAttemptsOf(detail);
  const wasCancelled = endedBetweenAttempts(detail, attempts);
  const ends = attempts.slice(from).map((attempt, at): SeenEnd => {
    const endedAttempts = from + at;
    const isLast = isOver(detail) && !wasCancelled && endedAttempts === attempts.length - 1;
    const { containerInstanceArn = "", exitCode, reason = "" } = placeOfAttempt(attempt);
    return {
      ...job,
      endedAttempts,
      containerInstanceArn,
      startedAtMs: attempt.startedAt ?? Number.NaN,
      stoppedAtMs: attempt.stoppedAt ?? Number.NaN,
      succeeded: isLast && detail.status === "SUCCEEDED",
      retried: !isLast,
      exitCode,
      statusReason: attempt.statusReason ?? (isLast ? (detail.statusReason ?? "") : ""),
      reason,
    };
  });
  return wasCancelled ? [...ends, endWithoutAttempt(detail, job, attempts.length)] : ends;
}

function endedBetweenAttempts(detail: JobDetail, ended: readonly AttemptDetail[]): boolean {
  if (!isOver(detail)) return false;
  const last = ended.at(-1);
  if (last === undefined) return true;
  return detail.status === "FAILED" && (detail.stoppedAt ?? 0) > (last.stoppedAt ?? 0) + SAME_END_MS;
}

function endWithoutAttempt(detail: JobDetail, job: EndedJob, endedAttempts: number): SeenEnd {
  return {
    ...job,
    endedAttempts,
    // What started has an attempt, even where none is shown.
    containerInstanceArn: endedAttempts === 0 && detail.startedAt !== undefined ? placeOf(detail) : "",
    startedAtMs: endedAttempts === 0 ? (detail.startedAt ?? Number.NaN) : Number.NaN,
    stoppedAtMs: detail.stoppedAt ?? Number.NaN,
    succeeded: detail.status === "SUCCEEDED",
    retried: false,
    exitCode: detail.container?.exitCode,
    statusReason: detail.statusReason ?? "",
    reason: detail.container?.reason ?? "",
  };
}
