import { describe, expect, it } from "vitest";
import { inspectTrace } from "../../../src/trace/inspection/inspect.js";
import { csvOf, inspected, watched } from "./inspected.js";

const HOUR_S = 3_600;
const ROW = { submit_ms: 1_000, vcpus: 1, memory_mib: 1_024, runtime_s: HOUR_S };

describe("work", () => {
  it("measures vCPU-hours of all attempts and nodes", async () => {
    const { work } = await inspected(
      csvOf([
        { ...ROW, name: "a", vcpus: 2 }, // 2 vCPU x 1 h = 2
        { ...ROW, name: "b", vcpus: 4, nodes: 3 }, // 4 x 3 nodes x 1 h = 12
        { ...ROW, name: "a", vcpus: 2, attempts: "1800:1;3600:0" }, // 2 x (0.5 h + 1 h) = 3
      ]),
    );
    expect(work).toMatchObject({ unit: "vcpu-hours", hours: 17, shapeCount: 2, nameCount: 2 });
    expect(work.names.map(({ name, jobs, hours }) => [name, jobs, hours])).toEqual([
      ["b", 1, 12],
      ["a", 2, 5],
    ]);
    expect(work.shapes[0]).toMatchObject({ shape: { vcpuMilli: 4_000 }, jobs: 1, share: 0.705882 }); // 12 / 17
  });

  it("measures hours where a job's vCPUs are not known", async () => {
    const { work } = await inspected(csvOf([ROW, { ...ROW, vcpus: "", runtime_s: 3 * HOUR_S }]));
    expect(work).toMatchObject({ unit: "job-hours", hours: 4 });
    expect(work.shapes[0]).toMatchObject({ shape: { vcpuMilli: 0 }, hours: 3, share: 0.75 });
  });

  it("lists twelve and puts the rest together, but never a rest of one", async () => {
    const rows = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ ...ROW, name: `n${i}`, runtime_s: (i + 1) * HOUR_S }));
    const thirteen = (await inspected(csvOf(rows(13)))).work;
    expect(thirteen.names.map(({ name }) => name)).not.toContain(null);
    const fourteen = (await inspected(csvOf(rows(14)))).work;
    expect(fourteen.names.length).toBe(13);
    // The shortest two: 1 h + 2 h of 1 + 2 + ... + 14 = 105 h.
    expect(fourteen.names.at(-1)).toMatchObject({ name: null, names: 2, jobs: 2, hours: 3, share: 0.028571 });
    expect(fourteen.names.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 4);
  });

  it("tells which share the largest hundredth has", async () => {
    // 198 jobs of 1 h and two of 99 h: 198 of 396 h.
    const rows = Array.from({ length: 200 }, (_, i) => ({ ...ROW, runtime_s: (i < 2 ? 99 : 1) * HOUR_S }));
    expect((await inspected(csvOf(rows))).work.largestPercentShare).toBe(0.5);
  });
});

describe("failures", () => {
  it("counts attempts and jobs, by code and by name", async () => {
    const { failures } = await inspected(
      csvOf([
        { ...ROW, name: "a", status: "FAILED", exit_code: 137 },
        { ...ROW, name: "a", status: "SUCCEEDED", exit_code: 0 },
        { ...ROW, name: "a", status: "SUCCEEDED", attempts: "60:137;3600:0" },
        { ...ROW, name: "b", status: "FAILED", exit_code: 1 },
      ]),
    );
    expect(failures).toEqual({
      ...{ known: true, failedJobs: 2, attempts: 5, failedAttempts: 3, retriedJobs: 1, byNameFromJobs: 1 },
      byExitCode: [
        { exitCode: 137, attempts: 2 },
        { exitCode: 1, attempts: 1 },
      ],
      byName: [
        { name: "b", jobs: 1, failedJobs: 1 },
        { name: "a", jobs: 3, failedJobs: 1 },
      ],
    });
  });

  it("compares only names with enough jobs, where there are such", async () => {
    const rows = [...Array.from({ length: 5 }, () => "many"), "one"].map((name, i) => ({
      ...{ ...ROW, name, status: i === 0 || name === "one" ? "FAILED" : "SUCCEEDED", exit_code: "" },
    }));
    const { failures } = await inspected(csvOf(rows));
    expect(failures).toMatchObject({ byNameFromJobs: 5, byName: [{ name: "many", jobs: 5, failedJobs: 1 }] });
  });

  it("does not take a trace without endings for one of successes", async () => {
    expect((await inspected(csvOf([ROW]))).failures).toMatchObject({ known: false, failedJobs: 0 });
  });
});

describe("structure and requests", () => {
  it("counts arrays by size, dependencies by kind, nodes and queues", async () => {
    const { structure, jobs, records } = await inspected(
      csvOf([
        { ...ROW, id: "a", array_size: 2, queue: "q" },
        { ...ROW, id: "b", array_size: 5, queue: "q" },
        { ...ROW, id: "c", depends_on: "a;b:ENDED", queue: "r" },
        { ...ROW, id: "d", depends_on: "c", nodes: 2, queue: "r" },
      ]),
    );
    expect(records.accepted).toBe(4);
    expect(jobs).toBe(9); // 2 + 5 children, c, d
    expect(structure).toEqual({
      ...{ arrays: 2, arrayChildren: 7, sequentialArrays: 0, waiting: 2, multiNodeJobs: 1, shares: 0 },
      arraySizes: [
        { upTo: 2, arrays: 1 },
        { upTo: 8, arrays: 1 },
      ],
      dependencies: { success: 2, nToN: 0, end: 1 },
      queues: [
        { queue: "q", jobs: 7 },
        { queue: "r", jobs: 2 },
      ],
    });
  });

  it("compares run times with limits and memory with requests", async () => {
    const { requests } = await inspected(
      csvOf([
        { ...ROW, runtime_s: 99, limit_s: 100, used_memory_mib: 2_048 }, // 99 %, twice the request
        { ...ROW, runtime_s: 98, limit_s: 100, used_memory_mib: 256 }, // 98 %, a quarter
        { ...ROW, runtime_s: 50, used_memory_mib: 512 }, // half
        { ...ROW, memory_mib: "", used_memory_mib: 512 }, // nothing to compare with
      ]),
    );
    expect(requests).toEqual({ limited: 2, atLimit: 1, aboveMemory: 1, memoryCompared: 3, medianMemoryUse: 0.5 });
  });
});

describe("inspectTrace", () => {
  it("describes a trace of which no row is usable", async () => {
    const { jobs, records, runtimes, arrivals, work } = await inspected(csvOf([{ ...ROW, runtime_s: "x" }]));
    expect({ jobs, accepted: records.accepted, rowsRead: records.rowsRead }).toEqual({
      jobs: 0,
      accepted: 0,
      rowsRead: 1,
    });
    expect(runtimes.count).toBe(0);
    expect(arrivals.series.jobs).toEqual([]);
    expect(work).toMatchObject({ hours: 0, shapes: [], largestPercentShare: 0 });
  });

  it("tells of a trace whose rows were not seen what its columns tell", async () => {
    const rows = [ROW, { ...ROW, memory_mib: 0, runtime_s: 0, wait_s: 0 }, { ...ROW, status: "FAILED", exit_code: 3 }];
    const { trace } = await watched(csvOf(rows));
    const context = { productVersion: "1", timeZone: "UTC" };
    const { fields, failures } = inspectTrace(trace, { ...context, fields: undefined });
    const account = (name: string) => fields.find(({ field }) => field === name);
    expect(account("memory")).toEqual({ field: "memory", given: 2, zero: null, absent: 1, unreadable: 0 });
    expect(account("runtime")).toEqual({ field: "runtime", given: 2, zero: 1, absent: 0, unreadable: 0 });
    expect(account("wait")).toEqual({ field: "wait", given: 0, zero: 1, absent: 2, unreadable: 0 });
    expect(failures).toMatchObject({ known: true, failedJobs: 1 });
  });

  it("is JSON without holes, and the same every time", async () => {
    const csv = csvOf([ROW, { ...ROW, vcpus: "", wait_s: 5 }]);
    const [one, two] = [await inspected(csv), await inspected(csv)];
    const text = (findings: typeof one) =>
      JSON.stringify({ ...findings, records: { ...findings.records, source: "" } });
    expect(text(one)).toBe(text(two));
    expect(JSON.parse(JSON.stringify(one))).toEqual(one);
  });
});
