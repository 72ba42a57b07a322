// What became of the trace on its way into the runs, in lines: how much was read, how it was changed, what was assumed.

import type { RowExample } from "../model/ingest.js";
import type { ResultFile } from "../model/run-result.js";
import { formatCount, formatCounted } from "./format.js";

/** Records and rows read, accepted and rejected. Steps make and drop jobs, so behind them only what is left can be told. */
export function traceLine({ header, trace }: ResultFile): string {
  const { recordsRead, rowsRead, accepted } = trace;
  const rejected = rowsRead - accepted;
  if (header.transforms.length > 0) {
    return `${formatCounted(accepted, "job")} after the changes, ${formatCounted(rejected, "row")} rejected`;
  }
  const counts = `${formatCount(accepted)} accepted, ${formatCount(rejected)} rejected`;
  const folded = recordsRead - rowsRead;
  if (folded === 0) return `${formatCounted(rowsRead, "row")} read, ${counts}`;
  return `${formatCounted(recordsRead, "record")} read, ${formatCount(folded)} of them part of other rows; ${formatCounted(rowsRead, "row")}, ${counts}`;
}

/** The steps that changed the trace, in their order; empty when there are none. */
export function changesLine({ header }: ResultFile): string {
  return header.transforms.join("; ");
}

/** Where a row is: its line, and its file where the trace is several. */
export function placeOf({ file, line }: RowExample): string {
  return file === undefined ? `line ${line}` : `${file}:${line}`;
}
