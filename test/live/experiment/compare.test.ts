// Plans and comparisons: arithmetic alone.

import { expect, it } from "vitest";
import { compareRuns, rankCorrelation, realJobOf, type SimulatedRun } from "../../../src/live/experiment/compare.js";
import { fleetCost, type InstanceRecord } from "../../../src/live/experiment/instances.js";
import {
  isRunId,
  planSubmissions,
  type SleepJob,
  sleepSecondsOf,
  timeoutSeconds,
} from "../../../src/live/experiment/plan.js";

const JOB: SleepJob = {
  ...{ id: "a", submitMs: 0, sleepSeconds: 10, vcpus: 1, memoryMib: 128, gpus: 0 },
  ...{ attempts: 1, shareIdentifier: "", schedulingPriority: 0 },
};
const sizes = (jobs: readonly SleepJob[]) =>
  planSubmissions("r", jobs).submissions.map(({ name, size }) => [name, size]);

it("coalesces neighbours that differ in nothing but their id", () => {
  const differing: Partial<SleepJob>[] = [
    ...[{ submitMs: 1 }, { sleepSeconds: 11 }, { vcpus: 2 }, { memoryMib: 129 }, { gpus: 1 }, { attempts: 2 }],
    ...[{ shareIdentifier: "s" }, { schedulingPriority: 1 }],
  ];
  for (const difference of differing) {
    expect(sizes([JOB, { ...JOB, ...difference }])).toEqual([
      ["r-0", 1],
      ["r-1", 1],
    ]);
  }
  expect(sizes([JOB, { ...JOB, id: "b" }, { ...JOB, vcpus: 2 }, JOB])).toEqual([
    ["r-0", 2],
    ["r-2", 1],
    ["r-3", 1],
  ]);
});

it("makes no array of more than 10,000", () => {
  expect(sizes(new Array<SleepJob>(20_001).fill(JOB))).toEqual([
    ["r-0", 10_000],
    ["r-10000", 10_000],
    ["r-20000", 1],
  ]);
});

it("knows one plan from another", () => {
  expect(planSubmissions("r", [JOB]).hash).toBe(planSubmissions("r", [{ ...JOB }]).hash);
  expect(planSubmissions("r", [JOB]).hash).not.toBe(planSubmissions("r", [{ ...JOB, vcpus: 2 }]).hash);
});

it.each([
  ["run-1", true],
  ["a".repeat(100), true],
  ["a".repeat(101), false],
  ["-a", false],
  ["a b", false],
  ["", false],
])("takes %j for a run's name: %j", (text, is) => expect(isRunId(text)).toBe(is));

it("sleeps whole seconds, and gives up after half as long again and five minutes", () => {
  expect([0, 400, 1_499, 1_500].map(sleepSecondsOf)).toEqual([1, 1, 1, 2]);
  expect([1, 1_000].map(timeoutSeconds)).toEqual([302, 1_800]); // ceil(1.5) + 300; 1500 + 300
});

it.each<[string, number[], number[], number | null]>([
  ["the same order", [1, 2, 3], [10, 20, 30], 1],
  ["the opposite", [1, 2, 3], [3, 2, 1], -1],
  // Ranks 1 2 3 4 and 1 2 4 3: 1 - 6 x 2 / (4 x 15) = 0.8.
  ["one pair exchanged", [1, 2, 3, 4], [1, 2, 4, 3], 0.8],
  // Ranks 1.5 1.5 3 against 1 2 3: (-0.5)(-1) + (-0.5)(0) + (1)(1) = 1.5 over sqrt(1.5 x 2).
  ["ties", [5, 5, 9], [1, 2, 3], 1.5 / Math.sqrt(3)],
  ["no value in one", [1, 2, Number.NaN, 3], [1, 2, 0, 3], 1],
  ["all alike", [1, 1], [1, 2], null],
  ["none", [], [], null],
])("rank correlation: %s", (_, a, b, expected) => {
  const found = rankCorrelation(a, b);
  if (expected === null) expect(found).toBeNull();
  else expect(found).toBeCloseTo(expected, 12);
});

it("measures a job from its submission to its first start, and its last attempt's run", () => {
  const attempts = [
    { startedAt: 1_100, stoppedAt: 1_200 },
    { startedAt: 1_500, stoppedAt: 1_800 },
  ];
  const job = {
    jobId: "j",
    status: "SUCCEEDED" as const,
    createdAt: 1_000,
    startedAt: 1_500,
    stoppedAt: 1_800,
    attempts,
  };
  expect(realJobOf(job as never)).toMatchObject({ waitMs: 100, runMs: 300, attempts: 2 });
  const never = realJobOf({ jobId: "j", status: "FAILED", createdAt: 1_000, stoppedAt: 1_900 } as never);
  expect([never.waitMs, never.runMs]).toEqual([Number.NaN, Number.NaN]);
});

it("compares figures of all jobs that started", () => {
  const plan = planSubmissions("r", [JOB, { ...JOB, id: "b", submitMs: 5 }, { ...JOB, id: "c", submitMs: 9 }]);
  const simulated: SimulatedRun = {
    strategy: "packed",
    jobs: [10, 20, 30].map((waitMs) => ({ waitMs, runMs: 10 })),
    ...{ makespanMs: 100, microUsd: 7, instanceHours: 2, peakInstances: 1 },
  };
  const times = (createdAt: number, startedAt: number, stoppedAt: number) =>
    realJobOf({ jobId: "j", status: "SUCCEEDED", createdAt, startedAt, stoppedAt } as never);
  const cost = { microUsd: 9, instanceHours: 3, microUsdPerHour: 0, unpriced: [] };
  const found = compareRuns(plan, simulated, [times(1_000, 1_040, 1_050), times(1_005, 1_065, 1_090), undefined], cost);
  expect(found).toMatchObject({
    isWhole: false,
    // Waits 10, 20, 30: the middle one, and the 95th percentile by nearest rank is the third.
    simulated: { jobs: 3, waitMs: { mean: 20, p50: 20, p95: 30 }, makespanMs: 100, microUsd: 7 },
    // Waits 40 and 60; from 1000 to 1090.
    real: { jobs: 2, failed: 0, waitMs: { mean: 50, p50: 40, p95: 60 }, makespanMs: 90, microUsd: 9 },
    waitRankCorrelation: 1,
  });
});

it("costs instances from their launch or the start, for a minute at least", () => {
  const record = (
    launchMs: number,
    endedMs: number | null,
    microUsdPerHour: number | null = 3_600_000,
  ): InstanceRecord => ({
    ...{ instanceId: `i-${launchMs}`, instanceType: "m5.large", zone: "z", market: "on-demand", launchMs, endedMs },
    microUsdPerHour,
  });
  const start = 1_000_000;
  const records = [
    record(0, null), // there before: 200 s since the start
    record(start + 50_000, start + 150_000), // 100 s
    record(start + 190_000, null), // 10 s, billed as 60 s
    record(start, null, null), // 200 s, price unknown
  ];
  const cost = fleetCost(records, start, start + 200_000, 0);
  // 1,000 micro-USD a second: 200 + 100 + 60 s.
  expect(cost).toEqual({
    ...{ microUsd: 360_000, instanceHours: 560 / 3_600, microUsdPerHour: 7_200_000, unpriced: ["m5.large"] },
  });
  // Volume and address: 3.6 USD an hour more doubles it.
  expect(fleetCost(records, start, start + 200_000, 3_600_000).microUsd).toBe(720_000);
});
