// The pools that one launch allows, in order of preference: those of the type liked best, then those of types that hold the
// same jobs. EC2 answers from whichever has capacity, so that a pool without it does not cost a decision.

import type { Candidate, Capacity } from "./candidates.js";
import type { LiveCandidates } from "./live-candidates.js";
import type { PlannedLaunch } from "./plan.js";

/**
 * A pool may be this much dearer than the one liked best. Zones of a type and neighbouring families are mostly within it, and
 * being refused costs a job at least the next decision. A model's parameter.
 */
const MOST_PREMIUM = 0.15;
/** The same where the fleet has to be spread over pools: it is asked for, so it may cost. */
const SPREAD_PREMIUM = 0.5;

export interface AllowedPools {
  readonly pools: readonly number[];
  /** Pools of the same types, those included that may not be asked now. */
  readonly poolsInAll: number;
  /** vCPUs of the largest type among them. */
  readonly mostVcpuMilli: number;
}

/**
 * Chooses up to `most` pools for a planned launch. Types with more vCPUs than the one liked best are allowed as far as
 * `spareVcpuMilli` goes, per copy. `spread`: the fleet has to be spread over pools.
 */
export function allowedPools(
  launch: PlannedLaunch,
  candidates: LiveCandidates,
  most: number,
  spareVcpuMilli: number,
  spread: boolean,
): AllowedPools {
  const { candidate } = launch;
  const given = launch.alternatives;
  const limit =
    given === undefined
      ? candidate.microUsdPerHour * (1 + (spread ? SPREAD_PREMIUM : MOST_PREMIUM))
      : Number.POSITIVE_INFINITY;
  const types =
    most === 1 && !spread ? [candidate] : [candidate, ...(given ?? similarTypes(launch, candidates.all, limit))];
  const pools: number[] = [];
  let mostVcpuMilli = candidate.vcpuMilli;
  let poolsInAll = 0;
  for (const type of types) {
    if (pools.length >= most) break;
    if (type.vcpuMilli > candidate.vcpuMilli + spareVcpuMilli) continue;
    for (const pool of type.pools) {
      if (pools.length < most && candidates.microUsdPerHourOf[pool]! <= limit) pools.push(pool);
    }
    poolsInAll += candidates.poolsOf(type.instanceType).length;
    mostVcpuMilli = Math.max(mostVcpuMilli, type.vcpuMilli);
  }
  return { pools, poolsInAll, mostVcpuMilli };
}

/** Other types that hold what one copy is to take and cost no more than `limit`, the cheapest first. */
function similarTypes({ candidate, need, jobsPerCopy }: PlannedLaunch, all: readonly Candidate[], limit: number) {
  if (need === undefined) return [];
  return all.filter((type) => type !== candidate && type.microUsdPerHour <= limit && holds(type, need, jobsPerCopy));
}

function holds(type: Candidate, need: Capacity, jobs: number): boolean {
  return (
    type.vcpuMilli >= need.vcpuMilli &&
    type.memoryMib >= need.memoryMib &&
    type.gpuMilli >= need.gpuMilli &&
    (type.mostJobs === undefined || type.mostJobs >= jobs)
  );
}
