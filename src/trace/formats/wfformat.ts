// WfFormat of WfCommons (WfInstances): one JSON document a workflow, the only format at hand that has all dependencies, and
// one without any time but the whole run's: all tasks are submitted with it and wait for their parents.
// https://github.com/wfcommons/WfFormat. Up to 1.2 a task was a "job"; up to 1.4 a task's run time stood with the task, and
// tasks named each other by name; since 1.5 there is a specification and an execution, joined by id.

import { errorIssue, InputError } from "../../base/issues.js";
import { MS_PER_SECOND } from "../../base/units.js";
import type { CanonicalColumn } from "../canonical/columns.js";
import type { Certainty, FileStart, FormatReader, RowSink, TextSource, TraceFormat } from "../format.js";
import { localZone } from "../local-zone.js";
import type { FormatOptions } from "../options.js";
import { emptyRawJob, type RawField } from "../raw-job.js";
import { quoted } from "../tallies.js";
import { readIsoMs, UNREADABLE } from "../text/cells.js";
import { fieldOf, isObject, listOf, numberOf, readDocument, textOf } from "../workflow/json-document.js";
import { UniqueIds } from "../workflow/unique-ids.js";
import { WorkflowGraph } from "../workflow/workflow-graph.js";
import type { Zone } from "../zone.js";

const BYTES_PER_MIB = 1_048_576;
/** Up to 1.3 memory was in thousands of bytes (the project's own migration multiplies by 1000). */
const BYTES_PER_OLD_UNIT = 1_000;
const PERCENT_PER_CORE = 100;

/** Pegasus and WfBench number tasks in their names ("merge_ID0000011", "merge_00000011"): tasks of one kind share a name. */
const TASK_NUMBER = /_(?:ID\d+|\d{8})$/;

/** No process needs less; some instances have thousands of bytes where the format asks for bytes. */
const LEAST_PLAUSIBLE_MIB = 1;

/** The keys that a report shows for a field of a row. */
const SHOWN: Partial<Readonly<Record<RawField, readonly string[]>>> = {
  ...{ row: ["name"], runtime: ["runtimeInSeconds", "runtime"], vcpus: ["coreCount", "cores", "avgCPU"] },
  ...{ memory: ["memoryInBytes", "memory"], usedMemory: ["memoryInBytes", "memory"] },
};

export const wfformatFormat: TraceFormat = {
  id: "wfformat",
  title: "WfFormat, the workflow instances of WfCommons (JSON)",
  detect,
  open: (sink, options) => new WfformatReader(sink, options),
};

/** What rows may fill. */
const COLUMNS: readonly CanonicalColumn[] = ["used_memory_mib", "depends_on"];

function detect({ text }: FileStart): Certainty {
  return /^\s*\{/.test(text) && /"schemaVersion"\s*:/.test(text) && /"workflow"\s*:/.test(text) ? "sure" : "no";
}

class WfformatReader implements FormatReader {
  readonly columns = COLUMNS;
  private readonly sink: RowSink;
  private readonly zone: Zone;
  private readonly ids = new UniqueIds();
  private readonly raw = emptyRawJob();
  private task: unknown;
  private execution: unknown;
  private executedAt = "";

  constructor(sink: RowSink, options: FormatOptions) {
    this.sink = sink;
    this.zone = localZone(options, sink);
  }

  /** Lines are the tasks' numbers. Throws InputError when the file is no such document. */
  async read({ name, chunks }: TextSource): Promise<void> {
    const workflow = fieldOf(await readDocument(chunks, name), "workflow");
    const specification = fieldOf(workflow, "specification");
    const tasks = fieldOf(specification, "tasks") ?? fieldOf(workflow, "tasks") ?? fieldOf(workflow, "jobs");
    if (!Array.isArray(tasks)) throw new InputError([notWfformat(name)]);
    const execution = fieldOf(workflow, "execution");
    this.executedAt = textOf(execution, "executedAt") || textOf(workflow, "executedAt");
    this.raw.submitMs = this.submitMs();
    const graph = new WorkflowGraph(tasks, this.ids);
    const executions = this.executionsOf(listOf(execution, "tasks"), graph, tasks.length);
    for (const [index, task] of tasks.entries()) {
      // Up to 1.4 the task tells of its execution itself.
      this.take(task, specification === undefined ? task : executions.get(textOf(task, "id")), index, graph);
    }
  }

  finish(): void {}

  /** Executions by id; those that belong to no task come after the tasks. */
  private executionsOf(list: readonly unknown[], graph: WorkflowGraph, tasks: number): Map<string, unknown> {
    const executions = new Map<string, unknown>();
    for (const [index, execution] of list.entries()) {
      const id = textOf(execution, "id");
      const line = tasks + index + 1;
      const describe = () => `an execution of ${quoted(id)}`;
      if (!graph.hasId(id)) this.sink.reject("not-a-job", line, describe);
      else if (executions.has(id)) this.sink.fold("duplicate", line, describe);
      else executions.set(id, execution);
    }
    return executions;
  }

  private take(task: unknown, execution: unknown, index: number, graph: WorkflowGraph): void {
    const { raw, sink } = this;
    this.task = task;
    this.execution = execution;
    const line = index + 1;
    if (!isObject(task)) {
      sink.reject("malformed", line, this.describe);
      return;
    }
    raw.id = graph.idOf(index);
    raw.name = kindOf(textOf(task, "name"));
    raw.dependsOn = graph.parentsOf(index).join(";");
    if (graph.isRenamed(index)) sink.adjust("repeated-id");
    raw.runtimeMs = firstOf(execution, "runtimeInSeconds", "runtime") * MS_PER_SECOND;
    raw.usedMemoryMib = usedBytes(execution) / BYTES_PER_MIB;
    raw.memoryMib = raw.usedMemoryMib;
    if (raw.memoryMib > 0) sink.adjust("estimated-memory");
    if (raw.memoryMib > 0 && raw.memoryMib < LEAST_PLAUSIBLE_MIB) sink.adjust("suspicious-memory");
    raw.vcpus = this.vcpus(execution);
    sink.admit(raw, line, this.describe);
  }

  private vcpus(execution: unknown): number {
    const cores = firstOf(execution, "coreCount", "cores");
    const percent = numberOf(execution, "avgCPU");
    if (cores > 0 || Number.isNaN(percent)) return cores;
    this.sink.adjust("estimated-vcpus");
    return Math.max(1, Math.ceil(percent / PERCENT_PER_CORE));
  }

  /** When the workflow began; 0, as an origin of its own, when that is not told. */
  private submitMs(): number {
    if (this.executedAt !== "") return readTimeMs(this.executedAt, this.zone);
    this.sink.note("The workflow does not tell when it was executed: its times count from 0");
    return 0;
  }

  private readonly describe = (field: RawField): string => {
    if (field === "submit") return `executedAt=${quoted(this.executedAt)}`;
    const id = `task ${quoted(textOf(this.task, "id") || textOf(this.task, "name"))}`;
    const keys = (SHOWN[field] ?? []).filter((key) => fieldOf(this.execution, key) !== undefined);
    return [id, ...keys.map((key) => `${key}=${quoted(textOf(this.execution, key))}`)].join(", ");
  };
}

/** The name without what tells tasks of one kind apart: a number, or Nextflow's tag ("process (tag)"). */
function kindOf(name: string): string {
  const tag = name.endsWith(")") ? name.indexOf(" (") : -1;
  return (tag > 0 ? name.slice(0, tag) : name).replace(TASK_NUMBER, "");
}

/** The number under the first of two keys that has one. */
function firstOf(value: unknown, key: string, oldKey: string): number {
  const number = numberOf(value, key);
  return Number.isNaN(number) ? numberOf(value, oldKey) : number;
}

function usedBytes(execution: unknown): number {
  const bytes = numberOf(execution, "memoryInBytes");
  return Number.isNaN(bytes) ? numberOf(execution, "memory") * BYTES_PER_OLD_UNIT : bytes;
}

const BASIC_ISO = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(Z|[+-]\d\d:?\d\d)?$/;
const MONTH_FIRST = /^(\d\d)-(\d\d)-(\d\d)(T.*)$/;

/** The three notations in use: ISO 8601, its basic form, and "03-23-21T06:28:09Z" (23 March 2021). */
function readTimeMs(text: string, zone: Zone): number {
  const extended = text
    .replace(BASIC_ISO, (_, year, month, day, hour, minute, second, offset = "") => {
      return `${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`;
    })
    .replace(MONTH_FIRST, "20$3-$1-$2$4");
  const ms = readIsoMs(extended, zone);
  return Number.isNaN(ms) ? UNREADABLE : ms;
}

function notWfformat(file: string) {
  const message = "the document has no list of tasks at workflow.specification.tasks or workflow.tasks";
  return errorIssue("not-wfformat", message, { file, hint: "is it a WfCommons instance (WfFormat 1.0 to 1.6)?" });
}
