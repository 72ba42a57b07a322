// Everything there is to doubt about a trace, most important first.

import type { InspectionWarning, TraceFindings, Weight } from "../../model/trace-inspection.js";
import type { Doubt } from "./doubts/doubt.js";
import * as requests from "./doubts/requests.js";
import * as rows from "./doubts/rows.js";
import * as times from "./doubts/times.js";

/** In the order of what they do to a replay, among those of one weight. */
const DOUBTS: readonly Doubt[] = [
  rows.nothingUsable,
  requests.missingVcpus,
  requests.missingMemory,
  times.submitIsStart,
  rows.rejectedRows,
  rows.cutOff,
  times.ranZero,
  times.roundedSubmits,
  times.failures,
  rows.neverRan,
  requests.filledIn,
  requests.estimated,
  requests.tinyMemory,
  times.sameRuntime,
  times.roundedRuntimes,
  requests.atLimit,
  requests.aboveMemory,
  rows.lostDependencies,
  rows.repeatedIds,
  times.changedClocks,
  times.oneInstant,
  times.longGap,
  times.recordedWaits,
  times.roundedWaits,
  times.heavyTail,
  times.shortSpan,
  times.noDates,
  rows.cachedRows,
  rows.chainedRetries,
  rows.foldedRecords,
  times.unknownExitCodes,
  requests.littleMemoryUsed,
  requests.names,
];

const WEIGHTS: readonly Weight[] = ["serious", "doubt", "note"];

/** What to doubt, in words. */
export function inspectionWarnings(findings: TraceFindings): InspectionWarning[] {
  const found = DOUBTS.flatMap((rule) => rule(findings) ?? []);
  return WEIGHTS.flatMap((weight) => found.filter((warning) => warning.weight === weight));
}
