// Who caused the bill: each instance's whole cost, waste included, is shared by the jobs that ran on it, in proportion to
// the share of its price they held times how long. Instances that never ran a job are nobody's and stay a line of their own.

import type { Ledger } from "../ledger/ledger.js";
import type { Workload } from "../model/job.js";
import type { CostSummary } from "../model/run-result.js";
import { apportion } from "./apportion.js";
import type { Bill } from "./bill.js";
import type { JobPriceShares } from "./job-price-shares.js";

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
  const jobs = new Float64Array(keys + 1);
  chargeJobs(
    ledger,
    workload,
    costPerHeldMs(ledger, bill, shares, overheadMicroUsdPerHour, weight),
    shares,
    weight,
    jobs,
  );
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

/** Per instance: its cost over the price-share-milliseconds its jobs held. Unused instances are charged to nobody. */
function costPerHeldMs(
  ledger: Ledger,
  bill: Bill,
  shares: JobPriceShares,
  overheadMicroUsdPerHour: number,
  weight: Float64Array,
): Float64Array {
  const { attempts, instances, tables } = ledger;
  const held = new Float64Array(instances.length);
  for (let row = 0; row < attempts.length; row++) {
    const instance = attempts.instance[row]!;
    held[instance] = held[instance]! + heldMs(ledger, shares, row);
  }
  const nobody = weight.length - 1;
  return held.map((ms, instance) => {
    const pool = tables.pools[instances.pool.data[instance]!]!;
    const cost = (pool.priceMicroUsdPerHour + overheadMicroUsdPerHour) * bill.billedMs[instance]!;
    if (ms > 0) return cost / ms;
    weight[nobody] = weight[nobody]! + cost;
    return 0;
  });
}

function chargeJobs(
  ledger: Ledger,
  workload: Workload,
  costPerMs: Float64Array,
  shares: JobPriceShares,
  weight: Float64Array,
  jobs: Float64Array,
): void {
  const { attempts } = ledger;
  const queueCount = workload.queueNames.length;
  for (let row = 0; row < attempts.length; row++) {
    const job = attempts.job[row]!;
    const key = workload.jobName[job]! * queueCount + workload.classes[attempts.jobClass[row]!]!.queue;
    weight[key] = weight[key]! + heldMs(ledger, shares, row) * costPerMs[attempts.instance[row]!]!;
    jobs[key] = jobs[key]! + 1;
  }
}

/** Price share held by an attempt, times how long. A job of 0 ms holds its place for one, so that it bears its instance. */
function heldMs(ledger: Ledger, shares: JobPriceShares, row: number): number {
  const { attempts, instances } = ledger;
  const durationMs = Math.max(1, attempts.endedMs[row]! - attempts.placedMs[row]!);
  return durationMs * shares.of(attempts.jobClass[row]!, instances.pool.data[attempts.instance[row]!]!);
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
