// The fixture at its extremes: markup in every name, and a result of nothing.

import { COST_CATEGORIES, type CostCategory } from "../../src/model/billing.js";
import type { ResultFile, RunSummary } from "../../src/model/run-result.js";
import { fixtureResult, NO_SPOT } from "./fixture.js";

/** Markup as a name: a page that lets it through runs it. */
export const HOSTILE = `</script><img src=x onerror="stowageHacked=1">`;

/** The fixture with markup in every text that comes from a user's file. */
export function hostileResult(): ResultFile {
  const result = fixtureResult();
  const rename = (run: RunSummary, index: number): RunSummary => ({
    ...run,
    // The baseline's name stays: savings are found by it.
    name: run.name === "on-demand" ? run.name : `${HOSTILE} 'run' "${index}" \\ \${x} [a](b)`,
    description: HOSTILE,
    policies: { [HOSTILE]: HOSTILE },
    cost: {
      ...run.cost,
      byJobName: run.cost.byJobName.map((row, row_) => ({
        ...row,
        name: row.name && `${HOSTILE}${row_}`,
        queue: HOSTILE,
      })),
      byQueue: run.cost.byQueue.map((row) => ({ ...row, queue: row.queue && HOSTILE })),
      byInstanceType: run.cost.byInstanceType.map((row) => ({ ...row, instanceType: HOSTILE })),
    },
    longestWaits: run.longestWaits.map((wait) => ({
      ...{ ...wait, job: HOSTILE, name: HOSTILE, queue: HOSTILE },
      why: [HOSTILE],
    })),
    spot: {
      ...stormySpot(run, true),
      byPool: stormySpot(run, true).byPool.map((row) => ({ ...row, instanceType: HOSTILE, zone: HOSTILE })),
      byJobName: stormySpot(run, true).byJobName.map((row) => ({ ...row, name: HOSTILE, queue: HOSTILE })),
    },
    shares: [{ shareIdentifier: HOSTILE, jobs: run.jobs.total, vcpuHours: 1, waitMs: run.waitMs }],
    series: {
      ...run.series,
      fleetVcpus: run.series.fleetVcpus.map((fleet, type) => ({ ...fleet, instanceType: `${HOSTILE}'${type}` })),
    },
  });
  const example = { line: 1, detail: HOSTILE };
  return {
    ...result,
    header: {
      ...{ ...result.header, scenario: HOSTILE, question: HOSTILE, description: HOSTILE, region: HOSTILE },
      transforms: [HOSTILE],
    },
    trace: {
      ...result.trace,
      source: HOSTILE,
      recordsRead: result.trace.rowsRead + 1,
      rejected: result.trace.rejected.map((tally) => ({ ...tally, reason: HOSTILE, examples: [example] })),
      folded: [{ code: "earlier-event", reason: HOSTILE, count: 1, examples: [{ ...example, file: HOSTILE }] }],
      notes: [HOSTILE],
    },
    notes: [HOSTILE],
    floors: result.floors.map((floor) => ({ ...floor, bindingInstanceTypes: [HOSTILE] })),
    runs: result.runs.map(rename),
  };
}

/** The fixture with failures, retries, shares and reasons: the first two runs lost jobs, the others only time. */
export function failingResult(): ResultFile {
  const result = fixtureResult();
  const runs = result.runs.map((run, index): RunSummary => {
    const { total } = run.jobs;
    const exited = index < 2 ? 30 : 0;
    const timedOut = index === 0 ? 7 : 0;
    const byOutcome = [
      { outcome: "succeeded", jobs: total - exited - timedOut },
      { outcome: "exited", jobs: exited },
      { outcome: "timed-out", jobs: timedOut },
    ] as const;
    return {
      ...run,
      jobs: {
        ...{ total, succeeded: total - exited - timedOut, failed: exited + timedOut, attempts: total + 500 },
        byOutcome: byOutcome.filter((row) => row.jobs > 0),
      },
      cost: { ...run.cost, byCategory: moved(run.cost.byCategory, 25_000_000) },
      longestWaits: run.longestWaits.map((wait, i) => ({
        ...wait,
        why: i === 0 ? ["memory short by 569 MiB on m6i.2xlarge", "maxvCpus 256 reached"] : [],
      })),
      shares: [
        { shareIdentifier: "team-a", jobs: total - 1_010, vcpuHours: 800, waitMs: run.waitMs },
        { shareIdentifier: "", jobs: 1_000, vcpuHours: 150, waitMs: run.waitMs },
        { shareIdentifier: null, jobs: 10, vcpuHours: 50, waitMs: run.waitMs },
      ],
    };
  });
  return { ...result, runs };
}

/** The fixture on a bad day: the first two runs lost instances, and the first was refused others. */
export function stormyResult(originMs?: number): ResultFile {
  const result = fixtureResult(originMs);
  const runs = result.runs.map((run, index) => (index < 2 ? { ...run, spot: stormySpot(run, index === 0) } : run));
  return { ...result, runs };
}

function stormySpot(run: RunSummary, wasRefused: boolean): RunSummary["spot"] {
  const refusals = wasRefused ? [9, 3] : [0, 0];
  const pool = { market: "spot", instances: 30, instanceHours: 410.25, microUsd: 90_000_000 } as const;
  const none = { interruptions: 0, refusals: 0, reworkVcpuHours: 0, reworkMicroUsd: 0 };
  return {
    ...{ interruptions: 37, hostFailures: 2, launchesRefused: wasRefused ? 5 : 0 },
    refusals: wasRefused
      ? [
          { reason: "no capacity", refusals: 9 },
          { reason: "API throttled", refusals: 3 },
        ]
      : [],
    ...{ refundedMicroUsd: 4_200_000, reworkVcpuHours: 61.5, reworkMicroUsd: 1_500_000 },
    savings: run.spot.savings,
    byPool: [
      {
        ...{ ...pool, instanceType: "m6i.4xlarge", zone: "use1-az1", interruptions: 30, refusals: refusals[0]! },
        ...{ reworkVcpuHours: 60, reworkMicroUsd: 1_400_000 },
      },
      {
        ...{ ...pool, instanceType: "c6a.8xlarge", zone: "use1-az4", interruptions: 7, refusals: refusals[1]! },
        ...{ reworkVcpuHours: 1.5, reworkMicroUsd: 100_000 },
      },
      { ...pool, ...none, instanceType: null, zone: null, market: null },
    ],
    byJobName: [
      { queue: "genomics", name: "align-reads", attemptsLost: 31, reworkVcpuHours: 51, reworkMicroUsd: 1_250_000 },
      { queue: null, name: null, attemptsLost: 4, reworkVcpuHours: 10.5, reworkMicroUsd: 250_000 },
    ],
    byHour: Array.from({ length: 24 }, (_, hour) => {
      if (hour === 9) return { ...none, refusals: refusals[0]! + refusals[1]! };
      if (hour === 14) return { ...none, interruptions: 30, reworkVcpuHours: 48.5, reworkMicroUsd: 1_200_000 };
      if (hour === 15) return { ...none, interruptions: 7, reworkVcpuHours: 13, reworkMicroUsd: 300_000 };
      return none;
    }),
    retries: [
      { outcome: "exited", attempts: 3 },
      { outcome: "host-terminated", attempts: 35 },
    ],
  };
}

/** The fixture from a folder of events: records that are part of others, and what the reader assumed. */
export function eventsResult(): ResultFile {
  const result = fixtureResult();
  const { trace } = result;
  const rejected = trace.rejected.map((tally) => ({
    ...tally,
    examples: tally.examples.map((example) => ({ ...example, file: "day_1.jsonl" })),
  }));
  const folded = [
    {
      code: "earlier-event",
      reason: "An earlier event of the same job.",
      count: 1_000,
      examples: [{ file: "day_1.jsonl", line: 3, detail: "RUNNABLE" }],
    },
  ];
  const notes = ["times without a zone are taken as UTC"];
  return { ...result, trace: { ...trace, recordsRead: trace.rowsRead + 1_000, rejected, folded, notes } };
}

/** The fixture behind steps that changed its trace. */
export function changedResult(): ResultFile {
  const result = fixtureResult();
  return { ...result, header: { ...result.header, transforms: ["keep jobs with name a*_b", "scale load x2, seed 1"] } };
}

/** Some of what was useful becomes rework. */
function moved(rows: RunSummary["cost"]["byCategory"], microUsd: number): RunSummary["cost"]["byCategory"] {
  const change: Partial<Record<CostCategory, number>> = { useful: -microUsd, rework: microUsd };
  return rows.map((row) => ({ ...row, microUsd: row.microUsd + (change[row.category] ?? 0) }));
}

/** The least a result can hold: one run of no jobs, no floors, no time steps. */
export function emptyResult(): ResultFile {
  const result = fixtureResult(0);
  const nothing = { mean: 0, p50: 0, p95: 0, p99: 0, max: 0 };
  const run: RunSummary = {
    ...result.runs[0]!,
    jobs: { total: 0, succeeded: 0, failed: 0, byOutcome: [], attempts: 0 },
    cost: {
      totalMicroUsd: 0,
      byCategory: COST_CATEGORIES.map((category) => ({ category, microUsd: 0 })),
      ...{ byInstanceType: [], byQueue: [], byJobName: [] },
    },
    ...{ waitMs: nothing, boundedSlowdown: nothing, makespanMs: 0, longestWaits: [], shares: [], spot: NO_SPOT },
    waitHistogram: [],
    instances: { launched: 0, peak: 0, instanceHours: 0, meanLifeMs: 0 },
    utilisation: { vcpu: 0, memory: 0, gpu: null },
    series: {
      ...{ stepMs: 1_000, steps: 0, queuedJobs: [], queuedVcpus: [], busyVcpus: [], fleetVcpus: [] },
      microUsdPerHour: [],
    },
  };
  return {
    ...result,
    trace: {
      ...result.trace,
      recordsRead: 0,
      rowsRead: 0,
      accepted: 0,
      rejected: [],
      adjusted: [],
      folded: [],
      notes: [],
    },
    workload: { ...result.workload, jobs: 0, shapes: 0, queues: [], submitSpanMs: 0, runtimeMs: nothing },
    notes: [],
    floors: [],
    runs: [run],
  };
}
