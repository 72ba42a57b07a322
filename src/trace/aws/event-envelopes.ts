// EventBridge events out of whatever they were kept in: lines of JSON, Firehose's objects run together, messages of SQS and
// SNS, log events of CloudWatch (filter-log-events, subscriptions, exports to S3), Logs Insights' results as CSV or JSON.
// https://docs.aws.amazon.com/eventbridge/latest/ref/overview-event-structure.html

import { errorIssue, InputError } from "../../base/issues.js";
import type { RowSink, TextSource } from "../format.js";
import { quoted } from "../tallies.js";
import { readIsoMs, UNREADABLE } from "../text/cells.js";
import { readCsvRows } from "../text/csv-rows.js";
import { parseJson } from "../text/json-parse.js";
import { field, isObject, type JsonObject, objectOf, textOf } from "../text/json-values.js";
import { zoneOf } from "../zone.js";
import { objectOfPaths } from "./dotted-names.js";
import { readRecords } from "./record-reader.js";

export interface AwsEvent {
  /** "Batch Job State Change" and so on; "" where only the detail was kept. */
  readonly type: string;
  readonly detail: JsonObject;
  /** When it happened; NaN: unknown. */
  readonly timeMs: number;
}

/** Lists of events in replies of SQS, CloudWatch Logs and Logs Insights, in Lambda's input and in subscriptions. */
export const EVENT_LISTS: ReadonlySet<string> = new Set(["Messages", "Records", "events", "logEvents", "results"]);

/** What an event may be wrapped in, each with the event as text. */
const WRAPPERS = ["body", "message", "@message", "sns"] as const;

/** SNS to SQS to a log is three; nobody wraps deeper. */
const MOST_WRAPPERS = 6;

/**
 * Calls `onEvent` for each event of a file; records that hold none are rejected. Throws InputError when the file is neither
 * JSON nor Logs Insights' CSV. `lists` are the keys of lists of records.
 */
export async function readEvents(
  { name, chunks }: TextSource,
  lists: ReadonlySet<string>,
  sink: RowSink,
  onEvent: (event: AwsEvent, line: number) => void,
): Promise<void> {
  const take = (value: unknown, line: number) => {
    const event = eventOf(value);
    if (event !== undefined) onEvent(event, line);
    else if (typeof value === "string") sink.reject("malformed", line, () => quoted(value));
    else sink.reject("not-a-job", line, () => quoted(JSON.stringify(value)));
  };
  const iterator = chunks[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done === true) return;
  const source = { name, chunks: prepend(first.value, iterator) };
  if (isInsightsCsv(first.value)) await readInsights(source, sink, take);
  else await readRecords(source, lists, sink, take);
}

async function* prepend(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield first;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

/** A header of Logs Insights: whole messages, or single fields of events. */
export const INSIGHTS_HEADER = /^[^{[\n]{0,4096}?(?:@message|\bdetail\.(?:jobId|taskArn|status|lastStatus))\b/;

function isInsightsCsv(start: Uint8Array): boolean {
  return INSIGHTS_HEADER.test(new TextDecoder().decode(start.subarray(0, 8_192)));
}

async function readInsights(
  { name, chunks }: TextSource,
  sink: RowSink,
  take: (value: unknown, line: number) => void,
): Promise<void> {
  let header: readonly string[] | undefined;
  await readCsvRows(chunks, ",", name, (cells, line) => {
    if (header === undefined) header = cells;
    else if (cells.length === header.length) take(objectOfColumns(header, cells), line);
    else sink.reject("wrong-column-count", line, () => `${cells.length} columns, the header has ${header!.length}`);
  });
  if (header !== undefined) return;
  throw new InputError([errorIssue("empty-file", "the file has no header line", { file: name })]);
}

/** A row of Logs Insights; the message alone where there is one. */
function objectOfColumns(names: readonly string[], cells: readonly string[]): unknown {
  const message = cells[names.indexOf("@message")];
  return message ?? objectOfPaths(names.map((name, index) => [name, cells[index]!]));
}

/** The event in a record; undefined: it holds none. */
function eventOf(record: unknown): AwsEvent | undefined {
  let value = record;
  for (let wrappers = 0; wrappers < MOST_WRAPPERS; wrappers++) {
    if (typeof value === "string") value = parseJson(value);
    if (Array.isArray(value)) value = rowOf(value);
    if (typeof value === "string") continue;
    if (!isObject(value)) return undefined;
    const detail = field(value, "detail");
    if (isObject(detail)) return { type: typeOf(value), detail, timeMs: timeOf(value) };
    if (typeOf(value) === "" && isDetail(value)) return { type: "", detail: value, timeMs: Number.NaN };
    value = wrappedIn(value);
  }
  return undefined;
}

/** A row of get-query-results is a list of fields with values: the message among them, or what they make together. */
function rowOf(cells: readonly unknown[]): unknown {
  const named = cells.map((cell): [string, string] => {
    const { name, value } = cellOf(objectOf(cell));
    return [name, value];
  });
  return named.find(([name]) => name === "@message")?.[1] ?? objectOfPaths(named);
}

function cellOf(cell: JsonObject): { name: string; value: string } {
  return { name: textOf(field(cell, "field")), value: textOf(field(cell, "value")) };
}

function wrappedIn(wrapper: JsonObject): unknown {
  for (const key of WRAPPERS) {
    const inner = field(wrapper, key);
    if (inner !== undefined) return inner;
  }
  const { name, value } = cellOf(wrapper);
  return name === "@message" ? value : undefined;
}

function typeOf(event: JsonObject): string {
  return textOf(event["detail-type"]);
}

/** What a rule that passes on nothing but the detail keeps. */
function isDetail(value: JsonObject): boolean {
  const isJob = field(value, "jobId") !== undefined && field(value, "status") !== undefined;
  return isJob || (field(value, "taskArn") !== undefined && field(value, "lastStatus") !== undefined);
}

const UTC = zoneOf("UTC")!;

function timeOf(event: JsonObject): number {
  const timeMs = readIsoMs(textOf(field(event, "time")) || textOf(event["@timestamp"]), UTC);
  return timeMs === UNREADABLE ? Number.NaN : timeMs;
}
