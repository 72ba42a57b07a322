// One instance per job, the cheapest type that holds it: what a user does who thinks in machines. A baseline.

import type { Shape } from "../../model/job.js";
import { type Candidate, type Candidates, jobsThatFit } from "./candidates.js";
import type { LaunchLimits, PlannedLaunch, Provisioner } from "./plan.js";

/** The cheapest candidate that holds one job of the shape, or undefined. */
export function cheapestFor(shape: Shape, candidates: Candidates): Candidate | undefined {
  return candidates.all.find((candidate) => jobsThatFit(shape, candidate) >= 1);
}

/** The policy for one environment's candidates. */
export class JobPerInstanceProvisioner implements Provisioner {
  private readonly candidates: Candidates;
  /** Per shape: what is bought for it. */
  private readonly choice: readonly (Candidate | undefined)[];

  constructor(candidates: Candidates, shapes: readonly Shape[]) {
    this.candidates = candidates;
    this.choice = shapes.map((shape) => cheapestFor(shape, candidates));
  }

  coverInFlight(available: Int32Array, demand: Int32Array): void {
    for (const shape of this.candidates.shapesBySize) {
      const candidate = this.choice[shape];
      if (candidate === undefined) continue;
      const covered = Math.min(available[candidate.instanceType]!, demand[shape]!);
      available[candidate.instanceType] = available[candidate.instanceType]! - covered;
      demand[shape] = demand[shape]! - covered;
    }
  }

  plan(demand: Int32Array, limits: LaunchLimits): PlannedLaunch[] {
    const { candidates } = this;
    const plan: PlannedLaunch[] = [];
    let { vcpuMilli, launches } = limits;
    for (const shape of candidates.shapesBySize) {
      const candidate = this.choice[shape];
      if (candidate === undefined || demand[shape] === 0) continue;
      const copies = Math.min(demand[shape]!, launches, Math.floor(vcpuMilli / candidate.vcpuMilli));
      if (copies === 0) continue;
      demand[shape] = demand[shape]! - copies;
      launches -= copies;
      vcpuMilli -= copies * candidate.vcpuMilli;
      const priceOverWorth = candidate.microUsdPerHour / candidates.unitMicroUsdPerHour[shape]!;
      plan.push({ candidate, copies, jobsPerCopy: 1, priceOverWorth, runnerUp: null });
    }
    return plan;
  }
}
