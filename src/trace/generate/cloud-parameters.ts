// Parameters of the cloud model, with the reason of each default. They describe no particular account: a trace of the
// user's own is always the better start (`like`).

import type { ParameterTable } from "./parameters.js";

const SHARE = { min: 0, max: 1 };
/** Exponents near 0 have no mean worth the name, beyond 10 there is no tail left. */
const EXPONENT = { min: 0.1, max: 10 };

export const CLOUD_PARAMETERS = {
  days: { default: 7, min: 0.001, max: 3_650, meaning: "days in which sessions begin; a week shows both cycles" },
  dailyCycle: {
    ...SHARE,
    default: 0.6,
    meaning: "swing of the rate over the day; 0: flat, 1: from nothing to twice the mean",
  },
  peakHour: { min: 0, max: 23.999, default: 14, meaning: "hour of the day with the highest rate; office hours" },
  weekendFactor: {
    min: 0,
    max: 100,
    default: 0.4,
    meaning: "rate on Saturday and Sunday, of that on other days; people rest, pipelines do not",
  },
  sessionRequests: {
    min: 1,
    max: 10_000,
    default: 4,
    meaning: "mean number of SubmitJob calls or workflows in a session of one user or pipeline (geometric)",
  },
  thinkSeconds: {
    min: 0,
    max: 86_400,
    default: 20,
    meaning: "median time between two calls of a session, s: scripts in a loop and people in between",
  },
  thinkSigma: {
    min: 0,
    max: 4,
    default: 1.5,
    meaning: "sigma of the lognormal of that time; 1.5: a tenth are seven times the median",
  },
  kinds: {
    min: 1,
    max: 100_000,
    isWhole: true,
    default: 50,
    meaning: "number of job names, each with its own shape and median run time",
  },
  kindZipf: {
    min: 0,
    max: 5,
    default: 1,
    meaning: "exponent of the popularity of names: the n-th is chosen with weight n^-kindZipf",
  },
  arrayShare: { ...SHARE, default: 0.1, meaning: "share of calls that submit an array job" },
  arrayExponent: {
    ...EXPONENT,
    default: 1,
    meaning: "tail exponent of array sizes; 1: each decade of sizes has as many children in all",
  },
  arrayMost: { min: 2, max: 10_000, isWhole: true, default: 10_000, meaning: "largest array; AWS Batch's limit" },
  workflowShare: {
    ...SHARE,
    default: 0.05,
    meaning: "share of calls that submit a workflow: prepare, then stages of fan-out (an array) and fan-in",
  },
  workflowStages: { min: 1, max: 100, default: 2, meaning: "mean number of stages of a workflow (geometric)" },
  workflowWidthMost: {
    min: 2,
    max: 10_000,
    isWhole: true,
    default: 200,
    meaning: "largest fan-out of a workflow; its tail exponent is arrayExponent",
  },
  runtimeMedian: {
    min: 0.001,
    max: 1e6,
    default: 300,
    meaning: "median over names of their median run times, s: five minutes, between a call per file and a training run",
  },
  kindSigma: {
    min: 0,
    max: 4,
    default: 1.3,
    meaning: "sigma of the lognormal of the names' medians; 1.3: names differ by a factor of 30 between p10 and p90",
  },
  runtimeSigma: {
    min: 0,
    max: 4,
    default: 0.4,
    meaning: "sigma of the lognormal body of run times of one name; jobs of one name are alike",
  },
  tailShare: {
    ...SHARE,
    default: 0.03,
    meaning: "share of jobs in the Pareto tail, which begins two sigma above the name's median",
  },
  tailExponent: {
    ...EXPONENT,
    default: 1.3,
    meaning: "exponent of the tail; between 1 and 2 as measured of process life times (Harchol-Balter and Downey 1997)",
  },
  runtimeMost: {
    min: 1,
    max: 315_360_000,
    default: 172_800,
    meaning: "run times above are cut to it, s: two days, when most people set a timeout",
  },
  vcpusMost: { min: 1, max: 1_024, default: 32, meaning: "largest request, vCPUs; requests are powers of two" },
  vcpusDecay: {
    min: 0.001,
    max: 1,
    default: 0.5,
    meaning: "how common a request is compared with the next smaller one",
  },
  gpuShare: { ...SHARE, default: 0.04, meaning: "share of names whose jobs ask for one GPU" },
  failureShare: {
    ...SHARE,
    default: 0.03,
    meaning: "share of jobs that fail; those of workflows are tried once more and succeed",
  },
  oomShare: {
    ...SHARE,
    default: 0.3,
    meaning: "share of failures with exit code 137 (out of memory); the others exit with 1",
  },
} as const satisfies ParameterTable;

export type CloudParameter = keyof typeof CLOUD_PARAMETERS;
