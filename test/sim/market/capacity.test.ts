// How many instances a pool has, and what happens when it has less than what runs.

import { describe, expect, it } from "vitest";
import { type CapacityProcess, type CapacitySeries, RefusalReason } from "../../../src/model/market.js";
import { NONE } from "../../../src/model/tables.js";
import { instanceType, pool, s } from "../../builders.js";
import { MarketProbe, ONE_SPOT_POOL } from "./market-probe.js";

const series = (...steps: readonly (readonly [number, number])[]): CapacitySeries => ({
  timesMs: steps.map(([timeS]) => s(timeS)),
  instances: steps.map(([, count]) => count),
});

const DAY_MS = s(86_400);
/** 16 vCPUs, always there. */
const always: CapacityProcess = {
  medianVcpus: 16,
  sigma: 0,
  meanOnMs: 1e15,
  meanPartialMs: 0,
  meanOffMs: 0,
  partialChance: 0,
  partialShare: 0,
};

describe("replayed capacity", () => {
  it("refuses a launch beyond it", () => {
    const probe = new MarketProbe({ ...ONE_SPOT_POOL, market: { capacitySeries: [series([0, 2])] } });
    expect([probe.launch(0), probe.launch(0), probe.launch(s(5))]).toEqual([0, 0, NONE]);
    expect(probe.heard).toEqual([{ what: "refused", timeMs: s(5), pool: 0, reason: RefusalReason.Capacity }]);
    probe.market.ended(0);
    expect(probe.launch(s(5))).toBe(0);
  });

  it("takes what is too much with notice, and counts it until it is gone", () => {
    // Two run; from 100 on there is one. The other is told at 100 and taken at 220. At 200 there may be three.
    const market = { capacitySeries: [series([0, 2], [100, 1], [200, 3])] };
    const probe = new MarketProbe({ ...ONE_SPOT_POOL, market });
    probe.start(0);
    probe.start(0);
    expect(probe.launch(s(150))).toBe(NONE);
    expect([probe.launch(s(200)), probe.launch(s(200))]).toEqual([0, NONE]);
    probe.until(s(300));
    const [warned] = probe.of("warned");
    expect(probe.of("warned")).toEqual([
      { what: "warned", timeMs: s(100), instance: warned!.instance, takenMs: s(220) },
    ]);
    expect(probe.of("reclaimed")).toEqual([{ what: "reclaimed", timeMs: s(220), instance: warned!.instance }]);
    expect(probe.launch(s(300))).toBe(0);
  });

  it("takes no more for those that are on their way out already", () => {
    const probe = new MarketProbe({
      ...ONE_SPOT_POOL,
      market: { capacitySeries: [series([0, 3], [100, 2], [110, 1])] },
    });
    for (let launch = 0; launch < 3; launch++) probe.start(0);
    probe.until(s(1000));
    expect(probe.of("reclaimed").map((event) => event.timeMs)).toEqual([s(220), s(230)]);
  });

  it("takes the same ones whatever the order in which they ended up there", () => {
    const taken = (numbers: readonly number[]) => {
      const probe = new MarketProbe({ ...ONE_SPOT_POOL, market: { capacitySeries: [series([0, 9], [100, 4])] } });
      for (const at of numbers) probe.start(s(at));
      return probe
        .until(s(1000))
        .of("reclaimed")
        .map((event) => event.instance);
    };
    expect(taken([0, 0, 0, 0, 0, 0, 0, 0]).sort()).toEqual(taken([0, 10, 20, 30, 40, 50, 60, 70]).sort());
    expect(taken([0, 0, 0, 0, 0, 0, 0, 0]).length).toBe(4);
  });

  it.each([
    { runsAtS: 150, told: [{ what: "warned", timeMs: s(150), instance: 0, takenMs: s(220) }] },
    { runsAtS: 250, told: [] }, // it was taken before it ran
  ])("takes what does not run yet: told at $runsAtS s if it runs then", ({ runsAtS, told }) => {
    const probe = new MarketProbe({ ...ONE_SPOT_POOL, market: { capacitySeries: [series([0, 1], [100, 0])] } });
    probe.launch(s(90));
    probe.until(s(runsAtS));
    probe.market.running(0, s(runsAtS));
    probe.until(s(1000));
    expect(probe.of("warned")).toEqual(told);
    expect(probe.of("reclaimed")).toEqual([{ what: "reclaimed", timeMs: s(220), instance: 0 }]);
  });

  it("is followed by the process from its last entry on", () => {
    // 16 vCPUs of the process are 4 instances.
    const market = { capacitySeries: [series([0, 1], [100, 0])], capacity: always };
    const probe = new MarketProbe({ ...ONE_SPOT_POOL, market });
    expect([probe.launch(s(99)), probe.launch(s(99))]).toEqual([0, NONE]);
    expect([1, 2, 3, 4].map(() => probe.launch(s(100)))).toEqual([0, 0, 0, NONE]);
    expect(probe.until(s(1000)).of("warned")).toEqual([]);
  });
});

describe("the capacity process", () => {
  it("counts vCPUs: large types are fewer; on-demand has no limit", () => {
    // 16 vCPUs: 4 of 4 vCPUs, 2 of 8 (the third refused), none of 32.
    const types = [instanceType("m4", 4, 16), instanceType("m8", 8, 32), instanceType("m32", 32, 128)];
    const pools = [pool(0, 0.1, "spot"), pool(1, 0.2, "spot"), pool(2, 0.8, "spot"), pool(2, 3)];
    const probe = new MarketProbe({ types, pools, market: { capacity: always } });
    const granted = (index: number) =>
      Array.from({ length: 10 }, () => probe.launch(0, [index])).filter((p) => p !== NONE);
    expect([0, 1, 2, 3].map((index) => granted(index).length)).toEqual([4, 2, 0, 10]);
  });

  it("gives pools different depths about the median", () => {
    const pools = Array.from({ length: 400 }, (_, i) => ({ ...pool(0, 0.1, "spot"), zone: `z${i}` }));
    const market = { capacity: { ...always, medianVcpus: 400, sigma: 1 } };
    const probe = new MarketProbe({ types: ONE_SPOT_POOL.types, pools, market });
    const depth = pools.map((_, index) => {
      let count = 0;
      while (probe.launch(0, [index]) !== NONE) count++;
      return count;
    });
    // ln(instances / 100) is about N(0, 1): of 400 pools 200 +- 10 are below the median, 337 +- 7.3 within e of it.
    const below = depth.filter((count) => count < 100).length;
    const near = depth.filter((count) => count >= 36.8 && count < 271.8).length - depth.length * 0.6827;
    expect(Math.abs(below - 200)).toBeLessThan(30);
    expect(Math.abs(near)).toBeLessThan(3 * 9.3);
  });

  it("is in each phase as long as its means say", () => {
    // Per cycle one hour on, then partly on (3 of 4, 20 min) or off (1 of 4, 60 min): 60 : 15 : 15.
    const process: CapacityProcess = {
      medianVcpus: 16,
      sigma: 0,
      meanOnMs: s(3600),
      meanPartialMs: s(1200),
      meanOffMs: s(3600),
      partialChance: 0.75,
      partialShare: 0.5,
    };
    const probe = new MarketProbe({ ...ONE_SPOT_POOL, market: { capacity: process } });
    const seen: Record<number, number> = { 0: 0, 2: 0, 4: 0 };
    const samples = 4000;
    let number = 0;
    for (let sample = 0; sample < samples; sample++) {
      // Every hour: as many as there can be, and all of them ended again.
      const first = number;
      while (probe.launch(s(3600 * sample)) !== NONE) number++;
      number++; // the refused one
      const count = number - 1 - first;
      for (let instance = first; instance < number; instance++) probe.market.ended(instance);
      seen[count] = seen[count]! + 1;
    }
    expect(Object.keys(seen)).toEqual(["0", "2", "4"]);
    // Hourly samples are hardly correlated: 4000 x p +- 3 standard errors, doubled for what correlation there is.
    const within = (count: number, share: number) =>
      expect(Math.abs(seen[count]! / samples - share)).toBeLessThan(6 * Math.sqrt((share * (1 - share)) / samples));
    within(4, 60 / 90);
    within(2, 15 / 90);
    within(0, 15 / 90);
  });

  it("begins in a phase as often as it is in it", () => {
    // Per cycle 60 min on, 3/4 x 20 min partly on, 1/4 x 60 min off: of 1200 pools 800, 200 and 200.
    const process: CapacityProcess = {
      ...always,
      meanOnMs: s(3600),
      meanPartialMs: s(1200),
      meanOffMs: s(3600),
      partialChance: 0.75,
      partialShare: 0.5,
    };
    const pools = Array.from({ length: 1200 }, (_, i) => ({ ...pool(0, 0.1, "spot"), zone: `z${i}` }));
    const probe = new MarketProbe({ types: ONE_SPOT_POOL.types, pools, market: { capacity: process } });
    const depth = pools.map((_, index) => [1, 2, 3, 4].filter(() => probe.launch(0, [index]) !== NONE).length);
    const having = (count: number) => depth.filter((each) => each === count).length;
    expect(having(4) + having(2) + having(0)).toBe(1200);
    // Standard deviations 16.3, 12.9 and 12.9: four of them.
    expect(Math.abs(having(4) - 800)).toBeLessThan(65);
    expect(Math.abs(having(2) - 200)).toBeLessThan(52);
    expect(Math.abs(having(0) - 200)).toBeLessThan(52);
  });

  it("leaves phases out that last no time", () => {
    const market = { capacity: { ...always, meanOnMs: s(60) } };
    const probe = new MarketProbe({ ...ONE_SPOT_POOL, market });
    for (let launch = 0; launch < 4; launch++) probe.start(0);
    expect(probe.until(DAY_MS).of("warned")).toEqual([]);
  });

  it("takes everything at once when a pool goes off", () => {
    const process = { ...always, meanOnMs: s(3600), meanOffMs: s(3600) };
    const market = { capacity: process, notice: { ...NOTICE, missingShare: 1 } };
    const losses = [1, 2, 3, 4, 5].map((seed) => {
      const probe = new MarketProbe({ ...ONE_SPOT_POOL, market, seed });
      while (probe.launch(0) !== NONE);
      return probe
        .until(DAY_MS)
        .of("reclaimed")
        .map((event) => event.timeMs);
    });
    expect(losses.some((times) => times.length === 4)).toBe(true);
    for (const times of losses) expect(new Set(times).size).toBeLessThanOrEqual(1);
  });

  it("does not depend on what is bought", () => {
    const process = { ...always, meanOnMs: s(3600), meanOffMs: s(600), meanPartialMs: s(600), partialChance: 0.5 };
    const answersAt = (buysBefore: boolean) => {
      const probe = new MarketProbe({ ...ONE_SPOT_POOL, market: { capacity: process } });
      if (buysBefore) {
        probe.launch(0);
        probe.market.ended(0);
      }
      const answers: number[] = [];
      for (let time = 1; time < 200; time++) {
        answers.push(probe.launch(s(600 * time)));
        probe.market.ended((buysBefore ? 1 : 0) + time - 1);
      }
      return answers;
    };
    expect(answersAt(true)).toEqual(answersAt(false));
    expect(new Set(answersAt(true))).toEqual(new Set([0, NONE]));
  });
});

const NOTICE = { warning: { kind: "constant", valueMs: s(120) }, missingShare: 0, rebalanceLead: null } as const;
