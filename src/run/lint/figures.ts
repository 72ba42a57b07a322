// The trace as lint sees it: kinds of jobs (same class and definition) with their number and run times, gathered in one pass
// over the jobs, so that rules cost in kinds.

import { quantiles } from "../../base/quantiles.js";
import { MILLI, MS_PER_HOUR } from "../../base/units.js";
import type { IngestReport } from "../../model/ingest.js";
import type { ConsumableRequest, JobDefinition, Shape, Workload } from "../../model/job.js";
import type { Profiles } from "../../model/profile.js";

export interface JobKind {
  readonly queue: string;
  /** Of one node. */
  readonly shape: Shape;
  readonly share: string;
  readonly nodes: number;
  readonly consumables: readonly ConsumableRequest[];
  readonly definition: JobDefinition;
  /** Name of the first such job. */
  readonly name: string;
  /** Whether others have another name. */
  readonly severalNames: boolean;
  readonly jobs: number;
  /** Sum of their run times, one attempt each. */
  readonly runtimeMs: number;
}

/** Run times of the jobs of one name under one definition that has a timeout. */
export interface TimedJobs {
  readonly definition: JobDefinition;
  readonly name: string;
  readonly jobs: number;
  /** How many ran for longer than the timeout. */
  readonly beyond: number;
  readonly p99Ms: number;
  readonly longestMs: number;
}

export interface TraceFigures {
  /** Undefined: the trace could not be read. */
  readonly report: IngestReport | undefined;
  /** In order of their first job. */
  readonly kinds: readonly JobKind[];
  readonly timed: readonly TimedJobs[];
  readonly workload: Workload | undefined;
  readonly profiles: Profiles | undefined;
}

/** What is known without a trace: nothing. */
export const NO_TRACE: TraceFigures = {
  report: undefined,
  kinds: [],
  timed: [],
  workload: undefined,
  profiles: undefined,
};

/** vCPU-hours of a kind, all nodes counted. */
export function vcpuHours({ shape, nodes, runtimeMs }: JobKind): number {
  return (shape.vcpuMilli / MILLI) * nodes * (runtimeMs / MS_PER_HOUR);
}

export function traceFigures(workload: Workload, profiles: Profiles, report: IngestReport): TraceFigures {
  return {
    report,
    kinds: jobKinds(workload, profiles),
    timed: timedJobs(workload, profiles),
    workload,
    profiles,
  };
}

function definitionOf(workload: Workload, job: number): number {
  return workload.jobDefinition.length === 0 ? 0 : workload.jobDefinition[job]!;
}

function jobKinds(workload: Workload, profiles: Profiles): JobKind[] {
  const found = new Map<number, { first: number; severalNames: boolean; jobs: number; runtimeMs: number }>();
  for (let job = 0; job < workload.jobCount; job++) {
    const key = workload.jobClass[job]! * workload.definitions.length + definitionOf(workload, job);
    let kind = found.get(key);
    if (kind === undefined) {
      kind = { first: job, severalNames: false, jobs: 0, runtimeMs: 0 };
      found.set(key, kind);
    }
    kind.jobs++;
    kind.runtimeMs += profiles.runtimeMs[job]!;
    kind.severalNames ||= workload.jobName[job] !== workload.jobName[kind.first];
  }
  return [...found.values()].map(({ first, ...sums }) => {
    const jobClass = workload.classes[workload.jobClass[first]!]!;
    return {
      ...sums,
      queue: workload.queueNames[jobClass.queue]!,
      shape: workload.shapes[jobClass.shape]!,
      share: workload.shareNames[jobClass.share]!,
      nodes: jobClass.nodes,
      consumables: workload.consumableSets[jobClass.consumables]!,
      definition: workload.definitions[definitionOf(workload, first)]!,
      name: workload.jobNames[workload.jobName[first]!]!,
    };
  });
}

function timedJobs(workload: Workload, profiles: Profiles): TimedJobs[] {
  if (workload.definitions.every(({ timeoutMs }) => Number.isNaN(timeoutMs))) return [];
  const runtimes = new Map<number, number[]>();
  for (let job = 0; job < workload.jobCount; job++) {
    const definition = definitionOf(workload, job);
    if (Number.isNaN(workload.definitions[definition]!.timeoutMs)) continue;
    const key = definition * workload.jobNames.length + workload.jobName[job]!;
    const group = runtimes.get(key);
    if (group === undefined) runtimes.set(key, [profiles.runtimeMs[job]!]);
    else group.push(profiles.runtimeMs[job]!);
  }
  return [...runtimes].map(([key, runtimesMs]) => {
    const definition = workload.definitions[Math.floor(key / workload.jobNames.length)]!;
    const [p99Ms, longestMs] = quantiles(Float64Array.from(runtimesMs), [0.99, 1]) as [number, number];
    return {
      definition,
      name: workload.jobNames[key % workload.jobNames.length]!,
      jobs: runtimesMs.length,
      beyond: runtimesMs.filter((runtimeMs) => runtimeMs > definition.timeoutMs).length,
      p99Ms,
      longestMs,
    };
  });
}

/** Kinds with the same key together, in order of their first. */
export function grouped(kinds: readonly JobKind[], keyOf: (kind: JobKind) => unknown): JobKind[][] {
  const groups = new Map<string, JobKind[]>();
  for (const kind of kinds) {
    const key = JSON.stringify(keyOf(kind));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [kind]);
    else group.push(kind);
  }
  return [...groups.values()];
}

/** Kinds that ask for the same in the same queue and by the same name as one: shares and consumables do not matter. */
export function byRequest(kinds: readonly JobKind[]): JobKind[] {
  const groups = grouped(kinds, ({ definition, name, shape, nodes, queue }) => {
    return [definition.name, definition.name === "" ? name : "", shape, nodes, queue];
  });
  return groups.map((group) => ({
    ...group[0]!,
    severalNames: group.some((kind) => kind.severalNames || kind.name !== group[0]!.name),
    jobs: group.reduce((sum, { jobs }) => sum + jobs, 0),
    runtimeMs: group.reduce((sum, { runtimeMs }) => sum + runtimeMs, 0),
  }));
}
