// A sealed trace to one file: compiled when its name ends in .stowage, else as the project's own CSV.

import { traceText } from "../../trace/canonical/trace-text.js";
import { COMPILED_EXTENSION, writeCompiled } from "../../trace/compiled/compiled.js";
import type { Trace } from "../../trace/workload-builder.js";
import { writeOutput } from "./output-file.js";

export function isCompiled(path: string): boolean {
  return path.endsWith(COMPILED_EXTENSION);
}

/** Writes a trace that is for any scenario, whole or not at all; .gz is compressed. Throws OutputError. */
export async function writeTrace(trace: Trace, output: string, force: boolean): Promise<void> {
  await writeOutput(output, force, isCompiled(output) ? writeCompiled(trace) : traceText(trace));
}
