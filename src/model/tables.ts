// The fixed side of a run: everything that does not change while it goes on. Indexes in here are dense.

import type { ComputeEnvironment, JobQueue } from "./environment.js";
import type { InstanceType, Pool } from "./instance-type.js";
import type { JobClass, Shape } from "./job.js";
import type { Strategy } from "./policy.js";

export interface SystemTables {
  readonly shapes: readonly Shape[];
  readonly classes: readonly JobClass[];
  /** Indexed like Workload.queueNames. */
  readonly queues: readonly JobQueue[];
  readonly environments: readonly ComputeEnvironment[];
  readonly pools: readonly Pool[];
  readonly instanceTypes: readonly InstanceType[];
  readonly strategy: Strategy;
  /** What every instance costs beside its own price (root volume, IPv4), micro-USD per hour: part of every comparison. */
  readonly overheadMicroUsdPerHour: number;
}

/** No instance, no job, no decision. */
export const NONE = -1;
