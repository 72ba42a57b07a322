// Parts of parsed JSON whose shape nobody promised. Keys are found whether they begin with a small or a capital letter: AWS
// writes "jobId", Step Functions "JobId".

import { readNumber, UNREADABLE } from "./cells.js";

export type JsonObject = Readonly<Record<string, unknown>>;

const NOTHING: JsonObject = {};
const EMPTY: readonly unknown[] = [];

/** Keys with a capital first letter, by key: they are asked for again and again. */
const capitalised = new Map<string, string>();

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An own property by its key in camelCase; undefined when there is none. */
export function field(object: JsonObject, key: string): unknown {
  if (Object.hasOwn(object, key)) return object[key];
  let capital = capitalised.get(key);
  if (capital === undefined) {
    capital = key.charAt(0).toUpperCase() + key.slice(1);
    capitalised.set(key, capital);
  }
  return Object.hasOwn(object, capital) ? object[capital] : undefined;
}

/** The object; one without properties when the value is none. */
export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : NOTHING;
}

/** The list; an empty one when the value is none. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : EMPTY;
}

/** The text, a number as text; "" for anything else. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "number" ? String(value) : "";
}

/** The number, also of text that is one; NaN when missing (null and words for it included), UNREADABLE otherwise. */
export function numberOf(value: unknown): number {
  if (typeof value === "number") return Number.isFinite(value) ? value : UNREADABLE;
  if (value === undefined || value === null) return Number.NaN;
  return typeof value === "string" ? readNumber(value) : UNREADABLE;
}
