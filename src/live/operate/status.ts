// What live mode tells people and machines about itself: one plain object per tick. The page, the terminal view, the metrics
// and the health check read it and nothing else. It is JSON as it stands: what is not known is null, never NaN.

import type { GateRule } from "../command.js";
import type { PartProblem } from "../observation.js";
import type { KillMode } from "../ports.js";

/** dry-run: decides, sends nothing. apply: sends. shadow: watches a fleet that somebody else scales. */
export type LiveStage = "dry-run" | "apply" | "shadow";

export interface LiveStatus {
  readonly mode: LiveStage;
  readonly version: string;
  /** AWS's clock when it was made, epoch ms. */
  readonly atMs: number;
  /** The same when the controller started. */
  readonly startedMs: number;
  readonly identity: IdentityStatus;
  readonly lease: LeaseStatus;
  readonly tick: TickStatus;
  readonly queues: readonly QueueStatus[];
  /** By pool; `fleetOf` (status-parts.ts) makes it of the instances. */
  readonly fleet: readonly FleetStatus[];
  readonly instances: readonly InstanceStatus[];
  /** The latest first, at most `MAX_DECISIONS`. */
  readonly decisions: readonly DecisionStatus[];
  /** Commands that the gate has denied since the start, by rule. */
  readonly denials: Readonly<Partial<Record<GateRule, number>>>;
  /** Circuit breakers that are open now, in words. */
  readonly breakers: readonly string[];
  readonly kill: { readonly modes: readonly KillMode[]; readonly sources: readonly string[] };
  readonly limits: LimitsStatus;
  readonly calls: readonly CallRate[];
  /** AWS calls since the start, by "Service.Operation". */
  readonly callTotals: Readonly<Record<string, number>>;
  /** Pools that EC2 refuses instances of. */
  readonly refusals: readonly RefusalStatus[];
  /** Whatever else a person should know, in words. */
  readonly warnings: readonly string[];
  readonly totals: Readonly<Record<TotalName, number>>;
}

/** More are in the audit log. */
export const MAX_DECISIONS = 200;

export interface IdentityStatus {
  readonly account: string;
  readonly region: string;
  readonly computeEnvironment: string;
  /** Value of the tag `stowage:pool`. */
  readonly pool: string;
  /** Name of the strategy that decides. */
  readonly strategy: string;
}

export interface LeaseStatus {
  /** standby: somebody else holds it. unreachable: its store cannot be asked. none: the mode needs no lease. */
  readonly state: "held" | "standby" | "unreachable" | "none";
  /** Who holds it; "" when nobody is known to. */
  readonly owner: string;
  readonly leftMs: number;
  readonly epoch: number;
}

export interface TickStatus {
  /** Counts from 1; 0 before the first. */
  readonly number: number;
  readonly atMs: number;
  readonly tookMs: number;
  /** From this status to the next tick on the grid. */
  readonly nextInMs: number;
  /** A tick that takes longer is abandoned. */
  readonly deadlineMs: number;
  /** Ticks that will only observe before the first that acts. */
  readonly settleTicksLeft: number;
  /** Parts that this tick could not read; empty: everything was read to the end. */
  readonly problems: readonly PartProblem[];
}

export interface QueueStatus {
  readonly name: string;
  /** RUNNABLE jobs, children of arrays among them. */
  readonly runnable: number;
  readonly starting: number;
  readonly running: number;
  /** When the oldest RUNNABLE job was created; null: none waits. */
  readonly oldestMs: number | null;
  readonly runnableVcpuMilli: number;
  readonly runningVcpuMilli: number;
  /** RUNNABLE jobs whose request is not known yet: they are not acted upon. */
  readonly undescribed: number;
}

/** Where an instance stands; what is ending has been asked to end and still counts against every cap. */
export type InstanceState = "requested" | "booting" | "registered" | "draining" | "ending";

export interface InstanceStatus {
  /** The engine's number. */
  readonly instance: number;
  /** "" before EC2 has named it. */
  readonly instanceId: string;
  readonly instanceType: string;
  readonly zoneId: string;
  readonly market: "spot" | "on-demand";
  readonly state: InstanceState;
  /** False: somebody else's; never touched. */
  readonly ours: boolean;
  readonly healthy: boolean;
  readonly jobs: number;
  readonly vcpuMilli: number;
  /** Of them, those that jobs hold. */
  readonly busyVcpuMilli: number;
  /** Since it was asked for or launched. */
  readonly ageMs: number;
  readonly microUsdPerHour: number | null;
}

export interface FleetStatus {
  readonly instanceType: string;
  readonly zoneId: string;
  readonly market: "spot" | "on-demand";
  readonly ours: boolean;
  /** Instances by state. */
  readonly count: Readonly<Record<InstanceState, number>>;
  /** Of all of them. */
  readonly vcpuMilli: number;
  readonly busyVcpuMilli: number;
  /** Of one instance; null: not known. */
  readonly microUsdPerHour: number | null;
}

export type DecisionKind = "launch" | "drain" | "undrain" | "end";

/**
 * What became of a decision. dry-run: it would have been sent. denied: the gate said no. failed: it was sent, or could not be.
 * kept: it was undone because a job came in between.
 */
export const DECISION_VERDICTS = ["sent", "dry-run", "denied", "failed", "kept"] as const;
export type DecisionVerdict = (typeof DECISION_VERDICTS)[number];

export interface DecisionStatus {
  readonly tick: number;
  readonly atMs: number;
  readonly kind: DecisionKind;
  /** What it is about: "3 × c6i.4xlarge spot in use1-az4", "i-0123 (m6i.large on-demand in use1-az1)". */
  readonly subject: string;
  /** Why, in words. */
  readonly reason: string;
  readonly verdict: DecisionVerdict;
  /** Of the denial; null otherwise. */
  readonly rule: GateRule | null;
  /** What the gate or AWS said; "" when there is nothing to add. */
  readonly why: string;
}

/** What is there now against what there may be at the most; null: there is no such cap. */
export interface Limit {
  readonly now: number;
  readonly cap: number | null;
}

export interface LimitsStatus {
  readonly instances: Limit;
  readonly vcpuMilli: Limit;
  readonly microUsdPerHour: Limit;
  /** Since midnight UTC. */
  readonly microUsdToday: Limit;
}

export interface CallRate {
  /** "Batch", "ECS", "EC2", ... */
  readonly service: string;
  /** Calls per second over the latest tick interval. */
  readonly perSecond: number;
  /** What this controller allows itself; null: not limited. */
  readonly allowedPerSecond: number | null;
}

export interface RefusalStatus {
  /** "c6i.4xlarge spot in use1-az4". */
  readonly pool: string;
  /** EC2's error code. */
  readonly code: string;
  /** AWS's clock: it is not tried before. */
  readonly untilMs: number;
}

/** What is counted from the start of the controller; the metric of each is `stowage_<name>_total`. */
export const TOTALS = {
  ticks: "Ticks",
  late_ticks: "Ticks that began later than the grid said",
  abandoned_ticks: "Ticks that ran into their deadline",
  incomplete_looks: "Looks at the account with a part that could not be read",
  instances_requested: "Instances asked for with CreateFleet",
  instances_launched: "Instances that EC2 launched",
  instances_refused: "Instances that EC2 would not launch",
  instances_registered: "Instances of ours that registered with ECS",
  instances_unregistered: "Instances of ours given up because they never registered",
  instances_terminated: "Instances that we ended",
  instances_kept: "Ends undone because a job came in between",
  interruptions: "Spot interruption notices for instances of ours",
  failed_commands: "Commands that AWS rejected or that could not be sent",
  job_ends: "Attempts of jobs seen to end",
} as const;
export type TotalName = keyof typeof TOTALS;

/** Every total at 0. */
export function zeroTotals(): Record<TotalName, number> {
  return Object.fromEntries(Object.keys(TOTALS).map((name) => [name, 0])) as Record<TotalName, number>;
}
