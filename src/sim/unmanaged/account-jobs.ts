// The jobs of a simulated account as Batch's API shows them.

import { assert } from "../../base/assert.js";
import { EventKind } from "../../model/event.js";
import type { Workload } from "../../model/job.js";
import { Outcome, outcomeOf } from "../../model/outcome.js";
import { NONE } from "../../model/tables.js";
import type { AccountAttempt, AccountJob, AccountJobStatus } from "./account-view.js";

interface Job {
  status: AccountJobStatus;
  readonly createdMs: number;
  host: number;
  placedMs: number;
  /** When its container starts or has started; Infinity: it never will. */
  startMs: number;
  stoppedMs: number;
  ended: AccountAttempt[];
  /** Packed; of a job that failed without an attempt of its own to say why. */
  cancelled: number;
}

export class AccountJobs {
  private readonly jobs: Job[] = [];
  private readonly startMsOf: (job: number) => number;
  /** Jobs in STARTING. */
  private readonly starting = new Set<number>();
  private changed = new Set<number>();

  constructor({ jobCount, submitMs }: Workload, startMsOf: (job: number) => number) {
    this.startMsOf = startMsOf;
    for (let job = 0; job < jobCount; job++) {
      this.jobs.push({
        status: "UNSUBMITTED",
        createdMs: submitMs[job]!,
        host: NONE,
        placedMs: Number.NaN,
        startMs: Number.NaN,
        stoppedMs: Number.NaN,
        ended: [],
        cancelled: 0,
      });
    }
  }

  get count(): number {
    return this.jobs.length;
  }

  at(job: number): AccountJob {
    const { status, createdMs, host, placedMs, startMs, stoppedMs, ended } = this.jobs[job]!;
    const startedMs = status === "RUNNING" ? startMs : (ended.at(-1)?.startedMs ?? Number.NaN);
    const isActive = status === "STARTING" || status === "RUNNABLE";
    return { status, createdMs, host, placedMs, startedMs: isActive ? Number.NaN : startedMs, stoppedMs, ended };
  }

  /** How a cancelled job ended, packed. */
  cancelledOutcome(job: number): number {
    return this.jobs[job]!.cancelled;
  }

  /** Jobs whose status, attempt or host changed since the last call, ascending. */
  takeChanged(): number[] {
    const changed = [...this.changed].sort((a, b) => a - b);
    this.changed.clear();
    return changed;
  }

  /** Batch has placed a job. */
  placed(job: number, host: number, timeMs: number): void {
    const state = this.jobs[job]!;
    state.status = "STARTING";
    state.host = host;
    state.placedMs = timeMs;
    this.starting.add(job);
    this.changed.add(job);
  }

  /** Containers that have started by now: STARTING becomes RUNNING. Whether there are any. */
  startUntil(timeMs: number): boolean {
    const { size } = this.starting;
    for (const job of this.starting) {
      const startMs = this.startMsOf(job);
      if (startMs > timeMs) continue;
      this.starting.delete(job);
      this.jobs[job]!.status = "RUNNING";
      this.jobs[job]!.startMs = startMs;
      this.changed.add(job);
    }
    return this.starting.size < size;
  }

  /** Takes what Batch says of a job; returns the host that it has left, or NONE. */
  happened(kind: EventKind, timeMs: number, job: number, a: number, b: number): number {
    const state = this.jobs[job]!;
    this.changed.add(job);
    switch (kind) {
      case EventKind.JobPending:
        state.status = "PENDING";
        return NONE;
      case EventKind.JobSubmitted:
      case EventKind.JobReleased:
        state.status = "RUNNABLE";
        return NONE;
      case EventKind.JobRetried: {
        const last = state.ended.pop()!;
        state.ended.push({ ...last, retried: true });
        state.status = "RUNNABLE";
        state.stoppedMs = Number.NaN;
        return NONE;
      }
      case EventKind.JobCancelled:
        state.status = "FAILED";
        state.stoppedMs = timeMs;
        state.cancelled = b;
        return NONE;
      case EventKind.JobEnded:
        return this.ended(job, timeMs, a, b);
    }
    return NONE;
  }

  private ended(job: number, timeMs: number, startedMs: number, outcome: number): number {
    const state = this.jobs[job]!;
    assert(state.host !== NONE, "a job ends that is on no host");
    const { host, placedMs } = state;
    this.starting.delete(job);
    state.ended.push({ host, placedMs, startedMs, stoppedMs: timeMs, outcome, retried: false });
    state.status = outcomeOf(outcome) === Outcome.Succeeded ? "SUCCEEDED" : "FAILED";
    state.host = NONE;
    state.stoppedMs = timeMs;
    return host;
  }
}
