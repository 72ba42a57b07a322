// A queue on one cluster, in wire formats and in a fake clock's time: a job runs `bootMs` after it was submitted, on a machine of
// its own, which goes when the job has ended.

import type { FakeClock } from "../pull/fake-clock.js";
import type { Answer, Call } from "../pull/loopback.js";

export interface FakeJob {
  readonly jobId: string;
  readonly jobName: string;
  readonly size: number;
  readonly createdAt: number;
  readonly sleepMs: number;
  readonly request: Readonly<Record<string, unknown>>;
  endedAt: number | undefined;
}

const QUEUE_ARN = "arn:aws:batch:us-east-1:123456789012:job-queue/q";
const CLUSTER = "arn:aws:ecs:us-east-1:123456789012:cluster/AWSBatch-ce";

const CALLER_XML = `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/tester</Arn>
<UserId>u</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;

export class FakeAccount {
  readonly jobs: FakeJob[] = [];
  readonly definitions: Record<string, unknown>[] = [];
  bootMs = 60_000;
  queueState = "ENABLED";
  /** Jobs that were told to end go on for so long. */
  lingerMs = 0;
  private readonly clock: FakeClock;

  constructor(clock: FakeClock) {
    this.clock = clock;
  }

  get named(): string[] {
    return this.jobs.map(({ jobName }) => jobName);
  }

  answer = ({ name, input }: Call): Answer => {
    switch (name) {
      case "Batch.DescribeJobQueues":
        return json({
          jobQueues: [
            {
              ...{ jobQueueName: "q", jobQueueArn: QUEUE_ARN, state: this.queueState, status: "VALID", priority: 1 },
              computeEnvironmentOrder: [
                { order: 1, computeEnvironment: "arn:aws:batch:us-east-1:1:compute-environment/ce" },
              ],
            },
          ],
        });
      case "Batch.DescribeComputeEnvironments":
        return json({ computeEnvironments: [{ computeEnvironmentName: "ce", ecsClusterArn: CLUSTER }] });
      case "Batch.DescribeJobDefinitions":
        return json({ jobDefinitions: this.definitions });
      case "Batch.RegisterJobDefinition":
        return json(this.register(input));
      case "Batch.SubmitJob":
        return json({ jobId: this.submit(input).jobId });
      case "Batch.ListJobs":
        return json({ jobSummaryList: this.list((input.filters as { values: string[] }[])[0]!.values[0]!) });
      case "Batch.DescribeJobs":
        return json({ jobs: (input.jobs as string[]).flatMap((id) => this.describe(id)) });
      case "Batch.CancelJob":
      case "Batch.TerminateJob":
        this.end(String(input.jobId), name === "Batch.CancelJob");
        return json({});
      case "ECS.ListContainerInstances":
        return json({ containerInstanceArns: this.running().map(({ jobId }) => `arn:ci/${jobId}`) });
      case "ECS.DescribeContainerInstances": {
        const ids = (input.containerInstances as string[]).map((arn) => arn.slice("arn:ci/".length));
        return json({ containerInstances: ids.map((id) => ({ ec2InstanceId: `i-${id}` })), failures: [] });
      }
      case "STS.GetCallerIdentity":
        return { xml: CALLER_XML };
      case "EC2.DescribeInstances":
        return { xml: this.instances() };
      case "EC2.DescribeAvailabilityZones":
        return { xml: zonesXml };
      default:
        return { status: 400, code: "UnknownOperation", message: name };
    }
  };

  submit(input: Call["input"]): FakeJob {
    const { jobName, arrayProperties, parameters } = input as {
      jobName: string;
      arrayProperties?: { size: number };
      parameters: { seconds: string };
    };
    const job: FakeJob = {
      ...{
        jobId: `job-${this.jobs.length}`,
        jobName,
        size: arrayProperties?.size ?? 1,
        createdAt: this.clock.wallMs(),
      },
      ...{ sleepMs: Number(parameters.seconds) * 1_000, request: input, endedAt: undefined },
    };
    this.jobs.push(job);
    return job;
  }

  statusOf(job: FakeJob): string {
    const nowMs = this.clock.wallMs();
    if (job.endedAt !== undefined) return nowMs >= job.endedAt ? "FAILED" : "RUNNING";
    const startMs = job.createdAt + this.bootMs;
    if (nowMs < startMs) return job.size > 1 ? "PENDING" : "RUNNABLE";
    return nowMs < startMs + job.sleepMs ? "RUNNING" : "SUCCEEDED";
  }

  private register(input: Call["input"]) {
    const jobDefinitionArn = `arn:aws:batch:us-east-1:1:job-definition/stowage-sleep:${this.definitions.length + 1}`;
    this.definitions.push({ ...input, jobDefinitionArn, revision: this.definitions.length + 1, status: "ACTIVE" });
    return { jobDefinitionName: "stowage-sleep", jobDefinitionArn, revision: this.definitions.length };
  }

  private list(name: string) {
    const found = this.jobs.filter(({ jobName }) =>
      name.endsWith("*") ? jobName.startsWith(name.slice(0, -1)) : jobName === name,
    );
    return found.map(({ jobId, jobName }) => ({ jobId, jobName }));
  }

  private describe(id: string): Record<string, unknown>[] {
    const [jobId, child] = id.split(":");
    const job = this.jobs.find((candidate) => candidate.jobId === jobId);
    if (job === undefined) return [];
    const { jobName, createdAt, size, sleepMs, endedAt } = job;
    const status = this.statusOf(job);
    const startedAt = createdAt + this.bootMs;
    const stoppedAt = endedAt ?? startedAt + sleepMs;
    const hasEnded = status === "SUCCEEDED" || status === "FAILED";
    const ran = endedAt === undefined || endedAt > startedAt;
    const times = { ...(ran && { startedAt }), stoppedAt };
    const isParent = size > 1 && child === undefined;
    return [
      {
        ...{ jobId: id, jobName, jobQueue: QUEUE_ARN, jobDefinition: "d", status, createdAt },
        ...(hasEnded &&
          !isParent && { ...times, attempts: ran ? [{ startedAt, stoppedAt, container: { exitCode: 0 } }] : [] }),
        ...(isParent && { arrayProperties: { size } }),
        container: { environment: [{ name: "SECRET", value: "s3cret" }] },
      },
    ];
  }

  private end(jobId: string, isCancel: boolean): void {
    const job = this.jobs.find((candidate) => candidate.jobId === jobId);
    if (job === undefined || job.endedAt !== undefined) return;
    const status = this.statusOf(job);
    if (isCancel && status === "RUNNING") return; // it "succeeds" and does nothing
    job.endedAt = this.clock.wallMs() + this.lingerMs;
  }

  private running(): FakeJob[] {
    return this.jobs.filter((job) => this.statusOf(job) === "RUNNING");
  }

  /** Those that are there; launched when their job was submitted. */
  private instances(): string {
    const items = this.running().map(
      ({ jobId, createdAt }) =>
        `<item><instanceId>i-${jobId}</instanceId><instanceType>m5.large</instanceType><instanceState><name>running</name></instanceState><launchTime>${new Date(createdAt).toISOString()}</launchTime><placement><availabilityZone>us-east-1a</availabilityZone></placement></item>`,
    );
    return `<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><reservationSet><item><instancesSet>${items.join("")}</instancesSet></item></reservationSet></DescribeInstancesResponse>`;
  }
}

const zonesXml =
  '<DescribeAvailabilityZonesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><availabilityZoneInfo><item><zoneName>us-east-1a</zoneName><zoneId>use1-az4</zoneId><zoneType>availability-zone</zoneType></item></availabilityZoneInfo></DescribeAvailabilityZonesResponse>';

function json(value: unknown): Answer {
  return { json: value };
}
