// Durations and sizes as Nextflow writes them for people ("1h 11s", "206.9 MB") or plainly (milliseconds, bytes).

import { MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE, MS_PER_SECOND } from "../../base/units.js";
import { readNumber, UNREADABLE } from "../text/cells.js";

/** Longer texts are no quantities; it also bounds what the expressions below have to look at. */
const MOST_CHARACTERS = 40;

/** "1d 2h 3m 4.5s", "241ms": each unit at most once, in this order. Some locales write a decimal comma. */
const DURATION =
  /^(?:(\d+(?:[.,]\d+)?) ?d)? ?(?:(\d+(?:[.,]\d+)?) ?h)? ?(?:(\d+(?:[.,]\d+)?) ?m)? ?(?:(\d+(?:[.,]\d+)?) ?s)? ?(?:(\d+(?:[.,]\d+)?) ?ms)?$/;
const MS_OF_GROUP = [MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE, MS_PER_SECOND, 1] as const;

/** Milliseconds; a plain number is milliseconds. NaN when missing, UNREADABLE otherwise. */
export function readDurationMs(cell: string): number {
  const plain = readNumber(cell);
  if (plain !== UNREADABLE || cell.length > MOST_CHARACTERS) return plain;
  const match = DURATION.exec(cell.trim());
  if (match === null) return UNREADABLE;
  const ms = MS_OF_GROUP.map((unitMs, group) => decimal(match[group + 1] ?? "0") * unitMs);
  return Math.round(ms.reduce((sum, part) => sum + part));
}

const SIZE = /^(\d+(?:[.,]\d+)?) ?([KMGTPEZ]?)(i?)B?$/i;
const PREFIXES = "KMGTPEZ";
const BYTES_PER_MIB = 1_048_576;

/**
 * MiB; a plain number is bytes. `base` is what a prefix without "i" stands for: "2 GB" has two times its cube in bytes.
 * NaN when missing, UNREADABLE otherwise.
 */
export function readSizeMib(cell: string, base: 1_000 | 1_024): number {
  const plain = readNumber(cell);
  if (plain !== UNREADABLE) return plain / BYTES_PER_MIB;
  const match = cell.length > MOST_CHARACTERS ? null : SIZE.exec(cell.trim());
  if (match === null) return UNREADABLE;
  let bytes = decimal(match[1]!);
  const power = match[2] === "" ? 0 : PREFIXES.indexOf(match[2]!.toUpperCase()) + 1;
  for (let i = 0; i < power; i++) bytes *= match[3] === "" ? base : 1_024;
  return bytes / BYTES_PER_MIB;
}

function decimal(text: string): number {
  return Number(text.replace(",", "."));
}
