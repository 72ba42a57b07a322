import { describe, expect, it } from "vitest";
import { readClockMs, readIsoMs, readNumber, UNREADABLE } from "../../src/trace/text/cells.js";
import { zoneOf } from "../../src/trace/zone.js";

const MISSING = Number.NaN;

describe("readNumber", () => {
  it.each([
    ...([
      ["0", 0],
      ["12", 12],
      ["0.25", 0.25],
      [".5", 0.5],
      ["1e3", 1_000],
      [" 7 ", 7],
      ["+3", 3],
      ["-2.5", -2.5],
    ] as const),
    ...([
      ["-0", 0],
      ["5.", 5],
      ["00012", 12],
    ] as const),
    ...(
      ["", "  ", "-", "-1", "-1.0", "NaN", "NaT", "<NA>", "null", "None", "N/A", "\\N", "Unknown", "UNLIMITED"] as const
    ).map((text) => [text, MISSING] as const),
    ...(["0x10", "0b1", " 0x10", "1,234", "1 2", "1_000", "Infinity", "-Infinity", "1e999", "12abc", "١"] as const).map(
      (text) => [text, UNREADABLE] as const,
    ),
  ])("%j is %d", (text, expected) => {
    expect(readNumber(text)).toBe(expected);
  });
});

describe("readIsoMs", () => {
  // 2024-03-01T00:00:00Z is day 19,783 after the epoch: 19,783 x 86,400,000 ms.
  const midnight = 19_783 * 86_400_000;
  it.each([
    ["2024-03-01", 0, midnight],
    ["2024-03-01T12:30:15Z", 0, midnight + 45_015_000],
    ["2024-03-01 12:30:15", 0, midnight + 45_015_000],
    ["2024-03-01T12:30", 0, midnight + 45_000_000],
    ["2024-03-01T00:00:00.1234567Z", 0, midnight + 123],
    ["2024-03-01T00:00:00,5 UTC", 0, midnight + 500],
    ["2024-03-01T02:00:00+02:00", 0, midnight],
    ["2024-02-29T19:00:00-0500", 0, midnight],
    ["2024-03-01T05:30:00+0530", 0, midnight],
    ["2024-03-01T01:00:00", 60, midnight], // no zone: one hour east of UTC
    ["2024-03-01T01:00:00Z", 60, midnight + 3_600_000], // a zone in the text wins
    ["", 0, MISSING],
    ["-", 0, MISSING],
    ["-1", 0, MISSING],
    ["Unknown", 0, MISSING],
    ["0", 0, UNREADABLE],
    ["1709251200", 0, UNREADABLE],
    ["2024-02-30", 0, UNREADABLE],
    ["2024-13-01", 0, UNREADABLE],
    ["2024-03-01T25:00", 0, UNREADABLE],
    ["03/01/2024", 0, UNREADABLE],
    ["tomorrow", 0, UNREADABLE],
    ["0000-01-01", 0, UNREADABLE], // Date.UTC would take the years 0 to 99 as 1900 to 1999
    ["0099-12-31T00:00:00Z", 0, UNREADABLE],
  ])("%j at offset %d min is %d", (text, offset, expected) => {
    const sign = offset < 0 ? "-" : "+";
    const digits = (amount: number) => String(Math.trunc(Math.abs(amount))).padStart(2, "0");
    const zone = zoneOf(`${sign}${digits(offset / 60)}:${digits(offset % 60)}`)!;
    expect(readIsoMs(text, zone)).toBe(expected);
  });
});

describe("readClockMs", () => {
  it.each([
    ["00:00:00", 0],
    ["0:01:57", 117_000],
    ["1-02:03:04", 93_784_000], // 86,400 + 7,200 + 180 + 4 s
    ["100:00:00", 360_000_000],
    ["00:00:01.25", 1_250],
    ["", MISSING],
    ["UNLIMITED", MISSING],
    ["-1 day, 23:59:21", UNREADABLE],
    ["90", UNREADABLE],
    ["01:60:00", UNREADABLE],
  ])("%j is %d ms", (text, expected) => {
    expect(readClockMs(text)).toBe(expected);
  });
});
