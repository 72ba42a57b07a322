// The observer against the World: whatever happens in the account is told, once, and as it was.

import { describe, expect, it } from "vitest";
import type { SeenEnd } from "../../../src/live/observation.js";
import { NONE } from "../../../src/model/tables.js";
import { motoMissing } from "../../support/moto.js";
import type { Fault } from "../../world/faults.js";
import { jobsScenario, ORIGIN_MS, poolOf, type WorldTest, worldTests } from "../world/env.js";
import { createFleet, makeTemplate } from "../world/launch.js";
import { addEnds, watch } from "./world-observer.js";

const SMALL = "vcpus: 1, memory: 1 GiB";
const TICK_MS = 15_000;

describe.skipIf(motoMissing() !== null)("the observer of a World", () => {
  const start = worldTests();

  it("sees a job through its life", async () => {
    const test = await start(
      jobsScenario([
        `id: a, ${SMALL}, runtime: 60s, retryStrategy: { attempts: 2 }, timeout: { attemptDurationSeconds: 300 }`,
      ]),
    );
    const { world, input, account } = test;
    const { lookAt } = await watch(test);
    const first = await lookAt(0);
    expect(first.problems).toEqual([]);
    expect(first.serverMs).toBeGreaterThanOrEqual(ORIGIN_MS);
    expect(first.serverMs).toBeLessThan(ORIGIN_MS + 1_000);
    expect(first.jobs).toEqual([
      {
        jobId: world.jobId(0),
        queue: "main",
        status: "RUNNABLE",
        createdAtMs: ORIGIN_MS,
        startedAtMs: Number.NaN,
        endedAttempts: 0,
        request: {
          jobName: "a",
          vcpuMilli: 1000,
          memoryMib: 1024,
          gpuMilli: 0,
          shareIdentifier: "",
          schedulingPriority: 0,
          attempts: 2,
          timeoutMs: 300_000,
          nodes: 1,
        },
        containerInstanceArn: "",
        arrayId: "",
        statusReason: "",
      },
    ]);
    const host = await world.addForeignInstance(poolOf(input, "m6i.large", "on-demand"));
    const containerInstanceArn = world.containerInstanceArn(host);
    // Registered and placed at 60 s; the image takes 10 s, the job 60 s.
    const starting = await lookAt(65_000);
    expect(starting.jobs).toMatchObject([{ status: "STARTING", containerInstanceArn, startedAtMs: Number.NaN }]);
    const running = await lookAt(80_000);
    expect(running.jobs).toMatchObject([
      { status: "RUNNING", containerInstanceArn, startedAtMs: ORIGIN_MS + 70_000, endedAttempts: 0 },
    ]);
    expect(running.ends).toEqual([]);
    const over = await lookAt(140_000);
    expect(over.jobs).toEqual([]);
    expect(over.ends).toMatchObject([
      {
        jobId: world.jobId(0),
        queue: "main",
        createdAtMs: ORIGIN_MS,
        endedAttempts: 0,
        containerInstanceArn,
        startedAtMs: ORIGIN_MS + 70_000,
        stoppedAtMs: ORIGIN_MS + 130_000,
        succeeded: true,
        retried: false,
        exitCode: 0,
      },
    ]);
    expect(account.done).toBe(true);
    expect((await lookAt(155_000)).ends).toEqual([]);
  });

  it("counts an array's RUNNABLE children, and names those that are placed", async () => {
    const test = await start(jobsScenario([`id: a, ${SMALL}, arrayProperties: { size: 5 }, runtime: 100s`]));
    const { world, input } = test;
    const { lookAt } = await watch(test);
    const first = await lookAt(0);
    expect(first.jobs).toEqual([]);
    expect(first.arrays).toMatchObject([
      { jobId: world.arrayId(0), queue: "main", size: 5, statusSummary: { RUNNABLE: 5 }, request: { vcpuMilli: 1000 } },
    ]);
    await world.addForeignInstance(poolOf(input, "m6i.large", "on-demand")); // two vCPUs: two children
    const second = await lookAt(75_000);
    expect(second.arrays).toMatchObject([{ statusSummary: { RUNNABLE: 3, RUNNING: 2 } }]);
    expect(second.jobs.map(({ jobId, status, arrayId }) => ({ jobId, status, arrayId }))).toEqual(
      [0, 1].map((child) => ({ jobId: world.jobId(child), status: "RUNNING", arrayId: world.arrayId(0) })),
    );
  });

  it("sees children once where Batch lists them in their queue too", async () => {
    const test = await start(jobsScenario([`id: a, ${SMALL}, arrayProperties: { size: 5 }, runtime: 100s`]), {
      listsChildren: true,
    });
    const { lookAt } = await watch(test);
    expect((await lookAt(0)).jobs).toEqual([]);
    await test.world.addForeignInstance(poolOf(test.input, "m6i.large", "on-demand"));
    const { jobs, arrays } = await lookAt(75_000);
    expect(jobs.map(({ status }) => status)).toEqual(["RUNNING", "RUNNING"]);
    expect(arrays).toMatchObject([{ statusSummary: { RUNNABLE: 3, RUNNING: 2 } }]);
  });

  it("tells our instances from others, and joins what EC2 and ECS say", async () => {
    const test = await start(jobsScenario([`id: a, ${SMALL}, runtime: 600s`]));
    const { world, input, clients } = test;
    await makeTemplate(clients);
    const { lookAt } = await watch(test);
    await lookAt(0);
    const { Instances } = await createFleet(test, { types: ["c6i.xlarge"], count: 1 });
    const instanceId = Instances![0]!.InstanceIds![0]!;
    const foreign = await world.addForeignInstance(poolOf(input, "m6i.large", "on-demand"));
    const launched = await lookAt(10_000);
    expect(launched.instances).toMatchObject([
      {
        instanceId,
        ours: true,
        launchToken: "token-1",
        instanceType: "c6i.xlarge",
        zoneId: "use1-az1",
        market: "spot",
        ec2State: "pending",
        containerInstanceArn: "",
        ecsStatus: "",
        launchTimeMs: ORIGIN_MS,
      },
    ]);
    const registered = (await lookAt(75_000)).instances;
    expect(registered).toMatchObject([
      {
        instanceId,
        ours: true,
        ec2State: "running",
        ecsStatus: "ACTIVE",
        agentConnected: true,
        registeredAtMs: ORIGIN_MS + 60_000,
        registeredVcpuMilli: 4000,
        registeredGpus: 0,
      },
      {
        instanceId: world.instanceId(foreign),
        ours: false,
        launchToken: "",
        instanceType: "m6i.large",
        zoneId: "use1-az1",
        ec2State: "missing",
        ecsStatus: "ACTIVE",
        registeredVcpuMilli: 2000,
      },
    ]);
    // The job is on one of them.
    expect(registered[0]!.runningTasks + registered[1]!.runningTasks).toBe(1);
    expect(registered[0]!.registeredMemoryMib).toBeGreaterThan(7_000);
    await world.userKills(world.hostOf(instanceId)!);
    const killed = await lookAt(90_000);
    expect(killed.instances.find((each) => each.instanceId === instanceId)).toMatchObject({
      ec2State: "shutting-down",
      containerInstanceArn: "",
    });
  });

  it.each<[string, readonly Fault[], boolean]>([
    ["nothing goes wrong", [], true],
    ["pages are short", [{ kind: "short-pages", size: 3, count: Number.POSITIVE_INFINITY }], true],
    [
      "messages come twice and in reverse",
      [
        { kind: "messages", effect: "duplicate" },
        { kind: "messages", effect: "reverse" },
      ],
      true,
    ],
    [
      "every seventh call of Batch fails",
      [7, 14, 21, 28, 35, 42, 49, 56, 63, 70].map(
        (from) => ({ kind: "server-error", service: "batch", from }) as const,
      ),
      true,
    ],
    [
      "every fifth call of ECS fails",
      [5, 10, 15, 20, 25, 30].map((from) => ({ kind: "throttle", service: "ecs", from }) as const),
      true,
    ],
    ["there is no event queue", [], false],
  ])("tells every end once and as it was: %s", async (_, faults, events) => {
    const test = await start(
      jobsScenario([
        // Longer than a tick: seen without any message.
        ...[40, 70, 35, 90, 55].map((s, i) => `id: job${i}, ${SMALL}, runtime: ${s}s, submit: ${i * 20}s`),
        `id: fails, ${SMALL}, runtime: 45s, attempts: [{ exitCode: 3 }, { exitCode: 3 }, { exitCode: 3 }], retryStrategy: { attempts: 3 }`,
        `id: array, ${SMALL}, arrayProperties: { size: 6 }, runtime: 50s`,
      ]),
    );
    const { world, input, account } = test;
    const { lookAt } = await watch(test, { events });
    for (const pool of ["m6i.large", "c6i.xlarge"]) await world.addForeignInstance(poolOf(input, pool, "on-demand"));
    const told = new Map<string, SeenEnd>();
    let failed = 0;
    for (let tick = 0; tick < 60; tick++) {
      if (tick === 1) for (const fault of faults) world.faults.add(fault);
      const look = await lookAt(tick * TICK_MS);
      // Without its queues a look is whole in all that ends need.
      if (look.problems.some(({ part }) => part !== "queues")) {
        failed++;
        expect(look.ends).toEqual([]);
        continue;
      }
      addEnds(told, look.ends);
      checkJobs(test, look.jobs);
    }
    expect(account.done).toBe(true);
    expect(failed > 0).toBe(faults.some(({ kind }) => kind === "server-error" || kind === "throttle"));
    expectAllEnds(test, told);
  });

  it("hears of jobs that come and go between two looks, by messages", async () => {
    const test = await start(
      jobsScenario([`id: early, ${SMALL}, runtime: 3s`, `id: a, ${SMALL}, runtime: 3s, submit: 121s`]),
    );
    const { lookAt } = await watch(test);
    await test.world.addForeignInstance(poolOf(test.input, "m6i.large", "on-demand"));
    expect((await lookAt(120_000)).jobs).toEqual([]);
    const { jobs, ends, notices } = await lookAt(180_000);
    expect(jobs).toEqual([]);
    expect(ends).toMatchObject([{ jobId: test.world.jobId(1), succeeded: true, createdAtMs: ORIGIN_MS + 121_000 }]);
    expect(notices.at(-1)).toMatchObject({ kind: "job-state", jobId: test.world.jobId(1), detail: "SUCCEEDED" });
  });

  it("does not tell what was over before its first look", async () => {
    const test = await start(
      jobsScenario([
        `id: a, ${SMALL}, runtime: 30s, attempts: [{ exitCode: 1 }, { exitCode: 1 }, { exitCode: 1 }], retryStrategy: { attempts: 3 }`,
      ]),
    );
    const { world, input, account } = test;
    await world.addForeignInstance(poolOf(input, "m6i.large", "on-demand"));
    await world.advance(120_000);
    const before = account.job(0).ended.length;
    expect(before).toBe(1);
    const { lookAt } = await watch(test, { events: false });
    const first = await lookAt(120_000);
    expect(first.ends).toEqual([]);
    expect(first.jobs).toMatchObject([{ endedAttempts: 1 }]);
    const told = new Map<string, SeenEnd>();
    for (let tick = 9; tick < 20; tick++) addEnds(told, (await lookAt(tick * TICK_MS)).ends);
    expect(
      [...told.values()].map(({ endedAttempts, retried, succeeded, exitCode }) => ({
        endedAttempts,
        retried,
        succeeded,
        exitCode,
      })),
    ).toEqual([
      { endedAttempts: 1, retried: true, succeeded: false, exitCode: 1 },
      { endedAttempts: 2, retried: false, succeeded: false, exitCode: 1 },
    ]);
  });

  it("gives notices of our instances alone, once", async () => {
    const test = await start(jobsScenario([`id: a, ${SMALL}, runtime: 600s`]));
    const { world, clients } = test;
    await makeTemplate(clients);
    const { lookAt, notes } = await watch(test);
    const { Instances } = await createFleet(test, { types: ["c6i.xlarge"], count: 1 });
    const instanceId = Instances![0]!.InstanceIds![0]!;
    await lookAt(0);
    const warning = (id: string, event: string) =>
      JSON.stringify({
        id: event,
        source: "aws.ec2",
        "detail-type": "EC2 Spot Instance Interruption Warning",
        time: "2026-01-05T00:00:20Z",
        detail: { "instance-id": id, "instance-action": "terminate" },
      });
    // One event in two messages, one of somebody else's instance, one that is nothing.
    const own = warning(instanceId, "event-1");
    await world.sendMessages([own, own, warning("i-0123456789abcdef0", "event-2"), "hello"]);
    const { notices } = await lookAt(30_000);
    expect(notices.filter(({ kind }) => kind === "interruption")).toMatchObject([
      { instanceId, detail: "terminate", timeMs: ORIGIN_MS + 20_000 },
    ]);
    expect(notes).toEqual([expect.stringMatching(/^message .* is dropped: it is not JSON$/)]);
    await world.sendMessages([own]);
    expect((await lookAt(45_000)).notices.filter(({ kind }) => kind === "interruption")).toEqual([]);
  });

  it("keeps a notice for an instance that EC2 does not show yet", async () => {
    const test = await start(jobsScenario([`id: a, ${SMALL}, runtime: 600s`]));
    const { world, clients } = test;
    await makeTemplate(clients);
    const { lookAt } = await watch(test);
    await lookAt(0);
    world.faults.add({ kind: "hide-new-instances", forMs: 40_000 });
    const { Instances } = await createFleet(test, { types: ["c6i.xlarge"], count: 1 });
    const instanceId = Instances![0]!.InstanceIds![0]!;
    const running = (notices: readonly { instanceId: string; detail: string }[]) =>
      notices.filter((notice) => notice.instanceId === instanceId && notice.detail === "running").length;
    const hidden = await lookAt(30_000); // it runs at 20 s, says a message
    expect(hidden.instances).toEqual([]);
    expect(running(hidden.notices)).toBe(0);
    const shown = await lookAt(45_000);
    expect(shown.instances).toMatchObject([{ instanceId }]);
    expect(running(shown.notices)).toBe(1);
  });

  it("counts its calls", async () => {
    const test = await start(jobsScenario([`id: a, ${SMALL}, runtime: 600s`]));
    const { lookAt, observer } = await watch(test, { events: false });
    await lookAt(0);
    expect(observer.takeCallCounts()).toEqual({
      "Batch.ListJobs": 4,
      "Batch.DescribeJobs": 1,
      "Batch.DescribeJobQueues": 1,
      "Batch.DescribeComputeEnvironments": 1,
      "ECS.ListContainerInstances": 1,
      "EC2.DescribeSubnets": 1,
      "EC2.DescribeInstances": 1,
    });
    await lookAt(15_000);
    // Nothing has changed: nothing is described again.
    expect(observer.takeCallCounts()).toEqual({
      "Batch.ListJobs": 4,
      "ECS.ListContainerInstances": 1,
      "EC2.DescribeInstances": 1,
    });
  });
});

/** Jobs that a look has are the account's active ones; RUNNABLE children are counted, unless they have run. */
function checkJobs(
  { account, world, input }: WorldTest,
  jobs: readonly { jobId: string; status: string; containerInstanceArn: string }[],
) {
  const expected: { jobId: string; status: string; containerInstanceArn: string }[] = [];
  for (let job = 0; job < account.jobCount; job++) {
    const { status, host, ended } = account.job(job);
    if (status !== "RUNNABLE" && status !== "STARTING" && status !== "RUNNING") continue;
    const isChild = (input.workload.arrays.arrayOfJob[job] ?? NONE) !== NONE;
    if (isChild && status === "RUNNABLE" && ended.length === 0) continue;
    const containerInstanceArn = host === NONE ? "" : world.containerInstanceArn(host);
    expected.push({ jobId: world.jobId(job), status, containerInstanceArn });
  }
  const seen = jobs.map(({ jobId, status, containerInstanceArn }) => ({ jobId, status, containerInstanceArn }));
  expect(seen.sort((a, b) => (a.jobId < b.jobId ? -1 : 1))).toEqual(
    expected.sort((a, b) => (a.jobId < b.jobId ? -1 : 1)),
  );
}

function expectAllEnds({ account, world }: WorldTest, told: ReadonlyMap<string, SeenEnd>): void {
  const seen = [...told.values()].map((end) => ({
    jobId: end.jobId,
    attempt: end.endedAttempts,
    where: end.containerInstanceArn,
    startedAtMs: end.startedAtMs,
    stoppedAtMs: end.stoppedAtMs,
    retried: end.retried,
  }));
  const expected = Array.from({ length: account.jobCount }, (_, job) =>
    account.job(job).ended.map(({ host, startedMs, stoppedMs, retried }, attempt) => ({
      jobId: world.jobId(job),
      attempt,
      where: world.containerInstanceArn(host),
      startedAtMs: ORIGIN_MS + startedMs,
      stoppedAtMs: ORIGIN_MS + stoppedMs,
      retried,
    })),
  ).flat();
  const inOrder = (a: { jobId: string; attempt: number }, b: { jobId: string; attempt: number }) =>
    a.jobId < b.jobId ? -1 : a.jobId > b.jobId ? 1 : a.attempt - b.attempt;
  expect(seen.sort(inOrder)).toEqual(expected.sort(inOrder));
}
