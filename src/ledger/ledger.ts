// The append-only record of a run: what happened to every job and instance, every decision with its reason, and how full
// each instance was. Metrics, reports and `explain` read this and nothing else, so a simulation and a live run look alike.
// It is fed the events and actions that pass between engine and driver; the end of a job comes with the instance it was on.

import { assert } from "../base/assert.js";
import { Int32Column } from "../base/columns.js";
import { type ActionBuffer, ActionKind } from "../model/action.js";
import { EventKind } from "../model/event.js";
import { EndCause } from "../model/market.js";
import type { SystemTables } from "../model/tables.js";
import { mostClasses, NONE } from "../model/tables.js";
import { AttemptColumns } from "./attempts.js";
import { DecisionColumns } from "./decisions.js";
import { InstanceColumns } from "./instances.js";
import { CancellationColumns, JobChangeColumns } from "./job-changes.js";
import { PoolChangeColumns } from "./pool-changes.js";
import { UsageColumns } from "./usage.js";

export class Ledger {
  readonly tables: SystemTables;
  readonly decisions = new DecisionColumns();
  readonly attempts: AttemptColumns;
  readonly instances = new InstanceColumns();
  readonly usage: UsageColumns;
  /** PENDING to RUNNABLE: the job's dependencies have succeeded. */
  readonly released = new JobChangeColumns();
  /** RUNNABLE again after a failed attempt. */
  readonly retried = new JobChangeColumns();
  readonly cancelled = new CancellationColumns();
  /** Prices of pools that changed, in order of time. Before its first change a pool has the price of its table. */
  readonly prices = new PoolChangeColumns();
  /** Refused launches: RefusalReason by pool and time. */
  readonly refusals = new PoolChangeColumns();
  /** Per job: the row of its current attempt; of several rows (one per node) the first. */
  private readonly attemptOfJob: Int32Column;
  /** Per class: 1 for multi-node parallel jobs; no class that comes later is. */
  private readonly hasNodes: Uint8Array;

  /** Whether an instance's life ends when its end is decided; else when it is done, which takes a driver some ticks. */
  private readonly endsWithDecision: boolean;

  /** `expectedJobs` only sizes the columns; they grow when it was too low. */
  constructor(tables: SystemTables, expectedJobs: number) {
    this.tables = tables;
    this.attempts = new AttemptColumns(Math.max(1, expectedJobs));
    this.attemptOfJob = new Int32Column(expectedJobs);
    this.usage = new UsageColumns(tables);
    this.endsWithDecision = tables.placedBy !== "batch";
    this.hasNodes = new Uint8Array(mostClasses(tables));
    tables.classes.forEach(({ nodes }, jobClass) => {
      if (nodes > 1) this.hasNodes[jobClass] = 1;
    });
  }

  /** The tables have a class more, of one node. */
  addClass(jobClass: number): void {
    this.usage.addClass(jobClass);
  }

  /** Takes an event as the engine got it, with its `b` (model/event.ts); ends of jobs go to `endAttempt`. */
  recordEvent(kind: EventKind, timeMs: number, subject: number, b: number): void {
    switch (kind) {
      case EventKind.JobReleased:
        this.released.add(subject, timeMs);
        return;
      case EventKind.JobRetried:
        this.retried.add(subject, timeMs);
        return;
      case EventKind.JobCancelled:
        this.cancelled.addWithOutcome(subject, timeMs, b);
        return;
      case EventKind.InstanceRegistered:
        this.instances.registeredMs.data[subject] = timeMs;
        this.usage.open(subject, this.instances.pool.data[subject]!, timeMs);
        return;
      case EventKind.LaunchRefused:
        this.instances.endedMs.data[subject] = timeMs;
        this.instances.endCause.data[subject] = EndCause.Refused;
        return;
      case EventKind.JobSubmitted:
      case EventKind.JobPending:
      case EventKind.JobNamed:
      case EventKind.JobMeasured:
      case EventKind.JobCheckpointed:
      case EventKind.JobEnded:
      case EventKind.InstanceTerminated:
      case EventKind.Wake:
      case EventKind.InstanceRunning: // these and the next have calls of their own
      case EventKind.PriceChanged:
      case EventKind.PoolRefused:
      case EventKind.RebalanceRecommended:
      case EventKind.InterruptionWarned:
      case EventKind.InstanceLost:
      case EventKind.JobPlaced:
      case EventKind.InstanceKept:
      case EventKind.InstanceFound:
      case EventKind.ForeignFound:
      case EventKind.InstanceDrained:
        return;
    }
  }

  /** Takes the actions of one evaluation. */
  recordActions(actions: ActionBuffer): void {
    const { kind, subject, a, b, reason, timeMs } = actions;
    for (let i = 0; i < actions.length; i++) {
      switch (kind[i] as ActionKind) {
        case ActionKind.Place:
          this.beginAttempt(subject[i]!, b[i]!, a[i]!, timeMs[i]!);
          break;
        case ActionKind.Launch:
          this.instances.add(subject[i]!, a[i]!, b[i]!, timeMs[i]!, reason[i]!);
          break;
        case ActionKind.Terminate:
          if (this.endsWithDecision) this.endInstance(subject[i]!, timeMs[i]!, reason[i]!);
          else this.instances.endDecision.data[subject[i]!] = reason[i]!;
          break;
        case ActionKind.Drain:
        case ActionKind.CancelJob: // its decision is here already, its effect comes as an event
        case ActionKind.WakeAt:
          break;
      }
    }
  }

  /** A checkpoint has saved so much of the run of a job's present attempt; of a multi-node job, on every node. */
  saveWork(job: number, savedMs: number): void {
    const { attempts } = this;
    assert(this.isOpen(job), "work is saved of an attempt that does not run");
    for (let row = this.attemptOfJob.data[job]!; row < attempts.length && attempts.job[row] === job; row++) {
      attempts.save(row, savedMs);
    }
  }

  /** AWS Batch has placed a job; NONE: on an instance that is not known. */
  placeJob(job: number, jobClass: number, instance: number, timeMs: number): void {
    this.beginAttempt(job, jobClass, instance, timeMs);
  }

  /** An instance is there that no decision launched. */
  findInstance(instance: number, pool: number, environment: number, timeMs: number, waitingJobs: number): void {
    const { decisions } = this;
    const none = Number.NaN;
    const row = decisions.launch("found", timeMs, environment, pool, 1, waitingJobs, 0, 0, none, NONE, none);
    this.instances.add(instance, pool, environment, timeMs, row);
  }

  /** The end of an instance is done: where that takes its time, its life ends only now. */
  instanceTerminated(instance: number, timeMs: number): void {
    if (this.endsWithDecision || !Number.isNaN(this.instances.endedMs.data[instance]!)) return;
    this.endInstance(instance, timeMs, this.instances.endDecision.data[instance]!);
  }

  /** The end of an instance was given up. */
  keepInstance(instance: number): void {
    this.instances.endDecision.data[instance] = NONE;
  }

  /** EC2 reports an instance running, in this pool. */
  instanceRunning(instance: number, pool: number, timeMs: number): void {
    this.instances.pool.data[instance] = pool;
    this.instances.runningMs.data[instance] = timeMs;
  }

  /** An instance is gone that nobody decided to end. */
  loseInstance(instance: number, timeMs: number, cause: EndCause): void {
    if (!Number.isNaN(this.instances.endedMs.data[instance]!)) return; // we had asked for its end before
    this.instances.endCause.data[instance] = cause;
    this.endInstance(instance, timeMs, NONE);
  }

  /** Closes the life of an instance: billing ends when termination is asked for. */
  endInstance(instance: number, timeMs: number, decision: number): void {
    this.instances.endedMs.data[instance] = timeMs;
    this.instances.endDecision.data[instance] = decision;
    if (this.instances.registeredMs.data[instance]! <= timeMs) this.usage.close(instance, timeMs);
  }

  private beginAttempt(job: number, jobClass: number, instance: number, timeMs: number): void {
    this.attemptOfJob.reserve(job + 1);
    const laterNode = this.hasNodes[jobClass] === 1 && this.isOpen(job);
    const row = this.attempts.add(job, jobClass, instance, timeMs);
    if (!laterNode) this.attemptOfJob.data[job] = row;
    if (instance !== NONE) this.usage.place(instance, jobClass, timeMs);
  }

  /** Whether the job has an attempt that has not ended. */
  private isOpen(job: number): boolean {
    const { attempts } = this;
    const row = this.attemptOfJob.data[job]!; // 0, perhaps another job's row, before the job's first attempt
    return row < attempts.length && attempts.job[row] === job && Number.isNaN(attempts.endedMs[row]!);
  }

  /**
   * Takes the end of a job that was on an instance, at `timeMs`; the job's class comes along, so that it need not be looked
   * up. `startedMs` is when its container started, NaN if it never did; `outcome` is packed (model/outcome.ts). Of a
   * multi-node parallel job every node ends by a call of its own, with its instance, in any order, all before the job is
   * placed again.
   */
  endAttempt(
    job: number,
    jobClass: number,
    instance: number,
    timeMs: number,
    startedMs: number,
    outcome: number,
  ): void {
    const first = this.attemptOfJob.data[job]!;
    const row = this.hasNodes[jobClass] === 1 ? this.rowOfNode(first, job, instance) : first;
    this.attempts.end(row, timeMs, startedMs, outcome);
    if (instance >= 0) this.usage.end(instance, jobClass, timeMs);
  }

  /** The row, from `first` on, of the node on an instance: nodes of a job are on instances of their own. */
  private rowOfNode(first: number, job: number, instance: number): number {
    const { attempts } = this;
    let row = first;
    while (row < attempts.length && attempts.instance[row] !== instance) row++;
    assert(row < attempts.length && attempts.job[row] === job, "a node ends on an instance where it was not");
    return row;
  }
}
