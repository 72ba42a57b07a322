// AWS Batch as the World speaks it, through the real client.

import {
  CancelJobCommand,
  DescribeComputeEnvironmentsCommand,
  DescribeJobDefinitionsCommand,
  DescribeJobQueuesCommand,
  DescribeJobsCommand,
  DescribeSchedulingPoliciesCommand,
  GetJobQueueSnapshotCommand,
  ListJobsCommand,
  paginateListJobs,
  RegisterJobDefinitionCommand,
  SubmitJobCommand,
  TerminateJobCommand,
} from "@aws-sdk/client-batch";
import { describe, expect, it } from "vitest";
import { motoMissing } from "../../support/moto.js";
import { jobsScenario, ORIGIN_MS, poolOf, worldTests } from "./env.js";

const SMALL = "vcpus: 1, memory: 1 GiB";
const uuid = (job: number) => `00000000-0000-4000-8000-${String(job).padStart(12, "0")}`;

describe.skipIf(motoMissing() !== null)("Batch in the World", () => {
  const start = worldTests();

  it("lists RUNNING jobs by default, others by their status, as their lives go on", async () => {
    const { world, account, input, clients } = await start(jobsScenario([`id: a, ${SMALL}, runtime: 60s`]));
    const list = async (jobStatus?: "RUNNABLE" | "STARTING" | "RUNNING" | "SUCCEEDED") => {
      const command = new ListJobsCommand({ jobQueue: "main", ...(jobStatus === undefined ? {} : { jobStatus }) });
      return (await clients.batch.send(command)).jobSummaryList!;
    };
    expect(await list("RUNNABLE")).toEqual([]);
    await world.advance(0);
    const [runnable] = await list("RUNNABLE");
    expect(runnable).toMatchObject({ jobId: uuid(0), status: "RUNNABLE", createdAt: ORIGIN_MS });
    expect(runnable!.capacityUsage).toEqual([{ capacityUnit: "VCPU", quantity: 1 }]);
    // Asked for at 0: it runs at 20 s, its agent registers at 60 s. Batch looks every 5 s: placed at 60 s.
    await world.addForeignInstance(poolOf(input, "m6i.large", "on-demand"));
    await world.advance(65_000);
    const placedMs = 60_000;
    expect(account.job(0).placedMs).toBe(placedMs);
    expect((await list("STARTING")).map(({ jobId }) => jobId)).toEqual([uuid(0)]);
    expect(await list()).toEqual([]);
    // The image takes 10 s, the job 60 s.
    await world.advance(placedMs + 10_000);
    expect(await list()).toMatchObject([{ jobId: uuid(0), startedAt: ORIGIN_MS + placedMs + 10_000 }]);
    await world.advance(placedMs + 70_000);
    const [ended] = await list("SUCCEEDED");
    expect(ended).toMatchObject({ stoppedAt: ORIGIN_MS + placedMs + 70_000, container: { exitCode: 0 } });
  });

  it("lists an array as a PENDING parent with a summary, its children by the parent's id alone", async () => {
    const { world, input, clients } = await start(
      jobsScenario([`id: a, ${SMALL}, arrayProperties: { size: 3 }, runtime: 60s`, `id: b, ${SMALL}, runtime: 60s`]),
    );
    await world.addForeignInstance(poolOf(input, "m6i.large", "on-demand")); // two vCPUs
    await world.advance(75_000);
    const parent = uuid(0);
    const inQueue = async (jobStatus: "PENDING" | "RUNNABLE" | "RUNNING") =>
      (await clients.batch.send(new ListJobsCommand({ jobQueue: "main", jobStatus }))).jobSummaryList!;
    expect(await inQueue("PENDING")).toMatchObject([
      { jobId: parent, arrayProperties: { size: 3, statusSummary: { RUNNABLE: 1, RUNNING: 2, SUCCEEDED: 0 } } },
    ]);
    expect((await inQueue("RUNNABLE")).map(({ jobId }) => jobId)).toEqual([uuid(3)]);
    expect(await inQueue("RUNNING")).toEqual([]);
    const children = await clients.batch.send(new ListJobsCommand({ arrayJobId: parent }));
    expect(children.jobSummaryList!.map(({ jobId }) => jobId)).toEqual([`${parent}:0`, `${parent}:1`]);
    const { jobs } = await clients.batch.send(new DescribeJobsCommand({ jobs: [parent, `${parent}:2`] }));
    expect(jobs).toMatchObject([
      { jobId: parent, status: "PENDING", arrayProperties: { size: 3, statusSummary: { RUNNABLE: 1 } } },
      { jobId: `${parent}:2`, status: "RUNNABLE", arrayProperties: { index: 2 } },
    ]);
    expect(jobs![0]!.container!.resourceRequirements).toContainEqual({ type: "VCPU", value: "1" });
  });

  it("gives pages of 1000, and shorter ones when a fault says so", async () => {
    const { world, clients } = await start(jobsScenario([`id: a, repeat: 2500, ${SMALL}, runtime: 60s`]));
    await world.advance(0);
    const sizes: number[] = [];
    const ids: string[] = [];
    for await (const page of paginateListJobs({ client: clients.batch }, { jobQueue: "main", jobStatus: "RUNNABLE" })) {
      sizes.push(page.jobSummaryList!.length);
      ids.push(...page.jobSummaryList!.map(({ jobId }) => jobId!));
    }
    expect(sizes).toEqual([1000, 1000, 500]);
    expect(ids).toEqual([...ids].sort());
    expect(new Set(ids).size).toBe(2500);
    world.faults.add({ kind: "short-pages", size: 0, operation: "ListJobs" });
    const first = await clients.batch.send(new ListJobsCommand({ jobQueue: "main", jobStatus: "RUNNABLE" }));
    expect(first.jobSummaryList).toEqual([]);
    expect(first.nextToken).toBeDefined();
  });

  it("filters by name without regard to status, the newest first, in pages of 100", async () => {
    const { world, clients } = await start(
      jobsScenario([
        `id: a, jobName: Align-1, ${SMALL}, runtime: 1s`,
        `id: b, jobName: align-2, submit: 5s, ${SMALL}, runtime: 1s`,
      ]),
    );
    await world.advance(5_000);
    const find = async (value: string) => {
      const filters = [{ name: "JOB_NAME", values: [value] }];
      const { jobSummaryList } = await clients.batch.send(new ListJobsCommand({ jobQueue: "main", filters }));
      return jobSummaryList!.map(({ jobName }) => jobName);
    };
    expect(await find("ALIGN*")).toEqual(["align-2", "Align-1"]);
    expect(await find("align-1")).toEqual(["Align-1"]);
  });

  it("describes at most 100 jobs, and is silent about those that it does not know", async () => {
    const { world, clients } = await start(jobsScenario([`id: a, ${SMALL}, runtime: 1s`]));
    await world.advance(0);
    const known = await clients.batch.send(new DescribeJobsCommand({ jobs: [uuid(0), uuid(7), "nonsense"] }));
    expect(known.jobs!.map(({ jobId }) => jobId)).toEqual([uuid(0)]);
    const tooMany = new DescribeJobsCommand({ jobs: Array.from({ length: 101 }, (_, job) => uuid(job)) });
    await expect(clients.batch.send(tooMany)).rejects.toMatchObject({ name: "ClientException" });
  });

  it("describes request, retries, timeout, attempts and where a job runs", async () => {
    const { world, input, clients } = await start(
      jobsScenario([
        `id: a, vcpus: 2, memory: 3 GiB, runtime: 60s, retryStrategy: { attempts: 2 }, timeout: { attemptDurationSeconds: 600 }, attempts: [{ exitCode: 3 }, {}]`,
      ]),
    );
    const host = await world.addForeignInstance(poolOf(input, "m6i.large", "on-demand"));
    // Placed at 60 s, the first attempt runs from 70 s to 130 s; the image is there then: 1 s to start.
    await world.advance(150_000);
    const { jobs } = await clients.batch.send(new DescribeJobsCommand({ jobs: [uuid(0)] }));
    const containerInstanceArn = world.containerInstanceArn(host);
    expect(jobs![0]).toMatchObject({
      status: "RUNNING",
      retryStrategy: { attempts: 2 },
      timeout: { attemptDurationSeconds: 600 },
      attempts: [{ container: { containerInstanceArn, exitCode: 3 } }],
      container: { containerInstanceArn },
    });
    expect(jobs![0]!.container!.resourceRequirements).toEqual([
      { type: "VCPU", value: "2" },
      { type: "MEMORY", value: "3072" },
    ]);
    const [attempt] = jobs![0]!.attempts!;
    expect(attempt!.stoppedAt! - attempt!.startedAt!).toBe(60_000);
    expect(attempt!.container!.taskArn).not.toBe(jobs![0]!.container!.taskArn);
  });

  it("tells of queues, environments and definitions, and of what is wrong with them", async () => {
    const { world, clients } = await start(jobsScenario([`id: a, ${SMALL}, runtime: 1s`]));
    const { jobQueues } = await clients.batch.send(new DescribeJobQueuesCommand({ jobQueues: ["main"] }));
    expect(jobQueues).toMatchObject([{ jobQueueName: "main", state: "ENABLED", status: "VALID" }]);
    const { computeEnvironment } = jobQueues![0]!.computeEnvironmentOrder![0]!;
    const command = new DescribeComputeEnvironmentsCommand({ computeEnvironments: [computeEnvironment!] });
    const { computeEnvironments } = await clients.batch.send(command);
    expect(computeEnvironments).toMatchObject([
      {
        computeEnvironmentName: "ours",
        type: "UNMANAGED",
        ecsClusterArn: world.clusterArn,
        containerOrchestrationType: "ECS",
      },
    ]);
    world.patchQueue("main", { state: "DISABLED" });
    world.patchEnvironment("ours", { status: "INVALID" });
    expect((await clients.batch.send(new DescribeJobQueuesCommand({}))).jobQueues![0]!.state).toBe("DISABLED");
    expect((await clients.batch.send(command)).computeEnvironments![0]!.status).toBe("INVALID");
    const own = { jobDefinitionName: "sleep", type: "container" } as const;
    const made = await clients.batch.send(new RegisterJobDefinitionCommand(own));
    const again = await clients.batch.send(new RegisterJobDefinitionCommand(own));
    expect([made.revision, again.revision]).toEqual([1, 2]);
    const byName = await clients.batch.send(new DescribeJobDefinitionsCommand({ jobDefinitions: ["sleep:2"] }));
    expect(byName.jobDefinitions).toMatchObject([{ jobDefinitionArn: again.jobDefinitionArn, status: "ACTIVE" }]);
    expect(
      (await clients.batch.send(new DescribeSchedulingPoliciesCommand({ arns: ["x"] }))).schedulingPolicies,
    ).toEqual([]);
  });

  it("shows the front of a queue", async () => {
    const { world, clients } = await start(jobsScenario([`id: a, repeat: 120, ${SMALL}, runtime: 1s`]));
    await world.advance(0);
    const { frontOfQueue } = await clients.batch.send(new GetJobQueueSnapshotCommand({ jobQueue: "main" }));
    expect(frontOfQueue!.jobs).toHaveLength(100);
    expect(frontOfQueue!.jobs![0]!.jobArn).toContain(uuid(0));
  });

  it("takes submissions, whose fate a test decides, and stops them", async () => {
    const { world, clients } = await start(jobsScenario([`id: a, ${SMALL}, runtime: 1s`]));
    const submit = (jobName: string, size?: number) => {
      const arrayProperties = size === undefined ? {} : { arrayProperties: { size } };
      return clients.batch.send(
        new SubmitJobCommand({ jobName, jobQueue: "main", jobDefinition: "sleep", ...arrayProperties }),
      );
    };
    const one = await submit("one");
    const many = await submit("many", 2);
    world.submitted.set(one.jobId!, { status: "RUNNING", startedAt: ORIGIN_MS + 5 });
    const { jobSummaryList } = await clients.batch.send(new ListJobsCommand({ jobQueue: "main" }));
    expect(jobSummaryList).toMatchObject([{ jobId: one.jobId, jobName: "one", startedAt: ORIGIN_MS + 5 }]);
    await clients.batch.send(new CancelJobCommand({ jobId: one.jobId!, reason: "too late to cancel" }));
    expect(world.submitted.find(one.jobId!)!.status).toBe("RUNNING");
    await clients.batch.send(new TerminateJobCommand({ jobId: one.jobId!, reason: "enough" }));
    await clients.batch.send(new CancelJobCommand({ jobId: many.jobId!, reason: "enough" }));
    const { jobs } = await clients.batch.send(new DescribeJobsCommand({ jobs: [one.jobId!, many.jobId!] }));
    expect(jobs).toMatchObject([
      { status: "FAILED", statusReason: "enough", isTerminated: true },
      { status: "FAILED", arrayProperties: { size: 2, statusSummary: { FAILED: 2 } } },
    ]);
  });

  it("says 429 when it is asked too often, once", async () => {
    const { world, clients } = await start(jobsScenario([`id: a, ${SMALL}, runtime: 1s`]));
    world.faults.add({ kind: "throttle", service: "batch", operation: "ListJobs", from: 2 });
    const list = () => clients.batch.send(new ListJobsCommand({ jobQueue: "main" }));
    await list();
    await expect(list()).rejects.toMatchObject({
      name: "TooManyRequestsException",
      $metadata: { httpStatusCode: 429 },
    });
    await list();
    expect(world.requests.map(({ status }) => status)).toEqual([200, 429, 200]);
  });
});
