// A header line and a column mapping become readers of cells. All that is wrong with the header is reported at once.

import { didYouMean, errorIssue, InputError, type Issue } from "../base/issues.js";
import { MS_PER_HOUR, MS_PER_MINUTE, MS_PER_SECOND } from "../base/units.js";
import { readClockMs, readIsoMs, readNumber, UNREADABLE } from "./cells.js";
import type {
  ColumnMapping,
  DurationBetween,
  DurationColumn,
  MemoryUnit,
  ScaledColumn,
  TimeColumn,
  TimeUnit,
  TraceFileOptions,
} from "./options.js";

type Cells = readonly string[];

/** A quantity of one row: NaN when missing, UNREADABLE when it is neither. */
export interface CellReader {
  /** Indexes of the cells it reads. */
  readonly cells: readonly number[];
  read(cells: Cells): number;
}

export interface CsvColumns {
  readonly headers: readonly string[];
  /** Index of the cell, or -1. */
  readonly id: number;
  readonly name: number;
  readonly queue: number;
  readonly definition: number;
  readonly share: number;
  readonly array: number;
  readonly dependsOn: number;
  /** Times in milliseconds since the epoch or the trace's own origin; durations in milliseconds. */
  readonly submit: CellReader;
  readonly runtime: CellReader;
  /** Start of the run, when there is a column for it. */
  readonly start: CellReader | undefined;
  /** End of the run, when the run time is a difference of two columns. */
  readonly end: CellReader | undefined;
  readonly limit: CellReader;
  readonly vcpus: CellReader;
  readonly memoryMib: CellReader;
  readonly gpus: CellReader;
  readonly wait: CellReader;
  readonly priority: CellReader;
  readonly nodes: CellReader;
  readonly arraySize: CellReader;
  readonly exitCode: CellReader;
}

/** Longest list of columns in a message: some tables have hundreds. */
const MAX_SHOWN = 600;

const ABSENT: CellReader = { cells: [], read: () => Number.NaN };

const MS_PER_UNIT: Readonly<Record<TimeUnit, number>> = {
  ms: 1,
  s: MS_PER_SECOND,
  min: MS_PER_MINUTE,
  h: MS_PER_HOUR,
};

const MIB = 1_048_576;
const MIB_PER_UNIT: Readonly<Record<MemoryUnit, number>> = {
  ...{ B: 1 / MIB, KiB: 1 / 1_024, MiB: 1, GiB: 1_024 },
  ...{ KB: 1_000 / MIB, MB: 1_000_000 / MIB, GB: 1_000_000_000 / MIB },
};

/** Columns of the project's own format; docs/trace-format.md describes them. */
const CANONICAL_COLUMNS = [
  ...["id", "name", "queue", "submit_ms", "submit", "runtime_s"],
  ...["vcpus", "memory_mib", "gpus", "limit_s", "wait_s"],
  ...["job_definition", "share_identifier", "scheduling_priority", "nodes", "array_id", "array_size"],
  ...["depends_on", "exit_code"],
];

/** A column name without its unit and plural, in lower case: "Memory_GB", "memory" and "memory_mib" have one stem. */
function stemOf(column: string): string {
  const stem = column
    .toLowerCase()
    .replace(/[_ ]?\(?(ms|s|sec|seconds|min|minutes|h|hours|mib|gib|mb|gb|bytes)\)?$/, "");
  return stem.replace(/s$/, "");
}

/** Turns a header line into cell readers. Throws InputError with everything wrong with it. */
export function resolveColumns(header: Cells, line: number, options: TraceFileOptions): CsvColumns {
  const headers = header.map((name) => name.trim());
  const resolver = new Resolver(headers, line, options);
  const columns = options.columns === undefined ? resolver.canonical() : resolver.mapped(options.columns);
  if (resolver.issues.length > 0) throw new InputError(resolver.issues);
  return columns;
}

class Resolver {
  readonly issues: Issue[] = [];
  private readonly headers: readonly string[];
  private readonly line: number;
  private readonly options: TraceFileOptions;

  constructor(headers: readonly string[], line: number, options: TraceFileOptions) {
    this.headers = headers;
    this.line = line;
    this.options = options;
    const repeated = new Set(headers.filter((name, index) => name !== "" && headers.indexOf(name) !== index));
    for (const name of repeated) {
      this.report("duplicate-column", `the header names the column "${name}" more than once`, {});
    }
  }

  canonical(): CsvColumns {
    this.reportMisspelt();
    const has = (name: string) => this.headers.includes(name);
    const optional = (name: string) => (has(name) ? name : undefined);
    const seconds = (name: string) => (has(name) ? ({ column: name, unit: "s" } as const) : undefined);
    const scaled = (name: string) => (has(name) ? { column: name, scale: 1 } : undefined);
    const mapping: ColumnMapping = {
      id: optional("id"),
      name: optional("name"),
      queue: optional("queue"),
      submit:
        has("submit") && !has("submit_ms") ? { column: "submit", unit: "iso" } : { column: "submit_ms", unit: "ms" },
      runtime: { column: "runtime_s", unit: "s" },
      start: undefined,
      limit: seconds("limit_s"),
      vcpus: scaled("vcpus"),
      memory: has("memory_mib") ? { column: "memory_mib", unit: "MiB" } : undefined,
      gpus: scaled("gpus"),
      jobDefinition: optional("job_definition"),
      share: optional("share_identifier"),
      priority: optional("scheduling_priority"),
      nodes: optional("nodes"),
      array: optional("array_id"),
      arraySize: optional("array_size"),
      dependsOn: optional("depends_on"),
      exitCode: optional("exit_code"),
    };
    return { ...this.mapped(mapping), wait: this.duration(seconds("wait_s"), "") };
  }

  mapped(mapping: ColumnMapping): CsvColumns {
    this.requireResources(mapping);
    const { runtime } = mapping;
    const between = "from" in runtime ? runtime : undefined;
    const start = this.optionalTime(mapping.start, "start");
    const submit = this.time(mapping.submit, "submit");
    return {
      headers: this.headers,
      id: this.optionalIndex(mapping.id, "id"),
      name: this.optionalIndex(mapping.name, "name"),
      queue: this.optionalIndex(mapping.queue, "queue"),
      definition: this.optionalIndex(mapping.jobDefinition, "jobDefinition"),
      share: this.optionalIndex(mapping.share, "share"),
      array: this.optionalIndex(mapping.array, "array"),
      dependsOn: this.optionalIndex(mapping.dependsOn, "dependsOn"),
      submit,
      runtime: "from" in runtime ? this.between(runtime) : this.duration(runtime, "runtime"),
      start: start ?? (between === undefined ? undefined : this.time(between.from)),
      end: between === undefined ? undefined : this.time(between.to),
      limit: this.duration(mapping.limit, "limit"),
      vcpus: this.scaled(mapping.vcpus, "vcpus"),
      memoryMib: this.memory(mapping.memory),
      gpus: this.scaled(mapping.gpus, "gpus"),
      wait: start === undefined ? ABSENT : difference(submit, start),
      priority: this.number(mapping.priority, "priority"),
      nodes: this.number(mapping.nodes, "nodes"),
      arraySize: this.number(mapping.arraySize, "arraySize"),
      exitCode: this.number(mapping.exitCode, "exitCode"),
    };
  }

  /** A header that is nearly a canonical name would otherwise be ignored, and with it all GPUs or limits. */
  private reportMisspelt(): void {
    const present = new Set(CANONICAL_COLUMNS.filter((column) => this.headers.includes(column)).map(stemOf));
    for (const name of this.headers) {
      const meant = CANONICAL_COLUMNS.find((column) => stemOf(column) === stemOf(name));
      if (meant === undefined || present.has(stemOf(name))) continue;
      this.report("misspelt-column", `the column "${name}" is unknown`, { hint: `did you mean "${meant}"?` });
    }
  }

  private requireResources(mapping: ColumnMapping): void {
    const { defaults, queuesWithoutMemory } = this.options;
    if (mapping.jobDefinition !== undefined || defaults.jobDefinition !== undefined) return; // it may give them
    if (mapping.vcpus === undefined && defaults.vcpus === undefined) {
      this.report("no-vcpus", "no column gives the vCPUs of a job", {
        hint: "name one in trace.columns.vcpus, or set trace.defaults.vcpus",
      });
    }
    const hasDefault = defaults.memoryMib !== undefined || defaults.memoryMibPerVcpu !== undefined;
    if (mapping.memory === undefined && !hasDefault && !queuesWithoutMemory?.size) {
      this.report("no-memory", "no column gives the memory of a job", {
        hint: "name one in trace.columns.memory, or set trace.defaults.memory or trace.defaults.memoryPerVcpu",
      });
    }
  }

  /** Index of a column; reports it when it is not there. `field` is its place in trace.columns; "": already checked. */
  private index(column: string, field: string): number {
    const index = this.headers.indexOf(column);
    if (index < 0 && field !== "") {
      const path = this.options.columns === undefined ? {} : { path: `trace.columns.${field}` };
      const hint = `${didYouMean(column, this.headers) ?? this.advice()}; ${this.columnsThere()}`;
      this.report("missing-column", `the trace has no column "${column}"`, { ...path, hint });
    }
    return index;
  }

  private advice(): string {
    const canonical =
      "these are the names of the project's own format; for another one, name its columns in trace.columns";
    return this.options.columns === undefined ? canonical : "names are compared letter by letter";
  }

  private columnsThere(): string {
    const names = this.headers.map((name) => JSON.stringify(name)).join(", ");
    return `the columns are ${names.length > MAX_SHOWN ? `${names.slice(0, MAX_SHOWN)}...` : names}`;
  }

  private optionalIndex(column: string | undefined, field: string): number {
    return column === undefined ? -1 : this.index(column, field);
  }

  private time(column: TimeColumn, field = ""): CellReader {
    const index = this.index(column.column, field);
    const { unit } = column;
    if (unit === "iso") {
      const { utcOffsetMinutes } = this.options;
      return { cells: [index], read: (cells) => readIsoMs(cells[index]!, utcOffsetMinutes) };
    }
    const msPerUnit = MS_PER_UNIT[unit];
    return { cells: [index], read: (cells) => readNumber(cells[index]!) * msPerUnit };
  }

  private optionalTime(column: TimeColumn | undefined, field: string): CellReader | undefined {
    return column === undefined ? undefined : this.time(column, field);
  }

  private duration(column: DurationColumn | undefined, field: string): CellReader {
    if (column === undefined) return ABSENT;
    const index = this.index(column.column, field);
    const { unit } = column;
    if (unit === "clock") return { cells: [index], read: (cells) => readClockMs(cells[index]!) };
    const msPerUnit = MS_PER_UNIT[unit];
    return { cells: [index], read: (cells) => readNumber(cells[index]!) * msPerUnit };
  }

  private between(columns: DurationBetween): CellReader {
    return difference(this.time(columns.from, "runtime.from"), this.time(columns.to, "runtime.to"));
  }

  private scaled(column: ScaledColumn | undefined, field: string): CellReader {
    if (column === undefined) return ABSENT;
    const { scale, times } = column;
    const index = this.index(column.column, field);
    if (times === undefined) return { cells: [index], read: (cells) => readNumber(cells[index]!) * scale };
    const factor = this.index(times.column, `${field}.times`);
    return {
      cells: [index, factor],
      read: (cells) => {
        const amount = readNumber(cells[index]!) * scale;
        // Without any amount the share means nothing; an amount without a readable share is no number.
        if (!(amount > 0)) return amount;
        const share = readNumber(cells[factor]!) * times.scale;
        return Number.isNaN(share) ? UNREADABLE : amount * share;
      },
    };
  }

  private number(column: string | undefined, field: string): CellReader {
    return this.scaled(column === undefined ? undefined : { column, scale: 1 }, field);
  }

  private memory(column: { readonly column: string; readonly unit: MemoryUnit } | undefined): CellReader {
    if (column === undefined) return ABSENT;
    return this.scaled({ column: column.column, scale: MIB_PER_UNIT[column.unit] }, "memory");
  }

  private report(code: string, message: string, where: { path?: string; hint?: string }): void {
    this.issues.push(errorIssue(code, message, { file: this.options.file, line: this.line, ...where }));
  }
}

/** `to` minus `from`; missing when either is, unreadable when either is. */
function difference(from: CellReader, to: CellReader): CellReader {
  return {
    cells: [...from.cells, ...to.cells],
    read: (cells) => {
      const fromMs = from.read(cells);
      const toMs = to.read(cells);
      return fromMs === UNREADABLE || toMs === UNREADABLE ? UNREADABLE : toMs - fromMs;
    },
  };
}
