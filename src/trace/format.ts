// What a trace format is to the rest of the module: a name, a way to recognise it, a reader. formats.ts lists them all.

import type { AdjustmentCode, FoldCode, RejectionCode } from "./admission-reasons.js";
import type { CanonicalColumn } from "./canonical/columns.js";
import type { FormatOptions } from "./options.js";
import type { Describe, RawJob } from "./raw-job.js";

/** Takes every record of a file exactly once: as a row (`admit` or `reject`) or as more about another row (`fold`). */
export interface RowSink {
  /** Which file the records are from, as a number. A reader keeps it with rows that it keeps, and sets it for them. */
  file: number;
  /** One row; `raw` is not kept. `line` is 1-based. */
  admit(raw: RawJob, line: number, describe: Describe): void;
  /** A row that cannot be one, for a reason that only the reader sees. */
  reject(code: RejectionCode, line: number, describe: Describe): void;
  /** A record that is part of another row. */
  fold(code: FoldCode, line: number, describe: Describe): void;
  /** Something that was changed of the row that is admitted next. */
  adjust(code: AdjustmentCode): void;
  /** A sentence for the report on what the reader assumed; each is shown once. */
  note(sentence: string): void;
}

/** One file: what it is called in messages, and its text, decompressed, as checked UTF-8 in chunks. */
export interface TextSource {
  readonly name: string;
  readonly chunks: AsyncIterable<Uint8Array>;
}

export interface FormatReader {
  /** Reads one file after the other. Throws InputError when a file cannot be of the format. */
  read(source: TextSource): Promise<void>;
  /** After the last file: rows that only all files together give. */
  finish(): void;
  /** The canonical columns that its rows may fill; asked for after the first row, or after the end. */
  readonly columns: readonly CanonicalColumn[];
}

/** How a file begins. */
export interface FileStart {
  /** Its base name in lower case, without .gz. */
  readonly name: string;
  /** The first 64 KiB of its text, without a byte-order mark; the last line may be cut. */
  readonly text: string;
}

/** "sure": no other format looks so. "likely": a form that others share. */
export type Certainty = "sure" | "likely" | "no";

export interface TraceFormat {
  /** For --from and trace.format. */
  readonly id: string;
  /** For help and messages. */
  readonly title: string;
  readonly detect: (start: FileStart) => Certainty;
  readonly open: (sink: RowSink, options: FormatOptions) => FormatReader;
}
