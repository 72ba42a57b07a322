// Steps that change a trace, in the words of a scenario: a list of maps with one key each, the step's name.

import { z } from "zod";
import { MILLI } from "../base/units.js";
import {
  type AmountRange,
  ANONYMISED_FIELDS,
  type JobFilter,
  type TraceInstant,
  type TransformStep,
} from "../model/trace-transform.js";
import { DEFAULTS } from "./defaults.js";
import { describeValue } from "./finding.js";
import { DURATION_PATTERN, type Parsed, parseDurationMs } from "./quantities.js";
import { duration, memorySize, mistake, positiveDuration, scalar, text } from "./schema-parts.js";

/** A step whose seed may still be open. */
type Unseeded<Step> = Step extends { readonly seed: number }
  ? Omit<Step, "seed"> & { readonly seed: number | undefined }
  : Step;
export type StepDocument = Unseeded<TransformStep>;

const DATE_PATTERN =
  "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,3})?)?(Z|[+-][0-9]{2}:[0-9]{2}))?$";
const DATE = new RegExp(DATE_PATTERN);

/** Epoch milliseconds of 2026-03-01 (midnight UTC) or of an ISO 8601 time with its zone. */
function parseDate(input: unknown): Parsed<number> {
  const value = typeof input === "string" && DATE.test(input) ? Date.parse(input) : Number.NaN;
  if (!Number.isNaN(value) && isOnCalendar(String(input))) return { value };
  return {
    code: "invalid-date",
    message: `expected a date such as 2026-03-01 or 2026-03-01T12:00:00Z, got ${describeValue(input)}`,
    hint: "a time of day needs its zone: Z or an offset such as +02:00",
  };
}

/** Date.parse lets 31 February pass as 3 March. */
function isOnCalendar(date: string): boolean {
  const [year, month, day] = date.slice(0, 10).split("-").map(Number);
  return new Date(Date.UTC(year!, month! - 1, day)).getUTCDate() === day;
}

function parseInstant(input: unknown): Parsed<TraceInstant> {
  if (typeof input === "string" && /^\d{4}-/.test(input)) {
    const parsed = parseDate(input);
    return "value" in parsed ? { value: { kind: "date", epochMs: parsed.value } } : parsed;
  }
  const parsed = parseDurationMs(input);
  if ("value" in parsed) return { value: { kind: "offset", offsetMs: parsed.value } };
  const message = `expected a date such as 2026-03-01, or a time after the first submission such as 2d, got ${describeValue(input)}`;
  return { code: "invalid-instant", message };
}

/** Epoch milliseconds. */
export const date = scalar(parseDate, { type: "string", pattern: DATE_PATTERN });
const instant = scalar(parseInstant, {
  anyOf: [{ type: "string", pattern: DATE_PATTERN }, { type: "string", pattern: DURATION_PATTERN }, { const: 0 }],
});
const seed = z.int().min(0).optional().describe("Seed of the choice; default: the scenario's seed.");
const patterns = z
  .union([text, z.array(text).min(1)])
  .transform((given) => (typeof given === "string" ? [given] : given));

/** A range whose bounds are read by `bound` and counted in `scale` parts of it. */
function range<Bound extends z.ZodType<number>>(bound: Bound, scale = 1) {
  const scaled = (value: number | undefined) => (value === undefined ? undefined : Math.round(value * scale));
  return z
    .strictObject({ min: bound.optional().describe("Smallest."), max: bound.optional().describe("Largest.") })
    .transform(({ min, max }, context): AmountRange => {
      if (min === undefined && max === undefined)
        mistake(context, "missing-key", "expected min, max or both, got none");
      if (min !== undefined && max !== undefined && max < min) {
        mistake(context, "out-of-range", "max must not be less than min", ["max"]);
      }
      return { min: scaled(min), max: scaled(max) };
    });
}

const amount = z.number().min(0);

const jobs = z
  .strictObject({
    queue: patterns.optional().describe("Queue of the job, or several; * and ? stand for any text and any character."),
    name: patterns.optional().describe("Name of the job, or several, with * and ?."),
    share: patterns.optional().describe("shareIdentifier of the job, or several, with * and ?."),
    vcpus: range(amount, MILLI).optional().describe("vCPUs asked for."),
    memory: range(memorySize).optional().describe("Memory asked for."),
    gpus: range(amount, MILLI).optional().describe("GPUs asked for."),
    runtime: range(duration).optional().describe("Run time."),
    status: z.enum(["succeeded", "failed"]).optional().describe("How the job ended."),
  })
  .transform((given, context): JobFilter => {
    if (Object.values(given).every((value) => value === undefined)) {
      mistake(context, "missing-key", "expected at least one condition, such as queue or runtime, got none");
    }
    const { queue, name, share, vcpus, memory, gpus, runtime, status } = given;
    return { queue, name, share, vcpuMilli: vcpus, memoryMib: memory, gpuMilli: gpus, runtimeMs: runtime, status };
  });

/** More than this is no scaled trace but another one, and might fill the memory. */
const MOST_FACTOR = 1_000;
const factor = z.number().gt(0).max(MOST_FACTOR);

const scaleLoad = z.union([factor, z.strictObject({ factor: factor.describe("How many times the jobs."), seed })]);

const sample = z.union([
  z.number().gt(0).max(1),
  z
    .strictObject({
      jobs: z.int().min(1).optional().describe("How many jobs."),
      fraction: z.number().gt(0).max(1).optional().describe("Which share of the jobs."),
      seed,
    })
    .superRefine((given, context) => {
      if ((given.jobs === undefined) === (given.fraction === undefined)) {
        mistake(context, "conflicting-keys", "expected either jobs or fraction");
      }
    }),
]);

const shift = z
  .strictObject({
    later: positiveDuration.optional().describe("Moves all submissions so much later."),
    earlier: positiveDuration.optional().describe("Moves all submissions so much earlier."),
    start: date.optional().describe("Moves all submissions so that the first is at this date."),
  })
  .superRefine((given, context) => {
    const keys = Object.values(given).filter((value) => value !== undefined);
    if (keys.length !== 1) mistake(context, "conflicting-keys", "expected one of later, earlier or start");
  });

const window = z
  .strictObject({
    from: instant.optional().describe("First instant, a date or a time after the first submission."),
    to: instant.optional().describe("End, which is not within."),
  })
  .superRefine(({ from, to }, context) => {
    if (from === undefined && to === undefined) mistake(context, "missing-key", "expected from, to or both, got none");
    if (from !== undefined && to !== undefined && from.kind === to.kind && timeOf(to) <= timeOf(from)) {
      mistake(context, "out-of-range", "to must be later than from", ["to"]);
    }
  });

function timeOf(at: TraceInstant): number {
  return at.kind === "date" ? at.epochMs : at.offsetMs;
}

const anonymise = z.strictObject({
  key: z.string().min(8).describe("Secret from which the hashes are made; the same key gives the same hashes."),
  fields: z
    .array(z.enum(ANONYMISED_FIELDS))
    .min(1)
    .prefault([...ANONYMISED_FIELDS])
    .describe("What is replaced; default: all of them."),
});

const merge = z.union([
  text,
  z.strictObject({
    file: text.describe("The other trace, relative to the scenario file."),
    format: text.optional().describe("Format of the other file; default: found by looking."),
    align: z
      .enum(["recorded", "start"])
      .prefault(DEFAULTS.transform.align)
      .describe("recorded: both keep their dates; start: both begin together."),
  }),
]);

const stepKeys = {
  filter: jobs.optional().describe("Keeps the jobs that meet all of these conditions."),
  exclude: jobs.optional().describe("Leaves out the jobs that meet all of these conditions."),
  window: window.optional().describe("Keeps what is submitted from one instant to another."),
  shift: shift.optional().describe("Moves all submissions in time."),
  scaleLoad: scaleLoad.optional().describe("So many times the jobs in the same time, as bursty as before."),
  stretchTime: factor.optional().describe("Times between submissions times this; run times stay."),
  mapQueues: z
    .record(z.string(), text)
    .optional()
    .describe("The trace's queue names and new ones; the key * is for all that are not named."),
  anonymise: anonymise.optional().describe("Replaces texts by keyed hashes (HMAC-SHA256)."),
  sample: sample.optional().describe("A random share of the jobs; arrays and dependent jobs stay together."),
  merge: merge.optional().describe("Adds the jobs of another trace file."),
};

/** One step. */
const transformStep = z.strictObject(stepKeys).transform((given, context): StepDocument => {
  if (context.issues.length > 0) return z.NEVER; // an unknown key, which is probably the step that was meant
  const [name, ...others] = Object.keys(given).filter((key) => given[key as keyof typeof given] !== undefined);
  if (name === undefined || others.length > 0) {
    mistake(
      context,
      "conflicting-keys",
      `expected one step, got ${name === undefined ? "none" : [name, ...others].join(" and ")}`,
      [],
      "each step is an entry of the list of its own",
    );
    return z.NEVER;
  }
  return toStep(given);
});

/** Steps in the order in which they are applied. */
export const transformSteps = z.array(transformStep);

function toStep(
  given: { readonly [Key in keyof typeof stepKeys]?: z.output<(typeof stepKeys)[Key]> | undefined },
): StepDocument {
  if (given.filter !== undefined) return { kind: "filter", jobs: given.filter };
  if (given.exclude !== undefined) return { kind: "exclude", jobs: given.exclude };
  if (given.window !== undefined) return { kind: "window", from: given.window.from, to: given.window.to };
  if (given.shift !== undefined) return toShift(given.shift);
  if (given.scaleLoad !== undefined) {
    const whole = typeof given.scaleLoad === "number" ? { factor: given.scaleLoad, seed: undefined } : given.scaleLoad;
    return { kind: "scaleLoad", factor: whole.factor, seed: whole.seed };
  }
  if (given.stretchTime !== undefined) return { kind: "stretchTime", factor: given.stretchTime };
  if (given.mapQueues !== undefined) return { kind: "mapQueues", queues: given.mapQueues };
  if (given.anonymise !== undefined) return { kind: "anonymise", ...given.anonymise };
  if (given.sample !== undefined) return toSample(given.sample);
  return toMerge(given.merge!);
}

function toShift({ later, earlier, start }: z.output<typeof shift>): StepDocument {
  if (start !== undefined) return { kind: "start", epochMs: start };
  return { kind: "shift", byMs: later ?? -earlier! };
}

function toSample(given: z.output<typeof sample>): StepDocument {
  if (typeof given === "number") return { kind: "sample", amount: { fraction: given }, seed: undefined };
  const amountOf = given.jobs === undefined ? { fraction: given.fraction! } : { jobs: given.jobs };
  return { kind: "sample", amount: amountOf, seed: given.seed };
}

function toMerge(given: z.output<typeof merge>): StepDocument {
  if (typeof given === "string")
    return { kind: "merge", file: given, format: undefined, align: DEFAULTS.transform.align };
  return { kind: "merge", file: given.file, format: given.format, align: given.align };
}

/** The steps with `seed` where they give none of their own. */
export function seedSteps(steps: readonly StepDocument[], seed: number): TransformStep[] {
  return steps.map((step) => ("seed" in step ? { ...step, seed: step.seed ?? seed } : step));
}
