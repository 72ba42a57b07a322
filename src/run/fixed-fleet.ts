// How large a fixed fleet must be: what would run at once if every job started when it was submitted. Sized by somebody who
// knows the future (true run times), which no real owner of a fixed fleet does; the baseline is kind to the fixed fleet.

import { assert } from "../base/assert.js";
import { EventHeap } from "../base/event-heap.js";
import { quantiles } from "../base/quantiles.js";
import { BestFitProvisioner } from "../core/provisioning/best-fit.js";
import { type Candidate, type Candidates, jobsThatFit, prepareCandidates } from "../core/provisioning/candidates.js";
import { cheapestFor } from "../core/provisioning/job-per-instance.js";
import type { ComputeEnvironment } from "../model/environment.js";
import type { Workload } from "../model/job.js";
import type { Profiles } from "../model/profile.js";
import type { SystemTables } from "../model/tables.js";

/** Instants at which the demand is looked at to find its 95th percentile over time. */
const SAMPLES = 2_000;

export interface SizingInstants {
  /** When each resource's demand is largest, ms after the first submission. */
  readonly peaksMs: readonly number[];
  /** Per resource, an instant at which its demand has its 95th percentile over time. */
  readonly p95sMs: readonly number[];
}

/** Finds the instants for vCPUs, memory and, where any job asks for them, GPUs. */
export function sizingInstants(workload: Workload, profiles: Profiles): SizingInstants {
  const requests = [
    workload.classes.map(({ shape }) => workload.shapes[shape]!.vcpuMilli),
    workload.classes.map(({ shape }) => workload.shapes[shape]!.memoryMib),
    workload.classes.map(({ shape }) => workload.shapes[shape]!.gpuMilli),
  ].filter((perClass) => perClass.some((amount) => amount > 0));
  const instants = requests.map((perClass) => instantsOf(workload, profiles, perClass));
  return { peaksMs: instants.map(({ peakMs }) => peakMs), p95sMs: instants.map(({ p95Ms }) => p95Ms) };
}

/** One sweep over starts and ends; `amount` is what a job of each class adds to the demand. */
function instantsOf(workload: Workload, profiles: Profiles, amount: readonly number[]) {
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
    while (ends.nextTime <= timeMs) demand -= amount[workload.jobClass[ends.pop()]!]!;
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
    demand += amount[workload.jobClass[job]!]!;
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
 * The environments with fixed fleets that hold, on paper, all jobs that would run at each of the instants, bought by the
 * best-fit policy; and at least one instance for every shape of the workload.
 */
export function fixedFleetsAt(
  instantsMs: readonly number[],
  tables: SystemTables,
  workload: Workload,
  profiles: Profiles,
): ComputeEnvironment[] {
  const candidates = tables.environments.map((environment) => prepareCandidates(environment, tables));
  const home = homesOfClasses(tables, candidates);
  return tables.environments.map((environment, index) => {
    const counts = new Map<number, number>();
    for (const instantMs of instantsMs) {
      const running = runningAt(instantMs, workload, profiles, (jobClass) => home[jobClass] === index);
      for (const { candidate, copies } of buy(running, candidates[index]!, tables)) {
        counts.set(candidate.pool, Math.max(counts.get(candidate.pool) ?? 0, copies));
      }
    }
    workload.classes.forEach(({ shape }, jobClass) => {
      if (home[jobClass] === index) ensureRoomFor(shape, counts, candidates[index]!, tables);
    });
    const fixedFleet = [...counts].map(([pool, count]) => ({ pool, count })).sort((a, b) => a.pool - b.pool);
    return { ...environment, fixedFleet };
  });
}

/** Per class: the first compute environment of its queue that sells room for it. */
function homesOfClasses(tables: SystemTables, candidates: readonly Candidates[]): number[] {
  return tables.classes.map(({ queue, shape }) => {
    const environment = tables.queues[queue]!.computeEnvironments.find(
      (index) => candidates[index]!.unitMicroUsdPerHour[shape]! < Number.POSITIVE_INFINITY,
    );
    assert(environment !== undefined, "a shape fits no compute environment");
    return environment;
  });
}

/** Jobs per shape that would run at an instant if every job started when it was submitted. */
function runningAt(
  instantMs: number,
  workload: Workload,
  profiles: Profiles,
  counts: (jobClass: number) => boolean,
): Int32Array {
  const running = new Int32Array(workload.shapes.length);
  for (let job = 0; job < workload.jobCount && workload.submitMs[job]! <= instantMs; job++) {
    const jobClass = workload.jobClass[job]!;
    if (workload.submitMs[job]! + profiles.runtimeMs[job]! <= instantMs || !counts(jobClass)) continue;
    const { shape } = workload.classes[jobClass]!;
    running[shape] = running[shape]! + 1;
  }
  return running;
}

/** The cheapest mix for a demand, one entry per candidate. */
function buy(demand: Int32Array, candidates: Candidates, tables: SystemTables) {
  const unlimited = {
    fleetVcpuMilli: Number.POSITIVE_INFINITY,
    vcpuMilli: Number.POSITIVE_INFINITY,
    launches: Number.POSITIVE_INFINITY,
  };
  const copiesOf = new Map<Candidate, number>();
  for (const { candidate, copies } of new BestFitProvisioner(candidates, tables).plan(demand, unlimited)) {
    copiesOf.set(candidate, (copiesOf.get(candidate) ?? 0) + copies);
  }
  return [...copiesOf].map(([candidate, copies]) => ({ candidate, copies }));
}

/** Adds the cheapest instance for a shape when the fleet has none that holds it. */
function ensureRoomFor(shape: number, counts: Map<number, number>, candidates: Candidates, tables: SystemTables): void {
  const holds = candidates.all.some(
    (candidate) => counts.has(candidate.pool) && jobsThatFit(tables.shapes[shape]!, candidate) >= 1,
  );
  if (!holds) counts.set(cheapestFor(tables.shapes[shape]!, candidates)!.pool, 1);
}
