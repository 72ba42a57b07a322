// Jobs of one queue as ListJobs and DescribeJobs tell of them.

import type { Answer, Call } from "./loopback.js";

export interface ListedJob {
  readonly jobId: string;
  readonly status: string;
  readonly createdAt: number;
  /** As ListJobs tells it; a job that never ran has none. */
  readonly stoppedAt?: number;
  /** Of an array. */
  readonly size?: number;
}

/** Smaller than AWS's, so that tests see several. */
const PAGE = 150;

/** Each job ran for a minute, a minute after it was submitted, with 2 vCPUs and 512 MiB. */
export function batchOf(jobs: readonly ListedJob[]): (call: Call) => Answer {
  return ({ name, input }) => {
    if (name === "Batch.DescribeJobQueues") {
      const names = input.jobQueues as string[];
      const known = names.filter((one) => one === "q");
      return {
        json: {
          jobQueues: known.map((jobQueueName) => ({ jobQueueName, jobQueueArn: `arn:x:job-queue/${jobQueueName}` })),
        },
      };
    }
    if (name === "Batch.ListJobs") {
      const found = jobs.filter(({ status }) => status === input.jobStatus);
      const start = Number(input.nextToken ?? 0);
      const page = found.slice(start, start + PAGE).map(({ size, ...job }) => ({
        ...job,
        ...(size === undefined ? {} : { arrayProperties: { size } }),
      }));
      return {
        json: { jobSummaryList: page, ...(start + PAGE < found.length ? { nextToken: String(start + PAGE) } : {}) },
      };
    }
    if (name === "Batch.DescribeJobs") {
      return { json: { jobs: (input.jobs as string[]).flatMap((id) => detailOf(jobs, id)) } };
    }
    return { status: 400, code: "UnknownOperation", message: name };
  };
}

function detailOf(jobs: readonly ListedJob[], id: string): object[] {
  const [own, index] = id.split(":");
  const job = jobs.find(({ jobId }) => jobId === own);
  if (job === undefined) return [];
  const { status, createdAt, size } = job;
  const arrayProperties = index === undefined ? { size } : { index: Number(index) };
  return [
    {
      ...{
        jobId: id,
        jobName: "work",
        jobQueue: "arn:aws:batch:us-east-1:123456789012:job-queue/q",
        status,
        createdAt,
      },
      ...{ startedAt: createdAt + 60_000, stoppedAt: createdAt + 120_000, jobDefinition: "arn:x:job-definition/d:1" },
      ...(size === undefined ? {} : { arrayProperties }),
      parameters: { password: "s3cret" },
      container: {
        ...{ vcpus: 2, memory: 512, exitCode: status === "SUCCEEDED" ? 0 : 1, command: ["--password", "x"] },
        environment: [{ name: "TOKEN", value: "s3cret" }],
      },
    },
  ];
}
