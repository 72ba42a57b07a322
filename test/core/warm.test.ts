// Warm capacity and disruption windows, as numbers.

import { describe, expect, it } from "vitest";
import { WarmCapacity } from "../../src/core/scaledown/warm.js";
import { nextOpenMs } from "../../src/core/scaledown/windows.js";
import { s } from "../builders.js";

const HOUR = s(3600);
/** $0.10 per hour. */
const PRICE = 100_000;
/** $10 per hour of waiting. */
const WAITING = 10_000_000;

/** Launches of which one was seen: 30 s until it ran, 90 s of boot. */
function seen(waitMicroUsdPerHour: number): WarmCapacity {
  const warm = new WarmCapacity(2, waitMicroUsdPerHour);
  warm.launched(0, s(30), s(120));
  return warm;
}

describe("an idle instance is worth its price", () => {
  it("never, before a job has taken one of its type", () => {
    const warm = seen(WAITING);
    warm.taken(1, 0);
    expect(warm.worthUntilMs(0, 1, PRICE, 0)).toBe(Number.NEGATIVE_INFINITY);
  });

  it("never, before a launch has shown what it saves", () => {
    const warm = new WarmCapacity(1, WAITING);
    warm.taken(0, 0);
    expect(warm.worthUntilMs(0, 1, PRICE, 0)).toBe(Number.NEGATIVE_INFINITY);
  });

  it("for money alone only while jobs come within the time of a boot", () => {
    // With a boot of 90 s and an hour's memory it takes more than 40 of them. Every 90 s for ten hours, they count for 40.5.
    const warm = seen(0);
    for (let i = 0; i <= 400; i++) warm.taken(0, s(90 * i));
    const jobs = (1 - Math.exp((-401 * 90) / 3600)) / (1 - Math.exp(-90 / 3600));
    expect(jobs / 40).toBeCloseTo(1.0125, 4);
    expect(warm.worthUntilMs(0, 1, PRICE, s(36_000))).toBeCloseTo(s(36_000) + HOUR * Math.log(jobs / 40), 2);
    expect(warm.worthUntilMs(0, 2, PRICE, s(36_000))).toBeLessThan(s(36_000));
  });

  it("no longer for many jobs at once: they are one occasion", () => {
    const warm = seen(0);
    for (let i = 0; i < 100; i++) warm.taken(0, s(1000 + i * 0.8));
    expect(warm.worthUntilMs(0, 1, PRICE, s(1080))).toBeCloseTo(s(1000) - HOUR * Math.log(40), 2);
    // Once a boot has passed, the next occasion.
    const waited = seen(WAITING);
    waited.taken(0, 0);
    waited.taken(0, s(89));
    const one = 1209 / 360;
    expect(waited.worthUntilMs(0, 1, PRICE, s(89))).toBeCloseTo(s(89) + HOUR * Math.log(one * Math.exp(-89 / 3600)), 2);
    waited.taken(0, s(90));
    const two = one * (1 + Math.exp(-90 / 3600));
    expect(waited.worthUntilMs(0, 1, PRICE, s(90))).toBeCloseTo(s(90) + HOUR * Math.log(two), 2);
  });

  it.each([
    // Two jobs in an instant, once in the hour. Saved: 0.1 x 90 s + 10 x 120 s = 1,209 $ s/h; 1209 / 3600 / 0.1 = 3.3583...
    { rank: 1, ratio: 3.358_333_333_333 },
    { rank: 2, ratio: 3.358_333_333_333 },
    // 2 / 7 of that.
    { rank: 7, ratio: 0.959_523_809_524 },
  ])("until its turn is too far off: rank $rank", ({ rank, ratio }) => {
    const warm = seen(WAITING);
    warm.taken(0, s(500));
    warm.taken(0, s(500));
    expect(warm.worthUntilMs(0, rank, PRICE, s(500))).toBeCloseTo(s(500) + HOUR * Math.log(ratio), 2);
  });

  it("no longer than its price takes to reach what it saves, however many come", () => {
    // 1,209 $ s/h at 0.1 $ per hour: 12,090 s.
    const warm = seen(WAITING);
    for (let i = 0; i < 1_000; i++) warm.taken(0, s(100 * i));
    expect(warm.worthUntilMs(0, 1, PRICE, s(95_000))).toBeCloseTo(s(95_000 + 12_090), 3);
  });

  it("counts a job of an hour ago for 1/e", () => {
    const warm = seen(WAITING);
    warm.taken(0, 0);
    warm.taken(0, HOUR);
    const ratio = ((1 + Math.exp(-1)) * 1209) / 360;
    expect(warm.worthUntilMs(0, 1, PRICE, HOUR)).toBeCloseTo(HOUR + HOUR * Math.log(ratio), 2);
  });

  it("by the mean of all launches", () => {
    // A second one: 10 s until it ran, 20 s of boot: means 55 s and 75 s; 0.1 x 55 + 10 x 75 = 755.5.
    const warm = seen(WAITING);
    warm.launched(s(300), s(310), s(330));
    warm.taken(0, 0);
    expect(warm.worthUntilMs(0, 1, PRICE, 0)).toBeCloseTo(HOUR * Math.log(755.5 / 360), 2);
  });

  it("never, where it has no price: there is nothing to weigh", () => {
    const warm = seen(WAITING);
    warm.taken(0, 0);
    expect(warm.worthUntilMs(0, 1, 0, 0)).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe("the next instant in a window", () => {
  const minute = (day: number, hours: number) => (24 * day + hours) * 60;
  const nights = [0, 1, 2, 3, 4].map((day) => ({ startMinute: minute(day, 20), endMinute: minute(day + 1, 6) }));
  const weekend = { startMinute: minute(5, 0), endMinute: minute(0, 0) };
  const acrossSunday = { startMinute: minute(6, 22), endMinute: minute(0, 2) };

  it.each([
    { name: "none", windows: [], at: "2026-03-04T12:00Z", next: "2026-03-04T12:00Z" },
    // 4 March 2026 is a Wednesday.
    { name: "before it", windows: nights, at: "2026-03-04T12:00Z", next: "2026-03-04T20:00Z" },
    { name: "at its start", windows: nights, at: "2026-03-04T20:00Z", next: "2026-03-04T20:00Z" },
    { name: "after midnight in it", windows: nights, at: "2026-03-05T05:59Z", next: "2026-03-05T05:59Z" },
    { name: "at its end", windows: nights, at: "2026-03-05T06:00Z", next: "2026-03-05T20:00Z" },
    { name: "over the weekend", windows: nights, at: "2026-03-07T06:00Z", next: "2026-03-09T20:00Z" },
    { name: "to the end of the week", windows: [weekend], at: "2026-03-08T23:59Z", next: "2026-03-08T23:59Z" },
    { name: "at the end of the week", windows: [weekend], at: "2026-03-09T00:00Z", next: "2026-03-14T00:00Z" },
    { name: "round the week", windows: [acrossSunday], at: "2026-03-09T01:00Z", next: "2026-03-09T01:00Z" },
    {
      name: "before the turn of the week",
      windows: [acrossSunday],
      at: "2026-03-08T21:00Z",
      next: "2026-03-08T22:00Z",
    },
    {
      name: "the nearer of two",
      windows: [weekend, { startMinute: minute(4, 8), endMinute: minute(4, 9) }],
      at: "2026-03-04T12:00Z",
      next: "2026-03-06T08:00Z",
    },
    {
      name: "the whole week",
      windows: [{ startMinute: 60, endMinute: 60 }],
      at: "2026-03-04T12:00Z",
      next: "2026-03-04T12:00Z",
    },
    { name: "before 1970", windows: nights, at: "1969-12-31T12:00Z", next: "1969-12-31T20:00Z" },
  ])("$name: from $at it is $next", ({ windows, at, next }) => {
    expect(new Date(nextOpenMs(windows, Date.parse(at))).toISOString()).toBe(new Date(Date.parse(next)).toISOString());
  });
});
