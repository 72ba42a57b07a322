import { existsSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cromwellFormat } from "../../../src/trace/formats/cromwell.js";
import { readTrace } from "../../../src/trace/read-trace.js";
import { counts, issuesOf, jobsOf, NO_DEFAULTS, read, traceOptions } from "../trace-files.js";

const defaults = { ...NO_DEFAULTS, vcpus: 1, memoryMib: 1_024 };
const cromwell = (document: unknown) =>
  read(JSON.stringify(document), { format: "cromwell", file: "metadata.json", defaults });

/** A time of the test's day. */
const at = (time: string) => `2020-04-22T${time}Z`;
const event = (description: string, start: string, end: string) => ({
  description,
  startTime: at(start),
  endTime: at(end),
});
const HANDED_OVER = event("RunningJob", "10:00:10", "10:00:40");
const IN_CONTAINER = [
  event("Delocalization", "10:05:20", "10:05:30"),
  event("UserAction", "10:04:00", "10:05:00"),
  event("Localization", "10:03:45", "10:04:00"),
];
const call = (more: object = {}) => ({
  ...{ executionStatus: "Done", shardIndex: -1, attempt: 1, returnCode: 0, start: at("10:00:00"), end: at("10:06:00") },
  ...{ runtimeAttributes: { cpu: "2", memory: "2 GiB" }, executionEvents: [HANDED_OVER], ...more },
});
const workflow = (calls: object, more: object = {}) => ({
  workflowName: "wf",
  id: "w1",
  status: "Done",
  calls,
  ...more,
});

describe("Cromwell metadata", () => {
  it("takes the time in the container where the backend tells it", async () => {
    const trace = await cromwell(workflow({ "wf.fit": [call({ executionEvents: [HANDED_OVER, ...IN_CONTAINER] })] }));
    expect(jobsOf(trace)).toMatchObject([
      // 10:03:45 to 10:05:30 with the copying of files; handed over at 10:00:10
      {
        id: "w1/wf.fit/-1/1",
        name: "wf.fit",
        runtimeMs: 105_000,
        recordedWaitMs: 215_000,
        vcpuMilli: 2_000,
        memoryMib: 2_048,
      },
    ]);
    expect(trace.report.notes).toEqual([]);
  });

  it("else takes the time from handing the job over to its end, and says what is in it", async () => {
    const trace = await cromwell(workflow({ "wf.fit": [call(), call({ executionEvents: [], shardIndex: 3 })] }));
    const runtimes = new Map(
      jobsOf(trace).map(({ id, runtimeMs, recordedWaitMs }) => [id, [runtimeMs, recordedWaitMs]]),
    );
    expect(runtimes.get("w1/wf.fit/-1/1")).toEqual([350_000, Number.NaN]); // 10:00:10 to 10:06:00
    expect(runtimes.get("w1/wf.fit/3/1")).toEqual([360_000, Number.NaN]); // no events: 10:00:00 to 10:06:00
    expect(trace.report.notes.join()).toContain("the wait in the backend's queue is part of it");
  });

  it.each<[object, object]>([
    [{ memory: "3.75 GiB" }, { memoryMib: 3_840 }],
    [{ memory: "8000 MB" }, { memoryMib: 8_000 }], // Cromwell's "MB" is a MiB
    [{ memory: "2 GB" }, { memoryMib: 2_048 }],
    [{ memory: 1_073_741_824 }, { memoryMib: 1_024 }],
    [{}, { memoryMib: 1_024, vcpuMilli: 1_000 }], // the local backend has neither
    [
      { cpu: 4, gpuCount: "1" },
      { vcpuMilli: 4_000, gpuMilli: 1_000 },
    ],
    [{ queueArn: "arn:aws:batch:eu-west-1:123:job-queue/high" }, { queue: "high" }],
  ])("reads the runtime attributes %j", async (runtimeAttributes, job) => {
    expect(jobsOf(await cromwell(workflow({ a: [call({ runtimeAttributes })] })))).toMatchObject([job]);
  });

  it("lets each attempt wait for the one before it", async () => {
    const tries = [1, 2, 3].map((attempt) =>
      call({ attempt, executionStatus: attempt < 3 ? "RetryableFailure" : "Done", returnCode: 9 }),
    );
    const trace = await cromwell(workflow({ a: [tries[2], tries[0], tries[1], call({ shardIndex: 0, attempt: 2 })] }));
    const ids = jobsOf(trace).map(({ id }) => id);
    const { count, dependent, on } = trace.workload.dependencies;
    const edges = Array.from({ length: count }, (_, edge) => `${ids[dependent[edge]!]} after ${ids[on[edge]!]}`);
    expect(edges.sort()).toEqual(["w1/a/-1/2 after w1/a/-1/1", "w1/a/-1/3 after w1/a/-1/2"]);
    expect(counts(trace.report.adjusted)).toEqual({ "chained-retry": 2 });
  });

  it("knows the container's time in the words of older backends", async () => {
    const google = [
      event("initializing VM", "10:00:20", "10:02:00"),
      event("localizing-files", "10:02:30", "10:03:00"),
      event("running-docker", "10:03:00", "10:04:00"),
      event("delocalizing-files", "10:04:00", "10:04:10"),
    ];
    const calls = [
      call({ executionEvents: [HANDED_OVER, ...google] }), // 10:02:30 to 10:04:10, handed over at 10:00:10
      call({
        shardIndex: 0,
        executionStatus: "Failed",
        executionEvents: [event("running docker", "10:01:00", "10:01:05")],
      }),
    ];
    expect(jobsOf(await cromwell(workflow({ a: calls })))).toMatchObject([
      { id: "w1/a/0/1", runtimeMs: 5_000, recordedWaitMs: 60_000 }, // it did start
      { id: "w1/a/-1/1", runtimeMs: 100_000, recordedWaitMs: 140_000 },
    ]);
  });

  it("reads a list of workflows", async () => {
    const list = [workflow({ a: [call()] }), workflow({ a: [call()] }, { id: "w2" })];
    expect(jobsOf(await cromwell(list)).map(({ id }) => id)).toEqual(["w1/a/-1/1", "w2/a/-1/1"]);
    const text = JSON.stringify([workflow({ a: [call()] })]);
    expect(cromwellFormat.detect({ name: "all.json", text })).toBe("sure");
    expect((await issuesOf(cromwell([workflow({ a: [call()] }), {}])))[0]!.code).toBe("not-cromwell");
  });

  it.each<[string, object, string | undefined]>([
    ["a result of an earlier run", { callCaching: { hit: true, result: "Cache Hit" } }, "cached"],
    ["a result that was not cached", { callCaching: { hit: false } }, undefined],
    ["running", { executionStatus: "Running" }, "still-running"],
    ["waiting", { executionStatus: "QueuedInCromwell" }, "still-queued"],
    ["failed", { executionStatus: "Failed", returnCode: 1 }, undefined],
    ["killed by a signal", { executionStatus: "Failed", returnCode: -9 }, undefined],
    [
      "aborted before it was handed over",
      { executionStatus: "Aborted", executionEvents: [event("Pending", "10:00:00", "10:01:00")] },
      "never-ran",
    ],
    ["the branch not taken", { executionStatus: "Bypassed" }, "not-a-job"],
    ["an unknown status", { executionStatus: "Confused" }, "bad-status"],
    ["no end", { end: undefined }, "no-runtime"],
    ["an unreadable end", { end: "later" }, "bad-times"],
    ["an unreadable start", { start: "sooner", executionEvents: [] }, "bad-times"],
    ["a sub-workflow whose calls are elsewhere", { subWorkflowId: "w2" }, "not-a-job"],
  ])("%s", async (_, more, code) => {
    const { report } = await cromwell(workflow({ a: [call(more)], b: [call()] }));
    expect(report).toMatchObject({ recordsRead: 2, accepted: code === undefined ? 2 : 1 });
    expect(counts(report.rejected)).toEqual(code === undefined ? {} : { [code]: 1 });
  });

  it("reads the calls of sub-workflows in place of the calls of them", async () => {
    const inner = (id: string, calls: object) => call({ subWorkflowMetadata: { id, workflowName: "sub", calls } });
    const trace = await cromwell(
      workflow({
        "wf.sub": [inner("w2", { "sub.a": [call()], "sub.deep": [inner("w3", { "deep.b": [call()] })] })],
        "wf.c": [call()],
      }),
    );
    expect(
      jobsOf(trace)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(["w1/wf.c/-1/1", "w2/sub.a/-1/1", "w3/deep.b/-1/1"]);
    expect(trace.report).toMatchObject({ recordsRead: 5, rowsRead: 3, accepted: 3 });
    expect(counts(trace.report.folded)).toEqual({ summary: 2 });
  });

  it("bounds the depth of sub-workflows, without recursion", async () => {
    const levels = 5_000;
    const open = `{"id":"w","calls":{"good":[${JSON.stringify(call())}],"sub":[{"subWorkflowMetadata":`;
    const content = `${open.repeat(levels)}{}${"}]}}".repeat(levels)}`;
    const { report } = await read(content, { format: "cromwell", defaults });
    expect(counts(report.rejected)).toEqual({ "too-deep": 1 });
    expect(report.accepted).toBe(100);
  });

  it("keeps calls apart that have one id, and rejects what is no call", async () => {
    const { report, ...trace } = await cromwell(workflow({ "a;b": [call(), call(), 7, null, [call()]] }));
    expect(jobsOf(trace).map(({ id }) => id)).toEqual(["w1/a,b/-1/1", "w1/a,b/-1/1#2"]);
    expect(counts(report.rejected)).toEqual({ malformed: 3 });
    expect(counts(report.adjusted)).toEqual({ "repeated-id": 1 });
  });

  it.each<[string, string, object]>([
    ["no JSON", "{\n\n  oops }", { code: "not-json", line: 3 }],
    ["half a document", '{"calls": {', { code: "not-json" }],
    ["nothing", "", { code: "not-json" }],
    ["no object", "[1, 2]", { code: "not-cromwell" }],
    ["other JSON", '{"tasks": []}', { code: "not-cromwell" }],
    [
      "calls that are no lists",
      '{"workflowName": "wf", "calls": {"wf.a": {"cpuCount": 1}}}',
      { code: "not-cromwell", path: "calls.wf.a" },
    ],
    ["no calls", '{"workflowName": "wf", "status": "Failed"}', { code: "no-rows" }],
    ["too deep for anything", "[".repeat(1_000_000), { code: "not-json" }],
  ])("refuses %s", async (_, content, issue) => {
    expect(await issuesOf(read(content, { format: "cromwell", file: "m.json", defaults }))).toMatchObject([
      { file: "m.json", ...issue },
    ]);
  });

  it("accepts or rejects every call, whatever it holds", async () => {
    const junk = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom(at("10:00:00"), "Done", "Running", -1, "2 GB", [HANDED_OVER]),
    );
    const keys = [
      "executionStatus",
      "shardIndex",
      "attempt",
      "returnCode",
      "start",
      "end",
      "executionEvents",
      "runtimeAttributes",
      "__proto__",
    ];
    const entry = fc.dictionary(fc.constantFrom(...keys), junk, { noNullPrototype: true });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(entry, junk), { maxLength: 10 }), async (entries) => {
        const { report } = await cromwell(workflow({ good: [call()], junk: entries }));
        const rejected = report.rejected.reduce((sum, { count }) => sum + count, 0);
        expect(report.recordsRead).toBe(entries.length + 1);
        expect(report.accepted + rejected).toBe(report.rowsRead);
      }),
      { numRuns: 200 },
    );
  });

  it.each<[string, string]>([
    ['{ "workflowProcessingEvents": [', "sure"],
    ['{"id":"x","calls":{"a":[{"executionStatus":"Done"', "sure"],
    ['{"workflow":{}}', "no"],
    ['"executionStatus":', "no"],
  ])("detects by keys: %s", (text, certainty) => {
    expect(cromwellFormat.detect({ name: "m.json", text })).toBe(certainty);
  });
});

const FILE = "../shared/data/traces/cromwell/metadata.gcp-forkjoin.json";
describe.skipIf(!existsSync(FILE))("Cromwell files", () => {
  it("reads the four calls of a real run", async () => {
    const trace = await readTrace(traceOptions({ format: undefined, defaults: NO_DEFAULTS }), FILE);
    expect(trace.report).toMatchObject({ format: "cromwell", recordsRead: 4, accepted: 4 });
    // mkFile: 21:00:44.821 to 21:01:14.580 in the container, handed over at 20:59:13.911
    expect(jobsOf(trace)[0]).toMatchObject({ name: "forkjoin.mkFile", runtimeMs: 29_759, recordedWaitMs: 90_910 });
    expect(jobsOf(trace).every(({ vcpuMilli, memoryMib }) => vcpuMilli === 1_000 && memoryMib === 2_048)).toBe(true);
  });
});
