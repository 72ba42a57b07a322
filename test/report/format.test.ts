import { describe, expect, it } from "vitest";
import {
  formatCount,
  formatDuration,
  formatInstant,
  formatPercent,
  formatRatio,
  formatSignedPercent,
  formatUnitPrice,
  formatUsd,
  formatUtc,
  printable,
} from "../../src/report/format.js";

describe("formatCount", () => {
  it.each([
    [0, 0, "0"],
    [999, 0, "999"],
    [1_000, 0, "1,000"],
    [1_234_567, 0, "1,234,567"],
    [1_234.5, 1, "1,234.5"],
    [1_234.5678, 4, "1,234.5678"],
    [-4_321, 0, "-4,321"],
    [-0.001, 1, "0.0"],
  ])("%d with %d decimals is %s", (value, decimals, text) => {
    expect(formatCount(value, decimals)).toBe(text);
  });
});

describe("formatUsd", () => {
  it.each([
    [0, "$0.00"],
    [1_234_560_000, "$1,234.56"],
    [1_000_000, "$1.00"],
    [999_950, "$1.00"],
    [999_949, "$0.9999"],
    [34_000, "$0.0340"],
    [100, "$0.0001"],
    [49, "<$0.0001"],
    [-2_500_000, "-$2.50"],
    [1_234_567_890_123_456, "$1,234,567,890.12"],
  ])("%d micro-USD is %s", (microUsd, text) => {
    expect(formatUsd(microUsd)).toBe(text);
  });
});

describe("formatUnitPrice", () => {
  it.each([
    [9_412.5, "$0.00941"],
    [33_870, "$0.03387"],
    [32_772_600, "$32.77260"],
    [0, "$0"],
  ])("%d micro-USD per hour is %s", (price, text) => {
    expect(formatUnitPrice(price)).toBe(text);
  });
});

describe("formatDuration", () => {
  it.each([
    [0, "0 s"],
    [850, "850 ms"],
    [999.6, "1 s"],
    [3_400, "3.4 s"],
    [9_960, "10 s"], // 9.96 s rounds to ten, without a decimal
    [59_499, "59 s"],
    [59_500, "1 min"], // rounds to 60 s
    [200_000, "3 min 20 s"],
    [3_599_600, "1 h"], // rounds to 3600 s
    [18_420_000, "5 h 7 min"],
    [86_399_000, "1 d"], // rounds to 1440 min
    [183_600_000, "2 d 3 h"],
    [365 * 86_400_000, "365 d"],
  ])("%d ms is %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe("shares and ratios", () => {
  it.each([
    [0, "0 %"],
    [0.0314, "3.1 %"],
    [0.0994, "9.9 %"],
    [0.0996, "10 %"],
    [0.71, "71 %"],
    [1, "100 %"],
    [-0.354, "-35 %"],
  ])("%d is %s", (share, text) => {
    expect(formatPercent(share)).toBe(text);
  });
  it("gives distances their sign", () => {
    expect([0.41, 0, -0.032].map(formatSignedPercent)).toEqual(["+41 %", "0 %", "-3.2 %"]);
  });
  it("marks ratios", () => {
    expect(formatRatio(1.239)).toBe("1.24×");
  });
});

describe("instants", () => {
  it("are ISO 8601 in UTC, to the second", () => {
    expect(formatUtc(Date.UTC(2026, 0, 31, 14, 5, 0, 999))).toBe("2026-01-31T14:05:00Z");
  });
  it("are elapsed time when the trace has no dates", () => {
    expect(formatInstant(0, 200_000)).toBe("start + 3 min 20 s");
    expect(formatInstant(Date.UTC(2026, 0, 31), 200_000)).toBe("2026-01-31T00:03:20Z");
  });
});

it("makes control characters visible", () => {
  expect(printable("a\u001b[31mb\u0000\u009bc\nd")).toBe("a\uFFFD[31mb\uFFFD\uFFFDc\uFFFDd");
});
