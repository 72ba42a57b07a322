// Parameters of the model of Lublin and Feitelson, with the values of the authors' program (lublin99.c, Parallel Workloads
// Archive): one set for all jobs together, and one each for batch and interactive jobs.

import { MS_PER_DAY, MS_PER_SECOND } from "../../base/units.js";
import type { Parameter, ParameterTable } from "./parameters.js";

/** Parameters that each kind of job has its own of. */
const OF_A_KIND = [
  ...(["serialProb", "pow2Prob", "uLow", "uMed", "uHi", "uProb"] as const),
  ...(["a1", "b1", "a2", "b2", "pa", "pb"] as const),
  ...(["aarr", "barr", "anum", "bnum", "arar"] as const),
] as const;
export type KindParameter = (typeof OF_A_KIND)[number];

/** Shapes and scales are positive; beyond these a logarithm of seconds would be none of a job. */
const GAMMA = { min: 1e-6, max: 1e6 };
const SHARE = { min: 0, max: 1 };
/** 2 to the power 20 processors are more than AWS Batch runs jobs on. */
const LOG2 = { min: 0, max: 20 };

const RANGES: Readonly<Record<KindParameter, Omit<Parameter, "default">>> = {
  serialProb: { ...SHARE, meaning: "share of serial jobs" },
  pow2Prob: { ...SHARE, meaning: "share of parallel jobs whose size is a power of two, of all jobs" },
  uLow: { ...LOG2, meaning: "log2 of the smallest parallel size" },
  uMed: { ...LOG2, meaning: "log2 of the size where the density of sizes changes" },
  uHi: { ...LOG2, meaning: "log2 of the largest size: of the machine" },
  uProb: { ...SHARE, meaning: "share of parallel jobs with sizes between uLow and uMed" },
  a1: { ...GAMMA, meaning: "shape of the first gamma of ln(run time in s): short jobs" },
  b1: { ...GAMMA, meaning: "scale of the first gamma of ln(run time in s)" },
  a2: { ...GAMMA, meaning: "shape of the second gamma of ln(run time in s): long jobs" },
  b2: { ...GAMMA, meaning: "scale of the second gamma of ln(run time in s)" },
  pa: {
    min: -1,
    max: 1,
    meaning: "change of the first gamma's share with each processor; negative: larger jobs run longer",
  },
  pb: { min: -1e6, max: 1e6, meaning: "share of the first gamma at size 0; pa * size + pb is kept within 0 and 1" },
  aarr: { ...GAMMA, meaning: "shape of the gamma of ln(time between arrivals in s) in the busy hours" },
  barr: { ...GAMMA, meaning: "scale of the gamma of ln(time between arrivals in s)" },
  anum: { ...GAMMA, meaning: "shape of the gamma that weighs the 48 half-hours of the day" },
  bnum: { ...GAMMA, meaning: "scale of the gamma that weighs the half-hours, in half-hours" },
  arar: { min: 1e-3, max: 1e3, meaning: "arrive-rush-all ratio: aarr times this holds for all hours" },
};

/** In the order of OF_A_KIND. */
const PUBLISHED = {
  "": [
    ...[0.244, 0.576, 0.8, 4.5, 7, 0.86],
    ...[4.2, 0.94, 312, 0.03, -0.0054, 0.78],
    ...[10.2303, 0.4871, 8.1737, 3.9631, 1.0225],
  ],
  "batch.": [
    ...[0.2927, 0.6686, 1.2, 5, 7, 0.875],
    ...[6.57, 0.823, 639.1, 0.0156, -0.003, 0.6986],
    ...[6.0415, 0.8531, 6.1271, 5.274, 1.0519],
  ],
  "interactive.": [
    ...[0.1541, 0.625, 1, 3, 5.5, 0.705],
    ...[3.8351, 0.6605, 7.073, 0.6856, -0.0118, 0.9156],
    ...[6.551, 0.6621, 8.9186, 3.668, 0.9797],
  ],
} as const;
export type KindPrefix = keyof typeof PUBLISHED;

const KIND_TEXT: Readonly<Record<KindPrefix, string>> = {
  "": "",
  "batch.": "batch jobs: ",
  "interactive.": "interactive jobs: ",
};

/** Parameters that all jobs share. The first four are constants of the authors' program, the others translate to AWS. */
const COMMON = {
  types: {
    default: 0,
    min: 0,
    max: 1,
    isWhole: true,
    meaning: "1: batch and interactive jobs, each with its own set; 0: one set",
  },
  maxLnRuntime: {
    default: 12,
    min: 0,
    max: 19,
    meaning: "ln of the longest run time in s; longer ones are drawn again (45 h)",
  },
  maxLnInterarrival: {
    default: 13,
    min: 0,
    max: 19,
    meaning: "ln of the longest time between arrivals in s, in busy hours (5 days)",
  },
  cycleStart: {
    default: 11,
    min: 1,
    max: 48,
    isWhole: true,
    meaning: "half-hour, counted from 1 at midnight, at which the gamma of the day begins",
  },
  startHour: { default: 0, min: 0, max: 23, isWhole: true, meaning: "hour of the day at which the trace begins" },
  vcpusPerProcessor: { default: 1, min: 0.001, max: 1024, meaning: "vCPUs for each processor" },
  memoryMibPerVcpu: {
    default: 2048,
    min: 1,
    max: 1_048_576,
    meaning: "memory for each vCPU, MiB: the model has none, 2 GiB is what the c families have",
  },
} as const satisfies ParameterTable;

export type LublinParameter = keyof typeof COMMON | KindParameter | `${"batch" | "interactive"}.${KindParameter}`;

function parametersOf(prefix: KindPrefix): [string, Parameter][] {
  return OF_A_KIND.map((name, index) => {
    const { meaning, ...range } = RANGES[name];
    return [`${prefix}${name}`, { ...range, default: PUBLISHED[prefix][index]!, meaning: KIND_TEXT[prefix] + meaning }];
  });
}

export const LUBLIN_PARAMETERS = {
  ...COMMON,
  ...Object.fromEntries((Object.keys(PUBLISHED) as KindPrefix[]).flatMap(parametersOf)),
} as ParameterTable<LublinParameter>;

/** Traces of the models begin in the night to a Monday, 1 January 2024, so that hours and weekdays mean what they say. */
export const MODEL_START_MS = 19_723 * MS_PER_DAY;

export const BUCKETS_PER_DAY = 48;
export const BUCKET_MS = MS_PER_DAY / BUCKETS_PER_DAY;
export const BUCKET_S = BUCKET_MS / MS_PER_SECOND;
