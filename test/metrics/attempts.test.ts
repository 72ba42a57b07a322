// The figures of runs in which jobs are retried, cancelled, run on several nodes or never run: ledgers written by hand,
// worked out to the micro-USD. One instance type: 4 vCPUs, 16 GiB, 1 micro-USD per ms, half of it for either resource.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { demandOf } from "../../src/metrics/floor.js";
import { summariseRun } from "../../src/metrics/summary.js";
import { Outcome, packOutcome } from "../../src/model/outcome.js";
import type { RunSummary } from "../../src/model/run-result.js";
import { type JobRow, job, jobs, s, shape, workload } from "../builders.js";
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

const BILLING = { minimumMs: 0, rootVolumeMicroUsdPerHour: 0, publicIpv4MicroUsdPerHour: 0 };
/** A quarter of an instance and of its price. */
const quarter = shape(1, 4);

function summarise({ ledger, workload: columns }: WrittenLedger): RunSummary {
  const label = { name: "run", role: "strategy", description: "" } as const;
  return summariseRun(label, ledger, columns, BILLING, [{ vcpu: 0.5, memory: 0.5, gpu: 0 }]);
}
const categories = (run: RunSummary) =>
  Object.fromEntries(run.cost.byCategory.filter((row) => row.microUsd > 0).map((row) => [row.category, row.microUsd]));

describe("a job that is retried twice", () => {
  // At 0; placed at 10 s, no container (pull fails) until 12; RUNNABLE at 12; placed at 20, runs 24 to 34, exits 3;
  // RUNNABLE at 34; placed at 40, runs 42 to 62. The instance is there from 0 to 70.
  const it0 = new WrittenLedger([job(0, s(20), quarter)]).launch(1);
  it0.place(0, s(10), 0).end(0, s(12), Number.NaN, CANNOT_PULL, 0).retry(0, s(12));
  it0.place(0, s(20), 0).end(0, s(34), s(24), EXITED_3, 0).retry(0, s(34));
  it0.place(0, s(40), 0).end(0, s(62), s(42), SUCCEEDED, 0).close(s(70));
  const run = summarise(it0);

  it("is one job of three attempts that succeeded", () => {
    expect(run.jobs).toEqual({
      ...{ total: 1, succeeded: 1, failed: 0, attempts: 3 },
      byOutcome: [{ outcome: "succeeded", jobs: 1 }],
    });
    expect(run.makespanMs).toBe(s(62));
  });

  it("waited until its first container started, and is slowed down by all before its last attempt", () => {
    expect(run.waitMs).toEqual({ mean: s(24), p50: s(24), p95: s(24), p99: s(24), max: s(24) });
    expect(run.boundedSlowdown.max).toBe(3.1); // 62 s for a run of 20
    expect(run.longestWaits).toEqual([{ job: "j0", name: "job", queue: "main", submitMs: 0, waitMs: s(24), why: [] }]);
    expect(run.waitHistogram.reduce((sum, bucket) => sum + bucket.jobs, 0)).toBe(1);
  });

  it("pays for pulls and for work that failed apart from what was useful", () => {
    // A quarter of the price: pull (2 + 4 + 2) s, rework 10 s, useful 20 s; beside it three quarters of 2 + 14 + 22 s, up to
    // 40 unfilled (16 s), then tail (22 s). Idle 10 + 8 + 6 + 8 = 32 s. 2 + 2.5 + 5 + 12 + 16.5 + 32 = 70.
    expect(categories(run)).toEqual({
      ...{ useful: 5_000, rework: 2_500, pull: 2_000, unfilled: 12_000, tail: 16_500, idle: 32_000 },
    });
    expect(run.cost.totalMicroUsd).toBe(70_000);
    expect(run.cost.byQueue).toEqual([{ queue: "main", jobs: 1, microUsd: 70_000 }]);
    expect(run.cost.byJobName).toEqual([{ queue: "main", name: "job", jobs: 1, microUsd: 70_000 }]);
  });

  it("is in the queue three times", () => {
    // Steps of 1 s. RUNNABLE 0..10, 12..20, 34..40; placed in between, up to 62.
    expect(run.series.steps).toBe(70);
    const waits = (step: number) => (step < 10 || (step >= 12 && step < 20) || (step >= 34 && step < 40) ? 1 : 0);
    expect(run.series.queuedJobs).toEqual(Array.from({ length: 70 }, (_, step) => waits(step)));
    expect(run.series.queuedVcpus).toEqual(run.series.queuedJobs);
    expect(run.series.busyVcpus).toEqual(
      Array.from({ length: 70 }, (_, step) => (waits(step) === 1 || step >= 62 ? 0 : 1)),
    );
  });
});

describe("jobs that end in every way", () => {
  // Job 0 succeeds, 0 to 10 s. Job 1 exits with 3, 0 to 4 s. Job 2, released at 10, starts at 13 and ends at 43: it waited 3.
  // Job 3 depends on job 1 and fails with it. Job 4 is cancelled while RUNNABLE, at 50.
  const rows = [...jobs(4, job(0, s(10), quarter)), job(s(20), s(10), quarter, { queue: "other" })];
  const it0 = new WrittenLedger(rows, { dependencies: dependencies([2, 0], [3, 1]) }).launch(1);
  it0.place(0, 0, 0).place(1, 0, 0).end(1, s(4), 0, EXITED_3, 0).cancel(3, s(4), DEPENDENCY_FAILED);
  it0.end(0, s(10), 0, SUCCEEDED, 0).release(2, s(10)).place(2, s(12), 0);
  it0.end(2, s(43), s(13), SUCCEEDED, 0).cancel(4, s(50), CANCELLED).close(s(43));
  const run = summarise(it0);

  it("are counted by outcome", () => {
    expect(run.jobs).toEqual({
      ...{ total: 5, succeeded: 2, failed: 3, attempts: 3 },
      byOutcome: [
        { outcome: "succeeded", jobs: 2 },
        { outcome: "exited", jobs: 1 },
        { outcome: "dependency-failed", jobs: 1 },
        { outcome: "cancelled", jobs: 1 },
      ],
    });
    expect(run.makespanMs).toBe(s(50));
  });

  it("wait from RUNNABLE on, if they start at all", () => {
    // 0, 0 and 3 s. Slowdowns: 10/10, 4/10 (at least 1), 33/30.
    expect(run.waitMs).toMatchObject({ mean: 1000, max: s(3) });
    expect(run.boundedSlowdown).toMatchObject({ mean: 1.0333, max: 1.1 });
    expect(run.longestWaits.map((wait) => [wait.job, wait.waitMs])).toEqual([
      ...[
        ["j2", s(3)],
        ["j0", 0],
        ["j1", 0],
      ],
    ]);
  });

  it("are in the queue while RUNNABLE only", () => {
    // Job 2 from 10 to 12, job 4 from 20 to 50. The other ones never.
    const waits = (step: number) => (step >= 20 || (step >= 10 && step < 12) ? 1 : 0);
    expect(run.series.queuedJobs).toEqual(Array.from({ length: 50 }, (_, step) => waits(step)));
  });

  it("are all in the table of queues, paid or not", () => {
    // 43 s of one instance, all caused by the queue that ran jobs.
    expect(run.cost.byQueue).toEqual([
      { queue: "main", jobs: 4, microUsd: 43_000 },
      { queue: "other", jobs: 1, microUsd: 0 },
    ]);
    // The failed attempt held a quarter for 4 s.
    expect(categories(run)).toMatchObject({ rework: 1_000, useful: 2_500 + 7_500, pull: 250 });
  });
});

describe("a job of two nodes", () => {
  // Placed at 5 s on both instances, runs 6 to 16; fails; then 20 to 40. The instances are there from 0 to 40.
  const it0 = new WrittenLedger([job(0, s(10), shape(4, 16), { nodes: 2 })]).launch(2);
  it0.place(0, s(5), 1, 0).end(0, s(16), s(6), packOutcome(Outcome.OutOfMemory, 137), 1, 0).retry(0, s(16));
  it0.place(0, s(20), 0, 1).end(0, s(40), s(20), SUCCEEDED, 0, 1).close(s(40));
  const run = summarise(it0);

  it("is one job, two attempts, on two instances", () => {
    expect(run.jobs).toMatchObject({ total: 1, succeeded: 1, failed: 0, attempts: 2 });
    expect(run.waitMs).toMatchObject({ mean: s(6), max: s(6) });
    expect(run.boundedSlowdown.max).toBe(2); // 40 s for a run of 20
    // Both instances whole: idle 5 + 4, pull 1, rework 10, useful 20, twice.
    expect(categories(run)).toEqual({ useful: 40_000, rework: 20_000, pull: 2_000, idle: 18_000 });
    expect(run.cost.byQueue).toEqual([{ queue: "main", jobs: 1, microUsd: 80_000 }]);
  });

  it("waits once, with the vCPUs of both, and is busy on both", () => {
    expect(run.series.queuedJobs.slice(0, 6)).toEqual([1, 1, 1, 1, 1, 0]);
    expect(run.series.queuedVcpus.slice(0, 6)).toEqual([8, 8, 8, 8, 8, 0]);
    expect(run.series.busyVcpus.slice(4, 7)).toEqual([0, 8, 8]);
  });

  it("asks for both in the floor's demand", () => {
    // 10 s x 2 nodes x 4 vCPUs = 80 vCPU-seconds.
    const columns = workload([job(0, s(10), shape(4, 16), { nodes: 2 })]);
    expect(demandOf(columns.workload, columns.profiles).vcpuHours).toBeCloseTo(80 / 3600, 12);
  });
});

it("an instance whose attempts all failed has nothing useful", () => {
  const it0 = new WrittenLedger([job(0, s(10), shape(4, 16))]).launch(1);
  it0.place(0, 0, 0).end(0, s(10), 0, EXITED_3, 0).close(s(10));
  expect(categories(summarise(it0))).toEqual({ rework: 10_000 });
});

it("a run in which nothing started has no waits", () => {
  const it0 = new WrittenLedger([job(0, s(10), quarter)]).cancel(0, s(7), CANCELLED);
  const run = summarise(it0);
  const nothing = { mean: 0, p50: 0, p95: 0, p99: 0, max: 0 };
  expect(run).toMatchObject({ waitMs: nothing, boundedSlowdown: nothing, longestWaits: [], makespanMs: s(7) });
  expect(run.cost.totalMicroUsd).toBe(0);
});

describe("the floor's demand", () => {
  const rows = [job(0, s(100), quarter), job(0, s(100), quarter)];
  const attempt = { exitCode: 0, reason: undefined, statusReason: undefined, cannotStart: false };

  it.each([
    ["the first attempt of a script", [[{ ...attempt, runtimeMs: s(7), exitCode: 1 }]], [], 7 + 100],
    ["the job's own run time where the script has none", [[{ ...attempt, runtimeMs: Number.NaN }]], [], 200],
    ["nothing for an attempt that cannot start", [[{ ...attempt, runtimeMs: s(7), cannotStart: true }]], [], 100],
    ["no more than the timeout", [], [0, 1], 100 + 60],
  ])("counts %s", (_, scripts, jobDefinition, seconds) => {
    const columns = workload(rows);
    const retry = { attempts: 1, evaluateOnExit: [] };
    const withDefinitions = {
      ...columns.workload,
      definitions: [...columns.workload.definitions, { name: "d", retry, timeoutMs: s(60) }],
      jobDefinition: Int32Array.from(jobDefinition),
    };
    const script = scripts.length === 0 ? new Int32Array(0) : Int32Array.of(0, -1);
    const demand = demandOf(withDefinitions, { ...columns.profiles, script, scripts });
    expect(demand.vcpuHours).toBeCloseTo(seconds / 3600, 12);
  });
});

describe("shares", () => {
  // "a": two jobs of 1 vCPU, 0 to 3600 s and 3600 to 10800 s. "b": one of 2 vCPUs, 0 to 9000 s. One job without a share.
  const rows: JobRow[] = [
    ...jobs(2, job(0, 1, quarter, { share: "a" })),
    job(0, 1, shape(2, 4), { share: "b" }),
    job(0, 1, quarter),
  ];
  const it0 = new WrittenLedger(rows).launch(1);
  it0.place(0, 0, 0).end(0, s(3600), 0, SUCCEEDED, 0).place(1, s(3600), 0).end(1, s(10_800), s(3600), SUCCEEDED, 0);
  it0.place(2, 0, 0).end(2, s(9000), 0, SUCCEEDED, 0).place(3, s(5), 0).end(3, s(5), s(5), SUCCEEDED, 0);

  it("have vCPU-hours and waits, the largest first", () => {
    const { shares } = summarise(it0.close(s(10_800)));
    const wait = (seconds: number) => {
      const ms = s(seconds);
      return { mean: ms, p50: ms, p95: ms, p99: ms, max: ms };
    };
    expect(shares).toEqual([
      { shareIdentifier: "b", jobs: 1, vcpuHours: 5, waitMs: wait(0) },
      {
        ...{ shareIdentifier: "a", jobs: 2, vcpuHours: 3 },
        waitMs: { mean: s(1800), p50: 0, p95: s(3600), p99: s(3600), max: s(3600) },
      },
      { shareIdentifier: "", jobs: 1, vcpuHours: 0, waitMs: wait(5) },
    ]);
  });

  it("beyond fifty are one", () => {
    // 52 shares of one job each, for 1 to 52 hours, waiting as long in seconds as their number: the last two are 1 and 0.
    const many = new WrittenLedger(Array.from({ length: 52 }, (_, i) => job(0, 1, quarter, { share: `s${i}` }))).launch(
      1,
    );
    for (let i = 0; i < 52; i++) many.place(i, s(i), 0).end(i, s(i + 3600 * (i + 1)), s(i), SUCCEEDED, 0);
    const { shares } = summarise(many.close(s(400_000)));
    expect(shares.length).toBe(51);
    expect(shares[0]).toMatchObject({ shareIdentifier: "s51", vcpuHours: 52 });
    expect(shares[50]).toEqual({
      ...{ shareIdentifier: null, jobs: 2, vcpuHours: 3 },
      waitMs: { mean: 500, p50: 0, p95: s(1), p99: s(1), max: s(1) },
    });
  });
});

it("children of arrays are jobs like others", () => {
  const it0 = new WrittenLedger(jobs(2, job(0, 1, quarter)), { arrays: arrayOfJobs(2, "a", [0, 1]) }).launch(1);
  it0.place(0, 0, 0).place(1, 0, 0).end(0, s(5), 0, SUCCEEDED, 0).end(1, s(5), 0, SUCCEEDED, 0).close(s(5));
  expect(summarise(it0).jobs).toMatchObject({ total: 2, succeeded: 2, attempts: 2 });
});

describe("the bill", () => {
  it("is the sum of its categories however attempts end; what failed is rework, nothing else changes", () => {
    const attempt = fc.record({
      instance: fc.nat(2),
      placedMs: fc.nat(50_000),
      pullMs: fc.nat(3_000),
      runMs: fc.nat(40_000),
      outcome: fc.constantFrom(SUCCEEDED, EXITED_3, CANNOT_PULL),
    });
    fc.assert(
      fc.property(fc.array(attempt, { minLength: 1, maxLength: 4 }), (attempts) => {
        const write = (succeed: boolean) => {
          const it0 = new WrittenLedger(attempts.map(() => job(0, 1, quarter))).launch(3);
          const changes = attempts.flatMap(({ instance, placedMs, pullMs, runMs, outcome }, i) => {
            const startedMs = outcome === CANNOT_PULL ? Number.NaN : placedMs + pullMs;
            const endedMs = placedMs + pullMs + (outcome === CANNOT_PULL ? 0 : runMs);
            const packed = succeed && outcome === EXITED_3 ? SUCCEEDED : outcome;
            return [
              { timeMs: placedMs, write: () => it0.place(i, placedMs, instance) },
              { timeMs: endedMs, write: () => it0.end(i, endedMs, startedMs, packed, instance) },
            ];
          });
          for (const change of changes.sort((a, b) => a.timeMs - b.timeMs)) change.write();
          return summarise(it0.close(100_000)).cost;
        };
        const [asIs, better] = [write(false), write(true)];
        const sumOf = (cost: RunSummary["cost"]) => cost.byCategory.reduce((sum, row) => sum + row.microUsd, 0);
        expect(asIs.totalMicroUsd).toBe(300_000);
        expect(sumOf(asIs)).toBe(300_000);
        const [usefulIndex, reworkIndex] = [0, 1];
        asIs.byCategory.forEach((row, i) => {
          // Whole milliseconds per instance: up to one per category and instance goes to another category.
          if (i > reworkIndex) expect(Math.abs(row.microUsd - better.byCategory[i]!.microUsd)).toBeLessThanOrEqual(36);
        });
        const failedMs = attempts.reduce((sum, row) => sum + (row.outcome === EXITED_3 ? row.runMs : 0), 0);
        expect(Math.abs(asIs.byCategory[reworkIndex]!.microUsd - failedMs / 4)).toBeLessThanOrEqual(36);
        const done = asIs.byCategory[usefulIndex]!.microUsd + asIs.byCategory[reworkIndex]!.microUsd;
        expect(Math.abs(done - better.byCategory[usefulIndex]!.microUsd)).toBeLessThanOrEqual(36);
      }),
    );
  });
});

describe("both ways to measure a run", () => {
  it("agree where every job ran once", () => {
    // Twenty jobs one after the other; the second time a cancelled one beside them makes the run go job by job.
    const plainRows = Array.from({ length: 20 }, (_, i) => job(s(i), s(3 + i), quarter));
    const write = (rows: readonly JobRow[]) => {
      const it0 = new WrittenLedger(rows).launch(1);
      let timeMs = 0;
      for (let i = 0; i < 20; i++) {
        it0.place(i, timeMs, 0).end(i, timeMs + s(4 + i), timeMs + s(1), SUCCEEDED, 0);
        timeMs += s(4 + i);
      }
      return it0;
    };
    const plain = summarise(write(plainRows).close(s(500)));
    const last = job(s(19), s(1), quarter);
    const byJob = summarise(
      write([...plainRows, last])
        .cancel(20, s(19), CANCELLED)
        .close(s(500)),
    );
    for (const figure of [
      "waitMs",
      "boundedSlowdown",
      "waitHistogram",
      "longestWaits",
      "makespanMs",
      "series",
    ] as const) {
      expect(byJob[figure], figure).toEqual(plain[figure]);
    }
    expect(byJob.cost.byCategory).toEqual(plain.cost.byCategory);
  });
});
