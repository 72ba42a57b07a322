import { existsSync } from "node:fs";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DependencyKind } from "../../src/model/job.js";
import { NONE } from "../../src/model/tables.js";
import { swfFormat } from "../../src/trace/formats/swf.js";
import type { TraceFileOptions } from "../../src/trace/options.js";
import { readTrace } from "../../src/trace/read-trace.js";
import { counts, issuesOf, jobsOf, NO_DEFAULTS, read, traceOptions } from "./trace-files.js";

const defaults = { ...NO_DEFAULTS, memoryMibPerVcpu: 2_048 };
const swf = (content: string | Uint8Array, overrides: Partial<TraceFileOptions> = {}) =>
  read(content, { format: "swf", file: "log.swf", defaults, ...overrides });

describe("SWF", () => {
  it("takes columns and header keys as the format describes them", async () => {
    const trace = await swf(
      [
        "; Version: 2.2",
        "; UnixStartTime: 843480031",
        ";Queue:  1  batch   ",
        "; Queues: 1 is not a queue name",
        "",
        // job submit wait run alloc cpu mem reqProcs reqTime reqMem status user group app queue part prev think
        "    7   100   60  97   56   -1  -1   64 210000 524288  1  3  1  9   1 -1 -1 -1",
        "    8   160   -1  10   56   -1  -1   -1     -1     -1  0  3  1 -1   2 -1 -1 -1\r",
        "\t9   161    0   0    1   -1  -1   -1     -1     -1  1 -1  1 -1  -1 -1 -1 -1",
      ].join("\n"),
    );
    expect(trace.workload.originMs).toBe(843_480_131_000);
    expect(jobsOf(trace)).toEqual([
      {
        // 524,288 KB x 64 processors = 32 GiB
        ...{ id: "7", name: "app-9", queue: "batch", submitMs: 0, vcpuMilli: 64_000, memoryMib: 32_768, gpuMilli: 0 },
        ...{ runtimeMs: 97_000, limitMs: 210_000_000, recordedWaitMs: 60_000 },
      },
      {
        // failed (status 0), but it did run; 56 x 2,048 MiB by default
        ...{ id: "8", name: "user-3", queue: "queue-2", submitMs: 60_000, vcpuMilli: 56_000, memoryMib: 114_688 },
        ...{ gpuMilli: 0, runtimeMs: 10_000, limitMs: Number.NaN, recordedWaitMs: Number.NaN },
      },
      {
        // finished (status 1) after 0 s: it ran
        ...{ id: "9", name: "unnamed", queue: "default", submitMs: 61_000, vcpuMilli: 1_000, memoryMib: 2_048 },
        ...{ gpuMilli: 0, runtimeMs: 0, limitMs: Number.NaN, recordedWaitMs: 0 },
      },
    ]);
    expect(counts(trace.report.adjusted)).toEqual({ "default-memory": 2, "failed-without-exit-code": 1 });
  });

  const rest = "-1 -1 4 -1 -1"; // columns 6 to 10
  it.each<[string, string, string | undefined]>([
    ["cancelled in the queue", `1 0 5 0 4 ${rest} 5`, "never-ran"],
    ["cancelled, run time unknown", `1 0 5 -1 4 ${rest} 5`, "never-ran"],
    ["killed while it ran", `1 0 5 9 4 ${rest} 5`, undefined],
    ["run time unknown", `1 0 5 -1 4 ${rest} 1`, "no-runtime"],
    ["end written as 0", `1 0 5 -1360000000 4 ${rest} 1`, "negative-runtime"],
    ["no processors known", `1 0 5 9 -1 -1 -1 -1 -1 -1 1`, "no-vcpus"],
    ["no submit time", `1 -1 5 9 4 ${rest} 1`, "no-submit"],
    ["letters in a number", `1 0 5 9s 4 ${rest} 1`, "bad-runtime"],
  ])("%s: %s", async (_, start, code) => {
    const good = "2 0 0 1 1 -1 -1 1 -1 -1 1 1 1 1 1 -1 -1 -1";
    const { report } = await swf(`; c\n${start} 1 1 1 1 -1 -1 -1\n${good}`);
    expect(counts(report.rejected)).toEqual(code === undefined ? {} : { [code]: 1 });
    if (code !== undefined) expect(report.rejected[0]!.examples[0]!.line).toBe(2);
  });

  it("does not cut a run time at the user's estimate", async () => {
    const trace = await swf("1 0 0 97 1 -1 -1 1 60 -1 1 1 1 1 1 -1 -1 -1");
    expect(jobsOf(trace)).toMatchObject([{ runtimeMs: 97_000, limitMs: 60_000 }]);
  });

  it("takes absolute submit times, and rejects fewer columns", async () => {
    const row = "1000000 1 1 -1 -1 1 -1 -1 1 1 1 1 1 -1 -1 -1";
    const { report, workload } = await swf(`;UnixStartTime: 5\n1 1262304000 ${row} more\n2 1262304000\n`);
    expect(workload.originMs).toBe(1_262_304_000_000);
    expect(counts(report.rejected)).toEqual({ "wrong-column-count": 1 });
  });

  it("takes the dialect of 21 columns", async () => {
    const start = "1 64 1 1024 64 86400";
    const trace = await swf(
      [
        // 8 nodes of 8 processors, 8 GiB each; every row names job 1
        `0 1356996147 0 ${start.replace("1 64", "60 64")} 8589934592 1 62 1 1 -1 1 1 1 {11, 11,12} q_1d 8:ppn=8:x86`,
        `1 1356996150 7 ${start.replace("1 64", "9 64")} 68719476736 1 62 1 1 -1 1 1 1 {11} q_2d 1:ppn=64:x86#excl`,
        `2 1356996150 7 ${start.replace("1 64", "9 64")} -1 1 62 1 1 -1 1 1 1 {11}`,
      ].join("\n"),
    );
    expect(jobsOf(trace)).toMatchObject([
      { id: "0", queue: "q_1d", vcpuMilli: 8_000, memoryMib: 8_192, runtimeMs: 60_000 },
      { id: "1", queue: "q_2d", vcpuMilli: 64_000, memoryMib: 65_536, recordedWaitMs: 7_000 },
      { id: "2", queue: "default", vcpuMilli: 64_000, memoryMib: 131_072 }, // 64 x 2 GiB by default
    ]);
    expect(trace.workload.classes.map(({ nodes }) => nodes)).toEqual([8, 1, 1]);
    expect(counts(trace.report.adjusted)).toEqual({ "preceding-job-ignored": 3, "default-memory": 1 });
    expect(trace.workload.dependencies.count).toBe(0);
  });

  const job = (id: number, status: number, preceding: number | string = -1, wait = 0) =>
    `${id} ${id} ${wait} 9 1 -1 -1 1 -1 -1 ${status} 1 1 1 1 -1 ${preceding} 5`;

  it("lets a job wait for its preceding job, whatever became of that", async () => {
    const trace = await swf([job(1, 0), job(2, 1, 1), job(3, 1, 1), job(4, 1, 3), job(5, 1, 5)].join("\n"));
    const { count, dependent, on, kind } = trace.workload.dependencies;
    const edges = Array.from({ length: count }, (_, edge) => [dependent[edge], on[edge], kind[edge]]);
    expect(edges).toEqual([
      [1, 0, DependencyKind.End],
      [2, 0, DependencyKind.End],
      [3, 2, DependencyKind.End],
    ]);
    expect(counts(trace.report.adjusted)).toMatchObject({ "preceding-job-ignored": 1 }); // job 5 names itself
    expect(trace.report.notes.filter((note) => note.includes("column 17"))).toHaveLength(1);
  });

  it("leaves the column for the preceding job out when more than half of the rows name one", async () => {
    const trace = await swf([job(1, 1, 7), job(2, 1, 7), job(3, 1, 7), job(4, 1, 1), job(7, 1)].join("\n"));
    expect(trace.workload.dependencies.count).toBe(0);
    expect(counts(trace.report.adjusted)).toMatchObject({ "preceding-job-ignored": 4 });
  });

  it("tells how jobs ended", async () => {
    const trace = await swf([0, 1, 5, -1, 4].map((status, index) => job(index, status)).join("\n"));
    const exitCodes = Array.from({ length: 5 }, (_, at) => {
      const script = trace.profiles.script[at]!;
      return script === NONE ? undefined : trace.profiles.scripts[script]!.map(({ exitCode }) => exitCode);
    });
    // Failed, completed, killed, unknown, the last part of a job failed.
    expect(exitCodes).toEqual([[1], undefined, [1], undefined, [1]]);
    expect(counts(trace.report.adjusted)).toMatchObject({ "failed-without-exit-code": 3 });
  });

  it("does not count a job's partial executions beside the job", async () => {
    const { report } = await swf([job(1, 1), job(1, 2), job(1, 3), job(2, 2), job(2, 4), job(3, 1)].join("\n"));
    expect(report).toMatchObject({ recordsRead: 6, rowsRead: 3, accepted: 3 });
    expect(counts(report.folded)).toEqual({ "part-of-job": 3 });
  });

  it("marks submit times that are start times where the header says so", async () => {
    const header =
      "; Note: There is no information on wait times - the given submit\n;       times are actually start times";
    const rows = [job(1, 1, -1, -1), job(2, 1, -1, 3)].join("\n");
    expect(counts((await swf(`${header}\n${rows}`)).report.adjusted)).toMatchObject({ "submit-is-start": 1 });
    const silent = (await swf(job(1, 1, -1, -1))).report;
    expect(counts(silent.adjusted)).not.toHaveProperty("submit-is-start");
    expect(silent.notes.join()).toContain("no wait was recorded");
  });

  it.each([
    ["none", "", 5, true],
    ["an absolute time instead", "", 1_262_304_000, false],
    ["one", ";UnixStartTime: 843480031\n", 5, false],
  ])("tells that times have no date where the header gives %s", async (_, header, submit, isNoted) => {
    const { notes } = (await swf(`${header}${job(1, 1).replace(/^1 \S+/, `1 ${submit}`)}`)).report;
    expect(notes.some((note) => note.includes("UnixStartTime"))).toBe(isNoted);
  });

  it("judges a file by its first rows without losing one", async () => {
    const rows = Array.from({ length: 2_500 }, (_, index) => job(index, 1, index === 2_400 ? 7 : -1));
    const trace = await swf(rows.join("\n"));
    expect(trace.report).toMatchObject({ recordsRead: 2_500, accepted: 2_500 });
    expect(trace.workload.dependencies.count).toBe(1);
  });

  it.each([
    ["log.swf", "", "sure"],
    ["log.txt", "; Version: 2.2\n", "sure"],
    ["log.txt", "  ;UnixStartTime : 3\n", "sure"],
    ["log.txt", `# a comment\n; another\n${job(1, 1)}\n`, "likely"],
    ["log.txt", "1 2 3 4\n", "no"],
    ["log.csv", "a,b,c\n", "no"],
    ["log.txt", `${" \n".repeat(30_000)}${" ".repeat(30_000)}`, "no"],
  ])("%s is recognised by its name or start", (name, text, certainty) => {
    expect(swfFormat.detect({ name, text })).toBe(certainty);
  });

  it("says what to do when no job has memory", async () => {
    const none = NO_DEFAULTS;
    const row = "1 0 0 1 1 -1 -1 1 -1 -1 1 1 1 1 1 -1 -1 -1\n";
    const [issue] = await issuesOf(swf(row.repeat(3), { defaults: none }));
    expect(issue).toMatchObject({ code: "no-usable-rows", file: "log.swf", line: 1 });
    expect(issue!.message).toContain("3 x the memory request is missing; trace.defaults.memory");
  });

  it("rejects a line without an end and goes on", async () => {
    const { report } = await swf(`${job(1, 1)}\n${"1 ".repeat(600_000)}\n;${" x".repeat(200_000)}\n${job(2, 1)}`);
    expect(counts(report.rejected)).toEqual({ "line-too-long": 1 });
    expect(report).toMatchObject({ recordsRead: 3, accepted: 2 });
  });

  it("accepts or rejects every row, whatever it holds, at the right line", async () => {
    const cell = fc.oneof(fc.integer().map(String), fc.constantFrom("-1", "0", "1", "x", "1e9", "5", "2"));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(cell, { minLength: 15, maxLength: 20 }), { minLength: 1 }),
        async (garbage) => {
          const good = "0 0 0 1 1 -1 -1 1 -1 -1 1 1 1 1 1 -1 -1 -1";
          const content = [good, ...garbage.map((cells) => cells.join("  "))].join("\n");
          const { report } = await swf(gzipSync(content));
          const rejected = report.rejected.reduce((sum, { count }) => sum + count, 0);
          expect(report.recordsRead).toBe(garbage.length + 1);
          expect(report.accepted + rejected).toBe(report.rowsRead);
          const short = garbage.findIndex((cells) => cells.length < 18);
          const tally = report.rejected.find(({ code }) => code === "wrong-column-count");
          expect(tally?.examples[0]?.line).toBe(short < 0 ? undefined : short + 2);
        },
      ),
      { numRuns: 40 },
    );
  });
});

const kth = "../shared/data/traces/swf/KTH-SP2.swf";
const nasa = "../shared/data/traces/swf/NASA-iPSC-1993-3.1-cln.swf.gz";
describe.skipIf(!existsSync(kth))("logs of the Parallel Workloads Archive (skipped without ../shared/data)", () => {
  it("KTH-SP2: all 28,481 rows are jobs", async () => {
    const trace = await readTrace(traceOptions({ format: "swf", file: "KTH-SP2.swf", defaults }), kth);
    expect(trace.report).toMatchObject({ rowsRead: 28_481, accepted: 28_481, rejected: [] });
    expect(trace.workload.originMs).toBe(843_480_031_000);
    // The third row: "3 327998 303900 177 84 -1 -1 84 14400 -1 1 2 2 -1 ..."
    expect(jobsOf(trace)[2]).toMatchObject({
      ...{ id: "3", name: "user-2", submitMs: 327_998_000, vcpuMilli: 84_000, runtimeMs: 177_000 },
      ...{ limitMs: 14_400_000, recordedWaitMs: 303_900_000 },
    });
  });

  it("NASA iPSC/860: 18,239 jobs, 173 of them of 0 s, no recorded waits", async () => {
    const trace = await readTrace(traceOptions({ format: "swf", file: "NASA", defaults }), nasa);
    expect(trace.report).toMatchObject({ rowsRead: 18_239, accepted: 18_239, rejected: [] });
    expect(trace.profiles.runtimeMs.filter((runtimeMs) => runtimeMs === 0).length).toBe(173);
    expect(trace.profiles.recordedWaitMs.every(Number.isNaN)).toBe(true);
    expect(counts(trace.report.adjusted)).toMatchObject({ "submit-is-start": 18_239 });
  });
});
