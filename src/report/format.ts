// Numbers and times as people read them. Written by hand instead of toLocaleString, so that a report is the same text on
// every machine. Units follow the number after a space; a missing value is an en dash.

import { MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE, MS_PER_SECOND } from "../base/units.js";

/** Stands for a figure that does not exist, e.g. the saving when there is no on-demand baseline. */
export const MISSING = "–";

/** Thousands separated by commas; `decimals` digits after the point. */
export function formatCount(value: number, decimals = 0): string {
  const text = Math.abs(value).toFixed(decimals);
  const [whole, fraction] = text.split(".");
  const grouped = whole!.replace(/\B(?=(\d{3})+$)/g, ",");
  const sign = value < 0 && Number(text) !== 0 ? "-" : "";
  return `${sign}${grouped}${fraction === undefined ? "" : `.${fraction}`}`;
}

/** "1 job", "2,000 jobs". */
export function formatCounted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** From here on amounts are shown to the cent; it is what rounds to $1.00. */
const CENTS_FROM_MICRO_USD = 999_950;

/** Micro-USD as dollars: cents from $1 up, four decimals below, so that small jobs do not all cost $0.00. */
export function formatUsd(microUsd: number): string {
  const size = Math.abs(microUsd);
  const sign = microUsd < 0 ? "-" : "";
  if (size === 0) return "$0.00";
  if (size >= CENTS_FROM_MICRO_USD) return `${sign}$${formatCount(Math.round(size / 10_000) / 100, 2)}`;
  const tenThousandths = Math.round(size / 100);
  return tenThousandths === 0 ? `${sign}<$0.0001` : `${sign}$${(tenThousandths / 10_000).toFixed(4)}`;
}

/** Micro-USD per hour as a price with five decimals: what one vCPU-hour costs is a matter of cents. */
export function formatUnitPrice(microUsdPerHour: number): string {
  return microUsdPerHour === 0 ? "$0" : `$${formatCount(Math.round(microUsdPerHour / 10) / 100_000, 5)}`;
}

/** Milliseconds in the two largest units that matter: "850 ms", "3.4 s", "3 min 20 s", "5 h 7 min", "2 d 3 h". */
export function formatDuration(durationMs: number): string {
  const ms = Math.round(durationMs);
  if (ms === 0) return "0 s";
  if (ms < MS_PER_SECOND) return `${ms} ms`;
  const tenths = Math.round(ms / 100);
  if (tenths < 100) return tenths % 10 === 0 ? `${tenths / 10} s` : `${(tenths / 10).toFixed(1)} s`;
  const seconds = Math.round(ms / MS_PER_SECOND);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return twoUnits(seconds, 60, "min", "s");
  const minutes = Math.round(ms / MS_PER_MINUTE);
  if (minutes < 1_440) return twoUnits(minutes, 60, "h", "min");
  return twoUnits(Math.round(ms / MS_PER_HOUR), MS_PER_DAY / MS_PER_HOUR, "d", "h");
}

function twoUnits(count: number, perMajor: number, major: string, minor: string): string {
  const rest = count % perMajor;
  const whole = `${formatCount(Math.floor(count / perMajor))} ${major}`;
  return rest === 0 ? whole : `${whole} ${rest} ${minor}`;
}

/** A share (0..1) as a percentage: one decimal below 10 %, none above. */
export function formatPercent(share: number): string {
  const percent = share * 100;
  const decimals = Math.abs(percent) < 9.95 && percent !== 0 ? 1 : 0;
  return `${formatCount(percent, decimals)} %`;
}

/** A percentage with its sign, for distances: "+41 %", "-3.2 %". */
export function formatSignedPercent(share: number): string {
  const text = formatPercent(share);
  return share > 0 ? `+${text}` : text;
}

/** A ratio: "1.24×". */
export function formatRatio(ratio: number): string {
  return `${formatCount(ratio, 2)}×`;
}

/** Epoch milliseconds as ISO 8601 in UTC, to the second: "2026-01-31T14:05:00Z". */
export function formatUtc(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d+Z$/, "Z");
}

/** An instant `offsetMs` after the first submission: in UTC, or as elapsed time when the trace has no dates (origin 0). */
export function formatInstant(originMs: number, offsetMs: number): string {
  return originMs === 0 ? `start + ${formatDuration(offsetMs)}` : formatUtc(originMs + offsetMs);
}

/** Names come from users' files: control characters (a terminal would obey them) become visible. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, "\uFFFD");
}
