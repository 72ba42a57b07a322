// What can be known of a job from those of the same name that ended before it: run time and memory, as running quantiles.
// It learns from events alone, so it knows no more than a live controller would at that instant.

import { Int32Column } from "../../base/columns.js";
import { RunningQuantiles } from "../../base/running-quantiles.js";
import { Outcome, outcomeOf } from "../../model/outcome.js";
import { NONE } from "../../model/tables.js";

/** Fewer runs say nothing of a name yet: the user's own limit is the better guess. */
const FEWEST_RUNS = 3;

export interface NameKnowledge {
  /** Of attempts that succeeded, ms. */
  readonly runtimeMs: RunningQuantiles;
  /** Peak memory of attempts whose peak was measured, MiB. */
  readonly peakMemoryMib: RunningQuantiles;
}

export class JobKnowledge {
  private readonly nameOfJob = new Int32Column();
  private readonly names: NameKnowledge[] = [];
  /** Of jobs that have checkpoints: what earlier attempts have done of their work, ms of run time. */
  private readonly savedMs = new Map<number, number>();

  /** A job that will be submitted has this name. */
  jobNamed(job: number, name: number): void {
    while (this.nameOfJob.length <= job) this.nameOfJob.push(NONE);
    this.nameOfJob.data[job] = name;
    while (this.names.length <= name) {
      this.names.push({ runtimeMs: new RunningQuantiles(), peakMemoryMib: new RunningQuantiles() });
    }
  }

  /** An attempt of the job used at most so much memory. */
  jobMeasured(job: number, peakMemoryMib: number): void {
    this.ofJob(job)?.peakMemoryMib.add(peakMemoryMib);
  }

  /** An attempt has saved so much of its run: the next one is the shorter for it. */
  jobSaved(job: number, savedMs: number): void {
    this.savedMs.set(job, (this.savedMs.get(job) ?? 0) + savedMs);
  }

  /** An attempt has ended. One that failed or was stopped tells nothing of how long the work takes. */
  jobEnded(job: number, startedMs: number, endedMs: number, packedOutcome: number): void {
    if (outcomeOf(packedOutcome) !== Outcome.Succeeded || Number.isNaN(startedMs)) return;
    const savedMs = this.savedMs.size === 0 ? 0 : this.takeSaved(job);
    this.ofJob(job)?.runtimeMs.add(endedMs - startedMs + savedMs);
  }

  /**
   * How long an attempt may be expected to take at the most, ms: the quantile of earlier runs, but never more than the
   * user's limit; the limit alone (NaN: none) as long as there are too few runs.
   */
  estimateMs(job: number, limitMs: number, quantile: number): number {
    const known = this.ofJob(job)?.runtimeMs;
    if (known === undefined || known.count < FEWEST_RUNS) return limitMs;
    const learnedMs = Math.max(0, known.quantile(quantile) - (this.savedMs.get(job) ?? 0));
    return Number.isNaN(limitMs) ? learnedMs : Math.min(learnedMs, limitMs);
  }

  /** What is known of a name; undefined before its first job. */
  ofName(name: number): NameKnowledge | undefined {
    return this.names[name];
  }

  private takeSaved(job: number): number {
    const savedMs = this.savedMs.get(job) ?? 0;
    this.savedMs.delete(job);
    return savedMs;
  }

  private ofJob(job: number): NameKnowledge | undefined {
    const name = job < this.nameOfJob.length ? this.nameOfJob.data[job]! : NONE;
    return name === NONE ? undefined : this.names[name];
  }
}
