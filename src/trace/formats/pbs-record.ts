// One line of PBS's or Torque's accounting: "MM/DD/YYYY HH:MM:SS;type;id;key=value key=value ...".

import { readIsoMs } from "../text/cells.js";
import type { Zone } from "../zone.js";

const STAMP = /^(\d\d)\/(\d\d)\/(\d{4}) (\d\d:\d\d:\d\d)$/;
const KEY = /[A-Za-z_][\w.-]*=/y;
const SPACE = 32;

export interface PbsRecord {
  /** One letter. */
  readonly type: string;
  /** As written, with the server. */
  readonly id: string;
  /** Time of the line, local, as written. */
  readonly stamp: string;
  readonly message: string;
}

/** Undefined: it is no such line. */
export function parseRecord(line: string): PbsRecord | undefined {
  const first = line.indexOf(";");
  const second = line.indexOf(";", first + 1);
  const third = line.indexOf(";", second + 1);
  if (first < 0 || second !== first + 2 || third < 0 || !STAMP.test(line.slice(0, first))) return undefined;
  const stamp = line.slice(0, first);
  return { stamp, type: line[first + 1]!, id: line.slice(second + 1, third).trim(), message: line.slice(third + 1) };
}

/** Epoch milliseconds of a line's time, which is local; UNREADABLE when there is no such time. */
export function stampMs(stamp: string, zone: Zone): number {
  const [, month, day, year, clock] = STAMP.exec(stamp)!;
  return readIsoMs(`${year}-${month}-${day}T${clock}`, zone);
}

/** Fills `values` with the message's keys and values. A value ends before the next " key=", or where its quotes close. */
export function readMessage(message: string, values: Map<string, string>): void {
  values.clear();
  let key = "";
  for (let at = 0; at < message.length; ) {
    if (message.charCodeAt(at) === SPACE) {
      at++;
      continue;
    }
    KEY.lastIndex = at;
    const isKey = KEY.test(message);
    const start = isKey ? KEY.lastIndex : at;
    const end = endOfValue(message, start, isKey);
    const text = message.slice(start, end);
    if (isKey) {
      key = message.slice(at, start - 1);
      values.set(key, unquoted(text));
    } else if (key !== "") {
      values.set(key, `${values.get(key)} ${text}`); // a blank inside an unquoted value
    }
    at = end;
  }
}

function endOfValue(message: string, start: number, mayBeQuoted: boolean): number {
  const quote = message[start];
  if (mayBeQuoted && (quote === '"' || quote === "'")) {
    const close = message.indexOf(quote, start + 1);
    if (close > 0 && (close + 1 === message.length || message.charCodeAt(close + 1) === SPACE)) return close + 1;
  }
  const space = message.indexOf(" ", start);
  return space < 0 ? message.length : space;
}

function unquoted(text: string): string {
  const quote = text[0];
  const isQuoted = text.length > 1 && (quote === '"' || quote === "'") && text.endsWith(quote);
  return isQuoted ? text.slice(1, -1) : text;
}
