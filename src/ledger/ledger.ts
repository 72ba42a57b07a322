// The append-only record of a run: what happened to every job and instance, every decision with its reason, and how full
// each instance was. Metrics, reports and `explain` read this and nothing else, so a simulation and a live run look alike.
// It is fed the same events and actions that pass between engine and driver.

import { assert } from "../base/assert.js";
import { Float64Column, Int32Column } from "../base/columns.js";
import { type ActionBuffer, ActionKind } from "../model/action.js";
import type { Decision } from "../model/decision.js";
import { EventKind } from "../model/event.js";
import { NONE, type SystemTables } from "../model/tables.js";
import { UsageColumns } from "./usage.js";

export class Ledger {
  readonly tables: SystemTables;
  readonly decisions: Decision[] = [];
  readonly attempts = new AttemptColumns();
  readonly instances = new InstanceColumns();
  readonly usage: UsageColumns;
  /** Per job: its class, submission and current attempt. */
  private readonly jobClass = new Int32Column(1024);
  private readonly attemptOfJob = new Int32Column(1024);

  constructor(tables: SystemTables) {
    this.tables = tables;
    this.usage = new UsageColumns(tables);
  }

  /** Takes a decision's reason; returns the row that the decision's actions carry. */
  recordDecision(decision: Decision): number {
    this.decisions.push(decision);
    return this.decisions.length - 1;
  }

  /** Takes an event as the engine got it. */
  recordEvent(kind: EventKind, timeMs: number, subject: number, a: number, b: number): void {
    switch (kind) {
      case EventKind.JobSubmitted:
        this.jobClass.reserve(subject + 1);
        this.attemptOfJob.reserve(subject + 1);
        this.jobClass.data[subject] = a;
        return;
      case EventKind.JobEnded:
        this.endAttempt(subject, timeMs, a, b);
        return;
      case EventKind.InstanceRunning:
        this.instances.runningMs.data[subject] = timeMs;
        return;
      case EventKind.InstanceRegistered:
        this.instances.registeredMs.data[subject] = timeMs;
        this.usage.open(subject, this.instances.pool.data[subject]!, timeMs);
        return;
      case EventKind.LaunchRefused:
        this.instances.endedMs.data[subject] = timeMs;
        return;
      case EventKind.InstanceTerminated:
      case EventKind.Wake:
        return;
    }
  }

  /** Takes the actions of one evaluation. */
  recordActions(actions: ActionBuffer): void {
    for (let i = 0; i < actions.length; i++) {
      const subject = actions.subject.data[i]!;
      const timeMs = actions.timeMs.data[i]!;
      switch (actions.kind.data[i] as ActionKind) {
        case ActionKind.Place:
          this.beginAttempt(subject, actions.a.data[i]!, timeMs);
          break;
        case ActionKind.Launch:
          this.instances.add(subject, actions.a.data[i]!, actions.b.data[i]!, timeMs, actions.reason.data[i]!);
          break;
        case ActionKind.Terminate:
          this.endInstance(subject, timeMs, actions.reason.data[i]!);
          break;
        case ActionKind.WakeAt:
          break;
      }
    }
  }

  /** Closes the life of an instance: billing ends when termination is asked for. */
  endInstance(instance: number, timeMs: number, decision: number): void {
    this.instances.endedMs.data[instance] = timeMs;
    this.instances.endDecision.data[instance] = decision;
    if (this.instances.registeredMs.data[instance]! <= timeMs) this.usage.close(instance, timeMs);
  }

  private beginAttempt(job: number, instance: number, timeMs: number): void {
    this.attemptOfJob.data[job] = this.attempts.add(job, this.jobClass.data[job]!, instance, timeMs);
    this.usage.place(instance, this.jobClass.data[job]!, timeMs);
  }

  private endAttempt(job: number, timeMs: number, startedMs: number, exitCode: number): void {
    const attempt = this.attemptOfJob.data[job]!;
    assert(this.attempts.job.data[attempt] === job, `job ${job} ends without an attempt`);
    this.attempts.startedMs.data[attempt] = startedMs;
    this.attempts.endedMs.data[attempt] = timeMs;
    this.attempts.exitCode.data[attempt] = exitCode;
    this.usage.end(this.attempts.instance.data[attempt]!, this.jobClass.data[job]!, timeMs);
  }
}

/** One row per attempt of a job, in the order of placement. */
export class AttemptColumns {
  readonly job = new Int32Column(1024);
  readonly jobClass = new Int32Column(1024);
  readonly instance = new Int32Column(1024);
  readonly placedMs = new Float64Column(1024);
  /** Container start; NaN while the attempt runs. */
  readonly startedMs = new Float64Column(1024);
  /** NaN while the attempt runs. */
  readonly endedMs = new Float64Column(1024);
  readonly exitCode = new Int32Column(1024);

  get length(): number {
    return this.job.length;
  }

  add(job: number, jobClass: number, instance: number, placedMs: number): number {
    this.job.push(job);
    this.jobClass.push(jobClass);
    this.instance.push(instance);
    this.placedMs.push(placedMs);
    this.startedMs.push(Number.NaN);
    this.endedMs.push(Number.NaN);
    this.exitCode.push(NONE);
    return this.job.length - 1;
  }
}

/** One row per instance, by instance number. Times that did not come are NaN. */
export class InstanceColumns {
  readonly pool = new Int32Column();
  readonly environment = new Int32Column();
  readonly requestedMs = new Float64Column();
  readonly runningMs = new Float64Column();
  readonly registeredMs = new Float64Column();
  readonly endedMs = new Float64Column();
  readonly launchDecision = new Int32Column();
  readonly endDecision = new Int32Column();

  get length(): number {
    return this.pool.length;
  }

  add(instance: number, pool: number, environment: number, requestedMs: number, decision: number): void {
    assert(instance === this.length, "instance numbers are dense");
    this.pool.push(pool);
    this.environment.push(environment);
    this.requestedMs.push(requestedMs);
    this.runningMs.push(Number.NaN);
    this.registeredMs.push(Number.NaN);
    this.endedMs.push(Number.NaN);
    this.launchDecision.push(decision);
    this.endDecision.push(NONE);
  }
}
