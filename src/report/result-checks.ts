// The sums and orders that every result promises (see model/run-result.ts) and a schema cannot express.

import { errorIssue, type Issue } from "../base/issues.js";
import { COST_CATEGORIES } from "../model/billing.js";
import type { IngestReport } from "../model/ingest.js";
import {
  type CostSummary,
  type Distribution,
  JOB_OUTCOMES,
  type JobCounts,
  type ResultFile,
  type RunSummary,
  type Series,
  type SpotSummary,
} from "../model/run-result.js";

/** Every place where a well-shaped result contradicts itself, with its path. */
export function findContradictions(result: ResultFile): Issue[] {
  return [
    ...checkTrace(result.trace),
    ...checkDistribution(result.workload.runtimeMs, "workload.runtimeMs"),
    ...checkFloors(result),
    ...checkRunOrder(result.runs),
    ...result.runs.flatMap((run, index) => checkRun(result, run, `runs[${index}]`)),
  ];
}

function contradiction(path: string, message: string): Issue {
  return errorIssue("contradictory-result", message, { path });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function checkTrace(trace: IngestReport): Issue[] {
  const issues: Issue[] = [];
  const rows = trace.accepted + sum(trace.rejected.map((tally) => tally.count));
  if (rows !== trace.rowsRead) {
    const message = `accepted and rejected rows add up to ${rows}, not ${trace.rowsRead}`;
    issues.push(contradiction("trace.rowsRead", message));
  }
  const records = trace.rowsRead + sum(trace.folded.map((tally) => tally.count));
  if (records !== trace.recordsRead) {
    const message = `rows and folded records add up to ${records}, not ${trace.recordsRead}`;
    issues.push(contradiction("trace.recordsRead", message));
  }
  return issues;
}

function checkFloors(result: ResultFile): Issue[] {
  return result.floors.flatMap((floor, index) =>
    result.floors.findIndex((other) => other.market === floor.market) === index
      ? []
      : [contradiction(`floors[${index}].market`, `the ${floor.market} floor is there twice`)],
  );
}

function checkRunOrder(runs: readonly RunSummary[]): Issue[] {
  return runs.flatMap((run, index) => {
    const issues: Issue[] = [];
    if (runs.findIndex((other) => other.name === run.name) !== index) {
      issues.push(contradiction(`runs[${index}].name`, `the name "${run.name}" is used twice`));
    }
    if (run.role === "strategy" && index > 0 && runs[index - 1]!.role === "baseline") {
      issues.push(contradiction(`runs[${index}].role`, "strategies come before baselines"));
    }
    return issues;
  });
}

function checkRun(result: ResultFile, run: RunSummary, path: string): Issue[] {
  const issues = [
    ...checkCost(run.cost, `${path}.cost`),
    ...checkDistribution(run.waitMs, `${path}.waitMs`),
    ...checkDistribution(run.boundedSlowdown, `${path}.boundedSlowdown`),
    ...checkHistogram(run, `${path}.waitHistogram`),
    ...checkSeries(run.series, `${path}.series`),
    ...checkOutcomes(run.jobs, `${path}.jobs`),
    ...checkSpot(run.spot, `${path}.spot`),
    ...run.shares.flatMap((share, index) => checkDistribution(share.waitMs, `${path}.shares[${index}].waitMs`)),
  ];
  const { total, succeeded, failed } = run.jobs;
  if (total !== result.workload.jobs) {
    issues.push(contradiction(`${path}.jobs.total`, `${total} jobs, but the workload has ${result.workload.jobs}`));
  }
  if (succeeded + failed > total) {
    issues.push(contradiction(`${path}.jobs`, `${succeeded} succeeded and ${failed} failed, of ${total}`));
  }
  const shared = sum(run.shares.map((share) => share.jobs));
  if (run.shares.length > 0 && shared !== total) {
    issues.push(contradiction(`${path}.shares`, `${shared} jobs in the shares, of ${total}`));
  }
  return issues;
}

function checkOutcomes({ succeeded, failed, byOutcome }: JobCounts, path: string): Issue[] {
  const issues: Issue[] = [];
  const ended = sum(byOutcome.map((row) => row.jobs));
  if (ended !== succeeded + failed) {
    issues.push(contradiction(`${path}.byOutcome`, `${ended} jobs by outcome, of ${succeeded + failed} that ended`));
  }
  const positions = byOutcome.map((row) => JOB_OUTCOMES.indexOf(row.outcome));
  if (positions.some((position, index) => index > 0 && position <= positions[index - 1]!)) {
    issues.push(contradiction(`${path}.byOutcome`, "every outcome is there once at most, in order"));
  }
  return issues;
}

function checkCost(cost: CostSummary, path: string): Issue[] {
  const issues: Issue[] = [];
  const breakdowns = ["byCategory", "byInstanceType", "byQueue", "byJobName"] as const;
  for (const breakdown of breakdowns) {
    const total = sum(cost[breakdown].map((row) => row.microUsd));
    if (total === cost.totalMicroUsd) continue;
    const message = `the rows add up to ${total} micro-USD, not to totalMicroUsd ${cost.totalMicroUsd}`;
    issues.push(contradiction(`${path}.${breakdown}`, message));
  }
  const categories = cost.byCategory.map((row) => row.category).join(", ");
  if (categories !== COST_CATEGORIES.join(", ")) {
    const message = `every category must be there once, in order: ${COST_CATEGORIES.join(", ")}`;
    issues.push(contradiction(`${path}.byCategory`, message));
  }
  return issues;
}

/** Hours of a day. */
const HOURS = 24;

function checkSpot(spot: SpotSummary, path: string): Issue[] {
  const issues: Issue[] = [];
  const compare = (part: string, total: number, whole: number) => {
    if (total !== whole) issues.push(contradiction(`${path}.${part}`, `the rows add up to ${total}, not to ${whole}`));
  };
  const rework = (rows: readonly { readonly reworkMicroUsd: number }[]) => sum(rows.map((row) => row.reworkMicroUsd));
  const refusals = sum(spot.refusals.map((row) => row.refusals));
  compare("byPool", rework(spot.byPool), spot.reworkMicroUsd);
  compare("byJobName", rework(spot.byJobName), spot.reworkMicroUsd);
  compare("byPool", sum(spot.byPool.map((row) => row.interruptions)), spot.interruptions);
  compare("byPool", sum(spot.byPool.map((row) => row.refusals)), refusals);
  if (spot.byHour.length !== 0 && spot.byHour.length !== HOURS) {
    issues.push(
      contradiction(`${path}.byHour`, `${spot.byHour.length} hours: there are ${HOURS} in a day, or none here`),
    );
  }
  compare("byHour", rework(spot.byHour), spot.reworkMicroUsd);
  compare("byHour", sum(spot.byHour.map((row) => row.interruptions)), spot.interruptions);
  compare("byHour", sum(spot.byHour.map((row) => row.refusals)), refusals);
  return issues;
}

function checkDistribution({ mean, p50, p95, p99, max }: Distribution, path: string): Issue[] {
  const issues: Issue[] = [];
  if (!(p50 <= p95 && p95 <= p99 && p99 <= max)) issues.push(contradiction(path, "p50 <= p95 <= p99 <= max is broken"));
  // A mean is a rounded quotient: it may exceed a maximum that all values share by its last bits.
  if (mean > max * (1 + 1e-9)) issues.push(contradiction(`${path}.mean`, `the mean ${mean} is above max ${max}`));
  return issues;
}

function checkHistogram(run: RunSummary, path: string): Issue[] {
  const buckets = run.waitHistogram;
  const issues: Issue[] = [];
  buckets.forEach((bucket, index) => {
    const last = index === buckets.length - 1;
    if ((bucket.upToMs === null) !== last) {
      issues.push(contradiction(`${path}[${index}].upToMs`, "the last bucket, and only that, is open (null)"));
    }
    const previous = index === 0 ? null : buckets[index - 1]!.upToMs;
    if (previous !== null && bucket.upToMs !== null && bucket.upToMs <= previous) {
      issues.push(contradiction(`${path}[${index}].upToMs`, `${bucket.upToMs} does not exceed ${previous}`));
    }
  });
  const jobs = sum(buckets.map((bucket) => bucket.jobs));
  if (jobs > run.jobs.total) issues.push(contradiction(path, `${jobs} jobs in the buckets, of ${run.jobs.total}`));
  return issues;
}

function checkSeries(series: Series, path: string): Issue[] {
  const columns: [string, readonly number[]][] = [
    ["queuedJobs", series.queuedJobs],
    ["queuedVcpus", series.queuedVcpus],
    ["busyVcpus", series.busyVcpus],
    ["microUsdPerHour", series.microUsdPerHour],
    ...series.fleetVcpus.map((fleet, index): [string, readonly number[]] => [
      `fleetVcpus[${index}].vcpus`,
      fleet.vcpus,
    ]),
  ];
  return columns
    .filter(([, values]) => values.length !== series.steps)
    .map(([name, values]) =>
      contradiction(`${path}.${name}`, `${values.length} values, but the series has ${series.steps} steps`),
    );
}
