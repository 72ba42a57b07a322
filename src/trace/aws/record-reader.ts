// Files of JSON records to whoever takes them, with what every such file needs: faults are rows that cannot be read, and a
// file without a single value is of no such format.

import { errorIssue, InputError } from "../../base/issues.js";
import type { RowSink, TextSource } from "../format.js";
import type { JsonRecord } from "../text/json-record.js";
import { readJsonRecords } from "../text/json-records.js";

const REJECTION = { malformed: "malformed", "too-long": "line-too-long", "too-deep": "too-deep" } as const;

/** Throws InputError when the file has text and none of it is JSON. */
export async function readRecords(
  { name, chunks }: TextSource,
  listKeys: ReadonlySet<string>,
  sink: RowSink,
  onValue: (value: unknown, line: number) => void,
): Promise<void> {
  let values = 0;
  let faults = 0;
  await readJsonRecords(chunks, listKeys, (record: JsonRecord) => {
    if (record.kind === "value") {
      values++;
      onValue(record.value, record.line);
    } else {
      faults++;
      sink.reject(REJECTION[record.kind], record.line, () => record.detail);
    }
  });
  if (values > 0 || faults === 0) return;
  throw new InputError([errorIssue("not-json", "not one record of the file can be read as JSON", { file: name })]);
}
