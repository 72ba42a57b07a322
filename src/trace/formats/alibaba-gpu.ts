// Pods of Alibaba's GPU cluster trace of 2023 (openb_pod_list_*.csv; Weng et al., USENIX ATC 2023). One row a pod, times in
// seconds from the trace's own zero. The column pod_phase tells what the pod did when the list was written, not how it ended.

import { errorIssue, InputError } from "../../base/issues.js";
import { MILLI, MS_PER_SECOND } from "../../base/units.js";
import type { Certainty, FileStart, FormatReader, RowSink, TextSource, TraceFormat } from "../format.js";
import { emptyRawJob, type RawField, type RawJob } from "../raw-job.js";
import { quoted } from "../tallies.js";
import { readNumber, UNREADABLE } from "../text/cells.js";
import { readCsvRows } from "../text/csv-rows.js";

const REQUEST_COLUMNS = ["cpu_milli", "memory_mib", "num_gpu", "gpu_milli"] as const;
const TIME_COLUMNS = ["creation_time", "scheduled_time", "deletion_time"] as const;
const COLUMNS = [...REQUEST_COLUMNS, ...TIME_COLUMNS, ...(["name", "qos"] as const)] as const;
type Column = (typeof COLUMNS)[number];

const PODS_HINT =
  "openb_pod_list_default.csv and others of its 11 columns say when pods were created, started and deleted";

export const alibabaGpuFormat: TraceFormat = {
  id: "alibaba-gpu",
  title: "Alibaba's GPU cluster trace of 2023 (list of pods)",
  detect,
  open: (sink) => new AlibabaReader(sink),
};

/** Of the list of machines that is published beside those of pods. */
const NODE_COLUMNS = ["sn", "cpu_milli", "memory_mib", "gpu"] as const;

/** Lists without times, and the list of machines, are recognised all the same: the reader tells what they lack. */
function detect({ text }: FileStart): Certainty {
  const header = (/^[^\r\n]*/.exec(text)?.[0] ?? "").split(",").map((name) => name.trim());
  const hasAll = (columns: readonly string[]) => columns.every((column) => header.includes(column));
  return hasAll(REQUEST_COLUMNS) || hasAll(NODE_COLUMNS) ? "sure" : "no";
}

/** A pod that ends at the last instant of the file so far: whether it ended there or was cut off shows at the end. */
interface LastPod {
  readonly raw: RawJob;
  readonly line: number;
  readonly cells: readonly string[];
}

class AlibabaReader implements FormatReader {
  readonly columns = [];
  private readonly sink: RowSink;
  private readonly raw = emptyRawJob();
  private header: readonly string[] = [];
  private cells: readonly string[] = [];
  private index: Readonly<Record<Column, number>> | undefined;
  private endMs = Number.NEGATIVE_INFINITY;
  private last: LastPod[] = [];

  constructor(sink: RowSink) {
    this.sink = sink;
  }

  async read({ name, chunks }: TextSource): Promise<void> {
    this.index = undefined;
    await readCsvRows(chunks, ",", name, (cells, line) => {
      if (this.index === undefined) this.takeHeader(cells, name, line);
      else this.takePod(this.index, cells, line);
    });
    if (this.index === undefined)
      throw new InputError([errorIssue("empty-file", "the trace is empty", { file: name })]);
  }

  /** Two pods or more that end at the very last second did not end: the trace did. */
  finish(): void {
    this.giveLast(this.last.length > 1);
  }

  private takeHeader(cells: readonly string[], file: string, line: number): void {
    this.header = cells.map((cell) => cell.trim());
    if (NODE_COLUMNS.every((column) => this.header.includes(column))) {
      const message = "this is the list of the cluster's machines, which ran the pods: it holds no jobs";
      throw new InputError([errorIssue("no-trace", message, { file, line, hint: PODS_HINT })]);
    }
    const missing = [...REQUEST_COLUMNS, ...TIME_COLUMNS].filter((column) => !this.header.includes(column));
    if (missing.length > 0) {
      const message = `the list of pods has no column ${missing.join(", ")}`;
      const hasRequests = REQUEST_COLUMNS.every((column) => this.header.includes(column));
      const place = { file, line, ...(hasRequests ? { hint: PODS_HINT } : {}) };
      throw new InputError([errorIssue("missing-column", message, place)]);
    }
    const index = COLUMNS.map((column) => [column, this.header.indexOf(column)]);
    this.index = Object.fromEntries(index) as Record<Column, number>;
  }

  private takePod(index: Readonly<Record<Column, number>>, cells: readonly string[], line: number): void {
    const { raw, sink } = this;
    this.cells = cells;
    if (cells.length !== this.header.length) {
      sink.reject("wrong-column-count", line, this.describe);
      return;
    }
    const text = (column: Column) => cells[index[column]] ?? "";
    const scaled = (column: Column, scale: number) => readNumber(text(column)) * scale;
    raw.id = text("name").trim();
    raw.name = text("qos").trim();
    raw.vcpus = scaled("cpu_milli", 1 / MILLI);
    raw.memoryMib = readNumber(text("memory_mib"));
    raw.gpus = gpusOf(readNumber(text("num_gpu")), scaled("gpu_milli", 1 / MILLI));
    raw.submitMs = scaled("creation_time", MS_PER_SECOND);
    const startMs = scaled("scheduled_time", MS_PER_SECOND);
    const endMs = scaled("deletion_time", MS_PER_SECOND);
    const hasStart = !Number.isNaN(startMs);
    raw.runtimeMs = hasStart ? difference(endMs, startMs) : Number.NaN;
    raw.waitMs = difference(hasStart ? startMs : endMs, raw.submitMs);
    raw.withoutRuntime = hasStart ? "no-runtime" : "never-ran";
    if (hasStart && Number.isNaN(endMs)) raw.withoutRuntime = "still-running";
    if (hasStart && endMs >= this.endMs && endMs < UNREADABLE) this.takeLast(endMs, line);
    else sink.admit(raw, line, this.describe);
  }

  private takeLast(endMs: number, line: number): void {
    const { cells, raw } = this;
    if (endMs > this.endMs) this.giveLast(false);
    this.endMs = endMs;
    this.last.push({ raw: { ...raw }, line, cells });
  }

  private giveLast(isCutOff: boolean): void {
    for (const { raw, line, cells } of this.last) {
      this.cells = cells;
      if (isCutOff) raw.withoutRuntime = "still-running";
      this.sink.admit(raw, line, this.describe);
    }
    this.last = [];
  }

  private readonly describe = (field: RawField): string => {
    if (field === "row") return `${this.cells.length} columns, the header has ${this.header.length}`;
    const columns = COLUMNS_OF_FIELD[field] ?? [];
    const shown = columns.map((column) => `${column}=${quoted(this.cells[this.index![column]] ?? "")}`);
    return shown.length === 0 ? "no column" : shown.join(", ");
  };
}

const COLUMNS_OF_FIELD: Partial<Readonly<Record<RawField, readonly Column[]>>> = {
  id: ["name"],
  submit: ["creation_time"],
  runtime: ["scheduled_time", "deletion_time"],
  wait: ["creation_time", "scheduled_time"],
  vcpus: ["cpu_milli"],
  memory: ["memory_mib"],
  gpus: ["num_gpu", "gpu_milli"],
};

/** gpu_milli is the share taken of a single GPU; of several each is taken whole. */
function gpusOf(count: number, share: number): number {
  if (!(count > 0) || count === UNREADABLE || count > 1) return count;
  return Number.isNaN(share) ? UNREADABLE : count * share;
}

function difference(to: number, from: number): number {
  return to === UNREADABLE || from === UNREADABLE ? UNREADABLE : to - from;
}
