import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type JobRow, neutralJobRow, WorkloadBuilder } from "../../src/trace/workload-builder.js";
import { jobsOf } from "./trace-files.js";

function row(overrides: Partial<JobRow> = {}): JobRow {
  return {
    ...neutralJobRow(),
    ...{ id: "a", name: "n", queue: "q", vcpuMilli: 1_000, memoryMib: 512, runtimeMs: 1_000, ...overrides },
  };
}

function build(rows: readonly JobRow[]) {
  const builder = new WorkloadBuilder();
  for (const each of rows) builder.addJob(each);
  return builder.seal();
}

const arbitraryPlainRow = fc.record({
  id: fc.string({ unit: "grapheme", maxLength: 12 }),
  name: fc.constantFrom("align", "sort", "größe", ""),
  queue: fc.constantFrom("high", "low", "__proto__"),
  submitMs: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 2 ** 42 })),
  vcpuMilli: fc.constantFrom(250, 1_000, 2_000),
  memoryMib: fc.integer({ min: 1, max: 4 }),
  gpuMilli: fc.constantFrom(0, 220, 1_000),
  runtimeMs: fc.integer({ min: 0, max: 2 ** 38 }),
  limitMs: fc.constantFrom(Number.NaN, 60_000),
  recordedWaitMs: fc.constantFrom(Number.NaN, 0, 7),
});

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("WorkloadBuilder", () => {
  it("seals exactly the rows added, sorted stably by submit time", () => {
    fc.assert(
      fc.property(fc.array(arbitraryPlainRow, { minLength: 1, maxLength: 60 }), (rows) => {
        const sealed = build(rows.map(row));
        const sorted = rows
          .map((each, place) => ({ ...each, place }))
          .sort((a, b) => a.submitMs - b.submitMs || a.place - b.place);
        const firstMs = sorted[0]!.submitMs;
        expect(jobsOf(sealed)).toEqual(
          sorted.map(({ place: _, ...each }) => ({ ...each, submitMs: each.submitMs - firstMs })),
        );
        expect(sealed.workload.originMs).toBe(firstMs >= 1e11 ? firstMs : 0);
        // Dictionaries hold each entry once.
        for (const table of ["shapes", "classes", "queueNames", "jobNames"] as const) {
          const entries = sealed.workload[table].map((entry) => JSON.stringify(entry));
          expect(new Set(entries).size).toBe(entries.length);
        }
      }),
    );
  });

  it("numbers shapes, queues and names by first appearance in the rows, not in the order of time", () => {
    const { workload } = build([
      row({ submitMs: 9, queue: "late", name: "z", vcpuMilli: 4_000 }),
      row({ submitMs: 1, queue: "early", name: "a" }),
    ]);
    expect(workload.queueNames).toEqual(["late", "early"]);
    expect(workload.jobNames).toEqual(["z", "a"]);
    expect(workload.shapes.map((shape) => shape.vcpuMilli)).toEqual([4_000, 1_000]);
    expect([...workload.jobClass]).toEqual([1, 0]);
    expect(workload.classes).toEqual([
      { queue: 0, shape: 0, share: 0, priority: 0, nodes: 1, consumables: 0 },
      { queue: 1, shape: 1, share: 0, priority: 0, nodes: 1, consumables: 0 },
    ]);
  });

  it("puts every column into one shared buffer", () => {
    const { workload, profiles } = build([row(), row({ id: "bc" })]);
    const { submitMs, jobClass, jobName, limitMs, ids } = workload;
    const columns = [
      submitMs,
      jobClass,
      jobName,
      limitMs,
      ids.bytes,
      ids.ends,
      profiles.runtimeMs,
      profiles.recordedWaitMs,
    ];
    expect(new Set(columns.map((column) => column.buffer)).size).toBe(1);
    expect(submitMs.buffer).toBeInstanceOf(SharedArrayBuffer);
    // 2 jobs x (5 columns of 8 bytes + 2 of 4 bytes) + the 3 letters of "a" and "bc"
    expect(submitMs.buffer.byteLength).toBe(2 * 48 + 3);
  });

  it("does the same, with the same hash, where there is no shared memory", () => {
    const rows = [row({ submitMs: 5 }), row({ submitMs: 3, id: "é" })];
    const shared = build(rows);
    vi.stubGlobal("SharedArrayBuffer", undefined);
    const plain = build(rows);
    expect(plain.workload.submitMs.buffer).toBeInstanceOf(ArrayBuffer);
    expect(plain.workload.hash).toBe(shared.workload.hash);
    expect(jobsOf(plain)).toEqual(jobsOf(shared));
  });

  it("changes its hash with every attribute, the hidden ones included", () => {
    const changes: Partial<JobRow>[] = [
      ...[{ id: "b" }, { name: "m" }, { queue: "r" }, { submitMs: 1 }, { vcpuMilli: 2_000 }, { memoryMib: 513 }],
      ...[{ gpuMilli: 1 }, { runtimeMs: 999 }, { limitMs: 1 }, { recordedWaitMs: 0 }],
    ];
    const first = row({ id: "first" }); // so that a changed submit time is not subtracted away
    const hashes = [{}, ...changes].map((change) => build([first, row(change)]).workload.hash);
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it("hashes a computed NaN like a written one", () => {
    const computed = new Float64Array(new Uint32Array([1, 0xfff80000]).buffer)[0]!; // a NaN of other bits
    expect(build([row({ limitMs: computed })]).workload.hash).toBe(build([row()]).workload.hash);
  });

  it("takes submit times below 1e11 ms as relative: the origin is 0", () => {
    expect(build([row({ submitMs: 5_000 })]).workload.originMs).toBe(0);
    expect(build([row({ submitMs: 1_700_000_000_000 })]).workload.originMs).toBe(1_700_000_000_000);
  });

  it("asserts against amounts and times that are none", () => {
    expect(() => build([row({ vcpuMilli: 0.5 })])).toThrow("whole number");
    expect(() => build([row({ memoryMib: -1 })])).toThrow("whole number");
    expect(() => build([row({ submitMs: Number.NaN })])).toThrow("submit time");
    expect(() => build([row({ runtimeMs: -1 })])).toThrow("run time");
  });
});
