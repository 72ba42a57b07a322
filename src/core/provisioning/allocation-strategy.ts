// AWS Batch's allocation strategies, as far as they are published
// (docs.aws.amazon.com/batch/latest/userguide/allocation-strategies.html): which instance type is bought for the waiting
// jobs. How demand maps to sizes and how much capacity a Spot pool has is not published; these are models:
//
//   every strategy      looks at the types that hold at least one job of every waiting shape
//   BEST_FIT            the lowest price of one instance, whatever room it leaves
//   *_PROGRESSIVE       the lowest price per vCPU; of equals the largest whose vCPUs the waiting jobs fill, else the smallest
//   *_ORDERED           the same within the first entry of the user's instanceTypes that has such a type
//   SPOT_*              the same among the types that are interrupted least: the Spot advisor's bands stand for capacity
//
// Users report that Batch tends towards large instances with many jobs, which the rule of sizes reproduces.

import { assert } from "../../base/assert.js";
import type { Shape } from "../../model/job.js";
import { ALLOCATION_STRATEGIES, type AllocationStrategy, type ProvisioningPolicy } from "../../model/policy.js";
import { NONE } from "../../model/tables.js";
import { type Candidate, jobsThatFit } from "./candidates.js";

/**
 * Costs per vCPU closer than this share count as equal. On-demand sizes of a family differ only by rounding; Spot prices of
 * the sizes of a family scatter by some per cent, and no size should be bought for that.
 */
const EQUAL_COST_TOLERANCE = { "on-demand": 0.001, spot: 0.1 } as const;

/**
 * Bands above the best one among which SPOT_PRICE_CAPACITY_OPTIMIZED looks for the lowest price: of the pools with the most
 * capacity it is to take the cheapest, and how many those are is not published.
 */
const PRICE_CAPACITY_BANDS = 1;

/** The band of a type that the Spot advisor does not list: the middle one of 0..4. */
const UNKNOWN_BAND = 2;

/** AWS Batch's own; other policies keep to maxvCpus. */
const STRATEGIES: ReadonlySet<ProvisioningPolicy> = new Set(ALLOCATION_STRATEGIES);

/** Which of the types that are large enough a strategy chooses from by price per vCPU and size. */
const PREFERRED: Record<
  Exclude<AllocationStrategy, "BEST_FIT">,
  (fitting: readonly Candidate[]) => readonly Candidate[]
> = {
  BEST_FIT_PROGRESSIVE: (fitting) => fitting,
  BEST_FIT_PROGRESSIVE_ORDERED: firstInOrder,
  SPOT_CAPACITY_OPTIMIZED: (fitting) => leastInterrupted(fitting, 0),
  SPOT_CAPACITY_OPTIMIZED_PRIORITIZED: (fitting) => firstInOrder(leastInterrupted(fitting, 0)),
  SPOT_PRICE_CAPACITY_OPTIMIZED: (fitting) => leastInterrupted(fitting, PRICE_CAPACITY_BANDS),
};

/**
 * The type to buy next. `all` must hold at least one that is large enough for the first waiting shape; `waiting` are the
 * shapes with demand, largest first, `demand` the number of jobs by shape.
 */
export function chooseByStrategy(
  strategy: AllocationStrategy,
  all: readonly Candidate[],
  shapes: readonly Shape[],
  waiting: Int32Array,
  demand: Int32Array,
): Candidate {
  const fitting = largeEnough(all, shapes, waiting);
  assert(fitting.length > 0, "no instance type is large enough for the first waiting shape");
  if (strategy === "BEST_FIT") return lowest(fitting, (candidate) => candidate.priceMicroUsdPerHour);
  let demandVcpuMilli = 0;
  for (const shape of waiting) demandVcpuMilli += demand[shape]! * shapes[shape]!.vcpuMilli;
  return cheapestPerVcpu(PREFERRED[strategy](fitting), demandVcpuMilli);
}

/** Whether buying goes on while any headroom is left, so that one instance may exceed maxvCpus. */
export function mayExceedMaximum(provisioning: ProvisioningPolicy, { market }: Pick<Candidate, "market">): boolean {
  if (!STRATEGIES.has(provisioning)) return false;
  return provisioning !== "BEST_FIT" || market === "spot";
}

/** Candidates that hold at least one job of every waiting shape; when there is none, of the first waiting shape. */
function largeEnough(all: readonly Candidate[], shapes: readonly Shape[], waiting: Int32Array): readonly Candidate[] {
  const holds = (candidate: Candidate, shape: number) => jobsThatFit(shapes[shape]!, candidate) >= 1;
  const forAll = all.filter((candidate) => waiting.every((shape) => holds(candidate, shape)));
  return forAll.length > 0 ? forAll : all.filter((candidate) => holds(candidate, waiting[0]!));
}

function cheapestPerVcpu(candidates: readonly Candidate[], demandVcpuMilli: number): Candidate {
  const costPerVcpu = (candidate: Candidate) => candidate.priceMicroUsdPerHour / candidate.vcpuMilli;
  const cheapest = Math.min(...candidates.map(costPerVcpu));
  const near = candidates.filter(
    (candidate) => costPerVcpu(candidate) <= cheapest * (1 + EQUAL_COST_TOLERANCE[candidate.market]),
  );
  const filled = near.filter((candidate) => candidate.vcpuMilli <= demandVcpuMilli);
  const vcpuMilliOf = ({ vcpuMilli }: Candidate) => vcpuMilli;
  const size = filled.length > 0 ? Math.max(...filled.map(vcpuMilliOf)) : Math.min(...near.map(vcpuMilliOf));
  return lowest(
    near.filter(({ vcpuMilli }) => vcpuMilli === size),
    costPerVcpu,
  );
}

function firstInOrder(candidates: readonly Candidate[]): readonly Candidate[] {
  const first = Math.min(...candidates.map((candidate) => candidate.order));
  return candidates.filter((candidate) => candidate.order === first);
}

function leastInterrupted(candidates: readonly Candidate[], tolerance: number): readonly Candidate[] {
  const bandOf = ({ interruptionBand }: Candidate) => (interruptionBand === NONE ? UNKNOWN_BAND : interruptionBand);
  const best = Math.min(...candidates.map(bandOf));
  return candidates.filter((candidate) => bandOf(candidate) <= best + tolerance);
}

/** The candidate with the lowest value; of equals the lowest pool. */
function lowest(candidates: readonly Candidate[], value: (candidate: Candidate) => number): Candidate {
  return candidates.reduce((best, candidate) =>
    (value(candidate) - value(best) || candidate.pool - best.pool) < 0 ? candidate : best,
  );
}
