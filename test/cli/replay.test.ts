// `replay` and `report` on a small trace: what is printed, which files there are, and that a saved result gives the same.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { beforeAll, describe, expect, it } from "vitest";
import { readResult } from "../../src/report/result-schema.js";
import { JOBS_CSV, scenarioYaml } from "./small-scenario.js";
import { bash, contentOf, type Outcome, stowage, testFolder, writeFiles } from "./stowage.js";

const folder = testFolder();
const report = join(folder, "out/first/report");
let replayed: Outcome;

beforeAll(() => {
  writeFiles(folder, { "small.yaml": scenarioYaml(), "jobs.csv": JOBS_CSV });
  replayed = stowage(["replay", "small.yaml", "--out", report], { cwd: folder });
});

/** As on every terminal and in every log: what a run prints does not depend on where the report went. */
const FILES = [
  "charts/",
  ...["baselines", "billing-rate", "cost-categories", "fleet-packed", "fleet-patient", "job-names", "queue-depth"].map(
    (name) => `charts/${name}.vl.json`,
  ),
  "charts/wait-distribution.vl.json",
  ...["jobs.csv", "jobs/", "jobs/patient.jobs.csv", "report.html", "report.md", "result.json"],
];

describe("replay", () => {
  it("prints the table on stdout and the report's place on stderr", () => {
    expect(replayed.code).toBe(0);
    expect(replayed.stderr).toBe(`Report: ${report}/report.html\n`);
    expect(replayed.stdout).toMatch(/^small\nDoes it run\?\nRegion {5}us-east-1, seed 1, stowage /);
    expect(replayed.stdout).toContain("jobs.csv: 5 rows read, 5 accepted, 0 rejected");
    for (const run of ["packed", "patient", "on-demand"])
      expect(replayed.stdout).toMatch(new RegExp(`^${run} +\\$`, "m"));
    expect(replayed.stdout).not.toContain("\u001b");
  });

  it("writes the report folder, and the folders above it", () => {
    expect(Object.keys(contentOf(report))).toEqual(FILES);
    const text = readFileSync(join(report, "result.json"), "utf8");
    expect(readResult(text, "result.json").runs.map((run) => run.name)).toEqual(["packed", "patient", "on-demand"]);
  });

  it("writes a line per job of the first strategy to jobs.csv", () => {
    const rows: Record<string, string>[] = parse(readFileSync(join(report, "jobs.csv")), { columns: true });
    expect(rows.map((row) => row.id)).toEqual(["a1", "a2", "a3", "a4", "a5"]);
    expect(rows[2]).toMatchObject({
      name: 'sort, then "merge"',
      queue: "main",
      vcpus: "1",
      submit_ms: "1709294405000",
    });
    for (const row of rows) {
      expect(Number(row.started_ms)).toBe(Number(row.submit_ms) + Number(row.wait_s) * 1000);
      expect(row.instance_type).toMatch(/^m6i\.(x?large)$/);
      expect(row.exit_code).toBe("0");
    }
  });

  it("writes to reports/<name> when no folder is given", () => {
    const cwd = writeFiles(join(folder, "elsewhere"), {
      "scenario.yaml": scenarioYaml({ name: "named" }),
      "jobs.csv": JOBS_CSV,
    });
    const { code, stderr } = stowage(["replay", "."], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "Report: reports/named/report.html\n" });
    expect(Object.keys(contentOf(join(cwd, "reports/named")))).toEqual(FILES);
  });

  it("takes a trace file by its absolute path", () => {
    const cwd = writeFiles(join(folder, "absolute"), {
      "s.yaml": scenarioYaml({ trace: `{ file: ${join(folder, "jobs.csv")} }` }),
    });
    expect(stowage(["replay", "s.yaml", "--no-report"], { cwd }).code).toBe(0);
  });

  it("writes nothing with --no-report", () => {
    const cwd = writeFiles(join(folder, "no-report"), { "s.yaml": scenarioYaml(), "jobs.csv": JOBS_CSV });
    const { code, stdout, stderr } = stowage(["replay", "s.yaml", "--no-report"], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.split("\n").slice(1)).toEqual(replayed.stdout.split("\n").slice(1));
    expect(Object.keys(contentOf(cwd))).toEqual(["jobs.csv", "s.yaml"]);
  });

  it("replaces an older report and keeps what else is in its folder", () => {
    const target = join(folder, "again");
    expect(stowage(["replay", "small.yaml", "--out", target], { cwd: folder }).code).toBe(0);
    writeFiles(target, { "notes.txt": "mine", "charts/stale.vl.json": "{}" });
    const renamed = scenarioYaml({ name: "small", strategies: "[{ name: other }]" });
    writeFiles(folder, { "other.yaml": renamed });
    expect(stowage(["replay", "other.yaml", "--out", target], { cwd: folder }).code).toBe(0);
    const content = contentOf(target);
    expect(content["notes.txt"]).toBe("mine");
    expect(Object.keys(content).filter((name) => /stale|packed|patient|\.stowage/.test(name))).toEqual([]);
    expect(content).toHaveProperty(["charts/fleet-other.vl.json"]);
  });

  it("writes the report though nobody reads the table to its end", () => {
    const target = join(folder, "piped");
    const { code, stdout, stderr } = bash(`set -o pipefail; $STOWAGE replay small.yaml --out ${target} | head -1`, {
      cwd: folder,
    });
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "small\n", stderr: `Report: ${target}/report.html\n` });
    expect(Object.keys(contentOf(target))).toEqual(FILES);
  });

  const hasScript = existsSync("/usr/bin/script");
  it.skipIf(!hasScript)(
    `has colours on a terminal, unless NO_COLOR is set${hasScript ? "" : " (skipped: no script)"}`,
    () => {
      const onTerminal = (env: Record<string, string>) =>
        bash('script -qec "$STOWAGE replay small.yaml --no-report" /dev/null', {
          cwd: folder,
          env: { TERM: "xterm", ...env },
        });
      expect(onTerminal({}).stdout).toContain("\u001b[1msmall");
      expect(onTerminal({ NO_COLOR: "" }).stdout).toContain("\u001b[1msmall");
      expect(onTerminal({ NO_COLOR: "1" }).stdout).not.toContain("\u001b[1msmall");
      expect(onTerminal({ TERM: "dumb" }).stdout).not.toContain("\u001b[1msmall");
    },
  );
});

describe("report", () => {
  it("prints what the replay printed, from the folder and from the file", () => {
    for (const given of [report, `${report}/result.json`]) {
      expect(stowage(["report", given])).toEqual({ code: 0, stdout: replayed.stdout, stderr: "" });
    }
  });

  it("prints report.md", () => {
    const stdout = readFileSync(join(report, "report.md"), "utf8");
    expect(stowage(["report", report, "--format", "markdown"])).toEqual({ code: 0, stdout, stderr: "" });
  });

  it("writes the same folder again, jobs included", () => {
    const copy = join(folder, "copy");
    const { code, stdout, stderr } = stowage(["report", report, "--format", "folder", "--out", copy]);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "", stderr: `Report: ${copy}/report.html\n` });
    expect(contentOf(copy)).toEqual(contentOf(report));
  });

  it("renders a folder in place", () => {
    const place = join(folder, "in-place");
    writeFiles(place, { "result.json": readFileSync(join(report, "result.json")), "jobs.csv": "id\nkept\n" });
    expect(stowage(["report", place, "--format", "folder", "--out", place]).code).toBe(0);
    const { "jobs/": _, "jobs/patient.jobs.csv": __, ...rendered } = contentOf(report);
    expect(contentOf(place)).toEqual({ ...rendered, "jobs.csv": "id\nkept\n" });
  });

  it("stops quietly when the reader has seen enough", () => {
    const { code, stdout, stderr } = bash(`set -o pipefail; $STOWAGE report ${report} --format markdown | head -1`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toBe("# small\n");
  });
});
