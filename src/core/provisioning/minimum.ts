// minvCpus: capacity that a compute environment keeps whatever the demand. Bought at the lowest price per vCPU, in the
// largest sizes that do not overshoot what is missing (at least one of the smallest).

import type { Candidate, Candidates } from "./candidates.js";

/** The next instance to buy for `missingVcpuMilli`, or undefined when the environment offers nothing. */
export function nextForMinimum(candidates: Candidates, missingVcpuMilli: number): Candidate | undefined {
  const perVcpu = (candidate: Candidate) => candidate.microUsdPerHour / candidate.vcpuMilli;
  const small = candidates.all.filter((candidate) => candidate.vcpuMilli <= missingVcpuMilli);
  if (small.length === 0) return [...candidates.all].sort((a, b) => a.vcpuMilli - b.vcpuMilli || a.pool - b.pool)[0];
  return small.sort((a, b) => perVcpu(a) - perVcpu(b) || b.vcpuMilli - a.vcpuMilli || a.pool - b.pool)[0];
}
