// Writing a report folder in the file system: whole or not at all, and nobody else's files.

import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { OutputError } from "../../src/run/errors.js";
import { checkReportFolder, type ReportFile, writeReportFolder } from "../../src/run/write-report.js";
import { contentOf, writeFiles } from "../cli/stowage.js";

const folder = mkdtempSync(join(tmpdir(), "stowage-write-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let next = 0;
const freshPath = () => join(folder, String(next++));

const RESULT = '{\n "formatVersion": 1\n}\n';
const FILES: ReportFile[] = [
  { path: "result.json", text: [RESULT] },
  { path: "jobs.csv", text: ["id\n", "caf\u00e9\n", new TextEncoder().encode("bytes\n")] },
  { path: join("charts", "a.vl.json"), text: ["{}"] },
];
const WRITTEN = {
  "charts/": "",
  "charts/a.vl.json": "{}",
  "jobs.csv": Buffer.from("id\ncaf\u00e9\nbytes\n").toString("latin1"),
  "result.json": RESULT,
};

/** A file whose text ends in an error. */
function failing(error: Error): ReportFile {
  const text = function* () {
    yield "the first half";
    throw error;
  };
  return { path: "report.md", text: text() };
}
const diskFull = () => Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });

describe("a new folder", () => {
  it("has the files, chunk after chunk, and nothing else", () => {
    const target = freshPath();
    writeReportFolder(target, FILES);
    expect(contentOf(target)).toEqual(WRITTEN);
  });

  it("comes with the folders above it, and goes with them when writing fails", () => {
    const base = freshPath();
    const target = join(base, "a/b/c");
    expect(() => writeReportFolder(target, [...FILES, failing(diskFull())])).toThrow(/no space is left on the disk/);
    expect(existsSync(base)).toBe(false);
    writeFiles(base, { "a/mine.txt": "mine" });
    expect(() => writeReportFolder(target, [...FILES, failing(diskFull())])).toThrow(OutputError);
    expect(contentOf(base)).toEqual({ "a/": "", "a/mine.txt": "mine" });
    writeReportFolder(target, FILES);
    expect(contentOf(target)).toEqual(WRITTEN);
  });
});

describe("an older report", () => {
  const older = {
    ...{ "result.json": RESULT, "report.html": "<p>", "charts/stale.vl.json": "{}", "notes.txt": "mine" },
    "arrays.csv": "of a trace with arrays",
  };

  it("is replaced entry by entry; what is not a report's stays", () => {
    const target = writeFiles(freshPath(), older);
    writeReportFolder(target, FILES);
    expect(contentOf(target)).toEqual({ ...WRITTEN, "notes.txt": "mine" });
  });

  it("stays when writing fails half-way", () => {
    const target = writeFiles(freshPath(), older);
    const before = contentOf(target);
    expect(() => writeReportFolder(target, [...FILES, failing(diskFull())])).toThrow(OutputError);
    expect(contentOf(target)).toEqual(before);
  });

  it("stays when we are the ones who fail; our bugs are not dressed up", () => {
    const target = writeFiles(freshPath(), older);
    const before = contentOf(target);
    expect(() => writeReportFolder(target, [failing(new TypeError("our bug"))])).toThrow(TypeError);
    expect(contentOf(target)).toEqual(before);
  });
});

describe("is refused", () => {
  const refused = (target: string, reason: RegExp) => {
    expect(() => checkReportFolder(target)).toThrow(OutputError);
    expect(() => writeReportFolder(target, FILES)).toThrow(reason);
  };

  it("where a file is", () => {
    const base = writeFiles(freshPath(), { file: "mine" });
    refused(join(base, "file"), /file is a file, not a folder/);
    refused(join(base, "file/below"), /file is a file, not a folder/);
    expect(contentOf(base)).toEqual({ file: "mine" });
  });

  it("where files of the same names are somebody else's", () => {
    const base = writeFiles(freshPath(), { "jobs.csv": "a trace", "charts/mine.svg": "<svg/>" });
    refused(base, /charts, jobs\.csv is there and is not a report's/);
    writeFileSync(join(base, "result.json"), "[]");
    refused(base, /charts, jobs\.csv, result\.json is there/);
  });

  it("where a link leads nowhere", () => {
    const base = writeFiles(freshPath(), { "a.txt": "" });
    symlinkSync(join(base, "nowhere"), join(base, "link"));
    expect(() => writeReportFolder(join(base, "link"), FILES)).toThrow(OutputError);
    expect(readdirSync(base)).toEqual(["a.txt", "link"]);
  });
});

it("follows a link to a folder", () => {
  const base = writeFiles(freshPath(), { "real/notes.txt": "mine" });
  symlinkSync(join(base, "real"), join(base, "link"));
  writeReportFolder(join(base, "link"), FILES);
  expect(contentOf(join(base, "real"))).toEqual({ ...WRITTEN, "notes.txt": "mine" });
});
