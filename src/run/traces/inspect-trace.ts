// `stowage trace inspect`: what is in trace files, and what to doubt.

import { createHash } from "node:crypto";
import type { TraceInspection } from "../../model/trace-inspection.js";
import { renderInspectionHtml } from "../../report/inspection/html.js";
import { inspectionWarnings } from "../../report/inspection/warnings.js";
import type { FileTraceSpec } from "../../scenario/trace-spec.js";
import { COMPILED_EXTENSION, openCompiled } from "../../trace/compiled/compiled.js";
import { inspectTrace } from "../../trace/inspection/inspect.js";
import { readForInspection } from "../../trace/inspection/read-for-inspection.js";
import type { OnTraceProgress } from "../../trace/read-files.js";
import { productVersion } from "../product-version.js";
import { writeOutput } from "./output-file.js";
import { importOptions } from "./reading.js";

/**
 * Reads the files at `paths`, or opens the one compiled trace there, and tells what is in it. Throws InputError when they
 * cannot be read at all.
 */
export async function inspectFiles(
  spec: FileTraceSpec,
  paths: readonly string[],
  onProgress?: OnTraceProgress,
): Promise<TraceInspection> {
  const { trace, fields } = await read(spec, paths, onProgress);
  const findings = inspectTrace(trace, { productVersion: productVersion(), timeZone: spec.timeZone, fields });
  return { ...findings, warnings: inspectionWarnings(findings) };
}

/** A compiled trace is shown as it is: what the spec would fill in belongs to a scenario. */
async function read(spec: FileTraceSpec, paths: readonly string[], onProgress?: OnTraceProgress) {
  const [path, ...others] = paths;
  if (path?.endsWith(COMPILED_EXTENSION) !== true || others.length > 0) {
    return await readForInspection(importOptions(spec, paths), paths, onProgress);
  }
  const trace = openCompiled(path, path);
  return { trace: { ...trace, report: { ...trace.report, source: path } }, fields: undefined };
}

/** Writes the page of an inspection to `path`, whole or not at all. Throws OutputError. */
export async function writeInspectionPage(path: string, force: boolean, inspection: TraceInspection): Promise<void> {
  await writeOutput(path, force, [renderInspectionHtml(inspection, sha256Base64)]);
}

function sha256Base64(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("base64");
}
