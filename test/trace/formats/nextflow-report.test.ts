import { describe, expect, it } from "vitest";
import { nextflowReportFormat } from "../../../src/trace/formats/nextflow-report.js";
import type { TraceFileOptions } from "../../../src/trace/options.js";
import { reportJson } from "../../../src/trace/workflow/report-script.js";
import { counts, issuesOf, jobsOf, NO_DEFAULTS, read } from "../trace-files.js";

const defaults = { ...NO_DEFAULTS, vcpus: 1, memoryMib: 1_024 };
const report = (content: string, overrides: Partial<TraceFileOptions> = {}) =>
  read(content, { format: "nextflow-report", file: "report.html", defaults, ...overrides });

const page = (data: string) =>
  `<!DOCTYPE html>\n<title>Nextflow Workflow Report</title>\n<script>if (window.data == null) show(window.data.trace);\n  window.data = ${data};\n</script></html>`;
const task = (id: number, more = "") =>
  `{"task_id":"${id}","name":"fit (x)","status":"COMPLETED","submit":"1000","start":"2000","complete":"5000"${more}}`;

/** The text in chunks of so many bytes. */
async function* chunksOf(text: string, bytes: number): AsyncGenerator<Uint8Array> {
  const all = new TextEncoder().encode(text);
  for (let at = 0; at < all.length; at += bytes) yield all.subarray(at, at + bytes);
}

describe("Nextflow report", () => {
  it("reads the tasks of the page's data, in which apostrophes are escaped as in JavaScript", async () => {
    const script = `,"process":"fit","tag":"it\\'s","script":"echo \\\\'}]\\" \\/bin","env":"A=\\'b\\'\\n"`;
    const trace = await report(
      page(`{ "trace":[\n${task(1, script)},${task(2)}], "summary":[{"trace":[{"task_id":"9"}]}] }`),
    );
    expect(trace.report).toMatchObject({ format: "nextflow-report", recordsRead: 2, accepted: 2 });
    expect(jobsOf(trace)).toMatchObject([
      { id: "1", name: "fit", runtimeMs: 3_000, recordedWaitMs: 1_000 },
      { id: "2", name: "fit", runtimeMs: 3_000, recordedWaitMs: 1_000 },
    ]);
  });

  it.each([1, 2, 3, 7, 1_000])("cuts the data out of the page in chunks of %i bytes", async (bytes) => {
    const data = `{ "trace":[{"a":"\\'}\\\\\\'\\"é"}] }`;
    const decoder = new TextDecoder();
    let json = "";
    for await (const chunk of reportJson(chunksOf(`window.dwindow.data  =${data} }]window.data = {}`, bytes)))
      json += decoder.decode(chunk, { stream: true });
    expect(JSON.parse(json)).toEqual({ trace: [{ a: `'}\\'"é` }] });
  });

  it.each<[string, string, string, number]>([
    ["a task that is cut off", page(`{"trace":[${task(1)},{"task_id":"2`), "malformed", 1],
    ["a task that is no object", page(`{"trace":[${task(1)},7,["x"]]}`), "malformed", 1],
    ["a broken task", page(`{"trace":[${task(1)},{"task_id":"2",,"name":1}]}`), "malformed", 1],
    ["a deep task", page(`{"trace":[${task(1)},{"a":${"[".repeat(999)}${"]".repeat(999)}}]}`), "too-deep", 1],
    ["a cached task", page(`{"trace":[${task(1)},{"task_id":"2","status":"CACHED"}]}`), "cached", 1],
    [
      "odd values",
      page(`{"trace":[${task(1)},{"task_id":2,"submit":[],"__proto__":{"submit":"1"}}]}`),
      "bad-submit",
      1,
    ],
    ["nothing but nulls", page(`{"trace":[${task(1)},{"task_id":null,"submit":null,"status":null}]}`), "no-submit", 1],
  ])("rejects %s and keeps the others", async (_, content, code, count) => {
    const { report: tallies } = await report(content);
    const rejected = counts(tallies.rejected);
    expect(rejected[code]).toBeGreaterThanOrEqual(count);
    expect(tallies.accepted).toBe(1);
    expect(tallies.recordsRead).toBe(1 + Object.values(rejected).reduce((sum, some) => sum + some, 0));
  });

  it.each<[string, string, string]>([
    ["without data", "<html>nextflow window.data.trace</html>", "no-report-data"],
    ["of more than 10,000 tasks", page(`{ "trace":null, "summary":[] }`), "no-report-tasks"],
    ["without tasks", page(`{ "trace":[], "summary":[] }`), "no-rows"],
  ])("refuses a page %s", async (_, content, code) => {
    expect(await issuesOf(report(content))).toMatchObject([{ code, file: "report.html" }]);
  });

  it("shows nothing of a task that it cannot read: it may hold secrets", async () => {
    const issues = await issuesOf(report(page(`{"trace":[{"env":"TOKEN=s3cret",,}]}`)));
    expect(JSON.stringify(issues)).not.toContain("s3cret");
  });

  it("makes rows wait as those of a trace file do", async () => {
    const failed = task(1, `,"attempt":"1","exit":"137"`).replace("COMPLETED", "FAILED");
    const next = task(2, `,"attempt":"2"`).replace('"submit":"1000"', '"submit":"5001"');
    const recorded = await report(
      page(`{"trace":[${failed},${next.replace("2000", "5500").replace("5000", "6000")}]}`),
    );
    expect(counts(recorded.report.adjusted)).toMatchObject({ "chained-retry": 1 });
    expect(recorded.workload.dependencies.count).toBe(1);
    const closed = await report(page(`{"trace":[${failed},${next}]}`), { release: "closed" });
    expect(closed.workload.submitMs).toEqual(new Float64Array([0, 0]));
  });

  it.each<[string, string]>([
    [page("{}"), "sure"],
    ["<html><body>a Nextflow page", "sure"],
    ["<html>something else", "no"],
    ["nextflow", "no"],
  ])("detects by the page's beginning", (text, certainty) => {
    expect(nextflowReportFormat.detect({ name: "x.html", text })).toBe(certainty);
  });
});
