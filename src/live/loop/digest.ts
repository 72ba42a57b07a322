// What the audit log keeps of a look: enough to tell what a decision stood on. The whole of it is in the session log, as events.

import type { Observation } from "../observation.js";

/** A line of the journal. */
export function digestOf({ serverMs, problems, jobs, arrays, ends, instances, notices }: Observation, nowMs: number) {
  return {
    kind: "look",
    at: nowMs,
    serverMs,
    problems,
    jobs: jobs.length,
    arrays: arrays.length,
    ends: ends.length,
    instances: instances.length,
    notices,
  };
}
