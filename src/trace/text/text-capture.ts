// A stretch of text that may begin in one chunk and end in another. What is longer than a limit is not held.

/** As much as a message shows of a stretch. */
const HEAD_BYTES = 100;

export class TextCapture {
  private readonly maxBytes: number;
  private readonly decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  private chunk: Uint8Array = new Uint8Array(0);
  /** Where the stretch begins in the chunk; -1: there is none. */
  private from = -1;
  /** Its bytes in earlier chunks. */
  private parts: Uint8Array[] = [];
  private partBytes = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  beginChunk(chunk: Uint8Array): void {
    this.chunk = chunk;
    if (this.from >= 0) this.from = 0;
  }

  /** Keeps what the chunk has of the stretch. */
  endChunk(): void {
    if (this.from < 0) return;
    this.partBytes += this.chunk.length - this.from;
    if (this.partBytes > this.maxBytes) this.parts = []; // but for the last part, for tail()
    this.parts.push(this.chunk.slice(this.from));
  }

  begin(at: number): void {
    this.drop();
    this.from = at;
  }

  drop(): void {
    this.from = -1;
    this.parts = [];
    this.partBytes = 0;
  }

  /** Ends the stretch before `end`: its text and how that begins; `text` is undefined when it is too long. */
  end(end: number): { readonly text: string | undefined; readonly head: string } {
    const bytes = this.partBytes + end - this.from;
    const isTooLong = bytes > this.maxBytes;
    const whole = isTooLong ? new Uint8Array(0) : this.joined(end, bytes);
    this.drop();
    const head = this.decode(whole.subarray(0, HEAD_BYTES));
    return { text: isTooLong ? undefined : this.decode(whole), head };
  }

  /** At most the last `count` bytes of the stretch before `end`, as characters of one byte. */
  tail(end: number, count: number): string {
    let text = String.fromCharCode(...this.chunk.subarray(Math.max(this.from, end - count), end));
    for (let part = this.parts.length - 1; part >= 0 && text.length < count; part--) {
      text = String.fromCharCode(...this.parts[part]!.subarray(text.length - count)) + text;
    }
    return text;
  }

  decode(bytes: Uint8Array): string {
    return this.decoder.decode(bytes);
  }

  private joined(end: number, bytes: number): Uint8Array {
    const last = this.chunk.subarray(this.from, end);
    if (this.parts.length === 0) return last;
    const whole = new Uint8Array(bytes);
    let at = 0;
    for (const part of [...this.parts, last]) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
}
