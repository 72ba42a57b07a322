// Output that cannot be written: a full disk, a forbidden folder, a file in the way, Ctrl-C. The message says why, and
// everything is as it was before: the older report whole, no half of a new one, no temporary folder.

import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { JOBS_CSV, scenarioYaml } from "./small-scenario.js";
import {
  bash,
  contentOf,
  expectNoStackTrace,
  MAIN,
  type Outcome,
  root,
  stowage,
  testFolder,
  writeFiles,
} from "./stowage.js";

const folder = testFolder();
writeFiles(folder, { "s.yaml": scenarioYaml(), "jobs.csv": JOBS_CSV });

/** The replay went well and was printed; then writing failed, with one line that says why. */
function expectWriteFailure(outcome: Outcome, message: RegExp): void {
  expect(outcome.code).toBe(1);
  expect(outcome.stderr.trimEnd()).toMatch(message);
  expect(outcome.stderr.trimEnd().split("\n")).toHaveLength(1);
  expectNoStackTrace(outcome);
}

/** Small enough for a small disk; what matters is that it is there afterwards. */
const OLDER = { "result.json": '{\n "formatVersion": 1\n}\n', "charts/old.vl.json": "{}\n", "report.md": "# older\n" };

describe("a full disk", () => {
  const disk = join(folder, "disk");
  mkdirSync(disk);
  const mounted = bash(`mount -t tmpfs -o size=256k tmpfs ${disk}`).code === 0;
  afterAll(() => {
    if (mounted) bash(`umount ${disk}`);
  });

  describe.skipIf(!mounted)(`of 256 KiB${mounted ? "" : " (skipped: mounting a tmpfs is not allowed here)"}`, () => {
    it("leaves nothing of a new report, not even its folders", () => {
      const outcome = stowage(["replay", "s.yaml", "--out", join(disk, "a/b/report")], { cwd: folder });
      expectWriteFailure(
        outcome,
        /^error .*disk\/a\/b\/report: cannot write: no space is left on the disk \(free some space/,
      );
      expect(outcome.stdout).toContain("packed");
      expect(contentOf(disk)).toEqual({});
    });

    it("leaves an older report as it was", () => {
      writeFiles(join(disk, "report"), OLDER);
      const before = contentOf(disk);
      const outcome = stowage(["replay", "s.yaml", "--out", join(disk, "report")], { cwd: folder });
      expectWriteFailure(outcome, /: cannot write: no space is left on the disk/);
      expect(contentOf(disk)).toEqual(before);
    });
  });

  it("is imitated by a limit on the size of files", () => {
    const limited = writeFiles(join(folder, "limited"), { ...OLDER, "notes.txt": "mine" });
    const before = contentOf(limited);
    const outcome = bash("ulimit -f 64; exec $STOWAGE replay s.yaml --out limited", { cwd: folder });
    expectWriteFailure(
      outcome,
      /^error limited: cannot write: the file would be larger than this process may write \(raise/,
    );
    expect(contentOf(limited)).toEqual(before);
  });

  it("may be where stdout goes", () => {
    const target = join(folder, "stdout-full");
    const outcome = bash(`$STOWAGE replay s.yaml --out ${target} > /dev/full`, { cwd: folder });
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toMatch(/^error standard output: cannot write: no space is left on the disk/m);
    expectNoStackTrace(outcome);
    // The report has its own disk.
    expect(contentOf(target)).toHaveProperty(["report.html"]);
  });
});

describe("a place that is taken", () => {
  it("is a file, which stays", () => {
    writeFileSync(join(folder, "taken"), "mine");
    for (const out of ["taken", "taken/below/it", "/dev/full"]) {
      const outcome = stowage(["replay", "s.yaml", "--out", out], { cwd: folder });
      expectWriteFailure(
        outcome,
        /: cannot write: \S+ is a file, not a folder \(choose another place with --out or --output\)/,
      );
      // Told before the run, not after it.
      expect(outcome.stdout).toBe("");
    }
    expect(readFileSync(join(folder, "taken"), "utf8")).toBe("mine");
  });

  it("holds files of those names that are not a report's: the trace itself, for example", () => {
    const before = contentOf(folder)["jobs.csv"];
    const outcome = stowage(["replay", "s.yaml", "--out", "."], { cwd: folder });
    expectWriteFailure(outcome, /^error \.: cannot write: jobs\.csv is there and is not a report's/);
    expect(contentOf(folder)["jobs.csv"]).toBe(before);
    const foreign = writeFiles(join(folder, "foreign"), { "result.json": '{"score": 3}' });
    expectWriteFailure(stowage(["replay", "s.yaml", "--out", foreign], { cwd: folder }), /result\.json is there/);
    expect(contentOf(foreign)).toEqual({ "result.json": '{"score": 3}' });
  });

  it("is no obstacle when it is only a folder with other things in it", () => {
    const shared = writeFiles(join(folder, "shared"), { "notes.txt": "mine" });
    expect(stowage(["replay", "../s.yaml", "--out", "."], { cwd: shared }).code).toBe(0);
    expect(contentOf(shared)).toMatchObject({ "notes.txt": "mine", "report.html": expect.any(String) });
  });
});

describe("a folder that may not be written", () => {
  const locked = join(folder, "locked");
  const isRoot = process.getuid?.() === 0;
  beforeAll(() => {
    writeFiles(locked, { "report/notes.txt": "mine" });
    for (const path of [join(locked, "report"), locked]) chmodSync(path, 0o555);
    chmodSync(folder, 0o755);
  });
  afterAll(() => {
    for (const path of [locked, join(locked, "report")]) chmodSync(path, 0o755);
  });

  it("stays as it was", () => {
    // Root may write anywhere: become nobody.
    const user = isRoot ? { uid: 65_534, gid: 65_534 } : {};
    for (const out of ["locked/report", "locked/new/report"]) {
      const args = [MAIN, "replay", "s.yaml", "--out", out];
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8", ...user });
      expectWriteFailure({ code: status, stdout, stderr }, /: cannot write: permission denied \(choose another place/);
    }
    expect(Object.keys(contentOf(locked))).toEqual(["report/", "report/notes.txt"]);
  });
});

describe("Ctrl-C", () => {
  it("ends a replay at once and leaves nothing", async () => {
    const cwd = writeFiles(join(folder, "interrupted"), {
      "s.yaml": scenarioYaml({
        trace:
          "{ synthetic: { jobs: 3000000, duration: 90d, shapes: [{ name: a, vcpus: 1, memory: 1GiB, runtime: 5m }] } }",
      }),
    });
    const child = spawn(process.execPath, [MAIN, "replay", "s.yaml", "--out", "made/report"], { cwd });
    const ended = new Promise((resolve) => child.on("exit", (code, signal) => resolve({ code, signal })));
    await sleep(1_500);
    child.kill("SIGINT");
    expect(await ended).toEqual({ code: null, signal: "SIGINT" });
    expect(Object.keys(contentOf(cwd))).toEqual(["s.yaml"]);
  });

  it("while the report is written waits until it is whole", () => {
    const target = join(folder, "held");
    const script = `
      import { writeReportFolder } from ${JSON.stringify(pathToFileURL(join(root, "dist/run/write-report.js")).href)};
      function* text() {
        yield "begun, ";
        process.kill(process.pid, "SIGINT");
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
        yield "done";
      }
      writeReportFolder(${JSON.stringify(target)}, [{ path: "report.md", text: text() }]);
    `;
    const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
      encoding: "utf8",
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(contentOf(target)).toEqual({ "report.md": "begun, done" });
    rmSync(target, { recursive: true });
  });
});
