// A timeout that more than one in a hundred of the recorded runs exceeds: AWS Batch would have ended them, without a retry.

import { MS_PER_SECOND } from "../../base/units.js";
import { formatDuration, formatPercent } from "../../report/format.js";
import type { LintRule } from "./finding.js";
import { counted } from "./wording.js";

/** A new timeout leaves this much room above the 99th percentile. */
const ROOM = 1.5;

export const timeoutBelowP99: LintRule = {
  code: "timeout-below-p99",
  severity: "warning",
  check: ({ trace, places }) =>
    trace.timed
      .filter(({ definition, p99Ms }) => p99Ms > definition.timeoutMs)
      .map(({ definition, name, jobs, beyond, p99Ms }) => ({
        path: [...places.definition(definition.name), "timeout"],
        message: `${name}: the timeout of ${formatDuration(definition.timeoutMs)} is below the 99th percentile of its run times, ${formatDuration(p99Ms)}`,
        figure: `${formatPercent(beyond / jobs)} of ${counted(jobs, "recorded run")} would have been ended (${beyond}), and never retried`,
        fix: `attemptDurationSeconds: ${Math.ceil((p99Ms * ROOM) / MS_PER_SECOND)}`,
      })),
};
