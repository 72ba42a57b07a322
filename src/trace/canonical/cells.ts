// One row to one line of the project's own CSV.

import { MS_PER_SECOND } from "../../base/units.js";
import type { RawJob } from "../raw-job.js";
import { formatAttempts } from "./attempts.js";
import { type CanonicalColumn, NOT_REPLAYED } from "./columns.js";

type CellOf = (row: RawJob) => string;

const STATUS_OF = new Map<string, string>(Object.entries(NOT_REPLAYED).map(([status, code]) => [code, status]));

const CELLS: Readonly<Record<CanonicalColumn, CellOf>> = {
  id: (row) => quotedText(row.id),
  name: (row) => quotedText(row.name),
  queue: (row) => quotedText(row.queue),
  submit_ms: (row) => number(Math.round(row.submitMs)),
  submit: () => "",
  runtime_s: (row) => seconds(row.runtimeMs),
  vcpus: (row) => number(row.vcpus),
  memory_mib: (row) => number(row.memoryMib),
  gpus: (row) => number(row.gpus),
  limit_s: (row) => seconds(row.limitMs),
  wait_s: (row) => seconds(row.waitMs),
  pull_s: (row) => seconds(row.pullMs),
  used_memory_mib: (row) => number(row.usedMemoryMib),
  status: (row) => STATUS_OF.get(row.withoutRuntime) ?? row.status,
  exit_code: (row) => number(row.exitCode),
  attempts: (row) => formatAttempts(row.attempts),
  job_definition: (row) => quotedText(row.definition),
  share_identifier: (row) => quotedText(row.share),
  scheduling_priority: (row) => number(row.priority),
  nodes: (row) => number(row.nodes),
  array_id: (row) => quotedText(row.arrayId),
  array_size: (row) => number(row.arraySize),
  depends_on: (row) => quotedText(row.dependsOn),
  rank: (row) => (row.tieBreak === 0 ? "" : number(row.tieBreak)),
};

/** Writes rows as lines, without their ends; the columns are fixed. */
export function lineWriter(columns: readonly CanonicalColumn[]): (row: RawJob) => string {
  const cells = columns.map((column) => CELLS[column]);
  return (row) => {
    let line = cells[0]!(row);
    for (let i = 1; i < cells.length; i++) line += `,${cells[i]!(row)}`;
    return line;
  };
}

/** Missing and unreadable values are both empty: of neither can anything be made. */
function number(value: number): string {
  return Number.isFinite(value) ? String(value) : "";
}

/** Milliseconds as seconds; dividing by 1000 and reading it again gives the same whole number of milliseconds. */
function seconds(ms: number): string {
  return Number.isFinite(ms) ? String(Math.round(ms) / MS_PER_SECOND) : "";
}

/** RFC 4180; a "#" would begin a comment, and outer blanks would be lost. */
function quotedText(text: string): string {
  return /[",\r\n]|^#|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
