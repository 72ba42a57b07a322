// A trace to the figures of what is in it. Pure: the same trace gives the same figures.

import type { IngestReport } from "../../model/ingest.js";
import {
  type FieldAccount,
  INSPECTION_FORMAT_VERSION,
  type TraceFindings,
  type Unfinished,
} from "../../model/trace-inspection.js";
import type { Trace } from "../workload-builder.js";
import { arrivalsOf } from "./arrivals.js";
import { columnAccounts } from "./column-accounts.js";
import { timeDistribution } from "./distribution.js";
import { failuresOf } from "./failures.js";
import { requestsOf, structureOf } from "./structure.js";
import { workOf } from "./work.js";

/** What the trace itself does not tell. */
export interface InspectionContext {
  readonly productVersion: string;
  /** Zone of times that carry none, and of the week's picture; one that zoneOf knows. */
  readonly timeZone: string;
  /** From FieldWatch. Undefined: the rows were not seen (a compiled trace); the columns tell as much as they can. */
  readonly fields: readonly FieldAccount[] | undefined;
}

export function inspectTrace(trace: Trace, { productVersion, timeZone, fields }: InspectionContext): TraceFindings {
  const { workload, profiles, report } = trace;
  const accounts = fields ?? columnAccounts(trace);
  const knowsEndings = (accounts.find(({ field }) => field === "ending")?.given ?? 0) > 0;
  return {
    formatVersion: INSPECTION_FORMAT_VERSION,
    productVersion,
    records: report,
    jobs: workload.jobCount,
    fields: accounts,
    unfinished: unfinishedOf(report),
    arrivals: arrivalsOf(workload, timeZone),
    runtimes: timeDistribution(profiles.runtimeMs),
    waits: timeDistribution(profiles.recordedWaitMs),
    pulls: timeDistribution(profiles.recordedPullMs),
    work: workOf(trace),
    failures: failuresOf(trace, knowsEndings),
    structure: structureOf(workload),
    requests: requestsOf(trace),
  };
}

function unfinishedOf({ rejected }: IngestReport): Unfinished {
  const countOf = (code: string) => rejected.find((tally) => tally.code === code)?.count ?? 0;
  return {
    neverRan: countOf("never-ran"),
    stillRunning: countOf("still-running"),
    stillQueued: countOf("still-queued"),
    incompleteWindow: countOf("incomplete-window"),
  };
}
