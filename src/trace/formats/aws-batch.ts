// What AWS Batch replies: DescribeJobs and ListJobs (one reply, many, or their jobs alone), and Step Functions' results of
// batch:submitJob.sync, which are the same with capital letters, after a failure as text under "Cause".
// https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeJobs.html

import { BATCH_COLUMNS, JobTable } from "../aws/job-table.js";
import { readRecords } from "../aws/record-reader.js";
import type { Certainty, FileStart, FormatReader, RowSink, TextSource, TraceFormat } from "../format.js";
import type { FormatOptions } from "../options.js";
import { quoted } from "../tallies.js";
import { parseJson } from "../text/json-scanner.js";
import { field, isObject, type JsonObject } from "../text/json-values.js";
import { zoneOf } from "../zone.js";

const LIST_KEYS: ReadonlySet<string> = new Set(["jobs", "jobSummaryList", "Jobs", "JobSummaryList"]);

/** Where Step Functions keeps a job as text: in an error, in an execution's output. */
const TEXT_KEYS = ["cause", "output"] as const;

export const awsBatchFormat: TraceFormat = {
  id: "aws-batch",
  title: "AWS Batch: replies of describe-jobs and list-jobs, results of Step Functions",
  detect,
  open: (sink, options) => new AwsBatchReader(sink, options),
};

const REPLY = /"(?:jobs|jobSummaryList)"\s*:\s*\[/i;
const JOB_ID = /"job(?:Id|Arn)\\?"\s*:/i;
const JOB_KEYS = /"(?:jobQueue|jobDefinition|createdAt|jobName)\\?"\s*:/i;

function detect({ text }: FileStart): Certainty {
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
    this.table = new JobTable(sink, zoneOf(options.timeZone)!);
  }

  /** Throws InputError when nothing of the file is JSON. */
  async read(source: TextSource): Promise<void> {
    await readRecords(source, LIST_KEYS, this.sink, (value, line) => {
      const job = jobOf(value);
      if (job !== undefined) this.table.add(job, line, Number.NaN);
      else this.sink.reject("not-a-job", line, () => quoted(JSON.stringify(value)));
    });
  }

  finish(): void {
    this.table.finish();
  }
}

/** The object that a record is or holds as text; undefined: there is none. */
function jobOf(value: unknown): JsonObject | undefined {
  if (!isObject(value)) return undefined;
  for (const key of TEXT_KEYS) {
    const text = field(value, key);
    const inner = typeof text === "string" ? parseJson(text) : undefined;
    if (isObject(inner)) return inner;
  }
  return value;
}
