import { describe, expect, it } from "vitest";
import { AssertionError } from "../../src/base/assert.js";
import { InputError, type Issue } from "../../src/base/issues.js";
import type { ResultFile } from "../../src/model/run-result.js";
import { checkResult, readResult } from "../../src/report/result-schema.js";
import { fixtureResult } from "./fixture.js";
import { emptyResult, failingResult, hostileResult, stormyResult } from "./fixture-variants.js";

function issuesOf(text: string): readonly Issue[] {
  try {
    readResult(text, "result.json");
  } catch (error) {
    if (error instanceof InputError) return error.issues;
    throw error;
  }
  return [];
}

/** The fixture with the value at `path` (keys joined by dots) replaced; undefined removes it. */
function edited(...edits: readonly (readonly [path: string, value: unknown])[]): string {
  return editedFrom(fixtureResult(), ...edits);
}

function editedFrom(result: ResultFile, ...edits: readonly (readonly [path: string, value: unknown])[]): string {
  const root: unknown = structuredClone(result);
  for (const [path, value] of edits) {
    const keys = path.split(".");
    const parent = keys.slice(0, -1).reduce<unknown>((node, key) => Reflect.get(Object(node), key), root);
    Reflect.set(Object(parent), keys.at(-1)!, value);
  }
  return JSON.stringify(root);
}

describe("readResult", () => {
  it.each([
    ["a full result", fixtureResult()],
    ["relative times", fixtureResult(0)],
    ["an empty result", emptyResult()],
    ["markup in names", hostileResult()],
    ["failures and shares", failingResult()],
    ["a bad day on spot", stormyResult()],
  ])("reads back what was written: %s", (_, result: ResultFile) => {
    expect(readResult(JSON.stringify(result), "result.json")).toEqual(result);
  });

  it("tells that a file is not JSON", () => {
    const [issue, ...others] = issuesOf('{"formatVersion": 2,');
    expect(others).toEqual([]);
    expect(issue).toMatchObject({ code: "invalid-json", file: "result.json" });
  });

  it.each([
    ["[]", "not-a-result", "expected a result.json written by stowage"],
    ['{"formatVersion":"1"}', "not-a-result", "expected a result.json written by stowage"],
    ['{"formatVersion":5,"novel":true}', "result-format-version", "newer stowage: upgrade"],
    ['{"formatVersion":1}', "result-format-version", "older stowage: run the scenario again"],
  ])("looks at the version before anything else: %s", (text, code, hint) => {
    const issues = issuesOf(text);
    expect(issues.map((issue) => issue.code)).toEqual([code]);
    expect(issues[0]!.path).toBe("formatVersion");
    expect(issues[0]!.hint).toContain(hint);
  });

  it("lists every fault of the shape at once, with paths", () => {
    const text = edited(
      ["header.seed", "42"],
      ["runs.1.cost.byCategory.0.category", "useless"],
      ["runs.2.makespanMs", -1],
      ["floors.0.market", undefined],
      ["workload.surprise", 1],
    );
    const issues = issuesOf(text);
    expect(issues.map((issue) => issue.path).sort()).toEqual([
      "floors[0].market",
      "header.seed",
      "runs[1].cost.byCategory[0].category",
      "runs[2].makespanMs",
      "workload",
    ]);
    expect(issues.every((issue) => issue.code === "invalid-result" && issue.file === "result.json")).toBe(true);
    expect(issues.find((issue) => issue.path === "workload")!.message).toContain("surprise");
  });

  it.each([
    [
      "runs.0.cost.totalMicroUsd",
      7,
      ["byCategory", "byInstanceType", "byQueue", "byJobName"].map((n) => `runs[0].cost.${n}`),
    ],
    ["runs.0.cost.byInstanceType.0.microUsd", 7, ["runs[0].cost.byInstanceType"]],
    ["trace.accepted", 1, ["trace.rowsRead"]],
    ["trace.recordsRead", 1, ["trace.recordsRead"]],
    [
      "runs.3.series.steps",
      299,
      "queuedJobs queuedVcpus busyVcpus microUsdPerHour fleetVcpus[0].vcpus fleetVcpus[1].vcpus fleetVcpus[2].vcpus fleetVcpus[3].vcpus fleetVcpus[4].vcpus fleetVcpus[5].vcpus"
        .split(" ")
        .map((n) => `runs[3].series.${n}`),
    ],
    ["runs.1.name", "best-fit", ["runs[1].name"]],
    ["runs.0.role", "baseline", ["runs[1].role"]],
    ["runs.0.waitMs.p50", 9e9, ["runs[0].waitMs"]],
    ["runs.0.waitMs.mean", 9e9, ["runs[0].waitMs.mean"]],
    ["runs.0.waitHistogram.15.upToMs", 9e9, ["runs[0].waitHistogram[15].upToMs"]],
    ["runs.0.waitHistogram.1.upToMs", 0, ["runs[0].waitHistogram[1].upToMs"]],
    ["runs.0.waitHistogram.1.jobs", 90_000, ["runs[0].waitHistogram"]],
    ["runs.0.jobs.total", 48_211, ["runs[0].jobs.total"]],
    ["runs.0.jobs.failed", 1, ["runs[0].jobs.byOutcome", "runs[0].jobs"]],
    ["runs.0.jobs.byOutcome.0.jobs", 1, ["runs[0].jobs.byOutcome"]],
    [
      "runs.0.jobs.byOutcome",
      [
        { outcome: "timed-out", jobs: 48_210 },
        { outcome: "exited", jobs: 0 },
      ],
      ["runs[0].jobs.byOutcome"],
    ],
    [
      "runs.0.shares",
      [{ shareIdentifier: "a", jobs: 1, vcpuHours: 1, waitMs: { mean: 1, p50: 2, p95: 1, p99: 2, max: 2 } }],
      ["runs[0].shares[0].waitMs", "runs[0].shares"],
    ],
    ["floors.0.market", "on-demand", ["floors[1].market"]],
  ])("finds the contradiction when %s is %s", (path, value, paths) => {
    const issues = issuesOf(edited([path, value]));
    expect(issues.map((issue) => issue.path)).toEqual(paths);
    expect(issues.every((issue) => issue.code === "contradictory-result")).toBe(true);
  });

  it.each([
    ["reworkMicroUsd", 7, ["byPool", "byJobName", "byHour"]],
    ["interruptions", 7, ["byPool", "byHour"]],
    ["refusals", [{ reason: "vCPU quota", refusals: 1 }], ["byPool", "byHour"]],
    ["byPool.0.reworkMicroUsd", 7, ["byPool"]],
    ["byPool.0.interruptions", 7, ["byPool"]],
    ["byHour.14.refusals", 7, ["byHour"]],
    ["byHour", [], ["byHour", "byHour", "byHour"]],
    ["byJobName", [], ["byJobName"]],
  ])("finds the contradiction in the spot ledger when %s is %s", (path, value, parts) => {
    const issues = issuesOf(editedFrom(stormyResult(), [`runs.0.spot.${path}`, value]));
    expect(issues.map((issue) => issue.path)).toEqual(parts.map((part) => `runs[0].spot.${part}`));
  });

  it("knows how many hours a day has", () => {
    const { byHour } = stormyResult().runs[0]!.spot;
    const quiet = byHour[0]!;
    const issues = issuesOf(editedFrom(stormyResult(), ["runs.0.spot.byHour", [...byHour, quiet]]));
    expect(issues.map((issue) => issue.message)).toEqual(["25 hours: there are 24 in a day, or none here"]);
  });

  it("wants every cost category, in order", () => {
    const { byCategory } = fixtureResult().runs[0]!.cost;
    const issues = issuesOf(edited(["runs.0.cost.byCategory", [...byCategory].reverse()]));
    expect(issues.map((issue) => issue.path)).toEqual(["runs[0].cost.byCategory"]);
  });
});

describe("checkResult", () => {
  it("accepts a consistent result", () => {
    expect(() => checkResult(fixtureResult())).not.toThrow();
  });
  it("crashes on a result that contradicts itself, naming the place", () => {
    const wrong = JSON.parse(edited(["trace.accepted", 1])) as ResultFile;
    expect(() => checkResult(wrong)).toThrow(AssertionError);
    expect(() => checkResult(wrong)).toThrow(/trace\.rowsRead/);
  });
  it("crashes on figures that JSON cannot hold", () => {
    const wrong = structuredClone(fixtureResult());
    Reflect.set(wrong.runs[0]!.waitMs, "p99", Number.NaN);
    expect(() => checkResult(wrong)).toThrow(/runs\[0\]\.waitMs\.p99/);
  });
});
