// What AWS Batch replies: DescribeJobs and ListJobs (one reply, many, or their jobs alone), and Step Functions' results of
// batch:submitJob.sync, which are the same with capital letters, after a failure as text under "Cause", in what
// DescribeExecution and GetExecutionHistory reply as text under "output".
// https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeJobs.html

import { BATCH_COLUMNS, JobTable } from "../aws/job-table.js";
import { readRecords } from "../aws/record-reader.js";
import type { Certainty, FileStart, FormatReader, RowSink, TextSource, TraceFormat } from "../format.js";
import { localZone } from "../local-zone.js";
import type { FormatOptions } from "../options.js";
import { quoted } from "../tallies.js";
import { parseJson } from "../text/json-parse.js";
import { field, isObject } from "../text/json-values.js";

const LIST_KEYS: ReadonlySet<string> = new Set(["jobs", "jobSummaryList", "Jobs", "JobSummaryList", "events"]);

/** Where Step Functions keeps a job as text: in an error, in an execution's output. */
const TEXT_KEYS = ["cause", "output"] as const;

export const awsBatchFormat: TraceFormat = {
  id: "aws-batch",
  title: "AWS Batch: replies of describe-jobs and list-jobs, results of Step Functions",
  detect,
  open: (sink, options) => new AwsBatchReader(sink, options),
};

const REPLY = /"(?:jobs|jobSummaryList)"\s*:\s*\[/i;
/** DescribeJobs about jobs that AWS Batch has forgotten. */
const EMPTY_REPLY = /^\s*\{\s*"(?:jobs|jobSummaryList)"\s*:\s*\[\s*\]\s*\}\s*$/i;
const JOB_ID = /"job(?:Id|Arn)\\?"\s*:/i;
const JOB_KEYS = /"(?:jobQueue|jobDefinition|createdAt|jobName)\\?"\s*:/i;

function detect({ text }: FileStart): Certainty {
  if (EMPTY_REPLY.test(text)) return "likely";
  if (!JOB_ID.test(text)) return REPLY.test(text) && /"(?:jobSummaryList|ResponseMetadata)"/.test(text) ? "sure" : "no";
  if (/detail-type/.test(text)) return "no"; // an event
  return REPLY.test(text) || JOB_KEYS.test(text) ? "sure" : "no";
}

class AwsBatchReader implements FormatReader {
  readonly columns = BATCH_COLUMNS;
  private readonly sink: RowSink;
  private readonly table: JobTable;

  constructor(sink: RowSink, options: FormatOptions) {
    this.sink = sink;
    this.table = new JobTable(sink, localZone(options, sink));
  }

  /** Throws InputError when nothing of the file is JSON. */
  async read(source: TextSource): Promise<void> {
    await readRecords(source, LIST_KEYS, this.sink, (value, line) => {
      const details = detailsOf(value);
      if (details === undefined) for (const job of jobsIn(value)) this.take(job, line);
      else this.takeEvent(value, jobsIn(details)[0], line);
    });
  }

  finish(): void {
    this.table.finish();
  }

  private take(job: unknown, line: number): void {
    if (isObject(job)) this.table.add(job, line, Number.NaN);
    else this.sink.reject("not-a-job", line, () => quoted(JSON.stringify(job)));
  }

  /** Most events of an execution tell of no job, or of one that was only submitted. */
  private takeEvent(event: unknown, job: unknown, line: number): void {
    if (isObject(job) && field(job, "jobId") !== undefined && field(job, "createdAt") !== undefined)
      this.take(job, line);
    else this.sink.fold("other-event", line, () => quoted(JSON.stringify(event)));
  }
}

/** What is particular to an event of GetExecutionHistory ("taskSucceededEventDetails"); undefined: the record is none. */
function detailsOf(record: unknown): unknown {
  if (!isObject(record) || field(record, "timestamp") === undefined || field(record, "type") === undefined) return;
  const key = Object.keys(record).find((name) => name.endsWith("EventDetails"));
  return key === undefined ? {} : record[key];
}

/** What a record is, or holds as text: a job, or the list of them that a map of jobs ends with. */
function jobsIn(record: unknown): readonly unknown[] {
  if (!isObject(record)) return [record];
  for (const key of TEXT_KEYS) {
    const text = field(record, key);
    const inner = typeof text === "string" ? parseJson(text) : undefined;
    if (Array.isArray(inner) && inner.length > 0) return inner;
    if (isObject(inner)) return [inner];
  }
  return [record];
}
