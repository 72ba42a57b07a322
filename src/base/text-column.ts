// Many short strings (job ids) in one byte buffer plus offsets, so that ten million ids are not ten million objects.

import { Float64Column, Uint8Column } from "./columns.js";

const encoder = new TextEncoder();
// Without ignoreBOM a text that starts with U+FEFF would lose it.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export class TextColumn {
  private readonly bytes = new Uint8Column(1024);
  private readonly ends = new Float64Column(64);

  get length(): number {
    return this.ends.length;
  }

  push(text: string): void {
    const worstCase = this.bytes.length + text.length * 3; // UTF-8 needs at most three bytes per UTF-16 unit
    this.bytes.reserve(worstCase);
    const { written } = encoder.encodeInto(text, this.bytes.data.subarray(this.bytes.length));
    this.bytes.length += written;
    this.ends.push(this.bytes.length);
  }

  /** Sealed copy: UTF-8 bytes and the end offset of each string. */
  seal(): SealedText {
    return { bytes: this.bytes.data.slice(0, this.bytes.length), ends: this.ends.data.slice(0, this.ends.length) };
  }
}

export interface SealedText {
  readonly bytes: Uint8Array;
  /** Offset behind the last byte of string i; string i starts at ends[i - 1] (0 for the first). */
  readonly ends: Float64Array;
}

/** String i of a sealed text column. */
export function textAt(text: SealedText, index: number): string {
  const start = index === 0 ? 0 : text.ends[index - 1]!;
  // TextDecoder refuses views on shared memory: decode a copy.
  return decoder.decode(text.bytes.slice(start, text.ends[index]!));
}
