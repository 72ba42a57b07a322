// Chunks of CSV text to rows with line numbers. Most traces have no quotes, or few: as long as every record ends with its
// line, lines are simply split, which takes a fraction of a parser's time. From the first line on where that would not do (a
// quote left open at its end, or one that does not belong) csv-parse reads the rest, so its rules and messages are the rules.

import { isAscii } from "node:buffer";
import { pipeline } from "node:stream/promises";
import { CsvError, Parser } from "csv-parse";
import { errorIssue, InputError } from "../../base/issues.js";
import { splitRecord } from "./csv-line.js";

/** A longer record means that a quote was left open; without a bound it would take the rest of the file into memory. */
const MAX_RECORD_CHARACTERS = 1024 * 1024;

/** In order of preference when a header has equally many. */
const DELIMITERS = [",", ";", "\t", "|"] as const;

/** Where the header line is looked for. */
const MAX_HEADER_BYTES = 64 * 1024;

/** A first line by which Excel is told the delimiter. */
const SEPARATOR_LINE = /^\ufeff?sep=(.)$/i;

const LF = 10;
const CR = 13;
const HASH = 35;

/** Receives the cells of one record, the 1-based line on which it begins, and what separates cells. */
export type OnRow = (cells: readonly string[], line: number, delimiter: string) => void;

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
  try {
    const start = await readStart(iterator);
    if (start.length === 0) return;
    const lines = new LineRows(delimiter ?? findDelimiter(start), onRow);
    let isSplit = lines.take(start);
    while (isSplit) {
      const next = await iterator.next();
      if (next.done === true) break;
      isSplit = lines.take(next.value);
    }
    if (!isSplit || !lines.finish()) await parseRest(lines, iterator, file, onRow);
  } finally {
    await iterator.return?.();
  }
}

/** The first chunks, up to the end of the header line: a chunk may be a single byte. */
async function readStart(iterator: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (let bytes = 0; bytes < MAX_HEADER_BYTES; ) {
    const next = await iterator.next();
    if (next.done === true) break;
    parts.push(next.value);
    bytes += next.value.length;
    if (endOfLastLine(next.value) > 0 && /^[^#\r\n].*[\r\n]/m.test(textOf(Buffer.concat(parts)))) break;
  }
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}

async function parseRest(lines: LineRows, rest: AsyncIterator<Uint8Array>, file: string, onRow: OnRow): Promise<void> {
  const parser = new RowParser(lines.delimiter, lines.line, onRow);
  try {
    await pipeline(prepend(lines.rest, rest), parser);
  } catch (error) {
    throw error instanceof CsvError ? new InputError([parser.issueOf(error, file)]) : error;
  }
}

async function* prepend(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

/** The delimiter that the header line (the first that is neither blank nor a comment) has most of, outside quotes. */
function findDelimiter(start: Uint8Array): string {
  const lines = new TextDecoder().decode(start).split(/[\r\n]+/);
  const told = SEPARATOR_LINE.exec(lines[0]!);
  if (told !== null) return told[1]!;
  const header = lines.find((line) => line.trim() !== "" && !line.startsWith("#")) ?? "";
  const unquoted = header.replace(/"[^"]*"/g, "");
  const counts = DELIMITERS.map((delimiter) => unquoted.split(delimiter).length - 1);
  return DELIMITERS[counts.indexOf(Math.max(...counts))]!;
}

/** Splits lines, as long as that is all there is to do. */
class LineRows {
  readonly delimiter: string;
  /** Lines that are done with. */
  line = 0;
  private readonly onRow: OnRow;
  private readonly isPlain: boolean;
  /** What is behind those lines, as far as it was taken. */
  private parts: Uint8Array[] = [];
  private bytes = 0;

  constructor(delimiter: string, onRow: OnRow) {
    this.delimiter = delimiter;
    this.onRow = onRow;
    this.isPlain = delimiter !== "" && !/["#\r\n\ufeff]/.test(delimiter);
  }

  get rest(): Uint8Array {
    return this.parts.length === 1 ? this.parts[0]! : Buffer.concat(this.parts);
  }

  /** False: from `rest` on a parser must read. */
  take(chunk: Uint8Array): boolean {
    const end = endOfLastLine(chunk);
    this.parts.push(chunk);
    this.bytes += chunk.length;
    if (!this.isPlain) return false;
    if (end === 0) return this.bytes <= MAX_RECORD_CHARACTERS;
    const bytes = this.rest;
    return this.takeLines(bytes, bytes.length - (chunk.length - end));
  }

  /** Takes what is left as the last line; false: a parser must read it. */
  finish(): boolean {
    return this.takeLines(this.rest, this.bytes);
  }

  /** Takes the lines of which `bytes` has the first `end`. */
  private takeLines(bytes: Uint8Array, end: number): boolean {
    const text = textOf(bytes.subarray(this.line === 0 && hasMark(bytes) ? MARK.length : 0, end));
    const lines = text.includes("\r") ? text.split(/\r\n|\n|\r/) : text.split("\n");
    if (lines[lines.length - 1] === "") lines.pop(); // nothing stands behind the last line end
    const hasQuotes = text.includes('"');
    for (let i = 0; i < lines.length; i++) {
      if (!this.takeLine(lines[i]!, hasQuotes)) {
        this.keep(bytes.subarray(startOfLine(bytes, i)));
        return false;
      }
      this.line++;
    }
    this.keep(bytes.subarray(end));
    return true;
  }

  private takeLine(line: string, hasQuotes: boolean): boolean {
    if (line.length === 0 || line.charCodeAt(0) === HASH) return true;
    if (line.length > MAX_RECORD_CHARACTERS) return false;
    if (this.line === 0 && SEPARATOR_LINE.test(line)) return true;
    const cells = hasQuotes && line.includes('"') ? splitRecord(line, this.delimiter) : line.split(this.delimiter);
    if (cells === undefined) return false;
    this.onRow(cells, this.line + 1, this.delimiter);
    return true;
  }

  private keep(rest: Uint8Array): void {
    this.parts = rest.length === 0 ? [] : [rest];
    this.bytes = rest.length;
  }
}

const MARK = [0xef, 0xbb, 0xbf] as const;

function hasMark(bytes: Uint8Array): boolean {
  return MARK.every((byte, index) => bytes[index] === byte);
}

function textOf(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return buffer.toString(isAscii(buffer) ? "latin1" : "utf8"); // Latin-1 is the faster
}

/** Place behind the last line end; 0: there is none. A CR at the very end may be half of one. */
function endOfLastLine(bytes: Uint8Array): number {
  const end = bytes.lastIndexOf(LF) + 1;
  return end === bytes.length ? end : Math.max(end, bytes.subarray(0, -1).lastIndexOf(CR) + 1);
}

/** Place of the first byte of line `index`, counted from 0. */
function startOfLine(bytes: Uint8Array, index: number): number {
  let at = 0;
  for (let line = 0; line < index; line++) {
    while (bytes[at] !== LF && bytes[at] !== CR) at++;
    at += bytes[at] === CR && bytes[at + 1] === LF ? 2 : 1;
  }
  return at;
}

class RowParser extends Parser {
  private readonly delimiter: string;
  /** Lines of the file before the parser's first. */
  private readonly linesBefore: number;
  private readonly onRow: OnRow;
  private failed = false;
  /** The parser's own count after the last record. */
  private parserLines = 0;
  /** By how much the parser's count is too high: it counts a CRLF inside quotes twice. */
  private excessLines = 0;

  constructor(delimiter: string, linesBefore: number, onRow: OnRow) {
    super({
      delimiter,
      bom: linesBefore === 0,
      comment: "#",
      comment_no_infix: true,
      skip_empty_lines: true,
      relax_column_count: true, // the reader of rows rejects such a record; it does not stop the file
      record_delimiter: ["\r\n", "\n", "\r"],
      max_record_size: MAX_RECORD_CHARACTERS,
    });
    this.delimiter = delimiter;
    this.linesBefore = linesBefore;
    this.onRow = onRow;
  }

  override push(record: readonly string[] | null): boolean {
    if (record === null) return super.push(null);
    if (this.failed) return true;
    try {
      this.onRow(record, this.linesBefore + this.firstLineOf(record), this.delimiter);
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
    const line = this.linesBefore + (isOpenQuote ? this.parserLines + 1 : this.info.lines) - this.excessLines;
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
