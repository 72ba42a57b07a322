// What is seen of jobs, as events for the engine.

import { describe, expect, it } from "vitest";
import { orderHeard } from "../../../src/engine/heard-events.js";
import { JobMirror } from "../../../src/live/mirror/job-mirror.js";
import type { Observation } from "../../../src/live/observation.js";
import { EventKind } from "../../../src/model/event.js";
import { Outcome, outcomeOf } from "../../../src/model/outcome.js";
import { NONE, type SystemTables } from "../../../src/model/tables.js";
import { jobLook, ORIGIN_MS, REQUEST, recordingEngine, seenArray, seenEnd, seenJob } from "./support.js";

const NAMES = Object.fromEntries(Object.entries(EventKind).map(([name, kind]) => [kind, name]));
const at = (ms: number) => ORIGIN_MS + ms;

function mirror(capacity?: SystemTables["capacity"]) {
  const { engine, lines } = recordingEngine(capacity);
  const it = new JobMirror(engine, ["main"], ORIGIN_MS, false, (arn) => (arn === "arn:ci/a" ? 0 : NONE));
  let sinceMs = 0;
  /** The events of a look, in the order in which the engine is told: "JobPlaced 0 @5 on 0". */
  const look = (seen: Partial<Pick<Observation, "jobs" | "arrays" | "ends">>, nowMs: number) => {
    const { heard, warnings } = it.look(jobLook(seen));
    const told = orderHeard(heard, sinceMs, nowMs).map(({ kind, subject, timeMs, a, b }) => {
      const more = kind === EventKind.JobPlaced ? ` on ${a}` : kind === EventKind.JobEnded ? ` ${outcomeOf(b)}` : "";
      return `${NAMES[kind]} ${subject} @${timeMs}${more}`;
    });
    sinceMs = nowMs;
    return { told, warnings };
  };
  return { it, look, lines };
}

describe("the mirror of jobs", () => {
  it("takes a job through its life, look by look", () => {
    const { it: jobs, look } = mirror();
    expect(look({ jobs: [seenJob("a", "RUNNABLE", { createdAtMs: at(3) })] }, 15).told).toEqual(["JobSubmitted 0 @3"]);
    expect(look({ jobs: [seenJob("a", "RUNNABLE")] }, 30).told).toEqual([]);
    expect(look({ jobs: [seenJob("a", "STARTING")] }, 45).told).toEqual(["JobPlaced 0 @45 on 0"]);
    expect(look({ jobs: [seenJob("a", "RUNNING", { startedAtMs: at(50) })] }, 60).told).toEqual([]);
    expect(look({ ends: [seenEnd("a", at(70), { startedAtMs: at(50) })] }, 75).told).toEqual(["JobEnded 0 @70 0"]);
    expect(jobs.count).toBe(0);
    // Its number is free for another job, from the next look on.
    expect(look({ jobs: [seenJob("b", "RUNNABLE", { createdAtMs: at(80) })] }, 90).told).toEqual([
      "JobSubmitted 0 @80",
    ]);
  });

  it("knows a whole life from its end", () => {
    const { look } = mirror();
    const end = seenEnd("a", at(12), { createdAtMs: at(2), startedAtMs: at(7) });
    expect(look({ ends: [end] }, 15).told).toEqual(["JobSubmitted 0 @2", "JobPlaced 0 @7 on 0", "JobEnded 0 @12 0"]);
  });

  it("tells a retry between two looks in its order", () => {
    const { look } = mirror();
    look({ jobs: [seenJob("a", "RUNNING", { startedAtMs: at(5) })] }, 15);
    const end = seenEnd("a", at(20), {
      succeeded: false,
      retried: true,
      statusReason: "Host EC2 (instance i-1) terminated.",
    });
    const running = seenJob("a", "RUNNING", {
      startedAtMs: at(25),
      endedAttempts: 1,
      containerInstanceArn: "arn:ci/x",
    });
    expect(look({ ends: [end], jobs: [running] }, 30).told).toEqual([
      `JobEnded 0 @20 ${Outcome.HostTerminated}`,
      "JobRetried 0 @20",
      `JobPlaced 0 @25 on ${NONE}`,
    ]);
    // The same end again, from a late answer, is no news.
    expect(look({ ends: [end], jobs: [running] }, 45).told).toEqual([]);
  });

  it("hears of cancelled jobs, and of those that AWS forgets", () => {
    const { look, it: jobs } = mirror();
    look({ jobs: [seenJob("a", "RUNNABLE"), seenJob("b", "RUNNABLE")] }, 15);
    const cancelled = seenEnd("a", at(20), {
      ...{ containerInstanceArn: "", startedAtMs: Number.NaN, succeeded: false, statusReason: "Canceled by user" },
    });
    expect(look({ ends: [cancelled], jobs: [] }, 30).told).toEqual(["JobCancelled 0 @20"]);
    const later = Array.from({ length: 60 }, (_, i) => look({}, 45 + 15 * i).told).flat();
    expect(later).toHaveLength(1);
    expect(later[0]).toContain("JobCancelled 1");
    expect(jobs.count).toBe(0);
  });

  it("leaves alone what it does not know yet, what runs it knows not where, and what cannot run here", () => {
    const { look } = mirror();
    const unknown = seenJob("a", "RUNNABLE", { request: undefined });
    const nowhere = seenJob("b", "STARTING", { containerInstanceArn: "" });
    const gang = seenJob("c", "RUNNABLE", { request: { ...REQUEST, nodes: 4, jobName: "mpi" } });
    const other = seenJob("d", "RUNNABLE", { queue: "not-ours" });
    const { told, warnings } = look({ jobs: [unknown, nowhere, gang, other] }, 15);
    expect(told).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining("multi-node parallel job mpi")]);
  });

  it("orders jobs by creation, then id, however AWS lists them", () => {
    const { look } = mirror();
    const listed = ["c", "a", "b"].map((id) => seenJob(id, "RUNNABLE", { createdAtMs: at(id === "a" ? 9 : 4) }));
    expect(look({ jobs: listed }, 15).told).toEqual(["JobSubmitted 0 @4", "JobSubmitted 1 @4", "JobSubmitted 2 @9"]);
    const ends = ["a", "c", "b"].map((id) => seenEnd(id, at(20), { createdAtMs: at(id === "a" ? 9 : 4) }));
    expect(look({ ends }, 30).told.filter((each) => each.startsWith("JobEnded"))).toEqual([
      "JobEnded 0 @20 0",
      "JobEnded 1 @20 0",
      "JobEnded 2 @20 0",
    ]);
  });
});

describe("arrays", () => {
  it("wait as a number, and get names when they are placed", () => {
    const { look, it: jobs } = mirror();
    expect(look({ arrays: [seenArray("p", 3)] }, 15).told).toHaveLength(3);
    const child = seenJob("p:1", "STARTING", { arrayId: "p" });
    expect(look({ arrays: [seenArray("p", 2)], jobs: [child] }, 30).told).toEqual(["JobPlaced 0 @30 on 0"]);
    expect(look({ arrays: [seenArray("p", 2)], ends: [seenEnd("p:1", at(40), { arrayId: "p" })] }, 45).told).toEqual([
      "JobEnded 0 @40 0",
    ]);
    // Two more become RUNNABLE (N_TO_N), one that nobody saw has come and gone.
    const gone = seenEnd("p:4", at(55), { arrayId: "p", startedAtMs: at(50) });
    expect(look({ arrays: [seenArray("p", 3)], ends: [gone] }, 60).told).toEqual(
      ["JobPlaced 1 @50 on 0", "JobEnded 1 @55 0", "JobSubmitted 0 @45", "JobSubmitted 3 @45"].sort(
        (a, b) => Number(a.match(/@(\d+)/)![1]) - Number(b.match(/@(\d+)/)![1]),
      ),
    );
    expect(jobs.count).toBe(3);
    expect(look({ arrays: [] }, 75).told.filter((each) => each.startsWith("JobCancelled"))).toHaveLength(3);
  });

  it("leaves jobs out that are of more kinds than there is room for, and is full once many kinds are gone", () => {
    const { it: jobs, look } = mirror({ classes: 4, shapes: 4, shares: 2 });
    const waits = (id: string, memoryMib: number) => seenJob(id, "RUNNABLE", { request: { ...REQUEST, memoryMib } });
    const four = [4096, 5000, 6000, 7000].map((memoryMib, i) => waits(`${i}`, memoryMib));
    expect(look({ jobs: four }, 15).warnings).toEqual([]);
    const fifth = [waits("known", 5000), waits("c", 8000)];
    const array = seenArray("p", 3, { request: { ...REQUEST, memoryMib: 9000 } });
    const { told, warnings } = look({ jobs: [...four, ...fifth], arrays: [array] }, 30);
    expect(told).toEqual(["JobSubmitted 4 @15"]); // of a known kind; not before the last look
    expect(warnings).toEqual([expect.stringContaining("of more kinds than one session can tell apart")]);
    // Another session would be as full: four of four kinds, then three (one of them has two jobs).
    expect(jobs.isFull).toBe(false);
    const ended = (id: string) => seenEnd(id, at(40), { containerInstanceArn: "", startedAtMs: Number.NaN });
    expect(look({ jobs: [...four.slice(1), ...fifth], ends: [ended("0")] }, 45).warnings).toHaveLength(1);
    expect(jobs.isFull).toBe(false);
    look({ jobs: [...four.slice(1, 3), ...fifth], ends: [ended("3")] }, 60);
    expect(jobs.isFull).toBe(true);
    // Nothing is left out any more: this session will do.
    expect(look({ jobs: four.slice(1, 3) }, 75).warnings).toEqual([]);
    expect(jobs.isFull).toBe(false);
    expect(look({ ends: [seenEnd("c", at(80), { request: { ...REQUEST, memoryMib: 8000 } })] }, 90).told).toEqual([]);
  });

  it("a child that is retried waits again under its name", () => {
    const { look } = mirror();
    look({ arrays: [seenArray("p", 1)] }, 15);
    look({ arrays: [seenArray("p", 0)], jobs: [seenJob("p:0", "STARTING", { arrayId: "p" })] }, 30);
    const end = seenEnd("p:0", at(40), { arrayId: "p", succeeded: false, retried: true });
    // The observer lists it as a job of its own from now on, and does not count it.
    const waiting = seenJob("p:0", "RUNNABLE", { arrayId: "p", endedAttempts: 1 });
    const { told } = look({ arrays: [seenArray("p", 0)], ends: [end], jobs: [waiting] }, 45);
    expect(told.filter((each) => each.startsWith("JobSubmitted"))).toEqual([]);
    expect(told).toEqual([`JobEnded 0 @40 ${Outcome.Exited}`, "JobRetried 0 @40"]);
    const again = seenJob("p:0", "RUNNING", { arrayId: "p", startedAtMs: at(50), endedAttempts: 1 });
    expect(look({ arrays: [seenArray("p", 0)], jobs: [again] }, 60).told).toEqual(["JobPlaced 0 @50 on 0"]);
  });
});
