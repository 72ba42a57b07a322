// AWS Batch over HTTP: what a controller and a user read of the account's queues and jobs, and jobs that they submit.

import type { AccountState } from "../account-state.js";
import { type Answer, AwsError, type Call, json } from "../wire.js";
import { arrayDetail, definitionPart, jobDetail } from "./job-detail.js";
import { JobIndex } from "./job-index.js";
import { JobLists, type ListJobsInput } from "./list-jobs.js";
import { checkSubmission, type SubmittedJob, SubmittedJobs, submittedCore, submittedSummary } from "./submitted.js";

type Json = Record<string, unknown>;

/** Ids in one DescribeJobs. */
const MOST_IDS = 100;
/** Jobs that GetJobQueueSnapshot shows. */
const FRONT = 100;

export class BatchService {
  readonly submitted = new SubmittedJobs();
  private readonly state: AccountState;
  private readonly index: JobIndex;
  private readonly lists: JobLists;
  private readonly queuePatches = new Map<string, Json>();
  private readonly environmentPatches = new Map<string, Json>();
  private readonly definitions: Json[] = [];

  constructor(state: AccountState) {
    this.state = state;
    this.index = new JobIndex(state);
    this.lists = new JobLists(state, this.index, this.submitted);
    state.workload.definitions.forEach((definition, number) => {
      const plain = definition.name.replaceAll(/[^\w-]/g, "_");
      const jobDefinitionName = plain === "" ? `definition-${number}` : plain;
      this.define({ jobDefinitionName, type: "container", ...definitionPart(definition) });
    });
  }

  /** What DescribeJobQueues says otherwise: state, status, jobStateTimeLimitActions, ... */
  patchQueue(name: string, patch: Json): void {
    this.queuePatches.set(name, { ...this.queuePatches.get(name), ...patch });
  }

  /** What DescribeComputeEnvironments says otherwise. */
  patchEnvironment(name: string, patch: Json): void {
    this.environmentPatches.set(name, { ...this.environmentPatches.get(name), ...patch });
  }

  /** What DescribeJobs says of a job of the workload now; undefined: not submitted yet. */
  detail(job: number): Json | undefined {
    this.index.refresh();
    return jobDetail(this.state, this.index, job);
  }

  /** Undefined: not the World's. */
  answer(call: Call, pageLimit: number): Answer | undefined {
    const input = JSON.parse(call.body.toString("utf8") || "{}") as Json;
    const value = this.value(call.operation, input, pageLimit);
    return value === undefined ? undefined : json("batch", value);
  }

  private value(operation: string, input: Json, pageLimit: number): Json | undefined {
    this.index.refresh();
    switch (operation) {
      case "ListJobs":
        return this.lists.list(input as ListJobsInput, (name) => this.queue(name), pageLimit);
      case "DescribeJobs":
        return this.describeJobs(input as { jobs?: readonly string[] });
      case "DescribeJobQueues":
        return paged("jobQueues", this.queues(input as { jobQueues?: readonly string[] }), input, pageLimit);
      case "DescribeComputeEnvironments":
        return paged("computeEnvironments", this.environments(input), input, pageLimit);
      case "DescribeSchedulingPolicies":
        return { schedulingPolicies: this.policies(input as { arns?: readonly string[] }) };
      case "DescribeJobDefinitions":
        return paged("jobDefinitions", this.definitionsFor(input), input, pageLimit);
      case "RegisterJobDefinition":
        return this.define(input);
      case "GetJobQueueSnapshot":
        return this.snapshot(this.queue(String(input.jobQueue)));
      case "SubmitJob":
        return this.submit(input);
      case "CancelJob":
      case "TerminateJob":
        return this.stop(operation === "CancelJob" ? "cancel" : "terminate", input);
      default:
        return undefined;
    }
  }

  private queue(nameOrArn: string): number {
    const name = nameOrArn.slice(nameOrArn.lastIndexOf("/") + 1);
    const queue = this.state.tables.queues.findIndex((each) => each.name === name);
    if (queue === -1) throw new AwsError("ClientException", `Job queue ${nameOrArn} does not exist.`);
    return queue;
  }

  private describeJobs({ jobs = [] }: { jobs?: readonly string[] }): Json {
    if (jobs.length > MOST_IDS) {
      throw new AwsError("ClientException", `Maximum number of jobs supported is ${MOST_IDS}.`);
    }
    return { jobs: jobs.map((id) => this.describeJob(id)).filter((detail) => detail !== undefined) };
  }

  private describeJob(id: string): Json | undefined {
    const submitted = this.submitted.find(id);
    if (submitted !== undefined) return this.submittedDetail(submitted);
    const read = this.state.readJobId(id);
    if (read === undefined) return undefined;
    return "job" in read
      ? jobDetail(this.state, this.index, read.job)
      : arrayDetail(this.state, this.index, read.array);
  }

  private submittedDetail(job: SubmittedJob): Json {
    const { jobId, jobName, queue, request, children, exitCode, containerInstanceArn } = job;
    const overrides = (request.containerOverrides ?? {}) as Json;
    const container = { ...overrides, exitCode, containerInstanceArn };
    const wasRun = job.startedAt !== undefined && job.stoppedAt !== undefined;
    const { startedAt, stoppedAt, statusReason } = job;
    return {
      jobId,
      jobArn: this.state.jobArn(jobId),
      jobName,
      jobQueue: this.state.queueArn(queue),
      jobDefinition: request.jobDefinition,
      ...submittedCore(job),
      container,
      attempts: wasRun ? [{ container: { exitCode, containerInstanceArn }, startedAt, stoppedAt, statusReason }] : [],
      retryStrategy: request.retryStrategy,
      timeout: request.timeout,
      tags: request.tags ?? {},
      shareIdentifier: request.shareIdentifier,
      dependsOn: request.dependsOn ?? [],
      isCancelled: job.isCancelled,
      isTerminated: job.isTerminated,
      ...(children.length === 0
        ? {}
        : { arrayProperties: { size: children.length, statusSummary: submittedSummary(job) } }),
    };
  }

  private queues({ jobQueues }: { jobQueues?: readonly string[] }): Json[] {
    const wanted = jobQueues?.map((name) => name.slice(name.lastIndexOf("/") + 1));
    return this.state.tables.queues.flatMap((queue, number) => {
      if (wanted !== undefined && !wanted.includes(queue.name)) return [];
      const computeEnvironmentOrder = queue.computeEnvironments.map((environment, order) => ({
        order: order + 1,
        computeEnvironment: this.state.environmentArn(this.state.tables.environments[environment]!.name),
      }));
      return {
        jobQueueName: queue.name,
        jobQueueArn: this.state.queueArn(number),
        state: "ENABLED",
        status: "VALID",
        statusReason: "JobQueue Healthy",
        priority: queue.priority,
        computeEnvironmentOrder,
        jobStateTimeLimitActions: queue.timeLimits.map(({ reason, maxTimeMs }) => ({
          reason,
          state: "RUNNABLE",
          maxTimeSeconds: maxTimeMs / 1000,
          action: "CANCEL",
        })),
        ...(queue.order.kind === "fair-share" ? { schedulingPolicyArn: this.policyArn(queue.name) } : {}),
        tags: {},
        ...this.queuePatches.get(queue.name),
      };
    });
  }

  private environments({ computeEnvironments }: Json): Json[] {
    const wanted = (computeEnvironments as readonly string[] | undefined)?.map((name) => name.split("/").at(-1));
    return this.state.tables.environments.flatMap(({ name }, number) => {
      if (wanted !== undefined && !wanted.includes(name)) return [];
      const isServed = number === this.state.environment;
      return {
        computeEnvironmentName: name,
        computeEnvironmentArn: this.state.environmentArn(name),
        type: "UNMANAGED",
        state: "ENABLED",
        status: "VALID",
        statusReason: "ComputeEnvironment Healthy",
        ecsClusterArn: isServed ? this.state.clusterArn : this.state.arn("ecs", `cluster/AWSBatch-${name}`),
        serviceRole: this.state.arn("iam", "role/batch-service"),
        containerOrchestrationType: "ECS",
        tags: {},
        ...this.environmentPatches.get(name),
      };
    });
  }

  private policyArn(queue: string): string {
    return this.state.arn("batch", `scheduling-policy/${queue}`);
  }

  private policies({ arns = [] }: { arns?: readonly string[] }): Json[] {
    return this.state.tables.queues.flatMap(({ name, order }) => {
      const arn = this.policyArn(name);
      if (order.kind !== "fair-share" || !arns.includes(arn)) return [];
      return { name, arn, fairsharePolicy: { shareDistribution: [] }, tags: {} };
    });
  }

  private definitionsFor({ jobDefinitions, jobDefinitionName, status }: Json): Json[] {
    const wanted = jobDefinitions as readonly string[] | undefined;
    return this.definitions.filter((each) => {
      const name = `${each.jobDefinitionName}:${each.revision}`;
      if (wanted !== undefined) return wanted.includes(String(each.jobDefinitionArn)) || wanted.includes(name);
      if (status !== undefined && status !== each.status) return false;
      return jobDefinitionName === undefined || each.jobDefinitionName === jobDefinitionName;
    });
  }

  private define(input: Json): Json {
    const { jobDefinitionName } = input;
    const revision = 1 + this.definitions.filter((each) => each.jobDefinitionName === jobDefinitionName).length;
    const jobDefinitionArn = this.state.arn("batch", `job-definition/${jobDefinitionName}:${revision}`);
    this.definitions.push({ ...input, revision, jobDefinitionArn, status: "ACTIVE" });
    return { jobDefinitionName, jobDefinitionArn, revision };
  }

  /** The front of a queue: retried jobs before the others, these as they came. Of a fair-share queue a model. */
  private snapshot(queue: number): Json {
    const front: { job: number; isRetried: boolean }[] = [];
    let vcpus = 0;
    for (let job = 0; job < this.state.account.jobCount; job++) {
      if (this.index.queueOf(job) !== queue) continue;
      const status = this.index.statusOf(job);
      const { workload } = this.state;
      const { vcpuMilli } = workload.shapes[workload.classes[workload.jobClass[job]!]!.shape]!;
      if (status === "STARTING" || status === "RUNNING") vcpus += vcpuMilli / 1000;
      if (status === "RUNNABLE") front.push({ job, isRetried: this.state.account.job(job).ended.length > 0 });
    }
    front.sort((a, b) => Number(b.isRetried) - Number(a.isRetried) || a.job - b.job);
    const jobs = front.slice(0, FRONT).map(({ job }) => ({
      jobArn: this.state.jobArn(this.state.jobId(job)),
      earliestTimeAtPosition: this.state.nowEpochMs,
    }));
    return {
      frontOfQueue: { jobs, lastUpdatedAt: this.state.nowEpochMs },
      queueUtilization: {
        totalCapacityUsage: [{ capacityUnit: "VCPU", quantity: vcpus }],
        lastUpdatedAt: this.state.nowEpochMs,
      },
    };
  }

  private submit(input: Json): Json {
    checkSubmission(input);
    const job = this.submitted.add(this.queue(String(input.jobQueue)), input, this.state.nowEpochMs);
    return { jobArn: this.state.jobArn(job.jobId), jobName: job.jobName, jobId: job.jobId };
  }

  private stop(kind: "cancel" | "terminate", { jobId, reason }: Json): Json {
    if (this.submitted.stop(String(jobId), kind, String(reason), this.state.nowEpochMs)) return {};
    throw new AwsError(
      "ClientException",
      "The World stops submitted jobs alone: those of the workload are the account's.",
    );
  }
}

function paged(key: string, all: readonly Json[], { nextToken, maxResults }: Json, limit: number): Json {
  const from = nextToken === undefined ? 0 : Number(nextToken);
  const to = from + Math.min(maxResults === undefined ? MOST_IDS : Number(maxResults), MOST_IDS, limit);
  const page = { [key]: all.slice(from, to) };
  return to < all.length ? { ...page, nextToken: String(to) } : page;
}
