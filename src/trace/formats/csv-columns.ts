// A header line and a column mapping become readers of cells. All that is wrong with the header is reported at once.

import { didYouMean, errorIssue, InputError, type Issue } from "../../base/issues.js";
import { CANONICAL_COLUMNS, type CanonicalColumn } from "../canonical/columns.js";
import type {
  ColumnMapping,
  DurationBetween,
  DurationColumn,
  FormatOptions,
  ScaledColumn,
  TimeColumn,
} from "../options.js";
import type { Zone } from "../zone.js";
import { filledColumns } from "./csv-filled.js";
import { proposeMapping } from "./csv-proposal.js";
import {
  ABSENT,
  type CellReader,
  differenceReader,
  durationReader,
  MIB_PER_UNIT,
  type NumberStyle,
  productReader,
  scaledReader,
  timeReader,
} from "./csv-quantities.js";

export interface CsvColumns {
  readonly headers: readonly string[];
  /** The canonical columns that its rows may fill. */
  readonly canonical: readonly CanonicalColumn[];
  /** These are the project's own columns, not those of a mapping. */
  readonly isCanonical: boolean;
  /** Index of the cell, or -1. */
  readonly id: number;
  readonly name: number;
  readonly queue: number;
  readonly definition: number;
  readonly share: number;
  readonly user: number;
  readonly group: number;
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
  readonly pull: CellReader;
  readonly usedMemoryMib: CellReader;
  readonly rank: CellReader;
  readonly status: number;
  readonly attempts: number;
}

/** Longest list of columns in a message: some tables have hundreds. */
const MAX_SHOWN = 600;

/** A column name without its unit and plural, in lower case: "Memory_GB", "memory" and "memory_mib" have one stem. */
function stemOf(column: string): string {
  const stem = column
    .toLowerCase()
    .replace(/[_ ]?\(?(ms|s|sec|seconds|min|minutes|h|hours|mib|gib|mb|gb|bytes)\)?$/, "");
  return stem.replace(/s$/, "");
}

/** Turns a header line into cell readers. Throws InputError with everything wrong with it. */
export function resolveColumns(
  header: readonly string[],
  place: { readonly file: string; readonly line: number },
  options: FormatOptions,
  style: NumberStyle,
  zone: Zone,
): CsvColumns {
  const headers = header.map((name) => name.trim());
  const resolver = new Resolver(headers, place, options, style, zone);
  const columns = options.columns === undefined ? resolver.canonical() : resolver.mapped(options.columns);
  resolver.propose();
  if (resolver.issues.length > 0) throw new InputError(resolver.issues);
  return columns;
}

class Resolver {
  readonly issues: Issue[] = [];
  private readonly headers: readonly string[];
  private readonly place: { readonly file: string; readonly line: number };
  private readonly options: FormatOptions;
  private readonly style: NumberStyle;
  private readonly zone: Zone;

  constructor(
    headers: readonly string[],
    place: Resolver["place"],
    options: FormatOptions,
    style: NumberStyle,
    zone: Zone,
  ) {
    this.headers = headers;
    this.place = place;
    this.options = options;
    this.style = style;
    this.zone = zone;
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
    return {
      ...this.mapped(mapping),
      canonical: CANONICAL_COLUMNS.filter(has),
      isCanonical: true,
      wait: this.duration(seconds("wait_s"), ""),
      pull: this.duration(seconds("pull_s"), ""),
      usedMemoryMib: this.memory(has("used_memory_mib") ? { column: "used_memory_mib", unit: "MiB" } : undefined),
      status: this.optionalIndex(optional("status"), ""),
      attempts: this.optionalIndex(optional("attempts"), ""),
      rank: this.number(optional("rank"), ""),
    };
  }

  mapped(mapping: ColumnMapping): CsvColumns {
    this.requireResources(mapping);
    const { runtime } = mapping;
    const between = "from" in runtime ? runtime : undefined;
    const start = this.optionalTime(mapping.start, "start");
    const submit = this.time(mapping.submit, "submit");
    return {
      headers: this.headers,
      canonical: filledColumns(mapping),
      isCanonical: false,
      id: this.optionalIndex(mapping.id, "id"),
      name: this.optionalIndex(mapping.name, "name"),
      queue: this.optionalIndex(mapping.queue, "queue"),
      definition: this.optionalIndex(mapping.jobDefinition, "jobDefinition"),
      user: this.optionalIndex(mapping.user, "user"),
      group: this.optionalIndex(mapping.group, "group"),
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
      wait: start === undefined ? ABSENT : differenceReader(submit, start),
      priority: this.number(mapping.priority, "priority"),
      nodes: this.number(mapping.nodes, "nodes"),
      arraySize: this.number(mapping.arraySize, "arraySize"),
      exitCode: this.number(mapping.exitCode, "exitCode"),
      ...{ pull: ABSENT, usedMemoryMib: ABSENT, rank: ABSENT },
      status: this.optionalIndex(mapping.status, "status"),
      attempts: -1,
    };
  }

  /** For a table that is plainly somebody else's: what a mapping might look like. */
  propose(): void {
    const isForeign = this.options.columns === undefined && this.issues.some(({ code }) => code === "missing-column");
    const mapping = isForeign ? proposeMapping(this.headers) : undefined;
    if (mapping === undefined) return;
    const message = "the columns are not the project's own, and there is no mapping";
    const hint = `perhaps, under a scenario's trace or in a file for --settings (check the units): ${mapping}`;
    this.issues.length = 0; // every other issue follows from that
    this.report("no-mapping", message, { hint });
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
    const { defaults, queuesWithoutMemory, purpose } = this.options;
    if (purpose === "import") return; // a scenario may give them
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
    return timeReader(this.index(column.column, field), column.unit, this.style, this.zone);
  }

  private optionalTime(column: TimeColumn | undefined, field: string): CellReader | undefined {
    return column === undefined ? undefined : this.time(column, field);
  }

  private duration(column: DurationColumn | undefined, field: string): CellReader {
    if (column === undefined) return ABSENT;
    return durationReader(this.index(column.column, field), column.unit, this.style);
  }

  private between(columns: DurationBetween): CellReader {
    return differenceReader(this.time(columns.from, "runtime.from"), this.time(columns.to, "runtime.to"));
  }

  private scaled(column: ScaledColumn | undefined, field: string): CellReader {
    if (column === undefined) return ABSENT;
    const { times } = column;
    const amount = scaledReader(this.index(column.column, field), column.scale, this.style);
    if (times === undefined) return amount;
    return productReader(amount, scaledReader(this.index(times.column, `${field}.times`), times.scale, this.style));
  }

  private number(column: string | undefined, field: string): CellReader {
    return this.scaled(column === undefined ? undefined : { column, scale: 1 }, field);
  }

  private memory(column: ColumnMapping["memory"]): CellReader {
    if (column === undefined) return ABSENT;
    return this.scaled({ column: column.column, scale: MIB_PER_UNIT[column.unit] * (column.scale ?? 1) }, "memory");
  }

  private report(code: string, message: string, where: { path?: string; hint?: string }): void {
    this.issues.push(errorIssue(code, message, { ...this.place, ...where }));
  }
}
