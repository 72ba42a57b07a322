// `stowage trace pull`: the jobs of some queues that have ended, by ListJobs, and what DescribeJobs says of each. AWS keeps them
// for seven days at least, then forgets them without saying when.

import type { BatchClient, JobDetail, JobSummary } from "@aws-sdk/client-batch";
import type { Clock } from "../ports.js";
import type { Pace } from "./pace.js";
import { pagesOf } from "./pages.js";
import type { RawJobs } from "./raw-jobs.js";

/** DescribeJobs: "A list of up to 100 job IDs". */
export const MOST_DESCRIBED = 100;
/** ListJobs by status. */
const PAGE = 1_000;
const ENDED = ["SUCCEEDED", "FAILED"] as const;

export interface JobPull {
  readonly batch: BatchClient;
  readonly clock: Clock;
  readonly queue: string;
  /** Jobs that ended before are left out, epoch ms. */
  readonly sinceMs: number;
  readonly raw: RawJobs;
  readonly pace: Pace;
  readonly onProgress?: (progress: JobPullReport) => void;
}

export interface JobPullReport {
  /** Jobs that ListJobs named; of arrays the parent alone. */
  readonly listed: number;
  /** Ended before `sinceMs`. */
  readonly tooOld: number;
  /** In the folder already, children of arrays too. */
  readonly known: number;
  /** Written now, children of arrays too. */
  readonly pulled: number;
  /** Listed, or children of arrays, but not described any more. */
  readonly forgotten: number;
}

/** Tries of each call: a throttled account answers in the end. */
export const PULL_ATTEMPTS = 8;

/** AWS publishes no rate for Batch's reads; metaflow and cromwell had to slow DescribeJobs down, so this is gentle. */
export const CALLS_PER_SECOND = 5;

/** Pulls one queue. Throws what the calls throw; what was written stays, and the next pull asks for the rest. */
export async function pullJobs(pull: JobPull): Promise<JobPullReport> {
  const { batch, queue, sinceMs, raw, pace } = pull;
  const { ListJobsCommand } = await import("@aws-sdk/client-batch");
  const report = { listed: 0, tooOld: 0, known: 0, pulled: 0, forgotten: 0 };
  const seen = new Set<string>();
  for (const jobStatus of ENDED) {
    const pages = pagesOf(
      async (nextToken) => {
        await pace.turn();
        return await batch.send(new ListJobsCommand({ jobQueue: queue, jobStatus, maxResults: PAGE, nextToken }));
      },
      (page) => page.nextToken,
    );
    for await (const page of pages) {
      const wanted: string[] = [];
      for (const summary of page.jobSummaryList ?? []) {
        const { jobId = "" } = summary;
        if (jobId === "" || seen.has(jobId)) continue;
        report.listed++;
        const isTooOld = endOf(summary) < sinceMs;
        if (isTooOld) report.tooOld++;
        for (const id of isTooOld ? [] : idsOf(summary)) {
          if (seen.has(id)) continue;
          seen.add(id);
          if (raw.has(id)) report.known++;
          else wanted.push(id);
        }
      }
      for (let start = 0; start < wanted.length; start += MOST_DESCRIBED) {
        const ids = wanted.slice(start, start + MOST_DESCRIBED);
        const jobs = await describeJobs(batch, ids, pace);
        raw.append(jobs);
        report.pulled += jobs.length;
        report.forgotten += ids.length - jobs.length;
        pull.onProgress?.({ ...report });
      }
      pull.onProgress?.({ ...report });
    }
  }
  return report;
}

/** What DescribeJobs knows of at most 100 jobs: those that it has forgotten are not among the answers. */
export async function describeJobs(batch: BatchClient, ids: readonly string[], pace: Pace): Promise<JobDetail[]> {
  const { DescribeJobsCommand } = await import("@aws-sdk/client-batch");
  if (ids.length === 0) return [];
  await pace.turn();
  const { jobs = [] } = await batch.send(new DescribeJobsCommand({ jobs: [...ids] }));
  return jobs;
}

/** When a job ended at the latest, epoch ms, as far as ListJobs tells. One that never ran counts by when it was submitted. */
function endOf({ stoppedAt, createdAt, arrayProperties }: JobSummary): number {
  const isArray = arrayProperties?.size !== undefined; // it never runs itself, and its children may have ended any time
  return stoppedAt ?? (isArray ? undefined : createdAt) ?? Number.POSITIVE_INFINITY;
}

/** A job and, of an array, its children: "array id:index". All of them have ended when their parent has. */
function idsOf({ jobId = "", arrayProperties }: JobSummary): string[] {
  const size = arrayProperties?.index === undefined ? (arrayProperties?.size ?? 0) : 0;
  return [jobId, ...Array.from({ length: size }, (_, index) => `${jobId}:${index}`)];
}
