// What holds in any market, whatever is launched and ended when.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MarketModel, StressEffect } from "../../../src/model/market.js";
import type { FleetAllocation } from "../../../src/model/policy.js";
import { NONE } from "../../../src/model/tables.js";
import { instanceType, pool, s } from "../../builders.js";
import { type Heard, MarketProbe } from "./market-probe.js";

const TYPES = [instanceType("m", 4, 16), instanceType("l", 16, 64)];
const VCPU_MILLI = [4_000, 4_000, 16_000, 4_000, 16_000];
const POOLS = [
  pool(0, 0.1, "spot"),
  { ...pool(0, 0.12, "spot"), zone: "use1-az2", interruptionBand: 4 },
  { ...pool(1, 0.45, "spot"), interruptionBand: 0 },
  pool(0, 0.4),
  pool(1, 1.6),
];
const SPOT = [0, 1, 2];
/** After the last end of a policy's own. */
const END_MS = s(12_000);

const seconds = (max: number) => fc.integer({ min: 0, max }).map(s);
const duration = fc.oneof(
  seconds(300).map((valueMs) => ({ kind: "constant", valueMs }) as const),
  fc.record({ kind: fc.constant("exponential" as const), meanMs: fc.integer({ min: 1, max: s(900) }) }),
);
const timesMs = fc.uniqueArray(seconds(7000), { minLength: 1, maxLength: 6 }).map((times) => {
  const later = times.filter((time) => time > 0).sort((a, b) => a - b);
  return [0, ...later];
});
const capacitySeries = timesMs.chain((times) =>
  fc.record({
    timesMs: fc.constant(times),
    instances: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: times.length, maxLength: times.length }),
  }),
);
const priceSeries = timesMs.chain((times) =>
  fc.record({
    timesMs: fc.constant(times),
    microUsdPerHour: fc.array(fc.constantFrom(50_000, 100_000, 250_000, 300_000), {
      minLength: times.length,
      maxLength: times.length,
    }),
  }),
);
const somePools = fc.subarray([0, 1, 2, 3, 4], { minLength: 1 });
const effects: fc.Arbitrary<StressEffect> = fc.oneof(
  fc.record({ kind: fc.constantFrom("pools-lost", "no-capacity"), pools: somePools }),
  fc.record({ kind: fc.constant("price"), pools: somePools, factor: fc.constantFrom(0.5, 2, 10) }),
  fc.record({ kind: fc.constantFrom("quota", "slow-boot"), factor: fc.constantFrom(0.5, 2) }),
  fc.record({
    kind: fc.constant("reclaim-storm"),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    everyMs: fc.option(fc.constantFrom(s(60), s(1000))),
  }),
  fc.record({ kind: fc.constant("api-throttled"), launchesPerMinute: fc.integer({ min: 0, max: 5 }) }),
);
const overlays = fc.array(
  fc
    .record({ text: fc.constant(""), fromMs: seconds(6000), lastsMs: fc.option(seconds(2000)), effect: effects })
    .map(({ lastsMs, ...overlay }) => ({ ...overlay, untilMs: lastsMs === null ? null : overlay.fromMs + lastsMs })),
  { maxLength: 3 },
);
const perSpotPool = <T>(arbitrary: fc.Arbitrary<T>) => fc.tuple(...SPOT.map(() => fc.option(arbitrary)));

const markets: fc.Arbitrary<MarketModel> = fc.record({
  prices: perSpotPool(priceSeries),
  priceProcess: fc.option(
    fc.record({
      meanStepMs: fc.constantFrom(s(60), s(600)),
      sigma: fc.constantFrom(0.02, 1),
      reversion: fc.constantFrom(0, 0.5),
    }),
  ),
  capacity: fc.option(
    fc.record({
      medianVcpus: fc.constantFrom(8, 40),
      sigma: fc.constantFrom(0, 1),
      meanOnMs: fc.constantFrom(s(300), s(3000)),
      meanPartialMs: fc.constantFrom(0, s(300)),
      meanOffMs: fc.constantFrom(0, s(300)),
      partialChance: fc.constantFrom(0, 0.5, 1),
      partialShare: fc.constantFrom(0.3, 0.7),
    }),
  ),
  capacitySeries: perSpotPool(capacitySeries),
  interruptions: fc.option(
    fc.record({
      hourlyByBand: fc.constantFrom([0, 0, 0, 0, 0, 0], [1, 1, 1, 1, 20, 3]),
      early: fc.option(fc.record({ share: fc.constantFrom(0.3, 1), after: duration })),
    }),
  ),
  bidShare: fc.option(fc.constantFrom(0.3, 0.6, 1)),
  notice: fc.record({
    warning: duration,
    missingShare: fc.constantFrom(0, 0.3, 1),
    rebalanceLead: fc.option(duration),
  }),
  quotas: fc.constantFrom(
    [],
    [
      { market: "spot" as const, pools: [0, 1, 2], vcpuMilli: 40_000 },
      { market: "spot" as const, pools: [1, 2], vcpuMilli: 24_000 },
    ],
  ),
  stress: overlays,
});

/** What a policy does: launches with a boot and a life of its own choosing (null: it never ends them). */
interface Deed {
  readonly timeMs: number;
  readonly pools: readonly number[];
  readonly pendingMs: number;
  readonly lifeMs: number | null;
}
const deeds: fc.Arbitrary<Deed[]> = fc
  .array(
    fc.record({
      timeMs: fc.integer({ min: 0, max: 70 }).map((step) => s(100 * step)), // often several at once
      pools: fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 1 }),
      pendingMs: seconds(120),
      lifeMs: fc.option(seconds(3000)),
    }),
    { maxLength: 60, size: "max" },
  )
  .map((list) => [...list].sort((a, b) => a.timeMs - b.timeMs));

interface Instance {
  readonly pool: number;
  readonly launchedMs: number;
  runningMs: number;
  endedMs: number;
}
interface Story {
  readonly market: MarketModel;
  readonly allocation: FleetAllocation;
  readonly deeds: readonly Deed[];
  readonly seed: number;
}
interface Told {
  readonly heard: readonly Heard[];
  /** By number of launch; undefined: refused. */
  readonly instances: readonly (Instance | undefined)[];
  /** By number of launch: how much had been heard when it was asked for. */
  readonly heardBefore: readonly number[];
}

/** Plays a policy's deeds in a market to the end, in order of time. */
function play({ market, allocation, deeds: list, seed }: Story): Told {
  const probe = new MarketProbe({ types: TYPES, pools: POOLS, market, allocation, seed });
  const instances: (Instance | undefined)[] = [];
  const heardBefore: number[] = [];
  const due: { timeMs: number; act: () => void }[] = [];
  const at = (timeMs: number, act: () => void) => due.push({ timeMs, act });
  for (const deed of list) {
    at(deed.timeMs, () => {
      heardBefore.push(probe.heard.length);
      const answer = probe.launch(deed.timeMs, deed.pools);
      const number = instances.length;
      const later = Number.POSITIVE_INFINITY;
      const instance = { pool: answer, launchedMs: deed.timeMs, runningMs: Number.NaN, endedMs: later };
      instances.push(answer === NONE ? undefined : instance);
      if (answer === NONE) return;
      const runMs = deed.timeMs + deed.pendingMs;
      at(runMs, () => {
        if (isGone(probe, number)) return;
        instance.runningMs = runMs;
        probe.market.running(number, runMs);
      });
      if (deed.lifeMs === null) return;
      const endMs = runMs + deed.lifeMs;
      at(endMs, () => {
        if (isGone(probe, number)) return;
        instance.endedMs = endMs;
        probe.market.ended(number);
      });
    });
  }
  for (let next = earliest(due); next !== undefined; next = earliest(due)) {
    probe.until(next.timeMs);
    next.act();
  }
  probe.until(END_MS);
  for (const event of probe.heard) {
    if (event.what === "reclaimed" || event.what === "failed") instances[event.instance]!.endedMs = event.timeMs;
  }
  return { heard: probe.heard, instances, heardBefore };
}

const isGone = (probe: MarketProbe, instance: number) =>
  probe.heard.some((event) => (event.what === "reclaimed" || event.what === "failed") && event.instance === instance);

/** Takes the first of the earliest. */
function earliest<T extends { timeMs: number }>(due: T[]): T | undefined {
  let best = 0;
  due.forEach((each, index) => {
    if (each.timeMs < due[best]!.timeMs) best = index;
  });
  return due.splice(best, 1)[0];
}

const stories: fc.Arbitrary<Story> = fc.record({
  market: markets,
  allocation: fc.constantFrom("in-order", "price-capacity-optimized"),
  deeds,
  seed: fc.integer({ min: 1, max: 1000 }),
});
const forAnyStory = (check: (story: Story, told: Told) => void) =>
  fc.assert(
    fc.property(stories, (story) => check(story, play(story))),
    { numRuns: 300 },
  );

const granted = ({ instances }: Told) => instances.filter((instance) => instance !== undefined);

function quotaFactor(stress: MarketModel["stress"], timeMs: number): number {
  return stress
    .filter(({ fromMs, untilMs }) => fromMs <= timeMs && (untilMs === null || timeMs < untilMs))
    .reduce((product, { effect }) => (effect.kind === "quota" ? product * effect.factor : product), 1);
}

describe("in any market", () => {
  it("no launch is granted beyond a replayed capacity, and what is beyond it is on its way out", () => {
    forAnyStory(({ market }, told) => {
      SPOT.forEach((index) => {
        const series = market.capacitySeries[index] ?? null;
        if (series === null) return;
        const capacityAt = (timeMs: number) =>
          series.instances[series.timesMs.findLastIndex((time) => time <= timeMs)]!;
        // From its last entry on the process holds, where there is one.
        const untilMs = market.capacity === null ? Number.POSITIVE_INFINITY : series.timesMs.at(-1)!;
        const mine = granted(told).filter(({ pool: own, launchedMs }) => own === index && launchedMs < untilMs);
        mine.forEach((instance, number) => {
          const before = mine.slice(0, number).filter((other) => other.endedMs > instance.launchedMs);
          expect(before.length).toBeLessThan(capacityAt(instance.launchedMs));
        });
        if (market.notice.missingShare < 1) return;
        // Without notice what is too much goes at once.
        for (const timeMs of [...series.timesMs, ...mine.map((instance) => instance.launchedMs)]) {
          if (timeMs >= untilMs) continue;
          const there = mine.filter((instance) => instance.launchedMs <= timeMs && instance.endedMs > timeMs);
          expect(there.length).toBeLessThanOrEqual(capacityAt(timeMs));
        }
      });
    });
  });

  it("quotas are never exceeded", () => {
    forAnyStory(({ market }, told) => {
      for (const quota of market.quotas) {
        const mine = granted(told).filter((instance) => quota.pools.includes(instance.pool));
        mine.forEach((instance, number) => {
          const there = mine.slice(0, number).filter((other) => other.endedMs > instance.launchedMs);
          const vcpuMilli = [...there, instance].reduce((sum, each) => sum + VCPU_MILLI[each.pool]!, 0);
          const factor = quotaFactor(market.stress, instance.launchedMs);
          expect(vcpuMilli).toBeLessThanOrEqual(quota.vcpuMilli * factor);
        });
      }
    });
  });

  it("an instance is lost once, after what was told of it, and nothing is told of one that is gone", () => {
    forAnyStory(({ market }, { heard, instances }) => {
      instances.forEach((instance, number) => {
        const mine = heard.filter((event) => "instance" in event && event.instance === number);
        if (instance === undefined) expect(mine).toEqual([]);
        if (instance === undefined) return;
        const order = ["rebalance", "warned", "reclaimed"];
        const ranks = mine.map((event) => (event.what === "failed" ? 2 : order.indexOf(event.what)));
        expect(ranks).toEqual([...new Set(ranks)].sort());
        for (const event of mine) expect(event.timeMs).toBeLessThanOrEqual(instance.endedMs);
        for (const event of mine) {
          if (event.what === "rebalance" || event.what === "warned") {
            expect(instance.runningMs).toBeLessThanOrEqual(event.timeMs);
          }
        }
        const [warned] = mine.filter((event) => event.what === "warned");
        const [reclaimed] = mine.filter((event) => event.what === "reclaimed");
        if (warned !== undefined && reclaimed !== undefined) expect(warned.takenMs).toBe(reclaimed.timeMs);
        if (reclaimed !== undefined) expect(SPOT).toContain(instance.pool);
        // One that ran long enough was told, where notices are never missing.
        if (reclaimed !== undefined && market.notice.missingShare === 0 && instance.runningMs < reclaimed.timeMs) {
          expect(warned).toBeDefined();
        }
      });
    });
  });

  it("a pool that refuses launches nothing more at that instant, unless a place becomes free", () => {
    forAnyStory((_, { heard, instances, heardBefore }) => {
      heard.forEach((refused, position) => {
        if (refused.what !== "refused") return;
        const { timeMs, pool: refusing } = refused;
        if (instances.some((instance) => instance?.endedMs === timeMs)) return;
        const later = instances.filter((_, number) => heardBefore[number]! > position);
        const answers = later.flatMap((instance) => (instance?.launchedMs === timeMs ? [instance.pool] : []));
        expect(answers).not.toContain(refusing);
      });
    });
  });

  it("a launch that no pool answers is refused by each of them, at once", () => {
    forAnyStory(({ deeds: list }, told) => {
      const refused = (timeMs: number) =>
        told.heard.flatMap((event) => (event.what === "refused" && event.timeMs === timeMs ? [event.pool] : []));
      list.forEach((deed, number) => {
        if (told.instances[number] !== undefined) expect(deed.pools).toContain(told.instances[number].pool);
        else expect(refused(deed.timeMs)).toEqual(expect.arrayContaining([...deed.pools]));
      });
    });
  });

  it("prices are told when they change, and only then", () => {
    forAnyStory((_, { heard }) => {
      const now = POOLS.map((each) => each.priceMicroUsdPerHour);
      for (const event of heard) {
        if (event.what !== "price") continue;
        expect(Number.isInteger(event.microUsd)).toBe(true);
        expect(event.microUsd).not.toBe(now[event.pool]);
        now[event.pool] = event.microUsd;
      }
    });
  });

  it("two policies meet the same prices, and the nth launch in a pool the same life", () => {
    fc.assert(
      fc.property(stories, deeds, (story, otherDeeds) => {
        const calm = { ...story.market, stress: [], capacity: null, capacitySeries: [], bidShare: null, quotas: [] };
        const ours = play({ ...story, market: calm });
        const theirs = play({ ...story, market: calm, deeds: otherDeeds });
        const prices = ({ heard }: Told) => heard.filter((event) => event.what === "price");
        expect(prices(theirs)).toEqual(prices(ours));
        POOLS.forEach((_, index) => {
          const lives = (told: Told) =>
            granted(told)
              .filter((instance) => instance.pool === index)
              .map((instance) => livesOf(told, instance));
          const [a, b] = [lives(ours), lives(theirs)];
          for (let launch = 0; launch < Math.min(a.length, b.length); launch++) {
            const [one, other] = [a[launch]!, b[launch]!];
            if (one !== undefined && other !== undefined) expect(one).toBe(other);
          }
        });
      }),
      { numRuns: 300 },
    );
  });

  it("the same is told when it is played again", () => {
    forAnyStory((story, told) => {
      expect(play(story)).toEqual(told);
    });
  });
});

/** From running to its reclaim; undefined: it was not reclaimed. */
function livesOf({ heard, instances }: Told, instance: Instance): number | undefined {
  const number = instances.indexOf(instance);
  const reclaimed = heard.find((event) => event.what === "reclaimed" && event.instance === number);
  return reclaimed === undefined ? undefined : reclaimed.timeMs - instance.runningMs;
}
