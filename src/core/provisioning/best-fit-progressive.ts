// BEST_FIT_PROGRESSIVE, as far as AWS Batch publishes it: among the instance types that are large enough for the queue's
// jobs, prefer the lowest cost per vCPU; maxvCpus may be exceeded by at most one instance
// (docs.aws.amazon.com/batch/latest/userguide/allocation-strategies.html). How demand maps to sizes is not published; this
// is a model: among types of equal cost per vCPU, the largest whose vCPUs the demand still fills, else the smallest that
// fits. Users report that Batch tends towards large instances with many jobs, which this reproduces.

import type { Shape } from "../../model/job.js";
import type { SystemTables } from "../../model/tables.js";
import type { Candidate, Candidates } from "./candidates.js";
import { jobsThatFit } from "./candidates.js";
import { fillInstance, type PlannedLaunch, type Provisioner, packInFlight, repeatsOfFill, takeFill } from "./plan.js";

/** Costs per vCPU closer than this share count as equal: on-demand sizes of a family differ only by rounding. */
const EQUAL_COST_TOLERANCE = 0.001;

/** Makes the policy for one environment's candidates. */
export function bestFitProgressiveProvisioner(candidates: Candidates, tables: SystemTables): Provisioner {
  const { shapes, instanceTypes } = tables;
  const order = candidates.shapesBySize;
  const fill = new Int32Array(shapes.length);
  return {
    coverInFlight: (available, demand) => packInFlight(instanceTypes, shapes, order, fill, available, demand),
    plan(demand, limits) {
      const plan: PlannedLaunch[] = [];
      let { vcpuMilli, launches } = limits;
      // "At most one instance over": buying goes on while any headroom is left.
      while (launches > 0 && vcpuMilli > 0) {
        const candidate = choose(candidates, shapes, demand);
        if (candidate === null) break;
        const jobsPerCopy = fillInstance(candidate, demand, shapes, order, fill);
        const copies = Math.min(
          launches,
          repeatsOfFill(demand, order, fill),
          Math.ceil(vcpuMilli / candidate.vcpuMilli),
        );
        const priceOverWorth = candidate.microUsdPerHour / worthOf(fill, candidates);
        takeFill(demand, order, fill, copies);
        launches -= copies;
        vcpuMilli -= copies * candidate.vcpuMilli;
        plan.push({ candidate, copies, jobsPerCopy, priceOverWorth, runnerUp: null });
      }
      return plan;
    },
  };
}

function worthOf(fill: Int32Array, candidates: Candidates): number {
  let worth = 0;
  for (const shape of candidates.shapesBySize) worth += fill[shape]! * candidates.unitMicroUsdPerHour[shape]!;
  return worth;
}

function choose(candidates: Candidates, shapes: readonly Shape[], demand: Int32Array): Candidate | null {
  const waiting = candidates.shapesBySize.filter((shape) => demand[shape]! > 0);
  if (waiting.length === 0) return null;
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
