// `lint`: findings on stdout as text or JSON, worst first, and exit codes that a pipeline can use.

import { expect, it } from "vitest";
import { JOBS_CSV, scenarioYaml } from "./small-scenario.js";
import { expectNoStackTrace, expectRefusal, stowage, testFolder, writeFiles } from "./stowage.js";

const cwd = testFolder();
const lint = (...args: string[]) => stowage(["lint", ...args], { cwd });

/** 8 GiB fit an m6i.xlarge once: a warning, and no error. */
const WASTEFUL = JOBS_CSV.replaceAll("4096", "8192");

it("has nothing to say about a scenario that is well", () => {
  // Jobs of one vCPU and 3.5 GiB, two to an instance.
  const jobs = `id,name,submit_ms,runtime_s,vcpus,memory_mib\na,work,0,60,1,3840\n`;
  writeFiles(cwd, { "jobs.csv": jobs, "good.yaml": scenarioYaml() });
  expect(lint("good.yaml", "--strict")).toEqual({
    code: 0,
    stdout: "good.yaml: nothing found (figures from 1 jobs)\n",
    stderr: "",
  });
});

it("takes the folder it stands in, and exits with 1 for warnings only when asked", () => {
  writeFiles(cwd, { "folder/jobs.csv": WASTEFUL, "folder/scenario.yaml": scenarioYaml() });
  const here = stowage(["lint"], { cwd: `${cwd}/folder` });
  expect(here).toMatchObject({ code: 0, stderr: "" });
  expect(here.stdout).toMatch(
    /^warning align: 8 GiB → 7,808 MiB lets 2 fit on m6i\.xlarge: -\d+ % \[memory-boundary\]\n {2}at {6}scenario\.yaml:3:8 trace\n {2}figure {2}\S+ saved/m,
  );
  expect(here.stdout).toMatch(/\nscenario\.yaml: 0 errors, \d warnings?, 0 notes \(figures from 5 jobs\)\n$/);
  expect(stowage(["lint", "folder", "--strict"], { cwd })).toMatchObject({ code: 1, stderr: "" });
});

it("exits with 2 for errors, and still shows the rest", () => {
  writeFiles(cwd, { "jobs.csv": WASTEFUL, "bad.yaml": scenarioYaml({ seed: "one" }) });
  const outcome = lint("bad.yaml");
  expectNoStackTrace(outcome);
  expect(outcome).toMatchObject({ code: 2, stderr: "" });
  const [first] = outcome.stdout.split("\n");
  expect(first).toMatch(/^error {3}expected a number, got "one" \[wrong-type\]$/);
  expect(outcome.stdout).toContain("[memory-boundary]");
});

it("prints JSON", () => {
  writeFiles(cwd, { "jobs.csv": WASTEFUL, "s.yaml": scenarioYaml() });
  const { code, stdout } = lint("s.yaml", "--format", "json");
  expect(code).toBe(0);
  const report = JSON.parse(stdout) as { findings: object[] };
  expect(report).toMatchObject({ file: "s.yaml", jobs: 5 });
  expect(report.findings[0]).toMatchObject({
    severity: "warning",
    code: "memory-boundary",
    file: "s.yaml",
    line: 3,
    path: "trace",
  });
});

it("refuses what is not there, and what is no YAML", () => {
  writeFiles(cwd, { "broken.yaml": "a: [\n" });
  for (const given of ["quikstart", "broken.yaml"]) expectRefusal(lint(given), 2);
});
