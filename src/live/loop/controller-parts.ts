// What the loop is put together from, and what it says of a tick.

import type { LiveSettings } from "../../model/live-settings.js";
import type { SystemTables } from "../../model/tables.js";
import type { Command, Outcome, Verdict } from "../command.js";
import type { Observation } from "../observation.js";
import type { Clock, Deadline, Executor, Gate, Journal, KillState, Lease, Observer } from "../ports.js";
import type { SessionWriter } from "../session/recording-engine.js";

export interface PoolPrice {
  readonly pool: number;
  readonly microUsdPerHour: number;
}

export interface ControllerParts {
  readonly settings: LiveSettings;
  /** `placedBy` batch, with room for classes that appear later. */
  readonly tables: SystemTables;
  /** Names of the job queues, in the tables' order. */
  readonly queues: readonly string[];
  readonly version: string;
  /** Epoch ms of the engine's time 0: a point of the decision grid. */
  readonly originMs: number;
  /** The strategy learns from jobs' names. */
  readonly learns: boolean;
  readonly priceIntervalMs: number;
  /** False: a dry run, in which nothing is ever sent that changes anything. */
  readonly applies: boolean;
  readonly clock: Clock;
  readonly deadline: (ms: number) => Deadline;
  readonly observer: Observer;
  readonly executor: Executor & {
    /** Clears what was written ahead and has been seen since, and asks again about what is not known. */
    settle(deadline: Deadline, mayLaunch: boolean): Promise<void>;
    /** Finds out about launches that a predecessor wrote down: what is there is seen by its tags from then on. */
    recover(deadline: Deadline, mayLaunch: boolean): Promise<unknown>;
  };
  readonly gate: Gate;
  /** Null in a dry run. */
  readonly lease: Lease | null;
  readonly holdLease: () => Promise<void>;
  readonly journal: Journal;
  readonly writeSession: SessionWriter;
  readonly readKill: () => Promise<KillState>;
  /** Null: they could not be read. */
  readonly readPrices: (deadline: Deadline) => Promise<readonly PoolPrice[] | null>;
  readonly identityOk: () => boolean;
  /** A client token for the n-th launch of this process. */
  readonly token: (launch: number, pools: readonly number[], count: number) => string;
}

/** Commands of one decision, what the gate said, and what came of those that were sent. */
export interface Judged {
  readonly commands: readonly Command[];
  /** Rows of the ledger's decisions, per command; empty where the engine did not decide. */
  readonly reasons: readonly number[];
  readonly verdicts: readonly Verdict[];
  readonly outcomes: readonly Outcome[];
}

export interface TickReport {
  readonly number: number;
  readonly nowMs: number;
  readonly tookMs: number;
  readonly observation: Observation;
  readonly isWhole: boolean;
  readonly judged: readonly Judged[];
  /** Interruption notices for instances of ours. */
  readonly interrupted: number;
  /** It began later than the next point of the grid. */
  readonly isLate: boolean;
  /** What became of ends that were under way. */
  readonly ended: readonly Outcome[];
  readonly warnings: readonly string[];
  readonly kill: KillState;
}
