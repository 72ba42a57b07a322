// The step `sample`: a random part of the jobs. Arrays and jobs that wait for each other come or stay away together.

import { randomStream } from "../../base/random.js";
import type { SampleAmount } from "../../model/trace-transform.js";
import type { Trace } from "../workload-builder.js";
import { shuffled } from "./load-plan.js";
import { type Rebuilt, rebuild } from "./rebuild.js";
import { connectedJobs, type JobGroups } from "./unit-groups.js";

/**
 * As many jobs as wanted, or as near to it from below as whole groups allow; where the wanted number is less than the smallest
 * group, that one.
 */
export function sampleJobs(trace: Trace, amount: SampleAmount, seed: number): Rebuilt {
  const { jobCount } = trace.workload;
  const wanted = "jobs" in amount ? amount.jobs : Math.max(1, Math.round(amount.fraction * jobCount));
  const groups = connectedJobs(trace.workload);
  const chosen = chooseGroups(groups, wanted, shuffled(groups.count, randomStream(seed, "trace/sample")));
  return rebuild([{ trace, keeps: (job) => chosen[groups.ofJob[job]!] === 1 }]);
}

function chooseGroups({ count, starts }: JobGroups, wanted: number, order: Int32Array): Uint8Array {
  const chosen = new Uint8Array(count);
  let taken = 0;
  let smallest = 0;
  const sizeOf = (group: number) => starts[group + 1]! - starts[group]!;
  for (const group of order) {
    if (sizeOf(group) < sizeOf(smallest)) smallest = group;
    if (taken + sizeOf(group) > wanted) continue;
    chosen[group] = 1;
    taken += sizeOf(group);
  }
  if (taken === 0 && count > 0) chosen[smallest] = 1;
  return chosen;
}
