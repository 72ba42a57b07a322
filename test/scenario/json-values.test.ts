// The reader of JSON texts: the same values as JSON.parse, any number of them, and the place of the first mistake.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JsonError, linePosition, readJsonValues } from "../../src/scenario/json-values.js";

const valuesOf = (text: string) => readJsonValues(text).map(({ value }) => value);

it("reads what JSON.parse reads", () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(undefined, 1, "\t"), (text, indent) => {
      const value = JSON.parse(text) as unknown;
      expect(valuesOf(JSON.stringify(value, null, indent))).toEqual([value]);
    }),
  );
});

it("reads values one after another, whatever is between them", () => {
  fc.assert(
    fc.property(fc.array(fc.object()), fc.constantFrom("", "\n", "\r\n", ",\n", "  "), (values, between) => {
      const plain = values.map((value) => JSON.parse(JSON.stringify(value)) as unknown);
      expect(valuesOf(plain.map((value) => JSON.stringify(value)).join(between))).toEqual(plain);
    }),
  );
});

it("keeps a key named __proto__ a key, and passes a byte order mark by", () => {
  const [value] = valuesOf('\uFEFF{"__proto__": {"a": 1}}');
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  expect(Object.keys(value as object)).toEqual(["__proto__"]);
});

describe("points at the first mistake in", () => {
  it.each([
    ['{"a": 1,}', 1, 9, "a text in double quotes"],
    ['{"a": 1\n "b": 2}', 2, 2, '"," or "}"'],
    ["{'a': 1}", 1, 2, "a text in double quotes"],
    ["{a: 1}", 1, 2, "a text in double quotes"],
    ["[1, 2", 1, 6, 'the text ends where "," or "]" was expected'],
    ['{"a"', 1, 5, 'the text ends where ":" was expected'],
    ["[1,\n\n  NaN]", 3, 3, 'expected a value, got "N"'],
    ['["a\nb"]', 1, 2, "a text in double quotes"],
    ["jobQueues:\n- a", 1, 1, "expected a value"],
    ["<html>", 1, 1, "expected a value"],
    ["[".repeat(200), 1, 102, "nested more than 100 levels deep"],
  ])("%j", (text, line, column, message) => {
    const failure = (() => {
      try {
        return readJsonValues(text);
      } catch (error) {
        return error;
      }
    })();
    expect(failure).toBeInstanceOf(JsonError);
    const { offset, message: said } = failure as JsonError;
    expect(said).toContain(message);
    expect(linePosition(text, offset)).toEqual({ line, column });
  });
});
