// What a reader of JSON gets: records, and in their place what could not be one.

/** One record, or why there is none; `line` is 1-based, or the number of the record in text without line breaks. */
export type JsonRecord =
  | { readonly kind: "value"; readonly value: unknown; readonly line: number }
  | { readonly kind: "malformed" | "too-long" | "too-deep"; readonly line: number; readonly detail: string };

/** Of one record. */
export interface JsonLimits {
  readonly maxBytes: number;
  readonly maxDepth: number;
}
