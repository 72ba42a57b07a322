// Which entry of evaluateOnExit hides a later one.

import { expect, it } from "vitest";
import type { ExitRule } from "../../../src/model/job.js";
import { covers } from "../../../src/run/lint/unreachable-exit-rule.js";

const rule = (given: Partial<ExitRule>): ExitRule => ({
  onStatusReason: undefined,
  onReason: undefined,
  onExitCode: undefined,
  action: "RETRY",
  ...given,
});

it.each<[Partial<ExitRule>, Partial<ExitRule>, boolean]>([
  [{ onReason: "*" }, { onReason: "OutOfMemory*" }, true],
  [{ onReason: "*" }, { onStatusReason: "Host EC2*" }, true],
  [{ onStatusReason: "Host*" }, { onStatusReason: "Host EC2*" }, true],
  [{ onStatusReason: "Host*" }, { onStatusReason: "Host*", onExitCode: "1" }, true],
  [{ onExitCode: "137" }, { onExitCode: "137" }, true],
  [{ onExitCode: "1*" }, { onExitCode: "137" }, true],
  [{ onExitCode: "137" }, { onExitCode: "1*" }, false],
  [{ onStatusReason: "Host EC2*" }, { onStatusReason: "Host*" }, false],
  [{ onStatusReason: "Host*", onExitCode: "1" }, { onStatusReason: "Host*" }, false],
  [{ onStatusReason: "Host*" }, { onReason: "Host*" }, false],
  // A literal that ends where the pattern's begins: "Host" is matched by "Host*", not the other way round.
  [{ onReason: "Host" }, { onReason: "Host*" }, false],
])("%j before %j: %s", (earlier, later, expected) => {
  expect(covers(rule(earlier), rule(later))).toBe(expected);
});

it("never hides an entry that matches something else", () => {
  const patterns = [undefined, "a", "ab", "b", "a*", "ab*", "*"];
  const texts = ["a", "ab", "abc", "b", ""];
  const matches = (pattern: string | undefined, given: string) =>
    pattern === undefined || (pattern.endsWith("*") ? given.startsWith(pattern.slice(0, -1)) : pattern === given);
  const pairs = <T>(list: readonly T[]) => list.flatMap((a) => list.map((b) => [a, b] as const));
  const rules = pairs(patterns).map(([onReason, onExitCode]) => rule({ onReason, onExitCode }));
  const ends = pairs(texts);
  let hidden = 0;
  for (const [earlier, later] of pairs(rules)) {
    if (!covers(earlier, later)) continue;
    hidden++;
    const matched = (one: ExitRule) => ends.filter(([r, c]) => matches(one.onReason, r) && matches(one.onExitCode, c));
    expect(matched(earlier)).toEqual(expect.arrayContaining(matched(later)));
  }
  // Of one pattern undefined and * cover all 7, a covers 1, ab 1, b 1, a* covers a, ab, a*, ab* and ab* covers ab, ab*:
  // 2 × 7 + 3 + 4 + 2 = 23 pairs, and 23 × 23 of two patterns.
  expect(hidden).toBe(529);
});
