// The fixed side of a run: everything that does not change while it goes on. Indexes in here are dense.

import type { CoveringSolver } from "./covering-solver.js";
import type { ComputeEnvironment, ConsumableResource, JobQueue } from "./environment.js";
import type { InstanceType, Pool } from "./instance-type.js";
import type { ConsumableRequest, JobClass, Shape } from "./job.js";
import type { Strategy } from "./policy.js";

/** How many of each there may come to be. */
interface TablesCapacity {
  readonly classes: number;
  readonly shapes: number;
  /** Share names, that of jobs without one included. */
  readonly shares: number;
}

export interface SystemTables {
  readonly shapes: readonly Shape[];
  readonly classes: readonly JobClass[];
  /** Indexed like Workload.shareNames. */
  readonly shareNames: readonly string[];
  /** Indexed like Workload.consumableSets. */
  readonly consumableSets: readonly (readonly ConsumableRequest[])[];
  readonly consumableResources: readonly ConsumableResource[];
  /** Indexed like Workload.queueNames. */
  readonly queues: readonly JobQueue[];
  readonly environments: readonly ComputeEnvironment[];
  readonly pools: readonly Pool[];
  readonly instanceTypes: readonly InstanceType[];
  readonly strategy: Strategy;
  /** Epoch milliseconds of time 0 of the run; 0: only relative times are known. */
  readonly originMs: number;
  /** What every instance costs beside its own price (root volume, IPv4), micro-USD per hour: part of every comparison. */
  readonly overheadMicroUsdPerHour: number;
  /**
   * Who places jobs on instances. "engine": the Place actions are carried out. "batch": AWS Batch does, as in every UNMANAGED
   * compute environment: the engine only foresees what will be placed, and is told by JobPlaced. Not given: "engine".
   */
  readonly placedBy?: "engine" | "batch";
  /**
   * The tables of a live run grow: jobs come of classes, shapes and shares that nobody has met before. The driver appends them, and
   * tells the engine of every new class. Not given: there is what there is at the start.
   */
  readonly capacity?: TablesCapacity;
  /** Of strategies that buy by linear programming, and only of these. */
  readonly solver?: CoveringSolver;
}

/** Job classes are numbered below this: what is kept by class has so many places from the start. */
export function mostClasses({ capacity, classes }: Pick<SystemTables, "capacity" | "classes">): number {
  return Math.max(classes.length, capacity?.classes ?? 0);
}

/** Shapes are numbered below this. */
export function mostShapes({ capacity, shapes }: Pick<SystemTables, "capacity" | "shapes">): number {
  return Math.max(shapes.length, capacity?.shapes ?? 0);
}

/** Shares are numbered below this. */
export function mostShares({ capacity, shareNames }: Pick<SystemTables, "capacity" | "shareNames">): number {
  return Math.max(shareNames.length, capacity?.shares ?? 0);
}

/** No instance, no job, no decision. */
export const NONE = -1;
