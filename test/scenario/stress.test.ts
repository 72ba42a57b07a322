// Lines of stress: what each says, and what is wrong with those that say nothing.

import { describe, expect, it } from "vitest";
import type { InputError } from "../../src/base/issues.js";
import { canonicalScenarioText } from "../../src/scenario/canonical.js";
import { parseScenario } from "../../src/scenario/parse-scenario.js";
import { parseStress, STRESS_NAMES, STRESS_PATTERN } from "../../src/scenario/stress.js";
import { s } from "../builders.js";
import { and, parse, row, rowsOf, SMALLEST } from "./support.js";

const h = (hours: number) => s(3_600 * hours);
/** Without times: from the start to the end. */
const always = { fromMs: 0, untilMs: null };

describe("a line of stress", () => {
  it.each([
    [
      "zone-lost use1-az4 from 2h for 6h",
      { fromMs: h(2), untilMs: h(8), effect: { kind: "zone-lost", zone: "use1-az4" } },
    ],
    ["zone-lost usw2-lax1-az1", { ...always, effect: { kind: "zone-lost", zone: "usw2-lax1-az1" } }],
    ["no-capacity c6i", { ...always, effect: { kind: "no-capacity", family: "c6i" } }],
    ["no-capacity u-6tb1 until 1d", { fromMs: 0, untilMs: h(24), effect: { kind: "no-capacity", family: "u-6tb1" } }],
    ["price x2 from 1d", { fromMs: h(24), untilMs: null, effect: { kind: "price", factor: 2 } }],
    ["quota x0.5", { ...always, effect: { kind: "quota", factor: 0.5 } }],
    [
      "  slow-boot   x3  until 90m from 30m ",
      { fromMs: h(0.5), untilMs: h(1.5), effect: { kind: "slow-boot", factor: 3 } },
    ],
    [
      "reclaim-storm 30% at 5h",
      { fromMs: h(5), untilMs: null, effect: { kind: "reclaim-storm", share: 0.3, everyMs: null } },
    ],
    ["reclaim-storm 100% at 0", { ...always, effect: { kind: "reclaim-storm", share: 1, everyMs: null } }],
    // The first storm is after one interval, or where "from" says.
    [
      "reclaim-storm 30% every 6h",
      { fromMs: h(6), untilMs: null, effect: { kind: "reclaim-storm", share: 0.3, everyMs: h(6) } },
    ],
    [
      "reclaim-storm 5% every 1h from 2h for 3h",
      { fromMs: h(2), untilMs: h(5), effect: { kind: "reclaim-storm", share: 0.05, everyMs: h(1) } },
    ],
    ["api-throttled 10/min", { ...always, effect: { kind: "api-throttled", launchesPerMinute: 10 } }],
  ])("%s", (text, expected) => {
    expect(parseStress(text)).toEqual({ value: { text: text.trim(), ...expected } });
    expect(text).toMatch(new RegExp(STRESS_PATTERN));
  });

  const SPAN = "[from TIME] [for TIME | until TIME]";
  const STORM = `write reclaim-storm SHARE at TIME, or reclaim-storm SHARE every TIME ${SPAN}`;
  it.each([
    ["zone-lots use1-az4", 'there is no stress "zone-lots"', 'did you mean "zone-lost"?'],
    ["earthquake", 'there is no stress "earthquake"', `one of ${STRESS_NAMES.join(", ")}`],
    ["", 'there is no stress ""', `one of ${STRESS_NAMES.join(", ")}`],
    [
      "zone-lost us-east-1a",
      'expected an Availability Zone id such as use1-az4, got "us-east-1a", in "zone-lost us-east-1a"',
      `write zone-lost ZONE ${SPAN}`,
    ],
    [
      "no-capacity c6i.large",
      'expected an instance family such as c6i, got "c6i.large", in "no-capacity c6i.large"',
      `write no-capacity FAMILY ${SPAN}`,
    ],
    ["price", 'expected a factor such as x2 or x0.5, got nothing, in "price"', `write price xFACTOR ${SPAN}`],
    ["price 2x", 'expected a factor such as x2 or x0.5, got "2x", in "price 2x"', `write price xFACTOR ${SPAN}`],
    ["quota x0", 'expected a factor such as x2 or x0.5, got "x0", in "quota x0"', `write quota xFACTOR ${SPAN}`],
    [
      "api-throttled 0/min",
      'expected launches a minute such as 10/min, got "0/min", in "api-throttled 0/min"',
      `write api-throttled LAUNCHES/min ${SPAN}`,
    ],
    ["reclaim-storm 130% at 1h", 'expected a share such as 30%, got "130%", in "reclaim-storm 130% at 1h"', STORM],
    ["reclaim-storm 30%", 'expected "at" or "every", in "reclaim-storm 30%"', STORM],
    [
      "reclaim-storm 30% at 1h every 2h",
      'beside "at" no other time has a meaning, in "reclaim-storm 30% at 1h every 2h"',
      STORM,
    ],
    ["reclaim-storm 30% every 0", '"every": must be greater than 0, got "0", in "reclaim-storm 30% every 0"', STORM],
    [
      "slow-boot x3 every 2h",
      '"every" has a meaning for reclaim-storm alone, in "slow-boot x3 every 2h"',
      `write slow-boot xFACTOR ${SPAN}`,
    ],
    [
      "price x2 at 2h",
      '"at" has a meaning for reclaim-storm alone, in "price x2 at 2h"',
      `write price xFACTOR ${SPAN}`,
    ],
    [
      "price x2 since 2h",
      'expected from, for, until, at, every, got "since", in "price x2 since 2h"',
      `write price xFACTOR ${SPAN}`,
    ],
    ["price x2 from", '"from" needs a time such as 2h, in "price x2 from"', `write price xFACTOR ${SPAN}`],
    [
      "price x2 from 2",
      '"from": expected a duration such as 15s, got "2", in "price x2 from 2"',
      `write price xFACTOR ${SPAN}`,
    ],
    ["price x2 from 1h from 2h", '"from" is given twice, in "price x2 from 1h from 2h"', `write price xFACTOR ${SPAN}`],
    [
      "price x2 for 1h until 2h",
      '"for" and "until" exclude each other, in "price x2 for 1h until 2h"',
      `write price xFACTOR ${SPAN}`,
    ],
    [
      "price x2 from 2h until 2h",
      '"until" must be later than "from", in "price x2 from 2h until 2h"',
      `write price xFACTOR ${SPAN}`,
    ],
  ])("not %j", (text, message, hint) => {
    expect(parseStress(text)).toEqual({ code: "invalid-stress", message, hint });
  });
});

describe("stress on a scenario", () => {
  const LINES = ["stress:", "  - no-capacity c6i", "  - price x2 from 1d"];

  it("is its lines in order, then those of the command line", () => {
    const { market } = parseScenario(and(...LINES), "scenario.yaml", "name", ["slow-boot x3"]);
    expect(market.stress.map(({ text }) => text)).toEqual(["no-capacity c6i", "price x2 from 1d", "slow-boot x3"]);
  });

  it("is part of what a scenario is, wherever it is said", () => {
    const text = (yaml: string, ...stress: string[]) =>
      canonicalScenarioText(parseScenario(yaml, "s.yaml", "s", stress));
    expect(text(SMALLEST, "price x2")).toBe(text(and("stress: [price x2]")));
    expect(text(SMALLEST, "price x2")).not.toBe(text(SMALLEST));
    expect(parse(SMALLEST).market.stress).toEqual([]);
  });

  it("is told with its line where it is wrong", () => {
    expect(rowsOf(and("stress:", "  - price 2x", "  - [a]", "  - slow-boot x3"))).toEqual([
      'invalid-stress 9:5 stress[0] | expected a factor such as x2 or x0.5, got "2x", in "price 2x" | ' +
        "write price xFACTOR [from TIME] [for TIME | until TIME]",
      'invalid-stress 10:5 stress[1] | expected a line such as "price x2 from 1d", got a list',
    ]);
  });

  it("of the command line is told with the mistakes of the file", () => {
    let issues: string[] = [];
    try {
      parseScenario(and("seed: -1"), "scenario.yaml", "name", ["price x2", "boom"]);
    } catch (error) {
      issues = (error as InputError).issues.map(row);
    }
    expect(issues).toEqual([
      "out-of-range 8:7 seed | must be at least 0, got -1",
      `invalid-stress --stress | there is no stress "boom" | one of ${STRESS_NAMES.join(", ")}`,
    ]);
  });
});
