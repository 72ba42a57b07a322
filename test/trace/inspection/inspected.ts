// Inspects small tables, written for one test each.

import type { TraceFindings } from "../../../src/model/trace-inspection.js";
import { inspectTrace } from "../../../src/trace/inspection/inspect.js";
import { readForInspection, type WatchedTrace } from "../../../src/trace/inspection/read-for-inspection.js";
import type { TraceFileOptions } from "../../../src/trace/options.js";
import { traceFile, traceOptions } from "../trace-files.js";

export async function watched(csv: string, overrides: Partial<TraceFileOptions> = {}): Promise<WatchedTrace> {
  const options = traceOptions({ purpose: "import", gpuSharing: "share", ...overrides });
  return await readForInspection(options, [traceFile(csv)]);
}

export async function inspected(csv: string, overrides: Partial<TraceFileOptions> = {}): Promise<TraceFindings> {
  const { trace, fields } = await watched(csv, overrides);
  return inspectTrace(trace, { productVersion: "1.2.3", timeZone: overrides.timeZone ?? "UTC", fields });
}

/** A table of rows given as objects; columns that a row does not have stay empty. */
export function csvOf(rows: readonly Readonly<Record<string, string | number>>[]): string {
  const columns = [...new Set(["submit_ms", "runtime_s", ...rows.flatMap((row) => Object.keys(row))])];
  const lines = rows.map((row) => columns.map((column) => row[column] ?? "").join(","));
  return `${[columns.join(","), ...lines].join("\n")}\n`;
}
