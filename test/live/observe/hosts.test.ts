// What the observer makes of EC2's and ECS's answers, and of the state of queues and environment.

import { afterEach, describe, expect, it } from "vitest";
import { ec2Error, ec2Reply } from "../aws/loopback.js";
import { deadlineOf } from "../aws/manual-clock.js";
import { CLUSTER, type FakeAccount, type FakeTest, fakeAccount, observe } from "./fake-account.js";

const tests: FakeTest[] = [];
afterEach(async () => {
  for (const test of tests.splice(0)) await test.close();
});

async function start(account: FakeAccount, options: Parameters<typeof observe>[1] = {}) {
  const test = await observe(account, options);
  tests.push(test);
  return { ...test, look: () => test.observer.look(deadlineOf(test.clock, 15_000)) };
}

const arn = (id: string) => `arn:aws:ecs:us-east-1:123456789012:container-instance/AWSBatch-ours/${id}`;

function containerInstance(id: string, ec2InstanceId: string, more: object = {}) {
  return {
    containerInstanceArn: arn(id),
    ec2InstanceId,
    version: 5,
    status: "ACTIVE",
    agentConnected: true,
    registeredAt: 1_767_571_260,
    runningTasksCount: 2,
    pendingTasksCount: 1,
    registeredResources: [
      { name: "CPU", type: "INTEGER", integerValue: 8192 },
      { name: "MEMORY", type: "INTEGER", integerValue: 61_000 },
      { name: "GPU", type: "STRINGSET", stringSetValue: ["gpu-1", "gpu-2"] },
    ],
    attributes: [
      { name: "ecs.instance-type", value: "g5.2xlarge" },
      { name: "ecs.availability-zone", value: "us-east-1b" },
    ],
    ...more,
  };
}

function instanceXml(id: string, more = "", state = "running"): string {
  return (
    `<instanceId>${id}</instanceId><instanceState><code>16</code><name>${state}</name></instanceState>` +
    `<instanceType>g5.2xlarge</instanceType><launchTime>2026-01-05T00:00:00.000Z</launchTime>${more}`
  );
}

const PLACED_IN_B = "<placement><availabilityZone>us-east-1b</availabilityZone></placement>";

describe("instances", () => {
  it("ours: EC2's side with ECS's", async () => {
    const account = fakeAccount();
    account.subnets = [{ id: "subnet-b", zone: "us-east-1b", zoneId: "use1-az4" }];
    account.containerInstances = [containerInstance("1", "i-1")];
    const tags =
      "<tagSet><item><key>stowage:pool</key><value>ours</value></item>" +
      "<item><key>stowage:launch</key><value>token-7</value></item></tagSet>";
    account.instances = [
      instanceXml("i-1", `${tags}<instanceLifecycle>spot</instanceLifecycle><subnetId>subnet-b</subnetId>`),
    ];
    const { look, server } = await start(account);
    expect((await look()).instances).toEqual([
      {
        instanceId: "i-1",
        ours: true,
        launchToken: "token-7",
        instanceType: "g5.2xlarge",
        zoneId: "use1-az4",
        market: "spot",
        ec2State: "running",
        stateReason: "",
        launchTimeMs: Date.UTC(2026, 0, 5),
        containerInstanceArn: arn("1"),
        ecsStatus: "ACTIVE",
        agentConnected: true,
        registeredAtMs: 1_767_571_260_000,
        registeredVcpuMilli: 8000, // 8192 / 1024
        registeredMemoryMib: 61_000,
        registeredGpus: 2,
        runningTasks: 2,
        pendingTasks: 1,
      },
    ]);
    const [asked] = server.calls.filter(({ name }) => name === "EC2.DescribeInstances");
    expect(asked!.input).toMatchObject({
      "Filter.1.Name": "tag:stowage:pool",
      "Filter.1.Value.1": "ours",
      "Filter.2.Name": "instance-state-name",
      MaxResults: "1000",
    });
  });

  it.each<[string, string, string]>([
    ["an id that EC2 gives", "<placement><availabilityZoneId>use1-az9</availabilityZoneId></placement>", "use1-az9"],
    ["the subnet", "<subnetId>subnet-b</subnetId>", "use1-az4"],
    ["the zone's name", `<subnetId>subnet-x</subnetId>${PLACED_IN_B}`, "use1-az4"],
    ["a zone that is none of ours", "<placement><availabilityZone>us-east-1f</availabilityZone></placement>", ""],
  ])("the zone by %s", async (_, xml, zoneId) => {
    const account = fakeAccount();
    account.subnets = [{ id: "subnet-b", zone: "us-east-1b", zoneId: "use1-az4" }];
    account.instances = [instanceXml("i-1", xml)];
    const { look } = await start(account);
    expect((await look()).instances).toMatchObject([{ zoneId, market: "on-demand", ecsStatus: "" }]);
  });

  it.each<[string, string, string, string]>([
    [
      "taken back",
      "terminated",
      "<stateReason><code>Server.SpotInstanceTermination</code></stateReason>",
      "Server.SpotInstanceTermination",
    ],
    [
      "ended by hand",
      "shutting-down",
      "<reason>User initiated (2026-01-05 00:00:00 GMT)</reason>",
      "User initiated (2026-01-05 00:00:00 GMT)",
    ],
  ])("one that was %s", async (_, state, xml, stateReason) => {
    const account = fakeAccount();
    account.instances = [instanceXml("i-1", xml, state)];
    const { look } = await start(account);
    expect((await look()).instances).toMatchObject([{ ec2State: state, stateReason }]);
  });

  it("container instances without an instance of ours are somebody else's", async () => {
    const account = fakeAccount();
    account.subnets = [{ id: "subnet-b", zone: "us-east-1b", zoneId: "use1-az4" }];
    account.containerInstances = [containerInstance("1", "i-9"), containerInstance("2", "", { agentConnected: false })];
    const { look } = await start(account);
    expect((await look()).instances).toMatchObject([
      { instanceId: "i-9", ours: false, ec2State: "missing", instanceType: "g5.2xlarge", zoneId: "use1-az4" },
      { instanceId: "", ours: false, containerInstanceArn: arn("2"), agentConnected: false },
    ]);
  });

  it("an older version than was read before is not believed", async () => {
    const account = fakeAccount();
    account.instances = [instanceXml("i-1")];
    account.containerInstances = [containerInstance("1", "i-1", { version: 7, runningTasksCount: 3 })];
    const { look } = await start(account);
    expect((await look()).instances).toMatchObject([{ runningTasks: 3 }]);
    account.containerInstances = [containerInstance("1", "i-1", { version: 6, runningTasksCount: 0 })];
    expect((await look()).instances).toMatchObject([{ runningTasks: 3 }]);
    account.containerInstances = [containerInstance("1", "i-1", { version: 8, runningTasksCount: 1 })];
    expect((await look()).instances).toMatchObject([{ runningTasks: 1 }]);
  });

  it("an instance that has registered twice is the one whose agent is there", async () => {
    const account = fakeAccount();
    account.instances = [instanceXml("i-1")];
    account.containerInstances = [
      containerInstance("new", "i-1"),
      containerInstance("old", "i-1", { agentConnected: false, registeredAt: 1_767_571_999 }),
    ];
    const { look } = await start(account);
    const { instances, warnings } = await look();
    expect(instances).toMatchObject([{ containerInstanceArn: arn("new"), agentConnected: true }]);
    expect(warnings).toEqual(["i-1 is registered in the cluster twice"]);
  });

  it("hundreds are described by hundreds", async () => {
    const account = fakeAccount();
    account.containerInstances = Array.from({ length: 250 }, (_, i) => containerInstance(`c-${i}`, `i-${i}`));
    const { look, server } = await start(account);
    expect((await look()).instances).toHaveLength(250);
    expect(server.count("ECS.ListContainerInstances")).toBe(3);
    expect(server.count("ECS.DescribeContainerInstances")).toBe(3);
  });

  it("pages of EC2 are read to the end; one that fails leaves nothing", async () => {
    const account = fakeAccount();
    account.containerInstances = [containerInstance("1", "i-1")];
    const page = (id: string, next: string) =>
      ec2Reply(
        "DescribeInstances",
        `<reservationSet><item><instancesSet><item>${instanceXml(id)}</item></instancesSet></item></reservationSet>${next}`,
      );
    account.instead.set("EC2.DescribeInstances", ({ input }) =>
      input.NextToken === undefined ? page("i-1", "<nextToken>two</nextToken>") : page("i-2", ""),
    );
    const { look } = await start(account);
    expect((await look()).instances.map(({ instanceId }) => instanceId)).toEqual(["i-1", "i-2"]);
    account.instead.set("EC2.DescribeInstances", ({ input }) =>
      input.NextToken === undefined ? page("i-1", "<nextToken>two</nextToken>") : ec2Error("RequestLimitExceeded", 503),
    );
    expect(await look()).toMatchObject({
      instances: [],
      problems: [{ part: "instances", code: "RequestLimitExceeded" }],
    });
  });
});

describe("queues and environment", () => {
  it("are looked at every so many looks; what is not as it should be is said in each", async () => {
    const account = fakeAccount();
    account.queueState = { state: "DISABLED", status: "VALID", statusReason: "" };
    const { look, server } = await start(account, { queueLooks: 3 });
    for (let i = 0; i < 4; i++) {
      const { warnings, problems, environmentClosed } = await look();
      expect(environmentClosed).toBeUndefined();
      expect(warnings).toEqual(["job queue main is DISABLED, VALID"]);
      expect(problems).toEqual([]);
    }
    expect(server.count("Batch.DescribeJobQueues")).toBe(2);
  });

  it("an environment that takes no jobs is said in words, and looked at until it does", async () => {
    const account = fakeAccount();
    const { environment } = account;
    account.environment = { ...environment, status: "INVALID", statusReason: "the role is gone" };
    const { look } = await start(account, { queueLooks: 3 });
    const why = "compute environment ours is ENABLED, INVALID: the role is gone";
    for (let i = 0; i < 2; i++) {
      expect(await look()).toMatchObject({ environmentClosed: why, warnings: [why], problems: [] });
    }
    account.environment = environment;
    const { environmentClosed, warnings } = await look();
    expect({ environmentClosed, warnings }).toEqual({ environmentClosed: undefined, warnings: [] });
  });

  it("one that is gone, or another cluster, is a problem until it is over", async () => {
    const account = fakeAccount();
    account.environment = { ...account.environment, ecsClusterArn: `${CLUSTER}-2` };
    const { look } = await start(account, { queues: ["main", "gone"] });
    const { problems } = await look();
    expect(problems.map(({ part, code }) => `${part} ${code}`)).toEqual([
      "queues queue-missing",
      "queues cluster-changed",
    ]);
    account.queues.gone = [];
    account.environment = { ...account.environment, ecsClusterArn: CLUSTER };
    expect((await look()).problems).toEqual([]);
  });
});

describe("clocks", () => {
  it("that differ by more than five seconds are a warning", async () => {
    const account = fakeAccount();
    const { look, clock } = await start(account, {});
    expect((await look()).warnings).toEqual([]);
    // AWS keeps its time; this machine's goes back by a minute.
    const { originMs } = clock;
    account.instead.set("Batch.ListJobs", () => ({
      body: { jobSummaryList: [] },
      headers: { date: new Date(originMs).toUTCString() },
    }));
    clock.wallMs = () => originMs - 60_000;
    expect((await look()).warnings).toEqual([expect.stringMatching(/^this machine's clock is 6[01] s behind AWS's$/)]);
  });
});
