// Reading trace files to look at them: as for a replay, but every row's fields are counted, and a trace without one usable
// row is no mistake: why none is usable is what the user wants to know.

import type { FieldAccount } from "../../model/trace-inspection.js";
import { Admission } from "../admission.js";
import type { TraceFileOptions } from "../options.js";
import { FilesReader, filesAt, type OnTraceProgress } from "../read-files.js";
import { type Trace, WorkloadBuilder } from "../workload-builder.js";
import { WorkloadReceiver } from "../workload-receiver.js";
import { FieldWatch } from "./field-watch.js";

export interface WatchedTrace {
  readonly trace: Trace;
  readonly fields: readonly FieldAccount[];
}

/**
 * Reads the files and folders at `paths`, all of one format. Throws InputError when a file cannot be read or is of another
 * format, or when jobs depend on each other in a circle.
 */
export async function readForInspection(
  options: TraceFileOptions,
  paths: readonly string[],
  onProgress: OnTraceProgress = () => {},
): Promise<WatchedTrace> {
  const builder = new WorkloadBuilder();
  const watch = new FieldWatch(new WorkloadReceiver(options, builder));
  const admission = new Admission(options, watch);
  const files = new FilesReader(options, admission, onProgress);
  await files.readAll(
    paths.flatMap((path) => filesAt(path)),
    (path) => path,
  );
  const sealed = builder.seal((...finding) => admission.countDependency(...finding));
  const report = { source: options.file, format: files.formatId, ...admission.result() };
  return { trace: { ...sealed, report }, fields: watch.accounts(report.rejected) };
}
