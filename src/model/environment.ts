// Job queues and compute environments as the engine sees them: numbers and indexes. The user's words for them are in
// `scenario`; `run` resolves one to the other.

export interface JobQueue {
  readonly name: string;
  /** Higher is served first, as in AWS Batch. */
  readonly priority: number;
  /** Indexes of compute environments, in computeEnvironmentOrder. */
  readonly computeEnvironments: readonly number[];
}

/** A number of instances of one pool that exist for the whole run. */
export interface FixedCapacity {
  /** Index into the run's pools. */
  readonly pool: number;
  readonly count: number;
}

export interface ComputeEnvironment {
  readonly name: string;
  readonly minVcpuMilli: number;
  readonly maxVcpuMilli: number;
  /** Pools that may be launched, as indexes into the run's pools, cheapest zone of each type and market only. */
  readonly pools: readonly number[];
  /** When given, the fleet is fixed: these instances are there from the start to the end, nothing is launched or ended. */
  readonly fixedFleet: readonly FixedCapacity[] | null;
}
