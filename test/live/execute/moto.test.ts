// The executor before moto, where moto is faithful: launch templates, tags, ECS's states, its refusal to deregister an instance
// with tasks, TerminateInstances. moto is somebody else's idea of AWS: our own fake could share our mistakes.

import {
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSubnetsCommand,
} from "@aws-sdk/client-ec2";
import {
  CreateClusterCommand,
  DescribeContainerInstancesCommand,
  RegisterContainerInstanceCommand,
  RegisterTaskDefinitionCommand,
  StartTaskCommand,
} from "@aws-sdk/client-ecs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makeExecutor } from "../../../src/live/execute/executor.js";
import { uninstall } from "../../../src/live/execute/uninstall.js";
import type { LiveSettings } from "../../../src/model/live-settings.js";
import { type Moto, motoMissing, startMoto } from "../../support/moto.js";
import { clientsOf, lazily } from "./fake-aws.js";
import {
  advance,
  deadline,
  MemoryJournal,
  MemoryLease,
  SETTINGS,
  StandingClock,
  seenMap,
  seenOf,
  TABLES,
} from "./fixture.js";

const missing = motoMissing();
const CLUSTER_NAME = "AWSBatch-night";

describe.skipIf(missing !== null)("with moto", () => {
  let moto: Moto;
  let clients: ReturnType<typeof clientsOf>;
  let settings: LiveSettings;
  let clusterArn: string;

  beforeAll(async () => {
    moto = await startMoto();
    clients = clientsOf(moto.url);
  });
  afterAll(() => moto.stop());

  beforeEach(async () => {
    await moto.reset();
    const { Subnets } = await clients.ec2.send(new DescribeSubnetsCommand({}));
    const [a, b] = Subnets!.map(({ SubnetId }) => SubnetId!);
    const parameter = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id";
    const launch: LiveSettings["launch"] = {
      ...SETTINGS.launch,
      subnets: [
        { subnetId: a!, zoneId: "euw1-az1" },
        { subnetId: b!, zoneId: "euw1-az2" },
      ],
      ami: { kind: "ssm", parameter },
      deadManMs: 1_200_000,
    };
    settings = { ...SETTINGS, launch };
    const made = await clients.ecs.send(new CreateClusterCommand({ clusterName: CLUSTER_NAME }));
    clusterArn = made.cluster!.clusterArn!;
  });

  async function world() {
    const clock = new StandingClock();
    const lease = new MemoryLease();
    const journal = new MemoryJournal();
    const parts = { clients: lazily(clients), settings, clusterArn, tables: TABLES, lease, journal, clock };
    return { clock, lease, journal, executor: await makeExecutor(parts) };
  }

  async function register(instanceId: string): Promise<string> {
    const { containerInstance } = await clients.ecs.send(
      new RegisterContainerInstanceCommand({
        cluster: CLUSTER_NAME,
        instanceIdentityDocument: JSON.stringify({ instanceId }),
      }),
    );
    return containerInstance!.containerInstanceArn!;
  }

  async function startTask(arn: string): Promise<void> {
    await clients.ecs.send(
      new RegisterTaskDefinitionCommand({
        family: "job",
        containerDefinitions: [{ name: "job", image: "busybox", memory: 100, cpu: 100 }],
      }),
    );
    const command = new StartTaskCommand({ cluster: CLUSTER_NAME, taskDefinition: "job", containerInstances: [arn] });
    await clients.ecs.send(command);
  }

  async function instance(id: string) {
    const { Reservations } = await clients.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
    return Reservations![0]!.Instances![0]!;
  }

  async function statusOf(arn: string) {
    const command = new DescribeContainerInstancesCommand({ cluster: CLUSTER_NAME, containerInstances: [arn] });
    return (await clients.ecs.send(command)).containerInstances![0]?.status;
  }

  /** Launches two instances of pool 0 and registers them. */
  async function launched() {
    const made = await world();
    const command = { kind: "launch", instances: [0, 1], pools: [0, 1], token: "token-1" } as const;
    const [outcome] = await made.executor.execute([command], deadline());
    if (outcome?.kind !== "launched") throw new Error(JSON.stringify(outcome));
    const ids = outcome.answers.map((answer) => (answer.granted ? answer.instanceId : ""));
    const arns = [await register(ids[0]!), await register(ids[1]!)];
    const look = seenMap(
      ...ids.map((instanceId, i) => seenOf({ instanceId, containerInstanceArn: arns[i]!, launchToken: "token-1" })),
    );
    const ends = ids.map((instanceId, i) => ({
      kind: "end" as const,
      instance: i,
      instanceId,
      containerInstanceArn: arns[i]!,
      reason: "idle",
    }));
    return { ...made, outcome, ids, arns, look, ends };
  }

  it("launches by a template of the settings, with the tags of the launch and of the settings", async () => {
    const { outcome, ids, lease, executor, look } = await launched();
    expect(outcome.answers).toMatchObject([
      { instance: 0, granted: true, pool: 0 },
      { instance: 1, granted: true, pool: 0 },
    ]);
    const found = await instance(ids[0]!);
    const tags = Object.fromEntries(found.Tags!.map(({ Key, Value }) => [Key, Value]));
    expect(tags).toMatchObject({
      "stowage:pool": "night",
      "stowage:epoch": "7",
      "stowage:launch": "token-1",
      team: "night shift",
    });
    expect(found).toMatchObject({ InstanceType: "m6i.large", SubnetId: settings.launch.subnets[0]!.subnetId });
    await advance(executor, look, new Set(), true, deadline());
    await executor.settle(deadline());
    expect(lease.pending).toEqual([]);
  });

  it("keeps the template's content as it was given", async () => {
    const { journal } = await launched();
    const created = journal.lines.find(({ call }) => call === "EC2.CreateLaunchTemplate")!;
    const { LaunchTemplateName } = created.input as { LaunchTemplateName: string };
    const command = new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName, Versions: ["1"] });
    const { LaunchTemplateVersions } = await clients.ec2.send(command);
    const data = LaunchTemplateVersions![0]!.LaunchTemplateData!;
    expect(data).toMatchObject({
      ImageId: expect.stringMatching(/^ami-[0-9a-f]{17}$/),
      InstanceInitiatedShutdownBehavior: "terminate",
      MetadataOptions: { HttpTokens: "required" },
      IamInstanceProfile: { Name: "ecsInstanceRole" },
    });
    expect(data.BlockDeviceMappings![0]!.Ebs).toMatchObject({ VolumeType: "gp3", VolumeSize: 30 });
    expect(Buffer.from(data.UserData!, "base64").toString()).toContain(`ECS_CLUSTER=${CLUSTER_NAME}\n`);
  });

  it("finds the template of another process, and launches by it", async () => {
    await launched();
    const next = await world();
    const command = { kind: "launch", instances: [9], pools: [0], token: "token-2" } as const;
    expect(await next.executor.execute([command], deadline())).toMatchObject([{ kind: "launched" }]);
    expect(next.journal.lines.find(({ code }) => code !== undefined)).toMatchObject({
      call: "EC2.CreateLaunchTemplate",
      code: "InvalidLaunchTemplateName.AlreadyExistsException",
    });
  });

  it("makes a template again that somebody has deleted", async () => {
    const { executor, clock, journal } = await launched();
    const parts = {
      clients: lazily(clients),
      settings,
      clusterArn,
      clock,
      journal,
      busy: async () => new Set<string>(),
    };
    const { deletedTemplates } = await uninstall(parts);
    expect(deletedTemplates).toHaveLength(1);
    const command = { kind: "launch", instances: [9], pools: [0], token: "token-2" } as const;
    expect(await executor.execute([command], deadline())).toMatchObject([{ kind: "launched" }]);
  });

  it("ends what is idle, and keeps that on which a task has started", async () => {
    const { executor, clock, ids, arns, look, ends } = await launched();
    await executor.execute(ends, deadline());
    expect([await statusOf(arns[0]!), await statusOf(arns[1]!)]).toEqual(["DRAINING", "DRAINING"]);
    await startTask(arns[1]!); // moto's StartTask does not look at DRAINING, as Batch's may not
    clock.nowMs += 15_000;
    const outcomes = await advance(executor, look, new Set(), true, deadline());
    expect([...outcomes].sort((one, other) => (one.kind < other.kind ? -1 : 1))).toMatchObject([
      { kind: "kept", instance: 1 },
      { kind: "terminated", instance: 0 },
    ]);
    expect(await statusOf(arns[1]!)).toBe("ACTIVE");
    expect((await instance(ids[0]!)).State!.Name).toBe("terminated");
    expect((await instance(ids[1]!)).State!.Name).toBe("running");
  });

  it("is refused when a task starts after the last look at it", async () => {
    const { executor, clock, arns, look, ends, journal } = await launched();
    await executor.execute(ends.slice(0, 1), deadline());
    clock.nowMs += 15_000;
    // Between ListTasks and DeregisterContainerInstance: the journal is flushed before the call is sent.
    const flush = journal.flush.bind(journal);
    journal.flush = async () => {
      await flush();
      if (journal.lines.at(-1)!.call === "ECS.DeregisterContainerInstance") await startTask(arns[0]!);
    };
    const outcomes = await advance(executor, look, new Set(), true, deadline());
    expect(outcomes).toEqual([
      { kind: "kept", instance: 0, why: expect.stringContaining("Found running tasks on the instance") },
    ]);
    expect(await statusOf(arns[0]!)).toBe("ACTIVE");
  });

  it("ends an instance that never registered, and nothing without our tag", async () => {
    const { executor } = await world();
    const command = { kind: "launch", instances: [0], pools: [3], token: "token-1" } as const;
    const [outcome] = await executor.execute([command], deadline());
    const answer = outcome?.kind === "launched" ? outcome.answers[0]! : undefined;
    const instanceId = answer?.granted ? answer.instanceId : "";
    const end = { kind: "end", instance: 0, instanceId, containerInstanceArn: "", reason: "never-registered" } as const;
    const other = await makeExecutor({
      clients: lazily(clients),
      settings: { ...settings, identity: { ...settings.identity, pool: "another" } },
      clusterArn,
      tables: TABLES,
      lease: new MemoryLease(),
      journal: new MemoryJournal(),
      clock: new StandingClock(),
    });
    expect(await other.execute([end], deadline())).toMatchObject([{ kind: "kept", why: "it does not carry our tag" }]);
    expect((await instance(instanceId)).State!.Name).toBe("running");
    expect(await executor.execute([end], deadline())).toEqual([{ kind: "terminated", instance: 0 }]);
    expect((await instance(instanceId)).State!.Name).toBe("terminated");
  });

  it("is uninstalled: nothing with the pool's tag is left", async () => {
    const { clock, journal, ids } = await launched();
    const report = await uninstall({
      clients: lazily(clients),
      settings,
      clusterArn,
      clock,
      journal,
      busy: async () => new Set(),
    });
    expect([...report.terminated].sort()).toEqual([...ids].sort());
    expect(report).toMatchObject({ busy: [], leftovers: [], problems: [] });
    expect(report.deletedTemplates).toHaveLength(1);
  });

  it("tells an AMI that is not there", async () => {
    const launch = { ...settings.launch, ami: { kind: "ssm", parameter: "/no/such" } as const };
    settings = { ...settings, launch };
    await expect(world()).rejects.toThrow(/\/no\/such \(ParameterNotFound/);
  });
});
