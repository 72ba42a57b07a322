import { describe, expect, it } from "vitest";
import { InputError } from "../../src/base/issues.js";
import { readTraceSettings } from "../../src/scenario/trace-settings.js";

describe("a file of trace settings", () => {
  it.each([
    ["the keys alone", "timeZone: UTC\nqueue: q\n", { timeZone: "UTC", queue: "q" }],
    [
      "the keys under trace, as in a scenario",
      "trace:\n  timeZone: UTC\n  queue: q\n",
      { timeZone: "UTC", queue: "q" },
    ],
    ["trace beside another key, which is a mistake", "trace: {}\nqueue: q\n", { trace: {}, queue: "q" }],
    ["trace without a map, which is a mistake", "trace: 3\n", { trace: 3 }],
  ])("may hold %s", (_, text, settings) => {
    expect(readTraceSettings(text, "s.yaml")).toEqual(settings);
  });

  it("is refused when it is a list", () => {
    expect(() => readTraceSettings("- 1\n", "s.yaml")).toThrow(InputError);
  });
});
