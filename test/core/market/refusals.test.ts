// What is remembered of pools that refuse, as tables. Pools: 0 and 1 are spot zones of m.large, 2 is spot c.large, 3 spot
// p.xlarge, 4 on-demand m.large. A refusal lasts 3 minutes, doubling up to 30.

import { describe, expect, it } from "vitest";
import { Market } from "../../../src/core/market/market.js";
import { quotaClassOf } from "../../../src/core/market/quota-class.js";
import { RefusalReason } from "../../../src/model/market.js";
import { instanceType, pool, type StrategySketch, s, simulationInput } from "../../builders.js";

const TYPES = [instanceType("m.large", 2, 8), instanceType("c.large", 2, 4), instanceType("p.xlarge", 4, 16, 1)];
const POOLS = [pool(0, 0.1, "spot"), pool(0, 0.1, "spot"), pool(1, 0.1, "spot"), pool(2, 1, "spot"), pool(0, 0.3)];
const market = (strategy: StrategySketch = {}) =>
  new Market(simulationInput({ types: TYPES, pools: POOLS, jobs: [], strategy }).tables);
const minutes = (count: number) => s(60 * count);
const left = ({ refusedUntilMs }: Market, nowMs: number) =>
  [...refusedUntilMs].map((untilMs) => Math.max(0, untilMs - nowMs) / s(60));

describe("a pool that refuses", () => {
  it("is left alone for 3 minutes, then 6, 12, 24, and never longer than 30", () => {
    const it = market();
    const leftFor: number[] = [];
    let nowMs = 0;
    for (let refusal = 0; refusal < 6; refusal++) {
      it.refused(0, RefusalReason.Capacity, nowMs);
      leftFor.push(left(it, nowMs)[0]!);
      nowMs = it.refusedUntilMs[0]!;
    }
    expect(leftFor).toEqual([3, 6, 12, 24, 30, 30]);
  });

  it("may be asked at the very end of that time, and not before", () => {
    const it = market();
    it.refused(0, RefusalReason.Capacity, s(10));
    expect(it.mayAsk(0, s(190) - 1)).toBe(false);
    expect(it.mayAsk(0, s(190))).toBe(true);
  });

  it("refuses once when it refuses many instances that were asked for together", () => {
    const it = market();
    for (let copy = 0; copy < 50; copy++) it.refused(0, RefusalReason.Capacity, 0);
    it.refused(0, RefusalReason.Capacity, minutes(3));
    expect(left(it, minutes(3))[0]).toBe(6);
  });

  it("is forgiven when it grants one, but not one that was asked for before", () => {
    const it = market();
    it.refused(0, RefusalReason.Capacity, 0);
    it.launched(0, minutes(1)); // within the 3 minutes in which nobody asks
    it.refused(0, RefusalReason.Capacity, minutes(3));
    expect(left(it, minutes(3))[0]).toBe(6);
    it.launched(0, minutes(9));
    it.refused(0, RefusalReason.Capacity, minutes(10));
    expect(left(it, minutes(10))[0]).toBe(3);
  });

  it.each([
    // Both zones of m and the c count as "standard"; the p is another class, on-demand another quota.
    { reason: RefusalReason.Quota, expected: [3, 3, 3, 0, 0] },
    { reason: RefusalReason.Capacity, expected: [3, 0, 0, 0, 0] },
    { reason: RefusalReason.Price, expected: [3, 0, 0, 0, 0] },
  ])("for reason $reason leaves $expected minutes per pool", ({ reason, expected }) => {
    const it = market();
    it.refused(0, reason, 0);
    expect(left(it, 0)).toEqual(expected);
  });

  it("is not to blame when the API is throttled: nothing is launched for 20 seconds", () => {
    const it = market();
    it.refused(0, RefusalReason.Throttled, s(5));
    expect(left(it, s(5))).toEqual([0, 0, 0, 0, 0]);
    expect(it.throttledUntilMs).toBe(s(25));
  });

  it("is left alone after an interruption too, and no longer after the next refusal for it", () => {
    const it = market();
    it.interrupted(1, 0);
    expect(left(it, 0)).toEqual([0, 3, 0, 0, 0]);
    it.refused(1, RefusalReason.Capacity, minutes(3));
    expect(left(it, minutes(3))[1]).toBe(3);
  });

  it("is not asked within the second, even by a strategy that would ask at once", () => {
    const it = market({ spot: { refusalMs: 0, mostRefusalMs: 0 } });
    it.refused(0, RefusalReason.Capacity, 0);
    expect([it.mayAsk(0, 999), it.mayAsk(0, 1_000)]).toEqual([false, true]);
  });
});

it.each([
  ["m6i.large", "standard"],
  ["im4gn.large", "standard"],
  ["t3.micro", "standard"],
  ["z1d.large", "standard"],
  ["g4dn.xlarge", "g"],
  ["vt1.3xlarge", "g"],
  ["p4d.24xlarge", "p"],
  ["inf2.xlarge", "inf"],
  ["trn1.2xlarge", "trn"],
  ["x2idn.16xlarge", "x"],
  ["hpc6a.48xlarge", "hpc"],
  ["dl1.24xlarge", "dl"],
  ["u-6tb1.metal", "u"],
])("%s counts against the quota of %s", (name, expected) => {
  expect(quotaClassOf(name)).toBe(expected);
});
