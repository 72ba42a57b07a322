// What happened beside what would have happened: dollars, waits and instance-hours of the watched fleet and of a simulated
// run over the same jobs. Waits are compared over the jobs that both know.

import { quantiles } from "../../base/quantiles.js";
import { MICRO_USD, MS_PER_SECOND } from "../../base/units.js";
import { count, counted, duration, instant, UNKNOWN, usd } from "../operate/words.js";
import type { WatchQuality } from "./recorder.js";
import type { ShadowSide } from "./shadow-rows.js";

/** Units of the values: dollars, seconds, hours, a share 0..1, or a number of things. */
export type FigureUnit = "usd" | "seconds" | "hours" | "share" | "count";

export interface ComparedFigure {
  readonly name: string;
  readonly unit: FigureUnit;
  /** Null: there is none, e.g. a wait where no job was compared. */
  readonly actual: number | null;
  readonly simulated: number | null;
  /** Simulated less actual. */
  readonly difference: number | null;
  /** Difference over actual; null where actual is 0. */
  readonly relative: number | null;
}

/** Plain JSON as it stands. */
export interface ShadowComparison {
  readonly quality: WatchQuality;
  readonly jobsCompared: number;
  /** Jobs whose wait only one side knows: they began too late, or in one of the two not at all. */
  readonly jobsOnlyActual: number;
  readonly jobsOnlySimulated: number;
  readonly figures: readonly ComparedFigure[];
}

export function shadowComparison(actual: ShadowSide, simulated: ShadowSide, quality: WatchQuality): ShadowComparison {
  const both = [...actual.waitMs.keys()].filter((jobId) => simulated.waitMs.has(jobId));
  const a = waits(actual, both);
  const s = waits(simulated, both);
  return {
    quality,
    jobsCompared: both.length,
    jobsOnlyActual: actual.waitMs.size - both.length,
    jobsOnlySimulated: simulated.waitMs.size - both.length,
    figures: [
      figure("cost", "usd", actual.microUsd / MICRO_USD, simulated.microUsd / MICRO_USD),
      figure("mean wait", "seconds", a.mean, s.mean),
      figure("median wait", "seconds", a.p50, s.p50),
      figure("95th percentile wait", "seconds", a.p95, s.p95),
      figure("longest wait", "seconds", a.max, s.max),
      figure("instance-hours", "hours", actual.instanceHours, simulated.instanceHours),
      figure("vCPU-hours", "hours", actual.vcpuHours, simulated.vcpuHours),
      figure("spot share of instance-hours", "share", spotShare(actual), spotShare(simulated)),
      figure("instances", "count", actual.instances, simulated.instances),
      figure("interruptions", "count", actual.interruptions, simulated.interruptions),
    ],
  };
}

function figure(name: string, unit: FigureUnit, actual: number | null, simulated: number | null): ComparedFigure {
  const difference = actual === null || simulated === null ? null : simulated - actual;
  const relative = difference === null || actual === 0 ? null : difference / actual!;
  return { name, unit, actual, simulated, difference, relative };
}

interface Waits {
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly max: number | null;
}

/** In seconds. */
function waits({ waitMs }: ShadowSide, jobIds: readonly string[]): Waits {
  if (jobIds.length === 0) return { mean: null, p50: null, p95: null, max: null };
  const values = Float64Array.from(jobIds, (jobId) => waitMs.get(jobId)! / MS_PER_SECOND);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const [p50, p95, max] = quantiles(values, [0.5, 0.95, 1]);
  return { mean, p50: p50!, p95: p95!, max: max! };
}

function spotShare({ instanceHours, spotInstanceHours }: ShadowSide): number | null {
  return instanceHours === 0 ? null : spotInstanceHours / instanceHours;
}

const TITLES = ["", "actual", "simulated", "difference", ""] as const;

/** For a terminal: the table, then what to bear in mind. Ends in a newline. */
export function renderShadowComparison(comparison: ShadowComparison): string {
  const { quality, figures } = comparison;
  const rows = figures.map(({ name, unit, actual, simulated, difference, relative }) => [
    name,
    words(actual, unit),
    words(simulated, unit),
    `${difference !== null && difference > 0 ? "+" : ""}${words(difference, unit)}`,
    relative === null ? "" : `${relative > 0 ? "+" : ""}${count(100 * relative, 1)} %`,
  ]);
  const table = [TITLES, ...rows];
  const widths = TITLES.map((_, i) => Math.max(...table.map((row) => row[i]!.length)));
  const lines = table.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join("  ")
      .trimEnd(),
  );
  const watched = `Watched from ${instant(quality.fromMs)} to ${instant(quality.untilMs)} (${duration(quality.untilMs - quality.fromMs)}), ${counted(quality.looks, "look")}.`;
  return `${[watched, "", ...lines, "", ...notes(comparison).map((note) => `- ${note}`)].join("\n")}\n`;
}

function words(value: number | null, unit: FigureUnit): string {
  if (value === null) return UNKNOWN;
  switch (unit) {
    case "usd":
      return usd(value * MICRO_USD);
    case "seconds":
      return duration(value * MS_PER_SECOND);
    case "hours":
      return `${count(value, 2)} h`;
    case "share":
      return `${count(100 * value, 1)} %`;
    case "count":
      return count(value);
  }
}

/** The two that matter most, in one line. */
export function comparedWords({ figures, jobsCompared }: ShadowComparison): string {
  const [cost, wait] = figures.filter(({ name }) => name === "cost" || name === "mean wait");
  const both = ({ name, unit, actual, simulated }: ComparedFigure) =>
    `${name} ${words(actual, unit)} actual, ${words(simulated, unit)} simulated`;
  return `${both(cost!)}; ${both(wait!)} (${counted(jobsCompared, "job")})`;
}

/** What the figures do not say. */
function notes({ quality, jobsCompared, jobsOnlyActual, jobsOnlySimulated }: ShadowComparison): string[] {
  const { instancesBefore, incompleteLooks, longestGapMs, missedAttempts, vanishedJobs, unpricedHours } = quality;
  const told: [number, string][] = [
    [
      1,
      `waits are those of the ${counted(jobsCompared, "job")} that were submitted in the watch and began on both sides`,
    ],
    [jobsOnlyActual, `${counted(jobsOnlyActual, "job")} began in the account alone`],
    [jobsOnlySimulated, `${counted(jobsOnlySimulated, "job")} began in the simulated run alone`],
    [
      instancesBefore,
      `${counted(instancesBefore, "instance")} ran already when the watch began; the simulated run began without them`,
    ],
    [incompleteLooks, `${counted(incompleteLooks, "look")} could not be read to the end`],
    [
      longestGapMs,
      `the longest time between two looks was ${duration(longestGapMs)}: ends of instances are known to half of it`,
    ],
    [missedAttempts, `${counted(missedAttempts, "attempt")} ended unseen: their jobs' first starts are not known`],
    [vanishedJobs, `${counted(vanishedJobs, "job")} went without an end that was seen`],
    [unpricedHours, `${count(unpricedHours, 2)} instance-hours had no known price and are not in the actual cost`],
  ];
  return told.filter(([matters]) => matters > 0).map(([, note]) => note);
}
