// Reading trace files for no scenario in particular: for the `stowage trace` commands.

import { didYouMean, errorIssue, InputError } from "../../base/issues.js";
import type { FileTraceSpec } from "../../scenario/trace-spec.js";
import { formatById, TRACE_FORMATS } from "../../trace/formats.js";
import type { TraceFileOptions } from "../../trace/options.js";
import type { OnTraceProgress } from "../../trace/read-files.js";
import { readTraceFiles } from "../../trace/read-trace.js";
import type { Trace } from "../../trace/workload-builder.js";

/** The formats that can be read. */
export function traceFormats(): readonly { readonly id: string; readonly title: string }[] {
  return TRACE_FORMATS.map(({ id, title }) => ({ id, title }));
}

/** Options that keep rows as they are, for any scenario to come. `paths` are shown in messages. */
export function importOptions(spec: FileTraceSpec, paths: readonly string[]): TraceFileOptions {
  if (spec.format !== undefined && formatById(spec.format) === undefined) {
    throw new InputError([unknownFormatIssue(spec.format)]);
  }
  return { ...spec, purpose: "import", gpuSharing: "share", limits: "estimate", file: paths.join(", ") };
}

/** What to say of a format that there is not. */
export function unknownFormatIssue(format: string) {
  const known = TRACE_FORMATS.map(({ id }) => id);
  const hint = didYouMean(format, known) ?? `the formats are ${known.join(", ")}`;
  return errorIssue("unknown-format", `there is no trace format ${JSON.stringify(format)}`, { hint });
}

/** The trace in these files and folders, all of one format. Throws InputError. */
export async function readForAnyScenario(
  spec: FileTraceSpec,
  paths: readonly string[],
  onProgress?: OnTraceProgress,
): Promise<Trace> {
  return await readTraceFiles(importOptions(spec, paths), paths, onProgress);
}
