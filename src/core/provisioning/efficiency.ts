// Which candidates are worth looking at, and what a job is worth.

import type { Shape } from "../../model/job.js";
import { type Candidate, jobsThatFit } from "./candidates.js";

/** Those that no other one dominates: is as large in everything and no dearer, of equals with the lower pool. In their order. */
export function mostEfficient(all: readonly Candidate[]): Candidate[] {
  // Sorted so that whatever dominates a candidate comes before it, and what dominates a dominator is kept itself.
  const sorted = [...all].sort(
    (a, b) =>
      a.microUsdPerHour - b.microUsdPerHour ||
      b.vcpuMilli - a.vcpuMilli ||
      b.memoryMib - a.memoryMib ||
      b.gpuMilli - a.gpuMilli ||
      a.pool - b.pool,
  );
  const kept: Candidate[] = [];
  for (const candidate of sorted) {
    if (!isDominated(candidate, kept)) kept.push(candidate);
  }
  const chosen = new Set(kept);
  return all.filter((candidate) => chosen.has(candidate));
}

/** Whether one of those that are no dearer is as large in everything. */
function isDominated({ vcpuMilli, memoryMib, gpuMilli }: Candidate, noDearer: readonly Candidate[]): boolean {
  for (const other of noDearer) {
    if (other.vcpuMilli >= vcpuMilli && other.memoryMib >= memoryMib && other.gpuMilli >= gpuMilli) return true;
  }
  return false;
}

/** The least that one job can cost per hour on a candidate filled with its like; Infinity: none holds it. */
export function unitCost(shape: Shape, candidates: readonly Candidate[]): number {
  let best = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const jobs = jobsThatFit(shape, candidate);
    if (jobs >= 1) best = Math.min(best, candidate.microUsdPerHour / jobs);
  }
  return best;
}
