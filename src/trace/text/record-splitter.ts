// Cuts text into JSON records; what is broken becomes one record that says so, and reading goes on as soon as that is safe.
// Most files have one value a line: such lines go to JSON.parse as they are (takeLine). Everything else is cut into values
// first, bracket by bracket (json-scanner.ts).

import { quoted } from "../tallies.js";
import { parseJson } from "./json-parse.js";
import type { JsonLimits, JsonRecord } from "./json-record.js";
import {
  CLOSE_LIST,
  CLOSE_OBJECT,
  COMMA,
  hasMoreBrackets,
  isBlank,
  isDigit,
  JsonScanner,
  keyAtEnd,
  LF,
  OPEN_LIST,
  OPEN_OBJECT,
  QUOTE,
} from "./json-scanner.js";
import { isObject } from "./json-values.js";
import { OpenLists } from "./open-lists.js";
import { TextCapture } from "./text-capture.js";
import { TextRun } from "./text-run.js";

/** Stands before each value in RFC 7464. */
const RECORD_SEPARATOR = 30;

/** A key of a reply with what stands between it and its value is far shorter. */
const KEY_BYTES = 128;

/** Between values, in one, in text that is neither object nor list, or in what cannot be understood. */
type Mode = "between" | "value" | "text" | "lost";

export class RecordSplitter {
  private readonly listKeys: ReadonlySet<string>;
  private readonly onRecord: (record: JsonRecord) => void;
  private readonly limits: JsonLimits;
  private readonly capture: TextCapture;
  private readonly scanner: JsonScanner;
  private readonly run = new TextRun();
  private readonly lists: OpenLists;
  private mode: Mode = "between";
  /** Line breaks and records so far. */
  private breaks = 0;
  private records = 0;
  /** The next byte is the first of a line; only blanks came on the line so far. */
  private isLineStart = true;
  private isLineBlank = true;
  /** The last value began at the start of a line and ended on that line. */
  private hasLines = false;
  /** Of the value or text that is being read: its line, and whether it began at the start of that. */
  private startLine = 0;
  private startBreaks = 0;
  private beganLine = false;
  /** What is being read is the rest of a reply, behind a list of it. */
  private isReply = false;
  /** Where it begins in this chunk, and which part of this chunk JSON.parse has refused already. */
  private startAt = -1;
  private failedFrom = -1;
  private failedTo = -1;

  constructor(listKeys: ReadonlySet<string>, onRecord: (record: JsonRecord) => void, limits: JsonLimits) {
    this.listKeys = listKeys;
    this.onRecord = onRecord;
    this.limits = limits;
    this.capture = new TextCapture(limits.maxBytes);
    this.scanner = new JsonScanner(limits.maxDepth);
    this.lists = new OpenLists(limits.maxDepth);
  }

  take(chunk: Uint8Array): void {
    let at = 0;
    this.capture.beginChunk(chunk);
    this.startAt = -1;
    this.failedTo = -1;
    while (at < chunk.length) {
      if (this.mode === "between") at = this.takeBetween(chunk, at);
      else if (this.mode === "value") at = this.takeInValue(chunk, at);
      else if (this.mode === "text") at = this.takeInText(chunk, at);
      else at = this.takeLost(chunk, at);
    }
    this.capture.endChunk();
  }

  finish(): void {
    this.capture.beginChunk(new Uint8Array(0));
    if (this.mode === "value") this.endBroken(0);
    else if (this.mode === "text") this.endText(0);
    else if (this.mode === "between" && this.lists.depth > 0) {
      this.emit({ kind: "malformed", line: this.lineHere(), detail: "the text ends inside a list" });
    }
  }

  /** Returns where to go on. */
  private takeBetween(chunk: Uint8Array, at: number): number {
    const next = this.isLineStart ? this.takeLine(chunk, at) : at;
    if (next > at) return next;
    const byte = chunk[at]!;
    if (byte === LF) return this.breakLine(at);
    if (byte === OPEN_OBJECT || (byte === OPEN_LIST && !this.lists.mayOpen)) this.beginValue(at, byte);
    else if (byte === OPEN_LIST) this.lists.open(false);
    else if (byte === CLOSE_LIST && this.lists.depth > 0) this.closeList(at);
    else if (!isBlank(byte) && byte !== COMMA && byte !== RECORD_SEPARATOR) {
      this.beginText(at, byte);
      return at;
    }
    this.isLineStart = false;
    this.isLineBlank &&= isBlank(byte);
    return at + 1;
  }

  /** Takes a line that is one value, perhaps with a time before it or a comma behind it; returns `at` if it is not. */
  private takeLine(chunk: Uint8Array, at: number): number {
    const end = chunk.indexOf(LF, at);
    if (end < 0 || end - at > this.limits.maxBytes) return at;
    const isPrefixed = isDigit(chunk[at]!) && this.lists.depth === 0;
    const from = isPrefixed ? at + chunk.subarray(at, end).indexOf(OPEN_OBJECT) : at;
    if (from < at || chunk[from] !== OPEN_OBJECT) return at;
    let to = end;
    while (to > from && (isBlank(chunk[to - 1]!) || chunk[to - 1] === COMMA)) to--;
    if (chunk[to - 1] !== CLOSE_OBJECT) return at;
    const text = this.capture.decode(chunk.subarray(from, to));
    if (hasMoreBrackets(text, this.limits.maxDepth - this.lists.depth)) return at;
    const value = parseJson(text);
    if (value === undefined) {
      this.failedFrom = from;
      this.failedTo = to;
      return at;
    }
    this.lists.markLine();
    this.give(value, this.lineHere());
    this.hasLines = true;
    return this.breakLine(end);
  }

  /** Hands out a value that was parsed whole, or the elements of its lists when it is a reply. */
  private give(value: unknown, line: number): void {
    let isReply = false;
    if (isObject(value) && this.lists.mayOpen) {
      for (const key of this.listKeys) {
        const list = Object.hasOwn(value, key) ? value[key] : undefined;
        if (!Array.isArray(list)) continue;
        isReply = true;
        for (const element of list) this.emit({ kind: "value", value: element, line: this.lineHere() });
      }
    }
    if (!isReply) this.emit({ kind: "value", value, line });
  }

  private takeInValue(chunk: Uint8Array, start: number): number {
    if (this.isLineStart && this.isCutBefore(chunk[start]!)) {
      this.endBroken(start);
      this.lists.leave();
      return start;
    }
    this.isLineStart = false;
    const at = this.scanner.scan(chunk, start);
    const { event } = this.scanner;
    if (event === "line") this.breakLine(at);
    else if (event === "end") this.endValue(at);
    else if (event === "list" && this.isReplyList(at - 1)) {
      this.capture.drop();
      this.lists.open(true);
      this.mode = "between";
    }
    return at;
  }

  /** Whether the value cannot go on with this byte, the first of a line, so that a new one seems to begin there. */
  private isCutBefore(byte: number): boolean {
    const isInside = isBlank(byte) || byte === LF || byte === QUOTE || byte === COMMA;
    if (isInside || byte === CLOSE_LIST || byte === CLOSE_OBJECT) return false;
    const hasMoreThanBracket = this.breaks === this.startBreaks + 1 && !this.scanner.isEmpty;
    return !this.scanner.allowsValue || (this.hasLines && hasMoreThanBracket);
  }

  /** Whether the list that opens at `at` is the one that a reply is about. */
  private isReplyList(at: number): boolean {
    if (!this.lists.mayOpen) return false;
    return this.listKeys.has(keyAtEnd(this.capture.tail(at, KEY_BYTES)));
  }

  /** Behind the list of a reply comes the rest of the reply, which is read like a value and gives none. */
  private closeList(at: number): void {
    if (!this.lists.close()) return;
    this.begin(at, "value");
    this.isReply = true;
    this.scanner.beginBehindList(this.lists.depth);
  }

  private beginValue(at: number, bracket: number): void {
    this.begin(at, "value");
    this.scanner.begin(bracket, this.lists.depth);
    if (this.isLineStart) this.lists.markLine();
  }

  private begin(at: number, mode: Mode): void {
    this.mode = mode;
    this.capture.begin(at);
    this.startAt = at;
    this.startLine = this.lineHere();
    this.startBreaks = this.breaks;
    this.beganLine = this.isLineStart;
    this.isReply = false;
  }

  private endValue(end: number): void {
    this.mode = "between";
    this.hasLines = this.beganLine && this.startBreaks === this.breaks;
    if (this.isReply && !this.scanner.isBroken) {
      this.capture.drop();
      return;
    }
    if (!this.scanner.isTooDeep) {
      const isRefused = this.startAt === this.failedFrom && end === this.failedTo;
      this.emitCaptured(end, !this.scanner.isBroken && !isRefused);
      return;
    }
    this.capture.drop();
    this.emit({ kind: "too-deep", line: this.startLine, detail: `deeper than ${this.limits.maxDepth} levels` });
  }

  /** Ends a value before its end. */
  private endBroken(end: number): void {
    this.mode = "between";
    this.emitCaptured(end, false);
  }

  private beginText(at: number, first: number): void {
    const isInside = first === QUOTE || first === CLOSE_OBJECT || first === CLOSE_LIST;
    this.begin(at, "text");
    this.run.begin(this.lists.depth > 0, this.isLineBlank && !isInside);
    this.beganLine = this.isLineStart && !isInside;
    this.isLineStart = false;
    this.isLineBlank = false;
  }

  /** Text that is neither object nor list: a number, a word, a time before an object, or garbage. */
  private takeInText(chunk: Uint8Array, start: number): number {
    const at = this.run.findEnd(chunk, start);
    if (at === chunk.length) return at;
    if (chunk[at] !== OPEN_OBJECT) {
      this.endText(at);
      return at;
    }
    this.isLineStart = this.beganLine;
    this.capture.drop();
    this.mode = "between";
    return at;
  }

  /** A line of garbage is one record; inside a list or a pretty-printed value nothing tells where it ends. */
  private endText(end: number): void {
    const isLine = this.lists.depth === 0 && (this.beganLine || this.hasLines);
    this.mode = this.emitCaptured(end, true) || isLine ? "between" : "lost";
  }

  /** Skips text up to a line that begins as a value does. */
  private takeLost(chunk: Uint8Array, at: number): number {
    const byte = chunk[at]!;
    if (this.isLineStart && (byte === OPEN_OBJECT || byte === OPEN_LIST)) {
      this.lists.leave();
      this.mode = "between";
      return at;
    }
    this.isLineStart = false;
    const end = chunk.indexOf(LF, at);
    return end < 0 ? chunk.length : this.breakLine(end);
  }

  /** Takes the line break at `at`; returns the place behind it. */
  private breakLine(at: number): number {
    this.breaks++;
    this.isLineStart = true;
    this.isLineBlank = true;
    return at + 1;
  }

  private lineHere(): number {
    return 1 + (this.breaks === 0 ? this.records : this.breaks);
  }

  /** Ends what was read, as a record; true when that is a value. */
  private emitCaptured(end: number, mayBeJson: boolean): boolean {
    const { text, head } = this.capture.end(end);
    const value = mayBeJson && text !== undefined ? parseJson(text) : undefined;
    const line = this.startLine;
    if (value !== undefined) this.emit({ kind: "value", value, line });
    else if (text !== undefined) this.emit({ kind: "malformed", line, detail: `no JSON: ${quoted(head)}` });
    else this.emit({ kind: "too-long", line, detail: `longer than ${this.limits.maxBytes} bytes` });
    return value !== undefined;
  }

  private emit(record: JsonRecord): void {
    this.records++;
    this.onRecord(record);
  }
}
