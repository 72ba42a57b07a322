// The one way in for trace files: bytes to sealed workload, with a report on every row.

import { errorIssue, InputError } from "../base/issues.js";
import type { IngestReport } from "../model/ingest.js";
import { Admission } from "./admission.js";
import { bindTrace } from "./bind/bind-trace.js";
import { COMPILED_EXTENSION, openCompiled } from "./compiled/compiled.js";
import type { TraceFileOptions } from "./options.js";
import { FilesReader, filesAt, type OnTraceProgress } from "./read-files.js";
import { type Trace, WorkloadBuilder } from "./workload-builder.js";
import { WorkloadReceiver } from "./workload-receiver.js";

/**
 * Reads the trace at `path`, a file or a folder of files of one format, as `options` say. Rows that cannot be used are
 * rejected and reported, not thrown. Throws InputError when a file cannot be read, its header does not fit, jobs depend on
 * each other in a circle, or not one row is left.
 */
export async function readTrace(options: TraceFileOptions, path: string, onProgress?: OnTraceProgress): Promise<Trace> {
  if (path.endsWith(COMPILED_EXTENSION)) return usable(bound(openCompiled(path, options.file), options));
  return await readPaths(options, [path], (file) => options.file + file.slice(path.length), onProgress);
}

/** A compiled trace is one for any scenario already. */
function bound(trace: Trace, options: TraceFileOptions): Trace {
  return options.purpose === "replay" ? bindTrace(trace, options) : trace;
}

function usable(trace: Trace): Trace {
  if (trace.report.accepted === 0) throw new InputError([nothingLeft(trace.report)]);
  return trace;
}

/** The same of several files and folders, which messages call by their paths. */
export async function readTraceFiles(
  options: TraceFileOptions,
  paths: readonly string[],
  onProgress?: OnTraceProgress,
): Promise<Trace> {
  const [only] = paths;
  if (paths.length === 1 && only!.endsWith(COMPILED_EXTENSION)) return await readTrace(options, only!, onProgress);
  return await readPaths(options, paths, (file) => file, onProgress);
}

async function readPaths(
  options: TraceFileOptions,
  paths: readonly string[],
  nameOf: (path: string) => string,
  onProgress: OnTraceProgress = () => {},
): Promise<Trace> {
  const builder = new WorkloadBuilder();
  const admission = new Admission(options, new WorkloadReceiver(options, builder));
  const files = new FilesReader(options, admission, onProgress);
  await files.readAll(
    paths.flatMap((path) => filesAt(path)),
    nameOf,
  );
  const sealed = builder.seal((...finding) => admission.countDependency(...finding));
  const report: IngestReport = { source: options.file, format: files.formatId, ...admission.result() };
  return usable({ ...sealed, report });
}

/** Why a trace without accepted rows cannot be used. */
export function nothingLeft(report: IngestReport) {
  const file = report.source;
  if (report.rowsRead === 0) return errorIssue("no-rows", "the trace has no jobs", { file });
  const reasons = report.rejected.map(({ reason, count, examples }) => {
    const first = examples[0]!;
    return `${count} x ${reason} (first on line ${first.line}: ${first.detail})`;
  });
  const message = `none of the trace's ${report.rowsRead} rows can be used: ${reasons.join("; ")}`;
  return errorIssue("no-usable-rows", message, { file, line: report.rejected[0]!.examples[0]!.line });
}
