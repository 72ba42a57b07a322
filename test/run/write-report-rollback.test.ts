// Every single step of putting a report in its place may fail. Whichever does, the older report is there as it was.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { OutputError } from "../../src/run/errors.js";
import { writeReportFolder } from "../../src/run/write-report.js";
import { contentOf, writeFiles } from "../cli/stowage.js";

/** Renames left until one fails; it fails once, as the steps back do not. */
let renamesLeft = Number.POSITIVE_INFINITY;
vi.mock("node:fs", async (original) => {
  const fs = await original<typeof import("node:fs")>();
  const renameSync: typeof fs.renameSync = (from, to) => {
    if (renamesLeft-- === 0) throw Object.assign(new Error("EIO: i/o error, rename"), { code: "EIO" });
    fs.renameSync(from, to);
  };
  return { ...fs, renameSync };
});

const folder = mkdtempSync(join(tmpdir(), "stowage-rollback-"));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const RESULT = '{\n "formatVersion": 1\n}\n';
const FILES = ["result.json", "jobs.csv", "report.md", "report.html", join("charts", "new.vl.json")].map((path) => ({
  path,
  text: [path === "result.json" ? RESULT : "new"],
}));

it("takes the steps back", () => {
  // Four entries move out, five move in: nine steps.
  const steps = 9;
  for (let step = 0; step <= steps; step++) {
    const older = { "result.json": RESULT, "report.md": "old", "jobs.csv": "old", "charts/old.vl.json": "old" };
    const target = writeFiles(join(folder, String(step)), { ...older, "notes.txt": "mine" });
    const before = contentOf(target);
    renamesLeft = step;
    if (step < steps) {
      expect(() => writeReportFolder(target, FILES)).toThrow(OutputError);
      expect(contentOf(target)).toEqual(before);
    } else {
      writeReportFolder(target, FILES);
      expect(contentOf(target)).toMatchObject({ "report.md": "new", "charts/new.vl.json": "new", "notes.txt": "mine" });
    }
  }
});
