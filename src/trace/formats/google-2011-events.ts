// One line of the event tables of Google's cluster trace of 2011 (Reiss, Wilkes, Hellerstein: Google cluster-usage traces:
// format + schema, version 2.1): numbered columns, no header, times in microseconds from 600 s before the trace begins.

import { readNumber } from "../text/cells.js";

/** Columns of a line of job_events and of task_events: they tell which table it is from. */
export const JOB_COLUMNS = 8;
const TASK_COLUMNS = 13;

export const TaskEvent = { Submit: 0, Schedule: 1, Evict: 2, Fail: 3, Finish: 4, Kill: 5, Lost: 6 } as const;
/** 7 and 8: a request is changed while the task waits or runs. */
const LAST_EVENT = 8;

const JOB = 2;
const TASK_INDEX = 3;
const EVENT_OF_JOB = 3;
const EVENT_OF_TASK = 5;

/** The last instant that a time can have, 2^63 - 1, stands for "after the trace"; 0 for "before it". */
const AFTER_TRACE_US = 2 ** 62;

/** What a line of task_events says. */
export interface TaskLine {
  readonly job: string;
  readonly index: string;
  readonly event: number;
  /** NaN: outside the trace. */
  readonly timeMs: number;
  readonly user: string;
  readonly priority: number;
  /** Shares of the largest machine; NaN: not given. */
  readonly cpu: number;
  readonly ram: number;
}

/** The line as a task's event; undefined when it is none. */
export function taskLine(cells: readonly string[]): TaskLine | undefined {
  const [time = "", , job = "", index = "", , event = "", user = "", , priority = "", cpu = "", ram = ""] = cells;
  const isTask =
    cells.length === TASK_COLUMNS && isKnownEvent(event) && isCount(job) && isCount(index) && isCount(time);
  if (!isTask) return undefined;
  const timeMs = eventTimeMs(time);
  const request = { priority: readNumber(priority), cpu: readNumber(cpu), ram: readNumber(ram) };
  return { job, index, event: Number(event), timeMs, user, ...request };
}

/** The job and the logical name of a line of job_events; undefined when it is none. */
export function jobLine(cells: readonly string[]): { readonly job: string; readonly name: string } | undefined {
  const [time = "", , job = "", event = "", , , , name = ""] = cells;
  const isJob = cells.length === JOB_COLUMNS && isKnownEvent(event) && isCount(job) && isCount(time);
  return isJob ? { job, name } : undefined;
}

/** Whether a line looks like one of these tables. */
export function isEventLine(line: string): boolean {
  const cells = line.split(",");
  if (!isCount(cells[0]!) || !isCount(cells[JOB] ?? "")) return false;
  if (cells.length === JOB_COLUMNS) return isKnownEvent(cells[EVENT_OF_JOB]!);
  return cells.length === TASK_COLUMNS && isCount(cells[TASK_INDEX]!) && isKnownEvent(cells[EVENT_OF_TASK]!);
}

/** No count of the trace has more digits than 2^63 - 1. */
const COUNT = /^\d{1,19}$/;

function isCount(cell: string): boolean {
  return COUNT.test(cell);
}

function isKnownEvent(cell: string): boolean {
  return /^\d$/.test(cell) && Number(cell) <= LAST_EVENT;
}

function eventTimeMs(cell: string): number {
  const timeUs = Number(cell);
  return timeUs === 0 || timeUs > AFTER_TRACE_US ? Number.NaN : timeUs / 1_000;
}
