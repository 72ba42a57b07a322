import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { makeAwsClients } from "../../../src/live/aws/clients.js";
import type { LaunchCommand } from "../../../src/live/command.js";
import { launchToken, shapeHash } from "../../../src/live/execute/launch-request.js";
import { RefusalReason } from "../../../src/model/market.js";
import { advance, deadline, SETTINGS, seenMap, seenOf, start, TABLES } from "./fixture.js";

const launch = (token: string, instances: readonly number[], pools: readonly number[] = [0, 1, 2]): LaunchCommand => ({
  kind: "launch",
  instances,
  pools,
  token,
});

describe("tokens", () => {
  const input = { pool: "night", epoch: 7, planSeq: 3, shapeHash: shapeHash([0, 1], 2), attempt: 1 };

  it("are 52 characters of base32, the same for the same launch", () => {
    expect(launchToken(input)).toMatch(/^[a-z2-7]{52}$/);
    expect(launchToken(input)).toBe(launchToken({ ...input }));
  });

  it("differ with every part", () => {
    const others = [
      { ...input, pool: "day" },
      { ...input, epoch: 8 },
      { ...input, planSeq: 4 },
      { ...input, shapeHash: shapeHash([1, 0], 2) },
      { ...input, shapeHash: shapeHash([0, 1], 3) },
      { ...input, attempt: 2 },
    ];
    expect(new Set([input, ...others].map(launchToken)).size).toBe(7);
  });

  it("are SHA-256 in RFC 4648's alphabet", () => {
    // Node has no base32: the digits are read back, five bits each, and compared with the digest's 256 bits.
    const token = launchToken(input);
    const bits = [...token].map((each) =>
      "abcdefghijklmnopqrstuvwxyz234567".indexOf(each).toString(2).padStart(5, "0"),
    );
    expect(bits.join("").slice(256)).toBe("0000"); // 52 x 5 = 260
    expect(new Set(token).size).toBeGreaterThan(10);
  });
});

describe("a launch on the wire", () => {
  it("asks for an instant fleet of the pools in order, tagged, under its token", async () => {
    const { aws, executor } = await start();
    await executor.execute([launch("token-1", [10, 11])], deadline());
    expect(aws.sent("CreateFleet")).toHaveLength(1);
    const { params } = aws.sent("CreateFleet")[0]!;
    const [template] = aws.templates.keys();
    expect(params).toMatchObject({
      Type: "instant",
      ClientToken: "token-1",
      "LaunchTemplateConfigs.1.LaunchTemplateSpecification.LaunchTemplateName": template,
      "LaunchTemplateConfigs.1.LaunchTemplateSpecification.Version": "1",
      "LaunchTemplateConfigs.1.Overrides.1.InstanceType": "m6i.large",
      "LaunchTemplateConfigs.1.Overrides.1.SubnetId": "subnet-a",
      "LaunchTemplateConfigs.1.Overrides.1.Priority": "0",
      "LaunchTemplateConfigs.1.Overrides.2.SubnetId": "subnet-b",
      "LaunchTemplateConfigs.1.Overrides.2.Priority": "1",
      "LaunchTemplateConfigs.1.Overrides.3.InstanceType": "c6i.large",
      "LaunchTemplateConfigs.1.Overrides.3.Priority": "2",
      "TargetCapacitySpecification.TotalTargetCapacity": "2",
      "TargetCapacitySpecification.DefaultTargetCapacityType": "spot",
      "SpotOptions.AllocationStrategy": "capacity-optimized-prioritized",
      "TagSpecification.1.ResourceType": "fleet",
      "TagSpecification.2.ResourceType": "instance",
    });
    expect(params).not.toHaveProperty("OnDemandOptions.AllocationStrategy");
    const tags = { "stowage:pool": "night", "stowage:epoch": "7", "stowage:launch": "token-1" };
    expect([...aws.instances.values()].map((each) => each.tags)).toEqual([tags, tags]);
  });

  it("of on-demand pools is prioritized, and leaves out pools whose zone has no subnet", async () => {
    const { aws, executor } = await start();
    await executor.execute([launch("token-1", [1], [3]), launch("token-2", [2], [4, 0])], deadline());
    const [first, second] = aws.sent("CreateFleet").map(({ params }) => params);
    expect(first).toMatchObject({
      "OnDemandOptions.AllocationStrategy": "prioritized",
      "TargetCapacitySpecification.DefaultTargetCapacityType": "on-demand",
    });
    expect(first).not.toHaveProperty("SpotOptions.AllocationStrategy");
    expect(second).toHaveProperty("LaunchTemplateConfigs.1.Overrides.1.SubnetId", "subnet-a");
    expect(second).not.toHaveProperty("LaunchTemplateConfigs.1.Overrides.2.SubnetId");
  });

  it("takes the first 60 instance types", async () => {
    const instanceTypes = Array.from({ length: 70 }, (_, i) => ({ ...TABLES.instanceTypes[0]!, name: `m${i}.large` }));
    const pools = instanceTypes.flatMap((_, i) => [
      { ...TABLES.pools[0]!, instanceType: i },
      { ...TABLES.pools[1]!, instanceType: i },
    ]);
    const { aws, executor } = await start({ tables: { instanceTypes, pools } });
    await executor.execute([launch("token-1", [1], [...pools.keys()])], deadline());
    const types = Object.entries(aws.sent("CreateFleet")[0]!.params).filter(([key]) => key.endsWith("InstanceType"));
    expect(types).toHaveLength(120); // 60 types x 2 zones
    expect(types.at(-1)![1]).toBe("m59.large");
  });

  it("of no pool with a subnet is not sent", async () => {
    const { aws, lease, executor } = await start();
    const [outcome] = await executor.execute([launch("token-1", [1], [4])], deadline());
    expect(outcome).toMatchObject({ kind: "failed", code: "no-subnet" });
    expect(aws.requests).toEqual([]);
    expect(lease.log).toEqual([]);
  });
});

describe("an answer", () => {
  it("gives the engine's numbers to instances in its order, each in the pool it came from", async () => {
    const { aws, executor } = await start();
    aws.capacity.set("m6i.large subnet-a", 1).set("m6i.large subnet-b", 1);
    const [outcome] = await executor.execute([launch("token-1", [10, 11, 12])], deadline());
    const ids = [...aws.instances.keys()];
    expect(outcome).toEqual({
      kind: "launched",
      answers: [
        { instance: 10, granted: true, instanceId: ids[0], pool: 0 },
        { instance: 11, granted: true, instanceId: ids[1], pool: 1 },
        { instance: 12, granted: true, instanceId: ids[2], pool: 2 },
      ],
      refusals: [],
    });
  });

  it("that is partial refuses the rest, pool by pool", async () => {
    const { aws, executor } = await start();
    aws.capacity.set("m6i.large subnet-a", 1).set("m6i.large subnet-b", 0).set("c6i.large subnet-a", 0);
    aws.refusals = [
      { code: "InsufficientInstanceCapacity", type: "m6i.large", subnetId: "subnet-b" },
      { code: "MaxSpotInstanceCountExceeded", type: "c6i.large", subnetId: "subnet-a" },
      { code: "InsufficientInstanceCapacity", type: "m6i.large", subnetId: "subnet-b" },
    ];
    const [outcome] = await executor.execute([launch("token-1", [10, 11])], deadline());
    expect(outcome).toMatchObject({
      answers: [
        { instance: 10, granted: true, pool: 0 },
        { instance: 11, granted: false },
      ],
      refusals: [
        { pool: 1, reason: RefusalReason.Capacity, code: "InsufficientInstanceCapacity" },
        { pool: 2, reason: RefusalReason.Quota, code: "MaxSpotInstanceCountExceeded" },
      ],
    });
  });

  const none = (aws: Awaited<ReturnType<typeof start>>["aws"]) =>
    aws.capacity.set("m6i.large subnet-a", 0).set("m6i.large subnet-b", 0).set("c6i.large subnet-a", 0);

  it.each([
    // A full subnet has room for no type and no market: pools 0, 2 and 3 are in zone 1.
    ["InsufficientFreeAddressesInSubnet", [0, 2, 3], RefusalReason.Capacity],
    // Without the service-linked role no spot pool of the account can launch: 4 too.
    ["AuthFailure.ServiceLinkedRoleCreationNotPermitted", [0, 1, 2, 4], RefusalReason.Capacity],
    ["SpotMaxPriceTooLow", [0], RefusalReason.Price],
    ["SomethingThatNobodyKnows", [0], RefusalReason.Capacity],
  ])("with %s refuses pools %j", async (code, pools, reason) => {
    const { aws, executor } = await start();
    none(aws);
    aws.refusals = [{ code, type: "m6i.large", subnetId: "subnet-a" }];
    const [outcome] = await executor.execute([launch("token-1", [10])], deadline());
    expect(outcome).toMatchObject({ kind: "launched", answers: [{ granted: false }] });
    expect(outcome).toHaveProperty(
      "refusals",
      pools.map((pool) => ({ pool, reason, code, message: `${code} it is` })),
    );
  });

  it("with errors of the settings alone fails", async () => {
    const { aws, lease, executor } = await start();
    none(aws);
    aws.refusals = [{ code: "InvalidParameterValue" }, { code: "UnauthorizedOperation" }];
    const command = launch("token-1", [10]);
    const [outcome] = await executor.execute([command], deadline());
    expect(outcome).toMatchObject({ kind: "failed", command, code: "InvalidParameterValue" });
    await executor.settle(deadline());
    expect(lease.pending).toEqual([]);
  });

  it("without instances and errors refuses all pools", async () => {
    const { aws, executor } = await start();
    none(aws);
    const [outcome] = await executor.execute([launch("token-1", [10])], deadline());
    expect(outcome).toMatchObject({ refusals: [{ pool: 0 }, { pool: 1 }, { pool: 2 }] });
  });
});

describe("a call that is refused as a whole", () => {
  it("for too many requests leaves all pools alone for a moment", async () => {
    const { aws, lease, executor } = await start();
    const throttle = { kind: "error", code: "RequestLimitExceeded", status: 503 } as const;
    aws.fail("CreateFleet", throttle, throttle, throttle);
    const [outcome] = await executor.execute([launch("token-1", [10, 11], [0, 1])], deadline());
    expect(outcome).toMatchObject({
      kind: "launched",
      answers: [
        { instance: 10, granted: false },
        { instance: 11, granted: false },
      ],
      refusals: [
        { pool: 0, reason: RefusalReason.Throttled },
        { pool: 1, reason: RefusalReason.Throttled },
      ],
    });
    expect(aws.sent("CreateFleet")).toHaveLength(3); // the SDK's own tries, under one token
    expect(new Set(aws.sent("CreateFleet").map(({ params }) => params.ClientToken))).toEqual(new Set(["token-1"]));
    await executor.settle(deadline());
    expect(lease.pending).toEqual([]);
  });

  it.each(["UnauthorizedOperation", "InvalidAMIID.NotFound", "PendingVerification"])("with %s fails", async (code) => {
    const { aws, lease, executor } = await start();
    aws.fail("CreateFleet", { kind: "error", code, status: 403, message: "no" });
    const command = launch("token-1", [10]);
    expect(await executor.execute([command], deadline())).toEqual([{ kind: "failed", command, code, message: "no" }]);
    await executor.settle(deadline());
    expect(lease.log).toEqual(["write token-1", "clear token-1"]);
  });

  it("because the template is gone makes it again and sends once more, under another token", async () => {
    const { aws, lease, executor } = await start();
    await executor.execute([launch("token-1", [10])], deadline());
    aws.templates.clear();
    aws.take();
    const [outcome] = await executor.execute([launch("token-2", [11])], deadline());
    expect(aws.sent("CreateFleet").map(({ params }) => params.ClientToken)[0]).toBe("token-2");
    const second = String(aws.sent("CreateFleet")[1]!.params.ClientToken);
    expect(second).toMatch(/^[a-z2-7]{52}$/);
    expect(aws.take()).toEqual(["CreateFleet", "CreateLaunchTemplate", "CreateFleet"]);
    expect(lease.log.slice(1)).toEqual(["write token-2", `write ${second}`]);
    expect(outcome).toMatchObject({ kind: "launched", answers: [{ instance: 11, granted: true }] });
    expect([...aws.instances.values()].at(-1)!.tags["stowage:launch"]).toBe(second);
  });

  it("because the template is gone again and again fails, and launches nothing", async () => {
    const { aws, executor } = await start();
    const gone = { kind: "error", code: "InvalidLaunchTemplateName.NotFoundException" } as const;
    aws.fail("CreateFleet", gone, gone);
    const command = launch("token-1", [10]);
    const [outcome] = await executor.execute([command], deadline());
    expect(outcome).toMatchObject({ kind: "failed", command, code: gone.code });
    expect(aws.sent("CreateFleet")).toHaveLength(2);
    expect(aws.instances.size).toBe(0);
  });

  it.each([
    ["UnauthorizedOperation", 403],
    ["InternalError", 500],
  ])("when the template cannot be created (%s) is not sent", async (code, status) => {
    const { aws, executor } = await start({}, { maxAttempts: 1 });
    aws.fail("CreateLaunchTemplate", { kind: "error", code, status });
    const [outcome] = await executor.execute([launch("token-1", [10])], deadline());
    expect(outcome).toMatchObject({ kind: "failed", code });
    expect(aws.sent("CreateFleet")).toEqual([]);
    const [next] = await executor.execute([launch("token-2", [11])], deadline()); // and holds nothing back
    expect(next).toMatchObject({ kind: "launched" });
  });
});

describe("writing ahead", () => {
  it("comes before the call, all launches in one go, and holds what is sent", async () => {
    const { aws, lease, executor } = await start();
    let before: number | undefined;
    lease.onWrite = () => {
      before = aws.requests.length;
    };
    await executor.execute([launch("token-1", [1]), launch("token-2", [2, 3])], deadline());
    expect(before).toBe(0);
    expect(lease.log).toEqual(["write token-1,token-2"]);
    expect(lease.pending.map(({ count }) => count)).toEqual([1, 2]);
    expect(JSON.parse(lease.pending[0]!.request)).toMatchObject({ ClientToken: "token-1", Type: "instant" });
  });

  it("that fails sends nothing, and clears what may have been written", async () => {
    const { aws, lease, executor } = await start();
    lease.isBroken = true;
    const [outcome] = await executor.execute([launch("token-1", [1])], deadline());
    expect(outcome).toMatchObject({ kind: "failed", code: "not-written", message: "Error: the lease is lost" });
    expect(aws.requests).toEqual([]);
    lease.isBroken = false;
    lease.pending = [{ token: "token-1", request: "{}", count: 1, writtenAtMs: 0 }];
    await executor.settle(deadline());
    expect(lease.log).toEqual(["clear token-1"]);
    expect(aws.requests).toEqual([]);
  });

  it("is cleared once all instances were seen by their tags", async () => {
    const { aws, lease, executor } = await start();
    await executor.execute([launch("token-1", [1, 2])], deadline());
    const [one, two] = [...aws.instances.keys()];
    const seen = (instanceId: string) => seenOf({ instanceId, launchToken: "token-1" });
    await advance(executor, seenMap(seen(one!)), new Set(), true, deadline());
    await executor.settle(deadline());
    expect(lease.pending).toHaveLength(1);
    await advance(executor, seenMap(seen(one!), seen(two!)), new Set(), true, deadline());
    await executor.settle(deadline());
    expect(lease.pending).toEqual([]);
    expect(aws.sent("CreateFleet")).toHaveLength(1);
  });

  it("is cleared after five minutes when an instance never appears", async () => {
    const { lease, clock, executor } = await start();
    await executor.execute([launch("token-1", [1])], deadline());
    clock.nowMs += 300_000;
    await advance(executor, seenMap(), new Set(), true, deadline());
    await executor.settle(deadline());
    expect(lease.pending).toHaveLength(1);
    clock.nowMs += 1;
    await advance(executor, seenMap(), new Set(), true, deadline());
    await executor.settle(deadline());
    expect(lease.pending).toEqual([]);
  });

  it("that would not fit the lease sends nothing", async () => {
    const { aws, lease, executor } = await start();
    lease.pending = [{ token: "old", request: "x".repeat(300_000), count: 1, writtenAtMs: 0 }];
    // The old one is in doubt and holds others back: seen, it does not any more, but is not cleared yet.
    await advance(executor, seenMap(seenOf({ instanceId: "i-1", launchToken: "old" })), new Set(), true, deadline());
    const [outcome] = await executor.execute([launch("token-1", [1])], deadline());
    expect(outcome).toMatchObject({ kind: "failed", code: "not-written" });
    expect(aws.requests).toEqual([]);
  });
});

describe("launches that do not fit the lease together", () => {
  /** The old one is in doubt and holds others back: seen, it does not any more, but is not cleared yet. */
  async function fullBut(bytes: number) {
    const world = await start();
    const { lease, executor } = world;
    lease.pending = [{ token: "old", request: "x".repeat(300_000 - bytes), count: 1, writtenAtMs: 0 }];
    await advance(executor, seenMap(seenOf({ instanceId: "i-1", launchToken: "old" })), new Set(), true, deadline());
    return world;
  }
  const three = [launch("token-1", [1]), launch("token-2", [2]), launch("token-3", [3])];

  it("are written and sent as far as they fit, in order; the rest fail and may be asked for again", async () => {
    const { lease: measured, executor: before } = await start();
    await before.execute([three[0]!], deadline());
    const bytes = measured.pending[0]!.request.length;
    const { aws, lease, executor } = await fullBut(2 * bytes);
    const outcomes = await executor.execute(three, deadline());
    expect(outcomes).toMatchObject([
      { kind: "launched" },
      { kind: "launched" },
      { kind: "failed", command: three[2], code: "not-written" },
    ]);
    expect(lease.log).toEqual(["write token-1,token-2"]);
    expect(aws.sent("CreateFleet").map(({ params }) => params.ClientToken)).toEqual(["token-1", "token-2"]);
    // Seen by their tags they are cleared, and there is room again.
    const seen = [...aws.instances.keys()].map((instanceId, i) =>
      seenOf({ instanceId, launchToken: `token-${i + 1}` }),
    );
    await advance(executor, seenMap(...seen), new Set(), true, deadline());
    await executor.settle(deadline());
    expect(await executor.execute([three[2]!], deadline())).toMatchObject([{ kind: "launched" }]);
  });

  it("and of which none fits write nothing", async () => {
    const { aws, lease, executor } = await fullBut(1);
    expect(await executor.execute(three, deadline())).toMatchObject(three.map(() => ({ code: "not-written" })));
    expect(lease.log).toEqual([]);
    expect(aws.requests).toEqual([]);
  });
});

describe("a lost answer", () => {
  it("is found by the SDK's own second try under the same token: nothing is launched twice", async () => {
    const { aws, executor } = await start();
    aws.fail("CreateFleet", { kind: "lost" });
    const [outcome] = await executor.execute([launch("token-1", [1, 2])], deadline());
    expect(outcome).toMatchObject({ kind: "launched", answers: [{ granted: true }, { granted: true }] });
    expect(aws.instances.size).toBe(2);
    expect(aws.sent("CreateFleet")).toHaveLength(2);
  });

  it("whose replay names no instances is completed by the tag", async () => {
    const { aws, executor } = await start();
    aws.isReplayEmpty = true;
    aws.fail("CreateFleet", { kind: "lost" });
    const [outcome] = await executor.execute([launch("token-1", [1, 2])], deadline());
    const ids = [...aws.instances.keys()];
    expect(outcome).toMatchObject({
      answers: [
        { instanceId: ids[0], pool: 0 },
        { instanceId: ids[1], pool: 0 },
      ],
    });
  });

  it("whose replay names none, while EC2's lists are late, stays in doubt", async () => {
    for (const maxAttempts of [1, 3]) {
      const { aws, lease, executor } = await start({}, { maxAttempts });
      aws.isReplayEmpty = true;
      aws.fail("CreateFleet", { kind: "lost" });
      aws.fail("DescribeInstances", {
        kind: "then",
        run: () => {
          for (const instance of aws.instances.values()) instance.isHidden = true;
        },
      });
      const [outcome] = await executor.execute([launch("token-1", [1])], deadline());
      expect(outcome).toMatchObject({ kind: "failed", code: "unknown-outcome" });
      await executor.settle(deadline());
      expect(lease.pending).toHaveLength(1);
    }
  });

  it("of EC2's own trouble is in doubt: a 500 does not say that nothing was done", async () => {
    const { aws, executor } = await start();
    aws.fail("CreateFleet", ...Array(6).fill({ kind: "error", code: "InternalError", status: 500 }));
    const [outcome] = await executor.execute([launch("token-1", [1])], deadline());
    expect(outcome).toMatchObject({ kind: "failed", code: "unknown-outcome" });
  });

  it("that stays lost is in doubt: others are held back, and the next tick finds its instances by the identical request", async () => {
    const { aws, lease, executor } = await start();
    const reset = { kind: "reset" } as const;
    // Two sends of ours with three tries of the SDK each; the first is done.
    aws.fail("CreateFleet", { kind: "lost" }, reset, reset, reset, reset, reset);
    const command = launch("token-1", [1, 2]);
    const [outcome, second] = await executor.execute([command, launch("token-2", [3])], deadline());
    expect(outcome).toMatchObject({ kind: "failed", command, code: "unknown-outcome" });
    expect(second).toMatchObject({ kind: "failed", code: "unknown-outcome" });
    expect(aws.sent("CreateFleet").map(({ params }) => params.ClientToken)).toEqual(Array(6).fill("token-1"));

    for (const instance of aws.instances.values()) instance.isHidden = true; // EC2's lists are late
    aws.take();
    const adopted = await executor.recover(deadline());
    expect(aws.take()).toEqual(["DescribeInstances", "CreateFleet"]);
    const ids = [...aws.instances.keys()];
    const one = { type: "m6i.large", zoneId: "euw1-az1", market: "spot" };
    expect(adopted).toEqual([{ token: "token-1", instances: ids.map((instanceId) => ({ instanceId, ...one })) }]);
    expect(aws.instances.size).toBe(2);

    // The engine does not know them before a look has shown them.
    const [held] = await executor.execute([launch("token-3", [4])], deadline());
    expect(held).toMatchObject({ kind: "failed", code: "unknown-outcome" });
    const seen = ids.map((instanceId) => seenOf({ instanceId, launchToken: "token-1" }));
    await advance(executor, seenMap(...seen), new Set(), true, deadline());
    await executor.settle(deadline());
    expect(lease.pending).toEqual([]);
    const [free] = await executor.execute([launch("token-4", [5])], deadline());
    expect(free).toMatchObject({ kind: "launched" });
  });

  it("before a throttled try is in doubt, not refused", async () => {
    const { aws, executor } = await start();
    const throttle = { kind: "error", code: "RequestLimitExceeded", status: 503 } as const;
    aws.fail("CreateFleet", { kind: "lost" }, throttle, throttle, throttle, throttle, throttle);
    const [outcome] = await executor.execute([launch("token-1", [1])], deadline());
    expect(outcome).toMatchObject({ kind: "failed", code: "unknown-outcome" });
    expect(aws.instances.size).toBe(1);
  });

  it("that is cut off is in doubt, and settled by the same token", async () => {
    const { aws, executor } = await start({}, { maxAttempts: 1 });
    aws.fail("CreateFleet", { kind: "cut" });
    const [outcome] = await executor.execute([launch("token-1", [1])], deadline());
    expect(outcome).toMatchObject({ kind: "launched", answers: [{ granted: true }] });
    expect(aws.instances.size).toBe(1);
  });

  it("at the deadline is in doubt", async () => {
    const { aws, executor } = await start();
    aws.fail("CreateFleet", { kind: "hang" });
    const limit = deadline();
    const waiting = executor.execute([launch("token-1", [1])], limit);
    while (aws.sent("CreateFleet").length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    limit.abort();
    expect(await waiting).toMatchObject([{ kind: "failed", code: "unknown-outcome" }]);
    expect(aws.sent("CreateFleet")).toHaveLength(1);
  });
});

describe("after a restart", () => {
  /** A process that dies after CreateFleet was done and before it could tell. */
  async function crashed(capacity = 2) {
    const world = await start();
    world.aws.capacity.set("m6i.large subnet-a", capacity).set("m6i.large subnet-b", 0).set("c6i.large subnet-a", 0);
    const reset = { kind: "reset" } as const;
    world.aws.fail("CreateFleet", { kind: "lost" }, reset, reset, reset, reset, reset);
    await world.executor.execute([launch("token-1", [1, 2])], deadline());
    world.aws.take();
    return { ...world, executor: await world.make() };
  }

  it("what is there is found by its tag, and nothing is sent again", async () => {
    const { aws, executor, lease } = await crashed();
    const [held] = await executor.execute([launch("token-9", [1])], deadline());
    expect(held).toMatchObject({ kind: "failed", code: "unknown-outcome" });
    expect(await executor.recover(deadline())).toMatchObject([{ token: "token-1", instances: [{}, {}] }]);
    expect(aws.take()).toEqual(["DescribeInstances"]);
    expect(lease.pending).toHaveLength(1); // until a look has shown them
  });

  it("what is not there is asked for by the identical request", async () => {
    const { aws, executor, lease } = await start();
    await executor.execute([launch("token-1", [1, 2])], deadline());
    const sent = aws.sent("CreateFleet")[0]!.params;
    const other = await start();
    other.aws.templates.set([...aws.templates.keys()][0]!, {});
    other.lease.pending = lease.pending;
    expect(await other.executor.recover(deadline())).toMatchObject([{ token: "token-1", instances: [{}, {}] }]);
    expect(other.aws.sent("CreateFleet")[0]!.params).toEqual(sent);
  });

  it("what launching is paused for, or was written long ago, is only looked for, and given up after 90 s", async () => {
    const { aws, clock, executor, lease } = await start();
    const request = JSON.stringify({ ClientToken: "old" });
    lease.pending = [{ token: "old", request, count: 1, writtenAtMs: clock.wallMs() - 900_001 }];
    await executor.settle(deadline());
    clock.nowMs += 89_999;
    await executor.settle(deadline());
    expect(lease.pending).toHaveLength(1);
    clock.nowMs += 1;
    await executor.settle(deadline());
    expect(lease.pending).toEqual([]);

    lease.pending = [{ token: "new", request, count: 1, writtenAtMs: clock.wallMs() }];
    await executor.settle(deadline(), false);
    expect(lease.pending).toHaveLength(1);
    expect(new Set(aws.take())).toEqual(new Set(["DescribeInstances"]));
  });

  it("what is gone again is not adopted", async () => {
    const { aws, executor } = await crashed();
    const [one, two] = [...aws.instances.values()];
    one!.state = "terminated";
    expect(await executor.recover(deadline())).toMatchObject([{ instances: [{ instanceId: two!.id }] }]);
    // The same where the answer is what names them.
    const again = await crashed(1);
    const [gone] = again.aws.instances.values();
    gone!.state = "shutting-down";
    expect(await again.executor.recover(deadline())).toMatchObject([{ instances: [] }]);
    expect(again.aws.take()).toEqual(["DescribeInstances", "CreateFleet"]);
  });

  it("what is only looked for is looked for twice, however late the first look is", async () => {
    const { clock, executor, lease } = await start();
    lease.pending = [{ token: "old", request: "{}", count: 1, writtenAtMs: clock.wallMs() - 900_001 }];
    await executor.execute([launch("token-1", [1])], deadline());
    clock.nowMs += 90_000;
    await executor.settle(deadline());
    expect(lease.pending).toHaveLength(1);
    await executor.settle(deadline());
    expect(lease.pending).toEqual([]);
  });

  it("a launch that is refused for good is looked for, and given up", async () => {
    const { aws, clock, executor, lease } = await start();
    const request = JSON.stringify({ ClientToken: "token-1", Type: "instant" });
    lease.pending = [{ token: "token-1", request, count: 1, writtenAtMs: clock.wallMs() }];
    aws.fail("CreateFleet", { kind: "error", code: "InvalidParameterValue" });
    await executor.settle(deadline());
    clock.nowMs += 90_000;
    await executor.settle(deadline());
    expect(lease.pending).toEqual([]);
    expect(aws.sent("CreateFleet")).toHaveLength(1);
  });

  it("a launch that somebody else has cleared holds nothing back", async () => {
    const { executor, lease } = await crashed();
    lease.pending = [];
    const [outcome] = await executor.execute([launch("token-9", [1])], deadline());
    expect(outcome).toMatchObject({ kind: "launched" });
  });
});

describe("limits", () => {
  it.each([
    // A tick of 10 s keeps a quarter of it, 2.5 s, for a call: least of that and 3 s.
    [2_499, 60_000, "deadline"],
    [10_000, 4_499, "no-lease"], // 2.5 s and a margin of 2 s
    [10_000, 0, "no-lease"],
  ])("deadline in %d ms, lease for %d ms: nothing is sent (%s)", async (leftMs, leaseMs, code) => {
    const { aws, lease, executor } = await start();
    lease.left = leaseMs;
    const commands = [
      launch("token-1", [1]),
      { kind: "drain", instance: 2, instanceId: "i-2", containerInstanceArn: "arn-2" } as const,
      { kind: "end", instance: 3, instanceId: "i-3", containerInstanceArn: "arn-3", reason: "idle" } as const,
    ];
    const outcomes = await executor.execute(commands, deadline(leftMs));
    expect(outcomes).toMatchObject(commands.map((command) => ({ kind: "failed", command, code })));
    expect(await executor.recover(deadline(leftMs))).toEqual([]);
    expect(aws.requests).toEqual([]);
    expect(lease.log).toEqual([]);
  });

  it("that are just met let it through", async () => {
    const { lease, executor } = await start();
    lease.left = 12_000;
    expect(await executor.execute([launch("token-1", [1])], deadline(2_500))).toMatchObject([{ kind: "launched" }]);
  });

  it("a lease that ends during a call aborts it", async () => {
    const { aws, lease, executor } = await start();
    lease.left = 6_000; // less than the deadline: the call has 4 s of it, and the clock's sleep is over at once
    aws.fail("CreateLaunchTemplate", { kind: "hang" });
    const [outcome] = await executor.execute([launch("token-1", [1])], deadline(10_000));
    expect(outcome).toMatchObject({ kind: "failed", code: "AbortError" });
    expect(aws.sent("CreateFleet")).toEqual([]);
  });

  it("of which the middle of a list runs out fail the rest", async () => {
    const { aws, lease, executor } = await start();
    aws.fail("CreateFleet", {
      kind: "then",
      run: () => {
        lease.left = 0;
      },
    });
    const outcomes = await executor.execute([launch("token-1", [1]), launch("token-2", [2])], deadline(5_000));
    expect(outcomes).toMatchObject([{ kind: "launched" }, { kind: "failed", code: "no-lease" }]);
    lease.left = 60_000;
    await executor.settle(deadline());
    expect(lease.pending.map(({ token }) => token)).toEqual(["token-1"]); // what was never sent is cleared
  });

  it("a dry run sends nothing at all", async () => {
    const { aws, executor } = await start({ lease: null });
    const outcomes = await executor.execute([launch("token-1", [1])], deadline());
    expect(outcomes).toMatchObject([{ kind: "failed", code: "no-lease" }]);
    await executor.settle(deadline());
    expect(aws.requests).toEqual([]);
  });
});

describe("with the clients of live mode", () => {
  beforeEach(() => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it("a lost answer and throttling come out the same, and every request is counted", async () => {
    const { aws, make } = await start();
    const clients = makeAwsClients({ region: "eu-west-1", endpoint: aws.url, maxAttempts: 3, zeroDelay: true });
    const executor = await make({ clients });
    const throttle = { kind: "error", code: "RequestLimitExceeded", status: 503 } as const;
    aws.fail("CreateFleet", throttle, throttle, throttle);
    const [throttled] = await executor.execute([launch("token-1", [1])], deadline());
    expect(throttled).toMatchObject({ kind: "launched", refusals: [{ reason: RefusalReason.Throttled }, {}, {}] });
    aws.fail("CreateFleet", { kind: "lost" }, throttle, throttle, throttle, throttle, throttle);
    const [lost] = await executor.execute([launch("token-2", [2])], deadline());
    expect(lost).toMatchObject({ kind: "failed", code: "unknown-outcome" });
    expect(clients.takeCallCounts()["EC2.CreateFleet"]).toBe(9);
    expect(executor.takeCallCounts()["EC2.CreateFleet"]).toBe(3);
    clients.destroy();
  });
});

describe("several launches", () => {
  it("go side by side, begin in order, and come back in order", async () => {
    const { aws, executor } = await start({ launchesAtOnce: 4 });
    const commands = Array.from({ length: 12 }, (_, i) => launch(`token-${i}`, [i], [i % 3]));
    const outcomes = await executor.execute(commands, deadline());
    const instances = outcomes.map((each) => (each.kind === "launched" ? each.answers[0]!.instance : -1));
    expect(instances).toEqual([...commands.keys()]);
    expect(new Set(aws.sent("CreateFleet").map(({ params }) => params.ClientToken)).size).toBe(12);
    expect(aws.sent("CreateLaunchTemplate")).toHaveLength(1);
  });
});

describe("the journal", () => {
  it("has every call before and after it, flushed before what it announces, with the request id", async () => {
    const { aws, journal, executor } = await start();
    let flushed = -1;
    aws.fail("CreateFleet", {
      kind: "then",
      run: () => {
        flushed = journal.flushed;
      },
    });
    await executor.execute([launch("token-1", [1])], deadline());
    const calls = journal.lines.filter(({ call }) => call === "EC2.CreateFleet");
    expect(calls).toMatchObject([
      { phase: "before", input: { ClientToken: "token-1" } },
      { phase: "after", requestId: expect.stringMatching(/^request/) },
    ]);
    expect(flushed).toBeGreaterThan(journal.lines.indexOf(calls[0]!));
    expect(executor.takeCallCounts()).toEqual({ "EC2.CreateLaunchTemplate": 1, "EC2.CreateFleet": 1 });
    expect(executor.takeCallCounts()).toEqual({});
  });

  it("has no user data in it", async () => {
    const launchSettings = { ...SETTINGS.launch, userData: "export SECRET=hunter2" };
    const { aws, journal, executor } = await start({ settings: { ...SETTINGS, launch: launchSettings } });
    await executor.execute([launch("token-1", [1])], deadline());
    const script = String(aws.sent("CreateLaunchTemplate")[0]!.params["LaunchTemplateData.UserData"]);
    expect(Buffer.from(script, "base64").toString()).toContain("hunter2");
    expect(JSON.stringify(journal.lines)).not.toContain(script);
    expect(journal.lines.find(({ call }) => call === "EC2.CreateLaunchTemplate")!.input).toEqual({
      LaunchTemplateName: expect.stringMatching(/^stowage-night-/),
    });
  });
});
