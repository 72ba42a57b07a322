// Chunks of text to JSON records, however they are strung together: one value a line, values run together (Firehose) or
// behind record separators, pretty-printed values one after the other, one list of all, replies that hold a list.

import type { JsonLimits, JsonRecord } from "./json-record.js";
import { RecordSplitter } from "./record-splitter.js";

export type { JsonRecord } from "./json-record.js";

/**
 * A job of AWS Batch is below 30 KiB of JSON, a Cromwell call or an ECS task smaller; 16 MiB leaves room for whatever
 * people wrap around one. No record of any kind nests deeper than some twenty levels.
 */
const DEFAULT_LIMITS: JsonLimits = { maxBytes: 16 * 1024 * 1024, maxDepth: 200 };

/**
 * Calls `onRecord` for each record. Lists are descended into: each element is a record. An object that has a list under
 * one of `listKeys` at its top is a reply: the elements of that list are records (lists among them too) and its other keys
 * are left out. No list is ever held whole. Text before the first "{" of a line (the time that an export writes there) is
 * skipped. In text of one value a line a broken line is one malformed record; where a break in pretty-printed text hides
 * how it goes on, all up to the next value at the start of a line is. Throws only what `onRecord` throws.
 */
export async function readJsonRecords(
  chunks: AsyncIterable<Uint8Array>,
  listKeys: ReadonlySet<string>,
  onRecord: (record: JsonRecord) => void,
  limits: JsonLimits = DEFAULT_LIMITS,
): Promise<void> {
  const splitter = new RecordSplitter(listKeys, onRecord, limits);
  for await (const chunk of chunks) splitter.take(chunk);
  splitter.finish();
}
