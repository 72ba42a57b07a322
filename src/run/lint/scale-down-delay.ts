// minScaleDownDelayMinutes keeps every instance that long after its last job, and the idle time is billed. Held capacity is
// modelled as the largest demand of the last so many minutes: what runs for other reasons is not counted.

import { MS_PER_HOUR, MS_PER_MINUTE } from "../../base/units.js";
import { formatPercent, formatUsd } from "../../report/format.js";
import { type Demand, demandOfQueues, queuesOf } from "./demand.js";
import type { LintRule } from "./finding.js";
import { cheapestVcpuHour, isElastic } from "./packing.js";
import { describeHours } from "./wording.js";

export const scaleDownDelay: LintRule = {
  code: "scale-down-delay",
  severity: "info",
  check: ({ resolved, trace, places }) =>
    resolved.environments.filter(isElastic).flatMap((environment) => {
      const spec = resolved.scenario.computeEnvironments.find(({ name }) => name === environment.name);
      const delayMs = spec?.minScaleDownDelayMs ?? 0;
      const price = cheapestVcpuHour(resolved, environment);
      if (delayMs === 0 || price === undefined) return [];
      const demand = demandOfQueues(trace, queuesOf(resolved.scenario.jobQueues, environment.name));
      if (demand === undefined) return [];
      const { idleHours, usedHours } = heldIdle(demand, delayMs);
      return {
        path: [...places.environment(environment.name), "computeResources", "scalingPolicy"],
        message: `${environment.name} keeps every instance for ${delayMs / MS_PER_MINUTE} minutes after its last job (minScaleDownDelayMinutes)`,
        figure: `up to ${describeHours(idleHours)} idle, ${formatUsd(Math.round(idleHours * price))} over the trace, ${formatPercent(idleHours / usedHours)} of what its jobs use`,
        fix: "0 turns it off; the delay pays where jobs return before it ends and a start takes long",
      };
    }),
};

/** vCPU-hours held beyond the demand, when capacity goes only after not being needed for `delayMs`. */
function heldIdle({ vcpus, sliceMs }: Demand, delayMs: number): { idleHours: number; usedHours: number } {
  const window = Math.ceil(delayMs / sliceMs);
  let idle = 0;
  let used = 0;
  // Slices of the window whose demand no later one reaches, largest first: the first is the window's maximum.
  const leading: number[] = [];
  let head = 0;
  for (let slice = 0; slice < vcpus.length + window; slice++) {
    const demand = vcpus[slice] ?? 0;
    while (leading.length > head && (vcpus[leading.at(-1)!] ?? 0) <= demand) leading.pop();
    leading.push(slice);
    if (leading[head]! < slice - window) head++;
    idle += (vcpus[leading[head]!] ?? 0) - demand;
    used += demand;
  }
  return { idleHours: idle * (sliceMs / MS_PER_HOUR), usedHours: used * (sliceMs / MS_PER_HOUR) };
}
