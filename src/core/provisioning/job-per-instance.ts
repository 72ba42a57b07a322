// One instance per job, the cheapest type that holds it: what a user does who thinks in machines, and what Fargate does.

import type { Shape } from "../../model/job.js";
import { type Candidate, type Candidates, jobsThatFit } from "./candidates.js";
import type { LaunchLimits, PlannedLaunch, Provisioner } from "./plan.js";

/** The cheapest candidate that holds one job of the shape, of those that maxvCpus allows if there are any; or undefined. */
export function cheapestFor(shape: Shape, candidates: Candidates, maxVcpuMilli: number): Candidate | undefined {
  const holding = candidates.all.filter((candidate) => jobsThatFit(shape, candidate) >= 1);
  return holding.find((candidate) => candidate.vcpuMilli <= maxVcpuMilli) ?? holding[0];
}

/** The policy for one environment's candidates. */
export class JobPerInstanceProvisioner implements Provisioner {
  private readonly candidates: Candidates;
  /** Per shape: the type that is bought for it, whatever prices do later: jobs are placed by it. */
  private readonly choice: readonly (number | undefined)[];

  constructor(candidates: Candidates, shapes: readonly Shape[], maxVcpuMilli: number) {
    this.candidates = candidates;
    this.choice = shapes.map((shape) => cheapestFor(shape, candidates, maxVcpuMilli)?.instanceType);
  }

  coverInFlight(available: Int32Array, demand: Int32Array): void {
    for (const shape of this.candidates.shapesBySize) {
      const instanceType = this.choice[shape];
      if (instanceType === undefined) continue;
      const covered = Math.min(available[instanceType]!, demand[shape]!);
      available[instanceType] = available[instanceType]! - covered;
      demand[shape] = demand[shape]! - covered;
    }
  }

  plan(demand: Int32Array, limits: LaunchLimits): PlannedLaunch[] {
    const { candidates } = this;
    const plan: PlannedLaunch[] = [];
    let { vcpuMilli, launches } = limits;
    for (const shape of candidates.shapesBySize) {
      if (demand[shape] === 0) continue;
      const candidate = candidates.all.find(({ instanceType }) => instanceType === this.choice[shape]);
      if (candidate === undefined) continue; // nothing holds it, or its type has refused
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
