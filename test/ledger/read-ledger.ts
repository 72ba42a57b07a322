// A ledger as lists of plain objects: tests read these, so that how the ledger lays its columns out stays its own affair.

import type { Ledger } from "../../src/ledger/ledger.js";
import type { Decision, LaunchDecision } from "../../src/model/decision.js";

export interface AttemptRow {
  readonly job: number;
  readonly jobClass: number;
  readonly instance: number;
  readonly placedMs: number;
  readonly startedMs: number;
  readonly endedMs: number;
  /** Packed (src/model/outcome.ts). */
  readonly outcome: number;
}

export interface InstanceRow {
  readonly pool: number;
  readonly environment: number;
  readonly requestedMs: number;
  readonly runningMs: number;
  readonly registeredMs: number;
  readonly endedMs: number;
  readonly launchDecision: number;
  readonly endDecision: number;
}

/** Attempts in order of placement. */
export function attemptsOf({ attempts }: Ledger): AttemptRow[] {
  return Array.from({ length: attempts.length }, (_, row) => ({
    job: attempts.job[row]!,
    jobClass: attempts.jobClass[row]!,
    instance: attempts.instance[row]!,
    placedMs: attempts.placedMs[row]!,
    startedMs: attempts.startedMs[row]!,
    endedMs: attempts.endedMs[row]!,
    outcome: attempts.outcome[row]!,
  }));
}

/** Instances by number. */
export function instancesOf({ instances }: Ledger): InstanceRow[] {
  return Array.from({ length: instances.length }, (_, i) => ({
    pool: instances.pool.data[i]!,
    environment: instances.environment.data[i]!,
    requestedMs: instances.requestedMs.data[i]!,
    runningMs: instances.runningMs.data[i]!,
    registeredMs: instances.registeredMs.data[i]!,
    endedMs: instances.endedMs.data[i]!,
    launchDecision: instances.launchDecision.data[i]!,
    endDecision: instances.endDecision.data[i]!,
  }));
}

/** Decisions in order. */
export function decisionsOf({ decisions }: Ledger): Decision[] {
  return Array.from({ length: decisions.length }, (_, row) => decisions.at(row));
}

/** Launch decisions in order. */
export function launchesOf(ledger: Ledger): LaunchDecision[] {
  return decisionsOf(ledger).filter((decision) => decision.kind === "launch");
}
