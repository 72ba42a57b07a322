// What is expected of run times, and of ends, by hand.

import { describe, expect, it } from "vitest";
import { ExpectedRuns } from "../../../src/core/knowledge/expected-runs.js";
import { Outlook, RUN_STEPS } from "../../../src/core/knowledge/outlook.js";
import { Outcome, packOutcome } from "../../../src/model/outcome.js";
import { NONE } from "../../../src/model/tables.js";
import { s } from "../../builders.js";

const NO_LIMIT = Number.NaN;

function add(runs: ExpectedRuns, name: number, jobClass: number, limitMs: number, runMs: number): void {
  runs.add(runs.kindOf(name, jobClass, limitMs), limitMs, runMs);
}

function expectedMs(runs: ExpectedRuns, name: number, jobClass: number, limitMs: number): number {
  return runs.expectedMs(runs.kindOf(name, jobClass, limitMs), limitMs);
}

describe("expected run times", () => {
  it("are the user's limit, or an hour, before anything has ended", () => {
    const runs = new ExpectedRuns(2);
    expect(expectedMs(runs, 0, 0, s(500))).toBe(s(500));
    expect(expectedMs(runs, 0, 0, NO_LIMIT)).toBe(s(3600));
  });

  it("are the mean over name and class, else over the name, else over all, each from five runs on", () => {
    const runs = new ExpectedRuns(2);
    for (const seconds of [10, 20, 30, 40]) add(runs, 7, 1, NO_LIMIT, s(seconds));
    expect(expectedMs(runs, 7, 1, NO_LIMIT)).toBe(s(3600)); // four
    add(runs, 8, 0, NO_LIMIT, s(400));
    expect(expectedMs(runs, 9, 0, NO_LIMIT)).toBe(s(100)); // (10 + 20 + 30 + 40 + 400) / 5
    add(runs, 7, 0, NO_LIMIT, s(150));
    expect(expectedMs(runs, 7, 1, NO_LIMIT)).toBe(s(50)); // (10 + 20 + 30 + 40 + 150) / 5: four of its class
    add(runs, 7, 1, NO_LIMIT, s(50));
    expect(expectedMs(runs, 7, 1, NO_LIMIT)).toBe(s(30)); // (10 + 20 + 30 + 40 + 50) / 5
  });

  it("are a share of the limit where there is one, and never longer", () => {
    const runs = new ExpectedRuns(1);
    for (let run = 0; run < 5; run++) add(runs, 0, 0, s(100), s(25));
    expect(expectedMs(runs, 0, 0, s(1000))).toBe(s(250));
    for (let run = 0; run < 5; run++) add(runs, 1, 0, s(100), s(130)); // ended late
    expect(expectedMs(runs, 1, 0, s(1000))).toBe(s(1000));
    expect(expectedMs(runs, 0, 0, NO_LIMIT)).toBe(s(3600)); // shares tell nothing of jobs without limits
  });
});

/** A job of class 0 that waits, by its limit, in an outlook that knows nothing. */
function queued(limits: readonly number[]): Outlook {
  const outlook = new Outlook(1);
  limits.forEach((limitMs, job) => {
    outlook.jobQueued(job, 0, limitMs, false);
  });
  return outlook;
}

describe("expected ends", () => {
  it("come in steps of a quarter of an octave from a minute to 45 days", () => {
    const outlook = queued([s(1), s(60), s(61), s(120), s(121), s(46 * 86_400)]);
    const expected = [60, 60, 60 * 2 ** 0.25, 120, 120 * 2 ** 0.25, 60 * 2 ** 15.75];
    expected.forEach((seconds, job) => {
      expect(outlook.expectedMs(job) / 1000).toBeCloseTo(seconds, 6);
    });
    expect(outlook.expectedStep(5)).toBe(RUN_STEPS - 1);
  });

  it("are those of the last job of an instance, reckoned again when it ends before its time", () => {
    const outlook = queued([s(120), s(240), s(480)]);
    outlook.jobPlaced(0, 3, s(100)); // until 220
    outlook.jobPlaced(1, 3, s(100)); // until 340
    outlook.jobPlaced(2, 4, s(100));
    outlook.nowMs = s(150);
    expect(outlook.endMs(3)).toBe(s(340));
    outlook.jobEnded(1, 3, s(100), s(160), packOutcome(Outcome.Succeeded, 0));
    outlook.nowMs = s(160);
    expect(outlook.endMs(3)).toBe(s(220));
    outlook.jobEnded(0, 3, s(100), s(170), packOutcome(Outcome.Succeeded, 0));
    outlook.nowMs = s(170);
    expect(outlook.endMs(3)).toBe(s(170)); // empty
    expect(outlook.hasJobs(3)).toBe(false);
    expect(outlook.endMs(4)).toBe(s(580));
    expect(outlook.endMs(1000)).toBe(s(170)); // never had any
  });

  it("move on when a job outlives them: as long again as it has run, up to its limit", () => {
    const outlook = new Outlook(1);
    for (let job = 0; job < 5; job++) {
      outlook.jobQueued(job, 0, s(1000), false);
      outlook.jobPlaced(job, 0, 0);
      outlook.jobEnded(job, 0, 0, s(120), packOutcome(Outcome.Succeeded, 0)); // 12 % of the limit
    }
    outlook.jobQueued(9, 0, s(1000), false);
    outlook.jobPlaced(9, 1, 0);
    outlook.nowMs = s(119);
    expect(outlook.endMs(1)).toBe(s(120));
    outlook.nowMs = s(300);
    expect(outlook.endMs(1)).toBe(s(600));
    outlook.nowMs = s(599);
    expect(outlook.endMs(1)).toBe(s(600)); // not before it outlives that too
    outlook.nowMs = s(600);
    expect(outlook.endMs(1)).toBe(s(1000));
    outlook.nowMs = s(1100); // beyond its limit: limits that nobody enforces tell no more
    expect(outlook.endMs(1)).toBe(s(2200));
  });

  it("learn from attempts that failed, not from those that lost their host", () => {
    const outlook = new Outlook(1);
    const end = (job: number, outcome: Outcome, runMs: number) => {
      outlook.jobQueued(job, 0, NO_LIMIT, false);
      outlook.jobPlaced(job, 0, 0);
      outlook.jobEnded(job, 0, 0, runMs, packOutcome(outcome, 1));
    };
    for (let job = 0; job < 9; job++) end(job, Outcome.HostTerminated, s(60));
    outlook.jobQueued(20, 0, NO_LIMIT, false);
    expect(outlook.expectedMs(20)).toBeGreaterThanOrEqual(s(3600)); // the first guess
    for (let job = 0; job < 5; job++) end(job, Outcome.Exited, s(60));
    outlook.jobQueued(20, 0, NO_LIMIT, false);
    expect(outlook.expectedMs(20)).toBe(s(60));
  });

  it("know what a kill would lose: all, what came after the last checkpoint, or that there is no second attempt", () => {
    const outlook = new Outlook(1);
    outlook.nowMs = s(1000);
    for (const [job, savesEveryMs] of [0, s(300), Number.NaN].entries()) {
      outlook.jobNamed(job, 0, savesEveryMs);
      outlook.jobQueued(job, 0, NO_LIMIT, false);
      outlook.jobPlaced(job, 0, s(200));
    }
    expect([0, 1, 2].map((job) => outlook.lostMs(job))).toEqual([s(800), s(200), Number.POSITIVE_INFINITY]);
    outlook.jobQueued(1, 0, NO_LIMIT, true); // a retry has lost enough
    expect(outlook.lostMs(1)).toBe(Number.POSITIVE_INFINITY);
    expect(outlook.expectedMs(1)).toBeGreaterThan(0);
    expect(outlook.everyJob(0, (job) => job !== NONE)).toBe(true);
  });
});
