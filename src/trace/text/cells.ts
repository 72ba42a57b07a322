// The text of one cell to a number. Three things stay apart: a value (zero included), a missing value (NaN), and text that
// is neither (UNREADABLE). Nothing here guesses: "1,234", "0x10" or "tomorrow" are unreadable.

import { MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE, MS_PER_SECOND } from "../../base/units.js";
import type { Zone } from "../zone.js";

/** Stands for a cell that holds neither a value nor a word for "missing": no quantity of a trace is infinite. */
export const UNREADABLE = Number.POSITIVE_INFINITY;

/** How exporters write "no value", in lower case. The number -1 is treated likewise. */
const MISSING_WORDS: ReadonlySet<string> = new Set([
  ...[
    "",
    "-",
    "nan",
    "null",
    "none",
    "n/a",
    "na",
    "nil",
    "undefined",
    "unknown",
    "none assigned",
    "\\n",
    "nat",
    "<na>",
  ],
  ...["unlimited", "partition_limit", "infinite"], // Slurm's words for "no limit"
]);

/** First letters of those words, by character code: most cells need no further look. */
const MISSING_INITIALS = new Uint8Array(128);
for (const word of MISSING_WORDS) {
  MISSING_INITIALS[word.charCodeAt(0)] = 1; // (of the empty word: NaN, which sets nothing)
  MISSING_INITIALS[word.toUpperCase().charCodeAt(0)] = 1;
}

/** False for a first character that begins no word for "no value": a plain one that is no initial and no blank. */
function isSuspect(first: number): boolean {
  return !(first > 32 && first < 128) || MISSING_INITIALS[first] === 1;
}

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const DIGIT_0 = 48;
const DIGIT_9 = 57;

/** True when the cell is empty or holds a word for "no value". */
export function isMissing(cell: string): boolean {
  return isSuspect(cell.charCodeAt(0)) && MISSING_WORDS.has(cell.trim().toLowerCase());
}

/** A decimal number; NaN when missing (-1 included); UNREADABLE otherwise. */
export function readNumber(cell: string): number {
  // Nearly all cells begin with a digit followed by a digit, a dot or nothing: then Number() alone is strict enough.
  const first = cell.charCodeAt(0);
  if (first >= DIGIT_0 && first <= DIGIT_9 && !(cell.charCodeAt(1) > DIGIT_9)) {
    const value = Number(cell);
    if (value < UNREADABLE) return value;
  }
  const text = cell.trim();
  if (MISSING_WORDS.has(text.toLowerCase())) return Number.NaN;
  if (!DECIMAL.test(text)) return UNREADABLE;
  const value = Number(text);
  if (value === -1) return Number.NaN;
  return Number.isFinite(value) ? value + 0 : UNREADABLE; // + 0 turns -0 into 0
}

const ISO = new RegExp(
  /^(\d{4})-(\d\d)-(\d\d)/.source +
    /(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?/.source +
    / ?(?:(Z|UTC|GMT)|([+-])(\d\d):?(\d\d)?)?$/.source,
  "i",
);

/** Date.UTC takes years below as years after 1900; as times of a job they are mistakes anyway. */
const FIRST_FULL_YEAR = 100;

/**
 * ISO 8601 date and time ("2024-03-01T12:30:00.5Z", "2024-03-01 12:30", "2024-03-01") to epoch milliseconds.
 * Text without a zone is taken to be local time of `zone`, not before `notBeforeMs` where the clocks showed it twice. NaN
 * when missing, UNREADABLE otherwise.
 */
export function readIsoMs(cell: string, zone: Zone, notBeforeMs?: number): number {
  const match = ISO.exec(cell) ?? ISO.exec(cell.trim());
  if (match === null) return missingOrUnreadable(cell);
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "0", utc, sign, zoneHour, zoneMinute] =
    match;
  if (Number(year) < FIRST_FULL_YEAR) return UNREADABLE;
  const midnightMs = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const rolledOver = new Date(midnightMs).getUTCDate() !== Number(day); // 30 February
  // A leap second (:60) counts as the first instant of the next minute, as in POSIX time.
  const inRange = Number(month) >= 1 && Number(month) <= 12 && Number(hour) <= 23 && Number(minute) <= 59;
  if (rolledOver || !inRange || Number(second) > 60 || Number(zoneMinute ?? 0) > 59) return UNREADABLE;
  const timeMs = Number(hour) * MS_PER_HOUR + Number(minute) * MS_PER_MINUTE;
  const localMs = midnightMs + timeMs + Math.round((Number(second) + Number(`0.${fraction}`)) * MS_PER_SECOND);
  if (utc === undefined && sign === undefined) return zone.epochMs(localMs, notBeforeMs);
  const zoneMinutes = Number(zoneHour ?? 0) * 60 + Number(zoneMinute ?? 0);
  return localMs - (sign === "-" ? -zoneMinutes : zoneMinutes) * MS_PER_MINUTE;
}

const CLOCK = /^(?:(\d+)-)?(\d+):([0-5]\d):([0-5]\d(?:\.\d+)?)$/;

/** "[D-]HH:MM:SS[.fff]" to milliseconds; hours may exceed 23. NaN when missing, UNREADABLE otherwise. */
export function readClockMs(cell: string): number {
  const match = CLOCK.exec(cell.trim());
  if (match === null) return missingOrUnreadable(cell);
  const [, days = "0", hours, minutes, seconds] = match;
  const wholeMs = Number(days) * MS_PER_DAY + Number(hours) * MS_PER_HOUR + Number(minutes) * MS_PER_MINUTE;
  return wholeMs + Math.round(Number(seconds) * MS_PER_SECOND);
}

/** For a cell that does not have the form asked for: NaN when that is because it is missing. */
function missingOrUnreadable(cell: string): number {
  return Number.isNaN(readNumber(cell)) ? Number.NaN : UNREADABLE;
}
