// The engine: core plus ledger behind two calls. `ingest` takes one event; `evaluate` decides once and returns the actions.
// It has no clock and does no I/O: a simulated and a real driver call it alike, first all events of an instant, then one
// evaluation.

import { assert } from "../base/assert.js";
import { Decider } from "../core/decide.js";
import { JobKnowledge, type NameKnowledge } from "../core/knowledge/job-knowledge.js";
import { idleDelayOf } from "../core/scaledown/idle.js";
import { instanceRegistered, instanceRunning, launchRefused, machineEnded } from "../core/state/instance-transition.js";
import { endJob, pendJob, queueJob, unpendJob, withdrawJob } from "../core/state/transition.js";
import type { WaitReasons } from "../core/waiting/reasons.js";
import { whyWaiting } from "../core/waiting/why-waiting.js";
import { Ledger } from "../ledger/ledger.js";
import { ActionBuffer } from "../model/action.js";
import { EventKind } from "../model/event.js";
import type { SystemTables } from "../model/tables.js";
import { marketMoved } from "./market-events.js";
import { endIsDone, observed } from "./observed-events.js";

export class Engine {
  readonly ledger: Ledger;
  private readonly decider: Decider;
  private readonly actions = new ActionBuffer();
  private lastMs = Number.NEGATIVE_INFINITY;
  private readonly anyFargate: boolean;
  /** Whether a policy wants to be told of jobs that come and go. */
  private readonly watchesJobs: boolean;
  /** Whether anything is learned from attempts that end. */
  private learnsFromEnds: boolean;
  /** Quantile of learned run times that stands for a job's limit; 0: the user's limits stand for themselves. */
  private readonly estimateQuantile: number;
  /**
   * Earliest time at which a decision could do something because of what was ingested since the last one; Infinity when
   * nothing calls for a decision. Wake-ups that the last decision asked for come on top.
   */
  dueMs = Number.NEGATIVE_INFINITY; // the first decision sets up fixed and minimum capacity before anything happens

  /** `expectedJobs` only sizes the state; it grows when it was too low. */
  constructor(tables: SystemTables, expectedJobs = 1024) {
    this.ledger = new Ledger(tables, expectedJobs);
    this.decider = new Decider(tables, this.ledger.decisions, expectedJobs);
    this.estimateQuantile = tables.strategy.estimateQuantile;
    this.watchesJobs = this.decider.watchesJobs;
    this.learnsFromEnds = this.watchesJobs || this.decider.cluster.outlook !== null;
    this.anyFargate = tables.environments.some(({ fargate }) => fargate);
  }

  /** Jobs waiting for a place. */
  get waitingJobs(): number {
    return this.decider.cluster.pending.total;
  }

  /** Jobs placed and not yet ended. */
  get placedJobs(): number {
    return this.decider.cluster.runningJobs;
  }

  /** Why a job waits, as the state is now; undefined when it does not wait in a queue. Changes nothing. */
  whyWaiting(job: number, nowMs: number): WaitReasons | undefined {
    return whyWaiting(this.decider.cluster, this.decider.placer, job, { nowMs, decisionDue: this.dueMs <= nowMs });
  }

  /** Prices now, micro-USD per hour, and until when a pool is left alone, ms; both by pool. For whoever shows them. */
  get market() {
    const { market } = this.decider.cluster;
    return {
      priceMicroUsdPerHour: (pool: number) => market.priceMicroUsdPerHour[pool]!,
      refusedUntilMs: (pool: number) => market.refusedUntilMs[pool]!,
    };
  }

  /** What was learned of jobs of a name; undefined when nothing was. */
  knowledgeOf(name: number): NameKnowledge | undefined {
    return this.decider.cluster.knowledge?.ofName(name);
  }

  /** The first `limit` waiting jobs of a queue, in the order in which it would start them: GetJobQueueSnapshot's. */
  queueSnapshot(queue: number, limit: number, nowMs: number): number[] {
    return this.decider.placer.server(queue).firstJobs(limit, nowMs);
  }

  /**
   * The driver has appended a class to its tables, with its shape and share name where these are new too; jobs of it may come
   * from now on. To be called once for each, in their order. It must be within SystemTables.capacity, of one node, without
   * consumable resources, and for a queue that is served first in, first out or by fair share.
   */
  classDefined(jobClass: number): void {
    this.decider.addClass(jobClass);
    this.ledger.addClass(jobClass);
  }

  /** Takes one event; meanings of subject, a and b are those of its kind (model/event.ts). Times must not go backwards. */
  ingest(kind: EventKind, timeMs: number, subject: number, a: number, b: number): void {
    assert(timeMs >= this.lastMs, "events go backwards in time");
    this.lastMs = timeMs;
    // Nearly all events are these two: the way to them is short, so that it is compiled into the loops that call it.
    if (kind === EventKind.JobEnded) this.endJob(subject, timeMs, a, b);
    else if (kind === EventKind.JobSubmitted) this.queueJob(subject, a, b, false, timeMs);
    else this.ingestRarer(kind, timeMs, subject, a, b);
  }

  private ingestRarer(kind: EventKind, timeMs: number, subject: number, a: number, b: number): void {
    const { cluster } = this.decider;
    switch (kind) {
      case EventKind.JobNamed:
        this.nameJob(subject, a, b);
        return;
      case EventKind.JobPending:
        this.pendJob(subject, a, timeMs);
        return;
      case EventKind.JobReleased:
        unpendJob(cluster, subject, timeMs);
        this.queueJob(subject, a, b, false, timeMs);
        break;
      case EventKind.JobRetried:
        this.queueJob(subject, a, b, true, timeMs);
        break;
      case EventKind.JobCancelled:
        this.cancelJob(subject, timeMs, b);
        return;
      case EventKind.InstanceRunning:
        this.runInstance(subject, a, timeMs);
        return;
      case EventKind.InstanceRegistered:
        instanceRegistered(cluster, subject, timeMs, b);
        this.roomAppeared(subject, timeMs);
        break;
      case EventKind.LaunchRefused:
        launchRefused(cluster, subject);
        this.due(timeMs);
        break;
      case EventKind.PriceChanged:
      case EventKind.PoolRefused:
      case EventKind.RebalanceRecommended:
      case EventKind.InterruptionWarned:
      case EventKind.InstanceLost:
        if (marketMoved(this.decider, this.ledger, kind, timeMs, subject, a)) this.due(timeMs);
        return;
      case EventKind.InstanceTerminated:
        this.ledger.instanceTerminated(subject, timeMs);
        if (endIsDone(this.decider.cluster, subject, timeMs)) this.due(timeMs);
        return;
      case EventKind.Wake:
        this.due(timeMs);
        break;
      case EventKind.JobMeasured:
        cluster.knowledge?.jobMeasured(subject, a);
        return;
      case EventKind.JobCheckpointed:
        cluster.knowledge?.jobSaved(subject, a);
        this.ledger.saveWork(subject, a);
        return;
      case EventKind.JobPlaced:
      case EventKind.InstanceKept:
      case EventKind.InstanceFound:
      case EventKind.ForeignFound:
      case EventKind.InstanceDrained:
        if (observed(this.decider.cluster, this.ledger, kind, timeMs, subject, a, b)) this.due(timeMs);
        return;
    }
    this.ledger.recordEvent(kind, timeMs, subject, b);
  }

  /** Decides once. The returned buffer is reused by the next call. */
  evaluate(nowMs: number): ActionBuffer {
    assert(nowMs >= this.lastMs, "an evaluation goes backwards in time");
    this.lastMs = nowMs;
    this.dueMs = Number.POSITIVE_INFINITY;
    this.actions.clear();
    this.decider.decide(nowMs, this.actions);
    this.ledger.recordActions(this.actions);
    return this.actions;
  }

  /** Only a compute reservation asks who is PENDING: shares with such jobs are active, and there may be room for more. */
  private pendJob(job: number, jobClass: number, timeMs: number): void {
    const { cluster } = this.decider;
    const { order } = cluster.tables.queues[cluster.tables.classes[jobClass]!.queue]!;
    if (order.kind !== "fair-share" || order.fairShare.computeReservation === 0) return;
    pendJob(cluster, job, jobClass, timeMs);
    this.due(timeMs);
  }

  /** A job is RUNNABLE; a retried one goes before all that wait. */
  private queueJob(job: number, jobClass: number, limitMs: number, isRetry: boolean, timeMs: number): void {
    queueJob(this.decider.cluster, job, jobClass, this.estimate(job, limitMs), isRetry, timeMs);
    if (this.watchesJobs) this.decider.jobQueued(job, jobClass, isRetry, timeMs);
    this.due(timeMs);
  }

  /** Where its launch might have been answered with more vCPUs, these are free again for waiting jobs. */
  private runInstance(instance: number, pool: number, timeMs: number): void {
    const { cluster } = this.decider;
    const wasReserved = cluster.reservedVcpuMilli.has(instance);
    instanceRunning(cluster, instance, pool, timeMs);
    this.ledger.instanceRunning(instance, pool, timeMs);
    if (wasReserved && cluster.pending.total > 0) this.due(timeMs);
  }

  /** What a job's limit is to policies. */
  private estimate(job: number, limitMs: number): number {
    const { knowledge } = this.decider.cluster;
    if (knowledge === null || this.estimateQuantile === 0) return limitMs;
    return knowledge.estimateMs(job, limitMs, this.estimateQuantile);
  }

  private nameJob(job: number, name: number, savesEveryMs: number): void {
    const { cluster } = this.decider;
    cluster.knowledge ??= new JobKnowledge();
    this.learnsFromEnds = true;
    cluster.knowledge.jobNamed(job, name);
    cluster.outlook?.jobNamed(job, name, savesEveryMs);
  }

  private endJob(job: number, timeMs: number, startedMs: number, outcome: number): void {
    const { cluster } = this.decider;
    if (this.learnsFromEnds) this.learnFromEnd(job, timeMs, startedMs, outcome);
    const jobClass = cluster.jobClass(job);
    if (cluster.isSpecial[jobClass] === 1) {
      this.endSpecialJob(job, jobClass, timeMs, startedMs, outcome);
      return;
    }
    const instance = endJob(cluster, job, timeMs);
    this.ledger.endAttempt(job, jobClass, instance, timeMs, startedMs, outcome);
    this.jobLeft(instance, timeMs);
  }

  /** A job may have had several nodes, or consumable resources that are free again. */
  private endSpecialJob(job: number, jobClass: number, timeMs: number, startedMs: number, outcome: number): void {
    const { cluster } = this.decider;
    const gang = cluster.gangs.size === 0 ? undefined : cluster.gangs.get(job);
    const instance = endJob(cluster, job, timeMs);
    if (gang === undefined) this.ledger.endAttempt(job, jobClass, instance, timeMs, startedMs, outcome);
    else for (const node of gang) this.ledger.endAttempt(job, jobClass, node, timeMs, startedMs, outcome);
    if (cluster.consumables.ofClass[jobClass] !== null) this.due(timeMs);
    this.jobLeft(instance, timeMs);
  }

  private learnFromEnd(job: number, timeMs: number, startedMs: number, outcome: number): void {
    const { cluster } = this.decider;
    if (cluster.knowledge !== null) {
      cluster.knowledge.jobEnded(job, startedMs, timeMs, outcome);
      cluster.market.runTimes.attemptEnded(startedMs, timeMs, outcome);
    }
    if (this.watchesJobs) this.decider.attemptEnded(job, outcome);
    const instance = cluster.jobInstance(job);
    if (instance >= 0) cluster.outlook?.jobEnded(job, instance, startedMs, timeMs, outcome);
  }

  private jobLeft(instance: number, timeMs: number): void {
    const { instances, tables } = this.decider.cluster;
    if (instance < 0) return; // it was on an instance that is not known here
    const isOnFargate = this.anyFargate && tables.environments[instances.environment(instance)]!.fargate;
    if (isOnFargate) this.endMachine(instance, timeMs);
    else this.roomAppeared(instance, timeMs);
  }

  /** A job that never reached a queue (a dependency of it failed) is only recorded. */
  private cancelJob(job: number, timeMs: number, outcome: number): void {
    const { cluster } = this.decider;
    unpendJob(cluster, job, timeMs);
    if (cluster.isWaiting(job)) {
      withdrawJob(cluster, job, timeMs);
      this.due(timeMs);
    }
    this.ledger.recordEvent(EventKind.JobCancelled, timeMs, job, outcome);
  }

  /** AWS ends a Fargate task's machine with the task: nobody decides that, and it makes room under maxvCpus. */
  private endMachine(instance: number, timeMs: number): void {
    const { cluster } = this.decider;
    const environment = cluster.instances.environment(instance);
    machineEnded(cluster, instance);
    const remaining = cluster.environments[environment]!.vcpuMilli;
    const row = this.ledger.decisions.terminate("job-ended", timeMs, instance, timeMs, 0, remaining);
    this.ledger.endInstance(instance, timeMs, row);
    if (cluster.pending.total > 0) this.due(timeMs);
  }

  /** An instance has room that it did not have: for waiting jobs at once; else it may be idle, and due to end later. */
  private roomAppeared(instance: number, timeMs: number): void {
    const { cluster } = this.decider;
    if (cluster.pending.total > 0) this.due(timeMs);
    else if (cluster.instances.jobs(instance) === 0) this.due(timeMs + idleDelayOf(cluster, instance));
  }

  private due(timeMs: number): void {
    if (timeMs < this.dueMs) this.dueMs = timeMs;
  }
}
