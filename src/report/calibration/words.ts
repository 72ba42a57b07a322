// A calibration in sentences: how near the replay comes, where the rest comes from, and what cannot be told. The figures are
// those of the tables.

import type {
  CalibratedRun,
  Calibration,
  CauseComparison,
  Compared,
  SampleSummary,
  WaitComparison,
} from "../../model/calibration.js";
import { formatCount, formatCounted, formatDuration, formatPercent, formatUsd } from "../format.js";
import { quantileOf } from "./tables.js";

/** Up to here the replay stands for the recorded system: what compares strategies is usually further apart. */
const GOOD_FIT = 1.25;
/** Up to here it stands for it roughly. */
const ROUGH_FIT = 2;
/** Runs whose factors differ by less explain the waits alike. */
const CLEARLY_WORSE = 1.05;
/** A difference of less is none to mention. */
const NO_DIFFERENCE = 0.03;
/** A fleet that is this much larger or smaller explains waits better than any delay. */
const OTHER_FLEET = 0.1;
/** A rank correlation below this says little about which job waits. */
const WEAK_CORRELATION = 0.5;
/** Where so many of the jobs come near, the others do not make the picture. */
const MOST_JOBS = 0.75;

/** Which jobs are compared, and which are not and why. */
export function sampleLine({ jobs, compared, withoutWait, dependent, withPull, grainMs }: SampleSummary): string {
  const left = [
    ...(withoutWait > 0 ? [`${formatCount(withoutWait)} have no recorded wait`] : []),
    ...(dependent > 0 ? [`${formatCount(dependent)} also waited for other jobs`] : []),
  ];
  const parts = [
    `${formatCount(compared)} of ${formatCounted(jobs, "job")} compared`,
    ...(left.length > 0 ? [left.join(", ")] : []),
    withPull > 0 ? `${formatCount(withPull)} have a recorded container start` : "no container starts recorded",
    `recorded waits are in whole ${grainMs > 1_000 ? "minutes" : "seconds or finer"}`,
  ];
  return parts.join("; ");
}

/** The sentences about one run. */
export function runSentences(run: CalibratedRun): string[] {
  return [
    waitSentence(run),
    fitSentence(run),
    foretoldSentence(run),
    jobSentence(run),
    ...causeSentence(run),
    ...fleetSentences(run),
    ...delaySentences(run),
    ...moneySentences(run),
  ];
}

/** Which run explains the waits best, where there are several. */
export function bestRunSentence({ runs }: Calibration): string[] {
  const [best, next] = runs;
  if (best === undefined || next === undefined) return [];
  const factor = ({ name, fitted }: CalibratedRun) => `${name} by a factor of ${formatCount(fitted.wait.offBy, 2)}`;
  const isClear = next.fitted.wait.offBy > best.fitted.wait.offBy * CLEARLY_WORSE;
  return [
    `Of ${formatCounted(runs.length, "run")} ${best.name} comes nearest${isClear ? "" : `, ${next.name} hardly less`}: quantiles are ` +
      `typically off under ${runs.map(factor).join(", ")}.`,
  ];
}

function waitSentence({ fitted }: CalibratedRun): string {
  const at = (probability: number) => compareWords(quantileOf(fitted.wait, probability));
  return `Simulated waits are ${at(0.5)} at the median and ${at(0.95)} at the 95th percentile.`;
}

/** "12 % shorter than recorded (4 min against 4 min 33 s)". */
function compareWords({ simulated, recorded }: Compared): string {
  const figures = `(${formatDuration(simulated)} against ${formatDuration(recorded ?? 0)})`;
  if (recorded === null || recorded === simulated) return `as long as recorded ${figures}`;
  if (recorded === 0) return `longer than recorded ${figures}`;
  const share = simulated / recorded - 1;
  if (Math.abs(share) <= NO_DIFFERENCE) return `as long as recorded ${figures}`;
  return share > 1
    ? `${formatCount(simulated / recorded, 1)} times as long as recorded ${figures}`
    : `${formatPercent(Math.abs(share))} ${share < 0 ? "shorter" : "longer"} than recorded ${figures}`;
}

function fitSentence({ asGiven, fitted }: CalibratedRun): string {
  const { offBy } = fitted.wait;
  const factors =
    `As given, a quantile of the waits is typically off by a factor of ${formatCount(asGiven.wait.offBy, 2)}; fitted, ` +
    `by ${formatCount(offBy, 2)}.`;
  const missing =
    "what is missing is not a delay but the size of the fleet, the order of the queue, or something that the trace does not record.";
  if (offBy > ROUGH_FIT) return `${factors} The replay does not explain the recorded waits: ${missing}`;
  if (missesJobs(fitted.wait)) {
    return `${factors} The quantiles come near, the jobs do not: in the replay it is others that wait long, so ${missing}`;
  }
  return offBy <= GOOD_FIT
    ? `${factors} The replay stands for the recorded system.`
    : `${factors} The replay stands for the recorded system roughly: trust differences between strategies, not waits.`;
}

/** Whether the replay makes other jobs wait than the record says. Where all wait alike, ranks are chance. */
function missesJobs({ near, rankCorrelation }: WaitComparison): boolean {
  return near < MOST_JOBS && rankCorrelation !== null && rankCorrelation < WEAK_CORRELATION;
}

/** Whether a fit holds for jobs that it did not see. */
function foretoldSentence({ secondHalf: { asGiven, foretold } }: CalibratedRun): string {
  const factor = (offBy: number) => `by a factor of ${formatCount(offBy, 2)}`;
  const found = `Fitted on the earlier half of the jobs alone, the later half is off ${factor(foretold.offBy)}`;
  if (foretold.offBy > asGiven.offBy) {
    return `${found}, as given ${factor(asGiven.offBy)}: what explains the one half does not explain the other, so do not rely on the fit for other jobs.`;
  }
  return `${found}, as given ${factor(asGiven.offBy)}: the fit helps with jobs that it did not see.`;
}

function jobSentence({ fitted: { wait } }: CalibratedRun): string {
  const near = `Job by job, ${formatPercent(wait.near)} of the simulated waits are within a factor of two or 10 s of the recorded ones`;
  if (wait.rankCorrelation === null) return `${near}.`;
  const ranks = `${near}; the rank correlation is ${formatCount(wait.rankCorrelation, 2)}`;
  if (missesJobs(wait)) return `${ranks}: which jobs wait long is mostly not reproduced.`;
  return wait.rankCorrelation < WEAK_CORRELATION ? `${ranks}.` : `${ranks}: which jobs wait long is reproduced.`;
}

const WHO: Readonly<Record<CauseComparison["cause"], string>> = {
  none: "start at once in the replay",
  scheduling: "wait mainly for the next decision in the replay",
  capacity: "wait mainly for room in the replay",
  boot: "wait mainly for their instance in the replay",
  start: "wait mainly for their container's start in the replay",
};

function causeSentence({ fitted }: CalibratedRun): string[] {
  const { mean } = fitted.wait;
  const worst = fitted.causes.reduce((a, b) => (Math.abs(b.differenceMs) > Math.abs(a.differenceMs) ? b : a));
  const off = mean.simulated - (mean.recorded ?? mean.simulated);
  if (worst.differenceMs === 0 || Math.abs(off) <= NO_DIFFERENCE * (mean.recorded ?? 0)) return [];
  return [
    `The mean wait is ${formatDuration(Math.abs(off))} too ${off < 0 ? "short" : "long"}. Most of the error is with the ` +
      `${formatCounted(worst.jobs, "job")} that ${WHO[worst.cause]}: they waited ${formatDuration(worst.meanWaitMs.recorded ?? 0)} ` +
      `on average, simulated ${formatDuration(worst.meanWaitMs.simulated)}.`,
  ];
}

function fleetSentences({ fitted: { peakVcpus, makespanMs } }: CalibratedRun): string[] {
  const { simulated, recorded } = peakVcpus;
  if (recorded === null)
    return ["Recorded submissions were replaced by dependencies: how much ran at once is not compared."];
  const peaks = `At the most ${formatCount(recorded)} vCPUs were in use at once, in the replay ${formatCount(simulated)}`;
  const span = `The recorded jobs took ${formatDuration(makespanMs.recorded ?? 0)} in all, the simulated ones ${formatDuration(makespanMs.simulated)}.`;
  if (simulated > recorded * (1 + OTHER_FLEET)) {
    return [`${peaks}: the recorded fleet was smaller, or grew more slowly, than the scenario's.`, span];
  }
  if (simulated < recorded * (1 - OTHER_FLEET)) {
    return [`${peaks}: the recorded fleet was larger, or grew faster, than the scenario's.`, span];
  }
  return [`${peaks}.`, span];
}

function delaySentences({ delays }: CalibratedRun): string[] {
  const kept = delays.filter(({ basis }) => basis === "kept").map(({ delay, reason }) => `${delay} (${reason})`);
  const vague = delays.filter(({ determined }) => determined === false).map(({ delay }) => delay);
  const one = vague.length === 1;
  return [
    ...(kept.length > 0 ? [`Not fitted: ${kept.join("; ")}.`] : []),
    ...(vague.length > 0
      ? [
          `${vague.join(" and ")} ${one ? "is" : "are"} not determined by these waits: half or twice of ${one ? "it" : "each"} fits about as well.`,
        ]
      : []),
  ];
}

function moneySentences({ fitted: { instanceHours, costMicroUsd } }: CalibratedRun): string[] {
  const hours = `${formatCount(instanceHours.simulated, 1)} instance-hours`;
  const unknown = [
    ...(instanceHours.recorded === null ? [`${hours} (--instance-hours)`] : []),
    ...(costMicroUsd.recorded === null && costMicroUsd.simulated > 0
      ? [`a cost of ${formatUsd(costMicroUsd.simulated)} (--bill)`]
      : []),
  ];
  const known = [
    ...(instanceHours.recorded === null
      ? []
      : [
          `The replay takes ${hours}, ${than(instanceHours)} the ${formatCount(instanceHours.recorded, 1)} of the record.`,
        ]),
    ...(costMicroUsd.recorded === null
      ? []
      : [
          `It costs ${formatUsd(costMicroUsd.simulated)}, ${than(costMicroUsd)} the bill of ${formatUsd(costMicroUsd.recorded)}.`,
        ]),
  ];
  if (unknown.length === 0) return known;
  return [...known, `The replay comes to ${unknown.join(" and ")}: the trace does not say what it was.`];
}

function than({ simulated, recorded }: Compared): string {
  const share = recorded === null || recorded === 0 ? 0 : simulated / recorded - 1;
  if (Math.abs(share) <= NO_DIFFERENCE) return "about";
  return `${formatPercent(Math.abs(share))} ${share < 0 ? "less" : "more"} than`;
}
