// Whether the trace format that a user names is one that there is: the scenario's checks cannot know.

import { didYouMean, errorIssue, type Issue } from "../base/issues.js";
import type { TraceSpec } from "../scenario/scenario.js";
import { formatById, TRACE_FORMATS } from "../trace/formats.js";

/** What is wrong with the format of a trace section. */
export function traceFormatIssues(spec: TraceSpec): Issue[] {
  if (spec.kind !== "file" || spec.format === undefined || formatById(spec.format) !== undefined) return [];
  const known = TRACE_FORMATS.map(({ id }) => id);
  const hint = didYouMean(spec.format, known) ?? `the formats are ${known.join(", ")}`;
  const message = `there is no trace format ${JSON.stringify(spec.format)}`;
  return [errorIssue("unknown-format", message, { path: "trace.format", hint })];
}
