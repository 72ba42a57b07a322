// `compare`: means over seeds as a table, as Markdown and as JSON.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { SeedComparison } from "../../src/model/seed-comparison.js";
import { readResult } from "../../src/report/result-schema.js";
import { JOBS_CSV, scenarioYaml } from "./small-scenario.js";
import { expectNoStackTrace, expectRefusal, stowage, testFolder, writeFiles } from "./stowage.js";

const cwd = testFolder();
beforeAll(() => {
  writeFiles(cwd, {
    "jobs.csv": JOBS_CSV,
    "small.yaml": scenarioYaml({ name: "small", seed: "7" }),
    "eighth.yaml": scenarioYaml({ name: "small", seed: "8" }),
    "slow.yaml": scenarioYaml({ name: "slow", seed: "7", stress: "[slow-boot x3]" }),
    "bad.yaml": scenarioYaml({ seed: "one" }),
  });
});

const compare = (...args: string[]) => stowage(["compare", ...args], { cwd });

function comparisonsOf(...args: string[]): SeedComparison[] {
  const { code, stdout, stderr } = compare(...args, "--format", "json");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
}

/** What a replay of the scenario with one seed says. */
function replayed(scenario: string) {
  const out = join(cwd, "out", scenario);
  expect(stowage(["replay", scenario, "--out", out], { cwd }).code).toBe(0);
  return readResult(readFileSync(join(out, "result.json"), "utf8"), "result.json");
}

describe("figures", () => {
  it("are those of replays with the same seeds", () => {
    const [comparison] = comparisonsOf("small.yaml", "--seeds", "2");
    const [seventh, eighth] = [replayed("small.yaml"), replayed("eighth.yaml")];
    expect(comparison).toMatchObject({ scenario: "small", seeds: [7, 8], jobs: 5, reference: "packed", notes: [] });
    expect(comparison!.runs.map(({ name, role }) => [name, role])).toEqual([
      ["packed", "strategy"],
      ["patient", "strategy"],
      ["on-demand", "baseline"],
    ]);
    const [a, b] = [seventh, eighth].map(({ runs }) => runs.map(({ cost }) => cost.totalMicroUsd));
    const means = comparison!.runs.map(({ costMicroUsd }) => costMicroUsd.mean);
    expect(means).toEqual(a!.map((cost, run) => (cost + b![run]!) / 2));
    // The difference to the first strategy is taken on each seed, then averaged.
    expect(comparison!.runs[1]!.costToReference.mean).toBeCloseTo((a![1]! / a![0]! + b![1]! / b![0]!) / 2 - 1, 12);
    expect(a).not.toEqual(b); // else the seed would do nothing
  });

  it("have no interval with one seed", () => {
    const [comparison] = comparisonsOf("small.yaml", "--seeds", "1");
    expect(comparison!.seeds).toEqual([7]);
    expect(comparison!.runs.map(({ costMicroUsd }) => costMicroUsd.halfWidth)).toEqual([null, null, null]);
    expect(comparison!.runs[0]!.costMicroUsd.mean).toBe(replayed("small.yaml").runs[0]!.cost.totalMicroUsd);
  });

  it("are the same every time", () => {
    const args = ["small.yaml", "--seeds", "2", "--format", "json"];
    expect(compare(...args).stdout).toBe(compare(...args).stdout);
  });
});

describe("forms", () => {
  it("prints a table, cheapest first", () => {
    const { code, stdout, stderr } = compare("small.yaml", "--seeds", "3");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const [title, question, caption, header, ...rows] = stdout.trimEnd().split("\n");
    expect([title, question]).toEqual(["small", "Does it run?"]);
    expect(caption).toMatch(
      /^5 jobs, .* over 10 min; means over 3 seeds ± 95 % interval; on-demand floor \$\d\.\d{4}\.$/,
    );
    expect(header).toMatch(/^Run +Cost +to packed +above on-demand floor +Wait p50 +Wait p95 +p95 to packed +Interr/);
    expect(rows.map((row) => row.split(/ {2,}/)[0])).toEqual(["packed", "on-demand (baseline)", "patient"]);
    expect(rows[2]).toMatch(/^patient +\$0\.\d{4} ± \$0\.\d{4} +\+\d+(\.\d)? % ± \d+(\.\d)? % /);
  });

  it("prints Markdown", () => {
    const { code, stdout } = compare("small.yaml", "--seeds", "1", "--format", "markdown");
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split("\n");
    expect(lines[0]).toBe("## small");
    expect(lines[2]).toContain("; seed 7; ");
    expect(lines[4]).toMatch(/^\| Run \| Cost \| to packed \|/);
    expect(lines.slice(6).map((line) => line.split(" | ")[0])).toEqual([
      "| packed",
      "| on-demand (baseline)",
      "| patient",
    ]);
  });

  it("takes several scenarios, in the order given", () => {
    const args = ["slow.yaml", "small.yaml", "--seeds", "1"];
    expect(comparisonsOf(...args).map(({ scenario }) => scenario)).toEqual(["slow", "small"]);
    expect(compare(...args, "--format", "markdown").stdout.match(/^## .*/gm)).toEqual(["## slow", "## small"]);
    expect(compare(...args).stdout).toMatch(/^slow\n.*\n- Stress: slow-boot x3\.\n\nsmall\n/s);
  });
});

describe("--stress", () => {
  it("is as if every scenario had the line", () => {
    const [stressed, twice] = comparisonsOf("small.yaml", "slow.yaml", "--seeds", "1", "--stress", "slow-boot x3");
    const [slow, calm] = comparisonsOf("slow.yaml", "small.yaml", "--seeds", "1");
    expect({ ...stressed, scenario: "slow", scenarioHash: slow!.scenarioHash }).toEqual(slow);
    expect(twice!.notes).toEqual(["Stress: slow-boot x3.", "Stress: slow-boot x3."]);
    expect(stressed!.runs[0]!.waitMeanMs.mean).toBeGreaterThan(calm!.runs[0]!.waitMeanMs.mean);
  });
});

describe("mistakes", () => {
  it.each([
    ["0", "a whole number from 1 to 1000"],
    ["1.5", "a whole number from 1 to 1000"],
    ["-3", "a whole number from 1 to 1000"],
    ["1001", "a whole number from 1 to 1000"],
    ["many", "a number"],
    ["", "a whole number from 1 to 1000"],
  ])("--seeds %j is refused", (seeds, wanted) => {
    const outcome = compare("small.yaml", `--seeds=${seeds}`);
    expectRefusal(outcome, 2);
    expect(outcome.stderr).toContain(`error --seeds needs ${wanted} [usage]\n`);
  });

  it("in any scenario are told before the first run", () => {
    const outcome = compare("small.yaml", "bad.yaml");
    expectRefusal(outcome, 2);
    expect(outcome.stderr).toMatch(/^error bad\.yaml.*expected a number, got "one" \[wrong-type\]\n/);
  });

  it("in a line of stress are told", () => {
    const outcome = compare("small.yaml", "--stress", "boom");
    expectRefusal(outcome, 2);
    expect(outcome.stderr).toContain('error --stress: there is no stress "boom"');
  });

  it("without a scenario there is nothing to compare", () => {
    const outcome = compare();
    expectNoStackTrace(outcome);
    expect(outcome).toMatchObject({ code: 2, stdout: "" });
  });
});
