// A calibration as tables: which run fits best, its delays, its waits by quantile, by cause and by name of job.

import type {
  CalibratedRun,
  Calibration,
  CauseComparison,
  Compared,
  Comparison,
  FittedDelay,
  WaitComparison,
} from "../../model/calibration.js";
import {
  formatCount,
  formatDuration,
  formatPercent,
  formatRatio,
  formatSignedPercent,
  formatUsd,
  MISSING,
} from "../format.js";
import { numberColumn, type Table, textColumn } from "../table.js";

const CAUSE_WORDS: Readonly<Record<CauseComparison["cause"], string>> = {
  none: "nothing: starts at once",
  scheduling: "the next decision",
  capacity: "room (queueing)",
  boot: "its instance to launch and boot",
  start: "image pull, container start",
};

/** One row per run, the best fit first. */
export function runsTable({ runs }: Calibration): Table {
  return {
    title: "Which run explains the recorded waits",
    caption: "Off by: the factor by which a quantile of the waits is typically off.",
    columns: [
      textColumn("Run"),
      ...[
        "As given, off by",
        "Fitted, off by",
        "Later half foretold",
        "Median wait",
        "p95",
        "Rank correlation",
        "Replays",
      ].map(numberColumn),
    ],
    rows: runs.map(({ name, asGiven, fitted, secondHalf, replays }) => [
      name,
      formatRatio(asGiven.wait.offBy),
      formatRatio(fitted.wait.offBy),
      formatRatio(secondHalf.foretold.offBy),
      relative(quantileOf(fitted.wait, 0.5)),
      relative(quantileOf(fitted.wait, 0.95)),
      correlation(fitted.wait),
      formatCount(replays),
    ]),
  };
}

/** The delays of a run's world: what they were, what they are, how sure that is. */
export function delaysTable({ name, delays }: CalibratedRun): Table {
  return {
    title: `Delays of the world: ${name}`,
    caption: "",
    columns: [
      textColumn("Delay"),
      ...["As given", "Fitted", "From the first half", "Off by with half", "Off by with twice"].map(numberColumn),
      textColumn("Basis"),
    ],
    rows: delays.map((delay) => [
      delay.delay,
      spreadText(delay, delay.given),
      ...(delay.basis === "kept"
        ? ["kept", "kept"]
        : [delay.value, delay.fromFirstHalf].map((of) => spreadText(delay, of))),
      delay.offByWithHalf === null ? MISSING : formatRatio(delay.offByWithHalf),
      delay.offByWithTwice === null ? MISSING : formatRatio(delay.offByWithTwice),
      delay.reason,
    ]),
  };
}

function spreadText({ delay }: FittedDelay, { medianMs, p95Ms }: FittedDelay["value"]): string {
  const median = formatDuration(medianMs);
  return delay === "decisionInterval" || p95Ms === medianMs ? median : `${median}, p95 ${formatDuration(p95Ms)}`;
}

/** Waits of all compared jobs before and after the fit, and the later half as the first one foretells it. */
export function waitsTable({ name, asGiven, fitted, secondHalf }: CalibratedRun): Table {
  const columns = [asGiven.wait, fitted.wait, secondHalf.foretold];
  const row = (title: string, of: (comparison: WaitComparison) => Compared): string[] => {
    const [before, after, half] = columns.map(of) as [Compared, Compared, Compared];
    return [
      title,
      time(after.recorded),
      ...[before, after].flatMap((compared) => [time(compared.simulated), relative(compared)]),
      time(half.recorded),
      time(half.simulated),
      relative(half),
    ];
  };
  return {
    title: `Waits: ${name}`,
    caption: "",
    columns: [
      textColumn("Wait"),
      ...["Recorded", "As given", "", "Fitted", "", "Later half: recorded", "foretold", ""].map(numberColumn),
    ],
    rows: [
      ...fitted.wait.quantiles.map(({ probability }) =>
        row(`p${Math.round(probability * 100)}`, (comparison) => quantileOf(comparison, probability)),
      ),
      row("mean", ({ mean }) => mean),
    ],
  };
}

/** What the fleet came to, where anything is known of it. */
export function fleetTable({ name, asGiven, fitted }: CalibratedRun): Table {
  const row = (title: string, of: (comparison: Comparison) => Compared, show: (value: number) => string) => {
    const [before, after] = [of(asGiven), of(fitted)];
    const recorded = after.recorded === null ? MISSING : show(after.recorded);
    return [title, recorded, show(before.simulated), relative(before), show(after.simulated), relative(after)];
  };
  return {
    title: `Fleet: ${name}`,
    caption: "",
    columns: [textColumn(""), ...["Recorded", "As given", "", "Fitted", ""].map(numberColumn)],
    rows: [
      row("Makespan", ({ makespanMs }) => makespanMs, formatDuration),
      row(
        "Most vCPUs in use",
        ({ peakVcpus }) => peakVcpus,
        (value) => formatCount(value),
      ),
      row(
        "Instance-hours",
        ({ instanceHours }) => instanceHours,
        (value) => formatCount(value, 1),
      ),
      row("Cost", ({ costMicroUsd }) => costMicroUsd, formatUsd),
    ],
  };
}

/** Where the difference of the means comes from: jobs by what they wait for most in the replay. */
export function causesTable({ name, fitted }: CalibratedRun): Table {
  return {
    title: `By cause: ${name}, fitted`,
    caption: "Jobs by what they wait for most of all in the replay; the last column is what they add to the mean wait.",
    columns: [
      textColumn("Wait for"),
      ...["Jobs", "Mean recorded", "Mean simulated", "Part of all waits", "Adds"].map(numberColumn),
    ],
    rows: fitted.causes
      .filter(({ jobs }) => jobs > 0)
      .map(({ cause, jobs, meanWaitMs, meanPartMs, differenceMs }) => [
        CAUSE_WORDS[cause],
        formatCount(jobs),
        time(meanWaitMs.recorded),
        time(meanWaitMs.simulated),
        cause === "none" ? MISSING : formatDuration(meanPartMs),
        signedTime(differenceMs),
      ]),
  };
}

/** Container starts, where they were recorded. */
export function startsTable({ name, asGiven, fitted }: CalibratedRun): Table {
  const { pull } = fitted;
  const before = asGiven.pull;
  return {
    title: `Container starts: ${name}`,
    caption: "",
    columns: [textColumn("Start"), ...["Recorded", "As given", "", "Fitted", ""].map(numberColumn)],
    rows:
      pull === null || before === null
        ? []
        : pull.quantiles.map((after, index) => [
            `p${Math.round(after.probability * 100)}`,
            time(after.recorded),
            time(before.quantiles[index]!.simulated),
            relative(before.quantiles[index]!),
            time(after.simulated),
            relative(after),
          ]),
  };
}

/** Names of jobs with the largest errors. */
export function groupsTable({ name, fitted }: CalibratedRun): Table {
  return {
    title: `Names with the largest errors: ${name}, fitted`,
    caption: "",
    columns: [
      textColumn("Name"),
      textColumn("Queue"),
      ...["Jobs", "Median recorded", "simulated", "Mean recorded", "simulated", "Adds"].map(numberColumn),
    ],
    rows: fitted.groups.map((group) => [
      group.name,
      group.queue,
      formatCount(group.jobs),
      time(group.medianMs.recorded),
      time(group.medianMs.simulated),
      time(group.meanMs.recorded),
      time(group.meanMs.simulated),
      signedTime(group.differenceMs),
    ]),
  };
}

/** The figures of one quantile. Only of those that a comparison has. */
export function quantileOf({ quantiles }: WaitComparison, probability: number): Compared {
  return quantiles.find((quantile) => quantile.probability === probability)!;
}

/** "+12 %"; where the record says 0 there is no ratio. */
function relative({ simulated, recorded }: Compared): string {
  if (recorded === null || (recorded === 0 && simulated !== 0)) return MISSING;
  return recorded === 0 ? formatPercent(0) : formatSignedPercent(simulated / recorded - 1);
}

function correlation({ rankCorrelation }: WaitComparison): string {
  return rankCorrelation === null ? MISSING : formatCount(rankCorrelation, 2);
}

function time(ms: number | null): string {
  return ms === null ? MISSING : formatDuration(ms);
}

function signedTime(ms: number): string {
  return `${ms < 0 ? "-" : ms > 0 ? "+" : ""}${formatDuration(Math.abs(ms))}`;
}
