import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { FileTraceSpec } from "../../src/scenario/scenario.js";
import { readAnyNumber } from "../../src/trace/formats/csv-quantities.js";
import type { ColumnMapping, TraceFileOptions } from "../../src/trace/options.js";
import { readTrace } from "../../src/trace/read-trace.js";
import { UNREADABLE } from "../../src/trace/text/cells.js";
import { counts, issuesOf, jobsOf, mapping, read, traceFile, traceOptions } from "./trace-files.js";

describe("a column mapping", () => {
  it("converts units", async () => {
    const units: [Partial<ColumnMapping>, Record<string, number>][] = [
      [{ submit: { column: "submit", unit: "min" } }, { submitMs: 120_000 }],
      [{ runtime: { column: "runtime", unit: "h" } }, { runtimeMs: 7_200_000 }],
      [{ runtime: { column: "runtime", unit: "ms" } }, { runtimeMs: 2 }],
      [{ vcpus: { column: "cpu", scale: 0.001 } }, { vcpuMilli: 2 }],
      [{ memory: { column: "mem", unit: "GiB" } }, { memoryMib: 2_048 }],
      [{ memory: { column: "mem", unit: "KiB" } }, { memoryMib: 1 }], // rounded up
      [{ memory: { column: "mem", unit: "GB" } }, { memoryMib: 1_908 }], // 2e9 / 1,048,576 = 1,907.3
      [{ limit: { column: "cpu", unit: "min" } }, { limitMs: 120_000 }],
      [{ start: { column: "cpu", unit: "s" } }, { recordedWaitMs: 0 }], // start 2 - submit 2
    ];
    for (const [change, expected] of units) {
      const trace = await read("submit,runtime,cpu,mem\n2,2,2,2\n0,2,2,2\n", { columns: mapping(change) });
      expect(jobsOf(trace)[1], JSON.stringify(change)).toMatchObject(expected);
    }
  });

  it("takes the run time between two columns and tells never-ran, still-running and 0 s apart", async () => {
    const time = (column: string) => ({ column, unit: "iso" }) as const;
    const columns = mapping({
      submit: time("submit"),
      start: time("start"),
      runtime: { from: time("start"), to: time("end") },
    });
    const { report, ...trace } = await read(
      [
        "submit,start,end,cpu,mem",
        "2024-03-01 00:00,2024-03-01 00:01,2024-03-01 00:03,1,1", // waited 1 min, ran 2 min
        "2024-03-01 00:00,2024-03-01 00:01,2024-03-01 00:01,1,1", // ran for 0 s
        "2024-03-01 00:00,,2024-03-01 00:01,1,1",
        "2024-03-01 00:00,None,,1,1",
        "2024-03-01 00:00,2024-03-01 00:01,Unknown,1,1",
        "2024-03-01 00:00,2024-03-01 00:05,2024-03-01 00:01,1,1",
        "2024-03-01 00:00,0,2024-03-01 00:01,1,1",
      ].join("\n"),
      { columns, timeZone: "+02:00" },
    );
    expect(jobsOf(trace)).toMatchObject([
      { runtimeMs: 120_000, recordedWaitMs: 60_000 },
      { runtimeMs: 0, recordedWaitMs: 60_000 },
    ]);
    expect(trace.workload.originMs).toBe(19_783 * 86_400_000 - 7_200_000);
    expect(counts(report.rejected)).toEqual({
      ...{ "never-ran": 2, "still-running": 1, "negative-runtime": 1, "bad-runtime": 1 },
    });
  });

  it("calls a row without a start and with 0 s of run time never-ran, but trusts a run time", async () => {
    const columns = mapping({ start: { column: "start", unit: "s" } });
    const { report } = await read("submit,start,runtime,cpu,mem\n0,,0,1,1\n0,,,1,1\n0,,5,1,1\n0,3,0,1,1\n", {
      columns,
    });
    expect(report.accepted).toBe(2);
    expect(counts(report.rejected)).toEqual({ "never-ran": 2 });
  });

  it("multiplies GPUs by a share, which must be there when there are GPUs", async () => {
    const gpus = { column: "gpu", scale: 1, times: { column: "share", scale: 0.001 } };
    const { report, ...trace } = await read(
      "submit,runtime,cpu,mem,gpu,share\n0,1,1,1,1,460\n1,1,1,1,4,1000\n2,1,1,1,0,\n3,1,1,1,2,\n",
      { columns: mapping({ gpus }), gpuSharing: "share" },
    );
    expect(jobsOf(trace).map(({ gpuMilli }) => gpuMilli)).toEqual([460, 4_000, 0]);
    expect(counts(report.rejected)).toEqual({ "bad-gpus": 1 });
  });

  it("reports everything wrong with the header at once", async () => {
    const columns = mapping({ vcpus: { column: "cpus", scale: 1 }, memory: undefined, queue: "partition" });
    const issues = await issuesOf(read("# c\nsubmit,runtime,cpu,a,a\n", { columns, file: "jobs.csv" }));
    expect(issues.map(({ code, path, line, file }) => [code, path, line, file])).toEqual([
      ["duplicate-column", undefined, 2, "jobs.csv"],
      ["no-memory", undefined, 2, "jobs.csv"],
      ["missing-column", "trace.columns.queue", 2, "jobs.csv"],
      ["missing-column", "trace.columns.vcpus", 2, "jobs.csv"],
    ]);
    expect(issues[3]!.hint).toBe('did you mean "cpu"?; the columns are "submit", "runtime", "cpu", "a", "a"');
  });

  it("may be a scenario's own specification", () => {
    const accepts = (options: Omit<TraceFileOptions, "purpose">) => options;
    const spec: FileTraceSpec = {
      kind: "file",
      unplaceable: "fail",
      withoutDefinition: {},
      transform: [],
      ...traceOptions(),
    };
    expect(accepts(spec)).toBe(spec);
  });
});

it("local times are placed in the zone; hours that came twice or never are counted, and the assumption is noted", async () => {
  const text = [
    "submit,runtime_s,vcpus,memory_mib",
    "2023-03-26 02:30:00,1,1,1", // never shown: 01:30 UTC, an hour later on the clock
    "2023-10-29 02:30:00,1,1,1", // shown twice: the first, 00:30 UTC
    "2023-10-29T02:30:00+01:00,1,1,1", // 01:30 UTC
    "2023-10-29 03:00:00,1,1,1", // 02:00 UTC
  ].join("\n");
  const trace = await readTrace(traceOptions({ timeZone: "Europe/Stockholm" }), traceFile(text));
  const { originMs, submitMs } = trace.workload;
  const at = (iso: string) => Date.parse(iso);
  expect([...submitMs].map((ms) => ms + originMs)).toEqual(
    ["2023-03-26T01:30Z", "2023-10-29T00:30Z", "2023-10-29T01:30Z", "2023-10-29T02:00Z"].map(at),
  );
  expect(counts(trace.report.adjusted)).toMatchObject({ "ambiguous-time": 1, "skipped-time": 1 });
  expect(trace.report.notes).toEqual([
    "times carry no zone: they were taken as local time of Europe/Stockholm (--time-zone, trace.timeZone)",
  ]);
});

const alibaba = "../shared/data/traces/alibaba-gpu-2023/openb_pod_list_default.csv";
it.skipIf(!existsSync(alibaba))("reads Alibaba's GPU trace of 2023 (skipped without ../shared/data)", async () => {
  const seconds = (column: string) => ({ column, unit: "s" }) as const;
  const columns: ColumnMapping = mapping({
    id: "name",
    name: "name",
    submit: seconds("creation_time"),
    runtime: { from: seconds("scheduled_time"), to: seconds("deletion_time") },
    start: seconds("scheduled_time"),
    vcpus: { column: "cpu_milli", scale: 0.001 },
    memory: { column: "memory_mib", unit: "MiB" },
    gpus: { column: "num_gpu", scale: 1, times: { column: "gpu_milli", scale: 0.001 } },
  });
  const trace = await readTrace(traceOptions({ columns }), alibaba);
  // 8,152 pods; 897 were never scheduled; openb-pod-1523 on line 1525 asks for no memory.
  expect(trace.report).toMatchObject({ rowsRead: 8_152, accepted: 7_254 });
  expect(counts(trace.report.rejected)).toEqual({ "never-ran": 897, "zero-memory": 1 });
  expect(trace.report.rejected[1]!.examples).toEqual([{ line: 1_525, detail: 'memory_mib="0"' }]);
  expect(counts(trace.report.adjusted)).toEqual({ "gpu-share-rounded-up": 2_573 });
  expect(trace.workload.originMs).toBe(0);
  // Line 2: openb-pod-0000,12000,16384,1,1000,,LS,Running,0,12537496,0
  expect(jobsOf(trace)[0]).toMatchObject({
    ...{ id: "openb-pod-0000", submitMs: 0, vcpuMilli: 12_000, memoryMib: 16_384, gpuMilli: 1_000 },
    ...{ runtimeMs: 12_537_496_000, recordedWaitMs: 0 },
  });
});

describe("a table of somebody else's", () => {
  it("is refused with a mapping that might fit, to paste", async () => {
    const header = "job_id,submit_time,start_time,finish_time,num_cores,max_mem_gb,queue,exit_status\n";
    const issues = await issuesOf(read(`${header}1,2,3,4,5,6,7,8\n`));
    expect(issues.map(({ code }) => code)).toEqual(["no-mapping"]);
    expect(issues[0]!.hint).toBe(
      "perhaps, under a scenario's trace or in a file for --settings (check the units): columns: { id: job_id, queue: queue, " +
        "submit: { column: submit_time, unit: iso }, start: { column: start_time, unit: iso }, " +
        "runtime: { from: { column: start_time, unit: iso }, to: { column: finish_time, unit: iso } }, " +
        "vcpus: num_cores, memory: { column: max_mem_gb, unit: GB }, exitCode: exit_status }",
    );
    const misspelt = await issuesOf(read("submit_ms,runtime_s,vcpu,memory_mib\n0,1,1,1\n"));
    expect(misspelt.map(({ code }) => code)).not.toContain("no-mapping");
  });

  it.each([
    ["Duration (h)", "h"],
    ["duration_ms", "ms"],
    ["Run time (min)", "min"],
    ["elapsed (sec)", "s"],
    ["Elapsed", "s"],
  ])("has the unit of the run time that %s tells", async (name, unit) => {
    const issues = await issuesOf(read(`Job,Submit Date,${name}\n1,2,3\n`));
    expect(issues[0]!.hint).toContain(
      `runtime: { column: ${JSON.stringify(name)}, unit: ${unit} }`.replace(/"(\w+)"/, "$1"),
    );
  });

  it("may lack a header, have an index column, and write numbers with commas", async () => {
    const columns = mapping({ user: "who", memory: { column: "mem", unit: "GiB", scale: 0.5 } });
    const { report, ...trace } = await read("0;3,5;me;1.024,5;1,5;2\n1;1,234;you;1;1;1\n", {
      ...{ columns, header: ["", "submit", "who", "runtime", "cpu", "mem"], shareFrom: "user" },
      fairShareQueues: new Set(["default"]),
    });
    expect(report.rejected).toEqual([]);
    // Of 0.5 GiB memory units 2 and 1; "1,234" is 1.234 s where semicolons separate cells.
    expect(jobsOf(trace)).toMatchObject([
      { submitMs: 0, runtimeMs: 1_000, vcpuMilli: 1_000, memoryMib: 512 },
      { submitMs: 2_266, runtimeMs: 1_024_500, vcpuMilli: 1_500, memoryMib: 1_024 },
    ]);
    expect(trace.workload.shareNames).toEqual(["", "me", "you"]);
  });

  it("says in words how its jobs ended", async () => {
    const rows: [word: string, code: string | number][] = [
      ["COMPLETED", 0],
      ["Succeeded", 0],
      ["CANCELLED by 17", 1],
      ["out-of-memory", 1],
      ["", 0],
      ["RUNNING", "still-running"],
      ["pending", "still-queued"],
      ["purple", "bad-status"],
    ];
    const columns = mapping({ status: "state" });
    const text = ["submit,runtime,cpu,mem,state", ...rows.map(([word], index) => `${index},1,1,1,${word}`)].join("\n");
    const { report, profiles, workload } = await read(text, { columns });
    const exitCodes = Array.from({ length: workload.jobCount }, (_, job) => profiles.scripts[profiles.script[job]!]);
    expect(exitCodes.map((script) => script?.at(-1)?.exitCode ?? 0)).toEqual([0, 0, 1, 1, 0]);
    expect(Object.keys(counts(report.rejected)).sort()).toEqual(["bad-status", "still-queued", "still-running"]);
  });

  it("of several files may not bring new columns in a later one", async () => {
    const folder = mkdtempSync(join(tmpdir(), "stowage-folder-"));
    const start = "submit_ms,runtime_s,vcpus,memory_mib";
    writeFileSync(join(folder, "a.csv"), `${start}\n0,1,1,1\n`);
    writeFileSync(join(folder, "b.csv"), `${start},depends_on\n0,1,1,1,x\n`);
    const issues = await issuesOf(readTrace(traceOptions(), folder));
    rmSync(folder, { recursive: true });
    expect(issues.map(({ code }) => code)).toEqual(["mixed-columns"]);
  });
});

describe("numbers as people write them", () => {
  it.each([
    ["3,5", 3.5, 3.5],
    ["-0,125", -0.125, -0.125],
    ["1234,567", 1_234.567, 1_234.567],
    ["1.234,5", 1_234.5, 1_234.5],
    ["1,234.5", 1_234.5, 1_234.5],
    ["1,234,567", 1_234_567, 1_234_567],
    ["1.234.567", 1_234_567, 1_234_567],
    ["1,234", UNREADABLE, 1.234], // a thousand or a fraction?
    ["1,23,456", UNREADABLE, UNREADABLE],
    ["1.2,3.4", UNREADABLE, UNREADABLE],
    ["12 GB", UNREADABLE, UNREADABLE],
  ])("%s", (text, otherwise, withDecimalCommas) => {
    expect(readAnyNumber(text, { hasDecimalCommas: false })).toBe(otherwise);
    expect(readAnyNumber(text, { hasDecimalCommas: true })).toBe(withDecimalCommas);
  });
});

const awkward = "../shared/data/traces/generic-csv/hcs-csvparser-issue53.csv";
it.skipIf(!existsSync(awkward))(
  "reads an awkward table and rejects both its rows (skipped without ../shared/data)",
  async () => {
    const iso = (column: string) => ({ column, unit: "iso" }) as const;
    const columns = mapping({
      ...{ id: "job_id", queue: "queue", submit: iso("submit_time"), start: iso("start_time"), nodes: "num_hosts" },
      ...{ runtime: { from: iso("start_time"), to: iso("finish_time") }, exitCode: "exit_status" },
      ...{ vcpus: { column: "num_cores", scale: 1 }, memory: { column: "max_mem_gb", unit: "GB" } },
    });
    const { report, ...trace } = await readTrace(traceOptions({ columns }), awkward);
    // The first row ran from 17:36:39 to 17:41:55, whatever its run_time "abcd" says; the second ended before it started.
    expect(jobsOf(trace)).toMatchObject([{ id: "67108865", runtimeMs: 316_000, recordedWaitMs: 238_000 }]);
    expect(counts(report.rejected)).toEqual({ "negative-runtime": 1 });
    // By its own column of run times neither can be used.
    const byRuntime = mapping({ ...columns, runtime: { column: "run_time", unit: "clock" } });
    const issues = await issuesOf(readTrace(traceOptions({ columns: byRuntime }), awkward));
    expect(issues.map(({ code }) => code)).toEqual(["no-usable-rows"]);
  },
);
