// Disruption windows: the times of the week at which instances may be ended.

import { MS_PER_DAY, MS_PER_MINUTE } from "../../base/units.js";
import type { DisruptionWindow } from "../../model/policy.js";

const MS_PER_WEEK = 7 * MS_PER_DAY;

/** Epoch 0 was a Thursday, three days after the Monday that weeks are counted from. */
const MONDAY_TO_EPOCH_MS = 3 * MS_PER_DAY;

/** The first instant from `epochMs` on that lies in one of the windows; without windows every instant does. */
export function nextOpenMs(windows: readonly DisruptionWindow[], epochMs: number): number {
  if (windows.length === 0) return epochMs;
  const weekMs = modulo(epochMs + MONDAY_TO_EPOCH_MS, MS_PER_WEEK);
  let waitMs = Number.POSITIVE_INFINITY;
  for (const { startMinute, endMinute } of windows) {
    const sinceStartMs = modulo(weekMs - startMinute * MS_PER_MINUTE, MS_PER_WEEK);
    const lengthMs = modulo((endMinute - startMinute) * MS_PER_MINUTE, MS_PER_WEEK);
    // One that ends where it starts lasts the whole week.
    if (lengthMs === 0 || sinceStartMs < lengthMs) return epochMs;
    waitMs = Math.min(waitMs, MS_PER_WEEK - sinceStartMs);
  }
  return epochMs + waitMs;
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}
