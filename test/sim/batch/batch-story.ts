// Workloads with dependencies, arrays, scripts and interventions in few words, and what the engine was told of them.
// Units are written "j3" (job 3) and "a0" (array 0). Unless said otherwise there is room for every job at once, and
// nothing takes time but the jobs themselves: every time in a log is then the sum of run times.

import { vi } from "vitest";
import { MS_PER_SECOND } from "../../../src/base/units.js";
import { Engine } from "../../../src/engine/engine.js";
import { EventKind } from "../../../src/model/event.js";
import { DependencyKind, type JobDefinition, type RetryStrategy, type Workload } from "../../../src/model/job.js";
import { exitCodeOf, Outcome, outcomeOf } from "../../../src/model/outcome.js";
import type { AttemptScript } from "../../../src/model/profile.js";
import { NONE } from "../../../src/model/tables.js";
import type { FailureRule } from "../../../src/model/world.js";
import { type SimulationInput, simulate } from "../../../src/sim/simulate.js";
import {
  environment,
  instanceType,
  type JobRow,
  job,
  pool,
  type Story,
  s,
  shape,
  simulationInput,
} from "../../builders.js";

const KIND_OF_TYPE = { N_TO_N: DependencyKind.NToN, ENDED: DependencyKind.End } as const;

type Unit = `j${number}` | `a${number}`;

export interface Parts {
  /** Children by array index. */
  readonly arrays?: readonly { readonly children: readonly number[]; readonly sequential?: boolean }[];
  /** Who waits, for whom. */
  readonly dependsOn?: readonly (readonly [waits: Unit, on: Unit, type?: keyof typeof KIND_OF_TYPE])[];
  readonly interventions?: readonly (readonly [atS: number, kind: "cancel" | "terminate", unit: Unit])[];
  /** By job. */
  readonly retry?: Readonly<Record<number, RetryStrategy>>;
  readonly timeoutS?: Readonly<Record<number, number>>;
  readonly checkpointS?: Readonly<Record<number, number>>;
  /** By job, its attempts. */
  readonly scripts?: Readonly<Record<number, readonly Partial<AttemptScript>[]>>;
  readonly failures?: readonly FailureRule[];
}

/** Jobs of one vCPU: submitted at, run time, in seconds. */
export function rows(...list: readonly (readonly [submitS: number, runS: number])[]): JobRow[] {
  return list.map(([submitS, runS]) => job(s(submitS), s(runS), shape(1, 1)));
}

/** Ten machines of ten vCPUs. */
export function roomy(jobs: readonly JobRow[], story: Partial<Story> = {}): SimulationInput {
  return simulationInput({
    types: [instanceType("m", 10, 100)],
    pools: [pool(0, 1)],
    environments: [environment([0], { fixedFleet: [{ pool: 0, count: 10 }] })],
    jobs,
    ...story,
  });
}

/** An attempt that exits with a code after so many seconds. */
export function exits(exitCode: number, runS = Number.NaN): Partial<AttemptScript> {
  return { exitCode, runtimeMs: s(runS) };
}

export function withParts(input: SimulationInput, parts: Parts): SimulationInput {
  const { workload, profiles, world } = input;
  const { jobCount } = workload;
  const jobNumbers = Array.from({ length: jobCount }, (_, index) => index);
  const scripts = Object.entries(parts.scripts ?? {});
  const script = new Int32Array(scripts.length === 0 ? 0 : jobCount).fill(NONE);
  scripts.forEach(([scripted], index) => {
    script[Number(scripted)] = index;
  });
  const defined = [parts.retry, parts.timeoutS, parts.checkpointS].some((part) => part !== undefined);
  const arrays = arrayColumns(parts.arrays ?? [], jobCount);
  return {
    ...input,
    workload: {
      ...workload,
      arrays,
      dependencies: dependencyColumns(parts.dependsOn ?? [], arrays.count),
      interventions: (parts.interventions ?? []).map(([atS, kind, unit]) => ({
        timeMs: s(atS),
        kind,
        unit: unitNumber(unit, arrays.count),
      })),
      definitions: defined ? jobNumbers.map((number) => definition(parts, number)) : workload.definitions,
      jobDefinition: defined ? Int32Array.from(jobNumbers) : workload.jobDefinition,
    },
    profiles: { ...profiles, script, scripts: scripts.map(([, attempts]) => attempts.map(filled)) },
    world: { ...world, failures: parts.failures ?? [] },
  };
}

function definition({ retry, timeoutS, checkpointS }: Parts, number: number): JobDefinition {
  const checkpoint = checkpointS?.[number];
  return {
    ...(checkpoint === undefined ? {} : { checkpointMs: s(checkpoint) }),
    name: `definition-${number}`,
    retry: retry?.[number] ?? { attempts: 1, evaluateOnExit: [] },
    timeoutMs: (timeoutS?.[number] ?? Number.NaN) * MS_PER_SECOND,
  };
}

function filled(script: Partial<AttemptScript>): AttemptScript {
  const usual = { runtimeMs: Number.NaN, exitCode: 0, reason: undefined, statusReason: undefined, cannotStart: false };
  return { ...usual, ...script };
}

function unitNumber(unit: Unit, arrayCount: number): number {
  return Number(unit.slice(1)) + (unit.startsWith("a") ? 0 : arrayCount);
}

function arrayColumns(arrays: NonNullable<Parts["arrays"]>, jobCount: number): Workload["arrays"] {
  const arrayOfJob = new Int32Array(arrays.length === 0 ? 0 : jobCount).fill(NONE);
  const indexInArray = new Int32Array(arrayOfJob.length);
  const starts = new Int32Array(arrays.length + 1);
  arrays.forEach(({ children }, array) => {
    starts[array + 1] = starts[array]! + children.length;
    children.forEach((child, index) => {
      arrayOfJob[child] = array;
      indexInArray[child] = index;
    });
  });
  return {
    count: arrays.length,
    starts,
    children: Int32Array.from(arrays.flatMap(({ children }) => children)),
    arrayOfJob,
    indexInArray,
    sequential: Uint8Array.from(arrays, ({ sequential }) => (sequential ? 1 : 0)),
    ids: arrays.map((_, array) => `a${array}`),
  };
}

function dependencyColumns(edges: NonNullable<Parts["dependsOn"]>, arrayCount: number): Workload["dependencies"] {
  return {
    count: edges.length,
    dependent: Int32Array.from(edges, ([waits]) => unitNumber(waits, arrayCount)),
    on: Int32Array.from(edges, ([, on]) => unitNumber(on, arrayCount)),
    kind: Uint8Array.from(edges, ([, , type]) => (type === undefined ? DependencyKind.Success : KIND_OF_TYPE[type])),
  };
}

/** One event of a job, as the engine got it. */
export interface JobEvent {
  readonly atMs: number;
  readonly kind: "submitted" | "released" | "retried" | "checkpointed" | "ended" | "cancelled";
  readonly job: number;
  /** Of "ended": NaN when the container never started. Of "checkpointed": what is saved. */
  readonly startedMs: number;
  readonly packed: number;
}

const LOGGED = new Map<EventKind, JobEvent["kind"]>([
  [EventKind.JobSubmitted, "submitted"],
  [EventKind.JobReleased, "released"],
  [EventKind.JobRetried, "retried"],
  [EventKind.JobCheckpointed, "checkpointed"],
  [EventKind.JobEnded, "ended"],
  [EventKind.JobCancelled, "cancelled"],
]);

/** Runs the simulation; returns all that the engine was told about jobs, in order. */
export function jobEvents(input: SimulationInput): JobEvent[] {
  const events: JobEvent[] = [];
  const original = Engine.prototype.ingest;
  const spy = vi.spyOn(Engine.prototype, "ingest").mockImplementation(function (
    this: Engine,
    kind,
    atMs,
    subject,
    a,
    b,
  ) {
    const name = LOGGED.get(kind);
    if (name !== undefined) events.push({ atMs, kind: name, job: subject, startedMs: a, packed: b });
    original.call(this, kind, atMs, subject, a, b);
  });
  try {
    simulate(input);
  } finally {
    spy.mockRestore();
  }
  return events;
}

export function outcomeName(packed: number): string {
  const [name] = Object.entries(Outcome).find(([, value]) => value === outcomeOf(packed))!;
  return exitCodeOf(packed) === 0 ? name : `${name} ${exitCodeOf(packed)}`;
}

/** The same as lines: "10 ended j0 from 4 Exited 1". Seconds. */
export function log(input: SimulationInput): string[] {
  return jobEvents(input).map(logLine);
}

function logLine({ atMs, kind, job: number, startedMs, packed }: JobEvent): string {
  const head = `${atMs / MS_PER_SECOND} ${kind} j${number}`;
  if (kind === "ended") {
    const from = Number.isNaN(startedMs) ? "unstarted" : `from ${startedMs / MS_PER_SECOND}`;
    return `${head} ${from} ${outcomeName(packed)}`;
  }
  if (kind === "checkpointed") return `${head} ${startedMs / MS_PER_SECOND}`;
  return kind === "cancelled" ? `${head} ${outcomeName(packed)}` : head;
}

/** What became of the jobs: the last line of each, by job. */
export function ends(input: SimulationInput): string[] {
  const last = new Map<number, JobEvent>();
  for (const event of jobEvents(input)) last.set(event.job, event);
  return [...last.values()].sort((a, b) => a.job - b.job).map(logLine);
}
