// The time axis of a chart: UTC dates when the trace has them, else elapsed time in a readable unit. Long series are
// averaged down to what a chart can show; steps are equal, so the average of averages is exact.

import { MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE } from "../../base/units.js";
import type { ResultFile, Series } from "../../model/run-result.js";
import { formatUtc } from "../format.js";

/** More points than pixels show nothing more and make the page heavy. */
const MAX_STEPS = 400;

export interface TimeAxis {
  /** The position of an instant (ms after the first submission) on the axis. */
  readonly at: (offsetMs: number) => number;
  /** Vega-Lite's x encoding without its field. */
  readonly x: {
    readonly type: "temporal" | "quantitative";
    readonly scale: { readonly type?: "utc"; readonly nice: false };
    readonly axis: {
      readonly title: string;
      readonly grid: false;
      readonly labelExpr?: string;
      readonly tickCount: number | { readonly interval: TickInterval; readonly step: number };
    };
  };
  /** Vega-Lite's format of an instant in a tooltip, and its title. */
  readonly tooltip:
    | {
        readonly type: "temporal";
        readonly timeUnit: "utcyearmonthdatehoursminutes";
        readonly format: string;
        readonly title: string;
      }
    | { readonly type: "quantitative"; readonly format: string; readonly title: string };
}

/** Midnights show the date, other ticks the hour. */
const UTC_LABELS =
  "utchours(datum.value) || utcminutes(datum.value) ? utcFormat(datum.value, '%H:%M') : utcFormat(datum.value, '%d %b')";

type TickInterval = "minute" | "hour" | "day" | "week" | "month" | "year";

/** More labels than this overlap on a phone. */
const MAX_TICKS = 7;

/** Distances between ticks, finest first; months and years by their usual length, years for all that is longer. */
const TICKS: readonly (readonly [stepMs: number, interval: TickInterval, step: number])[] = [
  [MS_PER_MINUTE, "minute", 1],
  [5 * MS_PER_MINUTE, "minute", 5],
  [15 * MS_PER_MINUTE, "minute", 15],
  [MS_PER_HOUR, "hour", 1],
  [3 * MS_PER_HOUR, "hour", 3],
  [6 * MS_PER_HOUR, "hour", 6],
  [12 * MS_PER_HOUR, "hour", 12],
  [MS_PER_DAY, "day", 1],
  [2 * MS_PER_DAY, "day", 2],
  [7 * MS_PER_DAY, "week", 1],
  [30 * MS_PER_DAY, "month", 1],
  [91 * MS_PER_DAY, "month", 3],
  [365 * MS_PER_DAY, "year", 1],
];

function tickCount(spanMs: number): { interval: TickInterval; step: number } {
  const [, interval, step] = TICKS.find(([stepMs]) => spanMs <= stepMs * MAX_TICKS) ?? TICKS.at(-1)!;
  return { interval, step };
}

/** The axis for a span of `spanMs` after the first submission. */
export function timeAxis(result: ResultFile, spanMs: number): TimeAxis {
  const { originMs } = result.workload;
  if (originMs === 0) return elapsedAxis(spanMs);
  const title = `UTC, from ${formatUtc(originMs).slice(0, 10)}`;
  return {
    at: (offsetMs) => originMs + offsetMs,
    x: {
      type: "temporal",
      scale: { type: "utc", nice: false },
      axis: { title, grid: false, labelExpr: UTC_LABELS, tickCount: tickCount(spanMs) },
    },
    tooltip: {
      type: "temporal",
      timeUnit: "utcyearmonthdatehoursminutes",
      format: "%Y-%m-%d %H:%M",
      title: "Time (UTC)",
    },
  };
}

function elapsedAxis(spanMs: number): TimeAxis {
  const [unitMs, unit] =
    spanMs > 3 * MS_PER_DAY
      ? [MS_PER_DAY, "Days"]
      : spanMs > 3 * MS_PER_HOUR
        ? [MS_PER_HOUR, "Hours"]
        : [MS_PER_MINUTE, "Minutes"];
  return {
    at: (offsetMs) => Math.round((offsetMs / unitMs) * 1_000) / 1_000,
    x: {
      type: "quantitative",
      scale: { nice: false },
      axis: { title: `${unit} since the first submission`, grid: false, tickCount: MAX_TICKS },
    },
    tooltip: { type: "quantitative", format: ".2f", title: `${unit} since start` },
  };
}

/** How many steps of `series` become one point of a chart. */
export function stepsPerPoint(series: Series): number {
  return Math.max(1, Math.ceil(series.steps / MAX_STEPS));
}

/** The averages of each `group` of neighbouring values (the last group may be shorter), to three decimals. */
export function averaged(values: readonly number[], group: number): number[] {
  const points: number[] = [];
  for (let from = 0; from < values.length; from += group) {
    const slice = values.slice(from, from + group);
    const mean = slice.reduce((sum, value) => sum + value, 0) / slice.length;
    points.push(Math.round(mean * 1_000) / 1_000);
  }
  return points;
}

/** Where the series ends, ms after the first submission. */
export function seriesSpanMs(series: Series): number {
  return series.steps * series.stepMs;
}
