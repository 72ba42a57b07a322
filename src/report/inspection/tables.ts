// The tables of an inspection, for the terminal and the page alike. A bar table has a share beside each row.

import type { RowTally } from "../../model/ingest.js";
import type { FieldAccount, TimeDistribution, TraceInspection } from "../../model/trace-inspection.js";
import { formatCount, formatDuration, formatPercent, MISSING } from "../format.js";
import { numberColumn, type Table, textColumn } from "../table.js";
import { exitCodeMeaning, fieldLabel, formatHours, shapeLabel, workTitle } from "./wording.js";

export interface BarTable extends Table {
  /** A share (0..1) for each row, drawn as a bar. */
  readonly bars: readonly number[];
}

export function shapesTable({ work }: TraceInspection): BarTable {
  const unit = workTitle(work.unit);
  return {
    title: "Shapes",
    caption:
      work.unit === "vcpu-hours"
        ? "What one job asks for, by its share of all vCPU-hours (all attempts and nodes)."
        : "What one job asks for, by its share of all hours that jobs ran: some vCPUs are not known.",
    columns: [textColumn("Shape"), numberColumn("Jobs"), numberColumn(unit), numberColumn("Share")],
    rows: work.shapes.map(({ shape, shapes, jobs, hours, share }) => [
      shape === null ? `${formatCount(shapes)} other shapes` : shapeLabel(shape),
      ...[formatCount(jobs), formatHours(hours), formatPercent(share)],
    ]),
    bars: work.shapes.map(({ share }) => share),
  };
}

export function namesTable({ work, failures }: TraceInspection): BarTable {
  const unit = workTitle(work.unit);
  const failed = (jobs: number, failedJobs: number) => (failures.known ? formatPercent(failedJobs / jobs) : MISSING);
  return {
    title: "Job names",
    caption: `The names with the most ${unit}. "Median" is of the last attempts' run times.`,
    columns: [
      ...[textColumn("Name"), numberColumn("Jobs"), numberColumn("Failed"), numberColumn("Median")],
      ...[numberColumn(unit), numberColumn("Share")],
    ],
    rows: work.names.map((row) => [
      row.name === null ? `${formatCount(row.names)} other names` : row.name,
      ...[formatCount(row.jobs), failed(row.jobs, row.failedJobs)],
      row.medianRuntimeMs === null ? MISSING : formatDuration(row.medianRuntimeMs),
      ...[formatHours(row.hours), formatPercent(row.share)],
    ]),
    bars: work.names.map(({ share }) => share),
  };
}

/** The quantiles that are shown. */
const SHOWN_QUANTILES: readonly number[] = [0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

/** A column for each time that the trace records. */
export function timesTable({ runtimes, waits, pulls }: TraceInspection): Table {
  const all: readonly (readonly [string, TimeDistribution])[] = [
    ["Run time", runtimes],
    ["Recorded wait", waits],
    ["Image pull", pulls],
  ];
  const times = all.filter(([, { count }]) => count > 0);
  const row = (name: string, cell: (distribution: TimeDistribution) => string) => [
    name,
    ...times.map(([, distribution]) => cell(distribution)),
  ];
  const duration = (ms: number | null | undefined) => (ms === null || ms === undefined ? MISSING : formatDuration(ms));
  const levels = SHOWN_QUANTILES.map((p) =>
    row(`p${Math.round(p * 100)}`, ({ quantilesMs }) => duration(quantilesMs.find((level) => level.p === p)?.ms)),
  );
  return {
    title: "Times",
    caption:
      "Nearest-rank quantiles, jobs of 0 s included. Recorded waits and pulls are for calibration; a replay never uses them.",
    columns: [textColumn(""), ...times.map(([name]) => numberColumn(name))],
    rows:
      times.length === 0
        ? []
        : [
            row("Jobs", ({ count }) => formatCount(count)),
            row("of 0 s", ({ zero }) => formatCount(zero)),
            row("Mean", ({ meanMs }) => duration(meanMs)),
            ...levels,
            row("Longest", ({ maxMs }) => duration(maxMs)),
          ],
  };
}

/** More codes than this are noise. */
const CODES_SHOWN = 12;

export function exitCodesTable({ failures }: TraceInspection): BarTable {
  const shown = failures.byExitCode.slice(0, CODES_SHOWN);
  const shares = shown.map(({ attempts }) => attempts / failures.failedAttempts);
  return {
    title: "Failures by exit code",
    caption: "Failed attempts, the most frequent codes.",
    columns: [textColumn("Exit code"), textColumn("Usual meaning"), numberColumn("Attempts"), numberColumn("Share")],
    rows: shown.map(({ exitCode, attempts }, i) => [
      ...[String(exitCode), exitCodeMeaning(exitCode)],
      ...[formatCount(attempts), formatPercent(shares[i]!)],
    ]),
    bars: shares,
  };
}

export function failingNamesTable({ failures }: TraceInspection): BarTable {
  const { byName, byNameFromJobs } = failures;
  const shares = byName.map(({ jobs, failedJobs }) => failedJobs / jobs);
  return {
    title: "Failures by job name",
    caption:
      byNameFromJobs > 1
        ? `The names with the highest share of failed jobs, of those with at least ${byNameFromJobs} jobs.`
        : "The names with the highest share of failed jobs.",
    columns: [textColumn("Name"), numberColumn("Failed"), numberColumn("Jobs"), numberColumn("Share")],
    rows: byName.map(({ name, jobs, failedJobs }, i) => [
      name,
      ...[formatCount(failedJobs), formatCount(jobs), formatPercent(shares[i]!)],
    ]),
    bars: shares,
  };
}

export function queuesTable({ structure, jobs }: TraceInspection): BarTable {
  const shares = structure.queues.map((row) => row.jobs / Math.max(1, jobs));
  return {
    title: "Queues",
    caption: "",
    columns: [textColumn("Queue"), numberColumn("Jobs"), numberColumn("Share")],
    rows: structure.queues.map((row, i) => [row.queue, formatCount(row.jobs), formatPercent(shares[i]!)]),
    bars: shares,
  };
}

export function arraySizesTable({ structure }: TraceInspection): BarTable {
  const shares = structure.arraySizes.map(({ arrays }) => arrays / structure.arrays);
  return {
    title: "Array sizes",
    caption: `${formatCount(structure.arrays)} array jobs with ${formatCount(structure.arrayChildren)} children.`,
    columns: [textColumn("Children"), numberColumn("Arrays"), numberColumn("Share")],
    rows: structure.arraySizes.map(({ upTo, arrays }, i) => [
      upTo <= 2 ? String(upTo) : `${formatCount(upTo / 2 + 1)} to ${formatCount(upTo)}`,
      ...[formatCount(arrays), formatPercent(shares[i]!)],
    ]),
    bars: shares,
  };
}

/** Nothing, zero and nonsense apart. */
export function fieldsTable({ fields }: TraceInspection): Table {
  return {
    title: "What the rows give",
    caption:
      "Rows by what they say of a field. Nothing: no value, or the format's sign for none. Unreadable: no number, " +
      "negative or absurdly large. Accepted rows, and those rejected for the field itself.",
    columns: [textColumn("Field"), ...["Given", "Zero", "Nothing", "Unreadable"].map(numberColumn)],
    rows: fields
      .filter(hasRows)
      .map(({ field, given, zero, absent, unreadable }) => [
        fieldLabel(field),
        formatCount(given),
        zero === null ? MISSING : formatCount(zero),
        ...[formatCount(absent), formatCount(unreadable)],
      ]),
  };
}

/** Where no row was accepted, most fields were not looked at. */
function hasRows({ given, zero, absent, unreadable }: FieldAccount): boolean {
  return given + (zero ?? 0) + absent + unreadable > 0;
}

export function rejectedTable({ records }: TraceInspection): Table {
  return tallyTable("Rejected rows", records.rejected);
}

export function adjustedTable({ records }: TraceInspection): Table {
  return tallyTable("Accepted rows that were changed or completed", records.adjusted);
}

export function foldedTable({ records }: TraceInspection): Table {
  return tallyTable("Records that are part of other rows", records.folded);
}

function tallyTable(title: string, tallies: readonly RowTally[]): Table {
  return {
    title,
    caption: "",
    columns: [textColumn("Reason"), numberColumn("Rows"), textColumn("First on line"), textColumn("There it says")],
    rows: tallies.map(({ reason, count, examples }) => {
      const first = examples[0];
      const where =
        first === undefined ? "" : first.file === undefined ? `${first.line}` : `${first.file}:${first.line}`;
      return [reason, formatCount(count), where, first?.detail ?? ""];
    }),
  };
}

/** What connects jobs, as sentences. */
export function structureLines({ structure, failures, jobs }: TraceInspection): string[] {
  const { arrays, sequentialArrays, dependencies, waiting, multiNodeJobs, shares } = structure;
  const edges = dependencies.success + dependencies.nToN + dependencies.end;
  const kinds = [
    [dependencies.success, "on success"],
    [dependencies.nToN, "N_TO_N"],
    [dependencies.end, "on the end, however it was"],
  ] as const;
  const told = kinds.filter(([count]) => count > 0).map(([count, kind]) => `${formatCount(count)} ${kind}`);
  const retried = failures.retriedJobs;
  return [
    ...(edges === 0
      ? []
      : [`Dependencies: ${told.join(", ")}; ${formatCount(waiting)} jobs or arrays wait for others.`]),
    ...(sequentialArrays === 0
      ? []
      : [`${formatCount(sequentialArrays)} of ${formatCount(arrays)} arrays are SEQUENTIAL.`]),
    ...(multiNodeJobs === 0 ? [] : [`Jobs on more than one node: ${formatCount(multiNodeJobs)}.`]),
    ...(shares === 0 ? [] : [`Share identifiers: ${formatCount(shares)}.`]),
    ...(retried === 0 ? [] : [`Jobs with more than one attempt: ${formatCount(retried)} of ${formatCount(jobs)}.`]),
  ];
}
