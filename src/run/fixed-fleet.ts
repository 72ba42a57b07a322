// How large a fixed fleet must be: what would run at once if every job started when it was submitted. Sized by somebody who
// knows the future (true run times), which no real owner of a fixed fleet does; the baseline is kind to the fixed fleet.

import { assert } from "../base/assert.js";
import { EventHeap } from "../base/event-heap.js";
import { quantiles } from "../base/quantiles.js";
import { MIB_PER_GIB, MILLI } from "../base/units.js";
import { bestFitProvisioner } from "../core/provisioning/best-fit.js";
import { type Candidates, jobsThatFit, prepareCandidates } from "../core/provisioning/candidates.js";
import { cheapestFor } from "../core/provisioning/job-per-instance.js";
import type { ComputeEnvironment, FixedCapacity } from "../model/environment.js";
import type { Workload } from "../model/job.js";
import type { Profiles } from "../model/profile.js";
import type { Floor } from "../model/run-result.js";
import type { SystemTables } from "../model/tables.js";

/** Instants at which the demand is looked at to find its 95th percentile over time. */
const SAMPLES = 2_000;

export interface SizingInstants {
  /** When the demand is largest, ms after the first submission. */
  readonly peakMs: number;
  /** An instant at which the demand has its 95th percentile over time. */
  readonly p95Ms: number;
}

/** Finds the instants. Demand is measured in money: requests times the floor's resource prices. */
export function sizingInstants(workload: Workload, profiles: Profiles, floor: Floor): SizingInstants {
  // Whole micro-USD per class, so that adding and taking away leaves no rounding behind.
  const worth = workload.classes.map((jobClass) => {
    const { vcpuMilli, memoryMib, gpuMilli } = workload.shapes[jobClass.shape]!;
    const value =
      (vcpuMilli / MILLI) * floor.microUsdPerVcpuHour +
      (memoryMib / MIB_PER_GIB) * floor.microUsdPerGibHour +
      (gpuMilli / MILLI) * floor.microUsdPerGpuHour;
    return Math.max(1, Math.round(value));
  });
  let spanMs = 1;
  for (let job = 0; job < workload.jobCount; job++) {
    spanMs = Math.max(spanMs, workload.submitMs[job]! + profiles.runtimeMs[job]!);
  }
  const samples = new Float64Array(SAMPLES);
  let sampled = 0;
  let demand = 0;
  let peak = 0;
  let peakMs = 0;
  const ends = new EventHeap();
  const endUntil = (timeMs: number) => {
    while (ends.nextTime <= timeMs) demand -= worth[workload.jobClass[ends.pop()]!]!;
  };
  const sampleUntil = (timeMs: number) => {
    for (; sampled < SAMPLES && sampleMs(sampled, spanMs) < timeMs; sampled++) {
      endUntil(sampleMs(sampled, spanMs));
      samples[sampled] = demand;
    }
  };
  for (let job = 0; job < workload.jobCount; job++) {
    const submitMs = workload.submitMs[job]!;
    sampleUntil(submitMs);
    endUntil(submitMs);
    demand += worth[workload.jobClass[job]!]!;
    ends.push(submitMs + profiles.runtimeMs[job]!, job);
    if (demand > peak) {
      peak = demand;
      peakMs = submitMs;
    }
  }
  sampleUntil(Number.POSITIVE_INFINITY);
  const p95 = quantiles(samples, [0.95])[0]!;
  return { peakMs, p95Ms: sampleMs(samples.indexOf(p95), spanMs) };
}

function sampleMs(index: number, spanMs: number): number {
  return ((index + 0.5) * spanMs) / SAMPLES;
}

/**
 * The environments with fixed fleets that hold, on paper, all jobs that would run at `instantMs`, bought by the best-fit
 * policy; and at least one instance for every shape of the workload.
 */
export function fixedFleetAt(
  instantMs: number,
  tables: SystemTables,
  workload: Workload,
  profiles: Profiles,
): ComputeEnvironment[] {
  const candidates = tables.environments.map((environment) => prepareCandidates(environment, tables));
  const running = tables.environments.map(() => new Int32Array(tables.shapes.length));
  const needed = tables.environments.map(() => new Set<number>());
  const home = workload.classes.map(({ queue, shape }) => {
    const environment = tables.queues[queue]!.computeEnvironments.find(
      (index) => candidates[index]!.unitMicroUsdPerHour[shape]! < Number.POSITIVE_INFINITY,
    );
    assert(environment !== undefined, "a shape fits no compute environment");
    needed[environment]!.add(shape);
    return environment;
  });
  for (let job = 0; job < workload.jobCount; job++) {
    const submitMs = workload.submitMs[job]!;
    if (submitMs > instantMs) break;
    if (submitMs + profiles.runtimeMs[job]! <= instantMs) continue;
    const jobClass = workload.jobClass[job]!;
    const counts = running[home[jobClass]!]!;
    const { shape } = workload.classes[jobClass]!;
    counts[shape] = counts[shape]! + 1;
  }
  return tables.environments.map((environment, index) => ({
    ...environment,
    fixedFleet: buyFleet(candidates[index]!, tables, running[index]!, needed[index]!),
  }));
}

function buyFleet(
  candidates: Candidates,
  tables: SystemTables,
  demand: Int32Array,
  needed: ReadonlySet<number>,
): FixedCapacity[] {
  const unlimited = {
    fleetVcpuMilli: Number.POSITIVE_INFINITY,
    vcpuMilli: Number.POSITIVE_INFINITY,
    launches: Number.POSITIVE_INFINITY,
  };
  const bought = bestFitProvisioner(candidates, tables)
    .plan(demand, unlimited)
    .map(({ candidate, copies }) => ({ candidate, count: copies }));
  for (const shape of needed) {
    if (bought.some(({ candidate }) => jobsThatFit(tables.shapes[shape]!, candidate) >= 1)) continue;
    bought.push({ candidate: cheapestFor(tables.shapes[shape]!, candidates)!, count: 1 });
  }
  const counts = new Map<number, number>();
  for (const { candidate, count } of bought) counts.set(candidate.pool, (counts.get(candidate.pool) ?? 0) + count);
  return [...counts].map(([pool, count]) => ({ pool, count })).sort((a, b) => a.pool - b.pool);
}
