// --stress: lines of stress on the command line.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { readResult } from "../../src/report/result-schema.js";
import { JOBS_CSV, scenarioYaml } from "./small-scenario.js";
import { expectRefusal, stowage, testFolder, writeFiles } from "./stowage.js";

const folder = testFolder();
beforeAll(() => {
  writeFiles(folder, {
    "calm.yaml": scenarioYaml({ name: "small" }),
    "slow.yaml": scenarioYaml({ name: "small", stress: "[slow-boot x3]" }),
    "jobs.csv": JOBS_CSV,
  });
});

function resultOf(...args: string[]) {
  const out = join(folder, "out", args.join(" ").replaceAll(/\W/g, "-"));
  const outcome = stowage(["replay", ...args, "--out", out], { cwd: folder });
  expect({ code: outcome.code, stderr: outcome.stderr }).toEqual({ code: 0, stderr: `Report: ${out}/report.html\n` });
  return readResult(readFileSync(join(out, "result.json"), "utf8"), "result.json");
}

describe("--stress", () => {
  it("is as if the scenario had the line", () => {
    const onCommandLine = resultOf("calm.yaml", "--stress", "slow-boot x3");
    expect(onCommandLine).toEqual(resultOf("slow.yaml"));
    expect(onCommandLine.notes).toContain("Stress: slow-boot x3.");
    // Boots three times as long: the first job waits longer.
    const calm = resultOf("calm.yaml");
    expect(onCommandLine.header.scenarioHash).not.toBe(calm.header.scenarioHash);
    expect(onCommandLine.runs[0]!.waitMs.max).toBeGreaterThan(calm.runs[0]!.waitMs.max);
  });

  it("may be given several times, after the scenario's own", () => {
    const { notes } = resultOf("slow.yaml", "--stress", "api-throttled 10/min", "--stress", "no-capacity m6i from 30d");
    expect(notes.filter((note) => note.startsWith("Stress: "))).toEqual([
      "Stress: slow-boot x3.",
      "Stress: api-throttled 10/min.",
      "Stress: no-capacity m6i from 30d.",
    ]);
  });

  it("is told what is wrong with it, all at once", () => {
    const outcome = stowage(["replay", "calm.yaml", "--stress", "price 2x", "--stress", "boom"], { cwd: folder });
    expectRefusal(outcome, 2);
    expect(outcome.stderr.trimEnd().split("\n")).toEqual([
      'error --stress: expected a factor such as x2 or x0.5, got "2x", in "price 2x" ' +
        "(write price xFACTOR [from TIME] [for TIME | until TIME]) [invalid-stress]",
      'error --stress: there is no stress "boom" (one of zone-lost, no-capacity, price, quota, slow-boot, reclaim-storm, ' +
        "api-throttled) [invalid-stress]",
    ]);
  });

  it("is understood by explain too", () => {
    const args = ["explain", "calm.yaml", "job", "a1", "--stress", "slow-boot x3"];
    const { code, stdout } = stowage(args, { cwd: folder });
    expect(code).toBe(0);
    expect(stdout).toBe(stowage(["explain", "slow.yaml", "job", "a1"], { cwd: folder }).stdout);
    expect(stdout).not.toBe(stowage(["explain", "calm.yaml", "job", "a1"], { cwd: folder }).stdout);
  });
});
