// All that a simulation is made of.

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
