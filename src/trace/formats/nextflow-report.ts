// Nextflow's execution report (-with-report): an HTML page whose script holds the tasks, all facts of them, plainly.

import { errorIssue, InputError } from "../../base/issues.js";
import type { Certainty, FileStart, FormatReader, RowSink, TextSource, TraceFormat } from "../format.js";
import type { FormatOptions } from "../options.js";
import { type JsonRecord, readJsonRecords } from "../text/json-records.js";
import { NextflowRun } from "../workflow/nextflow-run.js";
import { TASK_FIELDS, type TaskCells, type TaskField } from "../workflow/nextflow-task.js";
import { reportJson } from "../workflow/report-script.js";
import { NEXTFLOW_COLUMNS } from "./nextflow.js";

/** The key of the list of tasks; the others hold what the page's figures are drawn from. */
const TASKS = "trace";
const TASK_LISTS: ReadonlySet<string> = new Set([TASKS]);

export const nextflowReportFormat: TraceFormat = {
  id: "nextflow-report",
  title: "Nextflow execution report (HTML)",
  detect,
  open: (sink, options) => new ReportReader(sink, options),
};

function detect({ text }: FileStart): Certainty {
  return /^\s*(?:<!doctype html|<html)/i.test(text) && /nextflow/i.test(text) ? "sure" : "no";
}

class ReportReader implements FormatReader {
  readonly columns = NEXTFLOW_COLUMNS;
  private readonly sink: RowSink;
  private readonly run: NextflowRun;

  constructor(sink: RowSink, options: FormatOptions) {
    this.sink = sink;
    this.run = new NextflowRun(sink, options);
  }

  /** Lines are the tasks' numbers. Throws InputError when the page holds no list of tasks. */
  async read({ name, chunks }: TextSource): Promise<void> {
    let hasData = false;
    let tasks = 0;
    const json = async function* () {
      for await (const chunk of reportJson(chunks)) {
        hasData = true;
        yield chunk;
      }
    };
    await readJsonRecords(json(), TASK_LISTS, (record) => this.take(record, ++tasks, name));
    if (!hasData) throw new InputError([noData(name)]);
    this.run.end();
  }

  finish(): void {}

  private take(record: JsonRecord, line: number, file: string): void {
    if (record.kind !== "value") {
      const code = record.kind === "too-long" ? "line-too-long" : record.kind;
      // The text itself is not shown: a task's environment may hold secrets.
      this.sink.reject(code, line, () => `the ${line}. task of the page`);
      return;
    }
    const { value } = record;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      this.sink.reject("malformed", line, () => `the ${line}. task of the page is no object`);
      return;
    }
    if (isPayload(value)) throw new InputError([noTasks(file)]);
    this.run.take(cellsOf(value), line, file);
  }
}

/** Where the payload's list is missing, the payload comes whole. */
function isPayload(value: object): boolean {
  return Object.hasOwn(value, TASKS) || Object.hasOwn(value, "summary");
}

function cellsOf(value: object): TaskCells {
  const fields = value as Readonly<Record<string, unknown>>;
  const cells: { -readonly [Field in TaskField]?: string } = {};
  for (const field of TASK_FIELDS) {
    const cell = Object.hasOwn(fields, field) ? fields[field] : undefined;
    if (typeof cell === "string") cells[field] = cell;
    else if (cell !== undefined) cells[field] = cell === null ? "-" : String(JSON.stringify(cell));
  }
  return cells;
}

function noData(file: string) {
  const message = "the page holds no `window.data = {…}`: it is no Nextflow execution report, or only its head";
  return errorIssue("no-report-data", message, { file });
}

function noTasks(file: string) {
  const message = "the report lists no tasks: Nextflow leaves them out of reports of more than 10,000";
  return errorIssue("no-report-tasks", message, { file, hint: "import the trace file of the run (-with-trace)" });
}
