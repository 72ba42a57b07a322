import { existsSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wfformatFormat } from "../../../src/trace/formats/wfformat.js";
import type { TraceFileOptions } from "../../../src/trace/options.js";
import { readTrace } from "../../../src/trace/read-trace.js";
import type { Trace } from "../../../src/trace/workload-builder.js";
import { counts, issuesOf, jobsOf, NO_DEFAULTS, read, traceOptions } from "../trace-files.js";

const defaults = { ...NO_DEFAULTS, vcpus: 1, memoryMib: 1_024 };
const wfformat = (workflow: unknown, overrides: Partial<TraceFileOptions> = {}) =>
  read(JSON.stringify({ schemaVersion: "1.5", workflow }), {
    format: "wfformat",
    file: "wf.json",
    defaults,
    ...overrides,
  });

function edgesOf(trace: Trace): string[] {
  const ids = jobsOf(trace).map(({ id }) => id);
  const { count, dependent, on } = trace.workload.dependencies;
  return Array.from({ length: count }, (_, edge) => `${ids[dependent[edge]!]} after ${ids[on[edge]!]}`).sort();
}

/** Since 1.5: a specification and an execution. */
const split = (tasks: unknown, executions: unknown, executedAt?: string) => ({
  specification: { tasks },
  execution: { tasks: executions, executedAt },
});
const spec = (id: string, parents: readonly string[] = [], more: object = {}) => ({ id, name: id, parents, ...more });
const ran = (id: string, runtimeInSeconds: number, more: object = {}) => ({ id, runtimeInSeconds, ...more });

describe("WfFormat", () => {
  it("joins specification and execution by id, and keeps the dependencies", async () => {
    const trace = await wfformat(
      split(
        [
          spec("split_ID01", [], { children: ["fit_ID02"] }),
          spec("fit_ID02", ["split_ID01"]),
          spec("fit_ID03", ["split_ID01"]),
        ],
        // 150 % of a core: 2 cores; 3 MB: 2.86 MiB, rounded up
        [
          ran("fit_ID02", 0),
          ran("split_ID01", 12.5, { avgCPU: 150, memoryInBytes: 3_000_000 }),
          ran("fit_ID03", 1, { coreCount: 4 }),
        ],
        "2023-03-21T11:10:20-10:00",
      ),
    );
    expect(trace.workload.originMs).toBe(Date.UTC(2023, 2, 21, 21, 10, 20));
    expect(jobsOf(trace)).toMatchObject([
      { id: "split_ID01", name: "split", submitMs: 0, runtimeMs: 12_500, vcpuMilli: 2_000, memoryMib: 3 },
      { id: "fit_ID02", name: "fit", submitMs: 0, runtimeMs: 0, vcpuMilli: 1_000, memoryMib: 1_024 }, // it ran for 0 s
      { id: "fit_ID03", name: "fit", submitMs: 0, runtimeMs: 1_000, vcpuMilli: 4_000 },
    ]);
    expect(edgesOf(trace)).toEqual(["fit_ID02 after split_ID01", "fit_ID03 after split_ID01"]);
    expect(trace.profiles.peakMemoryMib[0]).toBe(3);
    expect(counts(trace.report.adjusted)).toEqual({
      ...{ "estimated-vcpus": 1, "estimated-memory": 1, "default-vcpus": 1, "default-memory": 2 },
    });
  });

  it.each<[string, object]>([
    [
      "1.4",
      {
        tasks: [
          { name: "a_1", id: "1", runtimeInSeconds: 5, cores: 2, memoryInBytes: 2 ** 20 * 7 },
          { name: "b", id: "2", parents: ["a_1"], runtimeInSeconds: 6 },
        ],
      },
    ],
    [
      "1.3, memory in thousands of bytes",
      {
        tasks: [
          { name: "a_1", id: "1", runtime: 5, cores: 2, memory: 7_340.032 },
          { name: "b", id: "2", parents: ["a_1"], runtime: 6 },
        ],
      },
    ],
    [
      "1.1",
      {
        jobs: [
          { name: "1", runtime: 5, cores: 2, memory: 7_340.032, children: ["2"] },
          { name: "2", runtime: 6 },
        ],
      },
    ],
  ])("reads version %s, where tasks tell of their execution and name each other", async (_, workflow) => {
    const trace = await wfformat({ ...workflow, executedAt: "20200401T054215+0000" });
    expect(trace.workload.originMs).toBe(Date.UTC(2020, 3, 1, 5, 42, 15));
    expect(jobsOf(trace)).toMatchObject([
      { id: "1", runtimeMs: 5_000, vcpuMilli: 2_000, memoryMib: 7 },
      { id: "2", runtimeMs: 6_000, vcpuMilli: 1_000 },
    ]);
    expect(edgesOf(trace)).toEqual(["2 after 1"]);
  });

  it.each<[string | undefined, number]>([
    ["2020-03-20T15:19:28-08:00", Date.UTC(2020, 2, 20, 23, 19, 28)],
    ["20200401T054215+0000", Date.UTC(2020, 3, 1, 5, 42, 15)],
    ["20200401T054215Z", Date.UTC(2020, 3, 1, 5, 42, 15)],
    ["20200401T054215", Date.UTC(2020, 3, 1, 3, 42, 15)], // no zone: that of the options
    ["03-23-21T06:28:09Z", Date.UTC(2021, 2, 23, 6, 28, 9)],
    [undefined, 0],
  ])("takes every task to be submitted with the workflow: %s", async (executedAt, originMs) => {
    const trace = await wfformat(split([spec("a")], [ran("a", 1)], executedAt), { timeZone: "+02:00" });
    expect(trace.workload.originMs).toBe(originMs);
    // A text without an offset is local time, which a note says; so it does when there is no time at all.
    const isZoned = /[Z]$|[+-]\d\d:?\d\d$/.test(executedAt ?? "");
    expect(trace.report.notes).toHaveLength(isZoned ? 0 : 1);
  });

  it.each([
    ["individuals_ID0000011", "individuals"],
    ["blastall_00000011", "blastall"], // WfBench
    ["sample_2021", "sample_2021"],
    ["NF:ALIGN (patient (a))", "NF:ALIGN"], // Nextflow's tag
    ["(null)", "(null)"],
  ])("tasks of one kind share a name: %s", async (name, kind) => {
    const trace = await wfformat(split([spec("a", [], { name })], [ran("a", 1)]));
    expect(trace.workload.jobNames).toEqual([kind]);
  });

  it("doubts less than a MiB: some instances count thousands of bytes", async () => {
    const executions = [ran("a", 1, { memoryInBytes: 722_548 }), ran("b", 1, { memoryInBytes: 3_000_000 })];
    const { report } = await wfformat(split([spec("a"), spec("b")], executions));
    expect(counts(report.adjusted)).toMatchObject({ "estimated-memory": 2, "suspicious-memory": 1 });
  });

  it("rejects all of a workflow whose time cannot be read", async () => {
    const issues = await issuesOf(wfformat(split([spec("a"), spec("b")], [ran("a", 1), ran("b", 1)], "yesterday")));
    expect(issues[0]!.message).toContain("2 x the submit time cannot be read");
    expect(issues[0]!.message).toContain('executedAt="yesterday"');
  });

  it("tells what belongs to no task, what comes twice and what never was executed", async () => {
    const { report, ...trace } = await wfformat(
      split(
        [spec("a"), spec("a"), spec("b"), 7, spec("c", ["a", "elsewhere", "x;y"])],
        [ran("a", 1), ran("a", 2), ran("c", 3), ran("ghost", 4), ran("", 5)],
      ),
    );
    expect(jobsOf(trace).map(({ id, runtimeMs }) => `${id} ${runtimeMs}`)).toEqual(["a 1000", "a#2 1000", "c 3000"]);
    expect(counts(report.rejected)).toEqual({ "not-a-job": 2, malformed: 1, "no-runtime": 1 });
    expect(counts(report.folded)).toEqual({ duplicate: 1 });
    expect(report.recordsRead).toBe(8); // 5 tasks, 3 executions of their own
    expect(counts(report.adjusted)).toMatchObject({ "repeated-id": 1, "dependency-outside": 2 });
  });

  it("refuses tasks that wait for each other in a circle", async () => {
    const circle = split([spec("a", ["b"]), spec("b", ["a"])], [ran("a", 1), ran("b", 1)]);
    expect(await issuesOf(wfformat(circle))).toMatchObject([{ code: "dependency-cycle" }]);
  });

  it.each<[string, unknown, string]>([
    ["without tasks", { specification: {} }, "not-wfformat"],
    ["that is no object", [], "not-wfformat"],
    ["of no task", split([], []), "no-rows"],
  ])("refuses a workflow %s", async (_, workflow, code) => {
    expect(await issuesOf(wfformat(workflow))).toMatchObject([{ code, file: "wf.json" }]);
  });

  it("accepts or rejects every task, whatever it holds", async () => {
    const junk = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom("a", "b", 0, 1.5, -1, "3", ["a"], ["c"]));
    const keys = ["id", "name", "children", "runtimeInSeconds", "avgCPU", "coreCount", "memoryInBytes", "__proto__"];
    const some = fc.array(fc.oneof(fc.dictionary(fc.constantFrom(...keys), junk, { noNullPrototype: true }), junk), {
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(some, some, async (tasks, executions) => {
        const good = spec("good one");
        const reading = wfformat(split([good, ...tasks], [...executions, ran("good one", 1)]));
        const report = await reading.then((trace) => trace.report, issuesOrThrow);
        if (report === undefined) return; // a circle
        const rejected = report.rejected.reduce((sum, { count }) => sum + count, 0);
        expect(report.accepted + rejected).toBe(report.rowsRead);
        const folded = report.folded.reduce((sum, { count }) => sum + count, 0);
        expect(report.rowsRead + folded).toBe(report.recordsRead);
        expect(report.recordsRead).toBeGreaterThanOrEqual(tasks.length + 1);
      }),
      { numRuns: 200 },
    );
    async function issuesOrThrow(error: unknown): Promise<undefined> {
      expect(await issuesOf(Promise.reject(error))).toMatchObject([{ code: "dependency-cycle" }]);
    }
  });

  it.each<[string, string]>([
    ['{ "name": "x", "schemaVersion": "1.5", "workflow": {', "sure"],
    ['{"workflow": {}}', "no"],
    ['"schemaVersion": "1.5", "workflow": {', "no"],
  ])("detects by keys: %s", (text, certainty) => {
    expect(wfformatFormat.detect({ name: "wf.json", text })).toBe(certainty);
  });
});

const FOLDER = "../shared/data/traces/wfformat";
describe.skipIf(!existsSync(FOLDER))("WfFormat files", () => {
  it.each<[string, number, number, number]>([
    ["nextflow-rnaseq-dirt02-001.json", 197, 451, 56],
    ["pegasus-1000genome-chameleon-10ch-100k-001.json", 260, 380, 0],
  ])("%s", async (file, tasks, edges, zeroes) => {
    const trace = await readTrace(traceOptions({ format: undefined, file, defaults }), `${FOLDER}/${file}`);
    expect(trace.report).toMatchObject({ format: "wfformat", recordsRead: tasks, rowsRead: tasks, accepted: tasks });
    expect(trace.workload.dependencies.count).toBe(edges);
    expect(jobsOf(trace).filter(({ runtimeMs }) => runtimeMs === 0)).toHaveLength(zeroes);
  });
});
