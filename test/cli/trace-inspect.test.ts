import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { TraceInspection } from "../../src/model/trace-inspection.js";
import { expectRefusal, stowage, testFolder, writeFiles } from "./stowage.js";

const folder = testFolder();
writeFiles(folder, {
  "jobs.csv": `id,name,submit_ms,runtime_s,vcpus,memory_mib,status,exit_code
a,align,1767600000000,60,2,1024,SUCCEEDED,0
b,align,1767603600000,120,2,1024,FAILED,137
c,sort,1767607200000,60,1,,SUCCEEDED,0
d,sort,1767607200000,soon,1,512,SUCCEEDED,0
`,
  "none.csv": "id,submit_ms,runtime_s,vcpus,memory_mib\na,1,x,1,1\n",
  "other.txt": "hello\n",
});
const at = (name: string) => join(folder, name);

describe("stowage trace inspect", () => {
  it("tells what is in a file and what to doubt", () => {
    const { code, stdout, stderr } = stowage(["trace", "inspect", at("jobs.csv")]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    for (const part of [
      "4 rows read, 3 accepted, 1 rejected",
      "What to doubt",
      "33 % of the attempts (1 of 3) failed",
      "137",
    ]) {
      expect(stdout).toContain(part);
    }
  });

  it("prints the figures as JSON, the same every time", () => {
    const [one, two] = [0, 1].map(() => stowage(["trace", "inspect", at("jobs.csv"), "--json"]));
    expect(one!.stdout).toBe(two!.stdout);
    const inspection = JSON.parse(one!.stdout) as TraceInspection;
    expect(inspection).toMatchObject({ formatVersion: 1, jobs: 3, records: { rowsRead: 4, accepted: 3 } });
    expect(inspection.fields.find(({ field }) => field === "memory")).toMatchObject({ given: 2, absent: 1 });
    expect(inspection.warnings.map(({ code }) => code)).toContain("missing-memory");
  });

  it("reads with the options of reading", () => {
    const options = ["--default-memory", "2GiB", "--time-zone", "Europe/Stockholm", "--json"];
    const { stdout } = stowage(["trace", "inspect", at("jobs.csv"), ...options]);
    const { warnings, arrivals } = JSON.parse(stdout) as TraceInspection;
    expect(warnings.map(({ code }) => code)).toContain("filled-in");
    expect(arrivals.zone).toBe("Europe/Stockholm");
    // 1767600000000 is Monday, 5 January 2026, 08:00 UTC, in Stockholm 09:00.
    expect(arrivals.week![0]![9]).toBe(1);
  });

  it("opens a compiled trace, with the same figures", () => {
    const compiled = at("jobs.stowage");
    expect(stowage(["trace", "import", at("jobs.csv"), "--output", compiled])).toMatchObject({ code: 0 });
    const inspect = (file: string) =>
      JSON.parse(stowage(["trace", "inspect", file, "--json"]).stdout) as TraceInspection;
    const [fromText, opened] = [inspect(at("jobs.csv")), inspect(compiled)];
    expect(opened.records).toEqual({ ...fromText.records, source: compiled });
    const { records: _, fields: __, warnings: ___, ...figures } = fromText;
    expect(opened).toMatchObject(figures);
  });

  it("writes a page, and replaces one only when told so", () => {
    const html = at("page.html");
    const args = ["trace", "inspect", at("jobs.csv"), "--html", html];
    expect(stowage(args)).toMatchObject({ code: 0, stderr: `Page: ${html}\n` });
    const first = readFileSync(html, "utf8");
    expect(first).toMatch(/^<!doctype html>/);
    expectRefusal(stowage(args), 1);
    expect(stowage([...args, "--force"]).code).toBe(0);
    expect(readFileSync(html, "utf8")).toBe(first);
  });

  it("tells why no row of a file is usable", () => {
    const { code, stdout } = stowage(["trace", "inspect", at("none.csv")]);
    expect(code).toBe(0);
    expect(stdout).toContain("Not one of the trace's rows can be replayed");
    expect(stdout).toContain("[bad-runtime]");
  });

  it("refuses what is no trace, and leaves no page", () => {
    const html = at("never.html");
    expectRefusal(stowage(["trace", "inspect", at("other.txt"), "--html", html]), 2);
    expectRefusal(stowage(["trace", "inspect", at("missing.csv")]), 2);
    expectRefusal(stowage(["trace", "inspect", at("jobs.csv"), "--time-zone", "Mars"]), 2);
    expectRefusal(stowage(["trace", "inspect", at("jobs.csv"), "--html", at("no/such/folder.html")]), 1);
    expect(existsSync(html)).toBe(false);
  });
});
