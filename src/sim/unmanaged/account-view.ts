// A simulated AWS account with an UNMANAGED compute environment, as its API shows it: what can be read, and what can be asked
// for. The simulator's own unmanaged run and the test suite's HTTP server both stand on it.

import type { RefusalReason } from "../../model/market.js";

/** Job states of the API; a failed attempt that is retried goes back to RUNNABLE. */
export type AccountJobStatus = "UNSUBMITTED" | "PENDING" | "RUNNABLE" | "STARTING" | "RUNNING" | "SUCCEEDED" | "FAILED";

export interface AccountAttempt {
  readonly host: number;
  /** When the job was placed: STARTING. */
  readonly placedMs: number;
  /** NaN: its container never started. */
  readonly startedMs: number;
  readonly stoppedMs: number;
  /** Packed outcome (model/outcome.ts). */
  readonly outcome: number;
  /** Another attempt follows. */
  readonly retried: boolean;
}

/** A job of the workload, by its number. */
export interface AccountJob {
  readonly status: AccountJobStatus;
  readonly createdMs: number;
  /** Of the present attempt: the host, NONE when there is none; NaN before it runs. */
  readonly host: number;
  readonly placedMs: number;
  readonly startedMs: number;
  /** Of the last attempt, or of the cancelling; NaN while the job is active. */
  readonly stoppedMs: number;
  readonly ended: readonly AccountAttempt[];
}

/** A host is an EC2 instance with its ECS agent. Numbers are dense, in the order of launches that were asked for. */
export interface AccountHost {
  /** The pool that it runs in; NONE: the launch was refused, and there never was a host. */
  readonly pool: number;
  readonly launchedMs: number;
  /** NaN before. */
  readonly runningMs: number;
  readonly registeredMs: number;
  /** When its interruption notice came; NaN: none has. */
  readonly warnedMs: number;
  readonly goneMs: number;
  /** Why it went; meaningful when gone: EndCause (model/market.ts). */
  readonly cause: number;
  readonly draining: boolean;
  /** Deregistered from ECS by the API, and not yet terminated. */
  readonly deregistered: boolean;
  /** Jobs that are STARTING or RUNNING on it. */
  readonly jobs: ReadonlySet<number>;
}

export interface AccountRefusal {
  readonly pool: number;
  readonly reason: RefusalReason;
}

export interface LaunchReply {
  readonly host: number;
  /** NONE: refused by all. */
  readonly pool: number;
  /** Pools that were asked and refused, in order. */
  readonly refusals: readonly AccountRefusal[];
}

/** What EventBridge would tell. */
export interface AccountNotice {
  readonly kind: "interruption" | "rebalance" | "running" | "gone" | "job";
  readonly timeMs: number;
  /** A host, or for "job" a job. */
  readonly subject: number;
}

export interface SimulatedAccountApi {
  readonly nowMs: number;
  /** Grows with everything that a look at the account would show, prices apart. */
  readonly version: number;
  /** Time of the next thing that happens by itself; Infinity: nothing more. */
  readonly nextMs: number;
  /** Whether every job of the workload has ended. */
  readonly done: boolean;
  /** Lets everything happen up to and including `timeMs`; Batch's own scheduler runs on its grid within. */
  advance(timeMs: number): void;
  /** One instance; CreateFleet for n is n of these. Environment: index into the tables' environments. */
  launch(pools: readonly number[], environment: number): LaunchReply;
  setDraining(host: number, draining: boolean): void;
  /** False when jobs are on it: nothing changes. */
  deregister(host: number): boolean;
  /** Its jobs, if there are any, end with it. */
  terminate(host: number): void;
  readonly jobCount: number;
  job(job: number): AccountJob;
  readonly hostCount: number;
  host(host: number): AccountHost;
  /** Present price of a pool, micro-USD per hour. */
  priceMicroUsdPerHour(pool: number): number;
  /** What has happened since the last call. */
  takeNotices(): readonly AccountNotice[];
  /** Jobs whose status, attempt or host changed since the last call, each once, ascending. */
  takeChangedJobs(): readonly number[];
}
