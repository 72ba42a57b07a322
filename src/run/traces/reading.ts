// Reading trace files for no scenario in particular: for the `stowage trace` commands.

import { throwIfErrors } from "../../base/issues.js";
import type { FileTraceSpec } from "../../scenario/trace-spec.js";
import { TRACE_FORMATS } from "../../trace/formats.js";
import type { TraceFileOptions } from "../../trace/options.js";
import type { OnTraceProgress } from "../../trace/read-files.js";
import { readTraceFiles } from "../../trace/read-trace.js";
import type { Trace } from "../../trace/workload-builder.js";
import { traceFormatIssues } from "../trace-format.js";

/** The formats that can be read. */
export function traceFormats(): readonly { readonly id: string; readonly title: string }[] {
  return TRACE_FORMATS.map(({ id, title }) => ({ id, title }));
}

/** Options that keep rows as they are, for any scenario to come. `paths` are shown in messages. */
export function importOptions(spec: FileTraceSpec, paths: readonly string[]): TraceFileOptions {
  throwIfErrors(traceFormatIssues(spec));
  return { ...spec, purpose: "import", gpuSharing: "share", limits: "estimate", file: paths.join(", ") };
}

/** The trace in these files and folders, all of one format. Throws InputError. */
export async function readForAnyScenario(
  spec: FileTraceSpec,
  paths: readonly string[],
  onProgress?: OnTraceProgress,
): Promise<Trace> {
  return await readTraceFiles(importOptions(spec, paths), paths, onProgress);
}
