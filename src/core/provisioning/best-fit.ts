// Best fit: the cheapest mix for the pending demand. A greedy covering: every candidate is filled on paper, largest jobs
// first; the one with the lowest price per worth of the jobs it takes is bought, as many times as the same fill repeats;
// then again for the rest (Chvatal's greedy set-cover rule, 1979, with fills as sets). The worth of a job is the least it
// could cost on an instance filled with its like. The price counts the wait for the last job to end (expected-tail.ts), so
// that a price over worth of 1 is a perfect fill by a single job.

import type { Shape } from "../../model/job.js";
import type { SystemTables } from "../../model/tables.js";
import type { Candidate, Candidates } from "./candidates.js";
import { tailFactor } from "./expected-tail.js";
import { Fill, type LaunchLimits, type PlannedLaunch, type Provisioner, packInFlight } from "./plan.js";

/** The policy for one environment's candidates. */
export class BestFitProvisioner implements Provisioner {
  private readonly candidates: Candidates;
  private readonly tables: SystemTables;
  private readonly fill: Fill;

  constructor(candidates: Candidates, tables: SystemTables) {
    this.candidates = candidates;
    this.tables = tables;
    this.fill = new Fill(tables.shapes, candidates);
  }

  coverInFlight(available: Int32Array, demand: Int32Array): void {
    packInFlight(this.tables.instanceTypes, this.fill, available, demand);
  }

  plan(demand: Int32Array, limits: LaunchLimits): PlannedLaunch[] {
    const { candidates, fill } = this;
    const plan: PlannedLaunch[] = [];
    let { vcpuMilli, launches } = limits;
    const refillVcpuMilli = limits.fleetVcpuMilli + Math.max(0, vcpuMilliOf(demand, this.tables.shapes) - vcpuMilli);
    while (launches > 0 && fill.want(demand) > 0) {
      const choice = choose(candidates, demand, fill, vcpuMilli, refillVcpuMilli);
      if (choice === null) break;
      const { candidate, priceOverWorth, runnerUp } = choice;
      const jobsPerCopy = fill.instance(candidate, demand);
      const copies = Math.min(launches, fill.repeats(demand), Math.floor(vcpuMilli / candidate.vcpuMilli));
      fill.take(demand, copies);
      launches -= copies;
      vcpuMilli -= copies * candidate.vcpuMilli;
      plan.push({ candidate, copies, jobsPerCopy, priceOverWorth, runnerUp });
    }
    return plan;
  }
}

type Choice = Pick<PlannedLaunch, "candidate" | "priceOverWorth" | "runnerUp">;

/** The affordable candidate with the lowest price over worth; on a tie the one that covers more, so that fewer are bought. */
function choose(
  candidates: Candidates,
  demand: Int32Array,
  fill: Fill,
  vcpuMilli: number,
  refillVcpuMilli: number,
): Choice | null {
  let best: Candidate | null = null;
  let bestRatio = Number.POSITIVE_INFINITY;
  let bestWorth = 0;
  let second: Candidate | null = null;
  let secondRatio = Number.POSITIVE_INFINITY;
  for (const candidate of candidates.efficient) {
    if (candidate.vcpuMilli > vcpuMilli) continue;
    const jobs = fill.instance(candidate, demand);
    if (jobs === 0) continue;
    const worth = fill.worth(candidates.unitMicroUsdPerHour);
    const ratio = (candidate.microUsdPerHour * tailFactor(jobs, candidate.vcpuMilli, refillVcpuMilli)) / worth;
    if (ratio < bestRatio || (ratio === bestRatio && worth > bestWorth)) {
      second = best;
      secondRatio = bestRatio;
      best = candidate;
      bestRatio = ratio;
      bestWorth = worth;
    } else if (ratio < secondRatio) {
      second = candidate;
      secondRatio = ratio;
    }
  }
  if (best === null) return null;
  return {
    candidate: best,
    priceOverWorth: bestRatio,
    runnerUp: second === null ? null : { candidate: second, priceOverWorth: secondRatio },
  };
}

function vcpuMilliOf(demand: Int32Array, shapes: readonly Shape[]): number {
  let vcpuMilli = 0;
  for (let shape = 0; shape < shapes.length; shape++) vcpuMilli += demand[shape]! * shapes[shape]!.vcpuMilli;
  return vcpuMilli;
}
