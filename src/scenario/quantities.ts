// Quantities as people write them: "15s", "30 GiB", "+02:00". A number without a unit is refused (except 0): a scenario in
// which 15 means seconds here and minutes there would be wrong without anybody noticing.

import { MIB_PER_GIB, MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE, MS_PER_SECOND } from "../base/units.js";
import { describeValue } from "./finding.js";

/** A value, or what is wrong with the text. */
export type Parsed<T> =
  | { readonly value: T }
  | { readonly code: string; readonly message: string; readonly hint?: string };

const DURATION_UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: MS_PER_SECOND,
  m: MS_PER_MINUTE,
  min: MS_PER_MINUTE,
  h: MS_PER_HOUR,
  d: MS_PER_DAY,
};

const BYTES_PER_MIB = 1_048_576;
const MEMORY_UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 1_024,
  MiB: BYTES_PER_MIB,
  GiB: BYTES_PER_MIB * MIB_PER_GIB,
  TiB: BYTES_PER_MIB * MIB_PER_GIB * MIB_PER_GIB,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
};

/** The same grammars as regular expressions for editors (JSON Schema's dialect has no flags). */
export const DURATION_PATTERN = "^[0-9]+(\\.[0-9]+)? ?(ms|s|m|min|h|d)$";
export const MEMORY_PATTERN = "^[0-9]+(\\.[0-9]+)? ?(B|KiB|MiB|GiB|TiB|KB|MB|GB|TB)$";
export const PERCENT_PATTERN = "^[0-9]+(\\.[0-9]+)? ?%$";
export const TIME_ZONE_PATTERN = "^(UTC|Z|[+-][0-9]{2}:[0-9]{2}|[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*)$";

const NUMBER_AND_UNIT = /^(-?)(\d+(?:\.\d+)?) ?([A-Za-z]*)$/;

interface QuantityKind {
  readonly code: string;
  /** "a duration such as 15s" */
  readonly expected: string;
  readonly units: Readonly<Record<string, number>>;
  readonly unitNames: string;
  /** What to write instead of a number without a unit. */
  readonly withUnit: (digits: string) => string;
}

const DURATION: QuantityKind = {
  code: "invalid-duration",
  expected: "a duration such as 15s",
  units: DURATION_UNITS,
  unitNames: "one number and one unit: ms, s, m (or min), h or d",
  withUnit: (digits) => `write ${digits}s`,
};
const MEMORY: QuantityKind = {
  code: "invalid-memory-size",
  expected: "a memory size such as 30 GiB",
  units: MEMORY_UNITS,
  unitNames: "one number and one unit: MiB, GiB, TiB (powers of 1024) or MB, GB, TB (powers of 1000)",
  withUnit: (digits) => `write ${digits} MiB or ${digits} GiB`,
};

/** The quantity in the unit whose factor is 1. */
function parseQuantity(input: unknown, kind: QuantityKind): Parsed<number> {
  const text = typeof input === "number" ? String(input) : input;
  const match = typeof text === "string" ? NUMBER_AND_UNIT.exec(text) : null;
  const mistake = { code: kind.code, message: `expected ${kind.expected}, got ${describeValue(input)}` };
  if (match === null) return { ...mistake, hint: kind.unitNames };
  const [, sign, digits, unit] = match as unknown as [string, string, string, string];
  const count = Number(digits);
  if (unit === "" && count !== 0) return { ...mistake, hint: kind.withUnit(digits) };
  const factor = unit === "" ? 1 : Object.hasOwn(kind.units, unit) ? kind.units[unit] : undefined;
  if (factor === undefined) return { ...mistake, hint: kind.unitNames };
  if (sign === "-" && count !== 0)
    return { code: "out-of-range", message: `must not be negative, got ${describeValue(input)}` };
  const value = count * factor;
  if (!Number.isSafeInteger(Math.round(value))) {
    return { code: "out-of-range", message: `is too large: ${describeValue(input)}` };
  }
  return { value };
}

/** Milliseconds, rounded to whole ones, of a duration such as "500ms", "15s", "2m", "1.5h", "7d" or 0. */
export function parseDurationMs(input: unknown): Parsed<number> {
  const parsed = parseQuantity(input, DURATION);
  return "value" in parsed ? { value: Math.round(parsed.value) } : parsed;
}

/** MiB, rounded up to whole ones (a request must not shrink), of a size such as "30 GiB", "512MiB", "2GB" or 0. */
export function parseMemoryMib(input: unknown): Parsed<number> {
  const parsed = parseQuantity(input, MEMORY);
  return "value" in parsed ? { value: Math.ceil(parsed.value / BYTES_PER_MIB) } : parsed;
}

/** The same parser, refusing zero. */
export function positive(parse: (input: unknown) => Parsed<number>): (input: unknown) => Parsed<number> {
  return (input) => {
    const parsed = parse(input);
    if (!("value" in parsed) || parsed.value > 0) return parsed;
    return { code: "out-of-range", message: `must be greater than 0, got ${describeValue(input)}` };
  };
}

/** Bounds of a share: `least` and `most` included, `above` not. */
export interface ShareBounds {
  readonly above?: number;
  readonly least?: number;
  readonly most: number;
}

const PERCENT = /^(\d+(?:\.\d+)?) ?%$/;

/** A share of a whole: 0.05 or "5%". */
export function parseShare({ above, least, most }: ShareBounds): (input: unknown) => Parsed<number> {
  return (input) => {
    const percent = typeof input === "string" ? PERCENT.exec(input)?.[1] : undefined;
    const value = percent === undefined ? input : Number(percent) / 100;
    const got = describeValue(input);
    if (typeof value !== "number" || Number.isNaN(value)) {
      return { code: "invalid-share", message: `expected a share such as 0.05 or 5%, got ${got}` };
    }
    if (value > most) return { code: "out-of-range", message: `must be at most ${most}, got ${got}` };
    if (above !== undefined && value <= above)
      return { code: "out-of-range", message: `must be greater than ${above}, got ${got}` };
    if (least !== undefined && value < least)
      return { code: "out-of-range", message: `must be at least ${least}, got ${got}` };
    return { value };
  };
}

/** The same parser, which also takes a word that stands for nothing (null): "never", "none", "unlimited". */
export function orWord<T>(word: string, parse: (input: unknown) => Parsed<T>): (input: unknown) => Parsed<T | null> {
  return (input) => {
    if (input === word) return { value: null };
    const parsed = parse(input);
    if ("value" in parsed) return parsed;
    return { ...parsed, hint: [parsed.hint, `or the word ${word}`].filter((text) => text !== undefined).join("; ") };
  };
}

/** Farthest zone from UTC that exists (Kiribati, +14:00). */
const FARTHEST_ZONE_MINUTES = 14 * 60;
const FIXED_OFFSET = /^([+-])(\d{2}):(\d{2})$/;

/** A zone: "UTC", a fixed offset such as "+02:00", or a name of the tz database such as "Europe/Berlin". */
export function parseTimeZone(input: unknown): Parsed<string> {
  if (typeof input === "string" && (isFixedOffset(input) || isNamedZone(input))) return { value: input };
  return {
    code: "invalid-time-zone",
    message: `expected UTC, a fixed offset such as +02:00 or a zone such as Europe/Berlin, got ${describeValue(input)}`,
  };
}

function isFixedOffset(text: string): boolean {
  const match = FIXED_OFFSET.exec(text);
  if (match === null) return text === "UTC" || text === "Z";
  return Number(match[3]) < 60 && Number(match[2]) * 60 + Number(match[3]) <= FARTHEST_ZONE_MINUTES;
}

function isNamedZone(text: string): boolean {
  if (!/^[A-Za-z]/.test(text)) return false; // Intl takes offsets too, more of them than there are
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: text }).resolvedOptions().timeZone !== "";
  } catch {
    return false; // not a name of the tz database
  }
}
