// Time series for the pictures: averages over equal steps. Every interval [from, to) adds its value to the steps it covers,
// the first and last in part; a difference array makes that cost the same for a second and for a month.

import { MILLI, MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE, MS_PER_SECOND } from "../base/units.js";
import type { Ledger } from "../ledger/ledger.js";
import { overheadOf } from "../model/instance-type.js";
import type { Workload } from "../model/job.js";
import type { Series } from "../model/run-result.js";
import type { Bill } from "./bill.js";
import { isRefunded } from "./instance-costs.js";
import { everyJobRanOnce, type JobRows, jobRowsOf } from "./job-rows.js";
import { largest } from "./waits.js";

/** More steps than this cannot be told apart in a picture. */
const MAX_STEPS = 400;
/** Instance types drawn one by one; the rest is summed. */
const TYPES_LISTED = 8;

/** Steps that people read easily. */
const NICE_STEPS_MS: readonly number[] = [
  ...[1, 2, 5, 10, 15, 30].map((s) => s * MS_PER_SECOND),
  ...[1, 2, 5, 10, 15, 30].map((min) => min * MS_PER_MINUTE),
  ...[1, 2, 3, 6, 12].map((h) => h * MS_PER_HOUR),
  ...[1, 2, 7, 14, 28, 91, 182, 364].map((d) => d * MS_PER_DAY),
];

/** Averages of a quantity per step. Times are in steps: a caller divides each of its times once. */
class StepAverages {
  private readonly partial: Float64Array;
  private readonly difference: Float64Array;
  /** The part of the last step that lies before the end. */
  private readonly lastShare: number;

  /** `end`: where the run ends, in steps. */
  constructor(steps: number, end: number) {
    this.lastShare = end - (steps - 1);
    this.partial = new Float64Array(steps + 1);
    this.difference = new Float64Array(steps + 2);
  }

  add(from: number, to: number, value: number): void {
    this.addBetween(from, Math.floor(from), to, Math.floor(to), value);
  }

  /** `add` for a caller who knows the steps that the times lie in. */
  addBetween(from: number, first: number, to: number, last: number, value: number): void {
    if (to <= from) return;
    const { partial, difference } = this;
    if (first === last) {
      partial[first] = partial[first]! + value * (to - from);
      return;
    }
    partial[first] = partial[first]! + value * (first + 1 - from);
    partial[last] = partial[last]! + value * (to - last);
    difference[first + 1] = difference[first + 1]! + value;
    difference[last] = difference[last]! - value;
  }

  /** Averages per step (of the last: over the part before the end), rounded to thousandths. */
  averages(steps: number, scale = 1): number[] {
    let level = 0;
    return Array.from({ length: steps }, (_, i) => {
      level += this.difference[i]!;
      const covered = i === steps - 1 ? this.lastShare : 1;
      return Math.round(((level + this.partial[i]!) / covered) * scale * 1000) / 1000 + 0; // + 0: no negative zero in JSON
    });
  }
}

/** Fleet, demand and queue over the run. */
export function buildSeries(ledger: Ledger, workload: Workload, bill: Bill, overheadMicroUsdPerHour: number): Series {
  const { attempts, instances, cancelled } = ledger;
  const endMs = Math.max(
    1,
    largest(instances.endedMs.view()),
    largest(attempts.endedMs.subarray(0, attempts.length)),
    largest(cancelled.timeMs.view()),
  );
  const stepMs = NICE_STEPS_MS.find((step) => endMs / step <= MAX_STEPS) ?? Math.ceil(endMs / MAX_STEPS);
  const steps = Math.ceil(endMs / stepMs);
  const end = endMs / stepMs;
  return {
    stepMs,
    steps,
    ...jobSeries(ledger, workload, steps, stepMs, end),
    ...fleetSeries(ledger, bill, overheadMicroUsdPerHour, steps, stepMs, end),
  };
}

function jobSeries(ledger: Ledger, workload: Workload, steps: number, stepMs: number, end: number) {
  const queuedJobs = new StepAverages(steps, end);
  const queuedVcpus = new StepAverages(steps, end);
  const busyVcpus = new StepAverages(steps, end);
  if (everyJobRanOnce(ledger, workload)) {
    addJobs(ledger, workload, 1 / stepMs, queuedJobs, queuedVcpus, busyVcpus);
  } else {
    addWaiting(ledger, workload, stepMs, end, queuedJobs, queuedVcpus);
    addBusy(ledger, workload, stepMs, busyVcpus);
  }
  return {
    queuedJobs: queuedJobs.averages(steps),
    queuedVcpus: queuedVcpus.averages(steps, 1 / MILLI),
    busyVcpus: busyVcpus.averages(steps, 1 / MILLI),
  };
}

/**
 * The loop over all jobs where attempts are jobs: a function of its own, so that it stays compiled from run to run.
 */
function addJobs(
  { attempts }: Ledger,
  { submitMs, classes, shapes }: Workload,
  stepsPerMs: number,
  queuedJobs: StepAverages,
  queuedVcpus: StepAverages,
  busyVcpus: StepAverages,
): void {
  const vcpuMilliOf = Int32Array.from(classes, ({ shape }) => shapes[shape]!.vcpuMilli);
  const { job, jobClass, placedMs, endedMs } = attempts;
  for (let row = 0; row < attempts.length; row++) {
    const submit = submitMs[job[row]!]! * stepsPerMs;
    const placed = placedMs[row]! * stepsPerMs;
    const ended = endedMs[row]! * stepsPerMs;
    const submitStep = Math.floor(submit);
    const placedStep = Math.floor(placed);
    const vcpuMilli = vcpuMilliOf[jobClass[row]!]!;
    queuedJobs.addBetween(submit, submitStep, placed, placedStep, 1);
    queuedVcpus.addBetween(submit, submitStep, placed, placedStep, vcpuMilli);
    busyVcpus.addBetween(placed, placedStep, ended, Math.floor(ended), vcpuMilli);
  }
}

/** Every time that a job was RUNNABLE, until it was placed or cancelled. */
function addWaiting(
  ledger: Ledger,
  workload: Workload,
  stepMs: number,
  end: number,
  queuedJobs: StepAverages,
  queuedVcpus: StepAverages,
): void {
  const rows = jobRowsOf(ledger, workload);
  for (let job = 0; job < workload.jobCount; job++) {
    const vcpuMilli = vcpuMilliOfNode(workload, workload.jobClass[job]!) * rows.nodesOf(job);
    for (let i = 0; i < rows.runnableCount(job); i++) {
      const from = rows.runnableMs(job, i) / stepMs;
      const untilMs = endOfWait(ledger, rows, job, i);
      const to = Number.isNaN(untilMs) ? end : untilMs / stepMs;
      queuedJobs.add(from, to, 1);
      queuedVcpus.add(from, to, vcpuMilli);
    }
  }
}

/** When a job's wait (0, 1, ...) for a place ended; NaN when it did not. */
function endOfWait({ attempts }: Ledger, rows: JobRows, job: number, wait: number): number {
  return wait < rows.attemptCount(job) ? attempts.placedMs[rows.attemptRow(job, wait)]! : rows.endedMs(job);
}

/** Every attempt, on each of its nodes. */
function addBusy({ attempts }: Ledger, workload: Workload, stepMs: number, busyVcpus: StepAverages): void {
  const { jobClass, placedMs, endedMs } = attempts;
  for (let row = 0; row < attempts.length; row++) {
    busyVcpus.add(placedMs[row]! / stepMs, endedMs[row]! / stepMs, vcpuMilliOfNode(workload, jobClass[row]!));
  }
}

function vcpuMilliOfNode({ classes, shapes }: Workload, jobClass: number): number {
  return shapes[classes[jobClass]!.shape]!.vcpuMilli;
}

function fleetSeries(
  ledger: Ledger,
  bill: Bill,
  overheadMicroUsdPerHour: number,
  steps: number,
  stepMs: number,
  end: number,
) {
  const { instances, tables } = ledger;
  const listed = largestTypes(ledger, bill);
  const rate = new StepAverages(steps, end);
  const fleet = [...listed, -1].map(() => new StepAverages(steps, end));
  let others = false;
  for (let i = 0; i < instances.length; i++) {
    const from = instances.runningMs.data[i]! / stepMs;
    if (Number.isNaN(from)) continue;
    const pool = tables.pools[instances.pool.data[i]!]!;
    const position = listed.indexOf(pool.instanceType);
    others ||= position === -1;
    const to = instances.endedMs.data[i]! / stepMs;
    fleet.at(position)!.add(from, to, tables.instanceTypes[pool.instanceType]!.vcpuMilli);
    addRate(rate, ledger, bill, i, overheadOf(pool, overheadMicroUsdPerHour), stepMs);
  }
  const names = listed.map((type) => tables.instanceTypes[type]!.name);
  return {
    fleetVcpus: (others ? [...names, "other"] : names).map((instanceType, i) => ({
      instanceType,
      vcpus: fleet[i]!.averages(steps, 1 / MILLI),
    })),
    microUsdPerHour: rate.averages(steps).map(Math.round),
  };
}

/** What an instance costs while it runs, price by price; refunded time costs what comes beside the price. */
function addRate(
  rate: StepAverages,
  ledger: Ledger,
  { prices, meanPrice }: Bill,
  instance: number,
  overhead: number,
  stepMs: number,
): void {
  const pool = ledger.instances.pool.data[instance]!;
  const fromMs = ledger.instances.runningMs.data[instance]!;
  const untilMs = ledger.instances.endedMs.data[instance]!;
  if (prices.isConstant(pool) || isRefunded(ledger, instance)) {
    rate.add(fromMs / stepMs, untilMs / stepMs, meanPrice[instance]! + overhead);
    return;
  }
  prices.eachPrice(pool, fromMs, untilMs, (from, until, price) => {
    rate.add(from / stepMs, until / stepMs, price + overhead);
  });
}

/** The types with the most billed vCPU time, in that order. */
function largestTypes(ledger: Ledger, bill: Bill): number[] {
  const { tables } = ledger;
  const vcpuMs = new Float64Array(tables.instanceTypes.length);
  tables.pools.forEach(({ instanceType }, pool) => {
    vcpuMs[instanceType] =
      vcpuMs[instanceType]! + bill.poolBilledMs[pool]! * tables.instanceTypes[instanceType]!.vcpuMilli;
  });
  return tables.instanceTypes
    .map((_, type) => type)
    .filter((type) => vcpuMs[type]! > 0)
    .sort((a, b) => vcpuMs[b]! - vcpuMs[a]! || a - b)
    .slice(0, TYPES_LISTED);
}
