// A consumable resource that is not given back and that all jobs of the trace together exceed: from some job on they wait in
// RUNNABLE for good, and the first of them blocks its queue. (A single request above the total is the scenario reader's.)

import type { LintRule } from "./finding.js";
import { counted } from "./wording.js";

export const consumableUsedUp: LintRule = {
  code: "consumable-used-up",
  severity: "error",
  check: ({ resolved: { scenario }, trace, places }) =>
    scenario.consumableResources
      .filter(({ replenishable }) => !replenishable)
      .flatMap(({ name, totalQuantity }) => {
        let jobs = 0;
        let asked = 0;
        for (const kind of trace.kinds) {
          const quantity = kind.consumables.find((request) => request.name === name)?.quantity ?? 0;
          if (quantity > 0) jobs += kind.jobs;
          asked += quantity * kind.jobs;
        }
        if (asked <= totalQuantity) return [];
        return {
          path: places.consumable(name),
          message: `${name} is NON_REPLENISHABLE with ${totalQuantity} in all, and the trace's jobs use ${asked}: it runs out`,
          figure: `${counted(jobs, "job")} of the trace use it, one attempt each counted`,
          fix: "raise totalQuantity, or make it REPLENISHABLE if jobs give it back",
        };
      }),
};
