// The spot ledger: what the market took and refused, the work that was lost with it, by pool, job name and hour of the day,
// and what spot saved against the same time on-demand.

import { MILLI, MS_PER_DAY, MS_PER_HOUR } from "../base/units.js";
import type { Ledger } from "../ledger/ledger.js";
import type { Workload } from "../model/job.js";
import { EndCause, REFUSAL_WORDS } from "../model/market.js";
import { Outcome, outcomeOf } from "../model/outcome.js";
import { JOB_OUTCOMES, type SpotHour, type SpotJobName, type SpotPool, type SpotSummary } from "../model/run-result.js";
import { apportion } from "./apportion.js";
import type { Bill } from "./bill.js";
import type { JobPriceShares } from "./job-price-shares.js";
import { everyJobRanOnce, jobRowsOf } from "./job-rows.js";
import { spotSavings } from "./spot-savings.js";

/** Pools and job names listed one by one; the rest is summed. */
const LISTED = 50;

const HOURS = MS_PER_DAY / MS_PER_HOUR;

/** What was lost, by one way to divide it: a number per pool, job name or hour. */
class Losses {
  readonly interruptions: Float64Array;
  readonly refusals: Float64Array;
  readonly attempts: Float64Array;
  readonly vcpuMilliMs: Float64Array;
  /** Share of the price x time x price: micro-USD per hour times ms. */
  readonly cost: Float64Array;

  constructor(size: number) {
    this.interruptions = new Float64Array(size);
    this.refusals = new Float64Array(size);
    this.attempts = new Float64Array(size);
    this.vcpuMilliMs = new Float64Array(size);
    this.cost = new Float64Array(size);
  }

  addAttempt(key: number, vcpuMilliMs: number, cost: number): void {
    this.attempts[key] = this.attempts[key]! + 1;
    this.vcpuMilliMs[key] = this.vcpuMilliMs[key]! + vcpuMilliMs;
    this.cost[key] = this.cost[key]! + cost;
  }

  vcpuHours(keys: readonly number[]): number {
    return toHours(sumOver(keys, this.vcpuMilliMs) / MILLI);
  }
}

interface Ends {
  readonly interruptions: number;
  readonly hostFailures: number;
  readonly launchesRefused: number;
  /** Per pool, host failures included. */
  readonly lost: Float64Array;
}

/** Sums up what the market did to a finished run. `jobShares` is `jobPriceShares` of the run. */
export function summariseSpot(ledger: Ledger, workload: Workload, bill: Bill, jobShares: JobPriceShares): SpotSummary {
  const pools = new Losses(ledger.tables.pools.length);
  const hours = new Losses(HOURS);
  const names = new Losses(ledger.attempts.failures === 0 ? 0 : workload.jobNames.length * workload.queueNames.length);
  const ends = countEnds(ledger, workload, pools, hours);
  const reasons = countRefusals(ledger, workload, pools, hours);
  countRework(ledger, workload, bill, jobShares, pools, hours, names);
  const allPools = [...pools.cost.keys()];
  const reworkMicroUsd = Math.round(sumOver(allPools, pools.cost) / MS_PER_HOUR);
  const isQuiet = ends.interruptions + ends.hostFailures + ledger.refusals.length + sumOf(pools.attempts) === 0;
  return {
    interruptions: ends.interruptions,
    hostFailures: ends.hostFailures,
    launchesRefused: ends.launchesRefused,
    refusals: REFUSAL_WORDS.map((reason, i) => ({ reason, refusals: reasons[i]! })).filter((row) => row.refusals > 0),
    refundedMicroUsd: sumOf(bill.poolRefundedMicroUsd),
    reworkVcpuHours: pools.vcpuHours(allPools),
    reworkMicroUsd,
    savings: spotSavings(ledger, bill),
    byPool: listPools(ledger, bill, pools, ends.lost, reworkMicroUsd),
    byJobName: listNames(workload, names, reworkMicroUsd),
    byHour: isQuiet ? [] : listHours(hours, reworkMicroUsd),
    retries: countRetries(ledger, workload),
  };
}

/** How instances ended; interruptions go to their pool and to the hour of their end. */
function countEnds({ instances }: Ledger, workload: Workload, pools: Losses, hours: Losses): Ends {
  const lost = new Float64Array(pools.cost.length);
  let interruptions = 0;
  let hostFailures = 0;
  let launchesRefused = 0;
  for (let instance = 0; instance < instances.length; instance++) {
    const cause = instances.endCause.data[instance];
    if (cause === EndCause.Ours) continue;
    if (cause === EndCause.Refused) {
      launchesRefused++;
      continue;
    }
    const pool = instances.pool.data[instance]!;
    lost[pool] = lost[pool]! + 1;
    if (cause === EndCause.HostFailed) {
      hostFailures++;
      continue;
    }
    interruptions++;
    const hour = hourOf(workload, instances.endedMs.data[instance]!);
    pools.interruptions[pool] = pools.interruptions[pool]! + 1;
    hours.interruptions[hour] = hours.interruptions[hour]! + 1;
  }
  return { interruptions, hostFailures, launchesRefused, lost };
}

/** Refusals by reason, in the order of REFUSAL_WORDS. */
function countRefusals({ refusals }: Ledger, workload: Workload, pools: Losses, hours: Losses): Float64Array {
  const reasons = new Float64Array(REFUSAL_WORDS.length);
  for (let row = 0; row < refusals.length; row++) {
    const pool = refusals.pool.data[row]!;
    const hour = hourOf(workload, refusals.timeMs.data[row]!);
    const reason = refusals.value.data[row]!;
    pools.refusals[pool] = pools.refusals[pool]! + 1;
    hours.refusals[hour] = hours.refusals[hour]! + 1;
    reasons[reason] = reasons[reason]! + 1;
  }
  return reasons;
}

/** The work of attempts that were lost with their host, from container start, but for what was saved. */
function countRework(
  { attempts, instances }: Ledger,
  workload: Workload,
  bill: Bill,
  jobShares: JobPriceShares,
  pools: Losses,
  hours: Losses,
  names: Losses,
): void {
  if (attempts.failures === 0) return;
  const { classes, shapes, jobName, queueNames } = workload;
  for (let row = 0; row < attempts.length; row++) {
    if (outcomeOf(attempts.outcome[row]!) !== Outcome.HostTerminated) continue;
    const endedMs = attempts.endedMs[row]!;
    const startedMs = attempts.startedMs[row]!;
    const lostMs = Number.isNaN(startedMs) ? 0 : endedMs - startedMs - attempts.savedMsOf(row);
    const instance = attempts.instance[row]!;
    const pool = instances.pool.data[instance]!;
    const jobClass = attempts.jobClass[row]!;
    const { queue, shape } = classes[jobClass]!;
    const vcpuMilliMs = shapes[shape]!.vcpuMilli * lostMs;
    const cost = lostMs * jobShares.of(jobClass, pool) * bill.meanPrice[instance]!;
    pools.addAttempt(pool, vcpuMilliMs, cost);
    hours.addAttempt(hourOf(workload, endedMs), vcpuMilliMs, cost);
    names.addAttempt(jobName[attempts.job[row]!]! * queueNames.length + queue, vcpuMilliMs, cost);
  }
}

/** The hour of the day of an instant; of the run where the trace has relative times. */
function hourOf({ originMs }: Workload, timeMs: number): number {
  return Math.floor(((originMs + timeMs) % MS_PER_DAY) / MS_PER_HOUR);
}

function listPools(
  ledger: Ledger,
  bill: Bill,
  losses: Losses,
  lost: Float64Array,
  reworkMicroUsd: number,
): readonly SpotPool[] {
  const { pools, instanceTypes } = ledger.tables;
  const rework = apportion(reworkMicroUsd, losses.cost);
  const ranked = [...pools.keys()]
    .filter(
      (pool) =>
        (pools[pool]!.market === "spot" && bill.poolInstances[pool]! > 0) ||
        lost[pool]! + losses.refusals[pool]! + losses.attempts[pool]! > 0,
    )
    .sort((a, b) => bill.poolMicroUsd[b]! - bill.poolMicroUsd[a]! || a - b);
  return listed(ranked).map((members) => {
    const only = members.length === 1 ? pools[members[0]!]! : null;
    return {
      instanceType: only === null ? null : instanceTypes[only.instanceType]!.name,
      zone: only?.zone ?? null,
      market: only?.market ?? null,
      instances: members.reduce((sum, pool) => sum + bill.poolInstances[pool]!, 0),
      instanceHours: toHours(sumOver(members, bill.poolBilledMs)),
      microUsd: sumOver(members, bill.poolMicroUsd),
      interruptions: sumOver(members, losses.interruptions),
      refusals: sumOver(members, losses.refusals),
      reworkVcpuHours: losses.vcpuHours(members),
      reworkMicroUsd: sumOver(members, rework),
    };
  });
}

function listNames(workload: Workload, losses: Losses, reworkMicroUsd: number): readonly SpotJobName[] {
  const { queueNames, jobNames } = workload;
  const rework = apportion(reworkMicroUsd, losses.cost);
  const ranked = [...losses.attempts.keys()]
    .filter((key) => losses.attempts[key]! > 0)
    .sort((a, b) => losses.vcpuMilliMs[b]! - losses.vcpuMilliMs[a]! || a - b);
  return listed(ranked).map((members) => {
    const only = members.length === 1 ? members[0]! : null;
    return {
      queue: only === null ? null : queueNames[only % queueNames.length]!,
      name: only === null ? null : jobNames[Math.floor(only / queueNames.length)]!,
      attemptsLost: sumOver(members, losses.attempts),
      reworkVcpuHours: losses.vcpuHours(members),
      reworkMicroUsd: sumOver(members, rework),
    };
  });
}

function listHours(losses: Losses, reworkMicroUsd: number): readonly SpotHour[] {
  const rework = apportion(reworkMicroUsd, losses.cost);
  return Array.from({ length: HOURS }, (_, hour) => ({
    interruptions: losses.interruptions[hour]!,
    refusals: losses.refusals[hour]!,
    reworkVcpuHours: losses.vcpuHours([hour]),
    reworkMicroUsd: rework[hour]!,
  }));
}

/** Each of the first few alone, the others together. One left over is as short as a rest. */
function listed(ranked: readonly number[]): readonly (readonly number[])[] {
  const alone = ranked.length <= LISTED + 1 ? ranked.length : LISTED;
  const entries = ranked.slice(0, alone).map((key) => [key]);
  return alone === ranked.length ? entries : [...entries, ranked.slice(alone)];
}

/** Attempts that another one of their job came after, by outcome. */
function countRetries(ledger: Ledger, workload: Workload): SpotSummary["retries"] {
  if (everyJobRanOnce(ledger, workload)) return [];
  const counts = new Float64Array(JOB_OUTCOMES.length);
  const rows = jobRowsOf(ledger, workload);
  for (let job = 0; job < workload.jobCount; job++) {
    for (let i = 0; i < rows.attemptCount(job) - 1; i++) {
      const outcome = outcomeOf(ledger.attempts.outcome[rows.attemptRow(job, i)]!);
      counts[outcome] = counts[outcome]! + 1;
    }
  }
  return JOB_OUTCOMES.map((outcome, i) => ({ outcome, attempts: counts[i]! })).filter((row) => row.attempts > 0);
}

function sumOver(keys: readonly number[], values: Float64Array): number {
  return keys.reduce((sum, key) => sum + values[key]!, 0);
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** Milliseconds (of instances, or times vCPUs) as hours to three digits. */
function toHours(ms: number): number {
  return Math.round((ms / MS_PER_HOUR) * 1e3) / 1e3;
}
