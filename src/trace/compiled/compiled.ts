// A compiled trace: the columns of a trace on disk as they lie in memory, to be used without reading a row. The file is bound to
// nothing but this format's version: a scenario binds it (../bind). Layout:
//
//   8 bytes   "Stowage" and the version
//   8 + 8     as doubles: bytes of the header, bytes of the columns
//   16        identity hash of the header, in hexadecimal
//   header    lines of JSON: the particulars (report, layout of the columns), then blocks of the tables; blanks to a multiple of 8
//   columns   the one buffer, little-endian
//   rows      only when rows were not in the order of jobs: the row number of each job, 4 bytes each

import { closeSync, fstatSync } from "node:fs";
import { Hasher } from "../../base/hash.js";
import type { IngestReport } from "../../model/ingest.js";
import type { Trace } from "../workload-builder.js";
import { ColumnFile, damaged, openFile, readBytes } from "./column-file.js";
import { bufferOf, columnsOf, type Layout, layoutOf } from "./columns.js";
import { type Tables, tableLines, tablesOf, tablesOfLines } from "./tables.js";

/** Compiled traces have names that end so. */
export const COMPILED_EXTENSION = ".stowage";

/** To be raised with every change of this layout or of what columns mean. */
const VERSION = 1;
const MAGIC = new TextEncoder().encode(`Stowage${String.fromCharCode(VERSION)}`);
const PREFIX_BYTES = 40;

/** Written at once. */
const CHUNK_BYTES = 64 * 1024 * 1024;

/** What a header says beside the tables. */
interface Particulars {
  readonly jobCount: number;
  readonly originMs: number;
  readonly hash: string;
  readonly hasRows: boolean;
  readonly layout: Layout;
  readonly report: IngestReport;
}

/** The file's bytes, of a trace that was read or made for any scenario (purpose "import"), in chunks that are not to be kept. */
export function* writeCompiled(trace: Trace): Generator<Uint8Array> {
  const columns = columnsOf(trace);
  const { jobCount, originMs, hash } = trace.workload;
  const { rowOfJob, report } = trace;
  const hasRows = rowOfJob !== undefined;
  const particulars: Particulars = { jobCount, originMs, hash, hasRows, layout: layoutOf(columns), report };
  const header = headerBytes(particulars, tablesOf(trace));
  const buffer = bufferOf(columns);
  const prefix = new Uint8Array(PREFIX_BYTES);
  prefix.set(MAGIC);
  new DataView(prefix.buffer).setFloat64(8, header.length, true);
  new DataView(prefix.buffer).setFloat64(16, buffer.length, true);
  prefix.set(new TextEncoder().encode(new Hasher().bytes(header).digest()), 24);
  yield prefix;
  yield header;
  for (const bytes of [
    buffer,
    ...(hasRows ? [new Uint8Array(rowOfJob.buffer, rowOfJob.byteOffset, rowOfJob.byteLength)] : []),
  ]) {
    for (let start = 0; start < bytes.length; start += CHUNK_BYTES) yield bytes.slice(start, start + CHUNK_BYTES);
  }
}

/**
 * Opens a compiled trace; messages call it `name`. Header and tables are read and checked at once, each column when it is
 * first used: then too InputError is thrown when the file cannot be read, or is damaged.
 */
export function openCompiled(path: string, name: string): Trace {
  const file = openFile(path, name);
  try {
    const trace = openTrace(file, path, name);
    if (trace === undefined) throw damaged(name);
    return trace;
  } catch (error) {
    throw error instanceof SyntaxError ? damaged(name) : error;
  } finally {
    closeSync(file);
  }
}

/** Undefined: the file is damaged. Throws SyntaxError for a header that is no JSON. */
function openTrace(file: number, path: string, name: string): Trace | undefined {
  const stats = fstatSync(file);
  const { size } = stats;
  if (!stats.isFile() || size < PREFIX_BYTES) return undefined;
  const prefix = new Uint8Array(PREFIX_BYTES);
  readBytes(file, 0, prefix);
  const numbers = new DataView(prefix.buffer);
  const [headerSize, bytes] = [numbers.getFloat64(8, true), numbers.getFloat64(16, true)];
  const areSizes = [headerSize, bytes].every((count) => Number.isSafeInteger(count) && count >= 0);
  const start = PREFIX_BYTES + headerSize;
  if (!MAGIC.every((byte, index) => prefix[index] === byte) || !areSizes || start + bytes > size) return undefined;
  const header = new Uint8Array(headerSize);
  readBytes(file, PREFIX_BYTES, header);
  if (new Hasher().bytes(header).digest() !== new TextDecoder().decode(prefix.subarray(24))) return undefined;
  const [first = "", ...lines] = new TextDecoder("utf-8", { ignoreBOM: true }).decode(header).trimEnd().split("\n");
  const particulars = JSON.parse(first) as Particulars;
  const tables = tablesOfLines(lines);
  const { jobCount, hasRows, layout, report } = particulars;
  const rowBytes = hasRows ? jobCount * Uint32Array.BYTES_PER_ELEMENT : 0;
  if (tables === undefined || start + bytes + rowBytes !== size) return undefined;
  const columns = ColumnFile.at({ path, name, stats, start, bytes }, layout, tables, jobCount);
  if (columns === undefined) return undefined;
  const trace = { ...columns.trace(particulars), report };
  if (!hasRows) return trace;
  const rowOfJob = new Uint32Array(jobCount);
  readBytes(file, start + bytes, new Uint8Array(rowOfJob.buffer));
  return isPermutation(rowOfJob) ? { ...trace, rowOfJob } : undefined;
}

function headerBytes(particulars: Particulars, tables: Tables): Uint8Array {
  const lines = [JSON.stringify(particulars), ...tableLines(tables)].map((line) =>
    new TextEncoder().encode(`${line}\n`),
  );
  const length = lines.reduce((sum, line) => sum + line.length, 0);
  const header = new Uint8Array(Math.ceil(length / 8) * 8).fill(32);
  let at = 0;
  for (const line of lines) {
    header.set(line, at);
    at += line.length;
  }
  return header;
}

function isPermutation(rows: Uint32Array): boolean {
  const seen = new Uint8Array(rows.length);
  for (const row of rows) {
    if (row >= rows.length || seen[row] === 1) return false;
    seen[row] = 1;
  }
  return true;
}
