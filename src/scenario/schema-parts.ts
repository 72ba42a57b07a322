// The building blocks of the schema: quantities with units, names, ignored AWS keys and distributions of durations.
// A mistake found here carries a stable code and a hint in `params`; schema-issues.ts turns both into findings.

import { z } from "zod";
import type { DurationDistribution } from "../base/random.js";
import { MICRO_USD, MILLI } from "../base/units.js";
import { describeValue } from "./finding.js";
import {
  DURATION_PATTERN,
  MEMORY_PATTERN,
  type Parsed,
  parseDurationMs,
  parseMemoryMib,
  positive,
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

const distributionMap = z
  .strictObject({
    min: duration.optional().describe("Uniform: shortest."),
    max: duration.optional().describe("Uniform: longest."),
    mean: duration.optional().describe("Exponential: mean."),
    median: duration.optional().describe("Lognormal: half of the draws are shorter."),
    p95: duration.optional().describe("Lognormal: 95 of 100 draws are shorter."),
  })
  .transform(toDistribution);

/** A duration (constant) or one of {min, max} (uniform), {mean} (exponential), {median, p95} (lognormal). */
export const distribution = z.union([
  duration.transform((valueMs): DurationDistribution => ({ kind: "constant", valueMs })),
  distributionMap,
]);
