// Which waiting jobs should not be left to spot any longer: those that have lost too many attempts with their instance, that
// have waited too long, or that would end too late if another attempt were lost. For these capacity is bought on-demand.

import { Float64Column } from "../../base/columns.js";
import { Outcome, outcomeOf } from "../../model/outcome.js";
import type { Escalation } from "../../model/policy.js";
import { NONE } from "../../model/tables.js";
import type { Cluster, Urgency } from "../state/cluster.js";

/** The half of the runs of a job's name end within this: what another attempt is expected to take. */
const EXPECTED_QUANTILE = 0.5;

export class Escalations implements Urgency {
  private readonly cluster: Cluster;
  private readonly policy: Escalation;
  /** Attempts that were lost with their instance, by job; jobs that lost none are not in it. */
  private readonly lost = new Map<number, number>();
  /** Per job: when it was first RUNNABLE, and last. */
  private readonly submittedMs = new Float64Column();
  private readonly queuedMs = new Float64Column();

  constructor(cluster: Cluster) {
    this.cluster = cluster;
    this.policy = cluster.tables.strategy.spot.escalation;
  }

  /** A new job is RUNNABLE; its number may have been another's. */
  jobSubmitted(job: number, nowMs: number): void {
    this.lost.delete(job);
    this.submittedMs.reserve(job + 1);
    this.submittedMs.data[job] = nowMs;
    this.jobRetried(job, nowMs);
  }

  /** It waits again. */
  jobRetried(job: number, nowMs: number): void {
    this.queuedMs.reserve(job + 1);
    this.queuedMs.data[job] = nowMs;
  }

  attemptEnded(job: number, packedOutcome: number): void {
    if (outcomeOf(packedOutcome) === Outcome.HostTerminated) this.lost.set(job, (this.lost.get(job) ?? 0) + 1);
  }

  /** As of the last decision. */
  isUrgent(job: number): boolean {
    const { lostAttempts } = this.policy;
    if (lostAttempts > 0 && (this.lost.get(job) ?? 0) >= lostAttempts) return true;
    return this.urgentAtMs(job) <= this.cluster.market.nowMs;
  }

  /**
   * How many of the waiting jobs of a class are urgent. Jobs of a class wait in the order of submission, retried ones before
   * the others: it looks no further than the first that is neither urgent nor has lost an attempt.
   */
  count(jobClass: number): number {
    const { pending } = this.cluster;
    let urgent = 0;
    for (let job = pending.head[jobClass]!; job !== NONE; job = pending.after(job)) {
      if (this.isUrgent(job)) urgent++;
      else if (!this.lost.has(job)) break;
    }
    return urgent;
  }

  /** When the first job of a class will be urgent that is not yet; Infinity: it never will by waiting. */
  nextMs(jobClass: number): number {
    const { pending } = this.cluster;
    for (let job = pending.head[jobClass]!; job !== NONE; job = pending.after(job)) {
      if (!this.isUrgent(job)) return this.urgentAtMs(job);
    }
    return Number.POSITIVE_INFINITY;
  }

  /** When a waiting job will be urgent if it goes on waiting. Of a turnaround two expected runs must be left: one may be lost. */
  private urgentAtMs(job: number): number {
    const { ageMs, turnaroundMs } = this.policy;
    let atMs = Number.POSITIVE_INFINITY;
    if (ageMs !== null) atMs = this.queuedMs.data[job]! + ageMs;
    if (turnaroundMs !== null) {
      atMs = Math.min(atMs, this.submittedMs.data[job]! + turnaroundMs - 2 * this.expectedMs(job));
    }
    return atMs;
  }

  private expectedMs(job: number): number {
    const { knowledge, market } = this.cluster;
    const known = knowledge?.estimateMs(job, Number.NaN, EXPECTED_QUANTILE) ?? Number.NaN;
    return Number.isNaN(known) ? market.runTimes.meanMs : known;
  }
}
