// `scenario pull`: files in, a scenario out that `validate` takes; what is there already is not overwritten.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { CONSUMABLES, DEFINITIONS, ENVIRONMENTS, POLICIES, QUEUES } from "../scenario/pull-replies.js";
import { contentOf, expectRefusal, stowage, testFolder, writeFiles } from "./stowage.js";

const cwd = testFolder();
const pull = (...args: string[]) => stowage(["scenario", "pull", ...args], { cwd });

/** Without the UNMANAGED environment, whose instances only its owner knows. */
const MANAGED = {
  computeEnvironments: ENVIRONMENTS.computeEnvironments.filter(({ type }) => type === "MANAGED"),
};
const QUEUES_ON_SPOT = JSON.stringify(QUEUES).replace(/,\{"order":2,[^}]*\}/, "");

writeFiles(cwd, {
  "queues.json": QUEUES_ON_SPOT,
  "environments.json": JSON.stringify(MANAGED),
  "policies.json": JSON.stringify(POLICIES),
  "definitions.json": JSON.stringify(DEFINITIONS),
  "consumables.json": JSON.stringify(CONSUMABLES),
  "traces/jobs.csv": "id,name\n",
});
const FILES = ["queues.json", "environments.json", "policies.json", "definitions.json", "consumables.json"];

it("writes a scenario that is valid", () => {
  mkdirSync(join(cwd, "made"), { recursive: true });
  const { code, stdout, stderr } = pull(...FILES, "--trace", "traces/jobs.csv", "--output", "made/scenario.yaml");
  expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
  expect(stderr).toMatch(/^note: left out: 2 × job definition \(.*\)\nScenario: made\/scenario\.yaml\n$/);
  expect(Object.keys(contentOf(join(cwd, "made")))).toEqual(["scenario.yaml"]);
  expect(contentOf(join(cwd, "made"))["scenario.yaml"]).toContain("\n  file: ../traces/jobs.csv\n");
  expect(stowage(["validate", "made"], { cwd })).toMatchObject({ code: 0, stderr: "" });
});

it("takes files by option, and prints without --output", () => {
  const options = ["--job-queues", "queues.json", "--compute-environments", "environments.json"];
  const others = ["--scheduling-policies", "policies.json", "--job-definitions", "definitions.json"];
  const { code, stdout } = pull(...options, ...others, "--consumable-resources", "consumables.json");
  expect(code).toBe(0);
  expect(stdout).toBe(pull(...FILES).stdout);
  expect(stdout).toMatch(/^# Made by `stowage scenario pull`/);
});

it("keeps an older file unless --force is given", () => {
  writeFiles(cwd, { "mine.yaml": "mine\n" });
  const outcome = pull("environments.json", "--output", "mine.yaml");
  expectRefusal(outcome, 1);
  expect(outcome.stderr).toContain("--force");
  expect(contentOf(cwd)["mine.yaml"]).toBe("mine\n");
  expect(pull("environments.json", "--output", "mine.yaml", "--force").code).toBe(0);
  expect(contentOf(cwd)["mine.yaml"]).toContain("computeEnvironments:");
});

it("leaves nothing behind where it cannot write", () => {
  const before = Object.keys(contentOf(cwd));
  const outcome = pull("environments.json", "--output", "nowhere/scenario.yaml");
  expectRefusal(outcome, 1);
  expect(outcome.stderr).not.toContain("--out ");
  expect(Object.keys(contentOf(cwd))).toEqual(before);
});

it.each<[string[], RegExp]>([
  [[], /give at least one file/],
  [["nothing.json"], /nothing\.json: there is no such file/],
  [["traces/jobs.csv"], /traces\/jobs\.csv:1:1: expected a value/],
  [["--job-queues", "environments.json"], /environments\.json: the file has computeEnvironments, no jobQueues/],
  [["queues.json"], /no compute environment is in the files/],
])("refuses %j", (args, message) => {
  const outcome = pull(...args);
  expectRefusal(outcome, 2);
  expect(outcome.stderr).toMatch(message);
});
