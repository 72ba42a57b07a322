// The engine: core plus ledger behind two calls. `ingest` takes one event; `evaluate` decides once and returns the actions.
// It has no clock and does no I/O: a simulated and a real driver call it alike, first all events of an instant, then one
// evaluation.

import { assert } from "../base/assert.js";
import { Decider } from "../core/decide.js";
import {
  endJob,
  instanceRegistered,
  instanceRunning,
  instanceTerminated,
  launchRefused,
  submitJob,
} from "../core/state/transition.js";
import { Ledger } from "../ledger/ledger.js";
import { ActionBuffer } from "../model/action.js";
import { EventKind } from "../model/event.js";
import type { SystemTables } from "../model/tables.js";

export class Engine {
  readonly ledger: Ledger;
  private readonly decider: Decider;
  private readonly actions = new ActionBuffer();
  private lastMs = Number.NEGATIVE_INFINITY;
  private readonly idleDelayMs: number;
  /**
   * Earliest time at which a decision could do something because of what was ingested since the last one; Infinity when
   * nothing calls for a decision. Wake-ups that the last decision asked for come on top.
   */
  dueMs = Number.NEGATIVE_INFINITY; // the first decision sets up fixed and minimum capacity before anything happens

  /** `expectedJobs` only sizes the state; it grows when it was too low. */
  constructor(tables: SystemTables, expectedJobs = 1024) {
    this.ledger = new Ledger(tables, expectedJobs);
    this.decider = new Decider(tables, this.ledger.decisions, expectedJobs);
    this.idleDelayMs = tables.strategy.scaleDown.idleDelayMs;
  }

  /** Jobs waiting for a place. */
  get waitingJobs(): number {
    return this.decider.cluster.pending.total;
  }

  /** Jobs placed and not yet ended. */
  get placedJobs(): number {
    return this.decider.cluster.runningJobs;
  }

  /** Takes one event; meanings of subject, a and b are those of its kind (model/event.ts). Times must not go backwards. */
  ingest(kind: EventKind, timeMs: number, subject: number, a: number, b: number): void {
    assert(timeMs >= this.lastMs, "events go backwards in time");
    this.lastMs = timeMs;
    const { cluster } = this.decider;
    switch (kind) {
      case EventKind.JobSubmitted:
        submitJob(cluster, subject, a);
        this.due(timeMs);
        break;
      case EventKind.JobEnded:
        this.endJob(subject, timeMs, a, b);
        return;
      case EventKind.InstanceRunning:
        instanceRunning(cluster, subject);
        break;
      case EventKind.InstanceRegistered:
        instanceRegistered(cluster, subject, timeMs);
        this.roomAppeared(subject, timeMs);
        break;
      case EventKind.LaunchRefused:
        launchRefused(cluster, subject);
        this.due(timeMs);
        break;
      case EventKind.InstanceTerminated:
        instanceTerminated(cluster, subject);
        break;
      case EventKind.Wake:
        this.due(timeMs);
        break;
    }
    this.ledger.recordEvent(kind, timeMs, subject);
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

  private endJob(job: number, timeMs: number, startedMs: number, exitCode: number): void {
    const { cluster } = this.decider;
    const instance = endJob(cluster, job, timeMs);
    this.ledger.endAttempt(job, cluster.jobClass(job), instance, timeMs, startedMs, exitCode);
    this.roomAppeared(instance, timeMs);
  }

  /** An instance has room that it did not have: for waiting jobs at once; else it may be idle, and due to end later. */
  private roomAppeared(instance: number, timeMs: number): void {
    const { pending, instances } = this.decider.cluster;
    if (pending.total > 0) this.due(timeMs);
    else if (instances.jobs(instance) === 0) this.due(timeMs + this.idleDelayMs);
  }

  private due(timeMs: number): void {
    if (timeMs < this.dueMs) this.dueMs = timeMs;
  }
}
