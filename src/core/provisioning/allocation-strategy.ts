// AWS Batch's allocation strategies, as far as they are published
// (docs.aws.amazon.com/batch/latest/userguide/allocation-strategies.html): which instance type is bought for the waiting
// jobs. How demand maps to sizes and how much capacity a Spot pool has is not published; these are models:
//
//   every strategy      looks at the types that hold at least one job of every waiting shape
//   BEST_FIT            the lowest price of one instance, whatever room it leaves
//   *_PROGRESSIVE       the lowest price per vCPU; of equals the largest that the waiting jobs fill, else the smallest
//   *_ORDERED           the same within the first entry of the user's instanceTypes that has such a type
//   SPOT_CAPACITY_*     the same among the types that are interrupted least: the Spot advisor's bands stand for capacity
//   SPOT_PRICE_*        the same where every band that a type is interrupted more often makes it dearer
//
// Batch chooses types "that best fit the needs of the jobs": only vCPUs count that waiting jobs can use, in the proportion in which
// they ask for vCPUs, memory and GPUs. Else one job with a GPU would get 64 vCPUs, which cost least apiece.
//
// Users report that Batch tends towards large instances with many jobs, which the rule of sizes reproduces.

import { assert } from "../../base/assert.js";
import type { Shape } from "../../model/job.js";
import { ALLOCATION_STRATEGIES, type AllocationStrategy, type ProvisioningPolicy } from "../../model/policy.js";
import { NONE } from "../../model/tables.js";
import { type Candidate, jobsThatFit } from "./candidates.js";

/**
 * Costs per vCPU closer than this share count as equal. On-demand sizes of a family differ by what the system keeps of the memory,
 * up to 2.5 %, generations by 5; Spot prices of the sizes of a family scatter by some per cent, and no size should be bought for that.
 */
const EQUAL_COST_TOLERANCE = { "on-demand": 0.03, spot: 0.1 } as const;

/**
 * By how much each band of the Spot advisor makes a type dearer under SPOT_PRICE_CAPACITY_OPTIMIZED, which weighs price and
 * capacity against each other in a way that is not published: the worst band, 4, is taken where it saves two fifths.
 */
const PREMIUM_PER_BAND = 0.1;

/** The band of a type that the Spot advisor does not list: the middle one of 0..4. */
const UNKNOWN_BAND = 2;

/** What waits in all. */
interface Demand {
  vcpuMilli: number;
  memoryMib: number;
  gpuMilli: number;
}

/** AWS Batch's own; other policies keep to maxvCpus. */
const STRATEGIES: ReadonlySet<ProvisioningPolicy> = new Set(ALLOCATION_STRATEGIES);

/** Which of the types that are large enough a strategy chooses from by cost and size. */
const PREFERRED: Record<
  Exclude<AllocationStrategy, "BEST_FIT">,
  (fitting: readonly Candidate[]) => readonly Candidate[]
> = {
  BEST_FIT_PROGRESSIVE: (fitting) => fitting,
  BEST_FIT_PROGRESSIVE_ORDERED: firstInOrder,
  SPOT_CAPACITY_OPTIMIZED: (fitting) => leastInterrupted(fitting),
  SPOT_CAPACITY_OPTIMIZED_PRIORITIZED: (fitting) => firstInOrder(leastInterrupted(fitting)),
  SPOT_PRICE_CAPACITY_OPTIMIZED: (fitting) => fitting,
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
  const premium = strategy === "SPOT_PRICE_CAPACITY_OPTIMIZED" ? PREMIUM_PER_BAND : 0;
  return cheapestInUse(PREFERRED[strategy](fitting), inAll(shapes, waiting, demand), premium);
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

function inAll(shapes: readonly Shape[], waiting: Int32Array, demand: Int32Array): Demand {
  const all: Demand = { vcpuMilli: 0, memoryMib: 0, gpuMilli: 0 };
  for (const index of waiting) {
    const shape = shapes[index]!;
    all.vcpuMilli += demand[index]! * shape.vcpuMilli;
    all.memoryMib += demand[index]! * shape.memoryMib;
    all.gpuMilli += demand[index]! * shape.gpuMilli;
  }
  return all;
}

/** By price per vCPU that waiting jobs can use: the share of them all that an instance holds says as much. */
function cheapestInUse(candidates: readonly Candidate[], demand: Demand, premiumPerBand: number): Candidate {
  const costOf = (candidate: Candidate) =>
    (candidate.priceMicroUsdPerHour * (1 + premiumPerBand * bandOf(candidate))) / shareHeld(candidate, demand);
  const cheapest = Math.min(...candidates.map(costOf));
  const near = candidates.filter(
    (candidate) => costOf(candidate) <= cheapest * (1 + EQUAL_COST_TOLERANCE[candidate.market]),
  );
  const filled = near.filter((candidate) => shareHeld(candidate, demand) <= 1);
  const vcpuMilliOf = ({ vcpuMilli }: Candidate) => vcpuMilli;
  const size = filled.length > 0 ? Math.max(...filled.map(vcpuMilliOf)) : Math.min(...near.map(vcpuMilliOf));
  return lowest(
    near.filter(({ vcpuMilli }) => vcpuMilli === size),
    costOf,
  );
}

/** How much of the waiting jobs an instance would hold, were they a fluid; more than 1: all, and it is not full. */
function shareHeld(candidate: Candidate, demand: Demand): number {
  const share = (held: number, asked: number) => (asked === 0 ? Number.POSITIVE_INFINITY : held / asked);
  return Math.min(
    share(candidate.vcpuMilli, demand.vcpuMilli),
    share(candidate.memoryMib, demand.memoryMib),
    share(candidate.gpuMilli, demand.gpuMilli),
  );
}

function firstInOrder(candidates: readonly Candidate[]): readonly Candidate[] {
  const first = Math.min(...candidates.map((candidate) => candidate.order));
  return candidates.filter((candidate) => candidate.order === first);
}

function leastInterrupted(candidates: readonly Candidate[]): readonly Candidate[] {
  const best = Math.min(...candidates.map(bandOf));
  return candidates.filter((candidate) => bandOf(candidate) === best);
}

function bandOf({ interruptionBand }: Candidate): number {
  return interruptionBand === NONE ? UNKNOWN_BAND : interruptionBand;
}

/** The candidate with the lowest value; of equals the lowest pool. */
function lowest(candidates: readonly Candidate[], value: (candidate: Candidate) => number): Candidate {
  return candidates.reduce((best, candidate) =>
    (value(candidate) - value(best) || candidate.pool - best.pool) < 0 ? candidate : best,
  );
}
