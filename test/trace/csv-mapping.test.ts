import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { FileTraceSpec } from "../../src/scenario/scenario.js";
import type { ColumnMapping, TraceFileOptions } from "../../src/trace/options.js";
import { readTrace } from "../../src/trace/read-trace.js";
import { counts, issuesOf, jobsOf, mapping, read, traceOptions } from "./trace-files.js";

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
      { columns, utcOffsetMinutes: 120 },
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
    const accepts = (options: TraceFileOptions) => options;
    const spec: FileTraceSpec = { kind: "file", unplaceable: "fail", ...traceOptions() };
    expect(accepts(spec)).toBe(spec);
  });
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
