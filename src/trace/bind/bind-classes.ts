// Binding by class: when a scenario changes nothing but what whole classes of jobs ask for, the rules are applied to one row
// of each class, and the columns stay, but for the numbers of the classes.

import { textAt } from "../../base/text-column.js";
import type { RowTally } from "../../model/ingest.js";
import type { JobClass } from "../../model/job.js";
import { Admission, type AdmittedRow, type RowReceiver } from "../admission.js";
import { ClassTable } from "../class-table.js";
import { bufferOf, columnsAt, columnsOf, layoutOf, withColumns } from "../compiled/columns.js";
import type { TraceFileOptions } from "../options.js";
import { emptyRawJob } from "../raw-job.js";
import { EXAMPLES_KEPT, quoted } from "../tallies.js";
import type { SealedTrace } from "../workload-builder.js";
import { workloadHash } from "../workload-hash.js";
import { fillClass } from "./sealed-row.js";

export interface BoundClasses {
  readonly trace: SealedTrace;
  readonly adjusted: readonly RowTally[];
}

/** Undefined when single jobs must be looked at, or a class is to be rejected. */
export function bindClasses(trace: SealedTrace, options: TraceFileOptions): BoundClasses | undefined {
  const { workload } = trace;
  const isByClass =
    options.defaults.jobDefinition === undefined &&
    workload.definitions.every(({ name }) => name === "") &&
    (options.limits === "estimate" || workload.limitMs.every(Number.isNaN));
  if (!isByClass) return undefined;
  const table = new ClassTable();
  const place = new Int32Array(workload.classes.length);
  const tallies = new JobTallies(trace);
  for (const [index, jobClass] of workload.classes.entries()) {
    const found = bindClass(trace, jobClass, options);
    if (found === undefined) return undefined;
    place[index] = table.indexOf({ ...found.job, consumables: jobClass.consumables });
    for (const { code, reason } of found.adjusted) tallies.add(code, reason, index);
  }
  return { trace: withClasses(trace, table, place), adjusted: tallies.list() };
}

/** What the rules make of a job of this class; undefined: they reject it. */
function bindClass(trace: SealedTrace, jobClass: JobClass, options: TraceFileOptions) {
  const keeper = new Keeper();
  const admission = new Admission(options, keeper);
  const raw = emptyRawJob();
  fillClass(raw, trace, jobClass);
  raw.id = "any";
  raw.submitMs = 0;
  raw.runtimeMs = 0;
  admission.admit(raw, 1, () => "");
  const { job } = keeper;
  return job === undefined ? undefined : { job, adjusted: admission.result().adjusted };
}

class Keeper implements RowReceiver {
  job: AdmittedRow["job"] | undefined;

  accept({ job }: AdmittedRow): void {
    this.job = job;
  }
}

/** The same columns with other classes. A new buffer only where their numbers change. */
function withClasses(trace: SealedTrace, table: ClassTable, place: Int32Array): SealedTrace {
  const { workload, profiles, ...rest } = trace;
  const tables = {
    shapes: table.shapes,
    classes: table.classes,
    queueNames: table.queues.names,
    shareNames: table.shares.names,
  };
  const isSame = (Object.keys(tables) as (keyof typeof tables)[]).every(
    (name) => JSON.stringify(tables[name]) === JSON.stringify(workload[name]),
  );
  if (isSame) return trace;
  const isRenumbered = place.some((to, from) => to !== from);
  const moved = isRenumbered ? renumbered(trace, place) : trace;
  const bound = { ...moved.workload, ...tables };
  const hash = workloadHash(bound, moved.profiles, bufferOf(columnsOf(moved)));
  return { ...rest, workload: { ...bound, hash }, profiles: moved.profiles };
}

function renumbered(trace: SealedTrace, place: Int32Array): SealedTrace {
  const columns = columnsOf(trace);
  const whole = bufferOf(columns);
  const buffer = new SharedArrayBuffer(whole.length);
  new Uint8Array(buffer).set(whole);
  const copy = columnsAt(buffer, layoutOf(columns))!;
  const { jobClass } = copy;
  for (let job = 0; job < jobClass.length; job++) jobClass[job] = place[jobClass[job]!]!;
  return withColumns(trace, copy);
}

/** Jobs, not classes, are what a report counts. */
class JobTallies {
  private readonly trace: SealedTrace;
  private readonly found = new Map<string, { reason: string; classes: Set<number> }>();

  constructor(trace: SealedTrace) {
    this.trace = trace;
  }

  add(code: string, reason: string, jobClass: number): void {
    const known = this.found.get(code);
    if (known === undefined) this.found.set(code, { reason, classes: new Set([jobClass]) });
    else known.classes.add(jobClass);
  }

  list(): RowTally[] {
    const { jobClass, ids } = this.trace.workload;
    return [...this.found].map(([code, { reason, classes }]) => {
      let count = 0;
      const examples: { line: number; detail: string }[] = [];
      for (let job = 0; job < jobClass.length; job++) {
        if (!classes.has(jobClass[job]!)) continue;
        count++;
        if (examples.length < EXAMPLES_KEPT)
          examples.push({ line: job + 1, detail: `job ${quoted(textAt(ids, job))}` });
      }
      return { code, reason, count, examples };
    });
  }
}
