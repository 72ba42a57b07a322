import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readTrace } from "../../../src/trace/read-trace.js";
import { counts, issuesOf, jobsOf, read, traceOptions } from "../trace-files.js";

const HEADER =
  "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time";
const OPTIONS = { format: undefined, gpuSharing: "share" } as const;

describe("Alibaba's list of pods", () => {
  it("gives requests, times and shares of a GPU", async () => {
    const lines = [
      HEADER,
      "p0,12000,16384,1,460,,LS,Running,100,1600,130",
      "p1,500,1024,8,1000,V100,BE,Succeeded,100,1300,100",
      "p2,500,1024,0,0,,BE,Succeeded,100,1200,100",
      "p3,500,1024,1,,,BE,Succeeded,100,1200,100", // a GPU, but which share of it?
    ];
    const { report, ...trace } = await read(lines.join("\n"), OPTIONS);
    expect(report.format).toBe("alibaba-gpu");
    expect(jobsOf(trace)).toMatchObject([
      // p0 ends last: it is given out at the end
      { id: "p1", name: "BE", vcpuMilli: 500, gpuMilli: 8_000, runtimeMs: 1_200_000 },
      { id: "p2", gpuMilli: 0 },
      { id: "p0", name: "LS", vcpuMilli: 12_000, memoryMib: 16_384, gpuMilli: 460, recordedWaitMs: 30_000 },
    ]);
    expect(counts(report.rejected)).toEqual({ "bad-gpus": 1 });
  });

  it("tells pods that never ran, and those that the end of the trace cut off", async () => {
    const lines = [
      HEADER,
      "p0,1,1,0,0,,LS,Pending,100,1600,",
      "p1,1,1,0,0,,LS,Running,100,2000,130",
      "p2,1,1,0,0,,LS,Running,200,2000,230",
      "p3,1,1,0,0,,LS,Succeeded,300,1999,330",
    ];
    const { report } = await read(lines.join("\n"), OPTIONS);
    expect(report).toMatchObject({ rowsRead: 4, accepted: 1 });
    expect(counts(report.rejected)).toEqual({ "never-ran": 1, "still-running": 2 });
    // A single last pod has simply ended.
    const { report: other } = await read([HEADER, ...lines.slice(2, 3), lines[4]].join("\n"), OPTIONS);
    expect(other.accepted).toBe(2);
  });

  it.each([
    [
      "requests alone",
      "cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec\n1,1,0,0,\n",
      "missing-column",
      "creation_time",
    ],
    ["machines", "sn,cpu_milli,memory_mib,gpu,model\nm1,64000,1024,2,P100\n", "no-trace", "machines"],
  ])("refuses a list of %s, and tells which lists have what it lacks", async (_, text, code, words) => {
    const issues = await issuesOf(read(text, OPTIONS));
    expect(issues).toMatchObject([{ code, line: 1 }]);
    expect(issues[0]!.message).toContain(words);
    expect(issues[0]!.hint).toContain("openb_pod_list_default.csv");
  });
});

const pods = "../shared/data/traces/alibaba-gpu-2023/openb_pod_list_default.csv";
it.skipIf(!existsSync(pods))("reads the published list (skipped without ../shared/data)", async () => {
  const trace = await readTrace(traceOptions({ format: undefined }), pods);
  // 8,152 pods, 897 of them Pending; openb-pod-1523 asks for no memory; 34 end with the trace, at 12,902,960 s, which a column
  // mapping takes for the end of their run: through one 7,254 rows are accepted.
  expect(trace.report).toMatchObject({ rowsRead: 8_152, accepted: 7_254 - 34 });
  expect(counts(trace.report.rejected)).toEqual({ "never-ran": 897, "still-running": 34, "zero-memory": 1 });
  expect(trace.workload.jobNames).toHaveLength(4);
});
