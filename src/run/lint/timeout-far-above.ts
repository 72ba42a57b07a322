// A timeout so long that it does not catch a job that hangs: it would hold its vCPUs for many times the longest run.

import { MS_PER_HOUR, MS_PER_SECOND } from "../../base/units.js";
import { formatDuration } from "../../report/format.js";
import type { LintRule } from "./finding.js";
import { counted } from "./wording.js";

/** Times the longest recorded run. */
const FAR = 10;
/** A short job's timeout may be many times its run time and still cost nothing. */
const NEGLIGIBLE_MS = MS_PER_HOUR;
/** AWS Batch: "The minimum value for the timeout is 60 seconds". */
const SHORTEST_SECONDS = 60;
/** A new timeout leaves this much room above the longest run. */
const ROOM = 2;

export const timeoutFarAbove: LintRule = {
  code: "timeout-far-above",
  severity: "info",
  check: ({ trace, places }) =>
    trace.timed
      .filter(({ definition, longestMs }) => {
        return definition.timeoutMs > NEGLIGIBLE_MS && definition.timeoutMs > FAR * longestMs;
      })
      .map(({ definition, name, jobs, longestMs }) => ({
        path: [...places.definition(definition.name), "timeout"],
        message: `${name}: the timeout of ${formatDuration(definition.timeoutMs)} is far above its longest run, ${formatDuration(longestMs)}`,
        figure: `a job that hangs holds its instance for up to ${formatDuration(definition.timeoutMs - longestMs)} more (${counted(jobs, "recorded run")})`,
        fix: `attemptDurationSeconds: ${Math.max(SHORTEST_SECONDS, Math.ceil((longestMs * ROOM) / MS_PER_SECOND))}`,
      })),
};
