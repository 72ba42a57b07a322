import { describe, expect, it } from "vitest";
import type { TraceFindings } from "../../../src/model/trace-inspection.js";
import { inspectionWarnings } from "../../../src/report/inspection/warnings.js";
import { soundFindings, tally } from "./fixture.js";

const DAY_MS = 86_400_000;
const sound = soundFindings();
const { records, arrivals, runtimes, waits, work, failures, requests, unfinished } = sound;

const rejected = (...tallies: ReturnType<typeof tally>[]): Partial<TraceFindings> => {
  const count = tallies.reduce((sum, one) => sum + one.count, 0);
  return { records: { ...records, rowsRead: 200 + count, recordsRead: 200 + count, rejected: tallies } };
};
const adjusted = (code: string, count: number): Partial<TraceFindings> => ({
  records: { ...records, adjusted: [tally(code, count)] },
});

/** What is changed of sound figures, and what must be said then. */
const CASES: readonly (readonly [code: string, weight: string, change: Partial<TraceFindings>, figure: string])[] = [
  ["rejected-rows", "serious", rejected(tally("bad-vcpus", 50)), "20 % of the rows (50 of 250)"],
  ["rejected-rows", "doubt", rejected(tally("bad-vcpus", 10)), "(10 of 210)"],
  ["rejected-rows", "note", rejected(tally("bad-vcpus", 1)), "0.5 % of the rows (1 of 201)"],
  ["never-ran", "doubt", { unfinished: { ...unfinished, neverRan: 20 } }, "10 % of the rows"],
  [
    "cut-off",
    "doubt",
    { unfinished: { ...unfinished, stillRunning: 3, stillQueued: 4 } },
    "(3 still running, 4 still waiting)",
  ],
  ["cached", "note", rejected(tally("cached", 50)), "(50 of 250)"],
  ["missing-vcpus", "serious", adjusted("missing-vcpus", 200), "all 200 accepted rows"],
  ["missing-memory", "serious", adjusted("missing-memory", 100), "50 % of the accepted rows"],
  ["missing-memory", "doubt", adjusted("missing-memory", 1), "0.5 % of the accepted rows"],
  ["filled-in", "doubt", adjusted("default-memory", 100), "The memory of 50 % of the jobs"],
  ["estimated-requests", "doubt", adjusted("estimated-memory", 200), "all 200 accepted rows"],
  ["tiny-memory", "doubt", adjusted("suspicious-memory", 2), "1.0 % of the accepted rows"],
  ["submit-is-start", "serious", adjusted("submit-is-start", 200), "all 200 jobs"],
  ["changed-clocks", "doubt", adjusted("ambiguous-time", 3), "3 local times"],
  ["lost-dependencies", "doubt", adjusted("dependency-outside", 3), "3 dependencies"],
  ["repeated-ids", "doubt", adjusted("repeated-id", 100), "50 % of the accepted rows"],
  ["chained-retries", "note", adjusted("chained-retry", 2), "1.0 % of the accepted rows"],
  ["unknown-exit-codes", "note", adjusted("failed-without-exit-code", 2), "1.0 % of the accepted rows"],
  ["duplicates", "note", { records: { ...records, recordsRead: 202, folded: [tally("duplicate", 2)] } }, "2 records"],
  ["no-dates", "note", { arrivals: { ...arrivals, isDated: false } }, "origin of the trace's own"],
  ["rounded-submits", "serious", { arrivals: { ...arrivals, roundedToMs: 3_600_000 } }, "whole hours"],
  ["rounded-submits", "note", { arrivals: { ...arrivals, roundedToMs: 60_000 } }, "whole minutes"],
  ["one-instant", "doubt", { arrivals: { ...arrivals, largestBurst: 50 } }, "25 % of the jobs (50 of 200)"],
  ["long-gap", "doubt", { arrivals: { ...arrivals, longestGapMs: 5 * DAY_MS } }, "For 5 d (25 % of the span)"],
  ["short-span", "note", { arrivals: { ...arrivals, spanMs: 6 * DAY_MS } }, "span 6 d"],
  ["ran-zero", "serious", { runtimes: { ...runtimes, zero: 101 } }, "101 of 200"],
  ["ran-zero", "doubt", { runtimes: { ...runtimes, zero: 100 } }, "50 % of the jobs"],
  ["ran-zero", "note", { runtimes: { ...runtimes, zero: 1 } }, "0.5 % of the jobs"],
  ["rounded-runtimes", "doubt", { runtimes: { ...runtimes, roundedToMs: 60_000 } }, "whole minutes"],
  ["rounded-waits", "doubt", { waits: { ...waits, roundedToMs: 900_000 } }, "whole quarters of an hour"],
  [
    ...(["same-runtime", "doubt"] as const),
    { runtimes: { ...runtimes, quantilesMs: [0.25, 0.5, 0.75].map((p) => ({ p, ms: 3_600_000 })) } },
    "exactly 1 h",
  ],
  [
    "failures",
    "serious",
    { failures: { ...failures, attempts: 200, failedAttempts: 76 } },
    "38 % of the attempts (76 of 200)",
  ],
  ["failures", "doubt", { failures: { ...failures, attempts: 200, failedAttempts: 10 } }, "5.0 % of the attempts"],
  ["endings-unknown", "note", { failures: { ...failures, known: false } }, "how jobs ended"],
  ["no-waits", "note", { waits: { ...waits, count: 0 } }, "no recorded waits"],
  ["zero-waits", "doubt", { waits: { ...waits, zero: 200 } }, "0 s"],
  ["heavy-tail", "note", { work: { ...work, largestPercentShare: 0.6 } }, "60 % of all vCPU-hours"],
  ["at-limit", "doubt", { requests: { ...requests, atLimit: 5 } }, "5.0 % of the jobs with a limit (5 of 100)"],
  [
    "above-memory",
    "doubt",
    { requests: { ...requests, aboveMemory: 1 } },
    "1.0 % of the jobs whose memory was measured",
  ],
  ["little-memory-used", "note", { requests: { ...requests, medianMemoryUse: 0.1 } }, "10 % of their request"],
  ["unique-names", "note", { work: { ...work, nameCount: 190 } }, "190 names for 200 jobs"],
  [
    ...(["no-names", "note"] as const),
    { work: { ...work, nameCount: 1 }, fields: [{ field: "name", given: 0, zero: 0, absent: 200, unreadable: 0 }] },
    "no names",
  ],
  ["nothing-usable", "serious", { jobs: 0, records: { ...records, accepted: 0 } }, "(200 rows read)"],
];

describe("what to doubt", () => {
  it("says nothing of a sound trace", () => {
    expect(inspectionWarnings(sound)).toEqual([]);
  });

  it.each(CASES)("%s, as %s", (code, weight, change, figure) => {
    const found = inspectionWarnings({ ...sound, ...change });
    expect(found.map((warning) => [warning.code, warning.weight])).toContainEqual([code, weight]);
    expect(found.find((warning) => warning.code === code)?.message).toContain(figure);
  });

  it.each([
    ["long-gap", { arrivals: { ...arrivals, longestGapMs: 3.9 * DAY_MS } }],
    ["one-instant", { arrivals: { ...arrivals, largestBurst: 49 } }],
    ["failures", { failures: { ...failures, attempts: 201, failedAttempts: 10 } }],
    ["at-limit", { requests: { ...requests, atLimit: 4 } }],
    ["short-span", { arrivals: { ...arrivals, spanMs: 7 * DAY_MS } }],
    ["rejected-rows", rejected(tally("never-ran", 100))],
  ] as const)("keeps quiet just below the bound: %s", (code, change) => {
    expect(inspectionWarnings({ ...sound, ...change }).map((warning) => warning.code)).not.toContain(code);
  });

  it("puts what is serious first", () => {
    const weights = inspectionWarnings({
      ...{ ...sound, failures: { ...failures, known: false }, runtimes: { ...runtimes, zero: 150 } },
      ...{ arrivals: { ...arrivals, largestBurst: 100 } },
    }).map(({ weight }) => weight);
    expect(weights).toEqual(["serious", "doubt", "note"]);
  });

  it("tells zeros apart from nothing where it asks for memory", () => {
    const fields = [{ field: "memory", given: 90, zero: 60, absent: 50, unreadable: 0 }];
    const found = inspectionWarnings({ ...sound, ...adjusted("missing-memory", 110), fields });
    expect(found[0]?.message).toContain("a 0 stands in 60 of them");
  });
});
