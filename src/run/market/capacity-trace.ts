// Recorded availability of spot capacity: runs of so many instances, or nodes that come and go.

import { didYouMean, errorIssue, InputError } from "../../base/issues.js";
import { MS_PER_SECOND } from "../../base/units.js";
import type { CapacitySeries } from "../../model/market.js";
import { readNumber } from "../../trace/text/cells.js";
import { readCsvRows } from "../../trace/text/csv-rows.js";
import { readText } from "../../trace/text/text-stream.js";
import { CsvColumns } from "./csv-columns.js";

/** Counts over time as recorded, by the trace's id. */
export type CapacityTraces = ReadonlyMap<string, CapacitySeries>;

/** Both formats have the time; one has a column of counts, the other one of counts after each event. */
const COLUMNS = {
  trace: ["trace_id"],
  offset: ["offset_seconds"],
  count: ["available_instances", "active_nodes_after"],
} as const;

/** Files of events hold one trace. */
const OPTIONAL = ["trace"] as const;

const MOST_ISSUES = 5;

/**
 * Reads CSV, gzip or not: runs (`trace_id, offset_seconds, duration_seconds, available_instances`), or events of one trace
 * (`offset_seconds, event, node, active_nodes_after`), whose id is then "". A count holds until the next one of its trace, the
 * first from the beginning. Throws InputError with the first unreadable rows, all at once.
 */
export async function readCapacityTraces(path: string, name: string): Promise<CapacityTraces> {
  const traces = new Map<string, GrowingTrace>();
  const unreadable: { line: number; detail: string }[] = [];
  let columns: CsvColumns<keyof typeof COLUMNS> | undefined;
  await readCsvRows(
    readText(path, name, () => {}),
    undefined,
    name,
    (cells, line) => {
      if (columns === undefined) {
        columns = new CsvColumns<keyof typeof COLUMNS>(COLUMNS, OPTIONAL, cells, { file: name, line });
        return;
      }
      const id = columns.cell("trace", cells);
      const timeMs = Math.round(readNumber(columns.cell("offset", cells)) * MS_PER_SECOND);
      const count = readNumber(columns.cell("count", cells));
      const trace = traces.get(id) ?? { timesMs: [], instances: [], lastMs: 0 };
      const problem = problemOf(timeMs, count, trace.lastMs);
      if (problem !== undefined) {
        unreadable.push({ line, detail: problem });
        return;
      }
      traces.set(id, trace);
      addCount(trace, timeMs, count);
    },
  );
  if (unreadable.length > 0) {
    throw new InputError(
      unreadable
        .slice(0, MOST_ISSUES)
        .map(({ line, detail }) => errorIssue("unreadable-count", detail, { file: name, line })),
    );
  }
  if (traces.size === 0) throw new InputError([errorIssue("no-counts", "the file has no counts", { file: name })]);
  return new Map([...traces].map(([id, { timesMs, instances }]) => [id, { timesMs, instances }]));
}

interface GrowingTrace {
  readonly timesMs: number[];
  readonly instances: number[];
  /** Of the last row. */
  lastMs: number;
}

function problemOf(timeMs: number, count: number, lastMs: number): string | undefined {
  if (!Number.isSafeInteger(timeMs) || timeMs < 0) return "offset_seconds is no time after the start";
  if (timeMs < lastMs) return "offset_seconds is before the row above";
  return Number.isSafeInteger(count) && count >= 0 ? undefined : "the count is no whole number";
}

function addCount(trace: GrowingTrace, timeMs: number, count: number): void {
  const { timesMs, instances } = trace;
  const at = timesMs.length === 0 ? 0 : timeMs;
  trace.lastMs = timeMs;
  if (timesMs.at(-1) === at) {
    timesMs.pop();
    instances.pop();
  }
  if (instances.at(-1) === count) return;
  timesMs.push(at);
  instances.push(count);
}

/** How a capacity trace is used. */
export interface CapacityChoice {
  /** Ids of traces; empty: all. */
  readonly traces: readonly string[];
  readonly scale: number;
}

/**
 * Deals the traces out to pools in turn, in the order of the file or of the choice; counts are multiplied by the scale and
 * rounded. Throws InputError for ids that the file does not have.
 */
export function dealCapacity(
  traces: CapacityTraces,
  { traces: chosen, scale }: CapacityChoice,
  pools: number,
  name: string,
): CapacitySeries[] {
  const ids = [...traces.keys()];
  const unknown = chosen.filter((id) => !traces.has(id));
  if (unknown.length > 0) {
    throw new InputError(
      unknown.map((id) => {
        const hint = didYouMean(id, ids) ?? `traces of the file: ${ids.join(", ")}`;
        return errorIssue("unknown-trace", `there is no trace "${id}"`, { file: name, hint });
      }),
    );
  }
  const dealt = (chosen.length === 0 ? ids : chosen).map((id) => scaled(traces.get(id)!, scale));
  return Array.from({ length: pools }, (_, index) => dealt[index % dealt.length]!);
}

function scaled({ timesMs, instances }: CapacitySeries, scale: number): CapacitySeries {
  return { timesMs, instances: instances.map((count) => Math.round(count * scale)) };
}
