// Every start time on one machine equals that of an independent implementation of the same discipline (oracle.ts).

import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { s } from "../builders.js";
import { expectedStarts, jobsOf, startsOf } from "./machine.js";
import type { OracleDiscipline, OracleJob } from "./oracle.js";

const DISCIPLINES: readonly OracleDiscipline[] = ["fifo", "easy", "conservative"];
const WORKLOADS = { numRuns: 200, seed: 1 };

/** Many ties: few submit times, few run times (0 among them), few sizes; limits as a function of the run time. */
function workloads(limitS: (runtimeS: number) => fc.Arbitrary<number>) {
  const oneJob = fc
    .record({
      submitS: fc.oneof(fc.nat(5), fc.nat(60)),
      processors: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 24 })),
      runtimeS: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 40 })),
    })
    .chain(({ submitS, processors, runtimeS }) =>
      limitS(runtimeS).map((limit) => ({
        submitMs: s(submitS),
        processors,
        runtimeMs: s(runtimeS),
        limitMs: s(limit),
      })),
    );
  return fc.record({
    processors: fc.integer({ min: 1, max: 20 }),
    jobs: fc.array(oneJob, { minLength: 1, maxLength: 60, size: "max" }),
  });
}

/** In queue order, without those that the machine can never hold: they are turned away before they queue. */
function admitted(jobs: readonly OracleJob[], processors: number): OracleJob[] {
  return jobs.filter((job) => job.processors <= processors).sort((a, b) => a.submitMs - b.submitMs);
}

const ESTIMATES: Readonly<Record<string, (runtimeS: number) => fc.Arbitrary<number>>> = {
  "equal to run times": (runtimeS) => fc.constant(runtimeS),
  "equal to and above run times": (runtimeS) =>
    fc.oneof(
      fc.constant(runtimeS),
      fc.nat(30).map((more) => runtimeS + more),
    ),
  "above, equal to and below run times, and zero": (runtimeS) =>
    fc.oneof(fc.constant(runtimeS), fc.nat(60), fc.constant(0)),
};

describe.each(DISCIPLINES)("%s on one machine", (discipline) => {
  it.each(Object.keys(ESTIMATES))("starts jobs as the definition says, with limits %s", (estimates) => {
    fc.assert(
      fc.property(workloads(ESTIMATES[estimates]!), ({ jobs, processors }) => {
        const kept = admitted(jobs, processors);
        fc.pre(kept.length > 0);
        expect(startsOf(kept, processors, discipline)).toEqual(expectedStarts(kept, processors, discipline));
      }),
      WORKLOADS,
    );
  });
});

describe("the workloads", () => {
  it("tell the disciplines apart", () => {
    const different = new Map<string, number>();
    for (const { jobs, processors } of fc.sample(workloads(ESTIMATES["equal to and above run times"]!), WORKLOADS)) {
      const kept = admitted(jobs, processors);
      const [fifo, easy, conservative] = DISCIPLINES.map((one) => String(expectedStarts(kept, processors, one)));
      if (fifo !== easy) different.set("fifo-easy", (different.get("fifo-easy") ?? 0) + 1);
      if (easy !== conservative) different.set("easy-conservative", (different.get("easy-conservative") ?? 0) + 1);
    }
    expect(different.get("fifo-easy")).toBeGreaterThan(50);
    expect(different.get("easy-conservative")).toBeGreaterThan(20);
  });
});

describe("the independent implementation", () => {
  // Four processors. Job 0 takes two until 10 (limit 12), job 1 wants all four; jobs 2 to 4 want one each.
  const rows = [
    [0, 2, 10, 12],
    [1, 4, 5, 5],
    [2, 1, 8, 9], // would end at 11 by its limit: before 12
    [3, 1, 8, 10], // would end at 13
    [4, 1, 2, 8], // ends at 12, exactly in time
  ];
  it.each([
    // Job 1 at 10, when job 0 ends; the rest when it ends, at 15.
    { discipline: "fifo", startsS: [0, 10, 15, 15, 15] },
    // Job 2 passes at 2, job 4 at 4; job 3 may not. Job 1 starts at 10, when jobs 0, 2 and 4 have ended; job 3 after it.
    { discipline: "easy", startsS: [0, 10, 2, 15, 4] },
    // The same: the place of job 3 is behind job 1.
    { discipline: "conservative", startsS: [0, 10, 2, 15, 4] },
  ] as const)("does as the definition of $discipline says", ({ discipline, startsS }) => {
    expect(expectedStarts(jobsOf(rows), 4, discipline)).toEqual(startsS.map(s));
  });

  it("tells EASY from conservative", () => {
    const apart = [
      [0, 2, 10, 10],
      [1, 3, 10, 10], // the head: at 10, one processor left over
      [2, 4, 1, 1], // conservative: at 20
      [3, 1, 100, 100], // EASY: takes what is left over; conservative: would delay the one before it, hence at 21
    ];
    expect(expectedStarts(jobsOf(apart), 4, "easy")).toEqual([0, 10, 103, 3].map(s));
    expect(expectedStarts(jobsOf(apart), 4, "conservative")).toEqual([0, 10, 20, 21].map(s));
  });
});

const KTH = new URL("../../../shared/data/traces/swf/KTH-SP2.swf", import.meta.url);

describe.skipIf(!existsSync(KTH))("KTH-SP2 on 100 processors (skipped without ../shared/data)", () => {
  const jobs = existsSync(KTH) ? readKth() : [];

  it.each(["fifo", "easy"] as const)("starts all jobs under %s as the definition says", (discipline) => {
    expect(jobs.length).toBe(28_481);
    const starts = startsOf(jobs, 100, discipline);
    const expected = expectedStarts(jobs, 100, discipline);
    expect(starts.filter((startMs, job) => startMs !== expected[job]).length).toBe(0);
  });

  it("starts the first 4,000 jobs under conservative as the definition says", () => {
    const first = jobs.slice(0, 4_000);
    expect(startsOf(first, 100, "conservative")).toEqual(expectedStarts(first, 100, "conservative"));
  });
});

/** Submit time, run time, processors and requested time of every job of the log, in order of submission, then id. */
function readKth(): OracleJob[] {
  return readFileSync(KTH, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.trim().startsWith(";"))
    .map((line) => line.trim().split(/\s+/).map(Number))
    .sort((a, b) => a[1]! - b[1]! || a[0]! - b[0]!)
    .map((row) => ({ submitMs: s(row[1]!), runtimeMs: s(row[3]!), limitMs: s(row[8]!), processors: row[7]! }));
}
