// From a finished run's ledger to its part of the result. Reads the ledger, never the engine.

import { MS_PER_HOUR } from "../base/units.js";
import type { Ledger } from "../ledger/ledger.js";
import { type Billing, COST_CATEGORIES } from "../model/billing.js";
import type { Workload } from "../model/job.js";
import type { Profiles } from "../model/profile.js";
import type { CostSummary, RunSummary, WorkloadSummary } from "../model/run-result.js";
import { attribute } from "./attribution.js";
import { type Bill, computeBill } from "./bill.js";
import { demandOf } from "./floor.js";
import { countJobs, lastJobEnd } from "./job-counts.js";
import { JobPriceShares } from "./job-price-shares.js";
import { describePolicies } from "./policy-words.js";
import type { PriceShares } from "./price-shares.js";
import { buildSeries } from "./series.js";
import { summariseShares } from "./shares.js";
import { summariseSpot } from "./spot-ledger.js";
import { distributionOf, measureWaits, summariseWaits } from "./waits.js";

export interface RunLabel {
  readonly name: string;
  readonly role: RunSummary["role"];
  readonly description: string;
}

/** Figures and time series of one run. `shares` is indexed by instance type. */
export function summariseRun(
  label: RunLabel,
  ledger: Ledger,
  workload: Workload,
  billing: Billing,
  shares: readonly PriceShares[],
): RunSummary {
  const { tables } = ledger;
  const jobShares = new JobPriceShares(tables, shares);
  const bill = computeBill(ledger, billing, shares, jobShares);
  const overhead = tables.overheadMicroUsdPerHour;
  const waits = measureWaits(ledger, workload);
  return {
    ...label,
    policies: describePolicies(tables),
    jobs: countJobs(ledger, workload),
    cost: {
      totalMicroUsd: bill.totalMicroUsd,
      byCategory: COST_CATEGORIES.map((category, i) => ({ category, microUsd: bill.categoryMicroUsd[i]! })),
      byInstanceType: costByInstanceType(ledger, bill),
      ...attribute(ledger, workload, bill, jobShares, overhead),
    },
    ...summariseWaits(waits, workload),
    makespanMs: lastJobEnd(ledger),
    utilisation: utilisation(ledger),
    instances: fleetFigures(ledger, bill),
    spot: summariseSpot(ledger, workload, bill, jobShares),
    shares: summariseShares(ledger, workload, waits),
    series: buildSeries(ledger, workload, bill, overhead),
  };
}

/** What the trace asked for, before anybody scheduled it. */
export function summariseWorkload(workload: Workload, profiles: Profiles): WorkloadSummary {
  const demand = demandOf(workload, profiles);
  return {
    jobs: workload.jobCount,
    shapes: workload.shapes.length,
    queues: workload.queueNames,
    originMs: workload.originMs,
    submitSpanMs: workload.jobCount === 0 ? 0 : workload.submitMs[workload.jobCount - 1]!,
    vcpuHours: roundTo(demand.vcpuHours, 1e3),
    memoryGibHours: roundTo(demand.memoryGibHours, 1e3),
    gpuHours: roundTo(demand.gpuHours, 1e3),
    runtimeMs: distributionOf(profiles.runtimeMs, Math.round),
  };
}

function costByInstanceType(ledger: Ledger, bill: Bill): CostSummary["byInstanceType"] {
  const { pools, instanceTypes } = ledger.tables;
  const groups = new Map<
    string,
    { instanceType: string; market: (typeof pools)[number]["market"]; instances: number; ms: number; microUsd: number }
  >();
  pools.forEach((pool, index) => {
    if (bill.poolInstances[index] === 0) return;
    const instanceType = instanceTypes[pool.instanceType]!.name;
    const key = `${instanceType}/${pool.market}`;
    const group = groups.get(key) ?? { instanceType, market: pool.market, instances: 0, ms: 0, microUsd: 0 };
    group.instances += bill.poolInstances[index]!;
    group.ms += bill.poolBilledMs[index]!;
    group.microUsd += bill.poolMicroUsd[index]!;
    groups.set(key, group);
  });
  return [...groups.values()]
    .sort((a, b) => b.microUsd - a.microUsd || (a.instanceType < b.instanceType ? -1 : 1))
    .map(({ ms, ...group }) => ({ ...group, instanceHours: roundTo(ms / MS_PER_HOUR, 1e3) }));
}

/** Used over usable resource-hours, from registration to the end. */
function utilisation(ledger: Ledger): RunSummary["utilisation"] {
  const { tables, instances, usage } = ledger;
  const used = [0, 0, 0];
  const usable = [0, 0, 0];
  for (let i = 0; i < instances.length; i++) {
    const lifeMs = instances.endedMs.data[i]! - instances.registeredMs.data[i]!;
    if (!(lifeMs > 0)) continue;
    const type = tables.instanceTypes[tables.pools[instances.pool.data[i]!]!.instanceType]!;
    const capacity = [type.vcpuMilli, type.memoryMib, type.gpuMilli];
    const shareMs = [usage.vcpuMs(i), usage.memoryMs(i), usage.gpuMs(i)];
    for (let r = 0; r < 3; r++) {
      used[r] = used[r]! + shareMs[r]! * capacity[r]!;
      usable[r] = usable[r]! + lifeMs * capacity[r]!;
    }
  }
  const ratio = (r: number) => (usable[r] === 0 ? 0 : roundTo(used[r]! / usable[r]!, 1e5));
  return { vcpu: ratio(0), memory: ratio(1), gpu: usable[2] === 0 ? null : ratio(2) };
}

function fleetFigures(ledger: Ledger, bill: Bill): RunSummary["instances"] {
  const { runningMs, endedMs } = ledger.instances;
  const starts: number[] = [];
  const ends: number[] = [];
  let billedMs = 0;
  let lifeMs = 0;
  for (let i = 0; i < ledger.instances.length; i++) {
    if (Number.isNaN(runningMs.data[i]!)) continue;
    starts.push(runningMs.data[i]!);
    ends.push(endedMs.data[i]!);
    billedMs += bill.billedMs[i]!;
    lifeMs += endedMs.data[i]! - runningMs.data[i]!;
  }
  return {
    launched: starts.length,
    peak: peakOverlap(Float64Array.from(starts), Float64Array.from(ends)),
    instanceHours: roundTo(billedMs / MS_PER_HOUR, 1e3),
    meanLifeMs: starts.length === 0 ? 0 : Math.round(lifeMs / starts.length),
  };
}

/** Most intervals [start, end) that overlap at one instant. */
function peakOverlap(starts: Float64Array, ends: Float64Array): number {
  starts.sort();
  ends.sort();
  let ended = 0;
  let peak = 0;
  for (let started = 0; started < starts.length; started++) {
    while (ends[ended]! <= starts[started]!) ended++;
    peak = Math.max(peak, started + 1 - ended);
  }
  return peak;
}

function roundTo(value: number, parts: number): number {
  return Math.round(value * parts) / parts;
}
