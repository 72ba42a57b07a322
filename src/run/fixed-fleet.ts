// How large a fixed fleet must be: what would run at once if every job started when it was submitted. Sized by somebody who
// knows the future (true run times), which no real owner of a fixed fleet does; the baseline is kind to the fixed fleet.

import { EventHeap } from "../base/event-heap.js";
import { quantiles } from "../base/quantiles.js";
import { BestFitProvisioner } from "../core/provisioning/best-fit.js";
import { type Candidates, jobsThatFit } from "../core/provisioning/candidates.js";
import { cheapestFor } from "../core/provisioning/job-per-instance.js";
import { prepareCandidates } from "../core/provisioning/live-candidates.js";
import type { ComputeEnvironment } from "../model/environment.js";
import type { JobClass, Workload } from "../model/job.js";
import type { Profiles } from "../model/profile.js";
import { NONE, type SystemTables } from "../model/tables.js";

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
  const { classes, shapes } = workload;
  const requests = [
    classes.map(({ shape, nodes }) => nodes * shapes[shape]!.vcpuMilli),
    classes.map(({ shape, nodes }) => nodes * shapes[shape]!.memoryMib),
    classes.map(({ shape, nodes }) => nodes * shapes[shape]!.gpuMilli),
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
 * best-fit policy; and at least one instance for every shape of the workload, of multi-node jobs one for every node. What is
 * on Fargate or has a fixed fleet stays as it is.
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
    if (environment.fargate || environment.fixedFleet !== null) return environment;
    const counts = new Map<number, number>();
    for (const instantMs of instantsMs) {
      const running = runningAt(instantMs, workload, profiles, (jobClass) => home[jobClass] === index);
      for (const [pool, copies] of buy(running, candidates[index]!, tables)) {
        counts.set(pool, Math.max(counts.get(pool) ?? 0, copies));
      }
    }
    workload.classes.forEach((jobClass, classIndex) => {
      if (home[classIndex] === index) ensureRoomFor(jobClass, counts, candidates[index]!, tables);
    });
    const fixedFleet = [...counts].map(([pool, count]) => ({ pool, count })).sort((a, b) => a.pool - b.pool);
    return { ...environment, fixedFleet };
  });
}

/** Per class: the first compute environment of its queue that sells room for it, or NONE. */
function homesOfClasses(tables: SystemTables, candidates: readonly Candidates[]): number[] {
  return tables.classes.map(({ queue, shape, nodes }) => {
    const environment = tables.queues[queue]!.computeEnvironments.find(
      (index) =>
        candidates[index]!.unitMicroUsdPerHour[shape]! < Number.POSITIVE_INFINITY &&
        (nodes === 1 || tables.environments[index]!.multiNode),
    );
    return environment ?? NONE; // jobs that are kept although nothing holds them
  });
}

/** Jobs per class that would run at an instant if every job started when it was submitted. */
function runningAt(
  instantMs: number,
  workload: Workload,
  profiles: Profiles,
  counts: (jobClass: number) => boolean,
): Int32Array {
  const running = new Int32Array(workload.classes.length);
  for (let job = 0; job < workload.jobCount && workload.submitMs[job]! <= instantMs; job++) {
    const jobClass = workload.jobClass[job]!;
    if (workload.submitMs[job]! + profiles.runtimeMs[job]! <= instantMs || !counts(jobClass)) continue;
    running[jobClass] = running[jobClass]! + 1;
  }
  return running;
}

/** The cheapest mix for running jobs by class: copies by pool. Nodes of multi-node jobs have instances of their own. */
function buy(running: Int32Array, candidates: Candidates, tables: SystemTables): Map<number, number> {
  const unlimited = {
    fleetVcpuMilli: Number.POSITIVE_INFINITY,
    vcpuMilli: Number.POSITIVE_INFINITY,
    launches: Number.POSITIVE_INFINITY,
  };
  const copiesOf = new Map<number, number>();
  const add = (pool: number, copies: number) => copiesOf.set(pool, (copiesOf.get(pool) ?? 0) + copies);
  const demand = new Int32Array(tables.shapes.length);
  tables.classes.forEach(({ shape, nodes }, jobClass) => {
    const jobs = running[jobClass]!;
    if (nodes === 1) demand[shape] = demand[shape]! + jobs;
    else if (jobs > 0) add(cheapestFor(tables.shapes[shape]!, candidates, unlimited.vcpuMilli)!.pool, nodes * jobs);
  });
  for (const { candidate, copies } of new BestFitProvisioner(candidates, tables).plan(demand, unlimited)) {
    add(candidate.pool, copies);
  }
  return copiesOf;
}

/** Adds the cheapest instances for a job of a class when the fleet has not enough of one type for it. */
function ensureRoomFor(
  { shape, nodes }: JobClass,
  counts: Map<number, number>,
  candidates: Candidates,
  tables: SystemTables,
): void {
  const wanted = tables.shapes[shape]!;
  const holds = candidates.all.some(
    (candidate) => (counts.get(candidate.pool) ?? 0) >= nodes && jobsThatFit(wanted, candidate) >= 1,
  );
  if (!holds) counts.set(cheapestFor(wanted, candidates, Number.POSITIVE_INFINITY)!.pool, nodes);
}
