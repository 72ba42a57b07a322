// SubmitJob takes at most 20 dependencies.

import { textAt } from "../../base/text-column.js";
import type { Workload } from "../../model/job.js";
import type { LintRule } from "./finding.js";
import { counted } from "./wording.js";

/** SubmitJob, dependsOn: "You can specify up to 20 dependencies". */
const MOST_DEPENDENCIES = 20;
const EXAMPLES = 3;

export const tooManyDependencies: LintRule = {
  code: "too-many-dependencies",
  severity: "error",
  check: ({ trace: { workload } }) => {
    if (workload === undefined) return [];
    const counts = dependencyCounts(workload);
    const over = counts.flatMap((count, unit) => (count > MOST_DEPENDENCIES ? [{ unit, count }] : []));
    if (over.length === 0) return [];
    const most = over.reduce((a, b) => (b.count > a.count ? b : a));
    const examples = over.slice(0, EXAMPLES).map(({ unit }) => unitId(workload, unit));
    return [
      {
        path: ["trace"],
        message: `${counted(over.length, "job")} (${examples.join(", ")}${over.length > EXAMPLES ? ", …" : ""}) depend on more than ${MOST_DEPENDENCIES} jobs`,
        figure: `most: ${unitId(workload, most.unit)} with ${most.count}`,
        fix: "make the jobs that are waited for one array job, or put a collecting job between",
      },
    ];
  },
};

/** Per unit: how many entries its dependsOn has; SEQUENTIAL is one of them. */
function dependencyCounts({ dependencies, arrays, jobCount }: Workload): number[] {
  const counts = new Array<number>(dependencies.count === 0 ? 0 : arrays.count + jobCount).fill(0);
  for (let edge = 0; edge < dependencies.count; edge++) counts[dependencies.dependent[edge]!]!++;
  for (let array = 0; array < Math.min(arrays.count, counts.length); array++) {
    counts[array] = counts[array]! + arrays.sequential[array]!;
  }
  return counts;
}

function unitId({ arrays, ids }: Workload, unit: number): string {
  return unit < arrays.count ? arrays.ids[unit]! : textAt(ids, unit - arrays.count);
}
