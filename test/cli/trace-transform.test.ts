// `stowage trace transform` as a user calls it.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { expectRefusal, stowage, testFolder, writeFiles } from "./stowage.js";

const folder = testFolder();
const at = (name: string) => join(folder, name);

const HOUR = 3_600_000;
const HEADER = "id,name,queue,submit_ms,runtime_s,vcpus,memory_mib";

/** Ten jobs, one an hour, in turn to q0 and q1. */
const ROWS = Array.from({ length: 10 }, (_, hour) => `j${hour},w,q${hour % 2},${hour * HOUR},60,1,1024`);
writeFiles(folder, {
  "t.csv": `${HEADER}\n${ROWS.join("\n")}\n`,
  "other.csv": `${HEADER}\nk,w,q9,0,60,1,1024\n`,
});

function transform(...args: string[]) {
  return stowage(["trace", "transform", at("t.csv"), ...args]);
}

/** Id, queue and time of the rows of a written file. */
function rowsOf(name: string): string[] {
  const [header, ...lines] = readFileSync(at(name), "utf8").trimEnd().split("\n");
  const columns = header!.split(",");
  const cell = (line: string, column: string) => line.split(",")[columns.indexOf(column)]!;
  return lines.map((line) => `${cell(line, "id")} ${cell(line, "queue")} ${Number(cell(line, "submit_ms")) / HOUR}`);
}

describe("stowage trace transform", () => {
  it("applies the steps in order, tells what each did, and writes the trace", () => {
    const steps = ["filter: {queue: q1}", "window: {to: 5h}", "mapQueues: {q1: main}", "stretchTime: 2"];
    const { code, stdout } = transform(...steps.flatMap((step) => ["--step", step]), "--output", at("out.csv"));
    expect(code).toBe(0);
    // q1 has the jobs of 1, 3, 5, 7 and 9 h; less than 5 h after the first of them are 1, 3 and 5.
    expect(rowsOf("out.csv")).toEqual(["j1 main 0", "j3 main 4", "j5 main 8"]);
    expect(stdout).toContain("keep jobs with queue q1: 10 jobs to 5");
    expect(stdout).toContain("keep what is submitted before 5h after the first: 5 jobs to 3");
    expect(stdout).toContain("Burstiness");
  });

  it("merges a file beside, and prints JSON", () => {
    const { code, stdout } = transform("--step", `merge: ${at("other.csv")}`, "--output", at("both.csv"), "--json");
    expect(code).toBe(0);
    const { steps, dispersion } = JSON.parse(stdout) as {
      steps: { jobsAfter: number }[];
      dispersion: { bin: string }[];
    };
    expect(steps.map(({ jobsAfter }) => jobsAfter)).toEqual([11]);
    expect(dispersion.map(({ bin }) => bin)).toEqual(["1 min", "1 h", "1 day"]);
    expect(rowsOf("both.csv")).toContain("k q9 0");
  });

  it("writes a compiled trace that can be transformed again", () => {
    expect(transform("--step", "scaleLoad: 2", "--output", at("t.stowage")).code).toBe(0);
    const again = stowage(["trace", "transform", at("t.stowage"), "--step", "sample: 0.5", "-o", at("half.csv")]);
    expect(again).toMatchObject({ code: 0 });
    expect(rowsOf("half.csv")).toHaveLength(10);
    const beside = transform(at("t.stowage"), "--step", "sample: 0.5", "-o", at("no.csv"));
    expectRefusal(beside, 2);
    expect(beside.stderr).toContain("a compiled trace is read alone");
  });

  it("tells what was read, of a merged trace too", () => {
    writeFiles(folder, { "bad-row.csv": `${HEADER}\nm,w,q0,0,60,1,1024\nn,w,q0,never,60,1,1024\n` });
    const args = ["trace", "transform", at("bad-row.csv"), "--step", `merge: ${at("other.csv")}`];
    const { stdout } = stowage([...args, "-o", at("told.csv")]);
    expect(stdout).toContain("bad-row.csv: csv: 2 jobs read, 1 accepted, 1 rejected\n");
    expect(stdout).toContain("other.csv: csv: 1 job read, 1 accepted, 0 rejected\n");
    const json = JSON.parse(stowage([...args, "-o", at("told2.csv"), "--json"]).stdout) as {
      read: { rejected: { code: string; count: number }[] };
      merged: { accepted: number }[];
    };
    expect(json.read.rejected).toMatchObject([{ code: "bad-submit", count: 1 }]);
    expect(json.merged).toMatchObject([{ accepted: 1 }]);
  });

  it("tells every mistake at once, and which step it is in", () => {
    const steps = ["scaleLoad: -1", "{", "anonymise: {key: s3cret}"].flatMap((step) => ["--step", step]);
    const several = transform(...steps, "--output", at("no.csv"));
    expectRefusal(several, 2);
    expect(several.stderr).toMatch(/--step 1 scaleLoad: must be greater than 0/);
    expect(several.stderr).toMatch(/--step 2:1:2: /);
    expect(several.stderr).toMatch(/--step 3 anonymise.key: must be at least 8 characters long, got 6/);
    expect(several.stderr).not.toContain("s3cret");
    const empty = transform("--step", "sample: 0.5", "--step", "filter: {queue: q7}", "--output", at("no.csv"));
    expect(empty.stderr).toMatch(/^error --step 2: no job is left/);
    const missing = stowage([
      "trace",
      "transform",
      at("n1.csv"),
      at("n2.csv"),
      "--step",
      "sample: 0.5",
      "-o",
      at("no.csv"),
    ]);
    expectRefusal(missing, 2);
    expect(missing.stderr).toMatch(/n1\.csv: there is no such file[\s\S]*n2\.csv: there is no such file/);
  });

  it.each(["no.parquet", "no.stowage.gz", "no"])("refuses to write %s, whose end does not say what it is", (name) => {
    const outcome = transform("--step", "sample: 0.5", "--output", at(name));
    expectRefusal(outcome, 2);
    expect(outcome.stderr).toContain("must end in .csv, .csv.gz or .stowage");
    expect(existsSync(at(name))).toBe(false);
  });

  it("refuses steps that there are not, and writes nothing over an older file", () => {
    const unknown = transform("--step", "scaleload: 2", "--output", at("no.csv"));
    expectRefusal(unknown, 2);
    expect(unknown.stderr).toContain('did you mean "scaleLoad"?');
    const empty = transform("--step", "filter: {queue: q7}", "--output", at("no.csv"));
    expectRefusal(empty, 2);
    expect(empty.stderr).toContain("no job is left");
    const before = readFileSync(at("t.csv"), "utf8");
    expectRefusal(transform("--step", "sample: 0.5", "--output", at("t.csv")), 1);
    expect(readFileSync(at("t.csv"), "utf8")).toBe(before);
  });
});
