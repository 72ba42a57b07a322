// The building blocks of the schema: quantities with units, names, ignored AWS keys and distributions of durations.
// A mistake found here carries a stable code and a hint in `params`; schema-issues.ts turns both into findings.

import { z } from "zod";
import type { DurationDistribution } from "../base/random.js";
import { MICRO_USD, MILLI } from "../base/units.js";
import { describeValue } from "./finding.js";
import {
  DURATION_PATTERN,
  MEMORY_PATTERN,
  orWord,
  type Parsed,
  PERCENT_PATTERN,
  parseDurationMs,
  parseMemoryMib,
  parseShare,
  positive,
  type ShareBounds,
} from "./quantities.js";

/** Where a refinement reports a mistake. */
interface MistakeSink {
  addIssue(issue: {
    code: "custom";
    message: string;
    path?: PropertyKey[];
    params: { code: string; hint?: string | undefined };
  }): void;
}

/** Reports a mistake at `path`, relative to the value being checked. */
export function mistake(
  sink: MistakeSink,
  code: string,
  message: string,
  path: PropertyKey[] = [],
  hint?: string,
): void {
  sink.addIssue({ code: "custom", message, path, params: { code, hint } });
}

/** A value with its own grammar: `parse` reads it, `json` describes it to editors. */
export function scalar<T>(parse: (input: unknown) => Parsed<T>, json: Readonly<Record<string, unknown>>) {
  return z
    .unknown()
    .transform((input, context): T => {
      const parsed = parse(input);
      if ("value" in parsed) return parsed.value;
      mistake(context, parsed.code, parsed.message, [], parsed.hint);
      return z.NEVER;
    })
    .meta(json);
}

const durationJson = { anyOf: [{ type: "string", pattern: DURATION_PATTERN }, { const: 0 }] };
const memoryJson = { anyOf: [{ type: "string", pattern: MEMORY_PATTERN }, { const: 0 }] };

/** Milliseconds. */
export const duration = scalar(parseDurationMs, durationJson);
/** Milliseconds, more than 0. */
export const positiveDuration = scalar(positive(parseDurationMs), { type: "string", pattern: DURATION_PATTERN });
/** MiB. */
export const memorySize = scalar(parseMemoryMib, memoryJson);
/** MiB, more than 0. */
export const positiveMemorySize = scalar(positive(parseMemoryMib), { type: "string", pattern: MEMORY_PATTERN });

/** Milliseconds, or null for the word. */
export function durationOr(word: string) {
  return scalar(orWord(word, parseDurationMs), { anyOf: [{ const: word }, ...durationJson.anyOf] });
}

/** A share of a whole, as a number or in percent. */
export function share(bounds: ShareBounds) {
  return scalar(parseShare(bounds), shareJson(bounds));
}

/** The same, or null for the word. */
export function shareOr(word: string, bounds: ShareBounds) {
  return scalar(orWord(word, parseShare(bounds)), { anyOf: [{ const: word }, ...shareJson(bounds).anyOf] });
}

function shareJson({ above, least, most }: ShareBounds) {
  const low = above === undefined ? { minimum: least } : { exclusiveMinimum: above };
  return {
    anyOf: [
      { type: "number", ...low, maximum: most },
      { type: "string", pattern: PERCENT_PATTERN },
    ],
  };
}

function parseAmount(input: unknown): Parsed<number> {
  if (typeof input === "number" && input > 0 && Number.isFinite(input)) return { value: input };
  return { code: "invalid-value", message: `expected a number greater than 0, got ${describeValue(input)}` };
}

function parseCount(input: unknown): Parsed<number> {
  if (Number.isSafeInteger(input) && Number(input) > 0) return { value: Number(input) };
  return { code: "invalid-value", message: `expected a whole number greater than 0, got ${describeValue(input)}` };
}

/** A number greater than 0, or null for the word. */
export function amountOr(word: string) {
  return scalar(orWord(word, parseAmount), { anyOf: [{ const: word }, { type: "number", exclusiveMinimum: 0 }] });
}

/** A whole number greater than 0, or null for the word. */
export function countOr(word: string) {
  return scalar(orWord(word, parseCount), { anyOf: [{ const: word }, { type: "integer", minimum: 1 }] });
}

/** A text that is not empty. */
export const text = z.string().min(1);

function parseNumericText(input: unknown): Parsed<number> {
  const number = typeof input === "string" && /^\d+(\.\d+)?$/.test(input) ? Number(input) : input;
  if (typeof number === "number" && number > 0 && Number.isSafeInteger(Math.round(number * MILLI))) {
    return { value: number };
  }
  const message = `expected a number greater than 0, got ${describeValue(input)}`;
  return { code: "invalid-value", message };
}

/** A number greater than 0 as AWS prints it, in quotes; without quotes it passes too. */
export const numericText = scalar(parseNumericText, { type: ["string", "number"] });

/** An amount of USD as micro-USD. */
export const usd = z
  .number()
  .min(0)
  .max(1_000_000)
  .transform((amount) => Math.round(amount * MICRO_USD));

/** A name that also serves as a file name in the report folder. */
export const fileSafeName = text.superRefine((name, context) => {
  const unsafe =
    name.startsWith(".") || name.length > 100 || [...name].some((char) => char < " " || '/\\:*?"<>|'.includes(char));
  if (unsafe) {
    mistake(
      context,
      "invalid-name",
      `${describeValue(name)} cannot name a report file`,
      [],
      'up to 100 characters, not starting with a dot, none of / \\ : * ? " < > |',
    );
  }
});

/** A key that AWS prints and the simulator has no use for; any value passes. */
export function ignored(meaning: string) {
  return z.unknown().optional().describe(`${meaning} Accepted, not used.`);
}

type DistributionKeys = "min" | "max" | "mean" | "median" | "p95";

function toDistribution(
  given: { readonly [key in DistributionKeys]?: number | undefined },
  sink: MistakeSink,
): DurationDistribution {
  const { min, max, mean, median, p95 } = given;
  const keys = (["min", "max", "mean", "median", "p95"] as const).filter((key) => given[key] !== undefined);
  const form = keys.join();
  if (form === "min,max" && min !== undefined && max !== undefined) {
    if (max < min) mistake(sink, "out-of-range", "max must not be less than min", ["max"]);
    return { kind: "uniform", minMs: min, maxMs: max };
  }
  if (form === "mean" && mean !== undefined) return { kind: "exponential", meanMs: mean };
  if (form === "median,p95" && median !== undefined && p95 !== undefined) {
    if (median === 0) mistake(sink, "out-of-range", "median must be greater than 0", ["median"]);
    if (p95 < median) mistake(sink, "out-of-range", "p95 must not be less than median", ["p95"]);
    return { kind: "lognormal", medianMs: median, p95Ms: p95 };
  }
  mistake(
    sink,
    "invalid-distribution",
    `expected {min, max}, {mean} or {median, p95}, got {${keys.join(", ")}}`,
    [],
    "a plain duration such as 30s is a constant",
  );
  return z.NEVER;
}

export const distributionMap = z
  .strictObject({
    min: duration.optional().describe("Uniform: shortest."),
    max: duration.optional().describe("Uniform: longest."),
    mean: duration.optional().describe("Exponential: mean."),
    median: duration.optional().describe("Lognormal: half of the draws are shorter."),
    p95: duration.optional().describe("Lognormal: 95 of 100 draws are shorter."),
  })
  .transform(toDistribution);

/** A constant distribution. */
export const constantDuration = duration.transform((valueMs): DurationDistribution => ({ kind: "constant", valueMs }));

/** The same, or null for "none". */
export const noneOrConstant = durationOr("none").transform((valueMs): DurationDistribution | null =>
  valueMs === null ? null : { kind: "constant", valueMs },
);

/** A duration (constant) or one of {min, max} (uniform), {mean} (exponential), {median, p95} (lognormal). */
export const distribution = z.union([constantDuration, distributionMap]);
