// A plausible result made by hand: three strategies, four baselines, twenty job names, 300 steps. Every sum that a result
// promises holds, because the parts are made first and added up.

import { COST_CATEGORIES, type CostCategory } from "../../src/model/billing.js";
import type { CostSummary, ResultFile, RunSummary, Series, SpotSummary } from "../../src/model/run-result.js";

const HOUR = 3_600_000;
const STEPS = 300;
/** Half an hour: 300 steps are 6 days 6 hours. */
const STEP_MS = HOUR / 2;
const JOBS = 48_210;

/** Shares of the bill, per mille, of a run that packs well; they add up to 1000. */
const PACKED: Readonly<Record<CostCategory, number>> = {
  ...{
    useful: 712,
    rework: 0,
    pull: 31,
    boot: 24,
    idle: 48,
    unfilled: 61,
    tail: 42,
    strandedVcpu: 12,
    strandedMemory: 38,
  },
  ...{ strandedGpu: 0, minimumCharge: 3, storage: 21, publicIpv4: 8 },
};
/** The same of a run that wastes. */
const WASTEFUL: Readonly<Record<CostCategory, number>> = {
  ...{
    useful: 402,
    rework: 0,
    pull: 20,
    boot: 11,
    idle: 261,
    unfilled: 120,
    tail: 88,
    strandedVcpu: 20,
    strandedMemory: 49,
  },
  ...{ strandedGpu: 0, minimumCharge: 1, storage: 20, publicIpv4: 8 },
};

interface RunSketch {
  readonly name: string;
  readonly role: RunSummary["role"];
  readonly description: string;
  readonly totalMicroUsd: number;
  readonly categories: Readonly<Record<CostCategory, number>>;
  readonly market: "spot" | "on-demand" | "mixed";
  /** Scales waits and queues. */
  readonly delay: number;
  /** Scales the fleet. */
  readonly fleet: number;
}

const SKETCHES: readonly RunSketch[] = [
  {
    ...{ name: "best-fit", role: "strategy", description: "Spot first, jobs packed by best fit." },
    ...{ totalMicroUsd: 1_234_560_000, categories: PACKED, market: "mixed", delay: 1, fleet: 1 },
  },
  {
    ...{ name: "first-fit", role: "strategy", description: "Spot first, jobs on the first instance with room." },
    ...{ totalMicroUsd: 1_402_113_377, categories: PACKED, market: "spot", delay: 1.2, fleet: 1.1 },
  },
  {
    ...{ name: "spread", role: "strategy", description: "Jobs on the emptiest instance." },
    ...{ totalMicroUsd: 1_978_004_251, categories: WASTEFUL, market: "spot", delay: 0.9, fleet: 1.4 },
  },
  {
    ...{ name: "on-demand", role: "baseline", description: "The first strategy on on-demand instances only." },
    ...{ totalMicroUsd: 3_871_220_008, categories: PACKED, market: "on-demand", delay: 0.95, fleet: 1 },
  },
  {
    ...{ name: "fixed-peak", role: "baseline", description: "A fixed fleet that holds the peak." },
    ...{ totalMicroUsd: 9_114_720_000, categories: WASTEFUL, market: "on-demand", delay: 0.01, fleet: 2.4 },
  },
  {
    ...{ name: "fixed-p95", role: "baseline", description: "A fixed fleet that holds the 95th percentile of demand." },
    ...{ totalMicroUsd: 6_012_480_000, categories: WASTEFUL, market: "on-demand", delay: 2.6, fleet: 1.7 },
  },
  {
    ...{ name: "job-per-instance", role: "baseline", description: "Every job gets an instance of its own." },
    ...{ totalMicroUsd: 5_240_900_431, categories: WASTEFUL, market: "on-demand", delay: 0.8, fleet: 1.8 },
  },
];

/** Splits `total` in proportion to `weights`; the last part takes what rounding leaves. */
export function split(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((left, right) => left + right, 0);
  const parts = weights.slice(0, -1).map((weight) => Math.floor((total * weight) / sum));
  return [...parts, total - parts.reduce((left, right) => left + right, 0)];
}

const INSTANCE_TYPES = ["m6i.4xlarge", "c6a.8xlarge", "r6i.2xlarge", "m7g.16xlarge", "c5.large"];
const JOB_NAMES = [
  ...["align-reads", "call-variants", "sort-bam", "mark-duplicates", "base-recalibration", "joint-genotyping"],
  ...["annotate", "fastqc", "multiqc", "trim-adapters", "index-reference", "copy-number", "structural-variants"],
  ...["rna-quantification", "export-to-warehouse-nightly-incremental-partitioned", "train-embedding", "score", "etl"],
  ...["thumbnail", "cleanup"],
];

function costOf(sketch: RunSketch): CostSummary {
  const total = sketch.totalMicroUsd;
  const byCategory = split(
    total,
    COST_CATEGORIES.map((category) => sketch.categories[category]),
  );
  const byType = split(total, [44, 27, 16, 10, 3]);
  const byQueue = split(total, [80, 19, 1]);
  const byName = split(total, [...JOB_NAMES.map((_, index) => 400 / (index + 2)), 20]);
  return {
    totalMicroUsd: total,
    byCategory: COST_CATEGORIES.map((category, index) => ({ category, microUsd: byCategory[index]! })),
    byInstanceType: INSTANCE_TYPES.map((instanceType, index) => ({
      instanceType,
      market: sketch.market === "mixed" ? (index % 2 === 0 ? "spot" : "on-demand") : sketch.market,
      instances: 90 - index * 15,
      instanceHours: 1_200.5 / (index + 1),
      microUsd: byType[index]!,
    })),
    byQueue: ["genomics", "adhoc", null].map((queue, index) => ({
      queue,
      jobs: queue === null ? 0 : index === 0 ? 40_000 : JOBS - 40_000,
      microUsd: byQueue[index]!,
    })),
    byJobName: [...JOB_NAMES, null].map((name, index) => ({
      queue: name === null ? null : index % 4 === 3 ? "adhoc" : "genomics",
      name,
      jobs: 6_000 - index * 250,
      microUsd: byName[index]!,
    })),
  };
}

/** A daily wave in 0..1 with a burst on the third day. */
function load(step: number): number {
  const hour = (step / 2) % 24;
  const wave = Math.max(0, 1 - Math.abs(hour - 13) / 9);
  const burst = step > 110 && step < 124 ? 1.6 : 0;
  return wave * 0.8 + burst + ((step * 37) % 11) / 60;
}

function seriesOf(sketch: RunSketch): Series {
  const steps = Array.from({ length: STEPS }, (_, step) => load(step));
  const fleet = steps.map((value) => Math.min(1_600, 200 + value * 900) * sketch.fleet);
  return {
    stepMs: STEP_MS,
    steps: STEPS,
    queuedJobs: steps.map((value) => Math.round(Math.max(0, value - 0.75) * 420 * sketch.delay)),
    queuedVcpus: steps.map((value) => Math.round(Math.max(0, value - 0.75) * 1_300 * sketch.delay)),
    busyVcpus: steps.map((value) => Math.min(1_500, value * 850)),
    fleetVcpus: [...INSTANCE_TYPES, "other"].map((instanceType, index) => ({
      instanceType,
      vcpus: fleet.map((value) => (value * [40, 26, 16, 10, 4, 4][index]!) / 100),
    })),
    microUsdPerHour: fleet.map((value) => (value * sketch.totalMicroUsd) / 100_000),
  };
}

/** The spot ledger of a run without spot. */
export const NO_SPOT: SpotSummary = {
  ...{ interruptions: 0, hostFailures: 0, launchesRefused: 0, refusals: [], refundedMicroUsd: 0 },
  ...{ reworkVcpuHours: 0, reworkMicroUsd: 0, savings: null, byPool: [], byJobName: [], byHour: [], retries: [] },
};

/** Spot instances that nobody took or refused. */
function calmSpot(sketch: RunSketch): SpotSummary {
  const spotMicroUsd = Math.floor(sketch.totalMicroUsd / 2);
  return {
    ...NO_SPOT,
    savings: { spotMicroUsd, onDemandMicroUsd: spotMicroUsd * 3 },
    byPool: ["use1-az1", "use1-az4"].map((zone, index) => ({
      ...{ instanceType: INSTANCE_TYPES[index]!, zone, market: "spot", instances: 60 - index * 20 },
      ...{ instanceHours: 900.5 - index * 300, microUsd: Math.floor(spotMicroUsd / (index + 2)) },
      ...{ interruptions: 0, refusals: 0, reworkVcpuHours: 0, reworkMicroUsd: 0 },
    })),
  };
}

const BUCKET_BOUNDS = [
  ...[0, 1_000, 5_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_200_000, 1_800_000, HOUR, 2 * HOUR],
  ...[4 * HOUR, 8 * HOUR, null],
];

function runOf(sketch: RunSketch): RunSummary {
  const quick = Math.min(40, 6 / sketch.delay);
  const weights = BUCKET_BOUNDS.map((_, index) => quick + Math.max(0, 9 - Math.abs(index - 6)) * 2);
  const jobs = split(JOBS, weights);
  const wait = (ms: number): number => Math.round(ms * sketch.delay);
  return {
    name: sketch.name,
    role: sketch.role,
    description: sketch.description,
    policies: { queueDiscipline: "fifo", placement: sketch.name, idleDelayMs: 300_000 },
    jobs: {
      ...{ total: JOBS, succeeded: JOBS, failed: 0, attempts: JOBS },
      byOutcome: [{ outcome: "succeeded", jobs: JOBS }],
    },
    cost: costOf(sketch),
    waitMs: {
      mean: 260_000 * sketch.delay,
      p50: wait(95_000),
      p95: wait(1_140_000),
      p99: wait(5_430_000),
      max: wait(3e7),
    },
    boundedSlowdown: { mean: 1 + sketch.delay, p50: 1.1, p95: 5.3, p99: 18.2, max: 96.5 },
    waitHistogram: BUCKET_BOUNDS.map((upToMs, index) => ({ upToMs, jobs: jobs[index]! })),
    makespanMs: STEPS * STEP_MS - 1_234_000,
    utilisation: { vcpu: sketch.categories === PACKED ? 0.784 : 0.412, memory: 0.655, gpu: null },
    instances: { launched: 312, peak: 41, instanceHours: 2_741.3, meanLifeMs: 31_630_000 },
    longestWaits: Array.from({ length: 10 }, (_, index) => ({
      job: `job-${10_000 + index}`,
      name: JOB_NAMES[index]!,
      queue: "genomics",
      submitMs: 2 * 24 * HOUR + index * 60_000,
      waitMs: wait(3e7 - index * 400_000),
      why: [],
    })),
    shares: [],
    spot: sketch.market === "on-demand" ? NO_SPOT : calmSpot(sketch),
    series: seriesOf(sketch),
  };
}

/** The result; `originMs` 0 makes its times relative. */
export function fixtureResult(originMs = Date.UTC(2026, 0, 5, 6, 0, 0)): ResultFile {
  return {
    formatVersion: 4,
    header: {
      productVersion: "0.1.0",
      scenario: "genomics-week",
      description: "A week of a genomics pipeline with a burst on the third day.",
      question: "Does packing by best fit pay off against first fit and spreading?",
      scenarioHash: "0f1e2d3c4b5a6978",
      workloadHash: "8796a5b4c3d2e1f0",
      region: "us-east-1",
      seed: 42,
      transforms: [],
      catalog: { onDemand: "2026-01-01", spot: "2026-01-02", instanceTypes: "2026-01-01" },
    },
    trace: {
      source: "traces/genomics.csv.gz",
      format: "csv",
      recordsRead: JOBS + 57,
      rowsRead: JOBS + 57,
      accepted: JOBS,
      rejected: [
        {
          code: "negative-runtime",
          reason: "The job ends before it starts.",
          count: 45,
          examples: [
            { line: 17, detail: "started 100, ended 90" },
            { line: 230, detail: "started 400, ended 399" },
          ],
        },
        {
          code: "no-memory",
          reason: "The job asks for no memory.",
          count: 12,
          examples: [{ line: 5, detail: "memory is 0" }],
        },
      ],
      adjusted: [
        {
          code: "rounded-gpus",
          reason: "A GPU share was rounded up.",
          count: 3,
          examples: [{ line: 9, detail: "0.5 to 1" }],
        },
      ],
      folded: [],
      notes: [],
    },
    workload: {
      jobs: JOBS,
      shapes: 38,
      queues: ["genomics", "adhoc"],
      originMs,
      submitSpanMs: 149 * HOUR,
      vcpuHours: 61_204.4,
      memoryGibHours: 240_117.9,
      gpuHours: 0,
      runtimeMs: { mean: 1_140_000, p50: 402_000, p95: 4_920_000, p99: 14_400_000, max: 86_400_000 },
    },
    notes: ["Spot prices are as of 2026-01-02 and constant during the run."],
    floors: [
      {
        market: "spot",
        microUsd: 871_400_220,
        microUsdPerVcpuHour: 9_412.5,
        microUsdPerGibHour: 1_102.25,
        microUsdPerGpuHour: 0,
        bindingInstanceTypes: ["c6a.8xlarge", "r6i.2xlarge"],
      },
      {
        market: "on-demand",
        microUsd: 2_714_003_118,
        microUsdPerVcpuHour: 33_870,
        microUsdPerGibHour: 2_660,
        microUsdPerGpuHour: 0,
        bindingInstanceTypes: ["c6a.8xlarge", "m6i.4xlarge"],
      },
    ],
    runs: SKETCHES.map(runOf),
  };
}
