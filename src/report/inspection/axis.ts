// Where labels stand on the axes of an inspection's pictures: as shares (0..1) of the axis.

import { ln } from "../../base/exact-math.js";
import { MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE, MS_PER_SECOND } from "../../base/units.js";
import type { ArrivalSeries, TimeDistribution } from "../../model/trace-inspection.js";
import { formatDuration, formatUtc } from "../format.js";

export interface Tick {
  /** 0: left end; 1: right end. */
  readonly at: number;
  readonly label: string;
}

/** More labels than this touch each other on a phone. */
const MOST_TICKS = 5;

/** Distances between labels of calendar and elapsed time; beyond them months, or years of equal days. */
const STEPS_MS: readonly number[] = [
  ...[1, 5, 10, 15, 30].map((minutes) => minutes * MS_PER_MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * MS_PER_HOUR),
  ...[1, 2, 7, 14].map((days) => days * MS_PER_DAY),
];
const MONTH_STEPS: readonly number[] = [1, 2, 3, 6, 12, 24, 60, 120, 600];
const MS_PER_MONTH = 30 * MS_PER_DAY;

/** From here on labels are months of a year, no longer days. */
const YEARS_FROM_MS = 300 * MS_PER_DAY;

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

/** Labels of the arrivals' axis, in UTC, or as time since the first submission. */
export function timeTicks({ startMs, stepMs, jobs }: ArrivalSeries, isDated: boolean): Tick[] {
  const spanMs = stepMs * jobs.length;
  const every = STEPS_MS.find((step) => spanMs / step <= MOST_TICKS);
  const times = isDated && every === undefined ? monthStarts(startMs, spanMs) : multiples(startMs, spanMs, every);
  return times.map((timeMs) => ({
    at: (timeMs - startMs) / spanMs,
    label: isDated ? calendarLabel(timeMs, spanMs) : formatDuration(timeMs),
  }));
}

function multiples(startMs: number, spanMs: number, every = stepOfMonths(spanMs) * MS_PER_MONTH): number[] {
  const first = Math.ceil(startMs / every);
  const last = Math.floor((startMs + spanMs) / every);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * every);
}

function stepOfMonths(spanMs: number): number {
  return MONTH_STEPS.find((months) => spanMs / (months * MS_PER_MONTH) <= MOST_TICKS) ?? MONTH_STEPS.at(-1)!;
}

/** The first days of months, or of every so many months counted from January 1970. */
function monthStarts(startMs: number, spanMs: number): number[] {
  const step = stepOfMonths(spanMs);
  const start = new Date(startMs);
  const month = (start.getUTCFullYear() - 1970) * 12 + start.getUTCMonth();
  const starts: number[] = [];
  for (let next = Math.ceil(month / step) * step; Date.UTC(1970, next) <= startMs + spanMs; next += step) {
    if (Date.UTC(1970, next) >= startMs) starts.push(Date.UTC(1970, next));
  }
  return starts;
}

/** Midnights show the date, other times the hour. */
function calendarLabel(epochMs: number, spanMs: number): string {
  const utc = formatUtc(epochMs);
  if (epochMs % MS_PER_DAY !== 0) return utc.slice(11, 16);
  const month = MONTHS[Number(utc.slice(5, 7)) - 1]!;
  return spanMs >= YEARS_FROM_MS ? `${month} ${utc.slice(0, 4)}` : `${Number(utc.slice(8, 10))} ${month}`;
}

/** Durations that people know, to label a logarithmic axis with. */
const KNOWN_MS: readonly number[] = [
  ...[1, 10, 100],
  ...[1, 10].map((seconds) => seconds * MS_PER_SECOND),
  ...[1, 10].map((minutes) => minutes * MS_PER_MINUTE),
  ...[1, 6].map((hours) => hours * MS_PER_HOUR),
  ...[1, 10, 100, 1_000].map((days) => days * MS_PER_DAY),
];

/** Labels of a distribution's axis; within a bucket the scale is logarithmic, as it is between buckets. */
export function durationTicks({ buckets }: TimeDistribution): Tick[] {
  const known = KNOWN_MS.filter((ms) => ms >= (buckets[0]?.fromMs ?? 1) && ms <= (buckets.at(-1)?.toMs ?? 0));
  const each = Math.ceil(known.length / (MOST_TICKS + 1));
  const chosen = known.filter((_, i) => i % each === 0);
  if (chosen.length === 0) return edgeTicks(buckets);
  return chosen.map((ms) => ({ at: placeOf(ms, buckets), label: formatDuration(ms) }));
}

/** For a distribution between two of the known durations. */
function edgeTicks(buckets: TimeDistribution["buckets"]): Tick[] {
  const first = buckets[0];
  if (first === undefined) return [];
  return [
    { at: 0, label: formatDuration(first.fromMs) },
    { at: 1, label: formatDuration(buckets.at(-1)!.toMs) },
  ];
}

/** Buckets are drawn equally wide. */
function placeOf(ms: number, buckets: TimeDistribution["buckets"]): number {
  const inside = buckets.findIndex(({ toMs }) => ms < toMs);
  if (inside < 0) return 1;
  const { fromMs, toMs } = buckets[inside]!;
  return (inside + ln(ms / fromMs) / ln(toMs / fromMs)) / buckets.length;
}
