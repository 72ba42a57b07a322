// Jobs written one by one, in SubmitJob's words: arrays are expanded to their children, and what happens in each attempt
// becomes a script. Runs in a browser.

import { assert } from "../base/assert.js";
import { errorIssue, InputError, type Issue, throwIfErrors } from "../base/issues.js";
import type { IngestReport } from "../model/ingest.js";
import { DependencyKind } from "../model/job.js";
import type { AttemptScript } from "../model/profile.js";
import { NONE } from "../model/tables.js";
import { ADJUSTMENT_REASONS, REJECTION_REASONS } from "./admission-reasons.js";
import { arrayUnit, type UnitHandle } from "./dependency-table.js";
import type { InlineJob, InlineTraceOptions } from "./options.js";
import { DEFAULT_SHARE } from "./row-scheduling.js";
import { quoted, RowTallies } from "./tallies.js";
import { neutralJobRow, type Trace, WorkloadBuilder } from "./workload-builder.js";

/** What the report calls the source of such jobs. */
const SOURCE = "trace.jobs";

/**
 * The jobs as a workload; examples in the report name them by their place in the list, from 1. Throws InputError when jobs
 * wait for each other in a circle or are cancelled before they are submitted, and when none is left.
 */
export function inlineTrace(options: InlineTraceOptions): Trace {
  const writer = new InlineWriter(options);
  options.jobs.forEach((job, index) => {
    writer.take(job, index + 1);
  });
  return writer.finish();
}

class InlineWriter {
  private readonly options: InlineTraceOptions;
  private readonly builder = new WorkloadBuilder();
  private readonly rejected = new RowTallies(REJECTION_REASONS);
  private readonly adjusted = new RowTallies(ADJUSTMENT_REASONS);
  private readonly row = neutralJobRow();
  private readonly issues: Issue[] = [];

  constructor(options: InlineTraceOptions) {
    this.options = options;
  }

  take(job: InlineJob, line: number): void {
    const { vcpuMilli, memoryMib, gpuMilli, nodes } = job.definition;
    const unplaceable = this.options.unplaceableJob?.(job.queue, vcpuMilli, memoryMib, gpuMilli, nodes);
    if (unplaceable !== undefined) {
      this.rejected.add("unplaceable", line, () => unplaceable);
      return;
    }
    this.fill(job, line);
    const unit = job.arraySize === 0 ? this.addJob(job.id, runtimeOf(job)) : arrayUnit(this.addArray(job));
    const { builder, row } = this;
    for (const { jobId, type } of job.dependsOn) {
      if (jobId !== undefined)
        builder.addDependency(unit, jobId, type === "N_TO_N" ? DependencyKind.NToN : DependencyKind.Success, line);
      else if (row.array !== NONE) builder.makeSequential(row.array);
    }
    this.addIntervention("cancel", job.cancelMs, job, unit);
    this.addIntervention("terminate", job.terminateMs, job, unit);
  }

  finish(): Trace {
    throwIfErrors(this.issues);
    const { jobs } = this.options;
    const rejected = this.rejected.list();
    if (this.builder.jobCount === 0) {
      const reasons = rejected.map(({ reason }) => `: ${reason}`).join("");
      throw new InputError([errorIssue("no-usable-rows", `none of the scenario's jobs can be used${reasons}`)]);
    }
    const sealed = this.builder.seal((code, line, onId) => this.adjusted.add(code, line, () => quoted(onId)));
    const accepted = jobs.length - this.rejected.total;
    const counts = {
      recordsRead: jobs.length,
      rowsRead: jobs.length,
      accepted,
      rejected,
      adjusted: this.adjusted.list(),
    };
    const report: IngestReport = { source: SOURCE, format: "inline", ...counts, folded: [], notes: [] };
    return { ...sealed, report };
  }

  private addIntervention(kind: "cancel" | "terminate", timeMs: number, job: InlineJob, unit: UnitHandle): void {
    if (Number.isNaN(timeMs)) return;
    if (timeMs >= job.submitMs) {
      this.builder.addIntervention(kind, timeMs, unit);
      return;
    }
    const message = `${kind} of job ${quoted(job.id)} comes before its submission`;
    const hint = "both times count from the start of the run";
    this.issues.push(errorIssue("intervention-before-submit", message, { hint }));
  }

  /** What all children of a job have in common. */
  private fill(job: InlineJob, line: number): void {
    const { builder, row } = this;
    const { vcpuMilli, memoryMib, gpuMilli, nodes, name, retry, timeoutMs, checkpointMs, ...definition } =
      job.definition;
    const isFairShare = this.options.fairShareQueues?.has(job.queue) === true;
    const { shareIdentifier } = job;
    const where = () => quoted(job.id);
    if (isFairShare && shareIdentifier === "") this.adjusted.add("default-share", line, where);
    if (!isFairShare && shareIdentifier !== "") this.adjusted.add("share-ignored", line, where);
    row.name = job.name;
    row.queue = job.queue;
    row.submitMs = job.submitMs;
    row.vcpuMilli = vcpuMilli;
    row.memoryMib = memoryMib;
    row.gpuMilli = gpuMilli;
    row.nodes = nodes;
    row.array = NONE;
    row.limitMs = Number.isNaN(job.limitMs) ? timeoutMs : job.limitMs;
    row.share = isFairShare ? shareIdentifier || DEFAULT_SHARE : "";
    row.priority = isFairShare ? definition.schedulingPriority : 0;
    row.consumables = builder.addConsumables(definition.consumables);
    const checkpoint = checkpointMs === undefined ? {} : { checkpointMs };
    row.definition = builder.addDefinition({ name, retry, timeoutMs, ...checkpoint });
    row.script = this.scriptOf(job);
  }

  private addArray(job: InlineJob): number {
    const { row } = this;
    row.array = this.builder.addArray(job.id);
    for (let child = 0; child < job.arraySize; child++) {
      this.addJob(`${job.id}:${child}`, job.childRuntimesMs[child] ?? runtimeOf(job));
    }
    return row.array;
  }

  private addJob(id: string, runtimeMs: number): number {
    this.row.id = id;
    this.row.runtimeMs = runtimeMs;
    return this.builder.addJob(this.row);
  }

  /** The script of a job, which all its children share: run times that are the job's own are left to it. */
  private scriptOf(job: InlineJob): number {
    const isOwn = (runtimeMs: number) => job.childRuntimesMs.length > 0 || runtimeMs === runtimeOf(job);
    const script = job.attempts.map((attempt) => ({
      ...attempt,
      runtimeMs: isOwn(attempt.runtimeMs) ? Number.NaN : attempt.runtimeMs,
    }));
    return script.every(isPlainAttempt) ? NONE : this.builder.addScript(script);
  }
}

/** The run time of a job is that of its last attempt: of all attempts that may follow. */
function runtimeOf({ attempts }: InlineJob): number {
  assert(attempts.length > 0, "a job has at least one attempt");
  return attempts[attempts.length - 1]!.runtimeMs;
}

/** The attempt runs for the job's run time and succeeds. */
function isPlainAttempt(attempt: AttemptScript): boolean {
  const { runtimeMs, exitCode, reason, statusReason, cannotStart } = attempt;
  return (
    Number.isNaN(runtimeMs) && exitCode === 0 && reason === undefined && statusReason === undefined && !cannotStart
  );
}
