// What happened to the rows of a trace on the way in. Nothing is repaired silently: every row is accepted or rejected with
// a reason, and every accepted row that was changed is counted under a named adjustment.

export interface RowExample {
  /** 1-based line in the (decompressed) file. */
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

/** rowsRead = accepted + sum of rejected counts, always. */
export interface IngestReport {
  /** File name as the user wrote it, or a description of the generator. */
  readonly source: string;
  readonly format: "csv" | "swf" | "synthetic" | "inline";
  readonly rowsRead: number;
  readonly accepted: number;
  readonly rejected: readonly RowTally[];
  readonly adjusted: readonly RowTally[];
}
