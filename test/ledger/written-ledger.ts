// A ledger written by hand, event by event: what a run would have recorded, without a run.

import { Ledger } from "../../src/ledger/ledger.js";
import { ActionBuffer, ActionKind } from "../../src/model/action.js";
import { EventKind } from "../../src/model/event.js";
import type { Pool } from "../../src/model/instance-type.js";
import type { Workload } from "../../src/model/job.js";
import { Outcome, packOutcome } from "../../src/model/outcome.js";
import { NONE, type SystemTables } from "../../src/model/tables.js";
import { instanceType, type JobRow, pool, simulationInput } from "../builders.js";

/** Packed outcomes. */
export const SUCCEEDED = packOutcome(Outcome.Succeeded, 0);
export const EXITED_3 = packOutcome(Outcome.Exited, 3);
export const HOST_LOST = packOutcome(Outcome.HostTerminated, 0);
export const CANNOT_PULL = packOutcome(Outcome.CannotPull, 0);
export const DEPENDENCY_FAILED = packOutcome(Outcome.DependencyFailed, 0);
export const CANCELLED = packOutcome(Outcome.Cancelled, 0);

export class WrittenLedger {
  readonly tables: SystemTables;
  readonly workload: Workload;
  readonly ledger: Ledger;

  /** Jobs on instances of 4 vCPUs and 16 GiB at 3.60 USD per hour (1 micro-USD per ms) unless other pools are given. */
  constructor(jobs: readonly JobRow[], more: Partial<Workload> = {}, pools: readonly Pool[] = [pool(0, 3.6)]) {
    const input = simulationInput({ types: [instanceType("m", 4, 16)], pools, jobs });
    this.tables = input.tables;
    this.workload = { ...input.workload, ...more };
    this.ledger = new Ledger(this.tables, jobs.length);
  }

  /** Instances that are there, running and registered, from `timeMs` on. */
  launch(count: number, timeMs = 0): this {
    for (let i = 0; i < count; i++) {
      const instance = this.ledger.instances.length;
      this.act(ActionKind.Launch, instance, 0, 0, NONE, timeMs);
      this.ledger.instanceRunning(instance, this.ledger.instances.pool.data[instance]!, timeMs);
      this.ledger.recordEvent(EventKind.InstanceRegistered, timeMs, instance, 0);
    }
    return this;
  }

  /** A job goes to an instance, or its nodes to one each. */
  place(job: number, timeMs: number, ...instances: readonly number[]): this {
    for (const instance of instances) this.act(ActionKind.Place, job, instance, this.classOf(job), NONE, timeMs);
    return this;
  }

  /** An attempt ends on its instances. */
  end(job: number, timeMs: number, startedMs: number, outcome: number, ...instances: readonly number[]): this {
    for (const instance of instances) {
      this.ledger.endAttempt(job, this.classOf(job), instance, timeMs, startedMs, outcome);
    }
    return this;
  }

  release(job: number, timeMs: number): this {
    this.ledger.recordEvent(EventKind.JobReleased, timeMs, job, Number.NaN);
    return this;
  }

  retry(job: number, timeMs: number): this {
    this.ledger.recordEvent(EventKind.JobRetried, timeMs, job, Number.NaN);
    return this;
  }

  cancel(job: number, timeMs: number, outcome: number): this {
    this.ledger.recordEvent(EventKind.JobCancelled, timeMs, job, outcome);
    return this;
  }

  /** All instances end. */
  close(timeMs: number): this {
    for (let instance = 0; instance < this.ledger.instances.length; instance++) {
      this.ledger.endInstance(instance, timeMs, NONE);
    }
    return this;
  }

  private classOf(job: number): number {
    return this.workload.jobClass[job]!;
  }

  private act(kind: ActionKind, subject: number, a: number, b: number, reason: number, timeMs: number): void {
    const actions = new ActionBuffer();
    actions.push(kind, subject, a, b, reason, timeMs);
    this.ledger.recordActions(actions);
  }
}

/** One array of all the jobs given, in order; other jobs are in none. */
export function arrayOfJobs(jobCount: number, id: string, children: readonly number[], sequential = false) {
  const arrayOfJob = new Int32Array(jobCount).fill(NONE);
  const indexInArray = new Int32Array(jobCount);
  children.forEach((job, index) => {
    arrayOfJob[job] = 0;
    indexInArray[job] = index;
  });
  return {
    count: 1,
    starts: Int32Array.of(0, children.length),
    children: Int32Array.from(children),
    arrayOfJob,
    indexInArray,
    sequential: Uint8Array.of(sequential ? 1 : 0),
    ids: [id],
  };
}

/** Edges [dependent unit, unit it waits for, N_TO_N]. */
export function dependencies(...edges: readonly (readonly [number, number, boolean?])[]) {
  return {
    count: edges.length,
    dependent: Int32Array.from(edges, ([dependent]) => dependent),
    on: Int32Array.from(edges, ([, on]) => on),
    kind: Uint8Array.from(edges, ([, , nToN]) => (nToN === true ? 1 : 0)),
  };
}
