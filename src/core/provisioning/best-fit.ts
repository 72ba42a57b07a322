// Best fit: the cheapest mix for the pending demand. A greedy covering: every candidate is filled on paper, largest jobs
// first; the one with the lowest price per worth of the jobs it takes is bought, as many times as the same fill repeats;
// then again for the rest. The worth of a job is the least it could cost on an instance filled with its like, so a price
// over worth of 1 is a perfect fill. (Chvatal's greedy set-cover rule, 1979, with fills as sets.)

import type { Shape } from "../../model/job.js";
import type { SystemTables } from "../../model/tables.js";
import type { Candidate, Candidates } from "./candidates.js";
import {
  fillInstance,
  type LaunchLimits,
  type PlannedLaunch,
  type Provisioner,
  packInFlight,
  repeatsOfFill,
  takeFill,
} from "./plan.js";

/** Makes the policy for one environment's candidates. */
export function bestFitProvisioner(candidates: Candidates, tables: SystemTables): Provisioner {
  const { shapes, instanceTypes } = tables;
  const order = candidates.shapesBySize;
  const fill = new Int32Array(shapes.length);
  return {
    coverInFlight: (available, demand) => packInFlight(instanceTypes, shapes, order, fill, available, demand),
    plan(demand, limits) {
      const plan: PlannedLaunch[] = [];
      let { vcpuMilli, launches } = limits;
      while (launches > 0) {
        const choice = choose(candidates, shapes, demand, fill, vcpuMilli);
        if (choice === null) break;
        const jobsPerCopy = fillInstance(choice.candidate, demand, shapes, order, fill);
        const copies = Math.min(
          launches,
          repeatsOfFill(demand, order, fill),
          Math.floor(vcpuMilli / choice.candidate.vcpuMilli),
        );
        takeFill(demand, order, fill, copies);
        launches -= copies;
        vcpuMilli -= copies * choice.candidate.vcpuMilli;
        plan.push({ ...choice, copies, jobsPerCopy });
      }
      return plan;
    },
  };
}

type Choice = Pick<PlannedLaunch, "candidate" | "priceOverWorth" | "runnerUp">;

/** The affordable candidate with the lowest price over worth; on a tie the one that covers more, so that fewer are bought. */
function choose(
  candidates: Candidates,
  shapes: readonly Shape[],
  demand: Int32Array,
  fill: Int32Array,
  vcpuMilli: LaunchLimits["vcpuMilli"],
): Choice | null {
  let best: Candidate | null = null;
  let bestRatio = Number.POSITIVE_INFINITY;
  let bestWorth = 0;
  let second: Candidate | null = null;
  let secondRatio = Number.POSITIVE_INFINITY;
  for (const candidate of candidates.efficient) {
    if (candidate.vcpuMilli > vcpuMilli) continue;
    const worth = worthOfFill(candidate, candidates, shapes, demand, fill);
    if (worth === 0) continue;
    const ratio = candidate.microUsdPerHour / worth;
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

function worthOfFill(
  candidate: Candidate,
  candidates: Candidates,
  shapes: readonly Shape[],
  demand: Int32Array,
  fill: Int32Array,
): number {
  const order = candidates.shapesBySize;
  if (fillInstance(candidate, demand, shapes, order, fill) === 0) return 0;
  let worth = 0;
  for (let i = 0; i < order.length; i++) {
    const index = order[i]!;
    worth += fill[index]! * candidates.unitMicroUsdPerHour[index]!;
  }
  return worth;
}
