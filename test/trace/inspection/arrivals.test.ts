import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE } from "../../../src/base/units.js";
import { LocalClock } from "../../../src/trace/inspection/local-clock.js";
import { csvOf, inspected } from "./inspected.js";

const MONDAY = Date.UTC(2026, 0, 5); // 5 January 2026 was a Monday

async function arrivalsAt(times: readonly number[], timeZone = "UTC") {
  const rows = times.map((submit_ms) => ({ submit_ms, runtime_s: 1, vcpus: 1, memory_mib: 1 }));
  return (await inspected(csvOf(rows), { timeZone })).arrivals;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe("arrivals", () => {
  it("counts jobs in bins that begin at round times", async () => {
    // 01:30, 01:59, 02:00 on Monday and 02:10 on Tuesday: 26 bins of an hour from 01:00.
    const minutes = [90, 119, 120, 24 * 60 + 130];
    const { series, spanMs, firstMs } = await arrivalsAt(minutes.map((minute) => MONDAY + minute * MS_PER_MINUTE));
    expect({ start: series.startMs, step: series.stepMs }).toEqual({ start: MONDAY + MS_PER_HOUR, step: MS_PER_HOUR });
    expect(series.jobs).toEqual([2, 1, ...new Array(23).fill(0), 1]);
    expect(spanMs).toBe((24 * 60 + 40) * MS_PER_MINUTE);
    expect(firstMs).toBe(MONDAY + 90 * MS_PER_MINUTE);
  });

  it.each([
    { span: 0, step: MS_PER_MINUTE },
    { span: 6 * MS_PER_HOUR, step: MS_PER_MINUTE },
    { span: 23 * MS_PER_HOUR, step: 5 * MS_PER_MINUTE },
    { span: MS_PER_DAY, step: MS_PER_HOUR },
    { span: 30 * MS_PER_DAY, step: 2 * MS_PER_HOUR },
    { span: 365 * MS_PER_DAY, step: MS_PER_DAY },
    { span: 10_000 * MS_PER_DAY, step: 28 * MS_PER_DAY },
  ])("takes bins of $step ms for a span of $span ms", async ({ span, step }) => {
    const { series } = await arrivalsAt([MONDAY, MONDAY + span]);
    expect(series.stepMs).toBe(step);
    expect(series.jobs.length).toBeLessThanOrEqual(400);
    expect(sum(series.jobs)).toBe(2);
  });

  it("places jobs in the week of the given zone", async () => {
    // Sunday 23:30 UTC is Monday 00:30 in Stockholm in winter (+1 h), and 01:30 in summer (+2 h).
    const winter = MONDAY - MS_PER_HOUR / 2;
    const summer = Date.UTC(2026, 6, 6) - MS_PER_HOUR / 2;
    const { week } = await arrivalsAt([winter, summer], "Europe/Stockholm");
    expect(week![0]!.slice(0, 3)).toEqual([1, 1, 0]);
    expect(sum(week!.flat())).toBe(2);
    expect((await arrivalsAt([winter])).week![6]![23]).toBe(1);
  });

  it("knows no week where times have no dates", async () => {
    const { isDated, week, firstMs, lastMs, series } = await arrivalsAt([5_000, 65_000]);
    expect({ isDated, week, firstMs, lastMs }).toEqual({ isDated: false, week: null, firstMs: null, lastMs: null });
    expect(series).toEqual({ startMs: 0, stepMs: MS_PER_MINUTE, jobs: [1, 1] });
  });

  it.each([
    { every: MS_PER_DAY, off: 0, rounded: MS_PER_DAY },
    { every: MS_PER_HOUR, off: 0, rounded: MS_PER_HOUR },
    { every: 15 * MS_PER_MINUTE, off: 0, rounded: 15 * MS_PER_MINUTE },
    { every: 5 * MS_PER_MINUTE, off: 0, rounded: MS_PER_MINUTE },
    { every: MS_PER_HOUR, off: 1_000, rounded: null },
  ])("finds the clock's resolution: every $every ms, $off ms off", async ({ every, off, rounded }) => {
    const times = Array.from({ length: 20 }, (_, i) => MONDAY + off + i * every);
    expect((await arrivalsAt(times)).roundedToMs).toBe(rounded);
  });

  it("takes midnight of the zone for a day", async () => {
    const midnights = Array.from({ length: 20 }, (_, i) => MONDAY - MS_PER_HOUR + i * MS_PER_DAY);
    expect((await arrivalsAt(midnights, "+01:00")).roundedToMs).toBe(MS_PER_DAY);
    expect((await arrivalsAt(midnights, "UTC")).roundedToMs).toBe(MS_PER_HOUR);
  });

  it("finds bursts and pauses", async () => {
    const at = [0, 0, 0, 10, 10, 1_000].map((second) => MONDAY + second * 1_000);
    expect(await arrivalsAt(at)).toMatchObject({
      instants: 3,
      largestBurst: 3,
      longestGapMs: 990_000,
      roundedToMs: null,
    });
  });
});

describe("a zone's clock", () => {
  it("goes around the clock changes of forty years as the platform's does", () => {
    const timeZone = "Europe/Stockholm";
    const fields = { day: "2-digit", hour: "2-digit", minute: "2-digit" } as const;
    const calendar = new Intl.DateTimeFormat("sv-SE", { ...fields, timeZone });
    const clock = new LocalClock(timeZone);
    for (let year = 1996; year < 2036; year++) {
      for (const month of [2, 9]) {
        const last = new Date(Date.UTC(year, month, 31));
        const sunday = last.getTime() - last.getUTCDay() * MS_PER_DAY;
        for (let half = -2; half <= 6; half++) {
          const epochMs = sunday + (half * MS_PER_HOUR) / 2;
          const shown = new Date(clock.localMs(epochMs)).toISOString();
          const parts = new Map(calendar.formatToParts(epochMs).map(({ type, value }) => [type, value]));
          expect(shown.slice(8, 16)).toBe(`${parts.get("day")}T${parts.get("hour")}:${parts.get("minute")}`);
        }
      }
    }
  });

  it("shows what the platform's calendar shows", () => {
    const zones = ["Europe/Stockholm", "America/Denver", "Australia/Lord_Howe", "Asia/Kathmandu"];
    const calendars = zones.map((timeZone) => {
      const fields = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" } as const;
      return new Intl.DateTimeFormat("sv-SE", { ...fields, timeZone });
    });
    const clocks = zones.map((zone) => new LocalClock(zone));
    const from = Date.UTC(1995, 0, 1);
    const hour = fc.integer({ min: 0, max: 40 * 365 * 24 });
    fc.assert(
      fc.property(hour, fc.integer({ min: 0, max: 59 }), fc.nat(zones.length - 1), (hours, minutes, zone) => {
        const epochMs = from + hours * MS_PER_HOUR + minutes * MS_PER_MINUTE;
        const shown = new Date(clocks[zone]!.localMs(epochMs)).toISOString().slice(0, 16).replace("T", " ");
        expect(shown).toBe(calendars[zone]!.format(epochMs));
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    // Stockholm set its clocks back from 03:00 to 02:00 on 25 October 2026 at 01:00 UTC.
    { utc: "2026-10-25T00:30:00Z", local: "02:30" },
    { utc: "2026-10-25T01:30:00Z", local: "02:30" },
    { utc: "2026-10-25T02:00:00Z", local: "03:00" },
    // And forward from 02:00 to 03:00 on 29 March 2026 at 01:00 UTC.
    { utc: "2026-03-29T00:59:00Z", local: "01:59" },
    { utc: "2026-03-29T01:00:00Z", local: "03:00" },
  ])("shows $local in Stockholm at $utc", ({ utc, local }) => {
    const shown = new Date(new LocalClock("Europe/Stockholm").localMs(Date.parse(utc))).toISOString();
    expect(shown.slice(11, 16)).toBe(local);
  });
});
