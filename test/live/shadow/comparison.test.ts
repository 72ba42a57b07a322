import { describe, expect, it } from "vitest";
import { renderShadowComparison, shadowComparison } from "../../../src/live/shadow/comparison.js";
import type { WatchQuality } from "../../../src/live/shadow/recorder.js";
import type { InstanceLife, ShadowSide } from "../../../src/live/shadow/shadow-rows.js";
import { actualSteps, type FleetStep, renderTimeline, shadowTimeline } from "../../../src/live/shadow/timeline.js";
import { T0 } from "./looks.js";

const QUALITY: WatchQuality = {
  ...{ fromMs: T0, untilMs: T0 + 7_200_000, looks: 480, incompleteLooks: 2, longestGapMs: 45_000, missedAttempts: 3 },
  ...{ vanishedJobs: 0, unpricedHours: 0.25, instancesBefore: 4 },
};
const waits = (entries: Record<string, number>) => new Map(Object.entries(entries));
const ACTUAL: ShadowSide = {
  ...{
    microUsd: 12_000_000,
    instanceHours: 40,
    spotInstanceHours: 10,
    vcpuHours: 640,
    instances: 22,
    interruptions: 1,
  },
  waitMs: waits({ a: 60_000, b: 120_000, c: 180_000, only: 1 }),
};
const SIMULATED: ShadowSide = {
  ...{ microUsd: 9_000_000, instanceHours: 32, spotInstanceHours: 32, vcpuHours: 512, instances: 30, interruptions: 2 },
  waitMs: waits({ a: 90_000, b: 90_000, c: 90_000, x: 1, y: 1 }),
};

describe("the comparison", () => {
  const comparison = shadowComparison(ACTUAL, SIMULATED, QUALITY);
  const figure = (name: string) => comparison.figures.find((each) => each.name === name)!;

  it("sets both sides beside each other, waits over the jobs that both know", () => {
    expect(comparison).toMatchObject({ jobsCompared: 3, jobsOnlyActual: 1, jobsOnlySimulated: 2 });
    // 9 - 12 = -3, a quarter of 12.
    expect(figure("cost")).toEqual({
      ...{ name: "cost", unit: "usd", actual: 12, simulated: 9, difference: -3, relative: -0.25 },
    });
    // (60 + 120 + 180) / 3 against 90; the largest of three is the 95th percentile.
    expect(figure("mean wait")).toMatchObject({ actual: 120, simulated: 90, difference: -30 });
    expect(figure("95th percentile wait")).toMatchObject({ actual: 180, simulated: 90, relative: -0.5 });
    expect(figure("spot share of instance-hours")).toMatchObject({ actual: 0.25, simulated: 1 });
  });

  it("has no figure where there is nothing, and is JSON as it stands", () => {
    const nothing: ShadowSide = {
      ...{ microUsd: 0, instanceHours: 0, spotInstanceHours: 0, vcpuHours: 0, instances: 0, interruptions: 0 },
      waitMs: new Map(),
    };
    const empty = shadowComparison(nothing, SIMULATED, QUALITY);
    expect(empty.figures.map(({ relative }) => relative)).toEqual(empty.figures.map(() => null));
    expect(JSON.parse(JSON.stringify(empty))).toEqual(empty);
    expect(renderShadowComparison(empty)).toContain("mean wait");
  });

  it("reads as a table with what to bear in mind", async () => {
    await expect(renderShadowComparison(comparison)).toMatchFileSnapshot("comparison.txt");
  });
});

describe("the timeline", () => {
  const life = (launchedS: number, endedS: number, change: Partial<InstanceLife> = {}): InstanceLife => ({
    ...{ instanceId: "i", instanceType: "c5.xlarge", zoneId: "use1-az1", market: "spot", ours: false },
    ...{ vcpuMilli: 4_000, launchedMs: T0 + launchedS * 1_000, beforeWatch: launchedS < 0 },
    ...{ endedMs: T0 + endedS * 1_000, endWithinMs: 0, interrupted: false, chargedMs: 0, unpricedMs: 0, microUsd: 0 },
    ...change,
  });
  const simulated = (atS: number, change: "came" | "left", why: string): FleetStep => ({
    ...{ atMs: T0 + atS * 1_000, change, instances: 1, instanceType: "m6i.large", zoneId: "use1-az2" },
    ...{ market: "spot", why },
  });
  const lives = [
    life(-600, 300),
    life(60, 900),
    life(62, Number.NaN),
    life(200, 400, { market: "on-demand", interrupted: true }),
  ];
  const steps = [
    simulated(30, "came", "5 jobs wait"),
    simulated(30, "came", "5 jobs wait"),
    simulated(500, "left", "empty for 2 min"),
  ];
  const entries = shadowTimeline(actualSteps(lives, T0), steps, 15_000);

  it("merges both sides by time, tells like steps as one, and counts along", () => {
    const told = entries.map((entry) => [
      (entry.atMs - T0) / 1_000,
      entry.side,
      `${entry.change} ${entry.instances}`,
      entry.actualInstances,
      entry.simulatedInstances,
    ]);
    expect(told).toEqual([
      [0, "actual", "came 1", 1, 0],
      [30, "simulated", "came 2", 1, 2],
      [60, "actual", "came 2", 3, 2],
      [200, "actual", "came 1", 4, 2],
      [300, "actual", "left 1", 3, 2],
      [400, "actual", "left 1", 2, 2],
      [500, "simulated", "left 1", 2, 1],
      [900, "actual", "left 1", 1, 1],
    ]);
  });

  it("keeps apart what is too far apart", () => {
    const apart = shadowTimeline([], [simulated(0, "came", ""), simulated(16, "came", "")], 15_000);
    expect(apart.map(({ instances }) => instances)).toEqual([1, 1]);
  });

  it("reads line by line", async () => {
    await expect(renderTimeline(entries)).toMatchFileSnapshot("timeline.txt");
    expect(renderTimeline([])).toBe("");
  });
});
