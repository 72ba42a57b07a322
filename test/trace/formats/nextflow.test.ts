import { existsSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NONE } from "../../../src/model/tables.js";
import { nextflowFormat } from "../../../src/trace/formats/nextflow.js";
import type { TraceFileOptions } from "../../../src/trace/options.js";
import { readTrace } from "../../../src/trace/read-trace.js";
import { findReleasers } from "../../../src/trace/workflow/closed-release.js";
import { readDurationMs, readSizeMib } from "../../../src/trace/workflow/nextflow-values.js";
import { RetryChains } from "../../../src/trace/workflow/retry-chains.js";
import { UniqueIds } from "../../../src/trace/workflow/unique-ids.js";
import type { Trace } from "../../../src/trace/workload-builder.js";
import { counts, issuesOf, jobsOf, NO_DEFAULTS, read, traceOptions } from "../trace-files.js";

const defaults = { ...NO_DEFAULTS, vcpus: 1, memoryMib: 1_024 };
const nextflow = (content: string, overrides: Partial<TraceFileOptions> = {}) =>
  read(content, { format: "nextflow", file: "trace.txt", defaults, ...overrides });

/** A table of the columns, cells separated by "|" in the source for legibility. */
const table = (...lines: string[]) => lines.map((line) => line.replaceAll(" | ", "\t")).join("\n");

/** Edges by job id: "3 after 1". */
function edges({ workload, ids }: { workload: Trace["workload"]; ids: readonly string[] }): string[] {
  const { count, dependent, on } = workload.dependencies;
  return Array.from({ length: count }, (_, edge) => `${ids[dependent[edge]!]} after ${ids[on[edge]!]}`);
}
const edgesOf = (trace: Trace) => edges({ workload: trace.workload, ids: jobsOf(trace).map(({ id }) => id) });

const DEFAULT_COLUMNS =
  "task_id | hash | native_id | name | status | exit | submit | duration | realtime | %cpu | peak_rss | peak_vmem | rchar | wchar";
const UUID = "86fc6ccf-a465-424c-9cfe-1a972c1a067a";

describe("Nextflow values", () => {
  it.each<[string, number]>([
    ["7m 8s", 428_000],
    ["1h 11s", 3_611_000],
    ["2d 3h", 183_600_000], // 51 h
    ["39.2s", 39_200],
    ["39,2s", 39_200],
    ["241ms", 241],
    ["0ms", 0],
    ["0", 0],
    ["16200", 16_200], // trace.raw
    ["-", Number.NaN],
    ["", Number.NaN],
    ["5 parsecs", Number.POSITIVE_INFINITY],
    ["3s 2m", Number.POSITIVE_INFINITY],
    ["1".repeat(100_000), Number.POSITIVE_INFINITY],
  ])("reads the duration %s", (text, ms) => expect(readDurationMs(text)).toBe(ms));

  it.each<[string, 1_000 | 1_024, number]>([
    ["206.9 MB", 1_024, 206.9],
    ["206,9 MB", 1_024, 206.9],
    ["2 GB", 1_024, 2_048],
    ["2 GiB", 1_000, 2_048],
    ["2.097152 MB", 1_000, 2], // 2 x 1,048,576 bytes
    ["1 TB", 1_024, 1_048_576],
    ["1048576", 1_024, 1],
    ["0", 1_024, 0],
    ["-", 1_024, Number.NaN],
    ["many", 1_024, Number.POSITIVE_INFINITY],
    ["1 XB", 1_024, Number.POSITIVE_INFINITY],
  ])("reads the size %s", (text, base, mib) => {
    const read = readSizeMib(text, base);
    if (Number.isFinite(mib)) expect(read).toBeCloseTo(mib, 10);
    else expect(read).toBe(mib);
  });
});

describe("Nextflow trace", () => {
  it("reads the default columns: the script's time, and the longest wait that fits", async () => {
    const trace = await nextflow(
      table(
        DEFAULT_COLUMNS,
        `1 | 16/f0 | ${UUID} | load (a (b)) | COMPLETED | 0 | 2022-05-13 03:02:26.406 | 7m 8s | 16.2s | 47% | 206.9 MB | 1 GB | 0 | 0`,
        `2 | 16/f1 | 22964 | tidy | COMPLETED | 0 | 2022-05-13 03:02:26.506 | 1.9s | 2s | - | - | - | - | -`,
      ),
    );
    expect(trace.workload.originMs).toBe(Date.UTC(2022, 4, 13, 3, 2, 26, 406));
    expect(jobsOf(trace)).toMatchObject([
      // 428 s - 16.2 s
      { id: "1", name: "load", queue: "default", submitMs: 0, runtimeMs: 16_200, recordedWaitMs: 411_800 },
      // Rounding makes the duration shorter than the realtime: there was no wait. The id is no UUID: no AWS Batch job.
      { id: "2", name: "tidy", queue: "local", submitMs: 100, runtimeMs: 2_000, recordedWaitMs: 0 },
    ]);
    expect(trace.profiles.peakMemoryMib[0]).toBe(207);
    expect(trace.report.notes.join("\n")).toMatch(/release: recorded[\s\S]*trace\.fields[\s\S]*queue "local"/);
  });

  it("reads start and complete, requests, limits and queues, plain or for people", async () => {
    const columns =
      "task_id | native_id | process | tag | status | exit | submit | start | complete | realtime | cpus | memory | time | queue | attempt | accelerator";
    const trace = await nextflow(
      table(
        columns,
        `1 | ${UUID} | wf:fit | x | COMPLETED | 0 | 1614891967625 | 1614891968898 | 1614891981506 | 2524 | 2 | 2147483648 | 3600000 | high | 1 | 1`,
        `2 | ${UUID} | wf:fit | y | COMPLETED | 0 | 2021-03-04 21:06:10 | 2021-03-04 21:06:11 | 2021-03-04 21:06:41 | 20s | 4 | 8 GB | 1h | - | 1 | -`,
      ),
      { defaults: NO_DEFAULTS },
    );
    expect(jobsOf(trace)).toEqual([
      {
        // complete - start = 12,608 ms, though the script took 2.5 s; start - submit = 1,273 ms
        ...{ id: "1", name: "wf:fit", queue: "high", submitMs: 0, vcpuMilli: 2_000, memoryMib: 2_048, gpuMilli: 1_000 },
        ...{ runtimeMs: 12_608, limitMs: 3_600_000, recordedWaitMs: 1_273 },
      },
      {
        ...{
          id: "2",
          name: "wf:fit",
          queue: "default",
          submitMs: 2_375,
          vcpuMilli: 4_000,
          memoryMib: 8_192,
          gpuMilli: 0,
        },
        ...{ runtimeMs: 30_000, limitMs: 3_600_000, recordedWaitMs: 1_000 },
      },
    ]);
    expect(trace.report.notes).toHaveLength(2); // release, zone
  });

  it("takes local times to be those of the launcher's zone, and counts those of the autumn hour", async () => {
    const content = table(
      "task_id | name | status | submit | start | complete",
      "1 | a | COMPLETED | 2023-07-01 12:00:00 | 2023-07-01 12:00:05 | 2023-07-01 12:00:06",
      // The clocks went back at 03:00: 02:50 came twice, and the end at 02:10 is the second one.
      "2 | a | COMPLETED | 2023-10-29 02:50:00 | 2023-10-29 02:50:00 | 2023-10-29 02:10:00",
      // They went forward at 02:00: 02:30 never was.
      "3 | a | COMPLETED | 2024-03-31 02:30:00 | 2024-03-31 03:40:00 | 2024-03-31 03:50:00",
    );
    const trace = await nextflow(content, { timeZone: "Europe/Berlin" });
    expect(trace.workload.originMs).toBe(Date.UTC(2023, 6, 1, 10));
    expect(jobsOf(trace).map(({ runtimeMs }) => runtimeMs)).toEqual([1_000, 20 * 60_000, 600_000]);
    expect(counts(trace.report.adjusted)).toMatchObject({ "ambiguous-time": 1, "skipped-time": 1 });
  });

  const task = (status: string, exit: string, start: string, complete: string, realtime = "-") =>
    table(
      "task_id | name | status | exit | submit | start | complete | realtime",
      `7 | a | ${status} | ${exit} | 1000 | ${start} | ${complete} | ${realtime}`,
      "8 | a | COMPLETED | 0 | 1000 | 2000 | 3000 | 900",
    );
  it.each<[string, string, string | undefined]>([
    ["a cached result", task("CACHED", "0", "2000", "3000"), "cached"],
    ["killed before it started", task("ABORTED", "-", "-", "-"), "never-ran"],
    ["killed while it ran, end unknown", task("ABORTED", "-", "2000", "-"), "still-running"],
    ["killed while it ran", task("ABORTED", "-", "2000", "3000"), undefined],
    ["failed before it started", task("FAILED", "-", "-", "3000"), "never-ran"],
    ["failed", task("FAILED", "1", "2000", "3000"), undefined],
    ["running", task("RUNNING", "-", "2000", "-"), "still-running"],
    ["submitted", task("SUBMITTED", "-", "-", "-"), "still-queued"],
    ["completed, but when?", task("COMPLETED", "0", "2000", "-"), "no-runtime"],
    ["ended before it started", task("COMPLETED", "0", "3000", "2000"), "negative-runtime"],
    ["start unreadable", task("COMPLETED", "0", "soon", "2000", "5s"), "bad-times"],
    ["a status of another program", task("EXPLODED", "0", "1000", "2000"), "bad-status"],
    ["exit code unreadable", task("FAILED", "one", "1000", "2000"), "bad-exit-code"],
    ["one cell too many", task("FAILED", "1", "2000", "3000", "1 | 2"), "wrong-column-count"],
  ])("%s", async (_, content, code) => {
    const { report } = await nextflow(content);
    expect(report).toMatchObject({ recordsRead: 2, accepted: code === undefined ? 2 : 1 });
    expect(counts(report.rejected)).toEqual(code === undefined ? {} : { [code]: 1 });
    if (code !== undefined) expect(report.rejected[0]!.examples[0]!.line).toBe(2);
  });

  it.each<[string, string, number | undefined, readonly string[]]>([
    ["FAILED", "137", 137, []],
    ["FAILED", "-", 1, ["failed-without-exit-code"]], // killed at its limit
    ["FAILED", "2147483647", 1, ["failed-without-exit-code"]], // Nextflow's "no exit status"
    ["FAILED", "-9", 137, ["exit-code-out-of-range"]], // signal 9: 128 + 9
    ["FAILED", "513", 1, ["exit-code-out-of-range"]], // 2 x 256 + 1
    ["COMPLETED", "3", undefined, []], // validExitStatus
    ["-", "3", 3, []],
  ])("status %s with exit %s", async (status, exit, exitCode, adjusted) => {
    const { profiles, report } = await nextflow(task(status, exit, "2000", "3000"));
    const script = profiles.script[0] ?? NONE; // no job has one: no column
    expect(script === NONE ? undefined : profiles.scripts[script]![0]!.exitCode).toBe(exitCode);
    expect(report.adjusted.map(({ code }) => code).filter((code) => !code.startsWith("default-"))).toEqual(adjusted);
  });

  it.each<[string, string, readonly string[]]>([
    ["no submit, no start", table("task_id | name | complete | realtime", "1 | a | 5 | 6"), ["missing-columns"]],
    ["no run time", table("task_id | name | submit | duration", "1 | a | 5 | 6"), ["missing-columns"]],
    ["neither", "a,b\n1,2\n", ["missing-columns", "missing-columns"]],
    ["nothing", "\n# comment\n", ["empty-file"]],
  ])("refuses a table with %s", async (_, content, codes) => {
    const issues = await issuesOf(nextflow(content));
    expect(issues.map(({ code }) => code)).toEqual(codes);
  });

  it("takes other separators, CRLF, comments, and columns named from outside", async () => {
    const columns = ["task_id", "name", "submit", "realtime"];
    const rows = "# made by hand\r\n\r\n1;a;5;6\r\n2;b;7;8";
    const named = await nextflow(rows, { header: columns, delimiter: ";" });
    const headed = await nextflow(`${columns.join(" ; ")}\r\n${rows}`);
    expect(jobsOf(named)).toEqual(jobsOf(headed));
    expect(jobsOf(named)).toMatchObject([
      { id: "1", runtimeMs: 6 },
      { id: "2", submitMs: 2, runtimeMs: 8 },
    ]);
  });

  it("takes the quotes of R and of spreadsheets, and leaves those of names", async () => {
    const header = ["task_id", "native_id", "name", "queue", "submit", "start", "complete"];
    const times = ["2021-03-04 10:00:00.000", "2021-03-04 10:01:00.000", "2021-03-04 10:02:00.000"];
    const row = (...cells: string[]) => [...cells, ...times];
    const csv = [header, row("1", UUID, "FIT (a, b)", "q"), row("2", UUID, 'FIT (""c"")', "q")]
      .map((cells) => cells.map((cell) => `"${cell}"`).join(","))
      .join("\r\n");
    const tsv = [header, row("1", UUID, '"FIT" (d)', "arn:aws:batch:eu-west-1:1:job-queue/q")]
      .map((cells) => cells.join("\t"))
      .join("\n");
    expect(nextflowFormat.detect({ name: "trace.csv", text: csv })).toBe("sure");
    const quoted = await nextflow(csv);
    expect(jobsOf(quoted)).toMatchObject([
      { id: "1", runtimeMs: 60_000 },
      { id: "2", runtimeMs: 60_000 },
    ]);
    expect(quoted.workload.jobNames).toEqual(["FIT"]);
    const plain = await nextflow(tsv);
    expect([plain.workload.jobNames, plain.workload.queueNames]).toEqual([['"FIT"'], ["q"]]);
  });

  it("uses the start where there is no submit", async () => {
    const { report, profiles } = await nextflow(table("task_id | name | start | complete", "1 | a | 5 | 9"));
    expect(counts(report.adjusted)).toMatchObject({ "submit-is-start": 1 });
    expect([profiles.runtimeMs[0], profiles.recordedWaitMs[0]]).toEqual([4, Number.NaN]);
  });

  it("never shows what a task's environment or script holds", async () => {
    const content = table(
      "task_id | name | submit | realtime | env | script",
      "1 | a | - | 5 | KEY=s3cret | curl s3cret",
    );
    const issues = await issuesOf(nextflow(content));
    expect(issues[0]!.message).toContain("submit time is missing");
    expect(JSON.stringify(issues)).not.toContain("s3cret");
  });

  it("counts a line of more than a MiB and goes on", async () => {
    const { report } = await nextflow(table("name | submit | realtime", `${"a".repeat(2 ** 20)} | 1 | 2`, "b | 1 | 2"));
    expect(report).toMatchObject({ recordsRead: 2, accepted: 1 });
    expect(counts(report.rejected)).toEqual({ "line-too-long": 1 });
  });

  it.each<[string, string, string]>([
    ["a default trace", `${DEFAULT_COLUMNS.replaceAll(" | ", "\t")}\n`, "sure"],
    ["chosen columns", "name,submit,realtime,cpus\n", "sure"],
    ["other tables with some such names", "name,submit,duration,status\n", "no"],
    ["nothing", "", "no"],
  ])("detects %s", (_, text, certainty) => expect(nextflowFormat.detect({ name: "x.txt", text })).toBe(certainty));
});

describe("Nextflow tries", () => {
  const columns = "task_id | name | status | exit | submit | duration | realtime";

  it("makes a chain of the rows of one piece of work, by name and time", async () => {
    const trace = await nextflow(
      table(
        columns,
        "1 | a (x) | FAILED | 137 | 1000 | 60000 | 50000", // ends at 61,000
        "2 | a (y) | FAILED | 137 | 1000 | 60000 | 50000", // other work
        "3 | a (x) | FAILED | 137 | 61200 | 60000 | 50000", // ends at 121,200
        "5 | a (y) | COMPLETED | 0 | 9961200 | 60000 | 50000", // hours later: something else
        "4 | a (x) | COMPLETED | 0 | 121100 | 60000 | 50000", // before the rounded end, within the rounding
        "6 | a (x) | COMPLETED | 0 | 200000 | 1 | 1", // nothing failed before it
      ),
    );
    expect(edgesOf(trace).sort()).toEqual(["3 after 1", "4 after 3"]);
    expect(counts(trace.report.adjusted)).toMatchObject({ "chained-retry": 2 });
  });

  it("goes by attempt numbers where there are any", async () => {
    const numbered = (...rows: string[]) => nextflow(table(`${columns} | attempt`, ...rows));
    const trace = await numbered(
      "1 | a | FAILED | 137 | 1000 | 60000 | 50000 | 1",
      "2 | a | FAILED | 137 | 1000 | 60000 | 50000 | 2",
      "3 | a | COMPLETED | 0 | 99961000 | 60000 | 50000 | 3", // a day later, after a long back-off
      "4 | a | COMPLETED | 0 | 61001 | 60000 | 50000 | 1", // another one of the same name
    );
    expect(edgesOf(trace)).toEqual(["3 after 2"]);
  });

  it("tells runs in one file apart, and their ids", async () => {
    const run = [
      table(columns),
      table("1 | a | FAILED | 1 | 1000 | 2000 | 500"),
      table("2 | a | COMPLETED | 0 | 9000 | 2000 | 500"),
    ];
    const trace = await nextflow([...run, run[0], run[2], run[1]].join("\n"));
    expect(trace.report).toMatchObject({ recordsRead: 5, rowsRead: 4, accepted: 4 });
    expect(counts(trace.report.folded)).toEqual({ header: 1 });
    expect(counts(trace.report.adjusted)).toMatchObject({ "repeated-id": 2, "chained-retry": 1 });
    expect(edgesOf(trace)).toEqual(["2 after 1"]); // none between the runs
    expect(
      jobsOf(trace)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(["1", "1#2", "2", "2#2"]);
  });

  it("forgets the oldest of very many failures of one name", () => {
    const chains = new RetryChains();
    for (let id = 0; id < 300; id++) chains.add("a", { id: `${id}`, endMs: id, attempt: Number.NaN });
    expect(chains.take("a", 1_000, Number.NaN)).toBe("44"); // 300 - 256
  });

  it("numbers repeated ids, without giving a number twice", () => {
    const ids = new UniqueIds();
    expect(["a", "a#2", "a", "a", "a#2", ""].map((id) => ids.take(id))).toEqual([
      "a",
      "a#2",
      "a#3",
      "a#4",
      "a#2#2",
      "",
    ]);
  });
});

describe("closed release", () => {
  it("lets each task wait for the one that ended last before it was submitted", async () => {
    const content = table(
      "task_id | name | status | submit | start | complete",
      "9 | old | CACHED | 1 | 2 | 3", // neither the first submission nor a releaser
      "1 | a | COMPLETED | 1000 | 2000 | 5000",
      "2 | b | COMPLETED | 1000 | 2000 | 9000",
      "3 | c | COMPLETED | 5010 | 6000 | 7000", // 1 had ended
      "4 | d | COMPLETED | 9010 | 9500 | 9900", // 3 and then 2 had
      "5 | e | FAILED | 9010 | 9020 | 9030", // likewise
      "6 | e | COMPLETED | 9040 | 9050 | 9060", // 5 had; it is also the one that is tried again
      "7 | f | ABORTED | 9950 | - | -", // never started: kept out
    );
    const closed = await nextflow(content, { release: "closed" });
    expect(edgesOf(closed).sort()).toEqual(["3 after 1", "4 after 2", "5 after 2", "6 after 5"]);
    expect(jobsOf(closed).map(({ submitMs }) => submitMs)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(closed.profiles.recordedWaitMs[2]).toBe(990); // as recorded: 6000 - 5010
    expect(closed.report.notes.join()).toContain("release: closed");
    expect(edgesOf(await nextflow(content))).toEqual(["6 after 5"]);
  });

  it("never makes a circle, whatever the times", () => {
    const time = fc.integer({ min: 0, max: 20 });
    const span = fc.record({
      submitMs: fc.oneof(time, fc.constant(Number.NaN)),
      lasts: fc.oneof(time, fc.constant(Number.NaN)),
    });
    fc.assert(
      fc.property(fc.array(span, { maxLength: 30 }), (spans) => {
        const tasks = spans.map(({ submitMs, lasts }) => ({ submitMs, endMs: submitMs + lasts }));
        for (const [task, releaser] of findReleasers(tasks).entries()) {
          const ended = tasks.map(({ endMs }) => endMs).filter((endMs) => endMs < tasks[task]!.submitMs);
          if (releaser < 0) expect(ended).toEqual([]);
          else expect(tasks[releaser]!.endMs).toBe(Math.max(...ended));
          if (releaser >= 0) expect(tasks[releaser]!.submitMs).toBeLessThan(tasks[task]!.submitMs);
        }
      }),
    );
  });
});

describe("Nextflow traces of any content", () => {
  it("accepts or rejects every row, at the right line, with either release", async () => {
    const cell = fc.oneof(
      fc.constantFrom(
        "-",
        "0",
        "1",
        "5s",
        "1h 2m",
        "2 GB",
        "FAILED",
        "COMPLETED",
        "CACHED",
        "a",
        "2023-10-29 02:30:00",
      ),
      fc.integer({ min: -5, max: 3_000 }).map(String),
      fc.string({ maxLength: 5 }).map((text) => text.replace(/[\t\r\n]/g, "")),
    );
    const columns = "task_id | name | status | exit | submit | start | complete | duration | realtime | attempt | cpus";
    const good = "0 | good | COMPLETED | 0 | 1 | 2 | 3 | 2 | 1 | 1 | 1";
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(cell, { minLength: 10, maxLength: 12 }), { minLength: 1, maxLength: 20 }),
        fc.constantFrom("recorded" as const, "closed" as const),
        async (garbage, release) => {
          const rows = garbage
            .map((cells) => cells.join("\t"))
            .filter((row) => row.trim() !== "" && !row.startsWith("#"));
          const { report } = await nextflow([table(columns, good), ...rows].join("\n"), {
            release,
            timeZone: "Europe/Berlin",
          });
          const rejected = report.rejected.reduce((sum, { count }) => sum + count, 0);
          expect(report.rowsRead).toBe(rows.length + 1);
          expect(report.accepted + rejected).toBe(report.rowsRead);
        },
      ),
      { numRuns: 100 },
    );
  });
});

const FOLDER = "../shared/data/traces/nextflow";
describe.skipIf(!existsSync(FOLDER))("Nextflow files", () => {
  const real = (file: string, overrides: Partial<TraceFileOptions> = {}) =>
    readTrace(traceOptions({ format: undefined, file, defaults, ...overrides }), `${FOLDER}/${file}`);

  it.each<[string, number, Record<string, number>, number]>([
    // 7 names come 2 or 3 times: 12 further tries, as many as there are failures
    ["execution_trace.awsbatch.2022-05-13.txt", 864, {}, 12],
    ["execution_trace.awsbatch-mixed.2021-03-04.txt", 217, {}, 8],
    ["execution_report.awsbatch-mixed.2021-03-04.stripped.html", 217, {}, 8],
    ["execution_trace.cluster-cached.2020-01-23.txt", 8, { cached: 6 }, 0],
  ])("%s", async (file, rows, rejected, retries) => {
    const { report, workload } = await real(file);
    expect(report).toMatchObject({ recordsRead: rows, rowsRead: rows });
    expect(counts(report.rejected)).toEqual(rejected);
    expect(counts(report.adjusted)["chained-retry"] ?? 0).toBe(retries);
    expect(workload.dependencies.count).toBe(retries);
  });

  it("finds the same tries with and without attempt numbers, and the same waits but for staging", async () => {
    const text = await real("execution_trace.awsbatch-mixed.2021-03-04.txt");
    const report = await real("execution_report.awsbatch-mixed.2021-03-04.stripped.html");
    expect(edgesOf(text).sort()).toEqual(edgesOf(report).sort());
    const slot = new Map(jobsOf(report).map((job) => [job.id, job]));
    for (const { id, submitMs, runtimeMs, recordedWaitMs, queue } of jobsOf(text)) {
      const exact = slot.get(id)!;
      expect(submitMs).toBe(exact.submitMs);
      expect(queue).toBe(exact.queue === "local" ? "local" : "default");
      expect(exact.runtimeMs - runtimeMs).toBeGreaterThan(-500); // durations are rounded to seconds
      expect(Math.abs(exact.runtimeMs + exact.recordedWaitMs - runtimeMs - recordedWaitMs)).toBeLessThan(3_000);
    }
    expect(jobsOf(report).filter(({ queue }) => queue === "local")).toHaveLength(55);
  });

  it("releases all but the first tasks of the run by others", async () => {
    const trace = await real("execution_trace.awsbatch.2022-05-13.txt", { release: "closed" });
    const waiting = new Set(trace.workload.dependencies.dependent);
    expect(
      jobsOf(trace)
        .filter((_, job) => !waiting.has(job))
        .map(({ name }) => name),
    ).toEqual(["list_tasks", "get_software_versions"]);
  });
});
