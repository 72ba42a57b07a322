// Finds the end of text among JSON values that is neither object nor list: a number, a word, a time before an object, garbage.

import { BACKSLASH, CLOSE_LIST, COMMA, LF, OPEN_OBJECT, QUOTE } from "./json-scanner.js";

export class TextRun {
  private isInList = false;
  private isPrefix = false;
  private inString = false;
  private isEscaped = false;

  /** `isPrefix`: an object may follow on the line, which the text only stands before. */
  begin(isInList: boolean, isPrefix: boolean): void {
    this.isInList = isInList;
    this.isPrefix = isPrefix && !isInList;
    this.inString = false;
    this.isEscaped = false;
  }

  /** The place of the line break, of the comma or bracket in a list, or of the object that follows; else the chunk's end. */
  findEnd(chunk: Uint8Array, start: number): number {
    for (let at = start; at < chunk.length; at++) {
      const byte = chunk[at]!;
      if (byte === LF || (this.isPrefix && byte === OPEN_OBJECT)) return at;
      if (this.isInList && !this.inString && (byte === COMMA || byte === CLOSE_LIST)) return at;
      if (byte === QUOTE && !this.isEscaped) this.inString = !this.inString;
      this.isEscaped = byte === BACKSLASH && !this.isEscaped;
    }
    return chunk.length;
  }
}
