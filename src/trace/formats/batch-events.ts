// EventBridge's "Batch Job State Change" events: one per state and attempt of a job, at least once, in no order. They become
// one row per job; what they tell besides is when it was STARTING and RUNNING, which nothing else records.
// https://docs.aws.amazon.com/batch/latest/userguide/batch_cwe_events.html

import { EVENT_LISTS, INSIGHTS_HEADER, readEvents } from "../aws/event-envelopes.js";
import { BATCH_COLUMNS, JobTable } from "../aws/job-table.js";
import type { Certainty, FileStart, FormatReader, RowSink, TextSource, TraceFormat } from "../format.js";
import { quoted } from "../tallies.js";
import { field } from "../text/json-values.js";
import { zoneOf } from "../zone.js";

const STATE_CHANGE = "Batch Job State Change";

export const batchEventsFormat: TraceFormat = {
  id: "batch-events",
  title: "AWS Batch: job state change events of EventBridge, in files, queues and logs",
  detect,
  open: (sink) => new BatchEventsReader(sink),
};

const BATCH_EVENT = /Batch Job (?:State Change|Queue Blocked)|source[\\"]{1,8}\s{0,8}:\s{0,8}[\\"]{1,8}aws\.batch/;

function detect({ text }: FileStart): Certainty {
  if (BATCH_EVENT.test(text)) return "sure";
  return INSIGHTS_HEADER.test(text) && /\bdetail\.(?:jobId|jobQueue)\b/.test(text) ? "sure" : "no";
}

class BatchEventsReader implements FormatReader {
  readonly columns = BATCH_COLUMNS;
  private readonly sink: RowSink;
  private readonly table: JobTable;

  constructor(sink: RowSink) {
    this.sink = sink;
    this.table = new JobTable(sink, zoneOf("UTC")!);
  }

  /** Throws InputError when the file is neither JSON nor Logs Insights' CSV. */
  async read(source: TextSource): Promise<void> {
    await readEvents(source, EVENT_LISTS, this.sink, ({ type, detail, timeMs }, line) => {
      const isJob = type === STATE_CHANGE || (type === "" && field(detail, "jobId") !== undefined);
      // "Batch Job Queue Blocked" has a job's detail too, but is a warning about the queue.
      if (isJob) this.table.add(detail, line, timeMs);
      else this.sink.fold("other-event", line, () => `detail-type=${quoted(type)}`);
    });
  }

  finish(): void {
    this.table.finish();
  }
}
