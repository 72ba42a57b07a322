// The fixture at its extremes: markup in every name, and a result of nothing.

import { COST_CATEGORIES } from "../../src/model/billing.js";
import type { ResultFile, RunSummary } from "../../src/model/run-result.js";
import { fixtureResult } from "./fixture.js";

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
    longestWaits: run.longestWaits.map((wait) => ({ ...wait, job: HOSTILE, name: HOSTILE, queue: HOSTILE })),
    series: {
      ...run.series,
      fleetVcpus: run.series.fleetVcpus.map((fleet, type) => ({ ...fleet, instanceType: `${HOSTILE}'${type}` })),
    },
  });
  const example = { line: 1, detail: HOSTILE };
  return {
    ...result,
    header: { ...result.header, scenario: HOSTILE, question: HOSTILE, description: HOSTILE, region: HOSTILE },
    trace: {
      ...result.trace,
      source: HOSTILE,
      rejected: result.trace.rejected.map((tally) => ({ ...tally, reason: HOSTILE, examples: [example] })),
    },
    notes: [HOSTILE],
    floors: result.floors.map((floor) => ({ ...floor, bindingInstanceTypes: [HOSTILE] })),
    runs: result.runs.map(rename),
  };
}

/** The least a result can hold: one run of no jobs, no floors, no time steps. */
export function emptyResult(): ResultFile {
  const result = fixtureResult(0);
  const nothing = { mean: 0, p50: 0, p95: 0, p99: 0, max: 0 };
  const run: RunSummary = {
    ...result.runs[0]!,
    jobs: { total: 0, succeeded: 0, failed: 0 },
    cost: {
      totalMicroUsd: 0,
      byCategory: COST_CATEGORIES.map((category) => ({ category, microUsd: 0 })),
      ...{ byInstanceType: [], byQueue: [], byJobName: [] },
    },
    ...{ waitMs: nothing, boundedSlowdown: nothing, makespanMs: 0, longestWaits: [] },
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
    trace: { ...result.trace, rowsRead: 0, accepted: 0, rejected: [], adjusted: [] },
    workload: { ...result.workload, jobs: 0, shapes: 0, queues: [], submitSpanMs: 0, runtimeMs: nothing },
    notes: [],
    floors: [],
    runs: [run],
  };
}
