// What a placement policy is: a way to find room. An index holds the registered instances of one compute environment and
// is told whenever the free resources of one change; `find` answers which instance a job of a shape should go to. Instances
// are read through `Instances`, never written.

import type { Shape } from "../../model/job.js";

/** In place of an instance: there is room, but the job had better wait for an instance of its own. */
export const HELD_BACK = -2;

export interface PlacementIndex {
  /** A registered instance joins. */
  insert(instance: number): void;
  /** An instance leaves (terminating, gone). */
  remove(instance: number): void;
  /** The free resources of a member have changed. */
  update(instance: number): void;
  /** Whether a member can take a job of this shape now; may be asked before `update` has been told of a change. */
  holds(instance: number, shape: Shape): boolean;
  /** The instance for a job of this shape, or NONE when no member has room for it. */
  find(shape: Shape): number;
  /**
   * The same for a job that is expected to run for `runMs`, where the policy looks at that; HELD_BACK when it had better wait for
   * an instance of its own, of which at most `buyableVcpuMilli` may be bought (0: it is not held back).
   */
  findFor?(shape: Shape, runMs: number, buyableVcpuMilli: number): number;
  /** The same as `find` among on-demand instances alone, where an environment on spot has such beside its own. */
  findOnDemand?(shape: Shape): number;
}
