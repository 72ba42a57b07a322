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
    this.fill = new Fill(tables, candidates);
  }

  coverInFlight(available: Int32Array, demand: Int32Array): void {
    packInFlight(this.candidates.capacities, this.fill, available, demand);
  }

  plan(demand: Int32Array, limits: LaunchLimits): PlannedLaunch[] {
    const { candidates, fill } = this;
    const plan: PlannedLaunch[] = [];
    let { vcpuMilli, launches } = limits;
    const refillVcpuMilli = limits.fleetVcpuMilli + Math.max(0, vcpuMilliOf(demand, this.tables.shapes) - vcpuMilli);
    while (launches > 0 && fill.want(demand) > 0) {
      const choice = choose(candidates, demand, fill, vcpuMilli, refillVcpuMilli, limits.expectedRunMs);
      if (choice === null) break;
      const { candidate, priceOverWorth, runnerUp } = choice;
      const jobsPerCopy = fill.instance(candidate, demand);
      const copies = Math.min(launches, fill.repeats(demand), Math.floor(vcpuMilli / candidate.vcpuMilli));
      fill.take(demand, copies);
      launches -= copies;
      vcpuMilli -= copies * candidate.vcpuMilli;
      plan.push({ candidate, copies, jobsPerCopy, priceOverWorth, need: fill.need(), runnerUp });
    }
    return this.addSpares(plan, vcpuMilli, launches);
  }

  /**
   * How long an instance takes to come up differs from one to the next, and whoever waits for a slow one waits long. A boot costs
   * little beside what follows it, so more are asked for than are needed, after everything that is needed: jobs start on those
   * that come first, and scale-down ends the others if nobody else wants them. Of many, the slow ones are a smaller part that is
   * surer to be met: their number grows with the square root.
   */
  private addSpares(plan: PlannedLaunch[], vcpuMilli: number, launches: number): PlannedLaunch[] {
    const { spareLaunches } = this.tables.strategy;
    if (spareLaunches === 0) return plan;
    let vcpuMilliLeft = vcpuMilli;
    let launchesLeft = launches;
    return plan.map((launch) => {
      const { candidate, copies } = launch;
      const affordable = Math.min(launchesLeft, Math.floor(vcpuMilliLeft / candidate.vcpuMilli));
      const spares = Math.min(affordable, Math.ceil(spareLaunches * Math.sqrt(copies)));
      vcpuMilliLeft -= spares * candidate.vcpuMilli;
      launchesLeft -= spares;
      return { ...launch, copies: copies + spares };
    });
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
  expectedRunMs: number | undefined,
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
    const ratio =
      (candidate.microUsdPerHour * tailFactor(jobs, candidate.vcpuMilli, refillVcpuMilli, expectedRunMs)) / worth;
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
