// The calls that an observer makes: one method each, all pages where there are any, within a deadline, counted.

import type * as batch from "@aws-sdk/client-batch";
import type * as ec2 from "@aws-sdk/client-ec2";
import type * as ecs from "@aws-sdk/client-ecs";
import type { AwsClients } from "../aws/clients.js";
import type { CallCounts } from "../observation.js";
import type { Deadline } from "../ports.js";

/** What is thrown when a part cannot be read to its end for a reason of our own: its code is a PartProblem's. */
export class ReadError extends Error {
  override readonly name: string;
  constructor(code: "deadline" | "too-many-pages", message: string) {
    super(message);
    this.name = code;
  }
}

/** ListJobs, DescribeInstances: at most. */
export const LONG_PAGE = 1_000;
/** DescribeJobs, ECS: at most. */
export const MOST_IDS = 100;
/** More pages than any answer has: a token that never ends. */
const MOST_PAGES = 500;
/** Calls of one kind at once. */
export const AT_ONCE = 4;

/** What both ways to ListJobs have in common: exactly one of them is given. */
export type JobList = { readonly jobQueue: string } | { readonly arrayJobId: string };

interface Modules {
  readonly batch: typeof batch;
  readonly ec2: typeof ec2;
  readonly ecs: typeof ecs;
}

export class ReadApi {
  private readonly clients: AwsClients;
  private readonly modules: Modules;
  private counts = new Map<string, number>();

  private constructor(clients: AwsClients, modules: Modules) {
    this.clients = clients;
    this.modules = modules;
  }

  static async make(clients: AwsClients): Promise<ReadApi> {
    const [batch, ec2, ecs] = await Promise.all([
      import("@aws-sdk/client-batch"),
      import("@aws-sdk/client-ec2"),
      import("@aws-sdk/client-ecs"),
    ]);
    return new ReadApi(clients, { batch, ec2, ecs });
  }

  /** Calls since the last time; the SDK's own retries are not counted. */
  takeCallCounts(): CallCounts {
    const counts = Object.fromEntries(this.counts);
    this.counts = new Map();
    return counts;
  }

  /** Jobs of a status; `most`: no further page is read once there are so many. */
  async listJobs(
    list: JobList,
    jobStatus: batch.JobStatus,
    deadline: Deadline,
    most: number,
  ): Promise<{ jobs: batch.JobSummary[]; isCut: boolean }> {
    const client = await this.clients.batch();
    const jobs: batch.JobSummary[] = [];
    let nextToken: string | undefined;
    for (let page = 0; page < MOST_PAGES; page++) {
      const input = { ...list, jobStatus, maxResults: LONG_PAGE, nextToken };
      const answer = await this.call("Batch.ListJobs", deadline, (options) =>
        client.send(new this.modules.batch.ListJobsCommand(input), options),
      );
      jobs.push(...(answer.jobSummaryList ?? []));
      nextToken = answer.nextToken || undefined;
      if (nextToken === undefined) return { jobs, isCut: false };
      if (jobs.length >= most) return { jobs, isCut: true };
    }
    throw tooManyPages("ListJobs");
  }

  /** At most 100 ids; those that Batch does not know are absent. */
  async describeJobs(jobs: string[], deadline: Deadline): Promise<batch.JobDetail[]> {
    const client = await this.clients.batch();
    const answer = await this.call("Batch.DescribeJobs", deadline, (options) =>
      client.send(new this.modules.batch.DescribeJobsCommand({ jobs }), options),
    );
    return answer.jobs ?? [];
  }

  async jobQueues(jobQueues: string[], deadline: Deadline): Promise<batch.JobQueueDetail[]> {
    const client = await this.clients.batch();
    const found: batch.JobQueueDetail[] = [];
    await this.pages("DescribeJobQueues", async (nextToken) => {
      const answer = await this.call("Batch.DescribeJobQueues", deadline, (options) =>
        client.send(new this.modules.batch.DescribeJobQueuesCommand({ jobQueues, nextToken }), options),
      );
      found.push(...(answer.jobQueues ?? []));
      return answer.nextToken;
    });
    return found;
  }

  async computeEnvironments(names: string[], deadline: Deadline): Promise<batch.ComputeEnvironmentDetail[]> {
    const client = await this.clients.batch();
    const found: batch.ComputeEnvironmentDetail[] = [];
    await this.pages("DescribeComputeEnvironments", async (nextToken) => {
      const input = { computeEnvironments: names, nextToken };
      const answer = await this.call("Batch.DescribeComputeEnvironments", deadline, (options) =>
        client.send(new this.modules.batch.DescribeComputeEnvironmentsCommand(input), options),
      );
      found.push(...(answer.computeEnvironments ?? []));
      return answer.nextToken;
    });
    return found;
  }

  /** In every state but INACTIVE. */
  async containerInstanceArns(cluster: string, deadline: Deadline): Promise<string[]> {
    const client = await this.clients.ecs();
    const found: string[] = [];
    await this.pages("ListContainerInstances", async (nextToken) => {
      const input = { cluster, maxResults: MOST_IDS, nextToken };
      const answer = await this.call("ECS.ListContainerInstances", deadline, (options) =>
        client.send(new this.modules.ecs.ListContainerInstancesCommand(input), options),
      );
      found.push(...(answer.containerInstanceArns ?? []));
      return answer.nextToken;
    });
    return found;
  }

  /** Those that are gone meanwhile are absent. */
  async containerInstances(cluster: string, arns: string[], deadline: Deadline): Promise<ecs.ContainerInstance[]> {
    const client = await this.clients.ecs();
    const answers = await inBatches(arns, (containerInstances) =>
      this.call("ECS.DescribeContainerInstances", deadline, (options) =>
        client.send(new this.modules.ecs.DescribeContainerInstancesCommand({ cluster, containerInstances }), options),
      ),
    );
    return answers.flatMap(({ containerInstances = [] }) => containerInstances);
  }

  async instances(Filters: ec2.Filter[], deadline: Deadline): Promise<ec2.Instance[]> {
    const client = await this.clients.ec2();
    const found: ec2.Instance[] = [];
    await this.pages("DescribeInstances", async (NextToken) => {
      const input = { Filters, MaxResults: LONG_PAGE, NextToken };
      const answer = await this.call("EC2.DescribeInstances", deadline, (options) =>
        client.send(new this.modules.ec2.DescribeInstancesCommand(input), options),
      );
      for (const { Instances = [] } of answer.Reservations ?? []) found.push(...Instances);
      return answer.NextToken;
    });
    return found;
  }

  async subnets(SubnetIds: string[], deadline: Deadline): Promise<ec2.Subnet[]> {
    const client = await this.clients.ec2();
    const answer = await this.call("EC2.DescribeSubnets", deadline, (options) =>
      client.send(new this.modules.ec2.DescribeSubnetsCommand({ SubnetIds }), options),
    );
    return answer.Subnets ?? [];
  }

  /** One call, for those that have no method here. `name`: "Service.Operation". Throws what it throws. */
  async call<T>(
    name: string,
    deadline: Deadline,
    send: (options: { readonly abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    if (deadline.signal.aborted || deadline.leftMs() <= 0) throw deadlinePassed();
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    try {
      return await send({ abortSignal: deadline.signal });
    } catch (thrown) {
      if (deadline.signal.aborted) throw deadlinePassed();
      throw thrown;
    }
  }

  /** `read` reads one page and gives the token of the next. */
  private async pages(what: string, read: (token: string | undefined) => Promise<string | undefined>): Promise<void> {
    let token: string | undefined;
    for (let page = 0; page < MOST_PAGES; page++) {
      token = (await read(token)) || undefined;
      if (token === undefined) return;
    }
    throw tooManyPages(what);
  }
}

/** Runs over batches of MOST_IDS, AT_ONCE at a time; answers in order. When one throws, no other is begun. */
async function inBatches<T>(ids: string[], run: (batch: string[]) => Promise<T>): Promise<T[]> {
  const batches: string[][] = [];
  for (let from = 0; from < ids.length; from += MOST_IDS) batches.push(ids.slice(from, from + MOST_IDS));
  const answers: T[] = [];
  for (let from = 0; from < batches.length; from += AT_ONCE) {
    answers.push(...(await Promise.all(batches.slice(from, from + AT_ONCE).map(run))));
  }
  return answers;
}

function deadlinePassed(): ReadError {
  return new ReadError("deadline", "the tick had no time left to read it");
}

function tooManyPages(what: string): ReadError {
  return new ReadError("too-many-pages", `${what} did not end after ${MOST_PAGES} pages`);
}
