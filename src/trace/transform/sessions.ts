// Sessions: runs of submissions by one user (share) of one kind of job (name) with short pauses between them. They are what
// scaling the load leaves out, keeps or copies as a whole, so that bursts stay bursts. After Zilber, Amit and Talby (What is
// worth learning from parallel workloads? A user and session based analysis, ICS 2005), who end a session after a pause of
// 20 minutes. Jobs that belong together (unit-groups.ts) are always in one session.

import { MS_PER_HOUR, MS_PER_MINUTE } from "../../base/units.js";
import type { SealedTrace } from "../workload-builder.js";
import { connectedJobs, groupJobs, type JobGroups } from "./unit-groups.js";

/** The pause that ends a session, of the paper above. */
const LONGEST_PAUSE_MS = 20 * MS_PER_MINUTE;
/** A stream that never pauses (a service, a trace without users) is cut so often: about a working day. */
const LONGEST_SESSION_MS = 8 * MS_PER_HOUR;
/** In a short trace both are shorter, so that there are enough sessions to choose from. */
const PAUSES_PER_TRACE = 200;
const SESSIONS_PER_TRACE = 20;

/** The sessions of a trace, as groups of jobs. */
export function sessionsOf(trace: SealedTrace): JobGroups {
  const { workload } = trace;
  const { submitMs, jobCount } = workload;
  const spanMs = jobCount === 0 ? 0 : submitMs[jobCount - 1]!;
  const pauseMs = Math.min(LONGEST_PAUSE_MS, spanMs / PAUSES_PER_TRACE);
  const longestMs = Math.min(LONGEST_SESSION_MS, spanMs / SESSIONS_PER_TRACE);
  const groups = connectedJobs(workload);
  const sessionOfGroup = new Int32Array(groups.count);
  const open = new Map<number, { id: number; firstMs: number; lastMs: number }>();
  let count = 0;
  for (let group = 0; group < groups.count; group++) {
    const firstMs = submitMs[groups.jobs[groups.starts[group]!]!]!;
    const lastMs = submitMs[groups.jobs[groups.starts[group + 1]! - 1]!]!;
    const stream = streamOf(trace, groups.jobs[groups.starts[group]!]!);
    const session = open.get(stream);
    const goesOn =
      session !== undefined && firstMs - session.lastMs <= pauseMs && lastMs - session.firstMs <= longestMs;
    if (goesOn) {
      session.lastMs = Math.max(session.lastMs, lastMs);
      sessionOfGroup[group] = session.id;
    } else {
      open.set(stream, { id: count, firstMs, lastMs });
      sessionOfGroup[group] = count++;
    }
  }
  return groupJobs(
    groups.ofJob.map((group) => sessionOfGroup[group]!),
    count,
  );
}

/** A number for the job's share and name. */
function streamOf({ workload }: SealedTrace, job: number): number {
  const { classes, jobClass, jobName, jobNames } = workload;
  return classes[jobClass[job]!]!.share * jobNames.length + jobName[job]!;
}
