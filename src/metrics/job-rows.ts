// What happened to each job, looked up by its number: the ledger's rows are in the order of time. Made once per ledger, for
// figures and questions that go job by job; runs in which every job ran once and succeeded need it not.

import type { Ledger } from "../ledger/ledger.js";
import type { Workload } from "../model/job.js";
import { Outcome, packOutcome } from "../model/outcome.js";
import { NONE } from "../model/tables.js";
import { GroupedRows } from "./grouped-rows.js";
import { Prerequisites } from "./prerequisites.js";

const SUCCEEDED = packOutcome(Outcome.Succeeded, 0);

/** Whether every job had one attempt on one instance, which succeeded, and was RUNNABLE when submitted. */
export function everyJobRanOnce(ledger: Ledger, workload: Workload): boolean {
  const { attempts, released, retried, cancelled, tables } = ledger;
  return (
    attempts.length === workload.jobCount &&
    attempts.failures + released.length + retried.length + cancelled.length === 0 &&
    tables.classes.every(({ nodes }) => nodes === 1)
  );
}

/** The rows of a ledger by job: made at the first call, and again when the ledger has grown since. */
export function jobRowsOf(ledger: Ledger, workload: Workload): JobRows {
  const known = rowsOfLedger.get(ledger);
  if (known?.isCurrent(workload)) return known;
  const rows = new JobRows(ledger, workload);
  rowsOfLedger.set(ledger, rows);
  return rows;
}

const rowsOfLedger = new WeakMap<Ledger, JobRows>();

export class JobRows {
  private readonly ledger: Ledger;
  private readonly workload: Workload;
  private readonly size: number;
  private readonly attempts: GroupedRows;
  private readonly released: GroupedRows;
  private readonly retried: GroupedRows;
  private readonly cancelled: GroupedRows;
  private readonly nodesOfClass: Int32Array;
  private prerequisites: Prerequisites | undefined;

  constructor(ledger: Ledger, workload: Workload) {
    const { attempts, released, retried, cancelled } = ledger;
    const { jobCount } = workload;
    this.ledger = ledger;
    this.workload = workload;
    this.size = sizeOf(ledger);
    this.attempts = new GroupedRows(attempts.job, attempts.length, jobCount);
    this.released = new GroupedRows(released.job.data, released.length, jobCount);
    this.retried = new GroupedRows(retried.job.data, retried.length, jobCount);
    this.cancelled = new GroupedRows(cancelled.job.data, cancelled.length, jobCount);
    this.nodesOfClass = Int32Array.from(workload.classes, ({ nodes }) => nodes);
  }

  /** Whether it is of this workload and the ledger has no rows that it does not know. */
  isCurrent(workload: Workload): boolean {
    return workload === this.workload && this.size === sizeOf(this.ledger);
  }

  /** Attempts of a job so far; those of a multi-node parallel job count once. */
  attemptCount(job: number): number {
    return this.attempts.count(job) / this.nodesOf(job);
  }

  /** The ledger's row of a job's attempt (0, 1, ...); of several nodes that of the main one. */
  attemptRow(job: number, attempt: number): number {
    return this.attempts.at(job, attempt * this.nodesOf(job));
  }

  nodesOf(job: number): number {
    return this.nodesOfClass[this.workload.jobClass[job]!]!;
  }

  /** How often a job became RUNNABLE. */
  runnableCount(job: number): number {
    return Number.isNaN(this.firstRunnableMs(job)) ? 0 : 1 + this.retried.count(job);
  }

  /** When a job became RUNNABLE for the first time (0), after its first failed attempt (1), and so on. */
  runnableMs(job: number, time: number): number {
    return time === 0 ? this.firstRunnableMs(job) : this.ledger.retried.timeMs.data[this.retried.at(job, time - 1)]!;
  }

  /** When a job became RUNNABLE for the first time; NaN when it never did. */
  firstRunnableMs(job: number): number {
    if (this.wasReleased(job)) return this.ledger.released.timeMs.data[this.released.at(job, 0)]!;
    return this.attempts.count(job) > 0 || this.wasReadyAtOnce(job) ? this.workload.submitMs[job]! : Number.NaN;
  }

  /** Whether a job was PENDING: submitted while it had unmet dependencies. */
  wasPending(job: number): boolean {
    return this.wasReleased(job) || Number.isNaN(this.firstRunnableMs(job));
  }

  /** Whether a job has ended: no failed attempt of it is to be retried. */
  hasEnded(job: number): boolean {
    if (this.cancelled.count(job) > 0) return true;
    const attempts = this.attemptCount(job);
    if (attempts === 0 || this.retried.count(job) >= attempts) return false;
    return !Number.isNaN(this.ledger.attempts.endedMs[this.attemptRow(job, attempts - 1)]!);
  }

  /** When a job ended; NaN when it has not. */
  endedMs(job: number): number {
    if (!this.hasEnded(job)) return Number.NaN;
    if (this.cancelled.count(job) > 0) return this.ledger.cancelled.timeMs.data[this.cancelled.at(job, 0)]!;
    return this.ledger.attempts.endedMs[this.lastAttemptRow(job)]!;
  }

  /** How a job ended, packed (model/outcome.ts). Only of jobs that have ended. */
  outcome(job: number): number {
    if (this.cancelled.count(job) > 0) return this.ledger.cancelled.outcome.data[this.cancelled.at(job, 0)]!;
    return this.ledger.attempts.outcome[this.lastAttemptRow(job)]!;
  }

  /** The ledger's row of a job's last attempt; NONE when it had none. */
  lastAttemptRow(job: number): number {
    const attempts = this.attemptCount(job);
    return attempts === 0 ? NONE : this.attemptRow(job, attempts - 1);
  }

  /** The first and the last of a job's ended attempts that started a container, as rows; NONE when none did. */
  firstStartedRow(job: number): number {
    for (let i = 0; i < this.attemptCount(job); i++) {
      if (this.hasStarted(this.attemptRow(job, i))) return this.attemptRow(job, i);
    }
    return NONE;
  }

  lastStartedRow(job: number): number {
    for (let i = this.attemptCount(job) - 1; i >= 0; i--) {
      if (this.hasStarted(this.attemptRow(job, i))) return this.attemptRow(job, i);
    }
    return NONE;
  }

  private hasStarted(row: number): boolean {
    const { endedMs, startedMs } = this.ledger.attempts;
    return !Number.isNaN(endedMs[row]!) && !Number.isNaN(startedMs[row]!);
  }

  private wasReleased(job: number): boolean {
    return this.released.count(job) > 0;
  }

  /** Of a job without attempts that was never PENDING and released: whether it was RUNNABLE all the same. */
  private wasReadyAtOnce(job: number): boolean {
    this.prerequisites ??= new Prerequisites(
      this.workload,
      (other) => this.succeededMs(other),
      (other) => (this.hasEnded(other) ? this.endedMs(other) : Number.POSITIVE_INFINITY),
    );
    return this.prerequisites.metBy(job, this.workload.submitMs[job]!);
  }

  private succeededMs(job: number): number {
    return this.hasEnded(job) && this.outcome(job) === SUCCEEDED ? this.endedMs(job) : Number.POSITIVE_INFINITY;
  }
}

function sizeOf({ attempts, released, retried, cancelled }: Ledger): number {
  return attempts.length + released.length + retried.length + cancelled.length;
}
