// `stowage trace import`: files of any format to one file of the project's own.

import type { IngestReport } from "../../model/ingest.js";
import type { FileTraceSpec } from "../../scenario/trace-spec.js";
import { importTrace } from "../../trace/import-trace.js";
import type { OnTraceProgress } from "../../trace/read-files.js";
import { OutputFile } from "./output-file.js";
import { importOptions, readForAnyScenario } from "./reading.js";
import { isCompiled, writeTrace } from "./write-trace.js";

/**
 * Reads the files at `paths` and writes their rows to `output`: compiled when it ends in .stowage, else as CSV, compressed
 * when it ends in .gz. Throws InputError and OutputError; then there is no output.
 */
export async function importFiles(
  spec: FileTraceSpec,
  paths: readonly string[],
  output: string,
  force: boolean,
  onProgress?: OnTraceProgress,
): Promise<IngestReport> {
  // Columns must be whole before they are written as columns, or can be read as such; anything else is written row by row.
  if (isCompiled(output) || paths.some(isCompiled)) {
    const trace = await readForAnyScenario(spec, paths, onProgress);
    await writeTrace(trace, output, force);
    return trace.report;
  }
  const file = new OutputFile(output, force);
  try {
    const report = await importTrace(importOptions(spec, paths), paths, file, onProgress);
    await file.finish();
    return report;
  } catch (error) {
    await file.discard();
    throw error;
  }
}
