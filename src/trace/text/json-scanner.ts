// Finds the end of a JSON value by counting brackets outside strings. What it holds is for JSON.parse to judge.

const TAB = 9;
export const LF = 10;
const CR = 13;
const SPACE = 32;
export const QUOTE = 34;
export const COMMA = 44;
const COLON = 58;
export const OPEN_LIST = 91;
export const BACKSLASH = 92;
export const CLOSE_LIST = 93;
export const OPEN_OBJECT = 123;
export const CLOSE_OBJECT = 125;
const DIGIT_0 = 48;
const DIGIT_9 = 57;
/** In place of the last byte, after a line break inside a string. */
const BROKEN = 0;

/** What ended a scan: the chunk, the value, a line, or the opening of a list at the top of an object. */
export type ScanEvent = "chunk" | "end" | "line" | "list";

export class JsonScanner {
  /** What ended the last scan. */
  event: ScanEvent = "end";
  /** Surely no JSON: brackets that do not match, or a string over a line break. */
  isBroken = false;
  isTooDeep = false;
  private maxDepth: number;
  private readonly mostDepth: number;
  /** The opening bracket at each depth. */
  private readonly brackets: Uint8Array;
  private depth = 0;
  private inString = false;
  private isEscaped = false;
  /** The last byte that was neither blank nor inside a string. */
  private last = BROKEN;

  constructor(maxDepth: number) {
    this.maxDepth = maxDepth;
    this.mostDepth = maxDepth;
    this.brackets = new Uint8Array(maxDepth + 1);
  }

  /** Begins behind the opening bracket of a value that lies inside `outerDepth` others. */
  begin(bracket: number, outerDepth: number): void {
    this.isBroken = false;
    this.inString = false;
    this.isEscaped = false;
    this.isTooDeep = false;
    this.maxDepth = this.mostDepth - outerDepth;
    this.depth = 0;
    this.open(bracket);
  }

  /** Begins behind a list in an object. */
  beginBehindList(outerDepth: number): void {
    this.begin(OPEN_OBJECT, outerDepth);
    this.last = CLOSE_LIST;
  }

  /** Reads on from `start`; returns the place behind what `event` tells of. */
  scan(chunk: Uint8Array, start: number): number {
    let at = start;
    while (at < chunk.length) {
      if (this.inString) {
        at = this.scanString(chunk, at);
        continue;
      }
      const byte = chunk[at++]!;
      if (byte === SPACE || byte === CR || byte === TAB) continue;
      if (byte === LF) return this.stop("line", at);
      if (byte === QUOTE) this.inString = true;
      if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
        const isList = this.depth === 1 && byte === OPEN_LIST && this.last === COLON;
        this.open(byte);
        if (isList) return this.stop("list", at);
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
        this.close(byte);
        if (this.depth === 0) return this.stop("end", at);
      } else {
        this.last = byte;
      }
    }
    return this.stop("chunk", at);
  }

  /** Whether a value may stand where the last scan ended. */
  get allowsValue(): boolean {
    const isInList = this.brackets[this.depth] === OPEN_LIST && (this.last === OPEN_LIST || this.last === COMMA);
    return this.last === COLON || isInList;
  }

  /** Whether nothing but its opening bracket was read. */
  get isEmpty(): boolean {
    return this.depth === 1 && (this.last === OPEN_OBJECT || this.last === OPEN_LIST);
  }

  private stop(event: ScanEvent, at: number): number {
    this.event = event;
    return at;
  }

  /** Reads on inside a string. A line break in it is an error; it ends the string, so that one line at most is misread. */
  private scanString(chunk: Uint8Array, start: number): number {
    for (let at = start; at < chunk.length; at++) {
      const byte = chunk[at]!;
      if (byte === LF) {
        this.inString = false;
        this.isEscaped = false;
        this.isBroken = true;
        this.last = BROKEN;
        return at;
      }
      if (this.isEscaped) this.isEscaped = false;
      else if (byte === BACKSLASH) this.isEscaped = true;
      else if (byte === QUOTE) {
        this.inString = false;
        return at + 1;
      }
    }
    return chunk.length;
  }

  private open(byte: number): void {
    this.last = byte;
    if (++this.depth > this.maxDepth) this.isTooDeep = true;
    else this.brackets[this.depth] = byte;
  }

  private close(byte: number): void {
    this.last = byte;
    const opening = byte === CLOSE_OBJECT ? OPEN_OBJECT : OPEN_LIST;
    if (this.depth <= this.maxDepth && this.brackets[this.depth] !== opening) this.isBroken = true;
    this.depth--;
  }
}

export function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB || byte === CR;
}

export function isDigit(byte: number): boolean {
  return byte >= DIGIT_0 && byte <= DIGIT_9;
}

/** Whether the text has more opening brackets than this, as a value must that nests deeper. */
export function hasMoreBrackets(text: string, most: number): boolean {
  let count = 0;
  for (const bracket of ["{", "["]) {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) if (++count > most) return true;
  }
  return false;
}

const KEY_AT_END = /"([^"\\]{1,64})"\s*:\s*$/;

/** The key that the text ends with, before a value; "": none. */
export function keyAtEnd(text: string): string {
  return KEY_AT_END.exec(text)?.[1] ?? "";
}
