// A small trace's inspection, with something of everything; and figures that give nothing to doubt.

import type { TraceFindings, TraceInspection } from "../../../src/model/trace-inspection.js";
import { inspectionWarnings } from "../../../src/report/inspection/warnings.js";

const HOUR_MS = 3_600_000;
const FIRST_MS = Date.UTC(2026, 0, 5, 1);

const TIMES = {
  ...{ count: 200, zero: 0, meanMs: 90_000, maxMs: 181_000, roundedToMs: null },
  quantilesMs: [0.05, 0.25, 0.5, 0.75, 0.95, 0.99].map((p) => ({ p, ms: Math.round(180_000 * p) })),
  buckets: [
    { fromMs: 46_341, toMs: 65_536, count: 40 },
    { fromMs: 65_536, toMs: 92_682, count: 0 },
    { fromMs: 92_682, toMs: 131_072, count: 160 },
  ],
};

const RECORDS = {
  ...{ source: "jobs.csv", format: "csv", recordsRead: 200, rowsRead: 200, accepted: 200, notes: [] },
  ...{ rejected: [], adjusted: [], folded: [] },
};

/** 200 jobs over 20 days. */
export function soundFindings(): TraceFindings {
  return {
    ...{ formatVersion: 1, productVersion: "1.2.3", records: RECORDS, jobs: 200 },
    fields: [{ field: "name", given: 200, zero: 0, absent: 0, unreadable: 0 }],
    unfinished: { neverRan: 0, stillRunning: 0, stillQueued: 0, incompleteWindow: 0 },
    arrivals: {
      ...{ isDated: true, firstMs: FIRST_MS, lastMs: FIRST_MS + 480 * HOUR_MS, spanMs: 480 * HOUR_MS, zone: "UTC" },
      ...{ instants: 190, largestBurst: 3, roundedToMs: null, longestGapMs: 9 * HOUR_MS },
      series: { startMs: FIRST_MS, stepMs: 48 * HOUR_MS, jobs: [20, 30, 0, 10, 20, 20, 25, 25, 10, 39, 1] },
      week: Array.from({ length: 7 }, (_, day) => Array.from({ length: 24 }, (__, hour) => (day * hour) % 5)),
    },
    ...{ runtimes: TIMES, waits: TIMES, pulls: { ...TIMES, count: 0, quantilesMs: [], buckets: [] } },
    work: {
      ...{ unit: "vcpu-hours", hours: 100, shapeCount: 2, nameCount: 2, largestPercentShare: 0.1 },
      shapes: [
        { shape: { vcpuMilli: 4_000, memoryMib: 16_384, gpuMilli: 0 }, shapes: 1, jobs: 150, hours: 75, share: 0.75 },
        { shape: null, shapes: 14, jobs: 50, hours: 25, share: 0.25 },
      ],
      names: [
        ...[{ name: "align", names: 1, jobs: 150, failedJobs: 3, hours: 75, share: 0.75, medianRuntimeMs: 60_000 }],
        ...[{ name: null, names: 14, jobs: 50, failedJobs: 0, hours: 25, share: 0.25, medianRuntimeMs: null }],
      ],
    },
    failures: {
      ...{ known: true, failedJobs: 3, attempts: 203, failedAttempts: 5, retriedJobs: 2, byNameFromJobs: 5 },
      byExitCode: [{ exitCode: 137, attempts: 5 }],
      byName: [{ name: "align", jobs: 150, failedJobs: 3 }],
    },
    structure: {
      ...{ arrays: 2, arrayChildren: 12, sequentialArrays: 1, waiting: 3, multiNodeJobs: 1, shares: 2 },
      arraySizes: [{ upTo: 8, arrays: 2 }],
      dependencies: { success: 4, nToN: 1, end: 1 },
      queues: [
        { queue: "high", jobs: 120 },
        { queue: "low", jobs: 80 },
      ],
    },
    requests: { limited: 100, atLimit: 0, aboveMemory: 0, memoryCompared: 100, medianMemoryUse: 0.8 },
  };
}

/** Figures with their warnings. */
export function inspectionOf(findings: TraceFindings): TraceInspection {
  return { ...findings, warnings: inspectionWarnings(findings) };
}

/** One reason with one example. */
export function tally(code: string, count: number) {
  return { code, reason: `the reason of ${code}`, count, examples: [{ line: 7, detail: "it says so" }] };
}
