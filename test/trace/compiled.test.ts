import { existsSync, readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../src/base/issues.js";
import { randomStream } from "../../src/base/random.js";
import { bindTrace } from "../../src/trace/bind/bind-trace.js";
import { openCompiled, writeCompiled } from "../../src/trace/compiled/compiled.js";
import type { TraceDefinition, TraceFileOptions } from "../../src/trace/options.js";
import { readTrace } from "../../src/trace/read-trace.js";
import type { Trace } from "../../src/trace/workload-builder.js";
import { counts, issuesOf, jobsOf, NO_DEFAULTS, read, traceFile, traceOptions } from "./trace-files.js";

const IMPORT = { purpose: "import", gpuSharing: "share" } as const;

function compiledFile(trace: Trace): string {
  const path = `${traceFile("")}.stowage`;
  writeFileSync(path, Buffer.concat([...writeCompiled(trace)].map((chunk) => Buffer.from(chunk))));
  return path;
}

/** Every column and table, read. */
function everything({ workload, profiles, report, rowOfJob }: Trace): unknown {
  return { workload: { ...workload }, profiles: { ...profiles }, report, rowOfJob };
}

const HEADER = [
  ...["id", "name", "queue", "submit_ms", "runtime_s", "vcpus", "memory_mib", "gpus", "limit_s", "wait_s", "pull_s"],
  ...["used_memory_mib", "status", "exit_code", "attempts", "job_definition", "share_identifier"],
  ...["scheduling_priority", "nodes", "array_id", "array_size", "depends_on", "rank"],
].join(",");

const orMissing = (...values: readonly string[]) => fc.constantFrom("", ...values);
const arbitraryRequest = fc.record({
  name: orMissing("sort", "align"),
  queue: orMissing("high", "low"),
  submit: fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 1_700_000_000_001, max: 1_700_000_000_003 }) },
    { weight: 1, arbitrary: fc.integer({ min: 2e12, max: 3e12 }) },
  ),
  runtime: fc.constantFrom("1.5", "0", "7", "8", "9", "-3"),
  vcpus: orMissing("0", "1", "1", "2", "2", "0.5", "4"),
  memory: orMissing("0", "512", "512", "1024", "2048", "4096"),
  gpus: orMissing("0.22", "2"),
  limit: orMissing("60", "3600"),
  wait: orMissing("3"),
  pull: orMissing("2"),
  used: orMissing("100"),
  ending: fc.constantFrom(
    ",,",
    "SUCCEEDED,0,",
    "FAILED,,",
    "FAILED,3,",
    ",137,",
    "SUCCEEDED,0,2:1;3:0",
    "FAILED,4,:1;:4",
  ),
  definition: orMissing("small", "big", "unknown"),
  share: orMissing("team"),
  priority: orMissing("5", "9999"),
  nodes: orMissing("2"),
  on: fc.array(fc.nat(20), { maxLength: 2 }),
  ends: fc.boolean(),
  rank: orMissing("1", "2"),
});
type Request = typeof arbitraryRequest extends fc.Arbitrary<infer T> ? T : never;

function line(request: Request, id: string, array: string, waitsFor: string): string {
  const { name, queue, submit, runtime, vcpus, memory, gpus, limit, wait, pull, used, ending, definition } = request;
  const times = [submit, runtime, vcpus, memory, gpus, limit, wait, pull, used].join(",");
  return [
    id,
    name,
    queue,
    times,
    ending,
    definition,
    request.share,
    request.priority,
    request.nodes,
    array,
    waitsFor,
    request.rank,
  ].join(",");
}

/** Rows that depend on rows of smaller numbers only, with arrays in both forms. */
const arbitraryText = fc
  .array(fc.record({ request: arbitraryRequest, kind: fc.constantFrom("job", "job", "job", "whole", "children") }), {
    minLength: 4,
    maxLength: 16,
  })
  .map((units) => {
    const idOf = (index: number) => `${units[index]!.kind[0]}${index}`;
    const lines = units.flatMap(({ request, kind }, index) => {
      const on = request.on
        .filter((other) => other < index)
        .map((other) => `${idOf(other)}${request.ends ? ":ENDED" : ""}`);
      if (kind === "whole") return [line(request, idOf(index), ",3", [...on, "SEQUENTIAL"].join(";"))];
      if (kind !== "children") return [line(request, idOf(index), ",", on.join(";"))];
      return [0, 1].map((child) => line(request, child === 0 ? "" : `own${index}`, `${idOf(index)},`, on.join(";")));
    });
    return [HEADER, ...lines, "ok,,,1700000000000,1,1,1,,,,,,,,,,,,,,,,", ""].join("\n");
  });

const DEFINITIONS: Readonly<Record<string, TraceDefinition>> = {
  small: {
    ...{ name: "small", vcpuMilli: 250, memoryMib: undefined, gpuMilli: undefined, nodes: 1, schedulingPriority: 7 },
    ...{ retry: { attempts: 2, evaluateOnExit: [] }, timeoutMs: 90_000, consumables: [] },
  },
  big: {
    ...{ name: "big", vcpuMilli: 16_000, memoryMib: 1_024, gpuMilli: 1_000, nodes: 3, schedulingPriority: 0 },
    ...{
      retry: { attempts: 1, evaluateOnExit: [] },
      timeoutMs: Number.NaN,
      consumables: [{ name: "licence", quantity: 2 }],
    },
  },
};

const maybe = <T>(value: T) => fc.constantFrom(undefined, value);
const arbitraryOptions: fc.Arbitrary<Partial<TraceFileOptions>> = fc.record({
  queue: maybe("only"),
  queueMap: fc.constantFrom<Record<string, string>>({}, { high: "low" }, { default: "main" }),
  gpuSharing: fc.constantFrom("share", "round-up"),
  limits: fc.constantFrom("estimate", "timeout"),
  fairShareQueues: fc.constantFrom(new Set<string>(), new Set(["low", "only"])),
  queuesWithoutMemory: fc.constantFrom(new Set<string>(), new Set(["main", "only"])),
  defaults: fc.record({
    vcpus: maybe(2),
    memoryMib: maybe(100),
    memoryMibPerVcpu: maybe(300),
    jobDefinition: maybe("small"),
  }),
  findDefinition: maybe((reference: string) => DEFINITIONS[reference]),
  unplaceableJob: fc.constantFrom(
    () => undefined,
    (queue: string, vcpuMilli: number) => (vcpuMilli > 3_000 ? `too large for ${queue}` : undefined),
  ),
});

/** Nothing that single jobs must be looked at for. */
const plainOptions = (options: Partial<TraceFileOptions>): Partial<TraceFileOptions> => {
  const defaults = { ...NO_DEFAULTS, vcpus: 2, memoryMib: 100 };
  return { ...options, defaults, limits: "estimate", findDefinition: undefined, unplaceableJob: () => undefined };
};
const plainText = (text: string) => text.replaceAll(/,(small|big|unknown),/g, ",,");

describe("a trace bound to a scenario", () => {
  it("is the one that reading it for the scenario gives, by class or by row, compiled or not", async () => {
    let byClass = 0;
    await fc.assert(
      fc.asyncProperty(arbitraryText, arbitraryOptions, fc.boolean(), async (anyText, anyOptions, isPlain) => {
        const options = isPlain ? plainOptions(anyOptions) : anyOptions;
        const file = traceFile(isPlain ? plainText(anyText) : anyText);
        const imported = await readTrace(traceOptions(IMPORT), file);
        const compiled = compiledFile(imported);
        const outcome = async (reading: Promise<Trace>) => {
          try {
            const { workload, report } = await reading;
            return [workload.hash, report.recordsRead - report.accepted > 0];
          } catch (error) {
            if (!(error instanceof InputError)) throw error;
            return error.issues.map(({ code }) => code);
          }
        };
        const expected = await outcome(readTrace(traceOptions(options), file));
        expect(await outcome(readTrace(traceOptions(options), compiled))).toEqual(expected);
        if (expected[0] === "no-usable-rows") return;
        const bound = bindTrace(imported, traceOptions(options));
        expect(bound.workload.hash).toBe(expected[0]);
        if (bound.workload.ids.bytes.buffer === imported.workload.ids.bytes.buffer) byClass++;
        const rejected = bound.report.rejected.reduce((sum, { count }) => sum + count, 0);
        expect(bound.report.accepted).toBe(bound.workload.jobCount);
        expect(bound.report.rowsRead).toBe(bound.report.accepted + rejected);
      }),
      { numRuns: 300 },
    );
    expect(byClass).toBeGreaterThan(10);
  });

  it("counts jobs, not classes, and shares what it does not change", async () => {
    const imported = await read("id,submit_ms,runtime_s,vcpus,memory_mib\na,0,1,1,\nb,1,1,1,\nc,2,1,1,5\n", IMPORT);
    expect(counts(imported.report.adjusted)).toEqual({ "missing-memory": 2 });
    const bound = bindTrace(imported, traceOptions({ defaults: { ...NO_DEFAULTS, memoryMib: 64 } }));
    expect(counts(bound.report.adjusted)).toEqual({ "default-memory": 2 });
    expect(bound.report.adjusted[0]!.examples).toEqual([
      { line: 1, detail: 'job "a"' },
      { line: 2, detail: 'job "b"' },
    ]);
    expect(jobsOf(bound).map(({ memoryMib }) => memoryMib)).toEqual([64, 64, 5]);
    expect(bound.workload.submitMs.buffer).toBe(imported.workload.submitMs.buffer);
    // Two classes become one: their numbers change, and with them the buffer.
    const other = bindTrace(imported, traceOptions({ defaults: { ...NO_DEFAULTS, memoryMib: 5 } }));
    expect(other.workload.classes).toHaveLength(1);
    expect(other.workload.submitMs.buffer).not.toBe(imported.workload.submitMs.buffer);
    expect([...imported.workload.jobClass]).toEqual([0, 0, 1]);
  });

  it("names rejected jobs by their ids", async () => {
    const imported = await read("id,submit_ms,runtime_s,vcpus,memory_mib\na,0,1,1,\nb,1,1,1,7\n", IMPORT);
    const { report } = bindTrace(imported, traceOptions());
    expect(report).toMatchObject({ recordsRead: 2, rowsRead: 2, accepted: 1 });
    expect(report.rejected).toMatchObject([
      { code: "no-memory", count: 1, examples: [{ line: 1, detail: 'job "a"' }] },
    ]);
  });
});

describe("a compiled trace", () => {
  const text = [
    HEADER,
    "j1,größe,q,1700000000009,1.5,1,512,,60,3,2,100,FAILED,1,2:1;3:1,small,team,5,2,,,,",
    "j0,n,q,1700000000001,1,,,0.22,,,,,,,,,,,,,,j1,",
    ",n,q,1700000000002,1,1,1,,,,,,,,,,,,,arr,,SEQUENTIAL,",
    ",n,q,1700000000003,1,1,1,,,,,,,,,,,,,arr,,,",
    "",
  ].join("\n");

  it("is the trace that was written, column by column", async () => {
    const trace = await read(text, IMPORT);
    const opened = openCompiled(compiledFile(trace), "t.stowage");
    expect(everything(opened)).toEqual(everything(trace));
    expect(opened.rowOfJob).toEqual(Uint32Array.of(1, 2, 3, 0));
    expect(opened.workload.submitMs.buffer).toBe(opened.profiles.script.buffer);
    expect(Buffer.concat([...writeCompiled(opened)])).toEqual(Buffer.concat([...writeCompiled(trace)]));
  });

  it("reads a column when it is used, and says so when the file was changed meanwhile", async () => {
    const path = compiledFile(await read(text, IMPORT));
    const opened = openCompiled(path, "t.stowage");
    expect(opened.workload.submitMs[3]).toBe(8);
    writeFileSync(path, "other");
    expect(opened.workload.submitMs[3]).toBe(8);
    expect(() => opened.profiles.runtimeMs).toThrow("changed while it was read");
  });

  it("is refused when it is damaged, or does no harm", async () => {
    const trace = await read(text, IMPORT);
    const whole = readFileSync(compiledFile(trace));
    const header = 40 + whole.readDoubleLE(8);
    const path = `${traceFile("")}.stowage`;
    const stream = randomStream(1, "compiled");
    const below = (count: number) => Math.floor(stream.uniform() * count);
    let refused = 0;
    for (let mutant = 0; mutant < 1_000; mutant++) {
      const bytes = Buffer.from(mutant % 10 === 0 ? whole.subarray(0, below(whole.length)) : whole);
      const inColumns = mutant % 3 === 0 && bytes.length > header;
      for (let hit = 0; hit <= mutant % 4 && bytes.length > 0; hit++) {
        bytes[inColumns ? header + below(bytes.length - header) : below(bytes.length)] = below(256);
      }
      writeFileSync(path, bytes);
      try {
        const opened = openCompiled(path, "t.stowage");
        everything(opened);
        bindTrace(opened, traceOptions({ defaults: { ...NO_DEFAULTS, vcpus: 1, memoryMib: 1 } }));
        jobsOf(opened);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(500);
  });

  it("is not what another file is", async () => {
    expect(() => openCompiled("/nowhere/x.stowage", "x")).toThrow("there is no such file");
    expect(() => openCompiled(traceFile("a,b\n1,2\n"), "x")).toThrow("no compiled trace");
  });

  it("of which the scenario can use nothing is an error, as any trace", async () => {
    const path = compiledFile(await read("submit_ms,runtime_s,vcpus\n0,1,1\n", IMPORT));
    const issues = await issuesOf(readTrace(traceOptions(), path));
    expect(issues.map(({ code }) => code)).toEqual(["no-usable-rows"]);
  });
});

const kth = "../shared/data/traces/swf/KTH-SP2.swf";
it.skipIf(!existsSync(kth))(
  "is the same for KTH-SP2, whose rows have ranks (skipped without ../shared/data)",
  async () => {
    const options = {
      format: "swf",
      defaults: { ...NO_DEFAULTS, memoryMibPerVcpu: 2_048 },
      limits: "timeout",
    } as const;
    const imported = await readTrace(traceOptions({ ...IMPORT, format: "swf" }), kth);
    const expected = await readTrace(traceOptions(options), kth);
    const bound = await readTrace(traceOptions(options), compiledFile(imported));
    expect(bound.workload.hash).toBe(expected.workload.hash);
    expect(bound.report.accepted).toBe(expected.report.accepted);
  },
);
