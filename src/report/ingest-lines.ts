// What became of a trace's records, as lines of text.

import type { IngestReport, RowTally } from "../model/ingest.js";
import { formatCount, formatCounted, printable } from "./format.js";

/** Examples shown of each reason. */
const EXAMPLES_SHOWN = 2;

/** Format and counts, in a line. */
export function ingestSummary({ format, recordsRead, rowsRead, accepted }: IngestReport): string {
  const foldedRecords = recordsRead - rowsRead;
  const records =
    foldedRecords === 0
      ? ""
      : `${formatCounted(recordsRead, "record")}, ${formatCount(foldedRecords)} of them part of others; `;
  const counts = `${formatCount(accepted)} accepted, ${formatCount(rowsRead - accepted)} rejected`;
  return `${format}: ${records}${formatCounted(rowsRead, "job")} read, ${counts}`;
}

/** Counts first, then each reason with its first rows, then what the reader assumed. */
export function ingestLines(report: IngestReport): string[] {
  const { rejected, adjusted, folded, notes } = report;
  return [
    ingestSummary(report),
    ...section("Rejected", rejected),
    ...section("Changed or completed", adjusted),
    ...section("Part of other rows", folded),
    ...notes.map((note) => `Note: ${printable(note)}`),
  ];
}

function section(title: string, tallies: readonly RowTally[]): string[] {
  if (tallies.length === 0) return [];
  return [title, ...tallies.flatMap(tallyLines)];
}

function tallyLines({ code, reason, count, examples }: RowTally): string[] {
  const shown = examples.slice(0, EXAMPLES_SHOWN).map(({ file, line, detail }) => {
    const where = file === undefined ? `line ${line}` : `${file}:${line}`;
    return `      ${printable(where)}: ${printable(detail)}`;
  });
  return [`  ${formatCount(count)} x ${reason} [${code}]`, ...shown];
}
