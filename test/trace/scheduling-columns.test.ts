// Columns that say how AWS Batch is to treat a job: definition, share, priority, nodes, array, dependencies, exit code.

import { describe, expect, it } from "vitest";
import { textAt } from "../../src/base/text-column.js";
import { NONE } from "../../src/model/tables.js";
import type { TraceDefinition, TraceFileOptions } from "../../src/trace/options.js";
import type { Trace } from "../../src/trace/workload-builder.js";
import { counts, issuesOf, jobsOf, mapping, NO_DEFAULTS, read } from "./trace-files.js";

const COLUMNS =
  "job_definition,share_identifier,scheduling_priority,nodes,array_id,array_size,depends_on,exit_code".split(",");

const DEFINITIONS: Readonly<Record<string, TraceDefinition>> = {
  align: {
    ...{ name: "align", vcpuMilli: 4_000, memoryMib: 8_192, gpuMilli: 1_000, schedulingPriority: 7, nodes: 2 },
    retry: { attempts: 3, evaluateOnExit: [] },
    timeoutMs: 120_000,
    consumables: [{ name: "licence", quantity: 2 }],
  },
  bare: {
    ...{ name: "bare", vcpuMilli: undefined, memoryMib: undefined, gpuMilli: undefined, schedulingPriority: 0 },
    ...{ nodes: 1, retry: { attempts: 1, evaluateOnExit: [] }, timeoutMs: Number.NaN, consumables: [] },
  },
};
const definitions: Partial<TraceFileOptions> = { findDefinition: (reference) => DEFINITIONS[reference] };
const fair: Partial<TraceFileOptions> = { fairShareQueues: new Set(["default"]) };

/** Rows by the columns that they give; the others are empty. Row n has id "jn" and is submitted n ms later. */
function readRows(rows: readonly Record<string, string>[], overrides: Partial<TraceFileOptions> = {}): Promise<Trace> {
  const plain = { runtime_s: "60", vcpus: "1", memory_mib: "512" };
  const header = ["id", "name", "submit_ms", "limit_s", "gpus", ...Object.keys(plain), ...COLUMNS];
  const lines = rows.map((given, index) => {
    const cells: Record<string, string> = { id: `j${index}`, submit_ms: String(index), ...plain, ...given };
    return header.map((column) => cells[column] ?? "").join(",");
  });
  return read([header.join(","), ...lines].join("\n"), overrides);
}

/** The class of a job, with its share in words. */
function classOf({ workload }: Trace, job: number) {
  const { share, consumables, ...rest } = workload.classes[workload.jobClass[job]!]!;
  return { ...rest, share: workload.shareNames[share], consumables: workload.consumableSets[consumables] };
}

function definitionOf({ workload }: Trace, job: number) {
  return workload.definitions[workload.jobDefinition[job] ?? 0];
}

const good = {};
const rejected: [Record<string, string>, string | undefined][] = [
  [{ scheduling_priority: "-2" }, "bad-priority"],
  [{ scheduling_priority: "10000" }, "bad-priority"],
  [{ scheduling_priority: "1.5" }, "bad-priority"],
  [{ scheduling_priority: "high" }, "bad-priority"],
  [{ scheduling_priority: "9999" }, undefined],
  [{ nodes: "-2" }, "bad-nodes"],
  [{ nodes: "1001" }, "bad-nodes"],
  [{ nodes: "2.5" }, "bad-nodes"],
  [{ nodes: "two" }, "bad-nodes"],
  [{ nodes: "0" }, undefined], // written for "none"
  [{ nodes: "1000" }, undefined],
  [{ exit_code: "256" }, "bad-exit-code"],
  [{ exit_code: "1:0" }, "bad-exit-code"],
  [{ exit_code: "-9" }, "bad-exit-code"],
  [{ exit_code: "-1" }, undefined], // missing
  [{ exit_code: "255" }, undefined],
  [{ array_size: "1" }, "bad-array-size"],
  [{ array_size: "10001" }, "bad-array-size"],
  [{ array_size: "many" }, "bad-array-size"],
  [{ array_size: "0" }, undefined],
  [{ array_size: "2", array_id: "x" }, "array-twice"],
  [{ depends_on: "SEQUENTIAL" }, "sequential-without-array"],
  [{ depends_on: "SEQUENTIAL", array_id: "x" }, undefined],
];

describe("bad values", () => {
  it.each(rejected)("%j: %s", async (row, code) => {
    const { report } = await readRows([row, good]);
    expect(counts(report.rejected)).toEqual(code === undefined ? {} : { [code]: 1 });
  });

  it("are shown as the file has them", async () => {
    const { report } = await readRows([{ nodes: "two" }, good]);
    expect(report.rejected[0]!.examples).toEqual([{ line: 2, detail: 'nodes="two"' }]);
  });
});

describe("a job definition", () => {
  it("gives what the row does not", async () => {
    const trace = await readRows([{ job_definition: "align", vcpus: "", memory_mib: "0" }], {
      ...definitions,
      ...fair,
    });
    const request = { vcpuMilli: 4_000, memoryMib: 8_192, gpuMilli: 1_000 };
    expect(jobsOf(trace)).toMatchObject([{ name: "align", ...request, limitMs: 120_000 }]);
    expect(classOf(trace, 0)).toMatchObject({
      ...{ share: "default", priority: 7, nodes: 2, consumables: [{ name: "licence", quantity: 2 }] },
    });
    expect(definitionOf(trace, 0)).toEqual({ name: "align", retry: DEFINITIONS.align!.retry, timeoutMs: 120_000 });
    expect(counts(trace.report.adjusted)).toEqual({ "default-share": 1 });
  });

  it("does not win over the row", async () => {
    const trace = await readRows(
      [{ job_definition: "align", name: "mine", gpus: "0", limit_s: "30", nodes: "3", scheduling_priority: "0" }],
      { ...definitions, ...fair },
    );
    const request = { vcpuMilli: 1_000, memoryMib: 512, gpuMilli: 0 };
    expect(jobsOf(trace)).toMatchObject([{ name: "mine", ...request, limitMs: 30_000 }]);
    expect(classOf(trace, 0)).toMatchObject({ priority: 0, nodes: 3 });
    expect(definitionOf(trace, 0)).toMatchObject({ timeoutMs: 120_000 }); // the row's limit is an estimate
  });

  it("that gives no amounts leaves them to the defaults", async () => {
    const defaults = { ...NO_DEFAULTS, vcpus: 3, memoryMib: 100, jobDefinition: "bare" };
    const trace = await readRows([{ vcpus: "", memory_mib: "" }], { ...definitions, defaults });
    expect(jobsOf(trace)).toMatchObject([{ name: "bare", vcpuMilli: 3_000, memoryMib: 100 }]);
  });

  it("makes columns of vCPUs and memory unnecessary", async () => {
    const columns = mapping({ vcpus: undefined, memory: undefined, jobDefinition: "def" });
    const trace = await read("submit,runtime,def\n0,1,align\n1,1,bare\n2,1,\n", { columns, ...definitions });
    expect(jobsOf(trace)).toMatchObject([{ vcpuMilli: 4_000, memoryMib: 8_192 }]);
    expect(counts(trace.report.rejected)).toEqual({ "no-vcpus": 2 });
  });

  it("that is unknown rejects the row; where the scenario has none at all, it only gives the name", async () => {
    const rows = [{ job_definition: "other" }, good];
    expect(counts((await readRows(rows, definitions)).report.rejected)).toEqual({ "unknown-definition": 1 });
    const trace = await readRows(rows);
    expect(jobsOf(trace).map(({ name }) => name)).toEqual(["other", "unnamed"]);
    expect(counts(trace.report.adjusted)).toEqual({ "definition-ignored": 1 });
    expect(trace.workload.jobDefinition).toHaveLength(0);
  });
});

it("enforces limits when asked to, with one definition for each timeout", async () => {
  const limits = ["30", "40", "30", ""].map((limit_s) => ({ limit_s }));
  const trace = await readRows([...limits, { job_definition: "align", limit_s: "30" }, { job_definition: "align" }], {
    ...definitions,
    limits: "timeout",
  });
  const timeouts = [0, 1, 2, 3, 4, 5].map((job) => definitionOf(trace, job));
  expect(timeouts.map((definition) => [definition!.name, definition!.timeoutMs])).toEqual([
    ...[
      ["", 30_000],
      ["", 40_000],
      ["", 30_000],
      ["", Number.NaN],
    ],
    ...[
      ["align", 30_000],
      ["align", 120_000],
    ],
  ]);
  expect(trace.workload.definitions).toHaveLength(5);
  expect([...trace.workload.limitMs]).toEqual([30_000, 40_000, 30_000, Number.NaN, 30_000, 120_000]);
  const estimates = await readRows(limits);
  expect(estimates.workload.jobDefinition).toHaveLength(0);
});

it("keeps shares and priorities to fair-share queues", async () => {
  const rows = [{ share_identifier: "team", scheduling_priority: "5" }, { scheduling_priority: "3" }];
  const shared = await readRows(rows, fair);
  expect([0, 1].map((job) => classOf(shared, job))).toMatchObject([
    { share: "team", priority: 5 },
    { share: "default", priority: 3 },
  ]);
  expect(counts(shared.report.adjusted)).toEqual({ "default-share": 1 });
  const fifo = await readRows(rows);
  expect([0, 1].map((job) => classOf(fifo, job))).toMatchObject([
    { share: "", priority: 0 },
    { share: "", priority: 0 },
  ]);
  expect(counts(fifo.report.adjusted)).toEqual({ "share-ignored": 1 });
  expect(fifo.workload.classes).toHaveLength(1);
});

it("makes an exit code the end of every attempt", async () => {
  const trace = await readRows([{ exit_code: "137" }, { exit_code: "0" }, { exit_code: "1" }, { exit_code: "137" }]);
  expect([...trace.profiles.script]).toEqual([0, NONE, 1, 0]);
  const ending = (exitCode: number) => [
    { runtimeMs: Number.NaN, exitCode, reason: undefined, statusReason: undefined, cannotStart: false },
  ];
  expect(trace.profiles.scripts).toEqual([ending(137), ending(1)]);
});

describe("arrays", () => {
  const childIds = ({ workload: { arrays, ids } }: Trace, array: number) =>
    [...arrays.children.subarray(arrays.starts[array], arrays.starts[array + 1])].map((job) => textAt(ids, job));

  it("of one row become children of the same run time", async () => {
    const trace = await readRows([{ array_size: "3", exit_code: "2" }, good]);
    expect(trace.report).toMatchObject({ rowsRead: 2, accepted: 2 });
    expect(jobsOf(trace).map(({ id, runtimeMs }) => [id, runtimeMs])).toEqual([
      ...[
        ["j0:0", 60_000],
        ["j0:1", 60_000],
        ["j0:2", 60_000],
        ["j1", 60_000],
      ],
    ]);
    expect(trace.workload.arrays.ids).toEqual(["j0"]);
    expect(childIds(trace, 0)).toEqual(["j0:0", "j0:1", "j0:2"]);
    expect([...trace.profiles.script]).toEqual([0, 0, 0, NONE]);
  });

  it("of rows of children keep their order of appearance and their ids", async () => {
    const child = (id: string, submit_ms: string) => ({ id, submit_ms, array_id: "x" });
    const trace = await readRows([child("x#9", "7"), child("", "3"), good, child("x#1", "5")]);
    expect(childIds(trace, 0)).toEqual(["x#9", "x:1", "x#1"]);
    expect(counts(trace.report.adjusted)).toEqual({});
  });

  it("without a column of ids are numbered", async () => {
    const trace = await read("submit,runtime,cpu,mem,arr\n0,1,1,1,x\n1,1,1,1,x\n2,1,1,1,\n", {
      columns: mapping({ array: "arr" }),
    });
    expect(jobsOf(trace).map(({ id }) => id)).toEqual(["x:0", "x:1", "line-4"]);
  });

  it("that come twice are taken once", async () => {
    const { report, workload } = await readRows([
      ...[
        { id: "x", array_size: "2" },
        { id: "x:0", array_id: "x" },
        { id: "x", array_size: "2" },
      ],
      ...[
        { id: "y:0", array_id: "y" },
        { id: "y", array_size: "2" },
      ],
    ]);
    expect(counts(report.rejected)).toEqual({ "array-twice": 3 });
    expect([...workload.arrays.starts]).toEqual([0, 2, 3]);
  });
});

describe("dependencies", () => {
  const edgesOf = ({ workload: { dependencies } }: Trace) =>
    [...dependencies.on].map((on, edge) => [dependencies.dependent[edge], on, dependencies.kind[edge]]);

  it("connect jobs and arrays, whatever the order of the rows", async () => {
    const trace = await readRows([
      { id: "a", depends_on: "z; y" },
      { id: "x", array_size: "2", depends_on: "SEQUENTIAL;y:N_TO_N" },
      { id: "y", array_size: "2" },
      { id: "z" },
    ]);
    // Units: x 0, y 1; then jobs a 2 + 0, (x:0 2 + 1, ... are children), z 2 + 5.
    expect(edgesOf(trace)).toEqual([
      [2, 7, 0],
      [2, 1, 0],
      [0, 1, 1],
    ]);
    expect([...trace.workload.arrays.sequential]).toEqual([1, 0]);
    expect(trace.report.adjusted).toEqual([]);
  });

  it("of an array's children are the array's, once", async () => {
    const rows = [0, 1, 2].map((child) => ({ id: `x:${child}`, array_id: "x", depends_on: "a" }));
    expect(edgesOf(await readRows([{ id: "a" }, ...rows]))).toEqual([[0, 1, 0]]);
  });

  it("on what is not in the trace are dropped and counted, with the line", async () => {
    const trace = await readRows([{ depends_on: "gone;j1" }, { nodes: "bad", id: "j1" }, { depends_on: "gone" }]);
    expect(edgesOf(trace)).toEqual([]);
    expect(trace.report.adjusted).toMatchObject([{ code: "dependency-outside", count: 3 }]);
    expect(trace.report.adjusted[0]!.examples.map(({ line, detail }) => [line, detail])).toEqual([
      ...[
        [2, '"gone"'],
        [2, '"j1"'],
        [4, '"gone"'],
      ],
    ]);
  });

  it("in a circle are an error", async () => {
    const issues = await issuesOf(readRows([{ depends_on: "j1" }, { depends_on: "j0" }]));
    expect(issues.map(({ code }) => code)).toEqual(["dependency-cycle"]);
  });
});

describe("the screen for jobs that can never run", () => {
  it("is told the nodes, and a rejected array has no children", async () => {
    const seen: number[][] = [];
    const trace = await readRows([{ nodes: "4", array_size: "3" }, { nodes: "1" }], {
      unplaceableJob: (_, vcpuMilli, memoryMib, gpuMilli, nodes) => {
        seen.push([vcpuMilli, memoryMib, gpuMilli, nodes]);
        return nodes > 1 ? "no gangs" : undefined;
      },
    });
    expect(seen).toEqual([
      [1_000, 512, 0, 4],
      [1_000, 512, 0, 1],
    ]);
    expect(trace.report.rejected).toMatchObject([
      { code: "unplaceable", count: 1, examples: [{ detail: "no gangs" }] },
    ]);
    expect(trace.workload.arrays.count).toBe(0);
  });
});

describe("memory where machines count processors alone", () => {
  const queuesWithoutMemory = new Set(["default"]);

  it("is 0 for a row without any", async () => {
    const csv = await read("submit_ms,runtime_s,vcpus\n0,1,2\n", { queuesWithoutMemory });
    expect(jobsOf(csv)).toMatchObject([{ vcpuMilli: 2_000, memoryMib: 0 }]);
    expect(csv.report.adjusted).toEqual([]);
  });

  it("is kept where a row has it, and needed in other queues", async () => {
    const { report, ...trace } = await read("submit_ms,runtime_s,vcpus,memory_mib,queue\n0,1,2,5,\n0,1,2,,other\n", {
      queuesWithoutMemory,
    });
    expect(jobsOf(trace)).toMatchObject([{ memoryMib: 5 }]);
    expect(counts(report.rejected)).toEqual({ "no-memory": 1 });
  });
});

describe("SWF", () => {
  const defaults = { ...NO_DEFAULTS, memoryMibPerVcpu: 1 };
  const line = (number: string, submit: number, user: number, group: number) =>
    `${number} ${submit} 0 5 1 -1 -1 1 -1 -1 1 ${user} ${group} 1 1 1 -1 -1`;

  it.each([
    ["user", ["u12", "default", "u0"]],
    ["group", ["g3", "g4", "default"]],
    [undefined, ["default", "default", "default"]],
  ] as const)("gives shares from the %s", async (shareFrom, expected) => {
    const content = [line("1", 0, 12, 3), line("2", 1, -1, 4), line("3", 2, 0, -1)].join("\n");
    const trace = await read(content, { format: "swf", defaults, shareFrom, fairShareQueues: new Set(["queue-1"]) });
    expect([0, 1, 2].map((job) => classOf(trace, job).share)).toEqual(expected);
    const missing = expected.filter((share) => share === "default").length;
    expect(counts(trace.report.adjusted)["default-share"]).toBe(missing);
  });

  it("orders jobs of one submit time by job number, those without a number last", async () => {
    const content = [line("10", 5, 1, 1), line("-1", 5, 1, 1), line("9", 5, 1, 1), line("30", 0, 1, 1)].join("\n");
    const trace = await read(content, { format: "swf", defaults });
    expect(jobsOf(trace).map(({ id }) => id)).toEqual(["30", "9", "10", "-1"]);
  });
});
