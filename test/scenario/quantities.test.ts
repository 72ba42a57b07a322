import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  DURATION_PATTERN,
  MEMORY_PATTERN,
  orWord,
  PERCENT_PATTERN,
  parseDurationMs,
  parseMemoryMib,
  parseShare,
  parseTimeZone,
  positive,
  TIME_ZONE_PATTERN,
} from "../../src/scenario/quantities.js";

describe("parseDurationMs", () => {
  it.each([
    ["500ms", 500],
    ["15s", 15_000],
    ["2m", 120_000],
    ["2min", 120_000],
    ["2 min", 120_000],
    ["1.5h", 5_400_000],
    ["7d", 604_800_000],
    ["0s", 0],
    ["-0s", 0],
    ["0", 0],
    [0, 0],
    ["1.1s", 1_100], // 1.1 × 1000 is 1100.0000000000002 in binary: rounded
    ["0.4ms", 0],
  ])("%j is %d ms", (text, ms) => {
    expect(parseDurationMs(text)).toEqual({ value: ms });
  });

  it.each([
    [15, "invalid-duration", "expected a duration such as 15s, got 15", "write 15s"],
    ["15", "invalid-duration", 'expected a duration such as 15s, got "15"', "write 15s"],
    ["1h30m", "invalid-duration", 'expected a duration such as 15s, got "1h30m"', "one number and one unit"],
    ["3 weeks", "invalid-duration", 'expected a duration such as 15s, got "3 weeks"', "one number and one unit"],
    ["1e3s", "invalid-duration", 'expected a duration such as 15s, got "1e3s"', "one number and one unit"],
    ["5constructor", "invalid-duration", 'expected a duration such as 15s, got "5constructor"', "one number"],
    [null, "invalid-duration", "expected a duration such as 15s, got nothing", "one number and one unit"],
    [[], "invalid-duration", "expected a duration such as 15s, got a list", "one number and one unit"],
    [Number.NaN, "invalid-duration", "expected a duration such as 15s, got NaN", "one number and one unit"],
    ["-5s", "out-of-range", 'must not be negative, got "-5s"', undefined],
    ["99999999999999d", "out-of-range", 'is too large: "99999999999999d"', undefined],
  ])("%j is refused", (input, code, message, hint) => {
    const parsed = parseDurationMs(input);
    expect(parsed).toMatchObject({ code, message });
    const given = "hint" in parsed ? parsed.hint : undefined;
    if (hint === undefined) expect(given).toBeUndefined();
    else expect(given).toContain(hint);
  });
});

describe("parseShare", () => {
  it.each([
    [0.1, 0.1],
    ["10%", 0.1],
    ["12.5 %", 0.125],
    ["0%", 0],
    [1, 1],
    ["100%", 1],
  ])("%j is %d", (input, value) => {
    expect(parseShare({ least: 0, most: 1 })(input)).toEqual({ value });
    if (typeof input === "string") expect(input).toMatch(new RegExp(PERCENT_PATTERN));
  });

  it.each([
    ["0.1", "invalid-share", 'expected a share such as 0.05 or 5%, got "0.1"'],
    ["%", "invalid-share", 'expected a share such as 0.05 or 5%, got "%"'],
    ["-5%", "invalid-share", 'expected a share such as 0.05 or 5%, got "-5%"'],
    [Number.NaN, "invalid-share", "expected a share such as 0.05 or 5%, got NaN"],
    [null, "invalid-share", "expected a share such as 0.05 or 5%, got nothing"],
    ["120%", "out-of-range", 'must be at most 1, got "120%"'],
    [Number.POSITIVE_INFINITY, "out-of-range", "must be at most 1, got Infinity"],
    [0, "out-of-range", "must be greater than 0, got 0"],
    [-1, "out-of-range", "must be greater than 0, got -1"],
  ])("%j is none above 0 and up to 1", (input, code, message) => {
    expect(parseShare({ above: 0, most: 1 })(input)).toEqual({ code, message });
  });
});

describe("orWord", () => {
  const parse = orWord("never", parseDurationMs);
  it("is null for the word, and else what the parser says", () => {
    expect(parse("never")).toEqual({ value: null });
    expect(parse("5s")).toEqual({ value: 5_000 });
    expect(parse(15)).toMatchObject({ code: "invalid-duration", hint: "write 15s; or the word never" });
    expect(parse("-5s")).toMatchObject({ code: "out-of-range", hint: "or the word never" });
  });
});

describe("parseMemoryMib", () => {
  it.each([
    ["30 GiB", 30_720],
    ["512MiB", 512],
    ["1 TiB", 1_048_576],
    ["0.5GiB", 512],
    ["2GB", 1_908], // 2e9 / 1048576 = 1907.3…, rounded up
    ["1 MB", 1], // 0.95…, rounded up
    ["1 B", 1],
    ["1 KiB", 1],
    [0, 0],
  ])("%j is %d MiB", (text, mib) => {
    expect(parseMemoryMib(text)).toEqual({ value: mib });
  });

  it.each([
    [30, "write 30 MiB or 30 GiB"],
    ["30", "write 30 MiB or 30 GiB"],
    ["30G", "one number and one unit: MiB, GiB, TiB (powers of 1024) or MB, GB, TB (powers of 1000)"],
    ["3 gb", "one number and one unit: MiB, GiB, TiB (powers of 1024) or MB, GB, TB (powers of 1000)"],
  ])("%j is refused with a hint", (input, hint) => {
    expect(parseMemoryMib(input)).toMatchObject({ code: "invalid-memory-size", hint });
  });
});

it("positive refuses zero and nothing else", () => {
  expect(positive(parseDurationMs)("0s")).toEqual({
    code: "out-of-range",
    message: 'must be greater than 0, got "0s"',
  });
  expect(positive(parseDurationMs)("1s")).toEqual({ value: 1_000 });
  expect(positive(parseDurationMs)(1)).toMatchObject({ code: "invalid-duration" });
});

describe("parseTimeZone", () => {
  it.each(["UTC", "Z", "+02:00", "-05:30", "+14:00", "-00:00", "Europe/Berlin", "America/Argentina/Ushuaia"])(
    "%s is taken",
    (text) => {
      expect(parseTimeZone(text)).toEqual({ value: text });
      expect(new RegExp(TIME_ZONE_PATTERN).test(text)).toBe(true);
    },
  );

  it.each(["Europe/Nowhere", "+2:00", "+0200", "+14:01", "+01:60", 2, null])("%j is refused", (input) => {
    expect(parseTimeZone(input)).toMatchObject({ code: "invalid-time-zone" });
  });
});

it("the editors' patterns accept exactly the texts with a unit that the parsers accept", () => {
  const number = fc.constantFrom("0", "7", "1.5", ".5", "1.", "-1", "1e3", "");
  const unit = fc.constantFrom("ms", "s", "m", "min", "h", "d", "w", "S", "GiB", "MiB", "GB", "Gi", "B", " s", "  s");
  fc.assert(
    fc.property(number, unit, (digits, suffix) => {
      const text = digits + suffix;
      expect(new RegExp(DURATION_PATTERN).test(text)).toBe("value" in parseDurationMs(text));
      expect(new RegExp(MEMORY_PATTERN).test(text)).toBe("value" in parseMemoryMib(text));
    }),
  );
  expect(new RegExp(TIME_ZONE_PATTERN).test("+02:00")).toBe(true);
});
