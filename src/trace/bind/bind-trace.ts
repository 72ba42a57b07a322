// A trace that was kept for any scenario (read with purpose "import"; compiled), completed for one: its queues, what it asks
// for where rows said nothing, job definitions, shares, limits, and what could never run. The workload is the one that
// reading the rows for this scenario would have given, but for what the columns of such a trace cannot tell (sealed-row.ts).

import type { IngestReport, RowTally } from "../../model/ingest.js";
import type { TraceFileOptions } from "../options.js";
import { EXAMPLES_KEPT } from "../tallies.js";
import type { Trace } from "../workload-builder.js";
import { bindClasses } from "./bind-classes.js";
import { bindRows } from "./bind-rows.js";

/**
 * Binds a trace as `options` say; their `purpose` is "replay". Users and groups are not in the columns: shareFrom has its
 * effect when the trace is imported. In the report examples name jobs by their number, and a row is a job: children of array
 * jobs count one by one. Throws InputError when jobs wait for each other in a circle.
 */
export function bindTrace(given: Trace, options: TraceFileOptions): Trace {
  // A compiled trace reads its columns when they are used: from here on all of them are.
  const trace = { ...given, workload: { ...given.workload }, profiles: { ...given.profiles } };
  const { report } = given;
  const classes = bindClasses(trace, options);
  if (classes !== undefined) {
    const counts = { accepted: trace.workload.jobCount, rejected: [], adjusted: classes.adjusted };
    return { ...classes.trace, report: boundReport(report, options.file, trace.workload.jobCount, counts) };
  }
  const rows = bindRows(trace, options);
  return { ...rows.trace, report: boundReport(report, options.file, trace.workload.jobCount, rows.result) };
}

/** Adjustments of an import that ask for what the scenario has given meanwhile. */
const ASKED_FOR: readonly string[] = ["missing-vcpus", "missing-memory"];

function boundReport(
  imported: IngestReport,
  source: string,
  jobCount: number,
  bound: Pick<IngestReport, "accepted" | "rejected" | "adjusted">,
): IngestReport {
  const rejected = merged(imported.rejected, bound.rejected);
  const adjusted = merged(
    imported.adjusted.filter(({ code }) => !ASKED_FOR.includes(code)),
    bound.adjusted,
  );
  const rowsRead = bound.accepted + total(rejected);
  const { format, folded, notes } = imported;
  const isByChild = imported.accepted !== jobCount;
  return {
    ...{ source, format, recordsRead: rowsRead + total(folded), rowsRead, accepted: bound.accepted },
    ...{ rejected, adjusted, folded },
    notes: isByChild ? [...notes, "rows are counted by job: each child of an array job is one"] : notes,
  };
}

/** Most frequent first, then by code. */
function merged(first: readonly RowTally[], second: readonly RowTally[]): readonly RowTally[] {
  const byCode = new Map(first.map((tally) => [tally.code, tally]));
  for (const tally of second) {
    const known = byCode.get(tally.code);
    const examples = [...(known?.examples ?? []), ...tally.examples].slice(0, EXAMPLES_KEPT);
    byCode.set(tally.code, { ...tally, count: (known?.count ?? 0) + tally.count, examples });
  }
  return [...byCode.values()].sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
}

function total(tallies: readonly RowTally[]): number {
  return tallies.reduce((sum, { count }) => sum + count, 0);
}
