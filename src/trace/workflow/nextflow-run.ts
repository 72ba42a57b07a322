// The tasks of one Nextflow run to rows. Neither trace nor report says what a task waited for. Two things are found out: a
// try waits for the end of the failed one before it, and with the closed release each task for the one that released it.

import { errorIssue, InputError } from "../../base/issues.js";
import type { RowSink } from "../format.js";
import { localZone } from "../local-zone.js";
import type { FormatOptions } from "../options.js";
import type { RawField } from "../raw-job.js";
import { findReleasers } from "./closed-release.js";
import { describeTask, LOCAL_QUEUE, type TaskCells, TaskReader } from "./nextflow-task.js";
import { RetryChains } from "./retry-chains.js";
import { UniqueIds } from "./unique-ids.js";

/**
 * Only the closed release must see a run whole, which takes some 1.5 KB a task. The largest run that a public record tells
 * of has 20,000 tasks.
 */
const MOST_CLOSED_TASKS = 250_000;

const NOTES = {
  recorded:
    "Nextflow does not record what a task waited for: tasks are submitted when they were, whatever the capacity (release: recorded). With release: closed, each task waits for the one that probably released it",
  closed:
    "Nextflow does not record what a task waited for: each task waits for the end of the task of its run that ended last before it was submitted (release: closed)",
  scriptTime:
    "Without the columns start and complete a task's run time is its realtime, that of the script without the staging of files, and its recorded wait is duration minus realtime, which is too long by the staging. For exact times run Nextflow with trace.fields = 'task_id,native_id,name,status,exit,submit,start,complete,realtime,cpus,memory,time,queue,attempt,peak_rss'",
  local: `Tasks without a queue whose native_id is a number did not run as AWS Batch jobs, but on Nextflow's own machine or in a cluster's default queue: they are in the queue "${LOCAL_QUEUE}"`,
  aborted: "Of tasks that were aborted with their run Nextflow records no start: they count as never started",
  ids: "There are more than 4 million tasks: the ids of further ones are taken as unique",
} as const;

interface KeptTask {
  readonly cells: TaskCells;
  readonly line: number;
  readonly id: string;
  readonly retryOf: string;
  readonly submitMs: number;
  readonly endMs: number;
}

/** The run that the tasks up to the next call of `end` belong to. */
export class NextflowRun {
  private readonly sink: RowSink;
  private readonly isClosed: boolean;
  private readonly task: TaskReader;
  private readonly ids = new UniqueIds();
  private chains = new RetryChains();
  private kept: KeptTask[] = [];
  private cells: TaskCells = {};

  constructor(sink: RowSink, options: FormatOptions) {
    this.sink = sink;
    this.isClosed = options.release === "closed";
    this.task = new TaskReader(localZone(options, sink));
  }

  /** Takes a task; tries of the same work come in their order, as Nextflow writes them. Throws InputError. */
  take(cells: TaskCells, line: number, file: string): void {
    const { task } = this;
    this.cells = cells;
    task.read(cells);
    if (task.rejection !== undefined) {
      this.sink.reject(task.rejection, line, this.describe);
      return;
    }
    const id = this.ids.take(task.raw.id);
    const retryOf = this.chain(id);
    if (!this.isClosed) {
      this.admit(id, retryOf === "" ? "" : `${retryOf}:ENDED`, retryOf !== "", line);
      return;
    }
    if (this.kept.length >= MOST_CLOSED_TASKS) throw new InputError([tooManyTasks(file)]);
    this.kept.push({ cells, line, id, retryOf, submitMs: task.raw.submitMs, endMs: task.endMs });
  }

  /** Ends the run. */
  end(): void {
    if (this.isClosed) this.admitKept();
    this.chains = new RetryChains();
    this.kept = [];
  }

  /** The task that this one tries again; "": none. */
  private chain(id: string): string {
    const { fullName, attempt, endMs, raw } = this.task;
    if (fullName === "" || id === "") return "";
    const retryOf = this.chains.take(fullName, raw.submitMs, attempt);
    if (raw.status === "FAILED" && !Number.isNaN(endMs)) this.chains.add(fullName, { id, endMs, attempt });
    return retryOf;
  }

  private admitKept(): void {
    const { kept, task } = this;
    const firstMs = kept.reduce((first, { submitMs }) => (submitMs >= 0 ? Math.min(first, submitMs) : first), Infinity);
    const releasers = findReleasers(kept);
    for (const [index, { cells, line, id, retryOf }] of kept.entries()) {
      this.cells = cells;
      task.read(cells);
      if (task.raw.submitMs >= 0 && task.raw.submitMs < Infinity) task.raw.submitMs = firstMs;
      const releaser = kept[releasers[index]!]?.id ?? "";
      const waitsFor = new Set([retryOf, releaser].filter((other) => other !== ""));
      this.admit(id, [...waitsFor].map((other) => `${other}:ENDED`).join(";"), retryOf !== "", line);
    }
  }

  /** Admits the task that was read last. */
  private admit(id: string, dependsOn: string, isRetry: boolean, line: number): void {
    const { sink, task } = this;
    if (id !== task.raw.id) sink.adjust("repeated-id");
    if (isRetry) sink.adjust("chained-retry");
    for (const code of task.adjustments) sink.adjust(code);
    task.raw.id = id;
    task.raw.dependsOn = dependsOn;
    this.tellNotes();
    sink.admit(task.raw, line, this.describe);
  }

  private tellNotes(): void {
    const { sink, task } = this;
    sink.note(this.isClosed ? NOTES.closed : NOTES.recorded);
    if (task.isScriptTime) sink.note(NOTES.scriptTime);
    if (task.raw.queue === LOCAL_QUEUE) sink.note(NOTES.local);
    if (this.ids.isFull) sink.note(NOTES.ids);
    if (task.raw.withoutRuntime === "never-ran" && this.cells.status === "ABORTED") sink.note(NOTES.aborted);
  }

  private readonly describe = (field: RawField): string => describeTask(this.cells, field);
}

function tooManyTasks(file: string) {
  const message = `the closed release needs a run whole, and this one has more than ${MOST_CLOSED_TASKS} tasks`;
  return errorIssue("run-too-large", message, { file, hint: "import it with release: recorded" });
}
