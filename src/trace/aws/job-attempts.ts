// How a job of AWS Batch ran: its attempts, and what of them is a property of the job.
// Job-level startedAt is the last attempt's, so waits and run times come from the attempts where there are any.

import type { AdjustmentCode } from "../admission-reasons.js";
import type { RawAttempt } from "../raw-job.js";
import { field, type JsonObject, listOf, numberOf, objectOf, textOf } from "../text/json-values.js";
import type { Zone } from "../zone.js";
import { spanMs, timeMsOf } from "./times.js";

export interface JobRun {
  /** First start of any attempt; NaN: none is known. */
  readonly firstStartMs: number;
  /** Of the last attempt that tells something of the job. */
  readonly lastStartMs: number;
  readonly runtimeMs: number;
  readonly exitCode: number;
  /** All that tell something of the job, when there is more than one. */
  readonly attempts: readonly RawAttempt[];
  /** Of the record, whatever became of them. */
  readonly attemptCount: number;
  readonly adjustments: readonly AdjustmentCode[];
}

interface Attempt extends RawAttempt {
  readonly startMs: number;
  readonly isHostLoss: boolean;
}

/** What AWS Batch writes when the instance under an attempt went away, as interrupted Spot instances do. */
const HOST_LOSS = /^Host EC2 \(instance .{1,64}\) terminated/i;

/** No job has more than ten attempts (retryStrategy); more are garbage. */
const MAX_ATTEMPTS = 100;

/** Reads a JobDetail or JobSummary. `startMs` and `stopMs` are the job's own. */
export function runOfJob(job: JsonObject, startMs: number, stopMs: number, zone: Zone): JobRun {
  const plain = listOf(field(job, "attempts"));
  const entries = plain.length > 0 ? plain : listOf(field(job, "eksAttempts"));
  const all = entries.slice(0, MAX_ATTEMPTS).map((entry, index) => {
    const isLast = index === entries.length - 1;
    return attemptOf(objectOf(entry), isLast ? stopMs : Number.NaN, zone);
  });
  const started = all.filter((attempt) => !Number.isNaN(attempt.startMs));
  if (started.length === 0) return runWithoutAttempts(job, startMs, stopMs, entries.length);
  const own = started.filter(({ isHostLoss }) => !isHostLoss);
  const kept = own.length > 0 ? own : started;
  const adjustments: AdjustmentCode[] = [];
  if (kept.length < started.length) adjustments.push("host-loss-left-out");
  if (started.length < all.length) adjustments.push("unstarted-attempt-left-out");
  const last = kept.at(-1)!;
  const exitCode = Number.isNaN(last.exitCode) && last === all.at(-1) ? exitCodeOf(job) : last.exitCode;
  const attempts = kept.map((attempt) => ({ runtimeMs: attempt.runtimeMs, exitCode: inRange(attempt.exitCode) }));
  if (kept.some((attempt) => isOutOfRange(attempt.exitCode))) adjustments.push("exit-code-out-of-range");
  return {
    firstStartMs: started[0]!.startMs,
    lastStartMs: last.startMs,
    runtimeMs: last.runtimeMs,
    exitCode: inRange(exitCode),
    attempts: attempts.length > 1 ? attempts : NO_ATTEMPTS,
    attemptCount: entries.length,
    adjustments: adjustments.length > 0 ? adjustments : NO_ADJUSTMENTS,
  };
}

const NO_ATTEMPTS: readonly RawAttempt[] = [];
const NO_ADJUSTMENTS: readonly AdjustmentCode[] = [];

function runWithoutAttempts(job: JsonObject, startMs: number, stopMs: number, attemptCount: number): JobRun {
  const exitCode = exitCodeOf(job);
  return {
    ...{ firstStartMs: startMs, lastStartMs: startMs, runtimeMs: spanMs(startMs, stopMs), exitCode: inRange(exitCode) },
    ...{ attempts: NO_ATTEMPTS, attemptCount },
    adjustments: isOutOfRange(exitCode) ? ["exit-code-out-of-range"] : NO_ADJUSTMENTS,
  };
}

/** `stopMs` is what the job says, for the last attempt. */
function attemptOf(attempt: JsonObject, stopMs: number, zone: Zone): Attempt {
  const startMs = timeMsOf(field(attempt, "startedAt"), zone);
  const ownStopMs = timeMsOf(field(attempt, "stoppedAt"), zone);
  return {
    startMs,
    runtimeMs: spanMs(startMs, Number.isNaN(ownStopMs) ? stopMs : ownStopMs),
    exitCode: exitCodeOf(attempt),
    isHostLoss: HOST_LOSS.test(textOf(field(attempt, "statusReason"))),
  };
}

/** Of a job or an attempt: that of its container; of several containers the first that is not 0. NaN: unknown. */
function exitCodeOf(holder: JsonObject): number {
  const own = numberOf(field(objectOf(field(holder, "container")), "exitCode"));
  if (!Number.isNaN(own)) return own;
  const ecs = field(objectOf(field(holder, "ecsProperties")), "taskProperties") ?? field(holder, "taskProperties");
  const tasks = listOf(ecs).flatMap((task) => listOf(field(objectOf(task), "containers")));
  const codes = [...tasks, ...listOf(field(holder, "containers"))]
    .map((container) => numberOf(field(objectOf(container), "exitCode")))
    .filter((code) => !Number.isNaN(code));
  return codes.find((code) => code !== 0) ?? codes[0] ?? Number.NaN;
}

/** Windows ends processes with codes of 32 bits. */
export function isOutOfRange(exitCode: number): boolean {
  return Number.isInteger(exitCode) && (exitCode < 0 || exitCode > 255);
}

/** A failure stays one: its last eight bits, but never 0. */
export function inRange(exitCode: number): number {
  return isOutOfRange(exitCode) ? exitCode & 255 || 1 : exitCode;
}
