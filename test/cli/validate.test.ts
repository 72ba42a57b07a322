// `validate`: good scenarios are named on stdout, everything wrong with the others on stderr, all files at once.

import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { scenarioYaml } from "./small-scenario.js";
import { expectNoStackTrace, expectRefusal, stowage, testFolder, writeFiles } from "./stowage.js";

const cwd = testFolder();
const validate = (...scenarios: string[]) => stowage(["validate", ...scenarios], { cwd });

it("accepts an included scenario, a file, a folder, and a trace that is not there", () => {
  writeFiles(cwd, { "good.yaml": scenarioYaml(), "folder/scenario.yaml": scenarioYaml() });
  const { code, stdout, stderr } = validate("quickstart", "good.yaml", "folder");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const valid = stdout.split("\n").filter((line) => line.includes(": valid ("));
  expect(valid[0]).toMatch(/^quickstart: valid \(7 runs; /);
  // m6i.large and m6i.xlarge, each on both markets in every zone that has it: three runs, two strategies and a baseline.
  expect(valid[1]).toMatch(/^good\.yaml: valid \(3 runs; 2 instance types, \d+ capacity pools in us-east-1\)$/);
  expect(valid[2]).toMatch(/^folder: valid \(3 runs; /);
});

it("tells which settings have no effect", () => {
  const type = "{ type: EC2, maxvCpus: 4, instanceTypes: [m6i.large], allocationStrategy: BEST_FIT }";
  writeFiles(cwd, {
    "noted.yaml": scenarioYaml({
      computeEnvironments: `[{ computeEnvironmentName: ce, computeResources: ${type} }]`,
    }),
  });
  expect(validate("noted.yaml")).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/\n {2}note: .*allocationStrategy/),
  });
});

it("knows the formats of traces", () => {
  writeFiles(cwd, { "odd.yaml": scenarioYaml({ trace: "{ file: jobs.json, format: aws-bathc }" }) });
  const outcome = validate("odd.yaml");
  expect(outcome.code).toBe(2);
  expect(outcome.stderr).toMatch(
    /^error odd\.yaml trace\.format: there is no trace format "aws-bathc" .*"aws-batch"\?/,
  );
});

it("lists the problems of every file, and still names the good one", () => {
  writeFiles(cwd, {
    "good.yaml": scenarioYaml(),
    "bad.yaml": scenarioYaml({ seed: "one" }),
    "worse.yaml": scenarioYaml({ regoin: "us-east-1" }),
  });
  const outcome = validate("bad.yaml", "missing.yaml", "good.yaml", "worse.yaml");
  expect(outcome.code).toBe(2);
  expect(outcome.stdout).toMatch(/^good\.yaml: valid/);
  expectNoStackTrace(outcome);
  const lines = outcome.stderr.trimEnd().split("\n");
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatch(/^error bad\.yaml:\d+:\d+ seed: /);
  expect(lines[1]).toMatch(/^error missing\.yaml: there is no such scenario/);
  expect(lines[2]).toMatch(/^error worse\.yaml:\d+:\d+ regoin: .*did you mean "region"\?/);
});

describe("finds", () => {
  it("three mistakes at their places", () => {
    writeFiles(cwd, {
      "three.yaml": [
        "region: us-east-1",
        "sead: 4",
        "trace: { file: jobs.csv }",
        "computeEnvironments:",
        "  - computeEnvironmentName: ce",
        "    computeResources:",
        "      type: EC3",
        "      maxvCpus: many",
        "",
      ].join("\n"),
    });
    const outcome = validate("three.yaml");
    expectRefusal(outcome, 2);
    expect(outcome.stderr.trimEnd().split("\n")).toEqual([
      expect.stringMatching(/^error three\.yaml:2:1 sead: .*did you mean "seed"/),
      expect.stringMatching(/^error three\.yaml:7:13 computeEnvironments\[0\]\.computeResources\.type: .*EC2.*SPOT/),
      expect.stringMatching(/^error three\.yaml:8:17 computeEnvironments\[0\]\.computeResources\.maxvCpus: /),
    ]);
  });

  it("an unknown region, with the nearest", () => {
    writeFiles(cwd, { "region.yaml": scenarioYaml({ region: "us-eest-1" }) });
    const outcome = validate("region.yaml");
    expectRefusal(outcome, 2);
    expect(outcome.stderr).toMatch(
      /^error region\.yaml.* region: there is no region "us-eest-1" in the catalogue \(did you mean "us-east-1"\?\)/,
    );
  });

  it("unknown instance types and families, with the nearest", () => {
    const resources = "{ type: EC2, maxvCpus: 16, instanceTypes: [m6ii, m6i.lagre] }";
    writeFiles(cwd, {
      "types.yaml": scenarioYaml({
        computeEnvironments: `[{ computeEnvironmentName: ce, computeResources: ${resources} }]`,
      }),
    });
    const outcome = validate("types.yaml");
    expectRefusal(outcome, 2);
    const path = "computeEnvironments[0].computeResources.instanceTypes";
    expect(outcome.stderr).toContain(`${path}[0]: there is no instance family "m6ii" (did you mean "m6i"?)`);
    expect(outcome.stderr).toContain(`${path}[1]: there is no instance type "m6i.lagre" (did you mean "m6i.large"?)`);
  });

  it("that there is no scenario, and says what there is", () => {
    writeFiles(cwd, { "empty-folder/readme.txt": "" });
    const outcome = validate("quikstart", join(cwd, "empty-folder"), "nothing-like-it");
    expectRefusal(outcome, 2);
    const [near, folder, far] = outcome.stderr.split("\n");
    expect(near).toBe('error quikstart: there is no such scenario (did you mean "quickstart"?) [no-scenario]');
    expect(folder).toContain("empty-folder: the folder has no scenario.yaml");
    expect(far).toMatch(/give a YAML file, a folder with scenario\.yaml, or one of: .*quickstart/);
  });

  it("binary, empty and foreign files", () => {
    writeFiles(cwd, {
      "binary.yaml": new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 255]),
      "empty.yaml": "",
      "list.yaml": "- a\n- b\n",
    });
    const outcome = validate("binary.yaml", "empty.yaml", "list.yaml");
    expectRefusal(outcome, 2);
    const [binary, empty, list] = outcome.stderr.split("\n");
    expect(binary).toMatch(/^error binary\.yaml:1: this is no text file/);
    expect(empty).toMatch(/^error empty\.yaml:1:1: the file is empty \(/);
    expect(list).toMatch(/^error list\.yaml:1:1: expected a map/);
  });
});
