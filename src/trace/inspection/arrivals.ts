// When jobs were submitted: over the whole span, over the week, and how exact the clock was that wrote it down.

import { MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE } from "../../base/units.js";
import type { Workload } from "../../model/job.js";
import type { ArrivalSeries, Arrivals } from "../../model/trace-inspection.js";
import { LocalClock } from "./local-clock.js";

/** More bins than this are narrower than the pixels of a page. */
const MAX_BINS = 400;

/** Widths of a bin, finest first; those below an hour are for traces of less than a day. */
const STEPS_MS: readonly number[] = [
  ...[1, 5, 15].map((minutes) => minutes * MS_PER_MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * MS_PER_HOUR),
  ...[1, 2, 7, 28, 364].map((days) => days * MS_PER_DAY),
];

/** Resolutions that a coarse clock may have, coarsest first. */
const RESOLUTIONS_MS: readonly number[] = [MS_PER_DAY, MS_PER_HOUR, 15 * MS_PER_MINUTE, MS_PER_MINUTE];

/** A few exact times among rounded ones (a correction, a summary) do not make the clock exact. */
const ROUNDED_SHARE = 0.95;

/** Fewer different times than this may lie on whole minutes by chance or because everything was submitted at once. */
const FEWEST_INSTANTS = 10;

/** Describes the submissions; `zoneName` is one that zoneOf knows. */
export function arrivalsOf(workload: Workload, zoneName: string): Arrivals {
  const { jobCount, originMs, submitMs } = workload;
  const isDated = originMs > 0;
  const spanMs = jobCount === 0 ? 0 : submitMs[jobCount - 1]!;
  const clock = new LocalClock(isDated ? zoneName : "UTC");
  return {
    isDated,
    firstMs: isDated ? originMs : null,
    lastMs: isDated ? originMs + spanMs : null,
    spanMs,
    series: seriesOf(workload, spanMs),
    week: isDated ? weekOf(workload, clock) : null,
    zone: zoneName,
    ...burstsOf(workload, clock),
  };
}

/** Bins begin at round times in UTC where there are dates. */
function seriesOf({ jobCount, originMs, submitMs }: Workload, spanMs: number): ArrivalSeries {
  const fits = (stepMs: number) => spanMs / stepMs <= MAX_BINS - 1 && (stepMs >= MS_PER_HOUR || spanMs < MS_PER_DAY);
  const stepMs = STEPS_MS.find(fits) ?? STEPS_MS.at(-1)!;
  const before = positiveRemainder(originMs, stepMs);
  const bins = jobCount === 0 ? 0 : Math.floor((before + spanMs) / stepMs) + 1;
  const jobs = new Array<number>(bins).fill(0);
  for (let job = 0; job < jobCount; job++) {
    const bin = Math.floor((before + submitMs[job]!) / stepMs);
    jobs[bin] = jobs[bin]! + 1;
  }
  return { startMs: originMs - before, stepMs, jobs };
}

/** 1 January 1970 was a Thursday: Monday is four days later. */
const FIRST_MONDAY_DAY = 4;

function weekOf({ jobCount, originMs, submitMs }: Workload, clock: LocalClock): number[][] {
  const week = Array.from({ length: 7 }, () => new Array<number>(24).fill(0));
  for (let job = 0; job < jobCount; job++) {
    const localMs = clock.localMs(originMs + submitMs[job]!);
    const weekday = positiveRemainder(Math.floor(localMs / MS_PER_DAY) - FIRST_MONDAY_DAY, 7);
    const hour = Math.floor(positiveRemainder(localMs, MS_PER_DAY) / MS_PER_HOUR);
    week[weekday]![hour]!++;
  }
  return week;
}

function positiveRemainder(value: number, divisor: number): number {
  return value - Math.floor(value / divisor) * divisor;
}

/** One pass over the times, which are in order: how many differ, how many coincide, the longest pause, how round they are. */
function burstsOf({ jobCount, originMs, submitMs }: Workload, clock: LocalClock) {
  const rounded = RESOLUTIONS_MS.map(() => 0);
  let instants = 0;
  let largestBurst = 0;
  let longestGapMs = 0;
  let burst = 0;
  for (let job = 0; job < jobCount; job++) {
    const time = submitMs[job]!;
    const gapMs = job === 0 ? Number.POSITIVE_INFINITY : time - submitMs[job - 1]!;
    burst = gapMs > 0 ? 1 : burst + 1;
    if (burst > largestBurst) largestBurst = burst;
    if (gapMs === 0) continue;
    instants++;
    if (job > 0 && gapMs > longestGapMs) longestGapMs = gapMs;
    const localMs = clock.localMs(originMs + time);
    RESOLUTIONS_MS.forEach((resolution, i) => {
      if (localMs % resolution === 0) rounded[i]!++;
    });
  }
  const at = rounded.findIndex((count) => instants >= FEWEST_INSTANTS && count >= ROUNDED_SHARE * instants);
  return { instants, largestBurst, longestGapMs, roundedToMs: RESOLUTIONS_MS[at] ?? null };
}
