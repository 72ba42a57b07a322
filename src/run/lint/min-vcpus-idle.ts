// minvCpus keeps instances running without jobs. What the trace would have used of them, had every job started at once on
// this environment alone, is the most that they can have been good for.

import { MILLI, MS_PER_DAY, MS_PER_HOUR } from "../../base/units.js";
import { formatPercent, formatUsd } from "../../report/format.js";
import { type Demand, demandOfQueues, queuesOf } from "./demand.js";
import type { LintRule } from "./finding.js";
import { cheapestVcpuHour, isElastic } from "./packing.js";
import { describeHours, formatTenths } from "./wording.js";

/** Kept capacity saves waiting; when it is idle for more than this share it is worth a look. */
const TOLERATED = 0.5;
/** Costs of keeping are told per month of this many days. */
const DAYS_PER_MONTH = 30;

export const minVcpusIdle: LintRule = {
  code: "min-vcpus-idle",
  severity: "warning",
  check: ({ resolved, trace, places }) =>
    resolved.environments.filter(isElastic).flatMap((environment) => {
      const kept = environment.minVcpuMilli / MILLI;
      const price = cheapestVcpuHour(resolved, environment);
      if (kept === 0 || price === undefined || trace.workload === undefined) return [];
      const demand = demandOfQueues(trace, queuesOf(resolved.scenario.jobQueues, environment.name));
      const path = [...places.environment(environment.name), "computeResources", "minvCpus"];
      const monthly = formatUsd(Math.round(kept * price * DAYS_PER_MONTH * (MS_PER_DAY / MS_PER_HOUR)));
      if (demand === undefined) {
        const message = `${environment.name} keeps ${kept} vCPUs running, and no job of the trace may run there`;
        return { path, message, figure: `${monthly} a month`, fix: "minvCpus: 0" };
      }
      const use = usedOf(demand, kept);
      if (use.idleShare <= TOLERATED) return [];
      const cost = formatUsd(Math.round(use.idleHours * price));
      return {
        path,
        message: `${environment.name} keeps ${kept} vCPUs running; the trace uses ${formatTenths(use.mean)} of them on average, ${formatTenths(use.peak)} at most`,
        figure: `${formatPercent(use.idleShare)} idle: ${describeHours(use.idleHours)}, ${cost} over the trace (${monthly} a month for all of it)`,
        fix: `minvCpus: ${use.median} is what is in use half of the time`,
      };
    }),
};

function usedOf({ vcpus, sliceMs }: Demand, kept: number) {
  const used = vcpus.map((demand) => Math.min(demand, kept));
  const mean = used.reduce((sum, value) => sum + value, 0) / used.length;
  return {
    mean,
    peak: used.reduce((a, b) => Math.max(a, b), 0),
    median: Math.floor(used.sort()[Math.floor(used.length / 2)]!),
    idleShare: 1 - mean / kept,
    idleHours: (kept - mean) * used.length * (sliceMs / MS_PER_HOUR),
  };
}
