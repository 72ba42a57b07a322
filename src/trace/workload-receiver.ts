// Accepted rows to a workload: arrays are put together, definitions, endings and dependencies handed to the builder.

import type { AttemptScript } from "../model/profile.js";
import { NONE } from "../model/tables.js";
import type { AdmittedRow, RowReceiver } from "./admission.js";
import { DefinitionIndexes } from "./definitions.js";
import { arrayUnit } from "./dependency-table.js";
import type { TraceFileOptions } from "./options.js";
import type { WorkloadBuilder } from "./workload-builder.js";

export class WorkloadReceiver implements RowReceiver {
  private readonly options: TraceFileOptions;
  private readonly builder: WorkloadBuilder;
  private readonly indexes: DefinitionIndexes;
  private readonly arrays = new Map<string, number>();
  /** Scripts of one attempt, by exit code: most of those that there are. */
  private readonly scriptOfExitCode = new Map<number, number>();

  constructor(options: TraceFileOptions, builder: WorkloadBuilder) {
    this.options = options;
    this.builder = builder;
    this.indexes = new DefinitionIndexes(builder);
  }

  accept({ raw, line, job, scheduling, ending, definition }: AdmittedRow): void {
    const { builder, options } = this;
    const enforcesLimit = options.limits === "timeout" && !Number.isNaN(job.limitMs);
    const timeoutMs = enforcesLimit ? job.limitMs : (definition?.timeoutMs ?? Number.NaN);
    const reference = options.purpose === "import" ? raw.definition : "";
    job.definition = this.indexes.indexOf(definition, timeoutMs, ending.script.length, reference);
    job.consumables = this.indexes.consumablesOf(definition);
    job.script = this.scriptOf(ending.script);
    const isWhole = scheduling.arraySize > 0;
    job.array = isWhole || raw.arrayId !== "" ? this.arrayOf(isWhole ? job.id : raw.arrayId) : NONE;
    const row = job.array === NONE ? builder.addJob(job) : this.addChildren(raw.id, job, scheduling.arraySize);
    if (scheduling.sequential) builder.makeSequential(job.array);
    const unit = job.array === NONE ? row : arrayUnit(job.array);
    for (const { onId, kind } of scheduling.dependsOn) builder.addDependency(unit, onId, kind, line);
  }

  private scriptOf(script: readonly AttemptScript[]): number {
    if (script.length === 0) return NONE;
    if (script.length > 1) return this.builder.addScript(script);
    const { exitCode } = script[0]!;
    let index = this.scriptOfExitCode.get(exitCode);
    if (index === undefined) {
      index = this.builder.addScript(script);
      this.scriptOfExitCode.set(exitCode, index);
    }
    return index;
  }

  private arrayOf(id: string): number {
    let index = this.arrays.get(id);
    if (index === undefined) {
      index = this.builder.addArray(id);
      this.arrays.set(id, index);
    }
    return index;
  }

  /** Adds the children that the row stands for, as "array:index"; a row of one child keeps its own id when it has one. */
  private addChildren(ownId: string, job: AdmittedRow["job"], arraySize: number): number {
    const { builder } = this;
    const arrayId = builder.arrayId(job.array);
    let row = NONE;
    for (let child = 0; child < Math.max(1, arraySize); child++) {
      const keepsId = arraySize === 0 && ownId !== "";
      job.id = keepsId ? ownId : `${arrayId}:${builder.childCount(job.array)}`;
      row = builder.addJob(job);
    }
    return row;
  }
}
