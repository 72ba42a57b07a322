// Formats of one JSON document a file: the document, and its parts by key, whatever they turn out to be.

import { errorIssue, InputError } from "../../base/issues.js";
import { readNumber, UNREADABLE } from "../text/cells.js";
import { COMMA, OPEN_LIST, OPEN_OBJECT } from "../text/json-scanner.js";

/** A parsed document takes some three times its text in memory; 256 MiB are more than 50,000 calls of Cromwell. */
const MOST_BYTES = 256 * 1024 * 1024;
/** What takes memory are values more than text: some 400 bytes an object or list, 8 to 24 a plain one. A call has ten lists. */
const MOST_BRACKETS = 2_000_000;
const MOST_COMMAS = 16_000_000;

export type JsonObject = Readonly<Record<string, unknown>>;

/** The one value of a file. Throws InputError when it is no JSON, or too large to be read whole. */
export async function readDocument(chunks: AsyncIterable<Uint8Array>, file: string): Promise<unknown> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const parts: string[] = [];
  let bytes = 0;
  let brackets = 0;
  let commas = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new InputError([tooLarge("is larger than 256 MiB", file)]);
    for (const byte of chunk) {
      if (byte === COMMA) commas++;
      else if (byte === OPEN_OBJECT || byte === OPEN_LIST) brackets++;
    }
    if (brackets > MOST_BRACKETS || commas > MOST_COMMAS) {
      throw new InputError([tooLarge("has more values than any workflow's", file)]);
    }
    parts.push(decoder.decode(chunk, { stream: true }));
  }
  parts.push(decoder.decode());
  const text = parts.join("");
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError([notJson(text, error instanceof Error ? error.message : "", file)]);
  }
}

/** The parser's own message quotes the text; of it only the place is used, where it tells one. */
function notJson(text: string, message: string, file: string) {
  const position = / at position (\d+)/.exec(message);
  const where = position === null ? { file } : { file, line: text.slice(0, Number(position[1])).split("\n").length };
  return errorIssue("not-json", "the file is no JSON document", { ...where, hint: "was it copied whole?" });
}

function tooLarge(how: string, file: string) {
  const message = `the document ${how}, and formats of one document are read whole`;
  return errorIssue("document-too-large", message, { file });
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value's own key; undefined when it has none such, or is no object. */
export function fieldOf(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** The list under a key; empty when there is none. */
export function listOf(value: unknown, key: string): readonly unknown[] {
  const list = fieldOf(value, key);
  return Array.isArray(list) ? list : [];
}

/** The text or number under a key as text; "" when there is none. */
export function textOf(value: unknown, key: string): string {
  const text = fieldOf(value, key);
  return typeof text === "string" ? text : typeof text === "number" ? String(text) : "";
}

/** The number under a key, be it written as text: NaN when missing, UNREADABLE when it is something else. */
export function numberOf(value: unknown, key: string): number {
  const number = fieldOf(value, key);
  if (number === undefined || number === null) return Number.NaN;
  return typeof number === "number" || typeof number === "string" ? readNumber(String(number)) : UNREADABLE;
}
