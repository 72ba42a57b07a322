import { existsSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/issues.js";
import { readTrace } from "../../../src/trace/read-trace.js";
import { counts, issuesOf, jobsOf, read, traceOptions } from "../trace-files.js";

const MACHINE = { vcpus: 32, memoryMib: 65_536 };
const OPTIONS = { format: "google-2011", largestMachine: MACHINE } as const;

/** A line of task_events; times in seconds. */
function event(seconds: number, task: string, kind: number, cpu = 0.0625, ram = 0.03125): string {
  return `${seconds * 1e6},,6250,${task},4,${kind},user=,0,2,${cpu},${ram},0.0004,0`;
}

describe("the event tables of Google's trace of 2011", () => {
  it("make one row of a task's events", async () => {
    const lines = [event(700, "3", 0), event(710, "3", 1), event(800, "3", 4)];
    const { report, ...trace } = await read(lines.join("\n"), OPTIONS);
    // 1/16 of 32 vCPUs, 1/32 of 64 GiB
    expect(jobsOf(trace)).toMatchObject([
      { id: "6250:3", vcpuMilli: 2_000, memoryMib: 2_048, runtimeMs: 90_000, recordedWaitMs: 10_000 },
    ]);
    expect(trace.workload.arrays.ids).toEqual(["6250"]);
    expect(report).toMatchObject({ recordsRead: 3, rowsRead: 1, accepted: 1 });
    expect(counts(report.folded)).toEqual({ "part-of-job": 2 });
  });

  it("tell how a task ended, tried again, or lies outside the files", async () => {
    const lines = [
      ...[event(1, "0", 0), event(2, "0", 1), event(5, "0", 3), event(6, "0", 0), event(7, "0", 1), event(9, "0", 4)],
      ...[event(1, "1", 0), event(2, "1", 1), event(5, "1", 2), event(6, "1", 0), event(7, "1", 1), event(9, "1", 4)],
      ...[event(1, "2", 0), event(2, "2", 1), event(5, "2", 5), event(6, "2", 0)], // killed, then wanted once more
      ...[event(1, "3", 0), event(2, "3", 5)],
      ...[event(1, "4", 0), event(2, "4", 1)],
      ...[event(1, "5", 1), event(2, "5", 4)],
      ...[event(0, "6", 0), event(2, "6", 1), event(5, "6", 4)], // 0: before the trace
      ...[event(1, "7", 0), event(2, "7", 1), event(5, "7", 6)], // lost
      ...[event(1, "8", 0), event(2, "8", 1), event(5, "8", 3)],
    ];
    const { report, profiles, workload } = await read(lines.join("\r\n"), OPTIONS);
    const scripts = jobsOf({ workload, profiles }).map(({ id, runtimeMs }, job) => {
      const script = profiles.script[job]! < 0 ? [] : profiles.scripts[profiles.script[job]!]!;
      return [id, runtimeMs, script.map((attempt) => [attempt.runtimeMs, attempt.exitCode])];
    });
    expect(scripts.sort()).toEqual([
      [
        "6250:0",
        2_000,
        [
          [3_000, 1],
          [Number.NaN, 0],
        ],
      ],
      ["6250:1", 2_000, []],
      ["6250:2", 3_000, [[Number.NaN, 1]]],
      ["6250:8", 3_000, [[Number.NaN, 1]]],
    ]);
    expect(counts(report.rejected)).toEqual({
      "incomplete-window": 3,
      "still-queued": 1,
      "never-ran": 1,
      "still-running": 1,
    });
    expect(counts(report.adjusted)).toMatchObject({ "host-loss-left-out": 1 });
    expect(report.recordsRead).toBe(lines.length);
  });

  it("are told to be out of order where they are", async () => {
    const notesOf = async (...lines: readonly string[]) => (await read(lines.join("\n"), OPTIONS)).report.notes;
    const [submit, start, end] = [event(700, "3", 0), event(710, "3", 1), event(800, "3", 4)];
    expect(await notesOf(submit, start, end, event(800, "4", 0))).toEqual([]);
    const other = [event(700, "4", 0), event(701, "4", 1), event(702, "4", 4)]; // a job to accept
    expect(await notesOf(...other, end, start, submit)).toEqual([expect.stringContaining("order of their times")]);
  });

  it("ask for the size of the largest machine when it is not given", async () => {
    const lines = [event(700, "3", 0), event(710, "3", 1), event(800, "3", 4)].join("\n");
    const { report } = await read(lines, { format: undefined, purpose: "import" });
    expect(report.format).toBe("google-2011");
    expect(report.notes).toEqual([expect.stringContaining("trace.largestMachine")]);
    expect(counts(report.adjusted)).toEqual({ "missing-vcpus": 1, "missing-memory": 1 });
  });

  it("are refused when not one line is an event", async () => {
    const issues = await issuesOf(read("a,b\n1,2\n", OPTIONS));
    expect(issues.map(({ code }) => code)).toEqual(["not-google-2011"]);
  });

  it("count every line once, whatever bytes it has", async () => {
    const line = fc.oneof(
      fc.tuple(fc.nat(9), fc.nat(2).map(String), fc.nat(9)).map(([time, task, kind]) => event(time, task, kind)),
      fc.constantFrom(
        "",
        "x",
        "1,,2,3,4,5,6,7",
        "9223372036854775807,,6250,0,,5,,,,,,,",
        `${event(1, "__proto__", 0)}`,
      ),
      fc.string({ unit: "binary", maxLength: 40 }).map((text) => text.replaceAll("\0", "")),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 40 }), async (lines) => {
        const text = `${lines.join("\n")}\n${[event(1, "a9".slice(1), 0), event(2, "9", 1), event(3, "9", 4)].join("\n")}`;
        const records = text.split(/\r\n|\n|\r/).filter((each) => each !== "").length;
        try {
          const { report } = await read(text, OPTIONS);
          const rejected = report.rejected.reduce((sum, { count }) => sum + count, 0);
          const folded = report.folded.reduce((sum, { count }) => sum + count, 0);
          expect([report.recordsRead, report.accepted + rejected + folded]).toEqual([records, records]);
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          expect(error.issues[0]!.code).toBe("no-usable-rows");
        }
      }),
      { numRuns: 300 },
    );
  });
});

const folder = "../shared/data/traces/google-borg-2011";
describe.skipIf(!existsSync(folder))("a part of Google's trace (skipped without ../shared/data)", () => {
  it("has complete windows for the tasks that its guide counts", async () => {
    const { report, workload, profiles } = await readTrace(
      traceOptions({ ...OPTIONS, format: undefined, purpose: "import" }),
      folder,
    );
    // 3,099 job events and 77,776 task events of 25,006 tasks; 61 times a finished task and 5,366 times a killed one was
    // submitted again: 30,433 rows.
    expect(report.recordsRead).toBe(3_099 + 77_776);
    expect(report.rowsRead).toBe(25_006 + 61 + 5_366);
    expect(counts(report.folded)).toEqual({ summary: 3_099, "part-of-job": 77_776 - 30_433 });
    expect(counts(report.rejected)).toEqual({
      ...{ "still-running": 7_248, "incomplete-window": 5_102, "still-queued": 45, "never-ran": 8 },
    });
    // Of 18,030 rows with a whole window 7,168 were killed or failed at last. The other 10,862 are runs of the 10,841 tasks that
    // the guide counts as submitted, scheduled and finished within the files; some of them did so more than once.
    expect(report.accepted).toBe(18_030);
    const succeeded = jobsOf({ workload, profiles }).filter(
      (_, job) => (profiles.scripts[profiles.script[job]!]?.at(-1)?.exitCode ?? 0) === 0,
    );
    expect(new Set(succeeded.map(({ id }) => id)).size).toBe(10_841);
    expect(succeeded).toHaveLength(10_862);
  });
});
