// Binding job by job: every job goes through the rules as the row that it once was, in the order in which rows came, so that
// the workload is the one that reading the file for this scenario would have given.

import { textAt } from "../../base/text-column.js";
import type { DependencyKind } from "../../model/job.js";
import { NONE } from "../../model/tables.js";
import { Admission, type AdmittedRow, type RowReceiver } from "../admission.js";
import { arrayUnit } from "../dependency-table.js";
import type { TraceFileOptions } from "../options.js";
import { emptyRawJob } from "../raw-job.js";
import { inversePermutation } from "../stable-order.js";
import { quoted } from "../tallies.js";
import { type SealedTrace, WorkloadBuilder } from "../workload-builder.js";
import { WorkloadReceiver } from "../workload-receiver.js";
import { fillClass, fillJob } from "./sealed-row.js";

export interface BoundRows {
  readonly trace: SealedTrace;
  readonly result: ReturnType<Admission["result"]>;
}

export function bindRows(trace: SealedTrace, options: TraceFileOptions): BoundRows {
  const builder = new WorkloadBuilder();
  const receiver = new UnitKeeper(new WorkloadReceiver(options, builder), trace, builder);
  const admission = new Admission(options, receiver);
  const { workload, rowOfJob } = trace;
  const jobOfRow = rowOfJob === undefined ? undefined : inversePermutation(rowOfJob);
  const raw = emptyRawJob();
  for (let row = 0; row < workload.jobCount; row++) {
    const job = jobOfRow === undefined ? row : jobOfRow[row]!;
    fillJob(raw, trace, job);
    fillClass(raw, trace, workload.classes[workload.jobClass[job]!]!);
    raw.id = textAt(workload.ids, job);
    raw.tieBreak = rowOfJob === undefined ? 0 : job; // jobs of one submission stay in their order
    receiver.job = job;
    admission.admit(raw, job + 1, () => `job ${quoted(raw.id)}`);
  }
  addDependencies(trace, builder, receiver.units);
  const sealed = builder.seal((code, line, onId) => admission.countDependency(code, line, onId));
  return { trace: sealed, result: admission.result() };
}

/** Notes what became of each unit. */
class UnitKeeper implements RowReceiver {
  /** The job that is admitted next. */
  job = 0;
  /** Per unit of the trace: its handle, NaN: rejected. */
  readonly units: Float64Array;
  private readonly receiver: RowReceiver;
  private readonly trace: SealedTrace;
  private readonly builder: WorkloadBuilder;

  constructor(receiver: RowReceiver, trace: SealedTrace, builder: WorkloadBuilder) {
    this.receiver = receiver;
    this.trace = trace;
    this.builder = builder;
    this.units = new Float64Array(trace.workload.arrays.count + trace.workload.jobCount).fill(Number.NaN);
  }

  accept(row: AdmittedRow): void {
    this.receiver.accept(row);
    const { arrays } = this.trace.workload;
    const array = arrays.arrayOfJob[this.job] ?? NONE;
    if (array !== NONE) this.units[array] = arrayUnit(row.job.array);
    else this.units[arrays.count + this.job] = this.builder.jobCount - 1;
  }
}

/** Dependencies once more, in their order: what a job waits for may have been rejected, or have become another's id. */
function addDependencies({ workload }: SealedTrace, builder: WorkloadBuilder, units: Float64Array): void {
  const { arrays, dependencies, ids } = workload;
  const { count, dependent, on, kind } = dependencies;
  for (let edge = 0; edge < count; edge++) {
    const handle = units[dependent[edge]!]!;
    if (Number.isNaN(handle)) continue;
    const target = on[edge]!;
    const onId = target < arrays.count ? arrays.ids[target]! : textAt(ids, target - arrays.count);
    const job =
      dependent[edge]! < arrays.count
        ? arrays.children[arrays.starts[dependent[edge]!]!]!
        : dependent[edge]! - arrays.count;
    builder.addDependency(handle, onId, kind[edge]! as DependencyKind, job + 1);
  }
}
