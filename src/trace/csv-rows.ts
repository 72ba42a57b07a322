// Chunks of CSV text to rows with line numbers, through csv-parse. Rows are taken from the parser's own push(), not from
// its stream: a stream hands them out a chunk later, when the parser's line counter has run ahead, and costs more.

import { pipeline } from "node:stream/promises";
import { CsvError, Parser } from "csv-parse";
import { errorIssue, InputError } from "../base/issues.js";

/** A longer record means that a quote was left open; without a bound it would take the rest of the file into memory. */
const MAX_RECORD_CHARACTERS = 1024 * 1024;

/** In order of preference when a header has equally many. */
const DELIMITERS = [",", ";", "\t", "|"] as const;

/** Receives the cells of one record and the 1-based line on which the record begins. */
export type OnRow = (cells: readonly string[], line: number) => void;

/**
 * Calls `onRow` for each record, the header included; blank lines and lines that begin with "#" are skipped.
 * Accepts a byte-order mark, LF, CRLF or CR, and a missing last newline. Throws what `onRow` throws, and InputError
 * (naming `file` and the line) for text that is not CSV.
 */
export async function readCsvRows(
  chunks: AsyncIterable<Uint8Array>,
  delimiter: string | undefined,
  file: string,
  onRow: OnRow,
): Promise<void> {
  const iterator = chunks[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done === true) return;
  const parser = new RowParser(delimiter ?? findDelimiter(first.value), onRow);
  try {
    await pipeline(prepend(first.value, iterator), parser);
  } catch (error) {
    throw error instanceof CsvError ? new InputError([parser.issueOf(error, file)]) : error;
  }
}

async function* prepend(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield first;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

/** The delimiter that the header line (the first that is neither blank nor a comment) has most of, outside quotes. */
function findDelimiter(start: Uint8Array): string {
  const lines = new TextDecoder().decode(start).split(/[\r\n]+/);
  const header = lines.find((line) => line.trim() !== "" && !line.startsWith("#")) ?? "";
  const unquoted = header.replace(/"[^"]*"/g, "");
  const counts = DELIMITERS.map((delimiter) => unquoted.split(delimiter).length - 1);
  return DELIMITERS[counts.indexOf(Math.max(...counts))]!;
}

class RowParser extends Parser {
  private readonly onRow: OnRow;
  private failed = false;
  /** The parser's own count after the last record. */
  private parserLines = 0;
  /** By how much the parser's count is too high: it counts a CRLF inside quotes twice. */
  private excessLines = 0;

  constructor(delimiter: string, onRow: OnRow) {
    super({
      delimiter,
      bom: true,
      comment: "#",
      comment_no_infix: true,
      skip_empty_lines: true,
      relax_column_count: true, // the reader of rows rejects such a record; it does not stop the file
      record_delimiter: ["\r\n", "\n", "\r"],
      max_record_size: MAX_RECORD_CHARACTERS,
    });
    this.onRow = onRow;
  }

  override push(record: readonly string[] | null): boolean {
    if (record === null) return super.push(null);
    if (this.failed) return true;
    try {
      this.onRow(record, this.firstLineOf(record));
    } catch (error) {
      this.failed = true;
      this.destroy(error instanceof Error ? error : new Error(String(error)));
    }
    return true;
  }

  issueOf(error: CsvError, file: string) {
    const [message, hint] = SYNTAX_MESSAGES[error.code] ?? [`the text is not CSV (${error.code})`, undefined];
    // An open quote is noticed far behind the place to look at, which is the record after the last good one.
    const isOpenQuote = error.code === "CSV_QUOTE_NOT_CLOSED" || error.code === "CSV_MAX_RECORD_SIZE";
    const line = (isOpenQuote ? this.parserLines + 1 : this.info.lines) - this.excessLines;
    return errorIssue("csv-syntax", message, hint === undefined ? { file, line } : { file, line, hint });
  }

  private firstLineOf(record: readonly string[]): number {
    const last = this.info.lines;
    const mayBreakInside = last > this.parserLines + 1;
    this.parserLines = last;
    if (!mayBreakInside) return last - this.excessLines;
    let breaks = 0;
    for (const cell of record) {
      const carriageReturns = cell.split("\r").length - 1;
      const pairs = cell.split("\r\n").length - 1;
      this.excessLines += pairs;
      breaks += carriageReturns + (cell.split("\n").length - 1) - pairs;
    }
    return last - this.excessLines - breaks;
  }
}

const SYNTAX_MESSAGES: Readonly<Record<string, readonly [message: string, hint: string]>> = {
  CSV_QUOTE_NOT_CLOSED: ["a quote is opened here or below and never closed", "inside quotes, write a quote twice"],
  CSV_MAX_RECORD_SIZE: ["a record here or below is longer than a million characters", "is a quote left open?"],
  INVALID_OPENING_QUOTE: ["a quote stands inside an unquoted cell", "quote the whole cell and write the quote twice"],
  CSV_INVALID_CLOSING_QUOTE: ["text follows a closing quote", "inside quotes, write a quote twice"],
};
