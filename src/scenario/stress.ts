// One line of stress: what goes wrong with the world, and when. "zone-lost use1-az4 from 2h for 6h": an effect with its one
// argument, then pairs of a word and a time. Times count from the start of the run.

import { closestMatch } from "../base/closest.js";
import { errorIssue, type Issue } from "../base/issues.js";
import { describeValue } from "./finding.js";
import type { StressSpec } from "./market-spec.js";
import { type Parsed, parseDurationMs, parseShare, positive } from "./quantities.js";

type Effect = StressSpec["effect"];

interface EffectGrammar {
  /** The argument as a hint names it. */
  readonly argument: string;
  /** "an Availability Zone id such as use1-az4" */
  readonly expected: string;
  /** undefined: it is none. */
  readonly read: (argument: string) => Effect | undefined;
}

/** A zone id is the same zone in every account; the zone name us-east-1a is not. */
const ZONE_ID = /^[a-z0-9]+(-[a-z0-9]+)*-az\d+$/;
const FAMILY = /^[a-z][a-z0-9-]*\d[a-z0-9-]*$/;

const EFFECTS: Readonly<Record<string, EffectGrammar>> = {
  "zone-lost": {
    argument: "ZONE",
    expected: "an Availability Zone id such as use1-az4",
    read: (zone) => (ZONE_ID.test(zone) ? { kind: "zone-lost", zone } : undefined),
  },
  "no-capacity": {
    argument: "FAMILY",
    expected: "an instance family such as c6i",
    read: (family) => (FAMILY.test(family) ? { kind: "no-capacity", family } : undefined),
  },
  price: multiplied("price"),
  quota: multiplied("quota"),
  "slow-boot": multiplied("slow-boot"),
  "reclaim-storm": {
    argument: "SHARE",
    expected: "a share such as 30%",
    read: (text) => {
      const share = parseShare({ above: 0, most: 1 })(text);
      return "value" in share ? { kind: "reclaim-storm", share: share.value, everyMs: null } : undefined;
    },
  },
  "api-throttled": {
    argument: "LAUNCHES/min",
    expected: "launches a minute such as 10/min",
    read: (text) => {
      const digits = /^(\d{1,6})\/min$/.exec(text)?.[1];
      const launchesPerMinute = Number(digits ?? 0);
      return launchesPerMinute === 0 ? undefined : { kind: "api-throttled", launchesPerMinute };
    },
  },
};

function multiplied(kind: "price" | "quota" | "slow-boot"): EffectGrammar {
  return {
    argument: "xFACTOR",
    expected: "a factor such as x2 or x0.5",
    read: (text) => {
      const factor = Number(/^x(\d{1,6}(?:\.\d{1,6})?)$/.exec(text)?.[1] ?? 0);
      return factor === 0 ? undefined : { kind, factor };
    },
  };
}

/** The effects that a line may begin with. */
export const STRESS_NAMES: readonly string[] = Object.keys(EFFECTS);
/** For editors. */
export const STRESS_PATTERN = `^ *(${STRESS_NAMES.join("|")}) +[^ ].*$`;

const TIME_WORDS = ["from", "for", "until", "at", "every"] as const;
type TimeWord = (typeof TIME_WORDS)[number];
type Times = { readonly [word in TimeWord]?: number };
type Mistake = Exclude<Parsed<never>, { readonly value: never }>;

/** A line such as "no-capacity c6i", "price x2 from 1d" or "reclaim-storm 30% every 6h". */
export function parseStress(input: unknown): Parsed<StressSpec> {
  if (typeof input !== "string") {
    const message = `expected a line such as "price x2 from 1d", got ${describeValue(input)}`;
    return { code: "invalid-stress", message };
  }
  const [name = "", argument = "", ...rest] = input.trim().split(/\s+/);
  const grammar = Object.hasOwn(EFFECTS, name) ? EFFECTS[name] : undefined;
  if (grammar === undefined) return unknownEffect(name);
  const effect = grammar.read(argument);
  const form = `write ${formOf(name, grammar)}`;
  const wrong = (message: string): Mistake => ({
    code: "invalid-stress",
    message: `${message}, in ${describeValue(input)}`,
    hint: form,
  });
  if (effect === undefined) {
    return wrong(`expected ${grammar.expected}, got ${argument === "" ? "nothing" : describeValue(argument)}`);
  }
  const times = readTimes(rest);
  if (typeof times === "string") return wrong(times);
  const unfit = unfitTimes(effect, times);
  if (unfit !== undefined) return wrong(unfit);
  return { value: withTimes(input.trim(), effect, times) };
}

/** Lines given on a command line, and what is wrong with them. */
export function stressLines(given: readonly string[]): { lines: StressSpec[]; issues: Issue[] } {
  const lines: StressSpec[] = [];
  const issues: Issue[] = [];
  for (const line of given) {
    const parsed = parseStress(line);
    if ("value" in parsed) lines.push(parsed.value);
    else {
      const { code, message, hint } = parsed;
      issues.push(errorIssue(code, message, { path: "--stress", ...(hint === undefined ? {} : { hint }) }));
    }
  }
  return { lines, issues };
}

function unknownEffect(name: string): Mistake {
  const meant = closestMatch(name, STRESS_NAMES);
  return {
    code: "invalid-stress",
    message: `there is no stress ${describeValue(name)}`,
    hint: meant === undefined ? `one of ${STRESS_NAMES.join(", ")}` : `did you mean "${meant}"?`,
  };
}

function formOf(name: string, { argument }: EffectGrammar): string {
  const span = "[from TIME] [for TIME | until TIME]";
  return name === "reclaim-storm"
    ? `${name} ${argument} at TIME, or ${name} ${argument} every TIME ${span}`
    : `${name} ${argument} ${span}`;
}

/** Pairs of a word and a duration; or what is wrong with them. */
function readTimes(words: readonly string[]): Times | string {
  const times: { [word in TimeWord]?: number } = {};
  for (let at = 0; at < words.length; at += 2) {
    const word = TIME_WORDS.find((known) => known === words[at]);
    if (word === undefined) return `expected ${TIME_WORDS.join(", ")}, got ${describeValue(words[at])}`;
    if (times[word] !== undefined) return `"${word}" is given twice`;
    const parse = word === "for" || word === "every" ? positive(parseDurationMs) : parseDurationMs;
    const time = words[at + 1] === undefined ? undefined : parse(words[at + 1]);
    if (time === undefined) return `"${word}" needs a time such as 2h`;
    if (!("value" in time)) return `"${word}": ${time.message}`;
    times[word] = time.value;
  }
  return times;
}

/** What is wrong with these times for this effect. */
function unfitTimes({ kind }: Effect, times: Times): string | undefined {
  const { at, every, from = 0, for: lasts, until } = times;
  if (kind === "reclaim-storm") {
    if (at === undefined && every === undefined) return 'expected "at" or "every"';
    if (at !== undefined && Object.keys(times).length > 1) return 'beside "at" no other time has a meaning';
  } else if (at !== undefined || every !== undefined) {
    return `"${at === undefined ? "every" : "at"}" has a meaning for reclaim-storm alone`;
  }
  if (lasts !== undefined && until !== undefined) return '"for" and "until" exclude each other';
  if (until !== undefined && until <= from) return '"until" must be later than "from"';
  return undefined;
}

function withTimes(text: string, effect: Effect, { at, every, from, for: lasts, until }: Times): StressSpec {
  // A storm every 6 hours comes for the first time after 6 hours: at the start nothing runs.
  const fromMs = at ?? from ?? every ?? 0;
  const untilMs = until ?? (lasts === undefined ? null : fromMs + lasts);
  if (effect.kind !== "reclaim-storm") return { text, fromMs, untilMs, effect };
  return { text, fromMs, untilMs, effect: { ...effect, everyMs: every ?? null } };
}
