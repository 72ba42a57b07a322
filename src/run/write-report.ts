// Writing a report folder. All files go to a temporary folder beside the target, which is then renamed: a reader never sees
// half a report, and when the disk is full nothing is left and the previous report is still there.

import { createHash } from "node:crypto";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { ResultFile } from "../model/run-result.js";
import { buildCharts } from "../report/charts/all-charts.js";
import { REPORT_RUNTIME_URL, renderHtml } from "../report/html.js";
import { renderMarkdown } from "../report/markdown.js";
import { checkResult } from "../report/result-schema.js";
import { outputError } from "./errors.js";

/** One file of a report: its path inside the folder and its text, whole or in chunks. */
export interface ReportFile {
  readonly path: string;
  readonly text: Iterable<string>;
}

/** The result file's text. */
export function resultText(result: ResultFile): string {
  checkResult(result);
  return `${JSON.stringify(result, null, 1)}\n`;
}

/** Everything that is drawn from a result: report.md, report.html and the charts' Vega-Lite specs. */
export function renderedFiles(result: ResultFile): ReportFile[] {
  const charts = buildCharts(result);
  const runtime = readFileSync(fileURLToPath(REPORT_RUNTIME_URL), "utf8");
  return [
    { path: "report.md", text: [renderMarkdown(result)] },
    { path: "report.html", text: [renderHtml(result, charts, runtime, sha256Base64)] },
    ...charts.map(({ name, spec }) => ({
      path: join("charts", `${name}.vl.json`),
      text: [`${JSON.stringify(spec, null, 1)}\n`],
    })),
  ];
}

/** Writes a report folder in one step, replacing an older one. Throws OutputError; then the folder is as it was before. */
export function writeReportFolder(folder: string, files: readonly ReportFile[]): void {
  const target = resolve(folder);
  const parent = dirname(target);
  const temporary = join(parent, `.${basename(target)}.${process.pid}.tmp`);
  const replaced = join(parent, `.${basename(target)}.${process.pid}.old`);
  try {
    for (const file of files) writeChunks(join(temporary, file.path), file.text);
    if (existsSync(target)) renameSync(target, replaced);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    if (existsSync(replaced) && !existsSync(target)) renameSync(replaced, target);
    throw outputError(error, folder);
  }
  rmSync(replaced, { recursive: true, force: true });
}

function writeChunks(path: string, chunks: Iterable<string>): void {
  mkdirSync(dirname(path), { recursive: true });
  const descriptor = openSync(path, "w");
  try {
    for (const chunk of chunks) {
      const bytes = Buffer.from(chunk, "utf8");
      for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
    }
  } finally {
    closeSync(descriptor);
  }
}

function sha256Base64(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("base64");
}
