// An account that a test writes down: what each operation of Batch, ECS and EC2 would answer, on loopback, in the wire formats.

import { makeAwsClients } from "../../../src/live/aws/clients.js";
import { makeObserver, type ObserverOptions } from "../../../src/live/observe/observer.js";
import type { Observer } from "../../../src/live/ports.js";
import { type Answer, type Call, ec2Reply, type Loopback, serve } from "../aws/loopback.js";
import { type ManualClock, manualClock } from "../aws/manual-clock.js";
import { settingsOf } from "./settings.js";

process.env.AWS_ACCESS_KEY_ID = "test";
process.env.AWS_SECRET_ACCESS_KEY = "test";
process.env.AWS_EC2_METADATA_DISABLED = "true";

export const CLUSTER = "arn:aws:ecs:us-east-1:123456789012:cluster/AWSBatch-ours";
type Json = Record<string, unknown>;

export interface FakeJob extends Json {
  readonly jobId: string;
  readonly status: string;
}

export interface FakeAccount {
  /** By queue: what DescribeJobs says of the jobs that ListJobs lists. */
  readonly queues: Record<string, FakeJob[]>;
  /** Jobs that DescribeJobs knows and no list has. */
  unlisted: FakeJob[];
  /** Ids that DescribeJobs does not know. */
  readonly unknown: Set<string>;
  containerInstances: Json[];
  /** XML of each instance. */
  instances: string[];
  subnets: { id: string; zone: string; zoneId: string }[];
  queueState: Json;
  environment: Json;
  /** Answers instead, by operation. */
  readonly instead: Map<string, (call: Call) => Answer | undefined>;
  pageSize: number;
}

export function fakeAccount(): FakeAccount {
  return {
    queues: { main: [] },
    unlisted: [],
    unknown: new Set(),
    containerInstances: [],
    instances: [],
    subnets: [],
    queueState: { state: "ENABLED", status: "VALID" },
    environment: {
      type: "UNMANAGED",
      state: "ENABLED",
      status: "VALID",
      ecsClusterArn: CLUSTER,
      containerOrchestrationType: "ECS",
      computeEnvironmentArn: "arn:aws:batch:us-east-1:123456789012:compute-environment/ours",
    },
    instead: new Map(),
    pageSize: 1_000,
  };
}

function answer(account: FakeAccount, call: Call): Answer {
  const { name, input } = call;
  const instead = account.instead.get(name)?.(call);
  if (instead !== undefined) return instead;
  const from = Number(input.nextToken ?? 0);
  switch (name) {
    case "Batch.ListJobs":
      return { body: list(account, input, from) };
    case "Batch.DescribeJobs": {
      const ids = new Set(input.jobs as string[]);
      if (ids.size > 100) throw new Error("more than 100 ids");
      const all = [...Object.values(account.queues).flat(), ...account.unlisted];
      return { body: { jobs: all.filter(({ jobId }) => ids.has(jobId) && !account.unknown.has(jobId)) } };
    }
    case "Batch.DescribeJobQueues": {
      const names = (input.jobQueues as string[]).filter((each) => each in account.queues);
      return { body: { jobQueues: names.map((each) => ({ jobQueueName: each, ...account.queueState })) } };
    }
    case "Batch.DescribeComputeEnvironments":
      return { body: { computeEnvironments: [{ computeEnvironmentName: "ours", ...account.environment }] } };
    case "ECS.ListContainerInstances": {
      const arns = account.containerInstances.map(({ containerInstanceArn }) => containerInstanceArn);
      const nextToken = from + 100 < arns.length ? { nextToken: String(from + 100) } : {};
      return { body: { containerInstanceArns: arns.slice(from, from + 100), ...nextToken } };
    }
    case "ECS.DescribeContainerInstances": {
      const arns = new Set(input.containerInstances as string[]);
      if (arns.size > 100) throw new Error("more than 100 ids");
      const found = account.containerInstances.filter((each) => arns.has(each.containerInstanceArn as string));
      return { body: { containerInstances: found, failures: [] } };
    }
    case "EC2.DescribeInstances": {
      const items = account.instances.map((each) => `<item>${each}</item>`).join("");
      const reservation = `<item><instancesSet>${items}</instancesSet></item>`;
      return ec2Reply("DescribeInstances", `<reservationSet>${reservation}</reservationSet>`);
    }
    case "EC2.DescribeSubnets": {
      const items = account.subnets.map(
        ({ id, zone, zoneId }) =>
          `<item><subnetId>${id}</subnetId><availabilityZone>${zone}</availabilityZone>` +
          `<availabilityZoneId>${zoneId}</availabilityZoneId></item>`,
      );
      return ec2Reply("DescribeSubnets", `<subnetSet>${items.join("")}</subnetSet>`);
    }
    default:
      throw new Error(`the fake account does not know ${name}`);
  }
}

/** Summaries of the jobs of a queue in a status, or of an array's children (ids "parent:index"). */
function list({ queues, pageSize }: FakeAccount, input: Json, from: number): Json {
  const { jobQueue, arrayJobId, jobStatus = "RUNNING" } = input;
  const isChild = ({ jobId }: FakeJob) => jobId.includes(":");
  const jobs =
    arrayJobId === undefined
      ? (queues[jobQueue as string] ?? []).filter((job) => !isChild(job))
      : Object.values(queues)
          .flat()
          .filter(({ jobId }) => jobId.startsWith(`${arrayJobId}:`));
  const listed = jobs.filter(({ status }) => status === jobStatus);
  const jobSummaryList = listed.slice(from, from + pageSize).map((job) => ({
    jobId: job.jobId,
    jobName: job.jobName,
    status: job.status,
    createdAt: job.createdAt,
    scheduledAt: job.scheduledAt,
    startedAt: job.startedAt,
    statusReason: job.statusReason,
    arrayProperties: job.arrayProperties,
  }));
  return { jobSummaryList, ...(from + pageSize < listed.length ? { nextToken: String(from + pageSize) } : {}) };
}

export interface FakeTest {
  readonly server: Loopback;
  readonly observer: Observer;
  readonly clock: ManualClock;
  close(): Promise<void>;
}

/** An observer of a fake account; the clock says when it is, and AWS says the same. */
export async function observe(
  account: FakeAccount,
  options: Partial<ObserverOptions> & Parameters<typeof settingsOf>[0] = {},
): Promise<FakeTest> {
  const clock = manualClock();
  const server = await serve((call) => {
    const given = answer(account, call);
    if (typeof given === "string") return given;
    return { ...given, headers: { date: new Date(clock.wallMs()).toUTCString(), ...given.headers } };
  });
  const clients = makeAwsClients({ region: "us-east-1", endpoint: server.url, clock, zeroDelay: true, maxAttempts: 1 });
  const observer = await makeObserver({
    clients,
    clock,
    settings: settingsOf({ subnets: account.subnets.map(({ id, zoneId }) => ({ subnetId: id, zoneId })), ...options }),
    queues: Object.keys(account.queues),
    clusterArn: CLUSTER,
    ...options,
  });
  return {
    server,
    observer,
    clock,
    close: async () => {
      clients.destroy();
      await server.close();
    },
  };
}

/** JobDetail of a job with one vCPU and 2 GiB. */
export function job(jobId: string, status: string, more: Json = {}): FakeJob {
  return {
    jobId,
    status,
    jobName: jobId,
    jobQueue: "arn:aws:batch:us-east-1:123456789012:job-queue/main",
    createdAt: 1_000,
    attempts: [],
    container: {
      resourceRequirements: [
        { type: "VCPU", value: "1" },
        { type: "MEMORY", value: "2048" },
      ],
    },
    ...more,
  };
}
