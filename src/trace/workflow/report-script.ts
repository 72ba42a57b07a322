// The data of a Nextflow report: a JavaScript literal in the page, `window.data = { "trace":[…], … }`. It differs from JSON
// only in that its strings hold \' for an apostrophe. It is cut out of the page and made JSON as a stream, and never run.

const ASSIGNMENT = "window.data";

const QUOTE = 34;
const APOSTROPHE = 39;
const EQUALS = 61;
const OPEN_LIST = 91;
const BACKSLASH = 92;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/** What is expected next: the rest of the name, "=", "{", more of the literal, or nothing more. */
type Stage = "name" | "equals" | "brace" | "literal" | "done";

/** The first literal that is assigned to window.data, as JSON in chunks; nothing when there is none. */
export async function* reportJson(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const cutter = new LiteralCutter();
  for await (const chunk of chunks) {
    const json = cutter.take(chunk);
    if (json.length > 0) yield json;
    if (cutter.isDone) return;
  }
}

class LiteralCutter {
  private stage: Stage = "name";
  /** Characters of the name that the last bytes match. */
  private matched = 0;
  private depth = 0;
  private inString = false;
  /** The last byte was a backslash that is not itself escaped; it is still to be copied. */
  private isEscaped = false;

  get isDone(): boolean {
    return this.stage === "done";
  }

  /** The part of the literal in this chunk. */
  take(chunk: Uint8Array): Uint8Array {
    let at = 0;
    while (at < chunk.length && this.stage !== "literal") this.seek(chunk[at++]!);
    if (this.stage !== "literal") return new Uint8Array(0);
    const json = new Uint8Array(chunk.length - at + 2); // an escape may be left over; the brace was read by seek
    let length = 0;
    if (this.depth === 0) {
      this.depth = 1;
      json[length++] = OPEN_OBJECT;
    }
    while (at < chunk.length && this.depth > 0) length = this.copy(chunk[at++]!, json, length);
    if (this.depth === 0) this.stage = "done";
    return json.subarray(0, length);
  }

  private seek(byte: number): void {
    if (this.stage === "name") {
      // No prefix of the name comes again inside it, so a failed match can only begin anew with this byte.
      const isNext = byte === ASSIGNMENT.charCodeAt(this.matched);
      if (isNext) this.matched++;
      else this.matched = byte === ASSIGNMENT.charCodeAt(0) ? 1 : 0;
      if (this.matched === ASSIGNMENT.length) this.stage = "equals";
      return;
    }
    if (byte === 32 || (byte >= 9 && byte <= 13)) return;
    if (this.stage === "equals" && byte === EQUALS) this.stage = "brace";
    else if (this.stage === "brace" && byte === OPEN_OBJECT) this.stage = "literal";
    else {
      this.stage = "name"; // the page's own scripts read window.data too
      this.matched = byte === ASSIGNMENT.charCodeAt(0) ? 1 : 0;
    }
  }

  /** Copies a byte of the literal; returns the new length of the copy. */
  private copy(byte: number, json: Uint8Array, start: number): number {
    let length = start;
    if (this.isEscaped) {
      this.isEscaped = false;
      if (byte !== APOSTROPHE) json[length++] = BACKSLASH;
    } else if (byte === BACKSLASH) {
      this.isEscaped = true;
      return length;
    } else if (byte === QUOTE) this.inString = !this.inString;
    else if (!this.inString) this.count(byte);
    json[length++] = byte;
    return length;
  }

  private count(byte: number): void {
    if (byte === OPEN_OBJECT || byte === OPEN_LIST) this.depth++;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) this.depth--;
  }
}
