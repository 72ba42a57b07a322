// Small and large traces for the tests of transforms, made through the builder as readers do.

import fc from "fast-check";
import { randomStream } from "../../../src/base/random.js";
import { textAt } from "../../../src/base/text-column.js";
import { MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE } from "../../../src/base/units.js";
import type { IngestReport } from "../../../src/model/ingest.js";
import { DependencyKind } from "../../../src/model/job.js";
import { NONE } from "../../../src/model/tables.js";
import { arrayUnit } from "../../../src/trace/dependency-table.js";
import { neutralJobRow, type SealedTrace, type Trace, WorkloadBuilder } from "../../../src/trace/workload-builder.js";

export const DAY_ZERO = Date.UTC(2026, 0, 5);

const REPORT: IngestReport = {
  ...{ source: "made", format: "inline", recordsRead: 0, rowsRead: 0, accepted: 0 },
  ...{ rejected: [], adjusted: [], folded: [], notes: [] },
};

export interface MadeJob {
  readonly id?: string;
  readonly name?: string;
  readonly queue?: string;
  readonly share?: string;
  readonly submitMs: number;
  readonly vcpus?: number;
  readonly memoryMib?: number;
  readonly gpus?: number;
  readonly runtimeMs?: number;
  readonly exitCode?: number;
  readonly definition?: string;
  /** Index among the arrays made; undefined: none. */
  readonly array?: number | undefined;
  /** Id of a job or array it waits for. */
  readonly after?: string | undefined;
  readonly cancelMs?: number;
}

/** A trace of these jobs; arrays are called "array-0", "array-1", ... */
export function madeTrace(jobs: readonly MadeJob[]): Trace {
  const builder = new WorkloadBuilder();
  const arrays = new Map<number, number>();
  const row = neutralJobRow();
  jobs.forEach((job, index) => {
    if (job.array !== undefined && !arrays.has(job.array)) {
      arrays.set(job.array, builder.addArray(`array-${job.array}`));
    }
    row.array = job.array === undefined ? NONE : arrays.get(job.array)!;
    row.id =
      job.array === undefined ? (job.id ?? `job-${index}`) : `array-${job.array}:${builder.childCount(row.array)}`;
    row.name = job.name ?? "work";
    row.queue = job.queue ?? "main";
    row.share = job.share ?? "";
    row.submitMs = job.submitMs;
    row.vcpuMilli = (job.vcpus ?? 1) * 1_000;
    row.memoryMib = job.memoryMib ?? 1_024;
    row.gpuMilli = (job.gpus ?? 0) * 1_000;
    row.runtimeMs = job.runtimeMs ?? 60_000;
    row.recordedWaitMs = index;
    row.definition = builder.addDefinition({
      name: job.definition ?? "",
      retry: { attempts: 1, evaluateOnExit: [] },
      timeoutMs: Number.NaN,
    });
    row.script =
      job.exitCode === undefined
        ? NONE
        : builder.addScript([
            {
              runtimeMs: Number.NaN,
              exitCode: job.exitCode,
              reason: undefined,
              statusReason: undefined,
              cannotStart: false,
            },
          ]);
    const number = builder.addJob(row);
    const unit = row.array === NONE ? number : arrayUnit(row.array);
    if (job.after !== undefined) builder.addDependency(unit, job.after, DependencyKind.Success, index + 1);
    if (job.cancelMs !== undefined) builder.addIntervention("cancel", job.cancelMs, unit);
  });
  return { ...builder.seal(), report: REPORT };
}

/** Everything that a job is, as plain values, without its id and its submission. */
export function jobFacts({ workload, profiles }: SealedTrace, job: number) {
  const { queue, shape, share, priority, nodes, consumables } = workload.classes[workload.jobClass[job]!]!;
  const definition = workload.jobDefinition.length === 0 ? 0 : workload.jobDefinition[job]!;
  const script = profiles.script.length === 0 ? NONE : profiles.script[job]!;
  return {
    queue: workload.queueNames[queue]!,
    shape: workload.shapes[shape]!,
    share: workload.shareNames[share]!,
    consumables: workload.consumableSets[consumables]!,
    name: workload.jobNames[workload.jobName[job]!]!,
    definition: workload.definitions[definition]!,
    script: script === NONE ? null : profiles.scripts[script]!,
    runtimeMs: profiles.runtimeMs[job]!,
    waitMs: profiles.recordedWaitMs[job]!,
    limitMs: workload.limitMs[job]!,
    priority,
    nodes,
  };
}

export function idOf({ workload }: SealedTrace, job: number): string {
  return textAt(workload.ids, job);
}

export function idsOf(trace: SealedTrace): string[] {
  return Array.from({ length: trace.workload.jobCount }, (_, job) => idOf(trace, job));
}

/** Every job with its id and instant. */
export function allJobs(trace: SealedTrace) {
  return idsOf(trace).map((id, job) => ({
    id,
    atMs: trace.workload.originMs + trace.workload.submitMs[job]!,
    ...jobFacts(trace, job),
  }));
}

/** "dependent > on", by id. */
export function edgesOf({ workload }: SealedTrace): string[] {
  const { arrays, dependencies, ids } = workload;
  const nameOf = (unit: number) => (unit < arrays.count ? arrays.ids[unit]! : textAt(ids, unit - arrays.count));
  return Array.from(
    { length: dependencies.count },
    (_, edge) =>
      `${nameOf(dependencies.dependent[edge]!)} > ${nameOf(dependencies.on[edge]!)} ${dependencies.kind[edge]}`,
  ).sort();
}

/** Traces with arrays, dependencies on earlier jobs, failures, several queues, users and names. */
export const traces = fc
  .array(
    fc.record({
      gapMs: fc.oneof(fc.integer({ min: 0, max: 5_000 }), fc.integer({ min: 0, max: MS_PER_DAY })),
      name: fc.constantFrom("align", "sort", "call"),
      queue: fc.constantFrom("cpu", "gpu"),
      share: fc.constantFrom("", "ann", "bob"),
      definition: fc.constantFrom("", "def-a"),
      vcpus: fc.integer({ min: 1, max: 8 }),
      runtimeMs: fc.integer({ min: 0, max: MS_PER_HOUR }),
      exitCode: fc.option(fc.integer({ min: 1, max: 255 }), { nil: undefined }),
      array: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined, freq: 3 }),
      after: fc.option(fc.nat(), { nil: undefined, freq: 3 }),
      cancelled: fc.boolean(),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .chain((jobs) => fc.tuple(fc.constant(jobs), fc.boolean()))
  .map(([jobs, dated]) => {
    let timeMs = dated ? DAY_ZERO : 0;
    const singles: string[] = [];
    return madeTrace(
      jobs.map(({ gapMs, after, array, exitCode, cancelled, ...job }, index) => {
        timeMs += gapMs;
        const single = array === undefined;
        const made = {
          ...job,
          array,
          submitMs: timeMs,
          // Only on single jobs before it, and only by single jobs: no circles.
          after: single && after !== undefined && singles.length > 0 ? singles[after % singles.length] : undefined,
          ...(exitCode === undefined ? {} : { exitCode }),
          ...(cancelled && single ? { cancelMs: timeMs + 1_000 } : {}),
        };
        if (single) singles.push(`job-${index}`);
        return made;
      }),
    );
  });

/**
 * A bursty load of many users over `days` days: sessions come by a Poisson process with a daily cycle, each a burst of jobs
 * some seconds to minutes apart; a few users are far more active than the rest.
 */
export function burstyTrace(seed: number, days: number, sessionsPerDay: number, users: number): Trace {
  const stream = randomStream(seed, "test/bursty");
  const jobs: MadeJob[] = [];
  for (let session = 0; session < days * sessionsPerDay; session++) {
    const day = Math.floor(stream.uniform() * days);
    // Two thirds of the sessions between 9 and 17 h, fewer at weekends (days 5 and 6).
    if (day % 7 >= 5 && stream.uniform() < 0.7) continue;
    const hour = stream.uniform() < 0.67 ? 9 + 8 * stream.uniform() : 24 * stream.uniform();
    const user = Math.floor(users * stream.uniform() * stream.uniform());
    const size = 1 + Math.floor(stream.exponential(8));
    let timeMs = day * MS_PER_DAY + hour * MS_PER_HOUR;
    for (let job = 0; job < size; job++) {
      jobs.push({
        submitMs: DAY_ZERO + Math.round(timeMs),
        share: `user-${user}`,
        name: `app-${user % 7}`,
        runtimeMs: Math.round(stream.exponential(MS_PER_HOUR)),
      });
      timeMs += stream.exponential(MS_PER_MINUTE);
    }
  }
  return madeTrace(jobs);
}
