// The library entry: what is promised is there, and the steps fit together.

import { describe, expect, it } from "vitest";
import * as stowage from "../src/index.js";

const SCENARIO = `
seed: 3
trace:
  synthetic:
    jobs: 40
    duration: 1h
    shapes: [{ name: a, vcpus: 1, memory: 2GiB, runtime: { median: 5m, p95: 10m } }]
computeEnvironments:
  - { computeEnvironmentName: ce, computeResources: { type: EC2, maxvCpus: 64, instanceTypes: [m6i] } }
baselines: [on-demand]
`;

it("exports these functions and classes and no others", () => {
  expect(Object.keys(stowage).sort()).toEqual(
    [
      ...["InputError", "OutputError", "formatIssue", "generateTrace", "jobsCsv", "loadCatalog", "loadReplay"],
      ...["parseScenario", "readResult", "readTrace", "renderMarkdown", "renderTerminal", "renderedFiles", "replay"],
      ...["resolveScenario", "resultHeader", "resultText", "writeReportFolder"],
    ].sort(),
  );
});

describe("step by step, without files", () => {
  const { parseScenario, resolveScenario, loadCatalog, generateTrace, resultHeader, replay } = stowage;
  const scenario = parseScenario(SCENARIO, "scenario.yaml", "mine");
  const resolved = resolveScenario(scenario, loadCatalog(), "scenario.yaml");
  if (scenario.trace.kind !== "synthetic") throw new Error("the scenario above has a synthetic trace");
  const trace = generateTrace(scenario.trace);
  const result = replay(resolved, trace, resultHeader(resolved, trace));

  it("replays", () => {
    expect(result.runs.map(({ name, jobs }) => [name, jobs.succeeded])).toEqual([
      ["best-fit", 40],
      ["on-demand", 40],
    ]);
    expect(result.header).toMatchObject({ scenario: "mine", seed: 3, workloadHash: trace.workload.hash });
  });

  it("renders, and reads what it wrote", () => {
    expect(stowage.readResult(stowage.resultText(result), "result.json")).toEqual(result);
    expect(stowage.renderTerminal(result, { colour: false, width: 160 })).toMatch(/^mine\nRegion/);
    expect(stowage.renderMarkdown(result)).toMatch(/^# mine\n/);
  });
});

it("throws user mistakes as issues", () => {
  expect(() => stowage.parseScenario("seed: one", "s.yaml", "s")).toThrow(stowage.InputError);
});
