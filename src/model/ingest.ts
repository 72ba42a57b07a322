// What happened to the records of a trace on the way in. Nothing is repaired silently: every record is a row or is folded
// into another record's row; every row is accepted or rejected with a reason; and every accepted row that was changed is
// counted under a named adjustment.

export interface RowExample {
  /** Which of several files; not there when the trace is one file. */
  readonly file?: string | undefined;
  /** 1-based line in the (decompressed) file; in a file of JSON without line breaks the number of the record. */
  readonly line: number;
  readonly detail: string;
}

export interface RowTally {
  /** Stable kebab-case identifier, e.g. "negative-runtime". */
  readonly code: string;
  /** One sentence for people. */
  readonly reason: string;
  readonly count: number;
  /** The first few rows concerned. */
  readonly examples: readonly RowExample[];
}

/** recordsRead = rowsRead + sum of folded counts, and rowsRead = accepted + sum of rejected counts, always. */
export interface IngestReport {
  /** File name as the user wrote it, or a description of the generator. */
  readonly source: string;
  /** One of the trace module's formats (formats.ts), or "synthetic", "inline". */
  readonly format: string;
  /** Records of the files: lines, events, array elements. In a table with a row a job this is rowsRead. */
  readonly recordsRead: number;
  readonly rowsRead: number;
  readonly accepted: number;
  readonly rejected: readonly RowTally[];
  readonly adjusted: readonly RowTally[];
  /** Records that say more about a row that another record stands for (an earlier event, a job step, a second copy). */
  readonly folded: readonly RowTally[];
  /** Sentences on what the reader assumed: zone, release, units. */
  readonly notes: readonly string[];
}
