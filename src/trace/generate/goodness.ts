// How much a generated trace is like its original: Kolmogorov-Smirnov distances of what jobs are, and figures of when they
// come. Submissions are SubmitJob calls: an array job is one.

import { MILLI, MS_PER_SECOND } from "../../base/units.js";
import type { Workload } from "../../model/job.js";
import type { ArrivalFigure, GoodnessOfFit, MarginalFit, Verdict } from "../../model/trace-fit.js";
import { indexOfDispersion, REPORTED_BINS } from "../transform/dispersion.js";
import { connectedJobs, unitOfJob } from "../transform/unit-groups.js";
import type { SealedTrace } from "../workload-builder.js";
import { autocorrelation, hourlyCounts, kolmogorovSmirnov, sortedQuantile } from "./statistics.js";

/** Distances that are called good and fair: at no value do the two traces differ by more than 5 or 10 % of the jobs. */
const GOOD_DISTANCE = 0.05;
const FAIR_DISTANCE = 0.1;
/** Ratios of two indices of dispersion that are called good and fair. */
const GOOD_RATIO = 1.2;
const FAIR_RATIO = 1.5;
/** The same for differences of two autocorrelations. */
const GOOD_DIFFERENCE = 0.1;
const FAIR_DIFFERENCE = 0.2;
/** And for differences of two shares. */
const GOOD_SHARE = 0.01;
const FAIR_SHARE = 0.03;

const LAGS_H: readonly number[] = [1, 24, 168];
/** Two samples of one distribution are further apart than this over the root of their size in 5 % of all cases. */
const KS_FIVE_PER_CENT = 1.358;

/** Compares two traces, neither of them empty. */
export function goodnessOfFit(original: SealedTrace, generated: SealedTrace): GoodnessOfFit {
  const marginals = MARGINALS.flatMap(({ name, unit, of }) => marginalFit(name, unit, of(original), of(generated)));
  return { marginals, arrivals: arrivalFigures(original, generated) };
}

interface Marginal {
  readonly name: string;
  readonly unit: string;
  readonly of: (trace: SealedTrace) => Float64Array;
}

const MARGINALS: readonly Marginal[] = [
  { name: "time between submissions", unit: "x mean", of: relativeGaps },
  { name: "run time", unit: "s", of: ({ profiles }) => profiles.runtimeMs.map((ms) => ms / MS_PER_SECOND) },
  { name: "vCPUs", unit: "", of: (trace) => perJob(trace, ({ vcpuMilli }) => vcpuMilli / MILLI) },
  { name: "memory", unit: "MiB", of: (trace) => perJob(trace, ({ memoryMib }) => memoryMib) },
  { name: "vCPU-seconds", unit: "", of: vcpuSeconds },
  { name: "array size", unit: "", of: ({ workload }) => arraySizes(workload) },
  { name: "jobs of a workflow", unit: "", of: ({ workload }) => workflowSizes(workload) },
];

/** Nothing when neither trace has any such value but 0; where one alone has them the two have nothing in common. */
function marginalFit(name: string, unit: string, original: Float64Array, generated: Float64Array): MarginalFit[] {
  if (!original.some((value) => value > 0) && !generated.some((value) => value > 0)) return [];
  const isOneSided = original.length === 0 || generated.length === 0;
  original.sort();
  generated.sort();
  const distance = isOneSided ? 1 : kolmogorovSmirnov(original, generated);
  const chance = KS_FIVE_PER_CENT * Math.sqrt(1 / original.length + 1 / generated.length);
  const noise = isOneSided ? 0 : Math.min(1, chance);
  const figures = (values: Float64Array) => ({
    count: values.length,
    median: values.length === 0 ? 0 : sortedQuantile(values, 0.5),
    p95: values.length === 0 ? 0 : sortedQuantile(values, 0.95),
  });
  const isUntold = noise > FAIR_DISTANCE && distance <= noise;
  const verdict = isUntold ? "too few" : verdictOf(distance, Math.max(GOOD_DISTANCE, noise), FAIR_DISTANCE);
  return [{ name, unit, original: figures(original), generated: figures(generated), distance, noise, verdict }];
}

function verdictOf(distance: number, good: number, fair: number): Verdict {
  if (distance <= good) return "good";
  return distance <= fair ? "fair" : "poor";
}

/** Instants of submissions, ascending from 0. */
function submissions({ workload }: SealedTrace): Float64Array {
  const { arrays, submitMs } = workload;
  if (arrays.count === 0) return submitMs;
  const seen = new Uint8Array(arrays.count);
  return submitMs.filter((_, job) => {
    const unit = unitOfJob(workload, job);
    if (unit >= arrays.count) return true;
    const isFirst = seen[unit] === 0;
    seen[unit] = 1;
    return isFirst;
  });
}

function relativeGaps(trace: SealedTrace): Float64Array {
  const instants = submissions(trace);
  const gaps = new Float64Array(Math.max(0, instants.length - 1));
  const mean = gaps.length === 0 ? 0 : instants.at(-1)! / gaps.length;
  if (mean === 0) return gaps;
  for (let i = 0; i < gaps.length; i++) gaps[i] = (instants[i + 1]! - instants[i]!) / mean;
  return gaps;
}

function perJob({ workload }: SealedTrace, of: (shape: Workload["shapes"][number]) => number): Float64Array {
  const values = workload.classes.map(({ shape }) => of(workload.shapes[shape]!));
  return Float64Array.from(workload.jobClass, (index) => values[index]!);
}

function vcpuSeconds(trace: SealedTrace): Float64Array {
  const vcpus = perJob(trace, ({ vcpuMilli }) => vcpuMilli / MILLI);
  return vcpus.map((amount, job) => (amount * trace.profiles.runtimeMs[job]!) / MS_PER_SECOND);
}

function arraySizes({ arrays }: Workload): Float64Array {
  return Float64Array.from({ length: arrays.count }, (_, array) => arrays.starts[array + 1]! - arrays.starts[array]!);
}

/** Jobs that wait for each other, directly or not. */
function workflowSizes(workload: Workload): Float64Array {
  const { dependencies, arrays } = workload;
  if (dependencies.count === 0) return new Float64Array(0);
  const groups = connectedJobs(workload);
  const withEdges = new Set<number>();
  for (const unit of dependencies.dependent) {
    const job = unit < arrays.count ? arrays.children[arrays.starts[unit]!]! : unit - arrays.count;
    withEdges.add(groups.ofJob[job]!);
  }
  return Float64Array.from(withEdges, (group) => groups.starts[group + 1]! - groups.starts[group]!);
}

function arrivalFigures(original: SealedTrace, generated: SealedTrace): ArrivalFigure[] {
  const [before, after] = [submissions(original), submissions(generated)];
  const [hoursBefore, hoursAfter] = [hourlyCounts(before), hourlyCounts(after)];
  const dispersions = REPORTED_BINS.map(({ name, ms }) => {
    const [a, b] = [indexOfDispersion(before, ms), indexOfDispersion(after, ms)];
    const ratio = Math.max(a, b) / Math.min(a, b);
    return figure(`index of dispersion, ${name}`, a, b, verdictOf(ratio, GOOD_RATIO, FAIR_RATIO));
  });
  const correlations = LAGS_H.map((lag) => {
    const [a, b] = [autocorrelation(hoursBefore, lag), autocorrelation(hoursAfter, lag)];
    const verdict = verdictOf(Math.abs(a - b), GOOD_DIFFERENCE, FAIR_DIFFERENCE);
    return figure(`autocorrelation per hour, ${lag} h`, a, b, verdict);
  });
  const [failedBefore, failedAfter] = [failedShare(original), failedShare(generated)];
  const failures = verdictOf(Math.abs(failedBefore - failedAfter), GOOD_SHARE, FAIR_SHARE);
  return [...dispersions, ...correlations, figure("share of jobs that fail", failedBefore, failedAfter, failures)];
}

/** A figure that one of the traces is too short for has no verdict. */
function figure(name: string, original: number, generated: number, verdict: Verdict): ArrivalFigure {
  const known = (value: number) => (Number.isFinite(value) ? value : null);
  const isKnown = known(original) !== null && known(generated) !== null;
  return { name, original: known(original), generated: known(generated), verdict: isKnown ? verdict : null };
}

function failedShare({ workload, profiles }: SealedTrace): number {
  const fails = profiles.scripts.map((script) => script.at(-1)!.exitCode !== 0);
  let failed = 0;
  for (const script of profiles.script) if (script >= 0 && fails[script]!) failed++;
  return failed / workload.jobCount;
}
