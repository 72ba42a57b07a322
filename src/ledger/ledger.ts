// The append-only record of a run: what happened to every job and instance, every decision with its reason, and how full
// each instance was. Metrics, reports and `explain` read this and nothing else, so a simulation and a live run look alike.
// It is fed the events and actions that pass between engine and driver; the end of a job comes with the instance it was on.

import { Int32Column } from "../base/columns.js";
import { type ActionBuffer, ActionKind } from "../model/action.js";
import { EventKind } from "../model/event.js";
import type { SystemTables } from "../model/tables.js";
import { AttemptColumns } from "./attempts.js";
import { DecisionColumns } from "./decisions.js";
import { InstanceColumns } from "./instances.js";
import { UsageColumns } from "./usage.js";

export class Ledger {
  readonly tables: SystemTables;
  readonly decisions = new DecisionColumns();
  readonly attempts: AttemptColumns;
  readonly instances = new InstanceColumns();
  readonly usage: UsageColumns;
  /** Per job: its current attempt. */
  private readonly attemptOfJob: Int32Column;

  /** `expectedJobs` only sizes the columns; they grow when it was too low. */
  constructor(tables: SystemTables, expectedJobs: number) {
    this.tables = tables;
    this.attempts = new AttemptColumns(Math.max(1, expectedJobs));
    this.attemptOfJob = new Int32Column(expectedJobs);
    this.usage = new UsageColumns(tables);
  }

  /** Takes an event as the engine got it; ends of jobs go to `endAttempt`. */
  recordEvent(kind: EventKind, timeMs: number, subject: number): void {
    switch (kind) {
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
      case EventKind.JobSubmitted:
      case EventKind.JobEnded:
      case EventKind.InstanceTerminated:
      case EventKind.Wake:
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
          this.endInstance(subject[i]!, timeMs[i]!, reason[i]!);
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

  private beginAttempt(job: number, jobClass: number, instance: number, timeMs: number): void {
    this.attemptOfJob.reserve(job + 1);
    this.attemptOfJob.data[job] = this.attempts.add(job, jobClass, instance, timeMs);
    this.usage.place(instance, jobClass, timeMs);
  }

  /** Takes the end of a job that was on an instance; the job's class comes along, so that it need not be looked up. */
  endAttempt(
    job: number,
    jobClass: number,
    instance: number,
    timeMs: number,
    startedMs: number,
    exitCode: number,
  ): void {
    const { attempts } = this;
    const attempt = this.attemptOfJob.data[job]!;
    attempts.startedMs[attempt] = startedMs;
    attempts.endedMs[attempt] = timeMs;
    if (exitCode !== 0) attempts.exitCode[attempt] = exitCode; // columns begin as zeros
    this.usage.end(instance, jobClass, timeMs);
  }
}
