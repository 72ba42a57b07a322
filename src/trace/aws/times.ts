// Times in what AWS writes: epoch milliseconds as numbers or text, or ISO 8601.

import { readIsoMs, UNREADABLE } from "../text/cells.js";
import { numberOf } from "../text/json-values.js";
import type { Zone } from "../zone.js";

/** Epoch milliseconds; NaN when missing (0 stands for that too: nothing ran in 1970), UNREADABLE otherwise. */
export function timeMsOf(value: unknown, zone: Zone): number {
  const number = numberOf(value);
  if (number === UNREADABLE && typeof value === "string") return readIsoMs(value, zone);
  return number <= 0 ? Number.NaN : number;
}

/** The time between two times; NaN when one is missing, UNREADABLE when one is. */
export function spanMs(fromMs: number, toMs: number): number {
  if (Number.isNaN(fromMs) || Number.isNaN(toMs)) return Number.NaN;
  return fromMs === UNREADABLE || toMs === UNREADABLE ? UNREADABLE : toMs - fromMs;
}
