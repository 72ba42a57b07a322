import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TraceFileOptions } from "../../src/trace/options.js";
import { counts, issuesOf, jobsOf, NO_DEFAULTS, read } from "./trace-files.js";

const HEADER = "id,name,queue,submit_ms,runtime_s,vcpus,memory_mib,gpus,limit_s,wait_s";

describe("the canonical columns", () => {
  it("become a job", async () => {
    const trace = await read(`${HEADER}\nj1,align,high,1700000000000,1.5,0.25,2048,2,3600,12\n`);
    expect(jobsOf(trace)).toEqual([
      {
        ...{ id: "j1", name: "align", queue: "high", submitMs: 0, vcpuMilli: 250, memoryMib: 2_048, gpuMilli: 2_000 },
        ...{ runtimeMs: 1_500, limitMs: 3_600_000, recordedWaitMs: 12_000 },
      },
    ]);
    expect(trace.workload.originMs).toBe(1_700_000_000_000);
    expect(trace.report).toEqual({
      ...{ source: "trace.csv", format: "csv", recordsRead: 1, rowsRead: 1, accepted: 1 },
      ...{ rejected: [], adjusted: [], folded: [], notes: [] },
      ...{ recordsRead: 1, folded: [], notes: [] },
    });
  });

  it("may be few: names and ids are made up, the queue is `default`, there is no limit", async () => {
    const trace = await read("submit,runtime_s,vcpus,memory_mib\n2024-03-01T00:00:05Z,1,1,1\n2024-03-01,1,1,1\n");
    expect(jobsOf(trace)).toMatchObject([
      { id: "line-3", name: "unnamed", queue: "default", submitMs: 0, limitMs: Number.NaN, recordedWaitMs: Number.NaN },
      { id: "line-2", submitMs: 5_000, gpuMilli: 0 },
    ]);
    expect(trace.workload.originMs).toBe(19_783 * 86_400_000);
  });

  const plain = "id,submit_ms,runtime_s,vcpus,memory_mib\na,0,1,1,1\nb,1,1,1,1\n";
  it.each([
    ["gzip, whatever its name", gzipSync(plain)],
    ["two gzip members", Buffer.concat([gzipSync(plain.slice(0, 30)), gzipSync(plain.slice(30))])],
    ["a byte-order mark", `\ufeff${plain}`],
    ["CRLF", plain.replaceAll("\n", "\r\n")],
    ["CR", plain.replaceAll("\n", "\r")],
    ["mixed line ends", plain.replace("\n", "\r\n")],
    ["no last newline", plain.trimEnd()],
    ["blank and # lines", `# a "comment", with a quote\n\n${plain.replace("\nb", "\n\n   \n#x\nb")}\n\n`],
    ["quotes", plain.replace("a,0", '"a","0"')],
    ["semicolons", plain.replaceAll(",", ";")],
    ["tabs", plain.replaceAll(",", "\t")],
    ["bars", plain.replaceAll(",", "|")],
  ])("are read from a file with %s", async (_, content) => {
    expect(jobsOf(await read(content)).map(({ id, submitMs }) => [id, submitMs])).toEqual([
      ["a", 0],
      ["b", 1],
    ]);
  });

  it("keep cells as they are: quotes, delimiters, line breaks and Unicode in names", async () => {
    const trace = await read(`${HEADER}\n"a""b","x, y\nz",größe,0,1,1,1,,,\n`);
    expect(jobsOf(trace)).toMatchObject([{ id: 'a"b', name: "x, y\nz", queue: "größe" }]);
  });

  it("are spelt so: a near miss is an error, not a silent loss of all GPUs", async () => {
    const issues = await issuesOf(read("submit_ms,runtime_s,vcpus,memory_gb,GPU,user\n0,1,1,1,1,me\n"));
    expect(issues.map(({ code, hint }) => [code, hint])).toEqual([
      ["misspelt-column", 'did you mean "memory_mib"?'],
      ["misspelt-column", 'did you mean "gpus"?'],
      ["no-memory", expect.stringContaining("trace.defaults.memory")],
    ]);
  });
});

describe("rows", () => {
  it("are rejected each for its reason, with the line", async () => {
    const lines: [row: string, code: string][] = [
      ["a,,,-1,1,1,1,,,", "no-submit"],
      ["a,,,yesterday,1,1,1,,,", "bad-submit"],
      ["a,,,-5,1,1,1,,,", "bad-submit"],
      ["a,,,1700000000000000,1,1,1,,,", "bad-submit"], // microseconds
      ["a,,,0,,1,1,,,", "no-runtime"],
      ["a,,,0,NaN,1,1,,,", "no-runtime"],
      ["a,,,0,abcd,1,1,,,", "bad-runtime"],
      ["a,,,0,-39,1,1,,,", "negative-runtime"],
      ["a,,,0,1700000000,1,1,,,", "absurd-runtime"], // start 0: 54 years
      ["a,,,0,1,,1,,,", "no-vcpus"],
      ["a,,,0,1,0,1,,,", "zero-vcpus"],
      ["a,,,0,1,-3,1,,,", "bad-vcpus"],
      ["a,,,0,1,1e9,1,,,", "bad-vcpus"],
      ["a,,,0,1,1,-,,,", "no-memory"],
      ["a,,,0,1,1,0.0,,,", "zero-memory"],
      ["a,,,0,1,1,2 GB,,,", "bad-memory"],
      ["a,,,0,1,1,1,some,,", "bad-gpus"],
      ["a,,,0,1,1,1,-2,,", "bad-gpus"],
      ["a,,,0,1,1,1,,soon,", "bad-limit"],
      ["a,,,0,1,1,1,,", "wrong-column-count"],
      ["a,b,,,0,1,1,1,,,", "wrong-column-count"],
    ];
    const good = "ok,,,0,0,1,1,,,"; // ran for 0 s: a job
    const { report } = await read([HEADER, ...lines.map(([row]) => row), good].join("\n"));
    const found = report.rejected.flatMap(({ code, examples }) => examples.map(({ line }) => [line, code]));
    expect(found.sort(([a], [b]) => Number(a) - Number(b))).toEqual(lines.map(([, code], index) => [index + 2, code]));
    expect(report).toMatchObject({ rowsRead: lines.length + 1, accepted: 1 });
  });

  it("show five examples of a reason, cut and with control characters escaped", async () => {
    const bad = `a,,,0,\u001b[31m${"x".repeat(100)},1,1,,,\n`;
    const { report } = await read(`${HEADER}\n${bad.repeat(7)}ok,,,0,0,1,1,,,`);
    expect(report.rejected).toHaveLength(1);
    expect(report.rejected[0]).toMatchObject({ code: "bad-runtime", count: 7 });
    expect(report.rejected[0]!.examples).toHaveLength(5);
    // 60 characters, the first of them the escape character, and an ellipsis
    expect(report.rejected[0]!.examples[0]).toEqual({
      line: 2,
      detail: `runtime_s="\\u001b[31m${"x".repeat(55)}..."`,
    });
  });

  it("are adjusted only as counted", async () => {
    const { report, ...trace } = await read(
      [
        HEADER,
        ",,,0,1,,,0.5,0,-3", // no id, no vCPUs, no memory, half a GPU, limit 0, negative wait
        "b,,,0,1,0,0,1,,x", // 0 vCPUs, 0 memory, unreadable wait
        "c,,,0,1,3,8,0,5,1",
      ].join("\n"),
      { defaults: { ...NO_DEFAULTS, vcpus: 2, memoryMibPerVcpu: 100 } },
    );
    expect(counts(report.adjusted)).toEqual({
      ...{ "default-vcpus": 2, "default-memory": 2, "gpu-share-rounded-up": 1 },
      ...{ "zero-limit-ignored": 1, "wait-ignored": 2, "generated-id": 1 },
    });
    const amounts = {
      vcpuMilli: 2_000,
      memoryMib: 200,
      gpuMilli: 1_000,
      limitMs: Number.NaN,
      recordedWaitMs: Number.NaN,
    };
    expect(jobsOf(trace)).toMatchObject([
      { id: "line-2", ...amounts },
      { id: "b", ...amounts },
      { id: "c", vcpuMilli: 3_000, memoryMib: 8, gpuMilli: 0, limitMs: 5_000, recordedWaitMs: 1_000 },
    ]);
  });

  it("prefer the fixed memory default to the one per vCPU", async () => {
    const defaults = { ...NO_DEFAULTS, memoryMib: 300, memoryMibPerVcpu: 100 };
    const trace = await read("submit_ms,runtime_s,vcpus\n0,1,2\n", { defaults });
    expect(jobsOf(trace)).toMatchObject([{ memoryMib: 300 }]);
  });

  it("keep GPU shares when asked to", async () => {
    const trace = await read(`${HEADER}\na,,,0,1,1,1,0.46,,\n`, { gpuSharing: "share" });
    expect(jobsOf(trace)).toMatchObject([{ gpuMilli: 460 }]);
    expect(trace.report.adjusted).toEqual([]);
  });

  it("go to the queue given, or through the queue map", async () => {
    const content = `${HEADER}\na,,low,0,1,1,1,,,\nb,,,0,1,1,1,,,\nc,,constructor,0,1,1,1,,,\n`;
    const queues = async (overrides: Partial<TraceFileOptions>) =>
      jobsOf(await read(content, overrides)).map(({ queue }) => queue);
    expect(await queues({ queueMap: { low: "spot", default: "main" } })).toEqual(["spot", "main", "constructor"]);
    expect(await queues({ queue: "only", queueMap: { low: "spot" } })).toEqual(["only", "only", "only"]);
  });

  it("are accepted or rejected, never lost, whatever they hold", async () => {
    const cell = fc.oneof(
      fc.constantFrom("", "-", "-1", "0", "1", "0.5", "1e400", "NaN", "0x1", "-7", "2024-03-01", "#", "x"),
      fc.string({ maxLength: 8 }),
      fc.integer().map(String),
    );
    const rows = fc.array(fc.array(cell, { minLength: 9, maxLength: 11 }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(rows, async (garbage) => {
        const quoted = garbage.map((cells) =>
          cells.map((text) => `"${text.replaceAll('"', '""').replaceAll("\0", "")}"`),
        );
        const content = [HEADER, ...quoted.map((cells) => cells.join(",")), "ok,,,0,1,1,1,,,"].join("\n");
        const { report, workload } = await read(content);
        const rejected = report.rejected.reduce((sum, { count }) => sum + count, 0);
        expect(report.rowsRead).toBe(garbage.length + 1);
        expect(report.accepted + rejected).toBe(report.rowsRead);
        expect(workload.jobCount).toBe(report.accepted);
      }),
      { numRuns: 60 },
    );
  });
});

describe("line numbers", () => {
  // Records span lines in every way, and the file is far larger than a chunk: a counter that runs ahead shows.
  it.each(["\n", "\r\n"])("are those of the record's first line, with %j as line end", async (newline) => {
    const lines: string[] = ["# comment", "", HEADER];
    const expected: number[] = [];
    for (let row = 0; row < 30_000; row++) {
      if (row % 1_000 === 17) lines.push("", "# between");
      const isBad = row % 6_000 === 5_999;
      if (isBad) expected.push(lines.length + 1);
      const name = row % 700 === 3 || isBad ? `"two${newline}lines, ""quoted"""` : `name-${"x".repeat(row % 50)}`;
      lines.push(...`j${row},${name},q,${row},${isBad ? "bad" : "1"},1,1,,,`.split(newline));
    }
    const content = lines.join(newline);
    expect(content.length).toBeGreaterThan(1_200_000);
    for (const bytes of [content, gzipSync(content)]) {
      const { report } = await read(bytes);
      expect(report.rejected.map(({ examples }) => examples.map(({ line }) => line))).toEqual([expected]);
    }
  });
});
