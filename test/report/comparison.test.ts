import { describe, expect, it } from "vitest";
import { compareRun, primaryRun } from "../../src/report/comparison.js";
import { fixtureResult } from "./fixture.js";
import { emptyResult } from "./fixture-variants.js";

describe("compareRun", () => {
  const result = fixtureResult();
  const byName = (name: string) => compareRun(result, result.runs.find((run) => run.name === name)!);

  it("measures a run that uses spot at all against the spot floor", () => {
    const comparison = byName("best-fit");
    expect(comparison.floorMarket).toBe("spot");
    // 1,234,560,000 / 871,400,220 = 1.41675...
    expect(comparison.aboveFloor).toBeCloseTo(0.41675, 4);
    expect(comparison.timesSpotFloor).toBeCloseTo(1.41675, 4);
    // 1,234,560,000 / 2,714,003,118 = 0.45488...
    expect(comparison.timesOnDemandFloor).toBeCloseTo(0.45488, 4);
    // 1 - 1,234,560,000 / 3,871,220,008 = 0.68109...
    expect(comparison.savingVsOnDemand).toBeCloseTo(0.68109, 4);
  });

  it("measures a run purely on on-demand against the on-demand floor", () => {
    const comparison = byName("fixed-p95");
    expect(comparison.floorMarket).toBe("on-demand");
    // 6,012,480,000 / 2,714,003,118 = 2.21535...
    expect(comparison.aboveFloor).toBeCloseTo(1.21535, 4);
    // 1 - 6,012,480,000 / 3,871,220,008 = -0.55312...
    expect(comparison.savingVsOnDemand).toBeCloseTo(-0.55312, 4);
  });

  it("counts refunded hours as paid beside the floor, but not in the saving", () => {
    const spot = { ...result.runs[0]!.spot, refundedMicroUsd: 100_000_000 };
    const comparison = compareRun(result, { ...result.runs[0]!, spot });
    // 1,334,560,000 / 871,400,220 = 1.53151...
    expect(comparison.aboveFloor).toBeCloseTo(0.53151, 4);
    expect(comparison.timesOnDemandFloor).toBeCloseTo(0.49173, 4);
    expect(comparison.savingVsOnDemand).toBeCloseTo(0.68109, 4);
  });

  it("gives the baseline itself no saving", () => {
    expect(byName("on-demand").savingVsOnDemand).toBeNull();
  });

  it("gives no figure where there is nothing to compare with", () => {
    const empty = emptyResult();
    expect(compareRun(empty, empty.runs[0]!)).toMatchObject({
      savingVsOnDemand: null,
      aboveFloor: null,
      timesOnDemandFloor: null,
      timesSpotFloor: null,
    });
  });

  it("takes no strategy for the baseline, whatever its name", () => {
    const renamed = { ...result, runs: [{ ...result.runs[0]!, name: "on-demand" }, result.runs[1]!] };
    expect(compareRun(renamed, renamed.runs[1]!).savingVsOnDemand).toBeNull();
  });
});

describe("primaryRun", () => {
  it("is the first strategy, or the first run without any", () => {
    const result = fixtureResult();
    expect(primaryRun(result).name).toBe("best-fit");
    expect(primaryRun({ ...result, runs: result.runs.slice(3) }).name).toBe("on-demand");
  });
});
