// Whether a failed attempt is followed by another one (RetryStrategy, EvaluateOnExit in the API reference of AWS Batch).

import type { ExitRule, RetryStrategy } from "../../model/job.js";
import type { OutcomeWords } from "../../model/outcome.js";
import { matchesPattern } from "./pattern.js";

/** A failed attempt, as evaluateOnExit sees it. */
export interface FailedAttempt {
  /** 0 where the container gave none. */
  readonly exitCode: number;
  readonly words: OutcomeWords;
}

/**
 * Whether the job is retried after failed attempt number `attempt` (1, 2, ...). One counter for all causes; the first entry
 * of evaluateOnExit that matches decides; when none does, the job is retried.
 */
export function isRetried(strategy: RetryStrategy, attempt: number, failed: FailedAttempt): boolean {
  if (attempt >= strategy.attempts) return false;
  const rule = strategy.evaluateOnExit.find((entry) => matches(entry, failed));
  return rule === undefined || rule.action === "RETRY";
}

/** All conditions that an entry gives must match. A reason that was not given is the empty text, which "*" matches. */
function matches(rule: ExitRule, { exitCode, words: { statusReason, reason } }: FailedAttempt): boolean {
  return (
    (rule.onStatusReason === undefined || matchesPattern(rule.onStatusReason, statusReason)) &&
    (rule.onReason === undefined || matchesPattern(rule.onReason, reason)) &&
    (rule.onExitCode === undefined || (exitCode !== 0 && matchesPattern(rule.onExitCode, String(exitCode))))
  );
}
