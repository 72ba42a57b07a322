// Times in what AWS writes: epoch milliseconds or seconds as numbers or text, or ISO 8601.

import { MS_PER_SECOND } from "../../base/units.js";
import { readIsoMs, UNREADABLE } from "../text/cells.js";
import { numberOf } from "../text/json-values.js";
import type { Zone } from "../zone.js";

/** Smaller times are seconds: as milliseconds they would lie before March 1973. */
const FIRST_MS = 100_000_000_000;

/** True of what no service writes as milliseconds: DescribeTasks and people's own exports have seconds. */
export function isInSeconds(value: unknown): boolean {
  const number = numberOf(value);
  return number > 0 && number < FIRST_MS;
}

/** Epoch milliseconds (of seconds too); NaN when missing (0 stands for that too: nothing ran in 1970), UNREADABLE otherwise. */
export function timeMsOf(value: unknown, zone: Zone): number {
  const number = numberOf(value);
  if (number === UNREADABLE && typeof value === "string") return readIsoMs(value, zone);
  if (isInSeconds(number)) return Math.round(number * MS_PER_SECOND);
  return number <= 0 ? Number.NaN : number;
}

/** The time between two times; NaN when one is missing, UNREADABLE when one is. */
export function spanMs(fromMs: number, toMs: number): number {
  if (Number.isNaN(fromMs) || Number.isNaN(toMs)) return Number.NaN;
  return fromMs === UNREADABLE || toMs === UNREADABLE ? UNREADABLE : toMs - fromMs;
}
