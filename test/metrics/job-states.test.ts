// The life of jobs and arrays, read off ledgers written by hand.

import { describe, expect, it } from "vitest";
import { arrayEnd, arrayTimeline, jobTimeline, statusSummaryAt } from "../../src/metrics/job-states.js";
import { Outcome, packOutcome } from "../../src/model/outcome.js";
import { job, jobs, s, shape } from "../builders.js";
import {
  arrayOfJobs,
  CANCELLED,
  CANNOT_PULL,
  DEPENDENCY_FAILED,
  dependencies,
  EXITED_3,
  SUCCEEDED,
  WrittenLedger,
} from "../ledger/written-ledger.js";

const one = shape(1, 4);

/** "RUNNABLE 5" and so on. */
function statesOf({ ledger, workload }: WrittenLedger, number: number): string[] {
  return jobTimeline(ledger, workload, number).states.map(({ state, timeMs }) => `${state} ${timeMs}`);
}

describe("a job's states", () => {
  it("skip PENDING without dependencies", () => {
    const it = new WrittenLedger([job(5, 3, one)]).launch(1);
    it.place(0, 7, 0).end(0, 13, 10, SUCCEEDED, 0);
    expect(statesOf(it, 0)).toEqual(["SUBMITTED 5", "RUNNABLE 5", "STARTING 7", "RUNNING 10", "SUCCEEDED 13"]);
    const { statusReason, attempts } = jobTimeline(it.ledger, it.workload, 0);
    expect(statusReason).toBe("Essential container in task exited");
    expect(attempts).toEqual([{ startedMs: 10, endedMs: 13, exitCode: 0, reason: "", statusReason, instance: 0 }]);
  });

  it("are PENDING until released", () => {
    const it = new WrittenLedger([job(5, 3, one)]).launch(1);
    it.release(0, 6).place(0, 7, 0).end(0, 13, 10, EXITED_3, 0);
    expect(statesOf(it, 0)).toEqual([
      ...["SUBMITTED 5", "PENDING 5", "RUNNABLE 6", "STARTING 7", "RUNNING 10", "FAILED 13"],
    ]);
  });

  it("go back to RUNNABLE with every retry", () => {
    const it = new WrittenLedger([job(0, 3, one)]).launch(2);
    it.place(0, 1, 0).end(0, 4, Number.NaN, CANNOT_PULL, 0).retry(0, 4);
    it.place(0, 6, 1).end(0, 9, 7, EXITED_3, 1).retry(0, 9);
    expect(statesOf(it, 0)).toEqual([
      ...["SUBMITTED 0", "RUNNABLE 0", "STARTING 1", "RUNNABLE 4", "STARTING 6", "RUNNING 7", "RUNNABLE 9"],
    ]);
    expect(jobTimeline(it.ledger, it.workload, 0).statusReason).toBe("");
    it.place(0, 9, 0).end(0, 12, 10, SUCCEEDED, 0); // the index of rows follows the ledger
    expect(statesOf(it, 0).slice(6)).toEqual(["RUNNABLE 9", "STARTING 9", "RUNNING 10", "SUCCEEDED 12"]);
    expect(jobTimeline(it.ledger, it.workload, 0).attempts.map((row) => [row.startedMs, row.exitCode])).toEqual([
      ...[
        [null, null],
        [7, 3],
        [10, 0],
      ],
    ]);
  });

  it("end in FAILED between two attempts when the job is cancelled then", () => {
    const it = new WrittenLedger([job(0, 3, one)]).launch(1);
    it.place(0, 1, 0).end(0, 4, 2, EXITED_3, 0).retry(0, 4).cancel(0, 8, CANCELLED);
    expect(statesOf(it, 0).slice(-2)).toEqual(["RUNNABLE 4", "FAILED 8"]);
    expect(jobTimeline(it.ledger, it.workload, 0).statusReason).toBe("Canceled by user");
  });

  it("are not told beyond what is known", () => {
    const it = new WrittenLedger(jobs(2, job(0, 3, one))).launch(1).place(0, 1, 0);
    expect(statesOf(it, 0)).toEqual(["SUBMITTED 0", "RUNNABLE 0", "STARTING 1"]);
    expect(statesOf(it, 1)).toEqual(["SUBMITTED 0", "RUNNABLE 0"]);
  });

  it("of several nodes are those of the main one", () => {
    const it = new WrittenLedger([job(0, 3, one, { nodes: 2 })]).launch(2);
    it.place(0, 1, 1, 0).end(0, 4, 2, EXITED_3, 0, 1).retry(0, 4);
    it.place(0, 5, 0, 1).end(0, 8, 6, SUCCEEDED, 0, 1);
    expect(statesOf(it, 0)).toEqual([
      ...["SUBMITTED 0", "RUNNABLE 0", "STARTING 1", "RUNNING 2"],
      ...["RUNNABLE 4", "STARTING 5", "RUNNING 6", "SUCCEEDED 8"],
    ]);
    expect(jobTimeline(it.ledger, it.workload, 0).attempts.map((row) => row.instance)).toEqual([1, 0]);
  });
});

describe("a job cancelled before any attempt", () => {
  // Job 0 runs from 0 to 10. Job 1 comes at 4, job 2 at 20; both wait for job 0. Without arrays units are jobs.
  const rows = [job(0, 10, one), job(4, 1, one), job(20, 1, one)];
  const afterFirst = { dependencies: dependencies([1, 0], [2, 0]) };
  const ran = (outcome: number) =>
    new WrittenLedger(rows, afterFirst).launch(1).place(0, 0, 0).end(0, 10, 0, outcome, 0);

  it.each([
    ["its dependency failed", EXITED_3, 1, 10, DEPENDENCY_FAILED, ["SUBMITTED 4", "PENDING 4", "FAILED 10"]],
    ["its dependency had failed", EXITED_3, 2, 20, DEPENDENCY_FAILED, ["SUBMITTED 20", "PENDING 20", "FAILED 20"]],
    ["by the user while PENDING", SUCCEEDED, 1, 10, CANCELLED, ["SUBMITTED 4", "PENDING 4", "FAILED 10"]],
    ["by the user while RUNNABLE", SUCCEEDED, 2, 25, CANCELLED, ["SUBMITTED 20", "RUNNABLE 20", "FAILED 25"]],
  ])("%s", (_, first, number, timeMs, outcome, states) => {
    expect(statesOf(ran(first).cancel(number, timeMs, outcome), number)).toEqual(states);
  });

  it("was RUNNABLE after its release", () => {
    const it = ran(SUCCEEDED).release(1, 10).cancel(1, 15, CANCELLED);
    expect(statesOf(it, 1)).toEqual(["SUBMITTED 4", "PENDING 4", "RUNNABLE 10", "FAILED 15"]);
  });

  it("waited for every child of an array, or for its counterpart, or for the child before it", () => {
    // Unit 0: array of jobs 0 and 1. Job 2 (unit 1 + 2) comes at 20 and waits for the array; child 0 ends at 10, 1 at 30.
    const arrays = arrayOfJobs(3, "a", [0, 1]);
    const waiting = new WrittenLedger([job(0, 1, one), job(0, 1, one), job(20, 1, one)], {
      arrays,
      dependencies: dependencies([3, 0]),
    }).launch(1);
    waiting.place(0, 0, 0).end(0, 10, 0, SUCCEEDED, 0).place(1, 10, 0).end(1, 30, 10, SUCCEEDED, 0);
    expect(statesOf(waiting.cancel(2, 30, CANCELLED), 2)).toEqual(["SUBMITTED 20", "PENDING 20", "FAILED 30"]);
    // Two arrays, [0, 1] and [2, 3]; N_TO_N: child 0 ended at 10, so job 2 of time 20 was ready, job 3 not.
    const counterparts = new WrittenLedger([...jobs(2, job(0, 1, one)), ...jobs(2, job(20, 1, one))], {
      arrays: {
        ...{ count: 2, starts: Int32Array.of(0, 2, 4), children: Int32Array.of(0, 1, 2, 3), ids: ["a", "b"] },
        ...{ arrayOfJob: Int32Array.of(0, 0, 1, 1), indexInArray: Int32Array.of(0, 1, 0, 1) },
        sequential: Uint8Array.of(0, 0),
      },
      dependencies: dependencies([1, 0, true]),
    }).launch(1);
    counterparts.place(0, 0, 0).end(0, 10, 0, SUCCEEDED, 0).place(1, 10, 0).end(1, 30, 10, SUCCEEDED, 0);
    counterparts.cancel(2, 40, CANCELLED).cancel(3, 30, CANCELLED);
    expect(statesOf(counterparts, 2)).toEqual(["SUBMITTED 20", "RUNNABLE 20", "FAILED 40"]);
    expect(statesOf(counterparts, 3)).toEqual(["SUBMITTED 20", "PENDING 20", "FAILED 30"]);
    // SEQUENTIAL: the first child of an array waits for nothing, the second for the first.
    const sequence = new WrittenLedger(jobs(2, job(0, 1, one)), { arrays: arrayOfJobs(2, "a", [0, 1], true) });
    sequence.cancel(0, 5, CANCELLED).cancel(1, 5, DEPENDENCY_FAILED);
    expect(statesOf(sequence, 0)).toEqual(["SUBMITTED 0", "RUNNABLE 0", "FAILED 5"]);
    expect(statesOf(sequence, 1)).toEqual(["SUBMITTED 0", "PENDING 0", "FAILED 5"]);
  });
});

it.each([
  [Outcome.OutOfMemory, 137, "OutOfMemoryError: Container killed due to memory usage", 137],
  [Outcome.HostTerminated, 0, "", null],
  [Outcome.TimedOut, 137, "", 137],
])("outcome %i with exit code %i is told in AWS's words", (outcome, exitCode, reason, told) => {
  const it = new WrittenLedger([job(0, 3, one)]).launch(1);
  it.place(0, 0, 0).end(0, 4, 1, packOutcome(outcome, exitCode), 0);
  const [attempt] = jobTimeline(it.ledger, it.workload, 0).attempts;
  expect(attempt).toMatchObject({ reason, exitCode: told });
});

describe("an array", () => {
  // Three children at 2. Child 0 runs from 3 to 8; child 1 from 3, fails at 5, again from 6 to 12; child 2 fails at 9.
  const rows = jobs(3, job(2, 1, one));
  const written = (last: number) => {
    const it = new WrittenLedger(rows, { arrays: arrayOfJobs(3, "a", [0, 1, 2]) }).launch(1);
    it.place(0, 3, 0).place(1, 3, 0).end(1, 5, 4, EXITED_3, 0).retry(1, 5).place(1, 6, 0).end(0, 8, 4, SUCCEEDED, 0);
    return it.place(2, 8, 0).end(2, 9, 8, last, 0);
  };

  it("is PENDING until its last child has ended", () => {
    const running = written(EXITED_3);
    const pending = [
      { state: "SUBMITTED", timeMs: 2 },
      { state: "PENDING", timeMs: 2 },
    ];
    expect(arrayTimeline(running.ledger, running.workload, 0)).toEqual(pending);
    expect(arrayEnd(running.ledger, running.workload, 0)).toEqual({ succeeded: 1, failed: 1, endedMs: Number.NaN });
    const failed = written(EXITED_3).end(1, 12, 7, SUCCEEDED, 0);
    expect(arrayTimeline(failed.ledger, failed.workload, 0)).toEqual([...pending, { state: "FAILED", timeMs: 12 }]);
    expect(arrayEnd(failed.ledger, failed.workload, 0)).toEqual({ succeeded: 2, failed: 1, endedMs: 12 });
    const well = written(SUCCEEDED).end(1, 12, 7, SUCCEEDED, 0);
    expect(arrayTimeline(well.ledger, well.workload, 0).at(-1)).toEqual({ state: "SUCCEEDED", timeMs: 12 });
  });

  it.each([
    [1, {}],
    [2, { RUNNABLE: 3 }],
    [3, { STARTING: 2, RUNNABLE: 1 }],
    [4, { RUNNING: 2, RUNNABLE: 1 }],
    [5, { RUNNING: 1, RUNNABLE: 2 }],
    [8, { RUNNING: 2, SUCCEEDED: 1 }],
    [11, { RUNNING: 1, SUCCEEDED: 1, FAILED: 1 }],
    [12, { SUCCEEDED: 2, FAILED: 1 }],
  ])("has children in these states at %i", (timeMs, counts) => {
    const { ledger, workload } = written(EXITED_3).end(1, 12, 7, SUCCEEDED, 0);
    const none = { SUBMITTED: 0, PENDING: 0, RUNNABLE: 0, STARTING: 0, RUNNING: 0, SUCCEEDED: 0, FAILED: 0 };
    expect(statusSummaryAt(ledger, workload, 0, timeMs)).toEqual({ ...none, ...counts });
  });
});

it("tells a job among many by its own rows", () => {
  // 1000 jobs one after the other, the last one first: job i from (999 - i) s on, for a second.
  const it = new WrittenLedger(jobs(1000, job(0, s(1), one))).launch(1);
  for (let i = 999; i >= 0; i--) it.place(i, s(999 - i), 0).end(i, s(1000 - i), s(999 - i), SUCCEEDED, 0);
  expect(statesOf(it, 300).slice(2)).toEqual(["STARTING 699000", "RUNNING 699000", "SUCCEEDED 700000"]);
});
