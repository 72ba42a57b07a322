// A sealed trace to one file: compiled when its name ends in .stowage, else as the project's own CSV.

import { errorIssue, InputError } from "../../base/issues.js";
import { traceText } from "../../trace/canonical/trace-text.js";
import { COMPILED_EXTENSION, writeCompiled } from "../../trace/compiled/compiled.js";
import type { Trace } from "../../trace/workload-builder.js";
import { checkOutputFile, writeOutput } from "./output-file.js";

export function isCompiled(path: string): boolean {
  return path.endsWith(COMPILED_EXTENSION);
}

/** Endings of the names that a trace can be written to. */
const ENDINGS = [".csv", ".csv.gz", COMPILED_EXTENSION];

/** Like checkOutputFile; throws InputError when the name's end does not say what to write. */
export function checkTraceOutput(path: string, force: boolean): void {
  if (!ENDINGS.some((ending) => path.endsWith(ending))) {
    const message = "the name of a trace must end in .csv, .csv.gz or .stowage: it says what is written";
    throw new InputError([errorIssue("output-name", message, { file: path })]);
  }
  checkOutputFile(path, force);
}

/** Writes a trace that is for any scenario, whole or not at all; .gz is compressed. Throws OutputError. */
export async function writeTrace(trace: Trace, output: string, force: boolean): Promise<void> {
  await writeOutput(output, force, isCompiled(output) ? writeCompiled(trace) : traceText(trace));
}
