// Stress overlays that concern instances: lost zones, families without capacity, storms of reclaims, slow boots.

import { describe, expect, it } from "vitest";
import { RefusalReason, type StressEffect, type StressOverlay } from "../../../src/model/market.js";
import { NONE } from "../../../src/model/tables.js";
import { s } from "../../builders.js";
import { MarketProbe, ONE_SPOT_POOL } from "./market-probe.js";

const overlay = (fromS: number, untilS: number | null, effect: StressEffect): StressOverlay => ({
  text: "",
  fromMs: s(fromS),
  untilMs: untilS === null ? null : s(untilS),
  effect,
});
const probeUnder = (...stress: readonly StressOverlay[]) => new MarketProbe({ ...ONE_SPOT_POOL, market: { stress } });

describe("a lost zone", () => {
  it("takes all instances at once without notice, on-demand ones too, and answers no launch until it is back", () => {
    const probe = probeUnder(overlay(100, 200, { kind: "pools-lost", pools: [0, 1] }));
    probe.start(0);
    probe.start(0, [1]);
    probe.launch(s(99)); // on its way
    expect([probe.launch(s(100)), probe.launch(s(199), [1]), probe.launch(s(200))]).toEqual([NONE, NONE, 0]);
    expect(probe.heard).toEqual([
      ...[0, 2, 1].map((instance) => ({ what: "failed", timeMs: s(100), instance })),
      { what: "refused", timeMs: s(100), pool: 0, reason: RefusalReason.Capacity },
      { what: "refused", timeMs: s(199), pool: 1, reason: RefusalReason.Capacity },
    ]);
  });
});

describe("a family without capacity", () => {
  it("keeps what runs", () => {
    const probe = probeUnder(overlay(100, null, { kind: "no-capacity", pools: [0] }));
    probe.start(0);
    expect([probe.launch(s(100)), probe.launch(s(100), [1])]).toEqual([NONE, 1]);
    expect(probe.until(s(10_000)).of("failed")).toEqual([]);
  });

  it("comes back when the last of overlapping overlays ends", () => {
    const closed = { kind: "no-capacity", pools: [0] } as const;
    const probe = probeUnder(overlay(10, 30, closed), overlay(20, 40, closed));
    expect([9, 10, 30, 39, 40].map((at) => probe.launch(s(at)))).toEqual([0, NONE, NONE, NONE, 0]);
  });
});

describe("a storm of reclaims", () => {
  const storm = (share: number, everyS: number | null): StressEffect => ({
    kind: "reclaim-storm",
    share,
    everyMs: everyS === null ? null : s(everyS),
  });

  it("takes running spot instances with notice", () => {
    const probe = probeUnder(overlay(100, null, storm(1, null)));
    probe.start(0);
    probe.start(0, [1]);
    probe.launch(s(50)); // does not run yet
    probe.until(s(10_000));
    expect(probe.heard).toEqual([
      { what: "warned", timeMs: s(100), instance: 0, takenMs: s(220) },
      { what: "reclaimed", timeMs: s(220), instance: 0 },
    ]);
  });

  it("strikes again and again until it is over", () => {
    // At 100, 400 and 700; no more at 1000.
    const probe = probeUnder(overlay(100, 1000, storm(1, 300)));
    for (let at = 0; at < 1500; at += 50) probe.start(s(at));
    const struck = [
      ...new Set(
        probe
          .until(s(10_000))
          .of("warned")
          .map((event) => event.timeMs),
      ),
    ];
    expect(struck).toEqual([s(100), s(400), s(700)]);
  });

  it("strikes a share of them, another one each time", () => {
    const probe = probeUnder(overlay(0, null, storm(0.3, 1000)));
    for (let launch = 0; launch < 2000; launch++) probe.start(s(1));
    probe.until(s(2500));
    const at = (timeS: number) => probe.of("warned").filter((event) => event.timeMs === s(timeS)).length;
    // 600 +- 82 of 2,000, then 420 +- 68 of 1,400: four standard errors.
    expect(Math.abs(at(1000) - 600)).toBeLessThan(82);
    expect(Math.abs(at(2000) - 0.3 * (2000 - at(1000)))).toBeLessThan(75);
  });
});

describe("slow boots", () => {
  it("take so many times as long while it lasts, and multiply", () => {
    const slow = (factor: number) => ({ kind: "slow-boot", factor }) as const;
    const probe = probeUnder(overlay(10, 30, slow(2)), overlay(20, 40, slow(3)));
    const factors = [0, 10, 20, 30, 40].map((at) => probe.until(s(at)).market.bootFactor());
    expect(factors).toEqual([1, 2, 6, 3, 1]);
  });
});
