// What the observer makes of Batch's answers, job by job, and how much it asks.

import { afterEach, describe, expect, it } from "vitest";
import { jsonError } from "../aws/loopback.js";
import { deadlineOf } from "../aws/manual-clock.js";
import { type FakeAccount, type FakeJob, type FakeTest, fakeAccount, job, observe } from "./fake-account.js";

const tests: FakeTest[] = [];
afterEach(async () => {
  for (const test of tests.splice(0)) await test.close();
});

/** Fifteen seconds for a look. */
const LOOK_MS = 15_000;

async function start(account: FakeAccount, options: Parameters<typeof observe>[1] = {}) {
  const test = await observe(account, options);
  tests.push(test);
  const look = () => {
    test.clock.nowMs += LOOK_MS;
    return test.observer.look(deadlineOf(test.clock, LOOK_MS));
  };
  return { ...test, look };
}

const ARN = "arn:aws:ecs:us-east-1:123456789012:container-instance/AWSBatch-ours/1";
const OTHER_ARN = `${ARN}2`;
/** In the test's own time: after the first look. */
const LATER = Date.UTC(2026, 0, 5, 0, 1);

function attempt(more: object = {}) {
  return {
    container: { containerInstanceArn: ARN, taskArn: "task-1", exitCode: 1, reason: "" },
    startedAt: LATER,
    stoppedAt: LATER + 5_000,
    statusReason: "Essential container in task exited",
    ...more,
  };
}

describe("requests of jobs", () => {
  const MIB = (value: number) => ({ type: "MEMORY", value: String(value) });
  const VCPU = (value: number) => ({ type: "VCPU", value: String(value) });
  it.each<[string, object, object]>([
    [
      "strings of fractions",
      { container: { resourceRequirements: [VCPU(0.25), MIB(512)] } },
      { vcpuMilli: 250, memoryMib: 512 },
    ],
    ["the old fields", { container: { vcpus: 2, memory: 4096 } }, { vcpuMilli: 2000, memoryMib: 4096 }],
    [
      "GPUs",
      { container: { resourceRequirements: [VCPU(4), MIB(100), { type: "GPU", value: "2" }] } },
      { vcpuMilli: 4000, gpuMilli: 2000 },
    ],
    [
      "several containers: 1 + 0.5 vCPU, 1024 + 256 MiB",
      {
        container: undefined,
        ecsProperties: {
          taskProperties: [
            {
              containers: [
                { resourceRequirements: [VCPU(1), MIB(1024)] },
                { resourceRequirements: [VCPU(0.5), MIB(256)] },
              ],
            },
          ],
        },
      },
      { vcpuMilli: 1500, memoryMib: 1280 },
    ],
    [
      "several nodes",
      {
        container: undefined,
        nodeProperties: {
          numNodes: 4,
          mainNode: 0,
          nodeRangeProperties: [{ targetNodes: "0:", container: { resourceRequirements: [VCPU(8), MIB(1)] } }],
        },
      },
      { nodes: 4, vcpuMilli: 8000 },
    ],
    [
      "retries, timeout, share and priority",
      {
        retryStrategy: { attempts: 5 },
        timeout: { attemptDurationSeconds: 90 },
        shareIdentifier: "team",
        schedulingPriority: 7,
      },
      { attempts: 5, timeoutMs: 90_000, shareIdentifier: "team", schedulingPriority: 7 },
    ],
    [
      "none of these",
      {},
      { attempts: 1, timeoutMs: Number.NaN, shareIdentifier: "", schedulingPriority: 0, nodes: 1, gpuMilli: 0 },
    ],
  ])("%s", async (_, detail, request) => {
    const account = fakeAccount();
    account.queues.main!.push(job("a", "RUNNABLE", { ...detail }));
    const { look } = await start(account);
    expect((await look()).jobs).toMatchObject([{ jobId: "a", request }]);
  });
});

describe("ends of attempts", () => {
  /** The job runs at the first look; then it is as given. */
  async function endsOf(after: FakeJob, isListed = false) {
    const account = fakeAccount();
    const running = job("a", "RUNNING", {
      startedAt: LATER,
      container: { containerInstanceArn: ARN, taskArn: "task-1", vcpus: 1, memory: 1 },
    });
    account.queues.main!.push(running);
    const { look } = await start(account);
    expect((await look()).jobs).toMatchObject([{ status: "RUNNING", containerInstanceArn: ARN, startedAtMs: LATER }]);
    account.queues.main! = isListed ? [after] : [];
    account.unlisted = isListed ? [] : [after];
    return look();
  }

  it("a job that has failed for good", async () => {
    const { jobs, ends } = await endsOf(job("a", "FAILED", { attempts: [attempt()], stoppedAt: LATER + 5_000 }));
    expect(jobs).toEqual([]);
    expect(ends).toMatchObject([
      { jobId: "a", endedAttempts: 0, containerInstanceArn: ARN, exitCode: 1, succeeded: false, retried: false },
    ]);
  });

  it("a job that is retried: back in the queue, and no longer anywhere", async () => {
    const { jobs, ends } = await endsOf(
      job("a", "RUNNABLE", { attempts: [attempt()], scheduledAt: 5, startedAt: LATER }),
      true,
    );
    expect(jobs).toMatchObject([
      { status: "RUNNABLE", endedAttempts: 1, containerInstanceArn: "", startedAtMs: Number.NaN },
    ]);
    expect(ends).toMatchObject([{ endedAttempts: 0, retried: true, stoppedAtMs: LATER + 5_000 }]);
  });

  it("a job that runs again, elsewhere: told by the other start", async () => {
    const again = job("a", "RUNNING", {
      attempts: [attempt()],
      startedAt: LATER + 9_000,
      container: { containerInstanceArn: OTHER_ARN, taskArn: "task-2" },
    });
    const { jobs, ends } = await endsOf(again, true);
    expect(jobs).toMatchObject([{ status: "RUNNING", containerInstanceArn: OTHER_ARN, startedAtMs: LATER + 9_000 }]);
    expect(ends).toMatchObject([{ endedAttempts: 0, containerInstanceArn: ARN, retried: true }]);
  });

  it("a job whose new attempt still shows the old task is nowhere", async () => {
    const starting = job("a", "STARTING", {
      attempts: [attempt()],
      container: { containerInstanceArn: ARN, taskArn: "task-1" },
    });
    expect((await endsOf(starting, true)).jobs).toMatchObject([{ status: "STARTING", containerInstanceArn: "" }]);
  });

  it("a retried job that was cancelled while it waited has two ends", async () => {
    const cancelled = job("a", "FAILED", {
      attempts: [attempt()],
      stoppedAt: LATER + 60_000,
      statusReason: "Canceled by user",
    });
    expect((await endsOf(cancelled)).ends).toMatchObject([
      { endedAttempts: 0, retried: true, containerInstanceArn: ARN },
      {
        endedAttempts: 1,
        retried: false,
        containerInstanceArn: "",
        startedAtMs: Number.NaN,
        statusReason: "Canceled by user",
      },
    ]);
  });

  it("a task of several containers: the first that failed tells why", async () => {
    const task = {
      containerInstanceArn: ARN,
      taskArn: "task-1",
      containers: [
        { exitCode: 0 },
        { exitCode: 137, reason: "OutOfMemoryError: Container killed due to memory usage" },
      ],
    };
    const failed = job("a", "FAILED", {
      attempts: [attempt({ container: undefined, taskProperties: [task] })],
      stoppedAt: LATER + 5_000,
    });
    expect((await endsOf(failed)).ends).toMatchObject([
      { containerInstanceArn: ARN, exitCode: 137, reason: expect.stringMatching(/^OutOfMemoryError/) },
    ]);
  });

  it("a job that was cancelled before it ever ran", async () => {
    const account = fakeAccount();
    account.queues.main!.push(job("a", "RUNNABLE"));
    const { look } = await start(account);
    await look();
    account.queues.main! = [];
    account.unlisted = [job("a", "FAILED", { stoppedAt: LATER, statusReason: "Canceled" })];
    expect((await look()).ends).toMatchObject([{ containerInstanceArn: "", startedAtMs: Number.NaN, retried: false }]);
  });

  it("are kept while a look is not whole, and told once", async () => {
    const account = fakeAccount();
    account.queues.main!.push(job("a", "RUNNING", { startedAt: LATER }));
    const { look } = await start(account);
    await look();
    account.queues.main! = [];
    account.unlisted = [job("a", "SUCCEEDED", { attempts: [attempt()], stoppedAt: LATER + 5_000 })];
    account.instead.set("ECS.ListContainerInstances", () => jsonError("ServerException", 500));
    const broken = await look();
    expect(broken).toMatchObject({
      ends: [],
      instances: [],
      problems: [{ part: "containerInstances", code: "ServerException" }],
    });
    account.instead.clear();
    expect((await look()).ends).toMatchObject([{ jobId: "a", succeeded: true }]);
    expect((await look()).ends).toEqual([]);
  });

  it("a list that is late does not bring a job back", async () => {
    const account = fakeAccount();
    const running = job("a", "RUNNING", { startedAt: LATER });
    account.queues.main!.push(running);
    const { look } = await start(account);
    await look();
    account.queues.main! = [];
    account.unlisted = [job("a", "SUCCEEDED", { attempts: [attempt()], stoppedAt: LATER + 5_000 })];
    await look();
    account.queues.main! = [running];
    expect(await look()).toMatchObject({ jobs: [], ends: [] });
  });
});

describe("arrays", () => {
  const parent = (statusSummary: object) => job("array", "PENDING", { arrayProperties: { size: 4, statusSummary } });

  it("a child that is RUNNABLE again has its name, and is not counted", async () => {
    const account = fakeAccount();
    const placed = { containerInstanceArn: ARN, taskArn: "task-1" };
    account.queues.main!.push(
      parent({ RUNNABLE: 3, RUNNING: 1 }),
      job("array:2", "RUNNING", { startedAt: LATER, container: placed, arrayProperties: { index: 2 } }),
    );
    const { look, server } = await start(account);
    expect(await look()).toMatchObject({
      jobs: [{ jobId: "array:2", arrayId: "array", status: "RUNNING" }],
      arrays: [{ jobId: "array", statusSummary: { RUNNABLE: 3 }, request: { memoryMib: 2048 } }],
    });
    account.queues.main! = [
      parent({ RUNNABLE: 4 }),
      job("array:2", "RUNNABLE", { attempts: [attempt()], arrayProperties: { index: 2 } }),
    ];
    const retried = {
      jobs: [{ jobId: "array:2", status: "RUNNABLE", endedAttempts: 1 }],
      arrays: [{ statusSummary: { RUNNABLE: 3 } }],
    };
    expect(await look()).toMatchObject({ ...retried, ends: [{ jobId: "array:2", arrayId: "array", retried: true }] });
    const asked = server.count("Batch.DescribeJobs");
    expect(await look()).toMatchObject({ ...retried, ends: [] });
    // Nothing lists it, and nothing has to be asked as long as the parent counts it.
    expect(server.count("Batch.DescribeJobs")).toBe(asked);
    // The parent counts none any more: it is asked what became of it.
    account.queues.main! = [parent({ RUNNABLE: 0, FAILED: 4 })];
    account.unlisted = [job("array:2", "FAILED", { attempts: [attempt(), attempt()], stoppedAt: LATER + 5_000 })];
    expect(await look()).toMatchObject({ jobs: [], ends: [{ jobId: "array:2", endedAttempts: 1, retried: false }] });
  });

  it("children are listed only where the summary has some", async () => {
    const account = fakeAccount();
    account.queues.main!.push(parent({ RUNNABLE: 4 }));
    const { look, server } = await start(account);
    await look();
    expect(server.calls.filter(({ input }) => input.arrayJobId !== undefined)).toEqual([]);
    account.queues.main! = [parent({ RUNNABLE: 3, STARTING: 1 }), job("array:0", "STARTING")];
    await look();
    expect(
      server.calls.filter(({ input }) => input.arrayJobId !== undefined).map(({ input }) => input.jobStatus),
    ).toEqual(["STARTING"]);
  });

  it("a job that waits for others is none to buy for", async () => {
    const account = fakeAccount();
    account.queues.main!.push(job("a", "PENDING"));
    const { look } = await start(account);
    expect(await look()).toMatchObject({ jobs: [], arrays: [] });
  });
});

describe("what is asked", () => {
  it("describes as many as the rate and half of the look allow, the running ones first; the others come next", async () => {
    const account = fakeAccount();
    for (let i = 0; i < 1_000; i++) account.queues.main!.push(job(`new-${String(i).padStart(4, "0")}`, "RUNNABLE"));
    account.queues.main!.push(job("runs", "RUNNING", { startedAt: LATER, container: { containerInstanceArn: ARN } }));
    const { look, server } = await start(account, { batchReadsPerSecond: 0.4 });
    // Half of 15 s at 0.4 a second: 3 calls, 300 jobs.
    const first = await look();
    expect(server.count("Batch.DescribeJobs")).toBe(3);
    expect(first.jobs).toHaveLength(1_001);
    expect(first.jobs.filter(({ request }) => request !== undefined)).toHaveLength(300);
    expect(first.jobs.find(({ jobId }) => jobId === "runs")).toMatchObject({ containerInstanceArn: ARN });
    expect(first.problems).toEqual([]);
    const second = await look();
    expect(second.jobs.filter(({ request }) => request !== undefined)).toHaveLength(600);
  });

  it("reads no further page of RUNNABLE jobs than it has to, and says so; what it knows beyond stays", async () => {
    const account = fakeAccount();
    account.pageSize = 10;
    for (let i = 0; i < 35; i++) account.queues.main!.push(job(`job-${i}`, "RUNNABLE"));
    const { look, server } = await start(account, { mostRunnable: 20 });
    const first = await look();
    expect(first.jobs).toHaveLength(20);
    expect(first.warnings).toEqual(["job queue main has more than 20 RUNNABLE jobs: the rest is not looked at"]);
    expect(first.problems).toEqual([]);
    // Others are in front now: those that are not listed any more may be behind the cut.
    account.queues.main!.reverse();
    const asked = server.count("Batch.DescribeJobs");
    const second = await look();
    expect(second.jobs).toHaveLength(35);
    expect(server.count("Batch.DescribeJobs")).toBe(asked + 1); // the 15 new ones
  });

  it("a job that Batch lists and does not describe has no request; one that is gone from everywhere is forgotten", async () => {
    const account = fakeAccount();
    account.queues.main!.push(job("a", "RUNNABLE"));
    account.unknown.add("a");
    const { look } = await start(account);
    for (let i = 0; i < 5; i++) expect((await look()).jobs).toMatchObject([{ jobId: "a", request: undefined }]);
    account.queues.main! = [];
    expect((await look()).jobs).toHaveLength(1);
    expect((await look()).jobs).toHaveLength(1);
    expect((await look()).jobs).toHaveLength(0);
  });

  it("a list that fails is a problem, and never no jobs", async () => {
    const account = fakeAccount();
    account.queues.main!.push(job("a", "RUNNABLE"));
    const { look } = await start(account);
    await look();
    account.instead.set("Batch.ListJobs", ({ input }) =>
      input.jobStatus === "RUNNABLE" ? jsonError("TooManyRequestsException", 429) : undefined,
    );
    const broken = await look();
    expect(broken.problems).toMatchObject([{ part: "jobs", code: "TooManyRequestsException" }]);
    expect(broken.ends).toEqual([]);
    account.instead.clear();
    expect(await look()).toMatchObject({ problems: [], jobs: [{ jobId: "a", request: { vcpuMilli: 1000 } }] });
  });

  it("what was described before a DescribeJobs failed is kept", async () => {
    const account = fakeAccount();
    for (let i = 0; i < 250; i++) account.queues.main!.push(job(`job-${i}`, "RUNNABLE"));
    const { look, server } = await start(account);
    account.instead.set("Batch.DescribeJobs", ({ input }) =>
      (input.jobs as string[]).includes("job-249") ? jsonError("ServerException", 500) : undefined,
    );
    expect((await look()).problems).toMatchObject([{ part: "jobs", code: "ServerException" }]);
    account.instead.clear();
    const asked = server.count("Batch.DescribeJobs");
    expect((await look()).jobs.filter(({ request }) => request === undefined)).toEqual([]);
    expect(server.count("Batch.DescribeJobs")).toBe(asked + 1);
  });

  it("a deadline that has passed is a problem of every part", async () => {
    const { observer, clock, server } = await start(fakeAccount());
    const { problems } = await observer.look(deadlineOf(clock, 0));
    expect(problems.map(({ part, code }) => `${part} ${code}`).sort()).toEqual([
      "containerInstances deadline",
      "instances deadline",
      "jobs deadline",
      "queues deadline",
    ]);
    expect(server.calls).toEqual([]);
  });

  it("a list that never ends is a problem", async () => {
    const account = fakeAccount();
    account.instead.set("ECS.ListContainerInstances", () => ({
      body: { containerInstanceArns: [], nextToken: "again" },
    }));
    const { look } = await start(account);
    expect((await look()).problems).toMatchObject([{ part: "containerInstances", code: "too-many-pages" }]);
  });
});
