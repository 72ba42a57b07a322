// Instances that are planned one after the other, each job on the first one with room. Instances that hold the same are one
// group with a count, and jobs come as so many of a shape, so that a plan costs in shapes and groups, never in jobs.

import type { Shape } from "../../model/job.js";
import { type Candidate, jobsThatFit } from "./candidates.js";
import { EMPTY, type Load, roomBeside, withJobs } from "./load.js";
import type { PlannedLaunch } from "./plan.js";

/** Neighbours in the order of planning: `nodes` instances of a type with the same jobs. */
interface NodeGroup {
  readonly candidate: Candidate;
  readonly nodes: number;
  readonly load: Load;
}

export class PlannedNodes {
  private readonly groups: NodeGroup[] = [];

  /** Forgets the plan. */
  clear(): void {
    this.groups.length = 0;
  }

  /** Puts up to `count` jobs of a shape, each worth so much, on the first instances with room. Returns how many have none. */
  place(shape: Shape, count: number, worthMicroUsdPerHour: number): number {
    const { groups } = this;
    let left = count;
    for (let at = 0; at < groups.length && left > 0; at++) {
      const { candidate, nodes, load } = groups[at]!;
      const each = roomBeside(load, shape, candidate);
      if (each === 0) continue;
      const full = Math.min(nodes, Math.floor(left / each));
      const parts: NodeGroup[] = [];
      const add = (some: number, jobs: number) => {
        if (some > 0) parts.push({ candidate, nodes: some, load: withJobs(load, shape, jobs, worthMicroUsdPerHour) });
      };
      add(full, each);
      left -= full * each;
      const last = full < nodes && left > 0 ? 1 : 0;
      add(last, left);
      if (last === 1) left = 0;
      add(nodes - full - last, 0);
      groups.splice(at, 1, ...parts);
      at += parts.length - 1;
    }
    return left;
  }

  /** Plans `nodes` more empty instances of a type. */
  open(candidate: Candidate, nodes: number): void {
    this.groups.push({ candidate, nodes, load: EMPTY });
  }

  /** The plan; every group's price is weighed against the worth of its jobs. */
  launches(): (PlannedLaunch & { readonly need: Load })[] {
    return this.groups.map(({ candidate, nodes, load }) => ({
      candidate,
      copies: nodes,
      jobsPerCopy: load.jobs,
      priceOverWorth: candidate.microUsdPerHour / load.worthMicroUsdPerHour,
      need: load,
      runnerUp: null,
    }));
  }
}

/** Instances of a type that so many jobs of a shape need, each filled with them. */
export function nodesFor(shape: Shape, count: number, candidate: Candidate): number {
  return Math.ceil(count / Math.min(count, jobsThatFit(shape, candidate)));
}
