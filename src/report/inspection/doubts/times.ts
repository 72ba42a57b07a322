// Doubts about times: zones, clocks, run times, waits, failures.

import { MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE } from "../../../base/units.js";
import type { TimeDistribution } from "../../../model/trace-inspection.js";
import { formatCount, formatDuration, formatPercent } from "../../format.js";
import { countOf, type Doubt, doubt, partOf, sentence, shareOf } from "./doubt.js";

export const submitIsStart: Doubt = ({ records }) => {
  const count = countOf(records.adjusted, "submit-is-start");
  return count === 0
    ? undefined
    : doubt(
        "serious",
        "submit-is-start",
        `The trace does not tell when ${partOf(count, records.accepted, "jobs")} were submitted: their start is taken. The ` +
          "old system's queue has already smoothed these arrivals, so waits come out too short and peaks too low.",
        "Take a trace with times of submission if there is one.",
      );
};

export const noDates: Doubt = ({ arrivals, jobs }) =>
  arrivals.isDated || jobs === 0
    ? undefined
    : doubt(
        "note",
        "no-dates",
        "Times count from an origin of the trace's own: weekdays and hours of the day are unknown, and so is which spot " +
          "prices were valid.",
      );

export const changedClocks: Doubt = ({ records, arrivals }) => {
  const count = countOf(records.adjusted, "ambiguous-time") + countOf(records.adjusted, "skipped-time");
  return count === 0
    ? undefined
    : doubt(
        "doubt",
        "changed-clocks",
        `${formatCount(count)} local times lie in an hour in which the clocks of ${arrivals.zone} were changed, and may be ` +
          "an hour off.",
        "Check --time-zone; many such times mean that it is another one.",
      );
};

/** From here on the resolution decides how bursts look. */
export const roundedSubmits: Doubt = ({ arrivals }) => {
  const { roundedToMs } = arrivals;
  return roundedToMs === null
    ? undefined
    : doubt(
        roundedToMs >= MS_PER_HOUR ? "serious" : roundedToMs > MS_PER_MINUTE ? "doubt" : "note",
        "rounded-submits",
        `Submissions lie at whole ${unitWord(roundedToMs)}: the order within is lost, and jobs seem to come in bursts.`,
        "If the times were rounded on export, export them exactly.",
      );
};

function unitWord(ms: number): string {
  if (ms === MS_PER_DAY) return "days";
  if (ms === MS_PER_HOUR) return "hours";
  return ms === MS_PER_MINUTE ? "minutes" : "quarters of an hour";
}

/** As much at one instant: more than a script's loop would submit in a second on an ordinary day. */
const BURST_SHARE = 0.25;
/** Fewer jobs are alike by chance. */
const FEWEST_JOBS = 20;

export const oneInstant: Doubt = ({ arrivals, jobs }) => {
  const { largestBurst } = arrivals;
  if (jobs < FEWEST_JOBS || shareOf(largestBurst, jobs) < BURST_SHARE) return undefined;
  return doubt(
    "doubt",
    "one-instant",
    `${sentence(partOf(largestBurst, jobs, "jobs"))} were submitted at one instant: waits will be those of this one burst.`,
    "Right for an array or a workflow; if the export lost the times, take another source.",
  );
};

/** Less tells nothing about the daily and weekly cycle. */
const SHORT_MS = 7 * MS_PER_DAY;

export const shortSpan: Doubt = ({ arrivals, jobs }) =>
  jobs === 0 || arrivals.instants === 1 || arrivals.spanMs >= SHORT_MS
    ? undefined
    : doubt(
        "note",
        "short-span",
        `Submissions span ${formatDuration(arrivals.spanMs)}: less than a week tells little about weekdays and weekends.`,
      );

/** A pause as long as this is an outage or a missing file rather than a quiet night; a weekend is shorter. */
const LONG_GAP_MS = 4 * MS_PER_DAY;
/** In a short trace a pause may also be long for its share of the span, if it is more than a night. */
const LONG_GAP_SHARE = 0.25;
const NIGHT_MS = MS_PER_DAY / 2;

export const longGap: Doubt = ({ arrivals }) => {
  const { longestGapMs, spanMs } = arrivals;
  const isLong = longestGapMs >= LONG_GAP_MS || (longestGapMs >= NIGHT_MS && longestGapMs >= LONG_GAP_SHARE * spanMs);
  return isLong
    ? doubt(
        "doubt",
        "long-gap",
        `For ${formatDuration(longestGapMs)} (${formatPercent(longestGapMs / spanMs)} of the span) nothing was submitted.`,
        "Check whether a file is missing; fleets are empty for so long in a replay too.",
      )
    : undefined;
};

export const roundedRuntimes: Doubt = ({ runtimes }) => roundedTimes("rounded-runtimes", "Run times", runtimes);

export const roundedWaits: Doubt = ({ waits }) => roundedTimes("rounded-waits", "Recorded waits", waits);

function roundedTimes(code: string, what: string, { roundedToMs }: TimeDistribution) {
  return roundedToMs === null
    ? undefined
    : doubt(
        "doubt",
        code,
        `${what} lie at whole ${unitWord(roundedToMs)}: shorter differences cannot be told, and 0 s may be anything below.`,
        "If the times were rounded on export, export them exactly.",
      );
}

const MANY_ZEROS = 0.5;
const SOME_ZEROS = 0.01;

export const ranZero: Doubt = ({ runtimes, jobs }) => {
  const share = shareOf(runtimes.zero, jobs);
  if (runtimes.zero === 0) return undefined;
  return doubt(
    share > MANY_ZEROS ? "serious" : share >= SOME_ZEROS ? "doubt" : "note",
    "ran-zero",
    `${sentence(partOf(runtimes.zero, jobs, "jobs"))} ran for exactly 0 s. They started, so they are replayed; they cost ` +
      "next to nothing, whatever they did.",
    share > MANY_ZEROS ? "Check that the run time's column and unit are the right ones." : "",
  );
};

export const sameRuntime: Doubt = ({ runtimes, jobs }) => {
  const [p25, p75] = [0.25, 0.75].map((p) => runtimes.quantilesMs.find((row) => row.p === p)?.ms);
  if (jobs < FEWEST_JOBS || p25 === undefined || p25 !== p75 || p25 === 0) return undefined;
  return doubt(
    "doubt",
    "same-runtime",
    `At least half of the jobs ran for exactly ${formatDuration(p25)}: this may be a limit, a default or a sleep.`,
    "Check that it is a measured time.",
  );
};

/** A handful of jobs this heavy decides the cost. */
const HEAVY_SHARE = 0.5;
const FEWEST_FOR_TAIL = 100;

export const heavyTail: Doubt = ({ work, jobs }) =>
  jobs < FEWEST_FOR_TAIL || work.largestPercentShare < HEAVY_SHARE
    ? undefined
    : doubt(
        "note",
        "heavy-tail",
        `The largest 1 % of the jobs have ${formatPercent(work.largestPercentShare)} of all ` +
          `${work.unit === "vcpu-hours" ? "vCPU-hours" : "hours"}: few jobs decide cost and waits, and a sample or ` +
          "another month may look quite different.",
      );

const MANY_FAILURES = 0.25;
const SOME_FAILURES = 0.05;

export const failures: Doubt = ({ failures: found, jobs }) => {
  if (jobs === 0) return undefined;
  if (!found.known) {
    return doubt("note", "endings-unknown", "The trace does not tell how jobs ended: all are replayed as successes.");
  }
  const share = shareOf(found.failedAttempts, found.attempts);
  if (share < SOME_FAILURES) return undefined;
  return doubt(
    share >= MANY_FAILURES ? "serious" : "doubt",
    "failures",
    `${sentence(partOf(found.failedAttempts, found.attempts, "attempts"))} failed. They are replayed as recorded, and paid for.`,
    "The tables of failures tell which; what will not fail again should be filtered out before planning.",
  );
};

export const unknownExitCodes: Doubt = ({ records }) => {
  const count = countOf(records.adjusted, "failed-without-exit-code");
  return count === 0
    ? undefined
    : doubt(
        "note",
        "unknown-exit-codes",
        `${sentence(partOf(count, records.accepted, "accepted rows"))} failed without an exit code: 1 stands for it, so ` +
          "retry rules on exit codes cannot tell these failures apart.",
      );
};

export const recordedWaits: Doubt = ({ waits, jobs, records }) => {
  if (jobs === 0 || countOf(records.adjusted, "submit-is-start") > 0) return undefined;
  if (waits.count === 0) {
    return doubt("note", "no-waits", "The trace has no recorded waits: a replay cannot be calibrated against it.");
  }
  return allZero(waits)
    ? doubt(
        "doubt",
        "zero-waits",
        "Every recorded wait is 0 s: the times of submission are probably those of the start.",
      )
    : undefined;
};

function allZero(distribution: TimeDistribution): boolean {
  return distribution.zero === distribution.count;
}
