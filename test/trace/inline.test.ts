import { describe, expect, it } from "vitest";
import { textAt } from "../../src/base/text-column.js";
import { NONE } from "../../src/model/tables.js";
import type { JobsTraceSpec } from "../../src/scenario/scenario.js";
import { inlineTrace } from "../../src/trace/inline.js";
import type { InlineDefinition, InlineJob, InlineTraceOptions } from "../../src/trace/options.js";
import { counts, issuesOf, jobsOf } from "./trace-files.js";

const attempt = (runtimeMs: number, exitCode = 0) => ({
  ...{ runtimeMs, exitCode, reason: undefined, statusReason: undefined, cannotStart: false },
});

function definition(overrides: Partial<InlineDefinition> = {}): InlineDefinition {
  return {
    ...{ name: "", vcpuMilli: 1_000, memoryMib: 512, gpuMilli: 0, retry: { attempts: 1, evaluateOnExit: [] } },
    ...{ timeoutMs: Number.NaN, schedulingPriority: 0, consumables: [], nodes: 1, ...overrides },
  };
}

function submit(id: string, overrides: Partial<InlineJob> = {}): InlineJob {
  return {
    ...{ id, name: id, queue: "q", submitMs: 0, definition: definition(), arraySize: 0, dependsOn: [] },
    ...{ shareIdentifier: "", limitMs: Number.NaN, attempts: [attempt(60_000)], childRuntimesMs: [] },
    ...{ cancelMs: Number.NaN, terminateMs: Number.NaN, ...overrides },
  };
}

const expand = (jobs: readonly InlineJob[], options: Partial<InlineTraceOptions> = {}) =>
  inlineTrace({ jobs, ...options });

describe("jobs of a scenario", () => {
  it("become plain jobs when nothing is said of them", () => {
    const trace = expand([submit("a", { submitMs: 5_000 }), submit("b", { submitMs: 7_000, limitMs: 90_000 })]);
    expect(jobsOf(trace)).toMatchObject([
      { id: "a", name: "a", queue: "q", submitMs: 0, vcpuMilli: 1_000, memoryMib: 512, runtimeMs: 60_000 },
      { id: "b", submitMs: 2_000, limitMs: 90_000 },
    ]);
    expect(trace.profiles.script).toHaveLength(0);
    expect(trace.workload.jobDefinition).toHaveLength(0);
    expect(trace.report).toEqual({
      ...{ source: "trace.jobs", format: "inline", rowsRead: 2, accepted: 2, rejected: [], adjusted: [] },
      ...{ recordsRead: 2, folded: [], notes: [] },
    });
  });

  it("keep what their definitions say", () => {
    const rich = definition({ name: "d", timeoutMs: 70_000, nodes: 2, schedulingPriority: 4, gpuMilli: 1_000 });
    const { workload } = expand(
      [submit("a", { definition: { ...rich, consumables: [{ name: "c", quantity: 1 }] }, shareIdentifier: "s" })],
      { fairShareQueues: new Set(["q"]) },
    );
    expect(workload.classes).toEqual([{ queue: 0, shape: 0, share: 1, priority: 4, nodes: 2, consumables: 1 }]);
    expect(workload.shareNames).toEqual(["", "s"]);
    expect(workload.definitions[workload.jobDefinition[0]!]).toMatchObject({ name: "d", timeoutMs: 70_000 });
    expect(workload.limitMs[0]).toBe(70_000); // the timeout is the limit of a job without an estimate
  });

  it("have shares in fair-share queues only, and the share `default` there when they name none", () => {
    const jobs = [submit("a", { shareIdentifier: "s" }), submit("b"), submit("c", { queue: "fair" })];
    const { workload, report } = expand(jobs, { fairShareQueues: new Set(["fair"]) });
    expect(workload.classes.map(({ share }) => workload.shareNames[share])).toEqual(["", "default"]);
    expect(counts(report.adjusted)).toEqual({ "share-ignored": 1, "default-share": 1 });
    expect(report.adjusted.map(({ examples }) => examples)).toEqual([
      [{ line: 3, detail: '"c"' }],
      [{ line: 1, detail: '"a"' }],
    ]);
  });

  it("play their attempts: a run time that is the job's own is left to the job", () => {
    const { profiles } = expand([
      submit("a", { attempts: [attempt(10_000, 1), attempt(50_000)] }),
      submit("b", { attempts: [attempt(50_000, 3)] }),
      submit("c", { attempts: [attempt(50_000), attempt(50_000)] }), // nothing ever fails: no script
    ]);
    expect([...profiles.runtimeMs]).toEqual([50_000, 50_000, 50_000]);
    expect([...profiles.script]).toEqual([0, 1, NONE]);
    expect(profiles.scripts).toEqual([[attempt(10_000, 1), attempt(Number.NaN)], [attempt(Number.NaN, 3)]]);
  });

  it("expand arrays: children with run times of their own, and one script for all", () => {
    const trace = expand([
      submit("x", { arraySize: 3, childRuntimesMs: [1_000, 2_000, 3_000], attempts: [attempt(9, 1), attempt(9)] }),
      submit("y", { arraySize: 2 }),
    ]);
    expect(jobsOf(trace).map(({ id, runtimeMs }) => [id, runtimeMs])).toEqual([
      ...[
        ["x:0", 1_000],
        ["x:1", 2_000],
        ["x:2", 3_000],
        ["y:0", 60_000],
        ["y:1", 60_000],
      ],
    ]);
    const { arrays } = trace.workload;
    expect([arrays.ids, [...arrays.starts], [...arrays.children]]).toEqual([
      ["x", "y"],
      [0, 3, 5],
      [0, 1, 2, 3, 4],
    ]);
    expect([...trace.profiles.script]).toEqual([0, 0, 0, NONE, NONE]);
    expect(trace.profiles.scripts).toEqual([[attempt(Number.NaN, 1), attempt(Number.NaN)]]);
    expect(trace.report).toMatchObject({ rowsRead: 2, accepted: 2 });
  });

  it("keep dependencies and interventions, of arrays as of jobs", () => {
    const on = (jobId: string | undefined, type?: "N_TO_N" | "SEQUENTIAL") => ({ jobId, type });
    const { workload } = expand([
      submit("z", { dependsOn: [on("x")], submitMs: 10, terminateMs: 5_010 }),
      submit("x", { arraySize: 2, dependsOn: [on("y", "N_TO_N"), on(undefined, "SEQUENTIAL")], submitMs: 10 }),
      submit("y", { arraySize: 2, submitMs: 10, cancelMs: 30 }),
    ]);
    const { dependencies, arrays, interventions } = workload;
    // Units: arrays x 0 and y 1, then z, whose job number is 0: 2.
    const edges = [...dependencies.on].map((unit, edge) => [
      dependencies.dependent[edge],
      unit,
      dependencies.kind[edge],
    ]);
    expect(edges).toEqual([
      [2, 0, 0],
      [0, 1, 1],
    ]);
    expect([...arrays.sequential]).toEqual([1, 0]);
    expect(interventions).toEqual([
      { timeMs: 20, kind: "cancel", unit: 1 },
      { timeMs: 5_000, kind: "terminate", unit: 2 },
    ]);
    expect(textAt(workload.ids, 0)).toBe("z");
  });

  it("that can never run are rejected, and with them what others wait for", () => {
    const jobs = [
      submit("big", { definition: definition({ nodes: 9 }) }),
      submit("b", { dependsOn: [dependOn("big")] }),
    ];
    const { report, workload } = expand(jobs, {
      unplaceableJob: (...given) => (given[4] > 1 ? "no gangs" : undefined),
    });
    expect(report).toMatchObject({ rowsRead: 2, accepted: 1 });
    expect(report.rejected).toMatchObject([{ code: "unplaceable", examples: [{ line: 1, detail: "no gangs" }] }]);
    expect(report.adjusted).toMatchObject([{ code: "dependency-outside", examples: [{ line: 2, detail: '"big"' }] }]);
    expect(workload.dependencies.count).toBe(0);
  });

  it("cannot be cancelled before they are submitted", async () => {
    const expanded = () =>
      expand([submit("a", { submitMs: 9, cancelMs: 9, terminateMs: 8 }), submit("b", { cancelMs: -1 })]);
    expect((await issuesOf(Promise.resolve().then(expanded))).map(({ code, message }) => [code, message])).toEqual([
      ["intervention-before-submit", 'terminate of job "a" comes before its submission'],
      ["intervention-before-submit", 'cancel of job "b" comes before its submission'],
    ]);
  });

  it("cannot wait for each other, and one must be left", async () => {
    const circle = [submit("a", { dependsOn: [dependOn("b")] }), submit("b", { dependsOn: [dependOn("a")] })];
    expect(await issuesOf(Promise.resolve().then(() => expand(circle)))).toMatchObject([{ code: "dependency-cycle" }]);
    const none = () => expand([submit("a")], { unplaceableJob: () => "too large" });
    expect(await issuesOf(Promise.resolve().then(none))).toMatchObject([{ code: "no-usable-rows" }]);
  });

  it("may be a scenario's own specification", () => {
    const spec: JobsTraceSpec = { kind: "jobs", unplaceable: "fail", jobs: [submit("a")] };
    expect(inlineTrace(spec).workload.jobCount).toBe(1);
  });
});

function dependOn(jobId: string) {
  return { jobId, type: undefined };
}
