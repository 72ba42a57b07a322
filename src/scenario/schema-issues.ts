// zod's issues in plain words. zod speaks of types and unions; a user of YAML knows texts, numbers, lists and maps, and
// wants to hear only of the form that was meant.

import type { z } from "zod";
import { assert } from "../base/assert.js";
import { closestMatch } from "../base/closest.js";
import { didYouMean } from "../base/issues.js";
import { asList, asMap, describeValue, type Finding, type PathKey, valueAt } from "./finding.js";

type ZodIssue = z.core.$ZodIssue;

/**
 * Handed to zod as its error map. zod's issues do not tell which keys would have been allowed, but its error map sees the
 * schema: the message carries them. Otherwise messages stay empty, unless a schema has an own text, which is the hint.
 */
export function zodMessage(issue: z.core.$ZodRawIssue): string {
  if (issue.code !== "unrecognized_keys") return "";
  const definition = issue.inst?._zod.def as { readonly shape?: object } | undefined;
  return Object.keys(definition?.shape ?? {}).join(" ");
}

/** zod's issues about the document `root` as findings. */
export function findingsOf(issues: readonly ZodIssue[], root: unknown): Finding[] {
  const findings = issues.flatMap((issue) => translate(issue, [], root));
  const renamed = new Set(findings.flatMap((finding) => finding.missing ?? []));
  return findings
    .filter((finding) => !(finding.code === "missing-key" && renamed.has(JSON.stringify(finding.path))))
    .map(({ missing: _, ...finding }) => finding);
}

/** `missing`: the key that an unknown key probably stands for; its absence is then not reported a second time. */
type Translated = Finding & { readonly missing?: string | undefined };

function translate(issue: ZodIssue, prefix: readonly PathKey[], root: unknown): Translated[] {
  const path = [...prefix, ...issue.path.map((key) => (typeof key === "number" ? key : String(key)))];
  const parent = asMap(valueAt(root, path.slice(0, -1)));
  const last = path.at(-1);
  const input = valueAt(root, path);
  if (input === undefined && parent !== undefined && last !== undefined && issue.code !== "unrecognized_keys") {
    return [{ code: "missing-key", message: `the key "${last}" is missing`, path }];
  }
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey(key, path, issue.message.split(" ")));
    case "invalid_union":
      return translateUnion(issue.errors, path, root);
    case "invalid_type":
      return [{ ...wrongType(issue.expected, input, issue.message), path }];
    case "invalid_value":
      return [{ ...wrongChoice(issue.values, input), path }];
    case "too_small":
    case "too_big":
      return [{ ...outOfRange(issue, input), path }];
    case "custom": {
      const { code, hint } = issue.params as { code: string; hint: string | undefined };
      return [{ code, message: issue.message, hint, path }];
    }
    default:
      assert(false, `the schema has no rule that gives ${issue.code}`);
  }
}

function unknownKey(key: string, path: readonly PathKey[], allowed: readonly string[]): Translated {
  const meant = closestMatch(key, allowed);
  return {
    code: "unknown-key",
    message: `unknown key "${key}"`,
    hint: meant === undefined ? `known keys: ${allowed.join(", ")}` : `did you mean "${meant}"?`,
    path: [...path, key],
    atKey: true,
    missing: meant === undefined ? undefined : JSON.stringify([...path, meant]),
  };
}

/**
 * Unions here are "a scalar, a word or a list, or a map" in this order: the kind of the given value says which one was meant.
 * What is no text was not meant as a word.
 */
function translateUnion(options: readonly ZodIssue[][], path: readonly PathKey[], root: unknown): Translated[] {
  const input = valueAt(root, path);
  const noWord = typeof input !== "string" && options[0]?.[0]?.code === "invalid_value";
  const meant = asMap(input) === undefined && !noWord ? options[0] : options.at(-1);
  return (meant ?? []).flatMap((issue) => translate(issue, path, root));
}

type Text = Pick<Finding, "code" | "message" | "hint">;

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a map",
  record: "a map",
};

function wrongType(expected: string, input: unknown, ownHint: string): Text {
  const message = `expected ${TYPE_NAMES[expected] ?? expected}, got ${describeValue(input)}`;
  if (ownHint !== "") return { code: "wrong-type", message, hint: ownHint };
  const quotedNumber = typeof input === "string" && input.trim() !== "" && Number.isFinite(Number(input));
  if (quotedNumber && (expected === "number" || expected === "int")) {
    return { code: "wrong-type", message, hint: "remove the quotes" };
  }
  if (expected === "string" && typeof input !== "object")
    return { code: "wrong-type", message, hint: "put it in quotes" };
  if (input === null) return { code: "wrong-type", message, hint: "give it a value or remove the key" };
  return { code: "wrong-type", message };
}

function wrongChoice(values: readonly unknown[], input: unknown): Text {
  const choices = values.map(String);
  const message = `expected one of ${choices.join(", ")}, got ${describeValue(input)}`;
  return { code: "invalid-value", message, hint: typeof input === "string" ? didYouMean(input, choices) : undefined };
}

function outOfRange(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig, input: unknown): Text {
  const low = issue.code === "too_small";
  const limit = low ? issue.minimum : issue.maximum;
  if (issue.origin === "string") {
    if (low && Number(limit) === 1) return { code: "empty-value", message: "must not be empty" };
    // What is too short may be a secret: its length tells enough.
    const least = issue.exact === true ? "" : low ? "at least " : "at most ";
    const got = low && issue.exact !== true ? String(input).length : describeValue(input);
    const characters = Number(limit) === 1 ? "character" : "characters";
    return { code: "out-of-range", message: `must be ${least}${limit} ${characters} long, got ${got}` };
  }
  if (issue.origin === "array") {
    if (low && Number(limit) === 1) return { code: "empty-value", message: "must have at least one entry" };
    const got = asList(input).length;
    if (issue.exact === true) return { code: "wrong-length", message: `must have ${limit} entries, got ${got}` };
    return { code: "too-many", message: `must have at most ${limit} entries, got ${got}` };
  }
  const bound = issue.inclusive === false ? (low ? "greater than" : "less than") : low ? "at least" : "at most";
  return { code: "out-of-range", message: `must be ${bound} ${limit}, got ${describeValue(input)}` };
}
