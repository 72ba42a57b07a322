// Spot markets by name: the figures that they are made of.

import { describe, expect, it } from "vitest";
import { exp } from "../../src/base/exact-math.js";
import { SPOT_PRESET_NAMES, SPOT_PRESETS, UNDISTURBED } from "../../src/scenario/market-presets.js";

const BANDS = 6;

describe("presets of the spot market", () => {
  it("are all there", () => {
    expect(Object.keys(SPOT_PRESETS)).toEqual([...SPOT_PRESET_NAMES]);
  });

  it("undisturbed: nothing happens", () => {
    expect(UNDISTURBED).toMatchObject({
      prices: { kind: "snapshot" },
      capacity: { kind: "unlimited" },
      interruptions: null,
    });
    expect([UNDISTURBED.quotas, UNDISTURBED.stress]).toEqual([[], []]);
  });

  it("calm: one in twenty instances within five hours, in every band", () => {
    const { interruptions, capacity } = SPOT_PRESETS.calm;
    if (interruptions === null || interruptions === "advisor") throw new Error("calm has rates");
    expect(interruptions.hourlyByBand).toHaveLength(BANDS);
    for (const hourly of interruptions.hourlyByBand) expect(1 - exp(-5 * hourly)).toBeCloseTo(0.05, 12);
    expect(interruptions.early).toBe(null);
    // 7 days on, then 15 min partly (3 in 4) or 20 min off: on for more than 99.8 % of the time.
    if (capacity.kind !== "seeded") throw new Error("calm has a process");
    const { meanOnMs, meanPartialMs, meanOffMs, partialChance } = capacity;
    const away = partialChance * meanPartialMs + (1 - partialChance) * meanOffMs;
    expect(meanOnMs / (meanOnMs + away)).toBeGreaterThan(0.998);
  });

  it("bad-day: 12 % of the launches are lost early, half of them within four minutes; pools come and go", () => {
    const { interruptions, capacity, notice } = SPOT_PRESETS["bad-day"];
    if (interruptions === null || interruptions === "advisor") throw new Error("a bad day has rates");
    expect(interruptions.early).toEqual({
      share: 0.12, // 29 of 240
      after: { kind: "lognormal", medianMs: 240_000, p95Ms: 996_000 },
    });
    if (capacity.kind !== "seeded") throw new Error("a bad day has a process");
    const { meanOnMs, meanPartialMs, meanOffMs, partialChance } = capacity;
    const away = partialChance * meanPartialMs + (1 - partialChance) * meanOffMs;
    // 120 min on, 0.75 x 15 + 0.25 x 20 = 16.25 min away: there for 88 % of the time.
    expect(meanOnMs / (meanOnMs + away)).toBeCloseTo(120 / 136.25, 12);
    expect(notice.missingShare).toBeGreaterThan(0);
  });
});
