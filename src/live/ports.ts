// The parts of live mode as the loop sees them: who observes, who judges, who executes, who holds the lease, who writes things
// down. Each has a folder of its own; tests put other clocks and endpoints behind them, never other logic.

import type { Command, Outcome, Verdict } from "./command.js";
import type { CallCounts, Observation, SeenInstance } from "./observation.js";

/** Time as live mode sees it. Durations come from `monotonicMs`; AWS's times are only compared with AWS's. */
export interface Clock {
  /** Never goes back; its origin means nothing. */
  monotonicMs(): number;
  /** This machine's idea of the epoch time, ms. */
  wallMs(): number;
  /** Resolves after so long, or at once when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Deadline {
  /** Milliseconds that are left; 0 or less: it has passed. */
  leftMs(): number;
  /** Aborts when it passes. */
  readonly signal: AbortSignal;
  /** It will not be asked again: what waits for it does no more. */
  cancel?(): void;
}

export interface Observer {
  /** Reads everything once. Never throws for what AWS answers: what failed is in `problems`. */
  look(deadline: Deadline): Promise<Observation>;
  /** Resolves when a message has come that an early tick should look at, at the latest after `ms`. */
  waitForMessage(ms: number, signal: AbortSignal): Promise<boolean>;
  takeCallCounts(): CallCounts;
}

export interface Executor {
  /** Carries out commands in order. Never throws for what AWS answers. */
  execute(commands: readonly Command[], deadline: Deadline): Promise<readonly Outcome[]>;
  /** Takes notice of a tick's look, before anything else of that tick: what has gone is not ending any more. */
  saw(look: EndView): void;
  /** Takes the ends that are under way one step further, by what was seen. After the tick's decision, which may undo them. */
  advance(deadline: Deadline): Promise<readonly Outcome[]>;
  /** Undoes an end that is under way, if it is not too late; false when it is. */
  undoEnding(instance: number, deadline: Deadline): Promise<boolean>;
  /** Instances whose end is under way. */
  readonly ending: ReadonlySet<number>;
  takeCallCounts(): CallCounts;
}

/** What ends go by. */
export interface EndView {
  /** Instances by id. */
  readonly seen: ReadonlyMap<string, SeenInstance>;
  /** Container instances on which a STARTING or RUNNING job is. */
  readonly busy: ReadonlySet<string>;
  /** False when the look is not whole, or scale-in is paused. */
  readonly mayEnd: boolean;
}

/** What the gate looks at beside the command. */
export interface GateView {
  readonly nowMs: number;
  readonly applies: boolean;
  readonly leaseLeftMs: number;
  readonly identityOk: boolean;
  readonly observation: Observation;
  /** Milliseconds since the look began. */
  readonly observationAgeMs: number;
  readonly deadlineLeftMs: number;
  readonly ticksSinceStart: number;
  readonly kill: KillState;
  /** Our instances that are or may be there, those just asked for among them. */
  readonly fleet: readonly FleetMember[];
  /** Of no pool of the scenario: they count by what is seen of them, and may be ended. */
  readonly strays?: readonly FleetMember[];
  /** Pools' live prices, micro-USD per hour; NaN: not known. */
  readonly priceOf: (pool: number) => number;
  readonly vcpuMilliOf: (pool: number) => number;
  /** On-demand price of a pool's instance type, which stands in for a price that is not known; NaN or absent: not known either. */
  readonly onDemandPriceOf?: (pool: number) => number;
  /** Number of the scenario's pools: an instance of ours that is of none counts at the dearest of them. Absent: at no price. */
  readonly poolCount?: number;
  /** Availability Zone id of a pool: launches go only where the settings name a subnet. Absent: not looked at. */
  readonly zoneIdOf?: (pool: number) => string;
}

export interface FleetMember {
  readonly instance: number;
  readonly instanceId: string;
  readonly pool: number;
  readonly state: "requested" | "running" | "registered" | "ending";
  readonly healthy: boolean;
  readonly busy: boolean;
  readonly ours: boolean;
  /** Since it was asked for. */
  readonly ageMs: number;
}

export interface Gate {
  /** Takes notice of a look, once a tick: what is spent and how the fleet does also changes when nothing is to be judged. */
  look(view: GateView): void;
  /** Judges commands in order; those allowed count against the caps of those behind them. A launch may be cut to what is left. */
  judge(commands: readonly Command[], view: GateView): readonly Verdict[];
  /** What came out: breakers learn from it. */
  learn(outcomes: readonly Outcome[], view: GateView): void;
  /** An instance registered, or its launch is given up for never having done so. */
  registered(instance: number): void;
  neverRegistered(instance: number): void;
  /** The breakers that are open now, in words. */
  readonly open: readonly string[];
  /** Micro-USD since midnight UTC. */
  readonly spentTodayMicroUsd: number;
}

export type KillMode = "pause-launch" | "pause-scale-in" | "pause-all" | "drain-all";
export interface KillState {
  readonly modes: ReadonlySet<KillMode>;
  /** Where each came from, for people. */
  readonly sources: readonly string[];
}

/** A launch that has been written down before it is sent: what it takes to send the same again. */
export interface PendingLaunch {
  readonly token: string;
  /** The CreateFleet request, as canonical JSON. */
  readonly request: string;
  readonly count: number;
  /** Epoch ms by the machine that wrote it: an old launch is not sent again, only looked for. */
  readonly writtenAtMs: number;
}

export interface Lease {
  /** Takes or renews it; false: somebody else holds it. Throws only where the store cannot be reached. */
  hold(): Promise<boolean>;
  /** Milliseconds for which it is surely ours, by the monotonic clock; 0: not held. */
  leftMs(): number;
  /** Grows with every take-over: part of every client token. 0 before the first. */
  readonly epoch: number;
  /** Launches that were written down and not yet cleared, ours or a predecessor's. */
  readonly pending: readonly PendingLaunch[];
  /** Writes launches down; resolves when they are safe. */
  write(launches: readonly PendingLaunch[]): Promise<void>;
  /** They were seen by their tag, or surely never happened. */
  clear(tokens: readonly string[]): Promise<void>;
  /** Kill modes that somebody has put into the lease. */
  readonly killModes: readonly string[];
  release(): Promise<void>;
}

/** Append-only: one JSON object per line, flushed before what it announces is done. */
export interface Journal {
  append(line: Readonly<Record<string, unknown>>): void;
  flush(): Promise<void>;
  close(): Promise<void>;
}
