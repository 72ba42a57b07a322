// Who caused the bill: each instance's whole cost, waste included, is shared by the jobs that ran on it, in proportion to
// the share of its price they held times how long. Instances that never ran a job are nobody's and stay a line of their own.

import type { Ledger } from "../ledger/ledger.js";
import { overheadOf } from "../model/instance-type.js";
import type { Workload } from "../model/job.js";
import type { CostSummary } from "../model/run-result.js";
import { apportion } from "./apportion.js";
import type { Bill } from "./bill.js";
import type { JobPriceShares } from "./job-price-shares.js";
import { everyJobRanOnce } from "./job-rows.js";

/** Job names listed one by one; the rest is summed. */
const NAMES_LISTED = 50;

export function attribute(
  ledger: Ledger,
  workload: Workload,
  bill: Bill,
  shares: JobPriceShares,
  overheadMicroUsdPerHour: number,
): Pick<CostSummary, "byQueue" | "byJobName"> {
  const queueCount = workload.queueNames.length;
  const keys = queueCount * workload.jobNames.length;
  const weight = new Float64Array(keys + 1); // the last one: nobody's
  const attempts = new Float64Array(keys + 1);
  const held = heldMs(ledger, shares);
  const costPerMs = costPerHeldMs(ledger, bill, held, overheadMicroUsdPerHour, weight);
  chargeAttempts(ledger, workload, held, costPerMs, weight, attempts);
  const jobs = everyJobRanOnce(ledger, workload) ? attempts : countJobs(workload, keys + 1);
  const microUsd = apportion(bill.totalMicroUsd, weight);
  const byQueue = workload.queueNames.map((queue) => ({ queue: queue as string | null, jobs: 0, microUsd: 0 }));
  for (let key = 0; key < keys; key++) {
    const entry = byQueue[key % queueCount]!;
    entry.jobs += jobs[key]!;
    entry.microUsd += microUsd[key]!;
  }
  if (microUsd[keys]! > 0) byQueue.push({ queue: null, jobs: 0, microUsd: microUsd[keys]! });
  return { byQueue, byJobName: listNames(workload, jobs, microUsd) };
}

/**
 * Per attempt: the price share it held, times how long. A job of 0 ms holds its place for one, so that it bears its
 * instance.
 */
function heldMs({ attempts, instances }: Ledger, shares: JobPriceShares): Float64Array {
  const { instance, jobClass, placedMs, endedMs } = attempts;
  const pool = instances.pool.data;
  const held = new Float64Array(attempts.length);
  for (let row = 0; row < held.length; row++) {
    held[row] = Math.max(1, endedMs[row]! - placedMs[row]!) * shares.of(jobClass[row]!, pool[instance[row]!]!);
  }
  return held;
}

/** Per instance: its cost over what its jobs held. Unused instances are charged to nobody. */
function costPerHeldMs(
  { attempts, instances, tables }: Ledger,
  bill: Bill,
  held: Float64Array,
  overheadMicroUsdPerHour: number,
  weight: Float64Array,
): Float64Array {
  const heldOn = new Float64Array(instances.length);
  sumByInstance(held, attempts.instance, heldOn);
  const nobody = weight.length - 1;
  return heldOn.map((ms, instance) => {
    const pool = tables.pools[instances.pool.data[instance]!]!;
    const cost = (bill.meanPrice[instance]! + overheadOf(pool, overheadMicroUsdPerHour)) * bill.billedMs[instance]!;
    if (ms > 0) return cost / ms;
    weight[nobody] = weight[nobody]! + cost;
    return 0;
  });
}

function sumByInstance(values: Float64Array, instances: Int32Array, sums: Float64Array): void {
  for (let row = 0; row < values.length; row++) {
    const instance = instances[row]!;
    sums[instance] = sums[instance]! + values[row]!;
  }
}

/** Adds every attempt's cost, and the attempt, to the (job name, queue) of its job. */
function chargeAttempts(
  ledger: Ledger,
  workload: Workload,
  held: Float64Array,
  costPerMs: Float64Array,
  weight: Float64Array,
  attempts: Float64Array,
): void {
  const queueCount = workload.queueNames.length;
  const queueOf = Int32Array.from(workload.classes, ({ queue }) => queue);
  const { job, jobClass, instance } = ledger.attempts;
  const { jobName } = workload;
  for (let row = 0; row < held.length; row++) {
    const key = jobName[job[row]!]! * queueCount + queueOf[jobClass[row]!]!;
    weight[key] = weight[key]! + held[row]! * costPerMs[instance[row]!]!;
    attempts[key] = attempts[key]! + 1;
  }
}

/** Every job, whether it ran or not, under its (job name, queue). */
function countJobs({ jobCount, jobName, jobClass, classes, queueNames }: Workload, keys: number): Float64Array {
  const jobs = new Float64Array(keys);
  const queueOf = Int32Array.from(classes, ({ queue }) => queue);
  for (let job = 0; job < jobCount; job++) {
    const key = jobName[job]! * queueNames.length + queueOf[jobClass[job]!]!;
    jobs[key] = jobs[key]! + 1;
  }
  return jobs;
}

function listNames(workload: Workload, jobs: Float64Array, microUsd: Float64Array): CostSummary["byJobName"] {
  const queueCount = workload.queueNames.length;
  const nobody = jobs.length - 1;
  const used = Uint32Array.from({ length: nobody }, (_, key) => key).filter((key) => jobs[key]! > 0);
  used.sort((a, b) => microUsd[b]! - microUsd[a]! || a - b);
  const listed = Array.from(used.subarray(0, NAMES_LISTED), (key) => ({
    queue: workload.queueNames[key % queueCount]! as string | null,
    name: workload.jobNames[Math.floor(key / queueCount)]! as string | null,
    jobs: jobs[key]!,
    microUsd: microUsd[key]!,
  }));
  const rest = { queue: null, name: null, jobs: 0, microUsd: microUsd[nobody]! };
  for (const key of used.subarray(NAMES_LISTED)) {
    rest.jobs += jobs[key]!;
    rest.microUsd += microUsd[key]!;
  }
  return rest.microUsd > 0 ? [...listed, rest] : listed;
}
