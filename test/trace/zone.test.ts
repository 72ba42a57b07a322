import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE } from "../../src/base/units.js";
import { type Zone, zoneOf } from "../../src/trace/zone.js";

const local = (text: string) => Date.parse(`${text}Z`);
const epoch = (text: string) => Date.parse(text);

const ZONES = ["Europe/Stockholm", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns"];
const SINCE = epoch("1990-01-01T00:00:00Z");
const UNTIL = epoch("2039-01-01T00:00:00Z");

/** What the clocks of a zone showed at an instant, as if it were UTC: found by other means than the zone's own. */
function shownAt(name: string): (epochMs: number) => number {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone: name, dateStyle: "short", timeStyle: "medium" });
  return (epochMs) => {
    const wholeSecondMs = Math.floor(epochMs / 1_000) * 1_000;
    return local(format.format(wholeSecondMs).replace(" ", "T")) + (epochMs - wholeSecondMs);
  };
}

/** Every change of a zone's offset between two years, by bisection. */
function transitions(name: string, from: number, to: number): number[] {
  const shown = shownAt(name);
  const offset = (epochMs: number) => shown(epochMs) - epochMs;
  const found: number[] = [];
  for (let day = from; day < to; day += MS_PER_DAY) {
    let [low, high] = [day, day + MS_PER_DAY];
    if (offset(low) === offset(high)) continue;
    while (high - low > MS_PER_MINUTE) {
      const middle = Math.floor((low + high) / 2 / MS_PER_MINUTE) * MS_PER_MINUTE;
      if (offset(middle) === offset(low)) low = middle;
      else high = middle;
    }
    found.push(high);
  }
  return found;
}

describe("zoneOf", () => {
  it.each([
    ["UTC", "2024-07-01T12:00:00", "2024-07-01T12:00:00Z"],
    ["+02:00", "2024-07-01T12:00:00", "2024-07-01T10:00:00Z"],
    ["-09:30", "2024-07-01T12:00:00", "2024-07-01T21:30:00Z"],
    ["Europe/Stockholm", "2024-07-01T12:00:00", "2024-07-01T10:00:00Z"],
    ["Europe/Stockholm", "2024-01-01T12:00:00.250", "2024-01-01T11:00:00.250Z"],
    ["Asia/Kathmandu", "2024-07-01T12:00:00", "2024-07-01T06:15:00Z"],
    ["America/New_York", "2024-12-31T23:59:59", "2025-01-01T04:59:59Z"],
  ])("%s shows %s at %s", (name, shown, instant) => {
    const zone = zoneOf(name)!;
    expect(zone.epochMs(local(shown))).toBe(epoch(instant));
    expect(zone.placing).toBe("plain");
  });

  it.each(["", "Mars/Olympus", "+2", "+15:00", "+01:60", "CEST+1", "__proto__"])("knows no zone %j", (name) => {
    expect(zoneOf(name)).toBeUndefined();
  });
});

describe("times of the nights in which clocks change", () => {
  // Lord Howe's clocks change by 30 minutes: forward at 02:00 on 2024-10-06, back at 02:00 on 2024-04-07.
  it.each([
    ["Europe/Stockholm", "2024-03-31T01:59:59", "plain", "2024-03-31T00:59:59Z"],
    ["Europe/Stockholm", "2024-03-31T02:30:00", "skipped", "2024-03-31T01:30:00Z"],
    ["Europe/Stockholm", "2024-03-31T03:00:00", "plain", "2024-03-31T01:00:00Z"],
    ["Europe/Stockholm", "2024-10-27T02:30:00", "ambiguous", "2024-10-27T00:30:00Z"],
    ["Europe/Stockholm", "2024-10-27T03:00:00", "plain", "2024-10-27T02:00:00Z"],
    ["America/New_York", "2024-03-10T02:30:00", "skipped", "2024-03-10T07:30:00Z"],
    ["America/New_York", "2024-11-03T01:30:00", "ambiguous", "2024-11-03T05:30:00Z"],
    ["Australia/Lord_Howe", "2024-10-06T02:15:00", "skipped", "2024-10-05T15:45:00Z"],
    ["Australia/Lord_Howe", "2024-10-06T02:30:00", "plain", "2024-10-05T15:30:00Z"],
    ["Australia/Lord_Howe", "2024-04-07T01:45:00", "ambiguous", "2024-04-06T14:45:00Z"],
    ["Australia/Lord_Howe", "2024-04-07T01:29:00", "plain", "2024-04-06T14:29:00Z"],
  ])("%s: %s is %s", (name, shown, placing, instant) => {
    const zone = zoneOf(name)!;
    expect(zone.epochMs(local(shown))).toBe(epoch(instant));
    expect(zone.placing).toBe(placing);
  });

  it("takes the second of two instants when the first comes too early", () => {
    const zone = zoneOf("Europe/Stockholm")!;
    const submit = zone.epochMs(local("2024-10-27T02:50:00"));
    // Submitted at 02:50 and started at 02:10: the clocks were set back in between, the job waited 20 minutes.
    expect(zone.epochMs(local("2024-10-27T02:10:00"), submit) - submit).toBe(20 * MS_PER_MINUTE);
    expect(zone.placing).toBe("ambiguous");
  });
});

describe.each(ZONES)("%s", (name) => {
  const shown = shownAt(name);
  const zone: Zone = zoneOf(name)!;

  it("gives every instant back that its clocks showed", () => {
    fc.assert(
      fc.property(fc.integer({ min: SINCE, max: UNTIL }), (instant) => {
        expect(zone.epochMs(shown(instant), instant)).toBe(instant);
      }),
      { numRuns: 1_000 },
    );
  });

  it("tells times that occur twice and those that never occur, around every change of the clocks", () => {
    for (const change of transitions(name, epoch("2020-01-01T00:00:00Z"), epoch("2026-01-01T00:00:00Z"))) {
      for (let minutes = -150; minutes <= 150; minutes += 15) {
        const localMs = shown(change - 1) + 1 + minutes * MS_PER_MINUTE;
        // All instants within 15 hours of which the clocks showed this time.
        const instants: number[] = [];
        for (let at = localMs - 15 * MS_PER_HOUR; at <= localMs + 15 * MS_PER_HOUR; at += 15 * MS_PER_MINUTE) {
          if (shown(at) === localMs) instants.push(at);
        }
        const found = zone.epochMs(localMs);
        expect(zone.placing).toBe((["skipped", "plain", "ambiguous"] as const)[instants.length]);
        if (instants.length > 0) expect(found).toBe(instants[0]);
        else expect(found).toBeGreaterThanOrEqual(change);
      }
    }
  });
});

it("converts a million times, those of a night with a change too, in a second of work", () => {
  const zone = zoneOf("Europe/Stockholm")!;
  const night = local("2024-10-27T00:00:00");
  const begin = process.cpuUsage();
  let sum = 0;
  for (let i = 0; i < 1_000_000; i++) sum += zone.epochMs(i % 2 === 0 ? night + i * 10 : SINCE + i * 100_000);
  expect(sum).toBeGreaterThan(0);
  expect(process.cpuUsage(begin).user).toBeLessThan(1_000_000); // microseconds
});
