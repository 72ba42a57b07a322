// Google's cluster trace of 2011: an event log of tasks. The events of a task (job, index) become one row: submission, first
// start, attempts (a task that fails or is evicted is submitted again), end. A task that is submitted again after it had
// finished or was killed is another row: somebody wanted the work once more. Only what happens within the files counts:
// a task whose submission, start or end lies outside is rejected.

import { errorIssue, InputError } from "../../base/issues.js";
import type { Certainty, FileStart, FormatReader, RowSink, TextSource, TraceFormat } from "../format.js";
import type { FormatOptions } from "../options.js";
import { emptyRawJob, MOST_TEXT_CHARACTERS, type RawAttempt, type RawField } from "../raw-job.js";
import { quoted } from "../tallies.js";
import { readLines } from "../text/lines.js";
import { isEventLine, JOB_COLUMNS, jobLine, TaskEvent, type TaskLine, taskLine } from "./google-2011-events.js";

export const google2011Format: TraceFormat = {
  id: "google-2011",
  title: "Google's cluster trace of 2011 (task_events, with job_events for names)",
  detect,
  open: (sink, options) => new GoogleReader(sink, options),
};

/** Lines that must all look like events. */
const LINES_LOOKED_AT = 5;

function detect({ text }: FileStart): Certainty {
  const whole = text.slice(0, Math.max(0, text.lastIndexOf("\n")));
  const lines = whole.split(/\r?\n/, LINES_LOOKED_AT).filter((line) => line !== "");
  return lines.length > 0 && lines.every(isEventLine) ? "sure" : "no";
}

/** A cell of Google's had some 140,000 tasks at a time. A file with more that never end is cut off at the oldest. */
const MOST_OPEN_TASKS = 2 ** 20;

/** A task between its first event and its end. */
interface OpenTask {
  readonly line: number;
  readonly file: number;
  readonly job: string;
  readonly id: string;
  submitMs: number;
  firstStartMs: number;
  startMs: number;
  user: string;
  priority: number;
  cpu: number;
  ram: number;
  attempts: RawAttempt[];
  wasEvicted: boolean;
  /** How its last attempt ended: an event, or undefined while it waits or runs. */
  ending: number | undefined;
  endMs: number;
}

class GoogleReader implements FormatReader {
  readonly columns = ["share_identifier", "scheduling_priority", "array_id", "attempts"] as const;
  private readonly sink: RowSink;
  private readonly options: FormatOptions;
  private readonly open = new Map<string, OpenTask>();
  private readonly names = new Map<string, string>();
  private readonly raw = emptyRawJob();
  private lastMs = Number.NaN;
  private isUsable = false;
  private hasTasks = false;

  constructor(sink: RowSink, options: FormatOptions) {
    this.sink = sink;
    this.options = options;
  }

  async read({ name, chunks }: TextSource): Promise<void> {
    await readLines(chunks, (text, line) => this.take(text, line));
    if (this.isUsable) return;
    const message = "not one line is an event of Google's trace of 2011";
    const hint = "task_events have 13 columns, job_events 8, and neither has a header line";
    throw new InputError([errorIssue("not-google-2011", message, { file: name, hint })]);
  }

  finish(): void {
    for (const task of this.open.values()) this.give(task);
    this.open.clear();
    if (!this.hasTasks) {
      this.sink.note(
        "job events alone say nothing about requests and tasks: import them in one folder with task_events",
      );
    } else if (this.options.largestMachine === undefined) {
      this.sink.note(
        "requests are shares of the largest machine, which the trace does not describe: they stay missing until trace.largestMachine gives its vCPUs and memory",
      );
    }
  }

  private take(text: string | undefined, line: number): void {
    if (text === undefined) {
      this.sink.reject("line-too-long", line, () => "a line of an event table has some hundred characters");
      return;
    }
    if (text === "") return;
    const cells = text.split(",");
    const job = cells.length === JOB_COLUMNS ? jobLine(cells) : undefined;
    const task = job === undefined ? taskLine(cells) : undefined;
    if (job !== undefined) {
      this.isUsable = true;
      if (job.name.length > MOST_TEXT_CHARACTERS) {
        this.sink.reject("text-too-long", line, () => quoted(job.job));
        return;
      }
      if (job.name !== "" && this.names.size < MOST_OPEN_TASKS) this.names.set(job.job, job.name);
      this.sink.fold("summary", line, () => quoted(job.job));
    } else if (task !== undefined) {
      this.isUsable = true;
      this.hasTasks = true;
      this.takeTask(task, line);
    } else {
      this.sink.reject("malformed", line, () => quoted(text));
    }
  }

  private takeTask(event: TaskLine, line: number): void {
    const id = `${event.job}:${event.index}`;
    let task = this.open.get(id);
    if (task === undefined) {
      task = openTask(id, event, line, this.sink.file);
      this.open.set(id, task);
      if (this.open.size > MOST_OPEN_TASKS) this.close(this.open.values().next().value!);
    } else {
      this.sink.fold("part-of-job", line, () => quoted(id));
    }
    if (event.timeMs < this.lastMs) this.sink.note(UNORDERED);
    else if (!Number.isNaN(event.timeMs)) this.lastMs = event.timeMs;
    follow(task, event);
    if (task.ending !== undefined && FINAL.includes(task.ending)) this.close(task);
  }

  private close(task: OpenTask): void {
    this.open.delete(task.id);
    this.give(task);
  }

  private give(task: OpenTask): void {
    const { file } = this.sink;
    this.sink.file = task.file;
    this.handOut(task);
    this.sink.file = file;
  }

  private handOut(task: OpenTask): void {
    const { raw, sink } = this;
    const describe = (field: RawField) => describeTask(task, field);
    if (task.ending === TaskEvent.Evict) task.ending = undefined; // it waits to be submitted again
    const neverStarted = Number.isNaN(task.startMs);
    const isOutside = Number.isNaN(task.submitMs) || task.ending === TaskEvent.Lost;
    if (isOutside || (task.ending !== undefined && !neverStarted && !(task.endMs >= task.startMs))) {
      sink.reject("incomplete-window", task.line, describe);
      return;
    }
    raw.id = task.id;
    raw.arrayId = task.job;
    raw.name = this.names.get(task.job) ?? "";
    raw.user = task.user;
    raw.priority = task.priority;
    raw.submitMs = task.submitMs;
    raw.waitMs = (neverStarted ? task.endMs : task.firstStartMs) - task.submitMs;
    raw.runtimeMs = (task.ending === undefined ? this.lastMs : task.endMs) - task.startMs;
    raw.withoutRuntime = "no-runtime";
    if (neverStarted) raw.withoutRuntime = task.ending === undefined ? "still-queued" : "never-ran";
    else if (task.ending === undefined) raw.withoutRuntime = "still-running";
    raw.status = task.ending === TaskEvent.Finish ? "SUCCEEDED" : "FAILED";
    raw.exitCode = Number.NaN;
    const last = { runtimeMs: raw.runtimeMs, exitCode: Number.NaN };
    raw.attempts = task.attempts.length === 0 ? NO_ATTEMPTS : [...task.attempts, last];
    const { largestMachine } = this.options;
    raw.vcpus = task.cpu * (largestMachine?.vcpus ?? Number.NaN);
    raw.memoryMib = task.ram * (largestMachine?.memoryMib ?? Number.NaN);
    if (task.wasEvicted) sink.adjust("host-loss-left-out");
    sink.admit(raw, task.line, describe);
  }
}

const UNORDERED =
  "events are not in the order of their times, so starts and ends are told wrongly: sort the files (`sort -t, -k1,1n`), and name the parts in their order";

const NO_ATTEMPTS: readonly RawAttempt[] = [];

/** What ends a task for good: if it is submitted again, somebody wanted the work once more. */
const FINAL: readonly number[] = [TaskEvent.Finish, TaskEvent.Kill, TaskEvent.Lost];

function openTask(id: string, { job, user, priority, cpu, ram }: TaskLine, line: number, file: number): OpenTask {
  const none = Number.NaN;
  return {
    ...{ line, file, job, id, submitMs: none, firstStartMs: none, startMs: none, user, priority, cpu, ram },
    ...{ attempts: [], wasEvicted: false, ending: undefined, endMs: none },
  };
}

/** What an event changes of its task. */
function follow(task: OpenTask, { event, timeMs, user, priority, cpu, ram }: TaskLine): void {
  if (event === TaskEvent.Submit) {
    if (Number.isNaN(task.submitMs)) {
      task.submitMs = timeMs; // what may have happened before belongs to a submission that the files do not show
      task.firstStartMs = Number.NaN;
    } else {
      keepAttempt(task);
    }
    task.startMs = Number.NaN;
    task.ending = undefined;
  } else if (event === TaskEvent.Schedule) {
    task.startMs = timeMs;
    if (Number.isNaN(task.firstStartMs)) task.firstStartMs = timeMs;
    task.ending = undefined;
  } else if (event <= TaskEvent.Lost) {
    task.ending = event;
    task.endMs = timeMs;
  }
  if (user !== "") task.user = user;
  if (!Number.isNaN(priority)) task.priority = priority;
  if (!Number.isNaN(cpu)) task.cpu = cpu;
  if (!Number.isNaN(ram)) task.ram = ram;
}

/** An attempt that failed is the job's own; one that was evicted had lost its machine. */
function keepAttempt(task: OpenTask): void {
  if (task.ending === TaskEvent.Evict) task.wasEvicted = true;
  if (task.ending !== TaskEvent.Fail || Number.isNaN(task.startMs)) return;
  if (task.attempts.length < MOST_ATTEMPTS)
    task.attempts.push({ runtimeMs: task.endMs - task.startMs, exitCode: Number.NaN });
}

/** AWS Batch tries a job ten times at most: the last attempt is the tenth. */
const MOST_ATTEMPTS = 9;

function happened(what: string, timeMs: number): string {
  return Number.isNaN(timeMs) ? `not ${what}` : `${what} at ${timeMs} ms`;
}

function describeTask(task: OpenTask, field: RawField): string {
  const shown: Partial<Record<RawField, string>> = {
    submit: happened("submitted", task.submitMs),
    runtime: `${happened("started", task.startMs)}, ${happened("ended", task.ending === undefined ? Number.NaN : task.endMs)}`,
    vcpus: `CPU request ${task.cpu}`,
    memory: `RAM request ${task.ram}`,
    priority: `priority ${task.priority}`,
  };
  return `task ${quoted(task.id)}${shown[field] === undefined ? "" : `, ${shown[field]}`}`;
}
