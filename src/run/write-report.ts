// Writing a report folder. All files go to a temporary folder inside the target first; only when they are all there do they
// take the places of an older report's. When the disk is full nothing is left and the older report is still there. Files
// that are not a report's are never touched, wherever the user points us.

import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { assert } from "../base/assert.js";
import type { ResultFile } from "../model/run-result.js";
import { checkResult } from "../report/result-schema.js";
import { cannotWrite, outputError } from "./errors.js";

/** One file of a report: its path inside the folder and its text, whole or in chunks. */
export interface ReportFile {
  readonly path: string;
  readonly text: Iterable<string | Uint8Array>;
}

/** What a report folder holds, in the order in which it is put there: where result.json is, the report is whole. */
const RESULT = "result.json";
const ENTRIES = ["arrays.csv", "charts", "jobs", "jobs.csv", "report.html", "report.md", RESULT];

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The text of result.json. */
export function resultText(result: ResultFile): string {
  checkResult(result);
  return `${JSON.stringify(result, null, 1)}\n`;
}

/** Throws OutputError when a report could not be written to `folder`, as far as that can be told beforehand. */
export function checkReportFolder(folder: string): void {
  const target = resolve(folder);
  let place = target;
  while (!existsSync(place)) place = dirname(place);
  try {
    if (!statSync(place).isDirectory()) throw cannotWrite(folder, `${place} is a file, not a folder`);
    accessSync(place, constants.W_OK);
    if (holdsReport(target)) return;
  } catch (error) {
    throw outputError(error, folder);
  }
  const foreign = ENTRIES.filter((entry) => existsSync(join(target, entry)));
  if (foreign.length > 0) throw cannotWrite(folder, `${foreign.join(", ")} is there and is not a report's`);
}

/** A result begins with its format version. */
function holdsReport(target: string): boolean {
  const result = join(target, RESULT);
  if (!existsSync(result)) return false;
  const descriptor = openSync(result, "r");
  try {
    const start = Buffer.alloc(64);
    readSync(descriptor, start);
    return start.includes('"formatVersion"');
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Writes a report, in place of an older one if there is one; missing folders are made. Throws OutputError; then everything
 * is as it was before.
 */
export function writeReportFolder(folder: string, files: readonly ReportFile[]): void {
  assert(
    files.every((file) => ENTRIES.includes(file.path.split(sep)[0]!)),
    "a report has files that it could not replace",
  );
  checkReportFolder(folder);
  const target = resolve(folder);
  const release = holdSignals();
  let firstMade: string | undefined;
  try {
    firstMade = mkdirSync(target, { recursive: true });
    replaceReport(target, files);
  } catch (error) {
    if (firstMade !== undefined) removeFolders(target, firstMade);
    throw outputError(error, folder);
  } finally {
    release();
  }
}

function replaceReport(target: string, files: readonly ReportFile[]): void {
  const fresh = join(target, `.stowage-${process.pid}.new`);
  const old = join(target, `.stowage-${process.pid}.old`);
  try {
    mkdirSync(old);
    for (const file of files) writeChunks(join(fresh, file.path), file.text);
    swap(target, fresh, old);
  } finally {
    for (const folder of [fresh, old]) rmSync(folder, { recursive: true, force: true });
  }
}

/** Moves the older report out and the fresh one in; takes every step back when one fails. */
function swap(target: string, fresh: string, old: string): void {
  const undo: (() => void)[] = [];
  const move = (entry: string, from: string, to: string) => {
    renameSync(join(from, entry), join(to, entry));
    undo.push(() => renameSync(join(to, entry), join(from, entry)));
  };
  try {
    for (const entry of ENTRIES.filter((name) => existsSync(join(target, name))).reverse()) move(entry, target, old);
    for (const entry of ENTRIES.filter((name) => existsSync(join(fresh, name)))) move(entry, fresh, target);
  } catch (error) {
    for (const step of undo.reverse()) step();
    throw error;
  }
}

function writeChunks(path: string, chunks: Iterable<string | Uint8Array>): void {
  mkdirSync(dirname(path), { recursive: true });
  const descriptor = openSync(path, "wx");
  try {
    for (const chunk of chunks) {
      const bytes = typeof chunk === "string" ? Buffer.from(chunk, "utf8") : chunk;
      for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Removes empty folders from `folder` up to `last`. */
function removeFolders(folder: string, last: string): void {
  for (let at = folder; at.length >= last.length && readdirSync(at).length === 0; at = dirname(at)) rmdirSync(at);
}

/** Writing takes a moment: a Ctrl-C in it must not leave half a report. */
function holdSignals(): () => void {
  const ignore = () => {};
  for (const signal of SIGNALS) process.on(signal, ignore);
  return () => {
    for (const signal of SIGNALS) process.off(signal, ignore);
  };
}
