// All that a simulation is made of, and what comes of it.

import type { Ledger } from "../ledger/ledger.js";
import type { Workload } from "../model/job.js";
import type { Profiles } from "../model/profile.js";
import type { SystemTables } from "../model/tables.js";
import type { WorldModel } from "../model/world.js";

export interface SimulationInput {
  readonly tables: SystemTables;
  readonly workload: Workload;
  readonly profiles: Profiles;
  readonly world: WorldModel;
  readonly seed: number;
  /** The engine is to learn from what it sees even where its strategy has no use for it. */
  readonly learns?: boolean;
}

export interface SimulationOutcome {
  readonly ledger: Ledger;
  /** Time at which the last job ended or was cancelled, ms after the first submission. */
  readonly lastJobEndMs: number;
  /**
   * Jobs that never ended, since nothing could ever place them or what they depend on, or no pool had capacity for them for
   * a month; 0 in a sound scenario.
   */
  readonly stuckJobs: number;
  /** The first few of them. */
  readonly stuckExamples: readonly number[];
}
