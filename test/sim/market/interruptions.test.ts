// How single instances are taken back: when, with what notice, and how often.

import { describe, expect, it } from "vitest";
import type { InterruptionModel, NoticeModel } from "../../../src/model/market.js";
import { instanceType, pool, s } from "../../builders.js";
import { MarketProbe, ONE_SPOT_POOL } from "./market-probe.js";

const constant = (seconds: number) => ({ kind: "constant", valueMs: s(seconds) }) as const;
const NO_HAZARD = [0, 0, 0, 0, 0, 0];
/** Every launch is taken after this time. */
const takenAfter = (seconds: number): InterruptionModel => ({
  hourlyByBand: NO_HAZARD,
  early: { share: 1, after: constant(seconds) },
});
const notice = (more: Partial<NoticeModel> = {}): NoticeModel => ({
  warning: constant(120),
  missingShare: 0,
  rebalanceLead: null,
  ...more,
});

describe("an interruption", () => {
  // Launched at 0, running from 50 on.
  it.each([
    { name: "is told 2 minutes before", lifeS: 300, told: [["warned", 230, 350]], takenS: 350 },
    {
      name: "is told when the instance runs, where that is later",
      lifeS: 60,
      told: [["warned", 50, 110]],
      takenS: 110,
    },
    {
      name: "may be expected before",
      lifeS: 300,
      model: { rebalanceLead: constant(90) },
      told: [
        ["rebalance", 140],
        ["warned", 230, 350],
      ],
      takenS: 350,
    },
    {
      name: "is expected no earlier than the instance runs",
      lifeS: 150,
      model: { rebalanceLead: constant(90) },
      told: [
        ["rebalance", 50],
        ["warned", 80, 200],
      ],
      takenS: 200,
    },
    { name: "may come without notice", lifeS: 300, model: { missingShare: 1 }, told: [], takenS: 350 },
    {
      name: "may come with a notice of seconds",
      lifeS: 300,
      model: { warning: constant(5) },
      told: [["warned", 345, 350]],
      takenS: 350,
    },
  ])("$name", ({ lifeS, model, told, takenS }) => {
    const market = { interruptions: takenAfter(lifeS), notice: notice(model) };
    const probe = new MarketProbe({ ...ONE_SPOT_POOL, market });
    probe.launch(0);
    probe.until(s(50));
    probe.market.running(0, s(50));
    probe.until(s(10_000));
    const heard = probe.heard.map((event) =>
      event.what === "warned"
        ? [event.what, event.timeMs / 1000, event.takenMs / 1000]
        : [event.what, event.timeMs / 1000],
    );
    expect(heard).toEqual([...told, ["reclaimed", takenS]]);
  });

  it.each([0, 100, 170, 250])("does not reach an instance that was ended at %i s", (endS) => {
    // Recommended at 90, told at 180, taken at 300.
    const market = { interruptions: takenAfter(300), notice: notice({ rebalanceLead: constant(90) }) };
    const probe = new MarketProbe({ ...ONE_SPOT_POOL, market });
    probe.start(0);
    probe.until(s(endS));
    probe.market.ended(0);
    const before = [...probe.heard];
    expect(probe.until(s(10_000)).heard).toEqual(before);
    expect(before.length).toBe([90, 180].filter((timeS) => timeS <= endS).length);
  });

  it("does not reach on-demand instances, nor those that the market did not launch", () => {
    const probe = new MarketProbe({ ...ONE_SPOT_POOL, market: { interruptions: takenAfter(300) } });
    probe.start(0, [1]);
    probe.market.running(7, 0);
    probe.market.ended(7);
    expect(probe.until(s(10_000)).heard).toEqual([]);
  });

  it("comes no more once the market is closed", () => {
    const probe = new MarketProbe({ ...ONE_SPOT_POOL, market: { interruptions: takenAfter(300) } });
    probe.start(0);
    probe.market.close();
    expect(probe.until(s(10_000)).heard).toEqual([]);
  });

  it("frees its capacity when the instance is gone", () => {
    const market = { interruptions: takenAfter(300), capacitySeries: [{ timesMs: [0], instances: [1] }] };
    const probe = new MarketProbe({ ...ONE_SPOT_POOL, market });
    probe.start(0);
    expect([probe.launch(s(299)), probe.launch(s(300))]).toEqual([-1, 0]);
  });
});

describe("the hazard", () => {
  const LAUNCHES = 20_000;

  /** Lives in minutes of launches that were taken within a day, of so many that ran from 0 on. */
  function lives(interruptions: InterruptionModel, band: number): number[] {
    const pools = [{ ...pool(0, 0.1, "spot"), interruptionBand: band }];
    const probe = new MarketProbe({ types: [instanceType("m", 4, 16)], pools, market: { interruptions } });
    for (let launch = 0; launch < LAUNCHES; launch++) probe.start(0);
    return probe
      .until(s(86_400))
      .of("reclaimed")
      .map((event) => event.timeMs / 60_000);
  }
  const quantile = (values: readonly number[], share: number) =>
    [...values].sort((a, b) => a - b)[Math.floor(share * values.length)]!;

  it.each([
    { band: 0, hourly: 0.01 },
    { band: 4, hourly: 0.1 },
    { band: -1, hourly: 0.05 }, // not known: the last entry
  ])("of band $band is $hourly an hour", ({ band, hourly }) => {
    const taken = lives({ hourlyByBand: [0.01, 0, 0, 0, 0.1, 0.05], early: null }, band);
    // Within a day 1 - e^(-24 x hourly) are taken; and within the first hour 1 - e^(-hourly). Four standard errors.
    const within = (count: number, share: number) =>
      expect(Math.abs(count / LAUNCHES - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / LAUNCHES));
    within(taken.length, 1 - Math.exp(-24 * hourly));
    within(taken.filter((minutes) => minutes < 60).length, 1 - Math.exp(-hourly));
  });

  it("has an early mass as a bad day had it: 12 % of launches, median 4.0 min, p95 16.6 min", () => {
    // aws/karpenter-provider-aws#6425: 29 of 240 launches in 16 h.
    const early = { share: 0.12, after: { kind: "lognormal", medianMs: 240_000, p95Ms: 996_000 } } as const;
    const taken = lives({ hourlyByBand: NO_HAZARD, early }, 2);
    // 12 % +- 0.9 % (four standard errors). 2,400 of them: the median to within 4 x 0.025 of ln, 10 %; p95 to within 15 %.
    expect(Math.abs(taken.length / LAUNCHES - 0.12)).toBeLessThan(0.009);
    expect(Math.abs(quantile(taken, 0.5) / 4 - 1)).toBeLessThan(0.1);
    expect(Math.abs(quantile(taken, 0.95) / 16.6 - 1)).toBeLessThan(0.15);
  });

  it("comes on top of the early mass, whichever is first", () => {
    // All early after 6 h, and 0.5 an hour: 1 - e^(-3) = 95.0 % go before 6 h, the others then.
    const early = { share: 1, after: constant(6 * 3600) };
    const taken = lives({ hourlyByBand: [0.5], early }, -1);
    expect(taken.length).toBe(LAUNCHES);
    expect(Math.max(...taken)).toBe(360);
    const before = taken.filter((minutes) => minutes < 360).length / LAUNCHES;
    expect(Math.abs(before - 0.9502)).toBeLessThan(4 * Math.sqrt((0.95 * 0.05) / LAUNCHES));
  });

  it("misses notices at their share", () => {
    const market = { interruptions: takenAfter(300), notice: notice({ missingShare: 0.25 }) };
    const probe = new MarketProbe({ ...ONE_SPOT_POOL, market });
    for (let launch = 0; launch < 4000; launch++) probe.start(0);
    probe.until(s(1000));
    expect(probe.of("reclaimed").length).toBe(4000);
    // 1,000 +- 27 without: four standard errors.
    expect(Math.abs(4000 - probe.of("warned").length - 1000)).toBeLessThan(4 * 27.4);
  });

  it("is the same for the nth launch in a pool, whenever it comes and whatever else is launched", () => {
    const interruptions: InterruptionModel = { hourlyByBand: [0, 0, 0, 0, 0, 1], early: null };
    const pools = [pool(0, 0.1, "spot"), { ...pool(0, 0.1, "spot"), zone: "use1-az2" }];
    const lifeOfEach = (others: number, everyS: number) => {
      const probe = new MarketProbe({ types: [instanceType("m", 4, 16)], pools, market: { interruptions } });
      const startOf = new Map<number, number>();
      for (let launch = 0; launch < 30; launch++) {
        for (let other = 0; other < others; other++) probe.start(s(everyS * launch), [1]);
        startOf.set(probe.start(s(everyS * launch), [0]), s(everyS * launch));
      }
      probe.until(s(1_000_000));
      const ends = new Map(probe.of("reclaimed").map((event) => [event.instance, event.timeMs]));
      return [...startOf].map(([instance, startMs]) => ends.get(instance)! - startMs);
    };
    expect(lifeOfEach(3, 77)).toEqual(lifeOfEach(0, 0));
  });
});
