// Each step on small traces, worked out by hand.

import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/issues.js";
import type { JobFilter, TransformStep } from "../../../src/model/trace-transform.js";
import { globMatches } from "../../../src/trace/transform/glob.js";
import { type StepOutcome, transformTrace } from "../../../src/trace/transform/transform.js";
import type { SealedTrace, Trace } from "../../../src/trace/workload-builder.js";
import { allJobs, DAY_ZERO, edgesOf, idsOf, type MadeJob, madeTrace } from "./made-traces.js";

const HOUR = 3_600_000;

const NO_OTHER = () => Promise.reject(new Error("there is no merge"));

async function run(
  trace: Trace,
  ...steps: TransformStep[]
): Promise<{ trace: Trace; outcomes: readonly StepOutcome[] }> {
  return await transformTrace(trace, steps, NO_OTHER);
}

async function codesOf(trace: Trace, ...steps: TransformStep[]): Promise<string[]> {
  const error = await run(trace, ...steps).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(InputError);
  return (error as InputError).issues.map(({ code, path }) => `${path} ${code}`);
}

const ANY: JobFilter = {
  ...{ queue: undefined, name: undefined, share: undefined, vcpuMilli: undefined, memoryMib: undefined },
  ...{ gpuMilli: undefined, runtimeMs: undefined, status: undefined },
};

describe("filter", () => {
  const trace = madeTrace([
    { id: "a", submitMs: 0, queue: "cpu", name: "align-1", vcpus: 2, runtimeMs: 1_000 },
    { id: "b", submitMs: 1, queue: "gpu", name: "train", vcpus: 4, gpus: 1, exitCode: 137, runtimeMs: 2_000 },
    { id: "c", submitMs: 2, queue: "cpu", name: "align-22", share: "ann", memoryMib: 4_096, runtimeMs: 3_000 },
  ]);
  const cases: readonly [Partial<JobFilter>, string][] = [
    [{ queue: ["cpu"] }, "ac"],
    [{ name: ["align-?"] }, "a"],
    [{ name: ["align-*"] }, "ac"],
    [{ name: ["train", "*-1"] }, "ab"],
    [{ share: ["ann"] }, "c"],
    [{ share: [""] }, "ab"],
    [{ vcpuMilli: { min: 2_000, max: 4_000 } }, "ab"],
    [{ memoryMib: { min: 1_025, max: undefined } }, "c"],
    [{ gpuMilli: { min: undefined, max: 0 } }, "ac"],
    [{ runtimeMs: { min: 2_000, max: 2_000 } }, "b"],
    [{ status: "failed" }, "b"],
    [{ status: "succeeded" }, "ac"],
    [{ queue: ["cpu"], runtimeMs: { min: 2_000, max: undefined } }, "c"],
  ];
  for (const [given, kept] of cases) {
    it(`${JSON.stringify(given)} keeps ${kept}`, async () => {
      const jobs = { ...ANY, ...given };
      expect(idsOf((await run(trace, { kind: "filter", jobs })).trace).join("")).toBe(kept);
      const others = [..."abc"].filter((id) => !kept.includes(id)).join("");
      expect(idsOf((await run(trace, { kind: "exclude", jobs })).trace).join("")).toBe(others);
    });
  }

  it("tells when nothing is left, and which step it was", async () => {
    const nothing: TransformStep = { kind: "filter", jobs: { ...ANY, queue: ["fpga"] } };
    expect(await codesOf(trace, { kind: "stretchTime", factor: 2 }, nothing)).toEqual(["transform[1] no-jobs-left"]);
  });

  it("tells of dependencies that have become others", async () => {
    const jobs: MadeJob[] = [
      { id: "twin", submitMs: 0 },
      { id: "twin", submitMs: 1, queue: "x" },
      { id: "end", submitMs: 2, after: "twin" },
    ];
    const { outcomes } = await run(madeTrace(jobs), { kind: "stretchTime", factor: 2 });
    expect(outcomes[0]!.notes).toEqual([
      "1 x several jobs have the id that a dependency names: the first of them was taken",
    ]);
  });

  it("drops dependencies on what is left out, cuts arrays, and counts both", async () => {
    const jobs: MadeJob[] = [
      { id: "first", submitMs: 0 },
      { submitMs: 1, array: 0, runtimeMs: 10 },
      { submitMs: 1, array: 0, runtimeMs: 20 },
      { submitMs: 1, array: 0, runtimeMs: 30 },
      { id: "last", submitMs: 2, after: "array-0" },
      { id: "end", submitMs: 3, after: "first" },
    ];
    const { trace: left, outcomes } = await run(madeTrace(jobs), {
      kind: "exclude",
      jobs: { ...ANY, runtimeMs: { min: 20, max: 20 } },
    });
    expect(idsOf(left)).toEqual(["first", "array-0:0", "array-0:2", "last", "end"]);
    expect([...left.workload.arrays.indexInArray]).toEqual([0, 0, 1, 0, 0]);
    expect(edgesOf(left)).toEqual(["end > first 0", "last > array-0 0"]);
    expect(outcomes[0]!.notes).toEqual(["1 arrays lost some of their children: the others were numbered anew"]);
    const cut = await run(madeTrace(jobs), { kind: "window", from: { kind: "offset", offsetMs: 1 }, to: undefined });
    expect(edgesOf(cut.trace)).toEqual(["last > array-0 0"]);
    expect(cut.outcomes[0]!.notes).toEqual(["1 dependencies on jobs that are left out were dropped"]);
  });
});

describe("names with stars", () => {
  const cases: readonly [string, string, boolean][] = [
    ["*", "", true],
    ["?", "", false],
    ["a*b", "ab", true],
    ["a*b", "acb-b", true],
    ["a*b", "abc", false],
    ["*a*b*", "xxaxxbxx", true],
    ["a.c", "abc", false],
    ["[ab]", "a", false],
    ["", "", true],
    ["A", "a", false],
  ];
  for (const [glob, text, fits] of cases) {
    it(`${glob} ${fits ? "fits" : "does not fit"} ${JSON.stringify(text)}`, () => {
      expect(globMatches(glob, text)).toBe(fits);
    });
  }

  it("takes no exponential time", () => {
    expect(globMatches("*a".repeat(30), `${"a".repeat(20_000)}b`)).toBe(false);
  });
});

describe("window", () => {
  const dated = madeTrace([0, 1, 2, 3].map((hour) => ({ id: `h${hour}`, submitMs: DAY_ZERO + hour * HOUR })));
  const relative = madeTrace([0, 1, 2, 3].map((hour) => ({ id: `h${hour}`, submitMs: hour * HOUR })));

  it("keeps from (with) to (without), by date and by time after the first", async () => {
    const byDate = await run(dated, {
      kind: "window",
      from: { kind: "date", epochMs: DAY_ZERO + HOUR },
      to: { kind: "date", epochMs: DAY_ZERO + 3 * HOUR },
    });
    const window: TransformStep = {
      kind: "window",
      from: { kind: "offset", offsetMs: HOUR },
      to: { kind: "offset", offsetMs: 3 * HOUR },
    };
    expect(idsOf(byDate.trace)).toEqual(["h1", "h2"]);
    expect(byDate.trace.workload.originMs).toBe(DAY_ZERO + HOUR);
    expect(idsOf((await run(dated, window)).trace)).toEqual(["h1", "h2"]);
    expect(idsOf((await run(relative, window)).trace)).toEqual(["h1", "h2"]);
    expect([...(await run(relative, window)).trace.workload.submitMs]).toEqual([0, HOUR]);
  });

  it("a date says nothing about a trace without dates", async () => {
    const from = { kind: "date", epochMs: DAY_ZERO } as const;
    expect(await codesOf(relative, { kind: "window", from, to: undefined })).toEqual(["transform[0] no-dates"]);
  });

  it("an array goes with its first child", async () => {
    const trace = madeTrace([
      { id: "a", submitMs: 0 },
      { submitMs: 1, array: 0 },
      { submitMs: 5, array: 0 },
      { id: "b", submitMs: 5 },
    ]);
    const to = { kind: "offset", offsetMs: 3 } as const;
    expect(idsOf((await run(trace, { kind: "window", from: undefined, to })).trace)).toEqual([
      "a",
      "array-0:0",
      "array-0:1",
    ]);
    expect(idsOf((await run(trace, { kind: "window", from: to, to: undefined })).trace)).toEqual(["b"]);
  });

  it("years of a relative trace stay relative", async () => {
    // Four years after the origin: 126,144,000,000 ms, which as a date is in 1973.
    const late = 4 * 365 * 24 * HOUR;
    const trace = madeTrace([{ submitMs: 0 }, { id: "late", submitMs: late }, { id: "later", submitMs: late + 5 }]);
    const cut = await run(trace, { kind: "window", from: { kind: "offset", offsetMs: 1 }, to: undefined });
    expect(cut.trace.workload.originMs).toBe(0);
    expect([...cut.trace.workload.submitMs]).toEqual([0, 5]);
  });
});

describe("shift and stretch", () => {
  const dated = madeTrace([{ submitMs: DAY_ZERO }, { submitMs: DAY_ZERO + 1_001, cancelMs: DAY_ZERO + 2_000 }]);
  const relative = madeTrace([{ submitMs: 0 }, { submitMs: 1_001 }]);

  it("start gives any trace a date", async () => {
    for (const trace of [dated, relative]) {
      const { workload } = (await run(trace, { kind: "start", epochMs: Date.UTC(2030, 0, 1) })).trace;
      expect(workload.originMs).toBe(Date.UTC(2030, 0, 1));
      expect([...workload.submitMs]).toEqual([0, 1_001]);
    }
  });

  it("stretch rounds to milliseconds and moves interventions too", async () => {
    const { workload } = (await run(dated, { kind: "stretchTime", factor: 1.5 })).trace;
    expect(workload.originMs).toBe(DAY_ZERO);
    expect([...workload.submitMs]).toEqual([0, 1_502]); // 1,501.5
    expect(workload.interventions.map(({ timeMs }) => timeMs)).toEqual([3_000]);
  });

  it("refuses what has no dates to move, and dates that there are not", async () => {
    expect(await codesOf(relative, { kind: "shift", byMs: 5 })).toEqual(["transform[0] no-dates"]);
    expect(await codesOf(dated, { kind: "shift", byMs: -60 * 365 * 24 * HOUR })).toEqual(["transform[0] out-of-range"]);
    expect(await codesOf(dated, { kind: "start", epochMs: Date.UTC(2300, 0, 1) })).toEqual([
      "transform[0] out-of-range",
    ]);
    const long = madeTrace([{ submitMs: 0 }, { submitMs: 1e11 }]);
    expect(await codesOf(long, { kind: "stretchTime", factor: 1_000 })).toEqual(["transform[0] out-of-range"]);
  });
});

describe("mapQueues", () => {
  const trace = madeTrace([
    { submitMs: 0, queue: "a" },
    { submitMs: 1, queue: "b" },
    { submitMs: 2, queue: "toString" },
  ]);
  it("renames what is named, and with * all others", async () => {
    const mapped = async (queues: Record<string, string>) =>
      allJobs((await run(trace, { kind: "mapQueues", queues })).trace).map(({ queue }) => queue);
    expect(await mapped({ a: "main" })).toEqual(["main", "b", "toString"]);
    expect(await mapped({ a: "main", "*": "rest" })).toEqual(["main", "rest", "rest"]);
  });
});

describe("anonymise", () => {
  it("is HMAC-SHA256 of field and text, and keeps what is not chosen", async () => {
    const trace = madeTrace([
      { id: "job-1", name: "align", submitMs: 0, share: "ann" },
      { submitMs: 1, array: 0 },
    ]);
    const { trace: hidden, outcomes } = await run(trace, {
      kind: "anonymise",
      key: "12345678",
      fields: ["ids", "names"],
    });
    const [first, child] = allJobs(hidden);
    // printf 'ids\0job-1' | openssl dgst -sha256 -hmac 12345678
    expect(first!.id).toBe("job-4bf7ce957703b814b098");
    expect(first!.name).toBe("name-1e21647a0208665b5578");
    expect(first!.share).toBe("ann");
    expect(child!.id).toBe(`${hidden.workload.arrays.ids[0]}:0`);
    expect(hidden.workload.arrays.ids[0]).not.toContain("array");
    expect(JSON.stringify(outcomes)).not.toContain("12345678");
  });
});

describe("sample", () => {
  const trace = madeTrace(Array.from({ length: 100 }, (_, index) => ({ submitMs: index })));
  it("gives the number asked for", async () => {
    for (const [amount, count] of [
      [{ jobs: 7 }, 7],
      [{ fraction: 0.25 }, 25],
      [{ jobs: 1_000 }, 100],
      [{ fraction: 0.001 }, 1],
    ] as const) {
      expect((await run(trace, { kind: "sample", amount, seed: 1 })).trace.workload.jobCount).toBe(count);
    }
  });
  it("gives other jobs for another seed", async () => {
    const sampled = async (seed: number) =>
      idsOf((await run(trace, { kind: "sample", amount: { jobs: 10 }, seed })).trace);
    expect(await sampled(1)).not.toEqual(await sampled(2));
  });
  it("takes the smallest group when every group is larger than what is asked for", async () => {
    const arrays = madeTrace([0, 0, 0, 1, 1].map((array, index) => ({ submitMs: index, array })));
    expect(idsOf((await run(arrays, { kind: "sample", amount: { jobs: 1 }, seed: 1 })).trace)).toEqual([
      "array-1:0",
      "array-1:1",
    ]);
  });
});

describe("scaleLoad", () => {
  it("copies keep structure under new ids, also when there were copies before", async () => {
    const trace = madeTrace([
      { id: "a", submitMs: 0 },
      { submitMs: 1, array: 0, after: undefined },
      { submitMs: 1, array: 0 },
      { id: "b", submitMs: 2, after: "array-0" },
    ]);
    const twice = await run(trace, { kind: "scaleLoad", factor: 2, seed: 1 });
    expect(idsOf(twice.trace).sort()).toEqual(
      ["a", "a~2", "array-0:0", "array-0:1", "array-0~2:0", "array-0~2:1", "b", "b~2"].sort(),
    );
    expect(edgesOf(twice.trace)).toEqual(["b > array-0 0", "b~2 > array-0~2 0"]);
    const again = await run(twice.trace, { kind: "scaleLoad", factor: 2, seed: 1 });
    expect(new Set(idsOf(again.trace)).size).toBe(16);
    expect(idsOf(again.trace)).toContain("a~2~~2");
  });

  it("says when whole groups cannot meet the factor", async () => {
    const chain = madeTrace([
      { id: "a", submitMs: 0 },
      { id: "b", submitMs: 1, after: "a" },
      { id: "c", submitMs: 2, after: "b" },
    ]);
    const { trace, outcomes } = await run(chain, { kind: "scaleLoad", factor: 1.1, seed: 1 });
    expect(trace.workload.jobCount).toBe(3); // the chain once; 3.3 are wanted
    expect(outcomes[0]!.notes).toEqual(["x1.1 could not be met: few large groups of jobs belong together"]);
  });
});

describe("merge", () => {
  const ours = madeTrace([
    { id: "a", submitMs: DAY_ZERO },
    { id: "b", submitMs: DAY_ZERO + 5, after: "a" },
  ]);
  const merged = async (trace: Trace, other: SealedTrace, align: "recorded" | "start") => {
    const step = { kind: "merge", file: "other.csv", format: undefined, align } as const;
    return (await transformTrace(trace, [step], async () => other)).trace;
  };

  it("keeps dates, or begins together", async () => {
    const theirs = madeTrace([{ id: "c", submitMs: DAY_ZERO - 10 }]);
    expect(allJobs(await merged(ours, theirs, "recorded")).map(({ id, atMs }) => `${id} ${atMs - DAY_ZERO}`)).toEqual([
      "c -10",
      "a 0",
      "b 5",
    ]);
    expect(allJobs(await merged(ours, theirs, "start")).map(({ id, atMs }) => `${id} ${atMs - DAY_ZERO}`)).toEqual([
      "a 0",
      "c 0",
      "b 5",
    ]);
  });

  it("a trace without dates begins with the other", async () => {
    const relative = madeTrace([
      { id: "c", submitMs: 0 },
      { id: "d", submitMs: 3 },
    ]);
    const both = await merged(ours, relative, "recorded");
    expect(both.workload.originMs).toBe(DAY_ZERO);
    expect(idsOf(both)).toEqual(["a", "c", "d", "b"]);
    expect((await merged(relative, ours, "recorded")).workload.originMs).toBe(0);
  });

  it("tells equal ids apart, with their dependencies", async () => {
    const both = await merged(ours, ours, "recorded");
    expect(idsOf(both).sort()).toEqual(["a", "a~2", "b", "b~2"]);
    expect(edgesOf(both)).toEqual(["b > a 0", "b~2 > a~2 0"]);
  });
});

describe("the account", () => {
  it("tells each step with the jobs before and after, and leaves the trace given alone", async () => {
    const trace = madeTrace([{ submitMs: 0 }, { submitMs: HOUR }, { submitMs: 2 * HOUR }]);
    const { hash } = trace.workload;
    const { outcomes, trace: result } = await run(
      trace,
      { kind: "window", from: undefined, to: { kind: "offset", offsetMs: 2 * HOUR } },
      { kind: "scaleLoad", factor: 2, seed: 7 },
    );
    expect(outcomes).toEqual([
      { description: "keep what is submitted before 2h after the first", jobsBefore: 3, jobsAfter: 2, notes: [] },
      { description: "scale load x2, seed 7", jobsBefore: 2, jobsAfter: 4, notes: [] },
    ]);
    expect(result.report).toBe(trace.report);
    expect(trace.workload.hash).toBe(hash);
    expect(trace.workload.jobCount).toBe(3);
  });
});
