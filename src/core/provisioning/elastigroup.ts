// As Spot's Elastigroup is documented to buy: it simulates placing the waiting jobs ("Tetris") on what runs and what is on
// its way, ranks the markets by price and stability (orientation "balanced"), and buys from the best market that holds what
// is left. The scores themselves are proprietary; a model, with one parameter (COST_WEIGHT):
//
//   score = weight x cost + (1 - weight) x stability
//   cost       worth of the jobs that an instance takes over its price: 1 is a perfect fill by the cheapest type for them
//   stability  1 less the share of instances that are interrupted within a month, by the Spot advisor's band; 1 on-demand
//
// A market is a type in a zone; the advisor knows types only, so that the zones of a type differ in price alone, and a
// candidate stands for the cheapest of them.

import type { SystemTables } from "../../model/tables.js";
import { NONE } from "../../model/tables.js";
import { type Candidate, type Candidates, jobsThatFit } from "./candidates.js";
import { Fill, type LaunchLimits, type PlannedLaunch, type Provisioner, packInFlight } from "./plan.js";

/** "Balanced": price and stability count alike. */
const COST_WEIGHT = 0.5;

/** Share of instances interrupted within a month, by band of the Spot advisor (< 5 %, 5-10 %, ... > 20 %): the middles. */
const INTERRUPTED_SHARE = [0.025, 0.075, 0.125, 0.175, 0.225];

/** The band of a type that the Spot advisor does not list: the middle one. */
const UNKNOWN_BAND = 2;

interface Choice {
  readonly candidate: Candidate;
  readonly score: number;
  readonly priceOverWorth: number;
}

/** The policy for one environment's candidates. */
export class ElastigroupProvisioner implements Provisioner {
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
    const { fill } = this;
    const plan: PlannedLaunch[] = [];
    let { vcpuMilli, launches } = limits;
    while (launches > 0 && fill.want(demand) > 0) {
      const [best, second] = this.ranked(demand, vcpuMilli);
      if (best === undefined) break;
      const { candidate, priceOverWorth } = best;
      const jobsPerCopy = fill.instance(candidate, demand);
      const need = fill.need();
      const copies = Math.min(launches, fill.repeats(demand), Math.floor(vcpuMilli / candidate.vcpuMilli));
      fill.take(demand, copies);
      launches -= copies;
      vcpuMilli -= copies * candidate.vcpuMilli;
      plan.push({ candidate, copies, jobsPerCopy, priceOverWorth, need, runnerUp: second ?? null });
    }
    return plan;
  }

  /** The two best markets for the largest waiting shape that any market may still be asked for. */
  private ranked(demand: Int32Array, vcpuMilli: number): Choice[] {
    const { candidates, fill, tables } = this;
    for (const index of fill.order.subarray(0, fill.count)) {
      const shape = tables.shapes[index]!;
      const holding = candidates.all.filter(
        (candidate) => candidate.vcpuMilli <= vcpuMilli && jobsThatFit(shape, candidate) >= 1,
      );
      if (holding.length === 0) continue;
      return holding
        .map((candidate) => this.weigh(candidate, demand))
        .sort((a, b) => b.score - a.score)
        .slice(0, 2);
    }
    return [];
  }

  private weigh(candidate: Candidate, demand: Int32Array): Choice {
    const { fill, candidates } = this;
    fill.instance(candidate, demand);
    const priceOverWorth = candidate.microUsdPerHour / fill.worth(candidates.unitMicroUsdPerHour);
    const score = COST_WEIGHT / priceOverWorth + (1 - COST_WEIGHT) * stability(candidate);
    return { candidate, score, priceOverWorth };
  }
}

function stability({ market, interruptionBand }: Candidate): number {
  if (market === "on-demand") return 1;
  return 1 - INTERRUPTED_SHARE[interruptionBand === NONE ? UNKNOWN_BAND : interruptionBand]!;
}
