// The files of a watch: the jobs as a trace of the project's own, and the comparison as JSON and as text. Each is written beside its
// place and moved there when it is whole. The jobs come first: a day's record is kept even where it cannot be compared.

import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ShadowJob } from "../../live/shadow/shadow-rows.js";
import { parseTraceSettings } from "../../scenario/trace-settings.js";
import { Admission } from "../../trace/admission.js";
import type { CanonicalColumn } from "../../trace/canonical/columns.js";
import { CanonicalWriter } from "../../trace/canonical/writer.js";
import { quoted } from "../../trace/tallies.js";
import { outputError } from "../errors.js";
import { compareShadow, type ShadowInput, type ShadowResult } from "./shadow.js";
import { rawJobOf } from "./shadow-workload.js";

/** What a row of a recorded job may have beside what every trace has. */
const COLUMNS: readonly CanonicalColumn[] = [
  ...(["limit_s", "attempts", "share_identifier", "scheduling_priority", "nodes", "array_id"] as const),
];

/**
 * Compares, and writes shadow-jobs.csv, shadow.txt and, last, shadow.json into a folder, in place of older ones; the folder is made
 * if it is missing. Throws OutputError, and what `compareShadow` throws: then shadow-jobs.csv is there all the same.
 */
export function writeShadowReport(folder: string, input: ShadowInput): ShadowResult {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw outputError(error, folder);
  }
  writeWhole(join(folder, "shadow-jobs.csv"), shadowJobsCsv(input.record.jobs));
  const result = compareShadow(input);
  writeWhole(join(folder, "shadow.txt"), result.text);
  writeWhole(join(folder, "shadow.json"), result.json);
  return result;
}

/**
 * The jobs as canonical CSV, which every command takes that takes a trace. Jobs that had not ended or never ran are in it, marked
 * as such; those that vanished are not.
 */
export function shadowJobsCsv(jobs: readonly ShadowJob[]): string {
  const chunks: string[] = [];
  const writer = new CanonicalWriter(
    () => COLUMNS,
    (text) => chunks.push(text),
    (queue) => queue,
  );
  const options = { ...parseTraceSettings({}), purpose: "import", limits: "estimate", gpuSharing: "share" } as const;
  const admission = new Admission(options, writer);
  jobs.forEach((job, index) => {
    admission.admit(rawJobOf(job), index + 1, () => `job ${quoted(job.id)}`);
  });
  writer.end();
  return chunks.join("");
}

function writeWhole(path: string, text: string): void {
  const fresh = `${path}.${process.pid}.new`;
  try {
    writeFileSync(fresh, text, { flag: "wx" });
    renameSync(fresh, path);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw outputError(error, path);
  }
}
