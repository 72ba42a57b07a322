// Chunks of text to lines. A line that is longer than any row can be is told apart and never held in memory.

/** Longer lines are given out as "too long". */
const MAX_LINE_BYTES = 1024 * 1024;

const LF = 10;
const CR = 13;

/** Receives a line without its end, and its 1-based number; `text` is undefined for a line that is too long. */
export type OnLine = (text: string | undefined, line: number) => void;

/** Calls `onLine` for each line, blank ones included; LF, CRLF and lone CR end a line, and so does the end of the text. */
export async function readLines(
  chunks: AsyncIterable<Uint8Array>,
  onLine: OnLine,
  maxBytes = MAX_LINE_BYTES,
): Promise<void> {
  const lines = new LineSplitter(onLine, maxBytes);
  for await (const chunk of chunks) lines.take(chunk);
  lines.finish();
}

/** True for blank lines and for comments behind "#", which people paste into tables. */
export function isRemark(line: string): boolean {
  return /^\s*(?:#|$)/.test(line);
}

class LineSplitter {
  private readonly onLine: OnLine;
  private readonly maxBytes: number;
  private readonly decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  private line = 0;
  /** The start of the line that the chunks so far have not ended. */
  private rest: Uint8Array[] = [];
  private restBytes = 0;
  private isTooLong = false;
  private endsWithCr = false;

  constructor(onLine: OnLine, maxBytes: number) {
    this.onLine = onLine;
    this.maxBytes = maxBytes;
  }

  take(chunk: Uint8Array): void {
    let start = this.endsWithCr && chunk[0] === LF ? 1 : 0; // the second half of a CRLF
    this.endsWithCr = false;
    const hasCr = chunk.includes(CR);
    while (start < chunk.length) {
      const end = hasCr ? endOfLine(chunk, start) : chunk.indexOf(LF, start);
      if (end < 0) break;
      this.endLine(chunk.subarray(start, end));
      const isCr = chunk[end] === CR;
      if (isCr && end + 1 === chunk.length) this.endsWithCr = true;
      start = end + (isCr && chunk[end + 1] === LF ? 2 : 1);
    }
    if (start < chunk.length) this.keep(chunk.subarray(start));
  }

  finish(): void {
    if (this.restBytes > 0 || this.isTooLong) this.endLine(new Uint8Array(0));
  }

  private keep(bytes: Uint8Array): void {
    this.restBytes += bytes.length;
    if (this.restBytes > this.maxBytes) {
      this.isTooLong = true;
      this.rest = [];
    } else {
      this.rest.push(bytes.slice());
    }
  }

  private endLine(last: Uint8Array): void {
    const bytes = this.restBytes + last.length;
    const text = this.isTooLong || bytes > this.maxBytes ? undefined : this.textOf(last, bytes);
    this.rest = [];
    this.restBytes = 0;
    this.isTooLong = false;
    this.onLine(text, ++this.line);
  }

  private textOf(last: Uint8Array, bytes: number): string {
    if (this.rest.length === 0) return this.decoder.decode(last);
    const whole = new Uint8Array(bytes);
    let at = 0;
    for (const part of [...this.rest, last]) {
      whole.set(part, at);
      at += part.length;
    }
    return this.decoder.decode(whole);
  }
}

/** Place of the first line end at or behind `start`; -1: none. */
function endOfLine(chunk: Uint8Array, start: number): number {
  for (let at = start; at < chunk.length; at++) if (chunk[at] === LF || chunk[at] === CR) return at;
  return -1;
}
