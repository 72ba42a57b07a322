// What goes wrong in the World: each fault as a client sees it, and what was done all the same.

import { ListJobsCommand } from "@aws-sdk/client-batch";
import { DescribeInstancesCommand, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import {
  DeregisterContainerInstanceCommand,
  DescribeContainerInstancesCommand,
  ListContainerInstancesCommand,
} from "@aws-sdk/client-ecs";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { describe, expect, it } from "vitest";
import { motoMissing } from "../../support/moto.js";
import { clientsOf, FIRST, jobsScenario, ORIGIN_MS, type WorldTest, worldTests } from "./env.js";
import { createFleet, makeTemplate } from "./launch.js";

const JOB = "id: a, vcpus: 1, memory: 1 GiB, runtime: 10m";

async function stateNames({ clients }: WorldTest): Promise<string[]> {
  const { Reservations } = await clients.ec2.send(new DescribeInstancesCommand({}));
  return Reservations!.flatMap(({ Instances }) => Instances!.map(({ State }) => State!.Name!));
}

async function containerInstances({ world, clients }: WorldTest) {
  const { clusterArn: cluster } = world;
  const { containerInstanceArns } = await clients.ecs.send(new ListContainerInstancesCommand({ cluster }));
  if (containerInstanceArns!.length === 0) return [];
  const command = new DescribeContainerInstancesCommand({ cluster, containerInstances: containerInstanceArns });
  return (await clients.ecs.send(command)).containerInstances!;
}

describe.skipIf(motoMissing() !== null)("faults of the World", () => {
  const start = worldTests();

  it("lose the answer of a fleet: sent again with its token it is the same fleet", async () => {
    const test = await start(jobsScenario([JOB]));
    await makeTemplate(test.clients);
    test.world.faults.add({ kind: "lost-answer", service: "ec2", operation: "CreateFleet" });
    await expect(createFleet(test, { types: ["m6i.large"], count: 2 })).rejects.toThrow();
    expect(test.world.fleetCount).toBe(1);
    const { Instances } = await createFleet(test, { types: ["m6i.large"], count: 2 });
    expect(Instances![0]!.InstanceIds).toHaveLength(2);
    expect([test.world.fleetCount, test.account.hostCount]).toEqual([1, 2]);
  });

  it("reset a connection before anything is done; a client that tries again is served", async () => {
    const test = await start(jobsScenario([JOB]));
    await makeTemplate(test.clients);
    test.world.faults.add({ kind: "reset-before", operation: "CreateFleet" });
    test.world.faults.add({ kind: "throttle", operation: "CreateFleet", from: 2 });
    const patient = { ...test, clients: clientsOf(test.world.url, 4) };
    const { Instances } = await createFleet(patient, { types: ["m6i.large"], count: 1 });
    expect(Instances![0]!.InstanceIds).toHaveLength(1);
    const fleets = test.world.requests.filter(({ operation }) => operation === "CreateFleet");
    expect(fleets.map(({ status }) => status)).toEqual([0, 503, 200]);
    expect(new Set(fleets.map(({ digest }) => digest)).size).toBe(1);
    expect(test.account.hostCount).toBe(1);
  });

  it("never answer, until the client gives up", async () => {
    const { world, clients } = await start(jobsScenario([JOB]));
    world.faults.add({ kind: "hang", service: "batch" });
    const list = new ListJobsCommand({ jobQueue: "main" });
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 100);
    await expect(clients.batch.send(list, { abortSignal: abort.signal })).rejects.toMatchObject({ name: "AbortError" });
    expect((await clients.batch.send(list)).jobSummaryList).toEqual([]);
  });

  it("fail in the words of each service", async () => {
    const { world, clients } = await start(jobsScenario([JOB]));
    const call = {
      batch: () => clients.batch.send(new ListJobsCommand({ jobQueue: "main" })),
      ecs: () => clients.ecs.send(new ListContainerInstancesCommand({ cluster: world.clusterArn })),
      ec2: () => clients.ec2.send(new DescribeInstancesCommand({})),
      sts: () => clients.sts.send(new GetCallerIdentityCommand({})),
    };
    const names: Record<string, string> = {
      batch: "TooManyRequestsException",
      ecs: "ThrottlingException",
      ec2: "RequestLimitExceeded",
      sts: "ThrottlingException",
    };
    for (const service of ["batch", "ecs", "ec2", "sts"] as const) {
      world.faults.add({ kind: "throttle", service });
      await expect(call[service]()).rejects.toMatchObject({ name: names[service] });
      world.faults.add({ kind: "server-error", service });
      await expect(call[service]()).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
      world.faults.add({ kind: "error", service, status: 403, code: "AccessDeniedException", message: "no" });
      await expect(call[service]()).rejects.toMatchObject({ name: "AccessDeniedException", message: "no" });
      await call[service]();
    }
  });

  it("hide new instances for a while, from lists and by id", async () => {
    const test = await start(jobsScenario([JOB]));
    await makeTemplate(test.clients);
    test.world.faults.add({ kind: "hide-new-instances", forMs: 30_000 });
    await createFleet(test, { types: ["m6i.large"], count: 1 });
    const byId = () => test.clients.ec2.send(new DescribeInstancesCommand({ InstanceIds: [test.world.instanceId(0)] }));
    expect(await stateNames(test)).toEqual([]);
    await expect(byId()).rejects.toMatchObject({ name: "InvalidInstanceID.NotFound" });
    await test.world.advance(30_000);
    expect(await stateNames(test)).toEqual(["running"]);
    await byId();
  });

  it("repeat an answer for a while", async () => {
    const { world, clients } = await start(jobsScenario([JOB]));
    world.faults.add({ kind: "stale", operation: "ListJobs", forMs: 10_000, count: Number.POSITIVE_INFINITY });
    const runnable = async () =>
      (await clients.batch.send(new ListJobsCommand({ jobQueue: "main", jobStatus: "RUNNABLE" }))).jobSummaryList!
        .length;
    expect(await runnable()).toBe(0);
    await world.advance(10_000);
    expect(await runnable()).toBe(0);
    await world.advance(10_001);
    expect(await runnable()).toBe(1);
  });

  it("disconnect agents; an instance that goes then leaves its container instance behind", async () => {
    const test = await start(jobsScenario([FIRST]));
    const { world, clients } = test;
    await makeTemplate(clients);
    await createFleet(test, { types: ["m6i.large"], count: 2 });
    world.faults.add({ kind: "agent-disconnected", hosts: [1], fromMs: 70_000, untilMs: 90_000 });
    await world.advance(60_000);
    expect((await containerInstances(test)).map(({ agentConnected }) => agentConnected)).toEqual([true, true]);
    await world.advance(70_000);
    expect((await containerInstances(test)).map(({ agentConnected }) => agentConnected)).toEqual([true, false]);
    const InstanceIds = [world.instanceId(0), world.instanceId(1)];
    await clients.ec2.send(new TerminateInstancesCommand({ InstanceIds }));
    await world.advance(100_000);
    const [ghost, ...others] = await containerInstances(test);
    expect(others).toEqual([]);
    expect(ghost).toMatchObject({ ec2InstanceId: InstanceIds[1], status: "ACTIVE", agentConnected: false });
    const containerInstance = ghost!.containerInstanceArn;
    await clients.ecs.send(
      new DeregisterContainerInstanceCommand({ cluster: world.clusterArn, containerInstance, force: false }),
    );
    expect(await containerInstances(test)).toEqual([]);
  });

  it("have instances that run and never register, and end when they are told", async () => {
    const test = await start(jobsScenario([JOB]));
    await makeTemplate(test.clients);
    test.world.faults.add({ kind: "never-registers", count: 1 });
    const { Instances } = await createFleet(test, { types: ["m6i.large"], count: 2 });
    const [dud, good] = Instances![0]!.InstanceIds!;
    await test.world.advance(600_000);
    expect(await stateNames(test)).toEqual(["running", "running"]);
    expect((await containerInstances(test)).map(({ ec2InstanceId }) => ec2InstanceId)).toEqual([good]);
    expect(test.world.hostOf(dud!)).toBeUndefined();
    await test.clients.ec2.send(new TerminateInstancesCommand({ InstanceIds: [dud!] }));
    expect(await stateNames(test)).toEqual(["shutting-down", "running"]);
  });

  it("hide the tasks of jobs that have just been placed", async () => {
    const test = await start(jobsScenario([JOB]));
    await makeTemplate(test.clients);
    test.world.faults.add({ kind: "hide-new-tasks", forMs: 5_000 });
    await createFleet(test, { types: ["m6i.large"], count: 1 });
    // Placed at 60 s.
    await test.world.advance(60_000);
    expect(test.account.job(0).status).toBe("STARTING");
    expect((await containerInstances(test))[0]!.pendingTasksCount).toBe(0);
    await test.world.advance(65_000);
    expect((await containerInstances(test))[0]!.pendingTasksCount).toBe(1);
  });

  it("take a zone out: naming its instances fails, lists go on", async () => {
    const test = await start(jobsScenario([JOB]));
    await makeTemplate(test.clients);
    await createFleet(test, { types: ["m6i.large"], count: 1, zoneIds: ["use1-az2"] });
    const byId = () => test.clients.ec2.send(new DescribeInstancesCommand({ InstanceIds: [test.world.instanceId(0)] }));
    const back = test.world.faults.add({ kind: "zone-outage", zoneId: "use1-az2" });
    await expect(byId()).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } });
    expect(await stateNames(test)).toEqual(["pending"]);
    back();
    await byId();
  });

  it("take moto away and bring it back", async () => {
    const { world, clients } = await start(jobsScenario([JOB]));
    const back = world.faults.add({ kind: "moto-down" });
    await expect(clients.sts.send(new GetCallerIdentityCommand({}))).rejects.toThrow();
    await clients.batch.send(new ListJobsCommand({ jobQueue: "main" }));
    back();
    expect((await clients.sts.send(new GetCallerIdentityCommand({}))).Account).toBe(world.accountId);
  });

  it("set the clock that clients see", async () => {
    const { world } = await start(jobsScenario([JOB]));
    const date = async () => Date.parse((await fetch(world.url, { method: "POST" })).headers.get("date")!);
    await world.advance(5_000);
    expect(await date()).toBe(ORIGIN_MS + 5_000);
    world.skewMs = 60_000;
    expect(await date()).toBe(ORIGIN_MS + 65_000);
  });

  it("let a test step in between two calls, and keep a log of all of them", async () => {
    const { world, clients } = await start(jobsScenario([JOB]));
    await makeTemplate(clients);
    const list = () => clients.batch.send(new ListJobsCommand({ jobQueue: "main" }));
    world.beforeCall = ({ operation }) => (operation === "ListJobs" ? "reset" : undefined);
    await expect(list()).rejects.toThrow();
    world.beforeCall = undefined;
    await list();
    const host = world.url.slice("http://".length);
    expect(world.requests).toMatchObject([
      {
        index: 0,
        service: "ec2",
        operation: "CreateLaunchTemplate",
        host,
        mutating: true,
        region: "us-east-1",
        status: 200,
      },
      { index: 1, service: "batch", operation: "ListJobs", mutating: false, body: "", status: 0 },
      { index: 2, service: "batch", operation: "ListJobs", mutating: false, status: 200 },
    ]);
    expect(world.requests[0]!.body).toContain("Action=CreateLaunchTemplate");
  });
});
