// ECS as the World speaks it, through the real client: container instances, tasks, draining and deregistering.

import {
  DeregisterContainerInstanceCommand,
  DescribeClustersCommand,
  DescribeContainerInstancesCommand,
  DescribeTasksCommand,
  ListContainerInstancesCommand,
  ListTasksCommand,
  UpdateContainerInstancesStateCommand,
} from "@aws-sdk/client-ecs";
import { describe, expect, it } from "vitest";
import { motoMissing } from "../../support/moto.js";
import { jobsScenario, ORIGIN_MS, poolOf, type WorldTest, worldTests } from "./env.js";
import { createFleet, makeTemplate } from "./launch.js";

const JOB = "id: a, vcpus: 1, memory: 1 GiB, runtime: 5m";

async function list({ world, clients }: WorldTest) {
  const command = new ListContainerInstancesCommand({ cluster: world.clusterArn });
  return (await clients.ecs.send(command)).containerInstanceArns!;
}

async function describeOne({ world, clients }: WorldTest, host: number) {
  const containerInstances = [world.containerInstanceArn(host)];
  const command = new DescribeContainerInstancesCommand({
    cluster: world.clusterArn,
    containerInstances,
    include: ["TAGS"],
  });
  return (await clients.ecs.send(command)).containerInstances![0]!;
}

function setState({ world, clients }: WorldTest, host: number, status: "ACTIVE" | "DRAINING") {
  const containerInstances = [world.containerInstanceArn(host)];
  return clients.ecs.send(
    new UpdateContainerInstancesStateCommand({ cluster: world.clusterArn, containerInstances, status }),
  );
}

function deregister({ world, clients }: WorldTest, host: number) {
  const containerInstance = world.containerInstanceArn(host);
  return clients.ecs.send(
    new DeregisterContainerInstanceCommand({ cluster: world.clusterArn, containerInstance, force: false }),
  );
}

/** An instance with one job that is STARTING on it, at 60 s. */
async function busyInstance(test: WorldTest): Promise<number> {
  await makeTemplate(test.clients);
  await createFleet(test, { types: ["m6i.large"], count: 1 });
  await test.world.advance(59_999);
  expect(await list(test)).toEqual([]);
  await test.world.advance(60_000);
  return 0;
}

describe.skipIf(motoMissing() !== null)("ECS in the World", () => {
  const start = worldTests();

  it("shows an instance once its agent has registered, with what its type has and what jobs leave of it", async () => {
    const test = await start(jobsScenario([JOB]));
    const host = await busyInstance(test);
    expect(await list(test)).toEqual([test.world.containerInstanceArn(host)]);
    const seen = await describeOne(test, host);
    const type = test.input.tables.instanceTypes[test.input.tables.pools[test.account.host(host).pool]!.instanceType]!;
    expect(seen).toMatchObject({
      ec2InstanceId: test.world.instanceId(host),
      status: "ACTIVE",
      agentConnected: true,
      runningTasksCount: 0,
      pendingTasksCount: 1,
      registeredAt: new Date(ORIGIN_MS + 60_000),
    });
    const amount = (list: typeof seen.registeredResources, name: string) =>
      list!.find((each) => each.name === name)!.integerValue;
    expect(amount(seen.registeredResources, "CPU")).toBe(2048);
    expect(amount(seen.remainingResources, "CPU")).toBe(1024);
    expect(amount(seen.registeredResources, "MEMORY")).toBe(type.memoryMib);
    expect(amount(seen.remainingResources, "MEMORY")).toBe(type.memoryMib - 1024);
    expect(seen.attributes).toContainEqual({ name: "ecs.instance-type", value: "m6i.large" });
    expect(seen.tags).toContainEqual({ key: "stowage:pool", value: "ours" });
    await test.world.advance(70_000);
    const later = await describeOne(test, host);
    expect([later.runningTasksCount, later.pendingTasksCount]).toEqual([1, 0]);
    expect(later.version).toBeGreaterThan(seen.version!);
    expect((await describeOne(test, host)).version).toBe(later.version);
  });

  it("lists and describes the tasks of jobs", async () => {
    const test = await start(jobsScenario([JOB]));
    const host = await busyInstance(test);
    const { world, clients } = test;
    const cluster = world.clusterArn;
    const containerInstance = world.containerInstanceArn(host);
    const { taskArns } = await clients.ecs.send(new ListTasksCommand({ cluster, containerInstance }));
    expect(taskArns).toHaveLength(1);
    const command = new DescribeTasksCommand({ cluster, tasks: [taskArns![0]!, "d".repeat(32)] });
    const { tasks, failures } = await clients.ecs.send(command);
    expect(tasks).toMatchObject([
      { lastStatus: "PENDING", desiredStatus: "RUNNING", containerInstanceArn: containerInstance },
    ]);
    expect(failures).toMatchObject([{ reason: "MISSING" }]);
    // It runs from 70 s to 370 s.
    await world.advance(370_000);
    expect((await clients.ecs.send(new ListTasksCommand({ cluster, containerInstance }))).taskArns).toEqual([]);
    const stopped = await clients.ecs.send(
      new ListTasksCommand({ cluster, containerInstance, desiredStatus: "STOPPED" }),
    );
    expect(stopped.taskArns).toEqual(taskArns);
    expect((await clients.ecs.send(command)).tasks).toMatchObject([{ lastStatus: "STOPPED" }]);
  });

  it("drains: what runs goes on, nothing new comes, and back", async () => {
    const test = await start(jobsScenario([JOB, "id: b, submit: 80s, vcpus: 1, memory: 1 GiB, runtime: 5m"]));
    const host = await busyInstance(test);
    await setState(test, host, "DRAINING");
    await test.world.advance(120_000);
    expect(test.account.job(0).status).toBe("RUNNING");
    expect(test.account.job(1).status).toBe("RUNNABLE");
    expect((await describeOne(test, host)).status).toBe("DRAINING");
    const { containerInstances } = await setState(test, host, "ACTIVE");
    expect(containerInstances).toMatchObject([{ status: "ACTIVE" }]);
    await test.world.advance(125_000);
    expect(test.account.job(1).status).not.toBe("RUNNABLE");
  });

  it("deregisters an empty instance alone, and what is deregistered takes no job", async () => {
    const test = await start(jobsScenario([JOB, "id: b, submit: 400s, vcpus: 1, memory: 1 GiB, runtime: 5m"]));
    const host = await busyInstance(test);
    await expect(deregister(test, host)).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: "Found running tasks on the instance.",
    });
    expect((await describeOne(test, host)).status).toBe("ACTIVE");
    await test.world.advance(370_000);
    expect((await deregister(test, host)).containerInstance!.status).toBe("INACTIVE");
    expect(await list(test)).toEqual([]);
    await test.world.advance(450_000);
    expect(test.account.job(1).status).toBe("RUNNABLE");
  });

  it("takes at most ten ids to drain, and knows its cluster", async () => {
    const test = await start(jobsScenario([JOB]));
    const containerInstances = Array.from({ length: 11 }, (_, host) => test.world.containerInstanceArn(host));
    const { clusterArn: cluster } = test.world;
    const tooMany = new UpdateContainerInstancesStateCommand({ cluster, containerInstances, status: "DRAINING" });
    await expect(test.clients.ecs.send(tooMany)).rejects.toMatchObject({ name: "InvalidParameterException" });
    const { failures } = await test.clients.ecs.send(
      new DescribeContainerInstancesCommand({ cluster, containerInstances: containerInstances.slice(0, 1) }),
    );
    expect(failures).toMatchObject([{ reason: "MISSING" }]);
    const other = new ListContainerInstancesCommand({ cluster: "other" });
    await expect(test.clients.ecs.send(other)).rejects.toMatchObject({ name: "ClusterNotFoundException" });
    const { clusters } = await test.clients.ecs.send(new DescribeClustersCommand({ clusters: [cluster] }));
    expect(clusters).toMatchObject([{ clusterArn: cluster, status: "ACTIVE" }]);
  });

  it("shows foreign instances beside ours", async () => {
    const test = await start(jobsScenario([JOB]));
    const host = await test.world.addForeignInstance(poolOf(test.input, "c6i.xlarge", "on-demand"));
    await test.world.advance(60_000);
    expect(await list(test)).toEqual([test.world.containerInstanceArn(host)]);
    expect((await describeOne(test, host)).tags).toEqual([{ key: "Name", value: "foreign" }]);
    await test.world.userKills(host);
    expect(await list(test)).toEqual([]);
    expect((await describeOne(test, host)).status).toBe("INACTIVE");
  });
});
