// ListJobs as it is documented: RUNNING unless another status is asked for, parents of arrays in PENDING, children only by
// their parent's id, pages of 1000 (of 100 with a filter).

import { MILLI } from "../../../src/base/units.js";
import type { AccountState } from "../account-state.js";
import { AwsError } from "../wire.js";
import { containerEnd, definitionArn, statusReasonOf } from "./job-detail.js";
import { BATCH_STATUSES, type BatchStatus, type JobIndex } from "./job-index.js";
import { type SubmittedJob, type SubmittedJobs, submittedCore, submittedSummary } from "./submitted.js";

type Json = Record<string, unknown>;

/** Pages by status, and with a filter. */
const PAGE = 1000;
const FILTERED_PAGE = 100;

export interface ListJobsInput {
  readonly jobQueue?: string;
  readonly arrayJobId?: string;
  readonly multiNodeJobId?: string;
  readonly jobStatus?: string;
  readonly maxResults?: number;
  readonly nextToken?: string;
  readonly filters?: readonly { readonly name: string; readonly values: readonly string[] }[];
}

/** Things that may be listed, by a number that grows with their order. */
interface Listing {
  readonly count: number;
  /** Undefined: not in this list. */
  at(position: number): Json | undefined;
}

export class JobLists {
  private readonly state: AccountState;
  private readonly index: JobIndex;
  private readonly submitted: SubmittedJobs;

  constructor(state: AccountState, index: JobIndex, submitted: SubmittedJobs) {
    this.state = state;
    this.index = index;
    this.submitted = submitted;
  }

  /** `pageLimit`: a fault makes pages shorter. `queueOf`: reads a name or ARN. */
  list(input: ListJobsInput, queueOf: (name: string) => number, pageLimit: number): Json {
    const given = [input.jobQueue, input.arrayJobId, input.multiNodeJobId].filter((each) => each !== undefined);
    if (given.length !== 1)
      throw new AwsError("ClientException", "Exactly one of jobQueue, arrayJobId or multiNodeJobId.");
    const status = (input.jobStatus ?? "RUNNING") as BatchStatus;
    if (!BATCH_STATUSES.includes(status)) throw new AwsError("ClientException", `Invalid job status ${status}.`);
    if (input.multiNodeJobId !== undefined) return { jobSummaryList: [] };
    if (input.arrayJobId !== undefined)
      return this.page(this.children(input.arrayJobId, status), input, PAGE, pageLimit);
    const queue = queueOf(input.jobQueue!);
    const filter = input.filters?.[0];
    if (filter === undefined)
      return this.page(
        this.queueListing(queue, (each) => each === status),
        input,
        PAGE,
        pageLimit,
      );
    return this.filtered(queue, filter, input, pageLimit);
  }

  private page({ count, at }: Listing, { nextToken, maxResults }: ListJobsInput, most: number, limit: number): Json {
    const size = Math.min(maxResults ?? most, most, limit);
    const jobSummaryList: Json[] = [];
    let position = nextToken === undefined ? 0 : Number(nextToken);
    for (; position < count && jobSummaryList.length < size; position++) {
      const summary = at(position);
      if (summary !== undefined) jobSummaryList.push(summary);
    }
    return position < count ? { jobSummaryList, nextToken: String(position) } : { jobSummaryList };
  }

  private filtered(
    queue: number,
    filter: { name: string; values: readonly string[] },
    input: ListJobsInput,
    limit: number,
  ) {
    const values = filter.values.map((value) => value.toLowerCase());
    const matches = (text: string) =>
      values.some((value) => (value.endsWith("*") ? text.startsWith(value.slice(0, -1)) : text === value));
    const wanted: Record<string, (summary: Json) => boolean> = {
      JOB_NAME: ({ jobName }) => matches(String(jobName).toLowerCase()),
      SHARE_IDENTIFIER: ({ shareIdentifier }) => matches(String(shareIdentifier ?? "").toLowerCase()),
      BEFORE_CREATED_AT: ({ createdAt }) => Number(createdAt) < Number(values[0]),
      AFTER_CREATED_AT: ({ createdAt }) => Number(createdAt) > Number(values[0]),
    };
    const passes = wanted[filter.name];
    if (passes === undefined)
      throw new AwsError("ClientException", `The World does not know the filter ${filter.name}.`);
    // The status counts with a share's filter alone; the newest come first.
    const status = filter.name === "SHARE_IDENTIFIER" ? input.jobStatus : undefined;
    const { count, at } = this.queueListing(queue, (each) => status === undefined || each === status);
    const reversed: Listing = {
      count,
      at: (position) => {
        const summary = at(count - 1 - position);
        return summary !== undefined && passes(summary) ? summary : undefined;
      },
    };
    return this.page(reversed, input, FILTERED_PAGE, limit);
  }

  private children(arrayJobId: string, status: BatchStatus): Listing {
    const parent = this.submitted.find(arrayJobId);
    if (parent !== undefined) return submittedListing(this.state, parent.children, (each) => each === status);
    const read = this.state.readJobId(arrayJobId);
    if (read === undefined || !("array" in read))
      throw new AwsError("ClientException", `Job ${arrayJobId} is no array.`);
    const { children, starts } = this.state.workload.arrays;
    const from = starts[read.array]!;
    return {
      count: starts[read.array + 1]! - from,
      at: (position) => {
        const job = children[from + position]!;
        return this.index.statusOf(job) === status ? this.summary(job) : undefined;
      },
    };
  }

  private queueListing(queue: number, wanted: (status: BatchStatus) => boolean): Listing {
    const { account, setup } = this.state;
    const own = this.submitted.list.filter((job) => job.queue === queue);
    const submitted = submittedListing(this.state, own, wanted);
    const listed = (job: number): Json | undefined => {
      if (this.index.queueOf(job) !== queue) return undefined;
      const status = this.index.statusOf(job);
      const array = this.state.arrayOf(job);
      if (array === undefined || setup.listsChildren === true) {
        if (status !== undefined && wanted(status)) return this.summary(job);
      }
      if (array === undefined || this.state.firstChild(array) !== job) return undefined;
      const parent = this.index.parentStatus(array);
      return parent !== undefined && wanted(parent) ? this.parentSummary(array, parent) : undefined;
    };
    return {
      count: account.jobCount + submitted.count,
      at: (position) => (position < account.jobCount ? listed(position) : submitted.at(position - account.jobCount)),
    };
  }

  private summary(job: number): Json {
    const { state } = this;
    const seen = state.account.job(job);
    const id = state.jobId(job);
    const isOver = seen.status === "SUCCEEDED" || seen.status === "FAILED";
    const index = state.arrayOf(job) === undefined ? undefined : state.workload.arrays.indexInArray[job];
    return {
      ...this.core(job, id),
      status: seen.status,
      ...statusReasonOf(state, job, seen),
      createdAt: state.epochMs(seen.createdMs),
      scheduledAt: state.epochMs(seen.placedMs),
      startedAt: state.epochMs(seen.startedMs),
      stoppedAt: isOver ? state.epochMs(seen.stoppedMs) : undefined,
      container: containerEnd(isOver ? seen.ended.at(-1) : undefined),
      ...(index === undefined ? {} : { arrayProperties: { index } }),
    };
  }

  private parentSummary(array: number, status: BatchStatus): Json {
    const { state } = this;
    const first = state.firstChild(array);
    const { starts } = state.workload.arrays;
    return {
      ...this.core(first, state.arrayId(array)),
      status,
      createdAt: state.epochMs(state.account.job(first).createdMs),
      arrayProperties: {
        size: starts[array + 1]! - starts[array]!,
        statusSummary: this.index.summary(array),
        statusSummaryLastUpdatedAt: state.nowEpochMs,
      },
    };
  }

  private core(job: number, id: string): Json {
    const { state } = this;
    const { workload } = state;
    const { share, shape } = workload.classes[workload.jobClass[job]!]!;
    const name = workload.shareNames[share]!;
    return {
      jobId: id,
      jobArn: state.jobArn(id),
      jobName: workload.jobNames[workload.jobName[job]!],
      jobDefinition: definitionArn(state, job),
      capacityUsage: [{ capacityUnit: "VCPU", quantity: workload.shapes[shape]!.vcpuMilli / MILLI }],
      ...(name === "" ? {} : { shareIdentifier: name }),
    };
  }
}

function submittedListing(
  state: AccountState,
  jobs: readonly SubmittedJob[],
  wanted: (status: BatchStatus) => boolean,
): Listing {
  return {
    count: jobs.length,
    at: (position) => (wanted(jobs[position]!.status) ? submittedJobSummary(state, jobs[position]!) : undefined),
  };
}

function submittedJobSummary(state: AccountState, job: SubmittedJob): Json {
  const { jobId, jobName, request, children, exitCode } = job;
  const index = jobId.includes(":") ? Number(jobId.slice(jobId.indexOf(":") + 1)) : undefined;
  return {
    jobId,
    jobArn: state.jobArn(jobId),
    jobName,
    jobDefinition: request.jobDefinition,
    ...submittedCore(job),
    container: exitCode === undefined ? {} : { exitCode },
    ...(index === undefined ? {} : { arrayProperties: { index } }),
    ...(children.length === 0
      ? {}
      : { arrayProperties: { size: children.length, statusSummary: submittedSummary(job) } }),
  };
}
