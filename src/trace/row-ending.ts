// How a row's job ended: the exit codes and run times of its attempts.

import type { AttemptScript } from "../model/profile.js";
import type { AdjustmentCode, RejectionCode } from "./admission-reasons.js";
import { MAX_RUNTIME_MS } from "./quantities.js";
import type { RawAttempt, RawJob } from "./raw-job.js";
import { UNREADABLE } from "./text/cells.js";

const MAX_EXIT_CODE = 255;

/** What a container that failed without a known exit code ends with. */
const UNKNOWN_FAILURE = 1;

/** What a row says, checked. */
export class RowEnding {
  /** One entry per attempt, the last with the job's own run time; empty: one attempt, which succeeds. */
  script: readonly AttemptScript[] = [];
  private readonly onAdjustment: (code: AdjustmentCode) => void;

  constructor(onAdjustment: (code: AdjustmentCode) => void) {
    this.onAdjustment = onAdjustment;
  }

  /** Takes a row; returns why it cannot be used. */
  take(raw: RawJob): RejectionCode | undefined {
    this.script = NOTHING;
    const { exitCode, status, attempts } = raw;
    if (!isExitCode(exitCode)) return "bad-exit-code";
    if (attempts.length === 0 && status === "" && !(exitCode > 0)) return undefined;
    const last = this.lastExitCode(exitCode, status);
    if (attempts.length < 2) {
      if (last !== 0) this.script = [ending(Number.NaN, last)];
      return undefined;
    }
    if (!attempts.every(isPossible)) return "bad-attempts";
    const earlier = attempts
      .slice(0, -1)
      .map((attempt) => ending(Math.round(attempt.runtimeMs), this.failure(attempt.exitCode)));
    this.script = [...earlier, ending(Number.NaN, last)];
    return undefined;
  }

  private lastExitCode(exitCode: number, status: RawJob["status"]): number {
    if (status === "SUCCEEDED") return 0;
    if (status === "FAILED") return this.failure(exitCode);
    return Number.isNaN(exitCode) ? 0 : exitCode;
  }

  /** A failure's exit code; some failures come without one, or, where a time limit struck, with 0. */
  private failure(exitCode: number): number {
    if (exitCode > 0) return exitCode;
    this.onAdjustment("failed-without-exit-code");
    return UNKNOWN_FAILURE;
  }
}

const NOTHING: readonly AttemptScript[] = [];

function ending(runtimeMs: number, exitCode: number): AttemptScript {
  return { runtimeMs, exitCode, reason: undefined, statusReason: undefined, cannotStart: false };
}

function isExitCode(code: number): boolean {
  return Number.isNaN(code) || (Number.isInteger(code) && code >= 0 && code <= MAX_EXIT_CODE);
}

function isPossible({ runtimeMs, exitCode }: RawAttempt): boolean {
  const hasRun = Number.isNaN(runtimeMs) || (runtimeMs >= 0 && runtimeMs !== UNREADABLE && runtimeMs <= MAX_RUNTIME_MS);
  return hasRun && isExitCode(exitCode);
}
