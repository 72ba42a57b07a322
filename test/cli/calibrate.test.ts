import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Calibration } from "../../src/model/calibration.js";
import { scenarioYaml } from "./small-scenario.js";
import { expectRefusal, stowage, testFolder, writeFiles } from "./stowage.js";

/** Forty jobs, one every ten minutes, which waited for five minutes and some seconds each. */
const JOBS = `id,name,queue,submit_ms,runtime_s,vcpus,memory_mib,wait_s
${Array.from({ length: 40 }, (_, i) => `j${i},align,main,${600_000 * i},60,2,4096,${300 + i}`).join("\n")}
`;

describe("stowage calibrate", () => {
  const folder = writeFiles(testFolder(), {
    "scenario.yaml": scenarioYaml({ baselines: "[]" }),
    "jobs.csv": JOBS,
    "few/scenario.yaml": scenarioYaml(),
    "few/jobs.csv": JOBS.split("\n").slice(0, 5).join("\n"),
  });
  const scenario = join(folder, "scenario.yaml");

  it("fits every strategy and tells in tables and words", () => {
    const { code, stdout } = stowage(["calibrate", scenario, "--effort", "8"]);
    expect(code).toBe(0);
    expect(stdout).toContain("jobs.csv: 40 of 40 jobs compared; no container starts recorded");
    expect(stdout).toMatch(/^packed /m);
    expect(stdout).toMatch(/^patient /m);
    expect(stdout).toMatch(/^boot +2 min, p95 4 min +\d/m);
    expect(stdout).toContain("In words");
    expect(stdout).toContain("(--bill)");
  });

  it("compares bill and instance-hours, as JSON", () => {
    const args = ["--strategy", "packed", "--effort", "2", "--bill", "12.50", "--instance-hours", "7", "--json"];
    const { code, stdout } = stowage(["calibrate", scenario, ...args]);
    expect(code).toBe(0);
    const { runs } = JSON.parse(stdout) as Calibration;
    expect(runs.map(({ name }) => name)).toEqual(["packed"]);
    expect(runs[0]!.fitted.costMicroUsd.recorded).toBe(12_500_000);
    expect(runs[0]!.fitted.instanceHours.recorded).toBe(7);
    expect(runs[0]!.fitted.wait.mean.recorded).toBe(319_500); // 300 s and 0 to 39 s: 19.5 s on average
  });

  it("writes the scenario with the fitted world, which calibrates to the very same waits", () => {
    const output = join(folder, "fitted.yaml");
    const first = stowage(["calibrate", scenario, "--strategy", "packed", "--output", output, "--json"]);
    expect(first.code).toBe(0);
    const { runs } = JSON.parse(first.stdout) as Calibration;
    const again = stowage(["calibrate", output, "--strategy", "packed", "--effort", "1", "--json"]);
    expect((JSON.parse(again.stdout) as Calibration).runs[0]!.asGiven).toEqual(runs[0]!.fitted);
    expect(readFileSync(output, "utf8")).toContain("# Fitted by stowage calibrate");
    const twice = stowage(["calibrate", scenario, "--output", output]);
    expectRefusal(twice, 2);
    expect(twice.stderr).toContain("the file is there already");
  });

  it.each([
    [["--effort", "0"], "--effort needs a whole number of at least 1"],
    [["--bill", "0"], "--bill needs a number greater than 0"],
    [["--strategy", "pakced"], 'there is no run "pakced"'],
  ])("refuses %j", (args, message) => {
    const outcome = stowage(["calibrate", scenario, ...args]);
    expectRefusal(outcome, 2);
    expect(outcome.stderr).toContain(message);
  });

  it("refuses a trace without enough recorded waits, and writes nothing", () => {
    const output = join(folder, "none.yaml");
    const outcome = stowage(["calibrate", join(folder, "few/scenario.yaml"), "--output", output]);
    expectRefusal(outcome, 2);
    expect(outcome.stderr).toContain("at least 20 jobs with recorded waits, this trace has 4");
    expect(existsSync(output)).toBe(false);
  });
});
