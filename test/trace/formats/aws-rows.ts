// Reads text with a format into a sink that keeps everything, for the tests of what AWS writes.

import { readFileSync } from "node:fs";
import type { RowSink, TraceFormat } from "../../../src/trace/format.js";
import type { RawJob } from "../../../src/trace/raw-job.js";
import { traceOptions } from "../trace-files.js";

export interface Taken {
  /** Rows in order, each with what was adjusted and the line. */
  readonly rows: (RawJob & { adjusted: string[]; line: number })[];
  /** "code line" */
  readonly rejected: string[];
  readonly folded: string[];
  readonly notes: Set<string>;
}

class KeepingSink implements RowSink, Taken {
  file = 0;
  readonly rows: Taken["rows"] = [];
  readonly rejected: string[] = [];
  readonly folded: string[] = [];
  readonly notes = new Set<string>();
  private pending: string[] = [];

  admit: RowSink["admit"] = (raw, line, describe) => {
    for (const field of ["row", "submit", "runtime", "vcpus", "exitCode", "wait"] as const) describe(field);
    this.rows.push({ ...raw, adjusted: this.pending, line });
    this.pending = [];
  };
  reject: RowSink["reject"] = (code, line, describe) => {
    describe("row");
    this.rejected.push(`${code} ${line}`);
  };
  fold: RowSink["fold"] = (code, line, describe) => {
    describe("row");
    this.folded.push(`${code} ${line}`);
  };
  adjust: RowSink["adjust"] = (code) => {
    this.pending.push(code);
  };
  note: RowSink["note"] = (sentence) => {
    this.notes.add(sentence);
  };
}

async function* chunksOf(text: string): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += 1_000) yield bytes.subarray(at, at + 1_000);
}

/** Reads files one after the other; a value that is no text is written as JSON. */
export async function take(format: TraceFormat, ...files: readonly unknown[]): Promise<Taken> {
  const sink = new KeepingSink();
  const reader = format.open(sink, traceOptions());
  for (const file of files) {
    const text = typeof file === "string" ? file : JSON.stringify(file);
    await reader.read({ name: "trace.json", chunks: chunksOf(text) });
  }
  reader.finish();
  return sink;
}

export function recordCount({ rows, rejected, folded }: Taken): number {
  return rows.length + rejected.length + folded.length;
}

/** The text of a delivered file, without its byte-order mark. */
export function deliveredText(name: string): string {
  return readFileSync(`../shared/data/traces/${name}`, "utf8").replace(/^\ufeff/, "");
}
