// The jobs of the account by status, kept as they change, so that a list of a queue costs in jobs of the list.

import { NONE } from "../../../src/model/tables.js";
import type { AccountState } from "../account-state.js";

export const BATCH_STATUSES = [
  "SUBMITTED",
  "PENDING",
  "RUNNABLE",
  "STARTING",
  "RUNNING",
  "SUCCEEDED",
  "FAILED",
] as const;
export type BatchStatus = (typeof BATCH_STATUSES)[number];

/** Of a job that nobody has submitted yet. */
const UNSUBMITTED = 0;
const numberOf = new Map<string, number>(BATCH_STATUSES.map((status, index) => [status, index + 1]));

export class JobIndex {
  private readonly state: AccountState;
  /** Per job: 0, or the status's place in BATCH_STATUSES plus one. */
  private readonly statuses: Uint8Array;
  /** Per array and status: children. */
  private readonly children: Int32Array[];

  constructor(state: AccountState) {
    const { account, workload } = state;
    this.state = state;
    this.statuses = new Uint8Array(account.jobCount);
    const { count, starts } = workload.arrays;
    this.children = Array.from({ length: count }, (_, array) => {
      const counts = new Int32Array(BATCH_STATUSES.length + 1);
      counts[UNSUBMITTED] = starts[array + 1]! - starts[array]!;
      return counts;
    });
    account.takeChangedJobs();
    for (let job = 0; job < account.jobCount; job++) this.take(job);
  }

  /** Takes up what has changed. To be called before every question. */
  refresh(): void {
    for (const job of this.state.account.takeChangedJobs()) this.take(job);
  }

  /** Undefined: not submitted yet. */
  statusOf(job: number): BatchStatus | undefined {
    return BATCH_STATUSES[this.statuses[job]! - 1];
  }

  /** An array's parent is PENDING while any of its children is active. Undefined: not submitted yet. */
  parentStatus(array: number): BatchStatus | undefined {
    const counts = this.children[array]!;
    const size = counts.reduce((sum, count) => sum + count, 0);
    const succeeded = counts[numberOf.get("SUCCEEDED")!]!;
    const failed = counts[numberOf.get("FAILED")!]!;
    if (counts[UNSUBMITTED] === size) return undefined;
    if (succeeded === size) return "SUCCEEDED";
    return succeeded + failed === size ? "FAILED" : "PENDING";
  }

  /** Children by status. */
  summary(array: number): Record<BatchStatus, number> {
    const counts = this.children[array]!;
    const entries = BATCH_STATUSES.map((status, index) => [status, counts[index + 1]!] as const);
    const summary = Object.fromEntries(entries) as Record<BatchStatus, number>;
    summary.SUBMITTED += counts[UNSUBMITTED]!;
    return summary;
  }

  queueOf(job: number): number {
    const { classes, jobClass } = this.state.workload;
    return classes[jobClass[job]!]!.queue;
  }

  private take(job: number): void {
    const { status } = this.state.account.job(job);
    const next = numberOf.get(status) ?? UNSUBMITTED;
    const before = this.statuses[job]!;
    this.statuses[job] = next;
    const array = this.state.workload.arrays.arrayOfJob[job] ?? NONE;
    if (array === NONE || next === before) return;
    this.children[array]![before]!--;
    this.children[array]![next]!++;
  }
}
