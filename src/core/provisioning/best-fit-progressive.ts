// BEST_FIT_PROGRESSIVE, as far as AWS Batch publishes it: among the instance types that are large enough for the queue's
// jobs, prefer the lowest cost per vCPU; maxvCpus may be exceeded by at most one instance
// (docs.aws.amazon.com/batch/latest/userguide/allocation-strategies.html). How demand maps to sizes is not published; this
// is a model: among types of equal cost per vCPU, the largest whose vCPUs the demand still fills, else the smallest that
// fits. Users report that Batch tends towards large instances with many jobs, which this reproduces.

import type { Shape } from "../../model/job.js";
import type { SystemTables } from "../../model/tables.js";
import { type Candidate, type Candidates, jobsThatFit } from "./candidates.js";
import { Fill, type LaunchLimits, type PlannedLaunch, type Provisioner, packInFlight } from "./plan.js";

/** Costs per vCPU closer than this share count as equal: on-demand sizes of a family differ only by rounding. */
const EQUAL_COST_TOLERANCE = 0.001;

/** The policy for one environment's candidates. */
export class BestFitProgressiveProvisioner implements Provisioner {
  private readonly candidates: Candidates;
  private readonly tables: SystemTables;
  private readonly fill: Fill;

  constructor(candidates: Candidates, tables: SystemTables) {
    this.candidates = candidates;
    this.tables = tables;
    this.fill = new Fill(tables.shapes, candidates.shapesBySize);
  }

  coverInFlight(available: Int32Array, demand: Int32Array): void {
    packInFlight(this.tables.instanceTypes, this.fill, available, demand);
  }

  plan(demand: Int32Array, limits: LaunchLimits): PlannedLaunch[] {
    const { candidates, tables, fill } = this;
    const plan: PlannedLaunch[] = [];
    let { vcpuMilli, launches } = limits;
    // "At most one instance over": buying goes on while any headroom is left.
    while (launches > 0 && vcpuMilli > 0 && fill.want(demand) > 0) {
      const candidate = choose(candidates, tables.shapes, fill.order.subarray(0, fill.count), demand);
      const jobsPerCopy = fill.instance(candidate, demand);
      const priceOverWorth = candidate.microUsdPerHour / fill.worth(candidates.unitMicroUsdPerHour);
      const copies = Math.min(launches, fill.repeats(demand), Math.ceil(vcpuMilli / candidate.vcpuMilli));
      fill.take(demand, copies);
      launches -= copies;
      vcpuMilli -= copies * candidate.vcpuMilli;
      plan.push({ candidate, copies, jobsPerCopy, priceOverWorth, runnerUp: null });
    }
    return plan;
  }
}

function choose(candidates: Candidates, shapes: readonly Shape[], waiting: Int32Array, demand: Int32Array): Candidate {
  const fitting = largeEnough(candidates.all, shapes, waiting);
  const cheapest = Math.min(...fitting.map(costPerVcpu));
  const near = fitting.filter((candidate) => costPerVcpu(candidate) <= cheapest * (1 + EQUAL_COST_TOLERANCE));
  let demandVcpuMilli = 0;
  for (const shape of waiting) demandVcpuMilli += demand[shape]! * shapes[shape]!.vcpuMilli;
  const filled = near.filter((candidate) => candidate.vcpuMilli <= demandVcpuMilli);
  const bySize = (a: Candidate, b: Candidate) => a.vcpuMilli - b.vcpuMilli || a.pool - b.pool;
  return filled.length > 0 ? filled.sort(bySize).at(-1)! : near.sort(bySize)[0]!;
}

/** Candidates that hold at least one job of every waiting shape; when there is none, of the first waiting shape. */
function largeEnough(all: readonly Candidate[], shapes: readonly Shape[], waiting: Int32Array): Candidate[] {
  const holds = (candidate: Candidate, shape: number) => jobsThatFit(shapes[shape]!, candidate) >= 1;
  const forAll = all.filter((candidate) => waiting.every((shape) => holds(candidate, shape)));
  return forAll.length > 0 ? forAll : all.filter((candidate) => holds(candidate, waiting[0]!));
}

function costPerVcpu(candidate: Candidate): number {
  return candidate.priceMicroUsdPerHour / candidate.vcpuMilli;
}
