// The one way in for trace files: bytes to sealed workload, with a report on every row.

import { errorIssue, InputError } from "../base/issues.js";
import type { IngestReport } from "../model/ingest.js";
import { Admission } from "./admission.js";
import { readCsv } from "./csv.js";
import type { TraceFileOptions } from "./options.js";
import { readSwf } from "./swf.js";
import { readText } from "./text-stream.js";
import { type Trace, WorkloadBuilder } from "./workload-builder.js";

/** Bytes of the file read so far (compressed, when it is), the file's size, and rows read so far. */
export type OnTraceProgress = (bytesRead: number, totalBytes: number, rows: number) => void;

/**
 * Reads the trace file at `path` as `options` say. Rows that cannot be used are rejected and reported, not thrown.
 * Throws InputError when the file cannot be read, its header does not fit, jobs depend on each other in a circle, or not
 * one row is left.
 */
export async function readTrace(
  options: TraceFileOptions,
  path: string,
  onProgress: OnTraceProgress = () => {},
): Promise<Trace> {
  const builder = new WorkloadBuilder();
  const admission = new Admission(options, builder);
  const chunks = readText(path, options.file, (bytesRead, totalBytes) => {
    onProgress(bytesRead, totalBytes, admission.rowsRead);
  });
  await (options.format === "csv" ? readCsv : readSwf)(chunks, options, admission);
  const sealed = builder.seal((...finding) => admission.countDependency(...finding));
  const report: IngestReport = { source: options.file, format: options.format, ...admission.result() };
  if (report.accepted === 0) throw new InputError([nothingLeft(report)]);
  return { ...sealed, report };
}

function nothingLeft(report: IngestReport) {
  const file = report.source;
  if (report.rowsRead === 0) return errorIssue("no-rows", "the trace has no jobs", { file });
  const reasons = report.rejected.map(({ reason, count, examples }) => {
    const first = examples[0]!;
    return `${count} x ${reason} (first on line ${first.line}: ${first.detail})`;
  });
  const message = `none of the trace's ${report.rowsRead} rows can be used: ${reasons.join("; ")}`;
  return errorIssue("no-usable-rows", message, { file, line: report.rejected[0]!.examples[0]!.line });
}
