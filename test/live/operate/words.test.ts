import { describe, expect, it } from "vitest";
import { describePool, describeReason, describeSubject } from "../../../src/live/operate/decision-words.js";
import { count, counted, duration, instant, printable, usd, vcpus } from "../../../src/live/operate/words.js";
import type { Decision, LaunchDecision } from "../../../src/model/decision.js";
import { NONE } from "../../../src/model/tables.js";

describe("quantities", () => {
  it.each([
    [0, "0 s"],
    [850, "850 ms"],
    [3_449, "3.4 s"],
    [9_999, "9.9 s"],
    [59_999, "59 s"],
    [200_000, "3 min 20 s"],
    [3_599_999, "59 min 59 s"],
    [18_420_000, "5 h 7 min"],
    [183_600_000, "2 d 3 h"],
    [-5_000, "-5 s"],
  ])("%d ms is %s", (ms, words) => expect(duration(ms)).toBe(words));

  it.each([
    [null, "–"],
    [Number.NaN, "–"],
    [0, "$0.00"],
    [548_700, "$0.5487"],
    [49_380_000, "$49.38"],
    [1_234_567_890_000, "$1,234,567.89"],
    [-1_500_000, "-$1.50"],
  ])("%d micro-USD are %s", (microUsd, words) => expect(usd(microUsd)).toBe(words));

  it("counts with commas", () => {
    expect([count(1_234_567), count(0.256, 2), counted(1, "job"), counted(2_000, "job")]).toEqual([
      ...["1,234,567", "0.26", "1 job", "2,000 jobs"],
    ]);
    expect([vcpus(250), vcpus(32_000)]).toEqual(["0.3", "32"]);
    expect(instant(Date.UTC(2026, 0, 31, 14, 5, 9, 123))).toBe("2026-01-31 14:05:09Z");
  });

  it("makes control and direction characters visible", () => {
    expect(printable("a\u001b[31mb\nc\u202ed")).toBe("a\uFFFD[31mb\uFFFDc\uFFFDd");
  });
});

const type = (name: string) => ({
  ...{ name, architecture: "x86_64" as const, vcpuMilli: 2_000, memoryMib: 7_000, nominalMemoryMib: 8_192 },
  ...{ gpuMilli: 0, gpuName: "" },
});
const pool = (instanceType: number, market: "spot" | "on-demand") => ({
  ...{ instanceType, zone: "use1-az4", market, priceMicroUsdPerHour: 40_000, interruptionBand: NONE },
});
const tables = {
  instanceTypes: [type("m6i.large"), type("c6i.xlarge")],
  pools: [pool(0, "on-demand"), pool(1, "spot"), pool(0, "spot")],
};

describe("decisions in words", () => {
  it("names pools and subjects", () => {
    const at = { token: "t" } as const;
    const poolOf = () => 0;
    const end = { instance: 3, containerInstanceArn: "arn", reason: "" } as const;
    expect(describePool(1, tables)).toBe("c6i.xlarge spot in use1-az4");
    expect(describeSubject({ kind: "launch", instances: [1, 2], pools: [1, 2], ...at }, tables, poolOf)).toBe(
      "2 × c6i.xlarge spot in use1-az4, or 1 other pool",
    );
    expect(describeSubject({ kind: "launch", instances: [1], pools: [0], ...at }, tables, poolOf)).toBe(
      "1 × m6i.large on-demand in use1-az4",
    );
    expect(describeSubject({ kind: "end", instanceId: "i-1", ...end }, tables, poolOf)).toBe(
      "i-1 (m6i.large on-demand in use1-az4)",
    );
    expect(describeSubject({ kind: "end", instanceId: "", ...end }, tables, poolOf)).toBe(
      "instance 3 (m6i.large on-demand in use1-az4)",
    );
  });

  const launch: LaunchDecision = {
    ...{ kind: "launch", reason: "pending-demand", timeMs: 0, environment: 0, pool: 1, copies: 2, waitingJobs: 128 },
    ...{ jobsPerCopy: 12, inFlight: 0, priceOverWorth: Number.NaN, runnerUpPool: NONE, runnerUpPriceOverWorth: 0 },
  };
  const terminate = {
    ...{ kind: "terminate" as const, timeMs: 400_000, instance: 1, idleSinceMs: 200_000, idleDelayMs: 120_000 },
    environmentVcpuMilli: 0,
  };
  const drain = { kind: "drain" as const, timeMs: 1_000, instance: 1, jobs: 2, expectedEndMs: 61_000 };

  it.each<[Decision, string]>([
    [launch, "128 jobs wait, nothing is on its way; one is to take 12"],
    [
      { ...launch, waitingJobs: 1, inFlight: 1, priceOverWorth: 1.084, runnerUpPool: 0, runnerUpPriceOverWorth: 1.2 },
      "1 job waits, the instance on its way does not cover them; one is to take 12; costs 1.08 times the least these jobs can cost, next best m6i.large on-demand in use1-az4 1.20",
    ],
    [
      { ...launch, inFlight: 1_200 },
      "128 jobs wait, the 1,200 instances on their way do not cover them; one is to take 12",
    ],
    [{ ...launch, reason: "fallback" }, "128 jobs wait, and spot pools have refused for too long: on-demand"],
    [{ ...launch, reason: "headroom" }, "headroom: spare capacity that the strategy keeps"],
    // 400 s - 200 s
    [{ ...terminate, reason: "idle" }, "empty for 3 min 20 s, idle delay 2 min"],
    // 61 s - 1 s
    [
      { ...drain, reason: "soft-cordon" },
      "it should empty: 2 jobs on it, expected to end in 1 min, and its free room is not wanted",
    ],
    [
      { ...drain, reason: "soft-cordon", jobs: 1, expectedEndMs: Number.NaN },
      "it should empty: 1 job on it, and its free room is not wanted",
    ],
    [{ ...drain, reason: "rebalance" }, "EC2 expects to take it back; 2 jobs on it"],
  ])("tells why", (decision, words) => expect(describeReason(decision, tables)).toBe(words));
});
