// `stowage trace pull`: the jobs of an account's queues to a trace of the project's own. What AWS answers is kept as it came (but
// for what containers were told) in a folder beside the trace; the reader of AWS Batch's replies makes the trace of it.

import { join } from "node:path";
import { makeAwsClients } from "../../live/aws/clients.js";
import { systemClock } from "../../live/clock.js";
import { describeQueues } from "../../live/pull/account.js";
import { CALLS_PER_SECOND, type JobPullReport, PULL_ATTEMPTS, pullJobs } from "../../live/pull/jobs.js";
import { Pace } from "../../live/pull/pace.js";
import { RawJobs } from "../../live/pull/raw-jobs.js";
import type { IngestReport } from "../../model/ingest.js";
import { parseTraceSettings } from "../../scenario/trace-settings.js";
import { outputError } from "../errors.js";
import { importFiles } from "../traces/import-files.js";
import { askingAws } from "./aws-failure.js";

export type { JobPullReport } from "../../live/pull/jobs.js";

export interface TracePull {
  /** Names or ARNs. */
  readonly queues: readonly string[];
  /** Epoch ms, or so long before now. */
  readonly since: { readonly atMs: number } | { readonly agoMs: number };
  readonly output: string;
  readonly force: boolean;
  /** Folder of what AWS answered. */
  readonly raw: string;
  readonly region: string;
  readonly endpoint: string | undefined;
  readonly onQueue?: (queue: string, report: JobPullReport) => void;
}

export interface TracePulled {
  readonly queues: readonly { readonly queue: string; readonly pulled: JobPullReport }[];
  /** Undefined: the folder holds no job, and no trace was written. */
  readonly trace: IngestReport | undefined;
}

/** Pulls and imports. Throws InputError, and OutputError for AWS's and the disk's failures; what was pulled by then stays. */
export async function pullTrace(given: TracePull): Promise<TracePulled> {
  const clock = systemClock();
  const { region, endpoint = null } = given;
  const batch = await makeAwsClients({ region, endpoint, maxAttempts: PULL_ATTEMPTS }).batch();
  const pace = new Pace(clock, CALLS_PER_SECOND);
  const described = await askingAws("the queues could not be read", () => describeQueues(batch, given.queues, pace));
  const sinceMs = "atMs" in given.since ? given.since.atMs : clock.wallMs() - given.since.agoMs;
  const queues: TracePulled["queues"][number][] = [];
  const files: string[] = [];
  for (const { jobQueueName: queue = "" } of described) {
    const file = join(given.raw, `${region}.${queue}.jsonl`);
    const onProgress = (report: JobPullReport) => given.onQueue?.(queue, report);
    try {
      const raw = await RawJobs.open(file);
      const pull = { batch, clock, queue, sinceMs, raw, pace, onProgress };
      const pulled = await askingAws(`the jobs of ${queue} could not be read`, () => pullJobs(pull));
      queues.push({ queue, pulled });
      if (raw.count > 0) files.push(file);
    } catch (error) {
      throw outputError(error, file);
    }
  }
  if (files.length === 0) return { queues, trace: undefined };
  const spec = parseTraceSettings({ format: "aws-batch" });
  return { queues, trace: await importFiles(spec, files, given.output, given.force) };
}
