import { describe, expect, it } from "vitest";
import type { EndCommand } from "../../../src/live/command.js";
import type { SeenInstance } from "../../../src/live/observation.js";
import type { FakeAws, FakeContainer, FakeInstance } from "./fake-aws.js";
import { advance, deadline, SETTINGS, seenMap, seenOf, start } from "./fixture.js";

interface Member {
  readonly host: FakeInstance;
  readonly container: FakeContainer;
}

function member(aws: FakeAws): Member {
  const host = aws.addInstance();
  return { host, container: aws.register(host.id) };
}

const end = (instance: number, { host, container }: { host: FakeInstance; container?: FakeContainer }): EndCommand => ({
  kind: "end",
  instance,
  instanceId: host.id,
  containerInstanceArn: container?.arn ?? "",
  reason: "idle",
});

const seen = ({ host, container }: Member, over: Partial<SeenInstance> = {}) =>
  seenOf({
    instanceId: host.id,
    containerInstanceArn: container.arn,
    ecsStatus: container.status as SeenInstance["ecsStatus"],
    ...over,
  });

const NOBODY = new Set<string>();

const notEnded = (instance: number, code: string) => ({ kind: "not-ended", instance, code, message: code });

/** One idle instance whose end has begun. */
async function begun() {
  const world = await start();
  const one = member(world.aws);
  const began = await world.executor.execute([end(0, one)], deadline());
  expect(began).toEqual([{ kind: "ending", instance: 0 }]);
  world.aws.take();
  return { ...world, one };
}

describe("the end of an idle instance", () => {
  it("drains, waits, verifies, deregisters and terminates", async () => {
    const { aws, clock, executor } = await start();
    const one = member(aws);
    expect(await executor.execute([end(0, one)], deadline())).toEqual([{ kind: "ending", instance: 0 }]);
    expect(aws.requests).toMatchObject([
      {
        operation: "UpdateContainerInstancesState",
        params: { status: "DRAINING", containerInstances: [one.container.arn] },
      },
    ]);
    expect(executor.ending).toEqual(new Set([0]));
    aws.take();

    clock.nowMs += 14_999;
    expect(await advance(executor, seenMap(seen(one)), NOBODY, true, deadline())).toEqual([]);
    expect(aws.requests).toEqual([]);

    clock.nowMs += 1;
    const ended = await advance(executor, seenMap(seen(one)), NOBODY, true, deadline());
    expect(ended).toEqual([{ kind: "terminated", instance: 0 }]);
    const [, , left] = aws.requests;
    expect(left!.params).toMatchObject({ containerInstance: one.container.arn, force: false });
    expect(aws.take()).toEqual([
      "DescribeContainerInstances",
      "ListTasks",
      "DeregisterContainerInstance",
      "DescribeInstances",
      "TerminateInstances",
    ]);
    expect(one.host.state).toBe("shutting-down");
    expect(executor.ending.size).toBe(0);
  });

  it("waits for settings.drainMs where that is longer than 15 s, and never less", async () => {
    for (const [drainMs, waitMs] of [
      [60_000, 60_000],
      [1_000, 15_000],
    ] as const) {
      const { aws, clock, executor } = await start({ settings: { ...SETTINGS, drainMs } });
      const one = member(aws);
      await executor.execute([end(0, one)], deadline());
      clock.nowMs += waitMs - 1;
      expect(await advance(executor, seenMap(seen(one)), NOBODY, true, deadline())).toEqual([]);
      clock.nowMs += 1;
      expect(await advance(executor, seenMap(seen(one)), NOBODY, true, deadline())).toHaveLength(1);
    }
  });

  it("does not go on while nothing is known for sure", async () => {
    const { aws, clock, executor, one } = await begun();
    clock.nowMs += 60_000;
    expect(await advance(executor, seenMap(seen(one)), NOBODY, false, deadline())).toEqual([]);
    expect(aws.requests).toEqual([]);
    expect(executor.ending.size).toBe(1);
  });

  it("does not go on without the lease", async () => {
    const { aws, clock, lease, executor, one } = await begun();
    clock.nowMs += 60_000;
    lease.left = 0;
    expect(await advance(executor, seenMap(seen(one)), NOBODY, true, deadline())).toEqual([]);
    expect(aws.requests).toEqual([]);
    lease.left = 60_000;
    expect(await advance(executor, seenMap(seen(one)), NOBODY, true, deadline())).toHaveLength(1);
  });
});

describe("an instance with work is kept", () => {
  const kept = (why: string | RegExp) => [{ kind: "kept", instance: 0, why: expect.stringMatching(why) }];

  it("because of a job that Batch says is there", async () => {
    const { aws, clock, executor, one } = await begun();
    clock.nowMs += 15_000;
    const busy = new Set([one.container.arn]);
    expect(await advance(executor, seenMap(seen(one)), busy, true, deadline())).toEqual(kept("a job"));
    expect(aws.requests).toMatchObject([{ operation: "UpdateContainerInstancesState", params: { status: "ACTIVE" } }]);
    expect(one.container.status).toBe("ACTIVE");
    expect(executor.ending.size).toBe(0);
  });

  it.each([{ runningTasks: 1 }, { pendingTasks: 1 }])("because the look shows %j", async (tasks) => {
    const { aws, clock, executor, one } = await begun();
    clock.nowMs += 15_000;
    expect(await advance(executor, seenMap(seen(one, tasks)), NOBODY, true, deadline())).toEqual(kept("a task"));
    expect(aws.take()).toEqual(["UpdateContainerInstancesState"]);
  });

  it("because ECS counts a task now", async () => {
    const { aws, clock, executor, one } = await begun();
    one.container.tasks.push("task");
    clock.nowMs += 15_000;
    expect(await advance(executor, seenMap(seen(one)), NOBODY, true, deadline())).toEqual(kept("a task"));
    expect(aws.take()).toEqual(["DescribeContainerInstances", "UpdateContainerInstancesState"]);
  });

  it("because ECS lists a task that it does not count yet", async () => {
    const { aws, clock, executor, one } = await begun();
    one.container.lateTasks = ["task"];
    clock.nowMs += 15_000;
    expect(await advance(executor, seenMap(seen(one)), NOBODY, true, deadline())).toEqual(kept("a task"));
    expect(aws.take()).toEqual(["DescribeContainerInstances", "ListTasks", "UpdateContainerInstancesState"]);
  });

  it("because a task slips in before it is deregistered, which ECS refuses", async () => {
    const { aws, clock, executor, one } = await begun();
    aws.fail("DeregisterContainerInstance", { kind: "then", run: () => one.container.tasks.push("task") });
    clock.nowMs += 15_000;
    const outcomes = await advance(executor, seenMap(seen(one)), NOBODY, true, deadline());
    expect(outcomes).toEqual(kept("InvalidParameterException: Found running tasks"));
    expect(one.container.status).toBe("ACTIVE");
    expect(aws.sent("TerminateInstances")).toEqual([]);
  });

  it("until it is ACTIVE again: a call that fails is tried again at the next tick, even when nothing may end", async () => {
    const { aws, clock, executor, one } = await begun();
    one.container.tasks.push("task");
    clock.nowMs += 15_000;
    aws.fail("UpdateContainerInstancesState", { kind: "error", code: "InvalidParameterException" });
    expect(await advance(executor, seenMap(seen(one)), NOBODY, true, deadline())).toEqual([]);
    one.container.tasks = []; // and it does not end, though it is idle again
    expect(await advance(executor, seenMap(seen(one)), NOBODY, false, deadline())).toEqual(kept("a task"));
    expect(one.container.status).toBe("ACTIVE");
  });

  it("because somebody has set it to ACTIVE", async () => {
    const { aws, clock, executor, one } = await begun();
    one.container.status = "ACTIVE";
    clock.nowMs += 15_000;
    expect(await advance(executor, seenMap(seen(one)), NOBODY, true, deadline())).toEqual(kept("ACTIVE"));
    expect(aws.take()).toEqual(["DescribeContainerInstances"]);
  });

  it("because the container instance is another's, which is not touched", async () => {
    const { aws, clock, executor } = await start();
    const one = member(aws);
    const other = aws.addInstance();
    await executor.execute([end(0, { host: other, container: one.container })], deadline());
    clock.nowMs += 15_000;
    aws.take();
    expect(await advance(executor, seenMap(), NOBODY, true, deadline())).toEqual(kept("another instance"));
    expect(aws.take()).toEqual(["DescribeContainerInstances"]);
  });
});

describe("many ends", () => {
  it("are drained by tens, described together and terminated by fifties", async () => {
    const { aws, clock, executor } = await start();
    const members = Array.from({ length: 55 }, () => member(aws));
    await executor.execute(
      members.map((each, i) => end(i, each)),
      deadline(),
    );
    const drained = aws
      .sent("UpdateContainerInstancesState")
      .map(({ params }) => (params.containerInstances as []).length);
    expect(drained).toEqual([10, 10, 10, 10, 10, 5]);
    aws.take();
    clock.nowMs += 15_000;
    const outcomes = await advance(executor, seenMap(...members.map((each) => seen(each))), NOBODY, true, deadline());
    expect(outcomes).toHaveLength(55);
    expect(aws.sent("DescribeContainerInstances")).toHaveLength(1);
    const sizes = aws
      .sent("TerminateInstances")
      .map(({ params }) => Object.keys(params).filter((key) => key.startsWith("InstanceId.")).length);
    expect(sizes).toEqual([50, 5]);
  });

  it("of which one is unknown to EC2 are terminated singly, and the unknown one counts as terminated", async () => {
    const { aws, clock, executor } = await start();
    const members = [member(aws), member(aws), member(aws)];
    await executor.execute(
      members.map((each, i) => end(i, each)),
      deadline(),
    );
    clock.nowMs += 15_000;
    // It is listed, and gone a moment later.
    aws.fail("TerminateInstances", { kind: "then", run: () => aws.instances.delete(members[1]!.host.id) });
    aws.take();
    const outcomes = await advance(executor, seenMap(...members.map((each) => seen(each))), NOBODY, true, deadline());
    expect(outcomes.map((each) => each.kind)).toEqual(["terminated", "terminated", "terminated"]);
    expect(aws.sent("TerminateInstances")).toHaveLength(4);
  });

  it("of which one is protected end the others, and try that one again", async () => {
    const { aws, clock, executor } = await start();
    const members = [member(aws), member(aws)];
    members[0]!.host.isProtected = true;
    await executor.execute(
      members.map((each, i) => end(i, each)),
      deadline(),
    );
    clock.nowMs += 15_000;
    const look = () => seenMap(...members.map((each) => seen(each)));
    expect(await advance(executor, look(), NOBODY, true, deadline())).toEqual([
      notEnded(0, "OperationNotPermitted"),
      { kind: "terminated", instance: 1 },
    ]);
    expect(executor.ending).toEqual(new Set([0]));
    members[0]!.host.isProtected = false;
    clock.nowMs += 30_000;
    expect(await advance(executor, look(), NOBODY, true, deadline())).toEqual([{ kind: "terminated", instance: 0 }]);
  });

  it("that EC2 throttles are not asked for singly", async () => {
    const { aws, clock, executor } = await start({}, { maxAttempts: 1 });
    const members = [member(aws), member(aws)];
    await executor.execute(
      members.map((each, i) => end(i, each)),
      deadline(),
    );
    clock.nowMs += 15_000;
    aws.fail("TerminateInstances", { kind: "error", code: "RequestLimitExceeded", status: 503 });
    const look = () => seenMap(...members.map((each) => seen(each)));
    expect(await advance(executor, look(), NOBODY, true, deadline())).toEqual([]);
    expect(aws.sent("TerminateInstances")).toHaveLength(1);
    expect(await advance(executor, look(), NOBODY, true, deadline())).toHaveLength(2);
  });
});

describe("an end that AWS refuses", () => {
  const settings = { ...SETTINGS, caps: { ...SETTINGS.caps, maxTerminationsPerTick: 2 } };

  it.each(["OperationNotPermitted", "UnauthorizedOperation"])(
    "(%s) is told, and asked for again ever more seldom, at the latest after ten minutes",
    async (code) => {
      const { aws, clock, executor, one } = await begun();
      clock.nowMs += 15_000;
      const look = () => advance(executor, seenMap(seen(one)), NOBODY, true, deadline());
      const refuse = () => aws.fail("TerminateInstances", { kind: "error", code, status: 403 });
      refuse();
      expect(await look()).toEqual([notEnded(0, code)]);
      expect(executor.ending).toEqual(new Set([0]));
      for (const pauseMs of [30_000, 60_000, 120_000, 240_000, 480_000, 600_000, 600_000]) {
        clock.nowMs += pauseMs - 1;
        aws.take();
        expect(await look()).toEqual([]);
        expect(aws.requests).toEqual([]);
        clock.nowMs += 1;
        refuse();
        expect(await look()).toEqual([notEnded(0, code)]);
      }
      clock.nowMs += 600_000;
      expect(await look()).toEqual([{ kind: "terminated", instance: 0 }]);
    },
  );

  it("leaves its place to others, and has what they leave of a tick", async () => {
    const { aws, clock, executor } = await start({ settings });
    const members = Array.from({ length: 5 }, () => member(aws));
    for (const { host } of members.slice(0, 2)) host.isProtected = true;
    await executor.execute(
      members.map((each, i) => end(i, each)),
      deadline(),
    );
    const look = async () => {
      const outcomes = await advance(executor, seenMap(...members.map((each) => seen(each))), NOBODY, true, deadline());
      return outcomes.map((outcome) => `${outcome.kind} ${"instance" in outcome ? outcome.instance : ""}`);
    };
    clock.nowMs += 15_000;
    expect(await look()).toEqual(["not-ended 0", "not-ended 1"]);
    // Their pause is over: two others come before them all the same.
    clock.nowMs += 30_000;
    expect(await look()).toEqual(["terminated 2", "terminated 3"]);
    // One other, and one of the two that were refused.
    members[0]!.host.isProtected = false;
    expect(await look()).toEqual(["terminated 4", "terminated 0"]);
    expect(await look()).toEqual(["not-ended 1"]);
  });

  it("because a policy denies this one does not keep the others that are asked for with it", async () => {
    const { aws, clock, executor } = await start();
    const members = [member(aws), member(aws)];
    await executor.execute(
      members.map((each, i) => end(i, each)),
      deadline(),
    );
    clock.nowMs += 15_000;
    const denied = { kind: "error", code: "UnauthorizedOperation", status: 403 } as const;
    aws.fail("TerminateInstances", denied, denied); // both together, then the first alone
    const outcomes = await advance(executor, seenMap(...members.map((each) => seen(each))), NOBODY, true, deadline());
    expect(outcomes).toEqual([notEnded(0, "UnauthorizedOperation"), { kind: "terminated", instance: 1 }]);
  });

  it.each(["ListTasks", "DeregisterContainerInstance"])(
    "at %s is told, and the instance is of use again",
    async (call) => {
      const { aws, clock, executor, one } = await begun();
      clock.nowMs += 15_000;
      aws.fail(call, { kind: "error", code: "AccessDeniedException", message: "no" });
      expect(await advance(executor, seenMap(seen(one)), NOBODY, true, deadline())).toEqual([
        { kind: "not-ended", instance: 0, code: "AccessDeniedException", message: "no" },
        { kind: "kept", instance: 0, why: "AccessDeniedException: no" },
      ]);
      expect(one.container.status).toBe("ACTIVE");
      expect(executor.ending.size).toBe(0);
      expect(aws.sent("TerminateInstances")).toEqual([]);
    },
  );

  it("before it was drained and what others' ends come to are told by their own commands", async () => {
    const { aws, clock, executor } = await start();
    const [one, two] = [aws.addInstance({ isProtected: true }), aws.addInstance({ isProtected: true })];
    expect(await executor.execute([end(0, { host: one })], deadline())).toEqual([notEnded(0, "OperationNotPermitted")]);
    clock.nowMs += 30_000;
    aws.take();
    expect(await executor.execute([end(1, { host: two })], deadline())).toEqual([notEnded(1, "OperationNotPermitted")]);
    expect(aws.sent("TerminateInstances")).toHaveLength(1); // the first is the next tick's
    one.isProtected = false;
    const look = seenMap(seenOf({ instanceId: one.id }), seenOf({ instanceId: two.id }));
    expect(await advance(executor, look, NOBODY, true, deadline())).toEqual([{ kind: "terminated", instance: 0 }]);
  });
});

describe("an instance that never registered", () => {
  it("is terminated at once when ECS does not know it", async () => {
    const { aws, executor } = await start();
    const host = aws.addInstance();
    member(aws); // somebody else's registration
    expect(await executor.execute([end(0, { host })], deadline())).toEqual([{ kind: "terminated", instance: 0 }]);
    expect(aws.sent("ListContainerInstances")[0]!.params.filter).toBe(`ec2InstanceId in ['${host.id}']`);
    expect(aws.take()).toEqual(["ListContainerInstances", "DescribeInstances", "TerminateInstances"]);
    expect(executor.ending.size).toBe(0);
  });

  it("is kept when it has registered meanwhile", async () => {
    const { aws, executor } = await start();
    const { host } = member(aws);
    const outcomes = await executor.execute([end(0, { host })], deadline());
    expect(outcomes).toEqual([{ kind: "kept", instance: 0, why: "it has registered meanwhile" }]);
    expect(aws.sent("TerminateInstances")).toEqual([]);
  });

  it("is not terminated when ECS cannot be asked, and is tried again", async () => {
    const { aws, executor } = await start({}, { maxAttempts: 1 });
    const host = aws.addInstance();
    aws.fail("ListContainerInstances", { kind: "error", code: "ServerException", status: 500 });
    expect(await executor.execute([end(0, { host })], deadline())).toEqual([{ kind: "ending", instance: 0 }]);
    expect(aws.sent("TerminateInstances")).toEqual([]);
    const look = seenMap(seenOf({ instanceId: host.id }));
    expect(await advance(executor, look, NOBODY, true, deadline())).toEqual([{ kind: "terminated", instance: 0 }]);
  });

  it("is never terminated without our pool's tag", async () => {
    const { aws, executor } = await start();
    const host = aws.addInstance({ tags: { "stowage:pool": "another" } });
    const outcomes = await executor.execute([end(0, { host })], deadline());
    expect(outcomes).toEqual([{ kind: "kept", instance: 0, why: "it does not carry our tag" }]);
    expect(aws.sent("TerminateInstances")).toEqual([]);
    expect(host.state).toBe("running");
  });

  it("that EC2 does not list is terminated by EC2's word alone, if it was ours when last seen", async () => {
    const { aws, clock, executor } = await start();
    const command = { ...end(0, { host: aws.addInstance() }), instanceId: "i-00000000000000bad" };
    expect(await executor.execute([command], deadline())).toEqual([{ kind: "ending", instance: 0 }]);
    expect(aws.sent("TerminateInstances")).toEqual([]);
    const look = seenMap(seenOf({ instanceId: command.instanceId }));
    clock.nowMs += 30_000;
    const outcomes = await advance(executor, look, NOBODY, true, deadline());
    expect(outcomes).toEqual([{ kind: "terminated", instance: 0 }]);
    expect(aws.sent("TerminateInstances")).toHaveLength(1); // InvalidInstanceID.NotFound
  });
});

describe("a crash, or a lost answer, at any step", () => {
  it("of the drain: the end goes on", async () => {
    const { aws, clock, executor } = await start({}, { maxAttempts: 1 });
    const one = member(aws);
    aws.fail("UpdateContainerInstancesState", { kind: "lost" });
    expect(await executor.execute([end(0, one)], deadline())).toEqual([{ kind: "ending", instance: 0 }]);
    clock.nowMs += 15_000;
    const outcomes = await advance(executor, seenMap(seen(one)), NOBODY, true, deadline());
    expect(outcomes).toEqual([{ kind: "terminated", instance: 0 }]);
  });

  it("of the drain that was not done: the instance is kept", async () => {
    const { aws, clock, executor } = await start({}, { maxAttempts: 1 });
    const one = member(aws);
    aws.fail("UpdateContainerInstancesState", { kind: "reset" });
    await executor.execute([end(0, one)], deadline());
    clock.nowMs += 15_000;
    const outcomes = await advance(executor, seenMap(seen(one)), NOBODY, true, deadline());
    expect(outcomes).toMatchObject([{ kind: "kept", instance: 0 }]);
    expect(aws.sent("TerminateInstances")).toEqual([]);
  });

  it.each(["lost", "reset"] as const)("of deregistering (%s): the next tick goes on", async (kind) => {
    const { aws, clock, executor } = await start({}, { maxAttempts: 1 });
    const one = member(aws);
    await executor.execute([end(0, one)], deadline());
    clock.nowMs += 15_000;
    aws.fail("DeregisterContainerInstance", { kind });
    expect(await advance(executor, seenMap(seen(one)), NOBODY, true, deadline())).toEqual([]);
    expect(aws.sent("TerminateInstances")).toEqual([]);
    const outcomes = await advance(executor, seenMap(seen(one)), NOBODY, true, deadline());
    expect(outcomes).toEqual([{ kind: "terminated", instance: 0 }]);
  });

  it("of terminating: what is on its way out counts as terminated, and what is seen gone is left to the mirror", async () => {
    const { aws, clock, executor } = await start({}, { maxAttempts: 1 });
    const [one, two] = [member(aws), member(aws)];
    await executor.execute([end(0, one), end(1, two)], deadline());
    clock.nowMs += 15_000;
    aws.fail("TerminateInstances", { kind: "lost" });
    expect(await advance(executor, seenMap(seen(one), seen(two)), NOBODY, true, deadline())).toEqual([]);
    const look = seenMap(seen(one, { ec2State: "shutting-down" }), seen(two));
    expect(await advance(executor, look, NOBODY, true, deadline())).toEqual([{ kind: "terminated", instance: 1 }]);
    expect(aws.sent("TerminateInstances")).toHaveLength(1);
    expect(executor.ending.size).toBe(0);
  });

  it("between two processes: the end of a DRAINING instance begins anew", async () => {
    const { aws, clock, make, one } = await begun();
    const next = await make();
    expect(await next.execute([end(5, one)], deadline())).toEqual([{ kind: "ending", instance: 5 }]);
    expect(await next.execute([end(5, one)], deadline())).toEqual([{ kind: "ending", instance: 5 }]);
    expect(next.ending).toEqual(new Set([5]));
    expect(aws.sent("UpdateContainerInstancesState")).toHaveLength(1);
    expect(await advance(next, seenMap(seen(one)), NOBODY, true, deadline())).toEqual([]); // it waits anew
    clock.nowMs += 15_000;
    expect(await advance(next, seenMap(seen(one)), NOBODY, true, deadline())).toEqual([
      { kind: "terminated", instance: 5 },
    ]);
  });

  it("after deregistering: another process ends it as one that is not registered", async () => {
    const { clock, aws, executor, make, one } = await begun();
    clock.nowMs += 15_000;
    aws.fail("DescribeInstances", { kind: "error", code: "UnauthorizedOperation", status: 403 });
    expect(await advance(executor, seenMap(seen(one)), NOBODY, true, deadline())).toEqual([
      notEnded(0, "UnauthorizedOperation"),
    ]);
    expect(one.container.status).toBe("INACTIVE");
    const next = await make();
    expect(await next.execute([end(3, { host: one.host })], deadline())).toEqual([{ kind: "terminated", instance: 3 }]);
  });

  it("an end that is asked for twice is one", async () => {
    const { aws, executor, one } = await begun();
    expect(await executor.execute([end(0, one)], deadline())).toEqual([{ kind: "ending", instance: 0 }]);
    expect(aws.requests).toEqual([]);
  });
});

describe("somebody else deregistered it by force", () => {
  it("and a job may still run there: it waits for the job", async () => {
    const { aws, clock, executor, one } = await begun();
    clock.nowMs += 15_000;
    aws.fail("DescribeInstances", { kind: "error", code: "RequestLimitExceeded", status: 400 });
    aws.fail("DescribeInstances", { kind: "error", code: "RequestLimitExceeded", status: 400 });
    aws.fail("DescribeInstances", { kind: "error", code: "RequestLimitExceeded", status: 400 });
    await advance(executor, seenMap(seen(one)), NOBODY, true, deadline());
    const busy = new Set([one.container.arn]);
    expect(await advance(executor, seenMap(seen(one)), busy, true, deadline())).toEqual([]);
    expect(aws.sent("TerminateInstances")).toEqual([]);
    expect(await advance(executor, seenMap(seen(one)), NOBODY, true, deadline())).toHaveLength(1);
  });
});

describe("undoing an end", () => {
  it("makes the instance ACTIVE while it drains", async () => {
    const { executor, one } = await begun();
    expect(await executor.undoEnding(0, deadline())).toBe(true);
    expect(one.container.status).toBe("ACTIVE");
    expect(executor.ending.size).toBe(0);
  });

  it("is promised when the call fails: the instance does not end, and is told as kept later", async () => {
    const { aws, clock, executor, one } = await begun();
    aws.fail("UpdateContainerInstancesState", { kind: "error", code: "InvalidParameterException" });
    expect(await executor.undoEnding(0, deadline())).toBe(true);
    clock.nowMs += 60_000;
    const outcomes = await advance(executor, seenMap(seen(one)), NOBODY, true, deadline());
    expect(outcomes).toEqual([{ kind: "kept", instance: 0, why: "it is wanted again" }]);
    expect(one.container.status).toBe("ACTIVE");
  });

  it("is too late once it is deregistered, and for what is not ending", async () => {
    const { aws, clock, executor, one } = await begun();
    clock.nowMs += 15_000;
    one.host.isProtected = true;
    await advance(executor, seenMap(seen(one)), NOBODY, true, deadline());
    expect(one.container.status).toBe("INACTIVE");
    aws.take();
    expect(await executor.undoEnding(0, deadline())).toBe(false);
    expect(await executor.undoEnding(9, deadline())).toBe(false);
    expect(aws.requests).toEqual([]);
  });
});

describe("drain and undrain", () => {
  const command = (kind: "drain" | "undrain", instance: number, arn: string) =>
    ({ kind, instance, instanceId: `i-${instance}`, containerInstanceArn: arn }) as const;

  it("go by tens, each kind for itself, in order", async () => {
    const { aws, executor } = await start();
    const arns = Array.from({ length: 13 }, () => member(aws).container.arn);
    const outcomes = await executor.execute(
      [...arns.map((arn, i) => command("drain", i, arn)), command("undrain", 0, arns[0]!)],
      deadline(),
    );
    expect(outcomes.slice(0, 13)).toEqual(arns.map((_, instance) => ({ kind: "drained", instance, draining: true })));
    expect(outcomes[13]).toEqual({ kind: "drained", instance: 0, draining: false });
    const calls = aws
      .sent("UpdateContainerInstancesState")
      .map(({ params }) => [params.status, (params.containerInstances as []).length]);
    expect(calls).toEqual([
      ["DRAINING", 10],
      ["DRAINING", 3],
      ["ACTIVE", 1],
    ]);
  });

  it("that ECS refuses fail one by one, unless the state is there already", async () => {
    const { aws, executor } = await start();
    const { container } = member(aws);
    const gone = command("drain", 1, "arn:aws:ecs:eu-west-1:123456789012:container-instance/AWSBatch-night/gone");
    const none = command("drain", 2, "");
    const outcomes = await executor.execute([command("drain", 0, container.arn), gone, none], deadline());
    expect(outcomes).toMatchObject([
      { kind: "drained", instance: 0 },
      { kind: "failed", command: gone, code: "MISSING" },
      { kind: "failed", command: none, code: "not-registered" },
    ]);
    aws.fail("UpdateContainerInstancesState", { kind: "error", code: "InvalidParameterException" });
    const again = await executor.execute([command("drain", 0, container.arn)], deadline());
    expect(again).toEqual([{ kind: "drained", instance: 0, draining: true }]);
  });
});

describe("a ghost", () => {
  it("of ours is deregistered after three looks, without force; others are left alone", async () => {
    const { aws, executor } = await start();
    const [one, foreign, alive] = [member(aws), member(aws), member(aws)];
    const off = { agentConnected: false, ecsStatus: "ACTIVE" } as const;
    const look = (ec2State: SeenInstance["ec2State"], ours: boolean) =>
      seenMap(
        seen(one, { ...off, ec2State, ours }),
        seen(foreign, { ...off, ec2State: "missing", ours: false }),
        seen(alive, off),
      );
    await advance(executor, look("terminated", true), NOBODY, true, deadline());
    await advance(executor, look("missing", false), NOBODY, true, deadline()); // EC2 has forgotten it, and its tags
    await advance(executor, look("missing", false), NOBODY, false, deadline());
    expect(aws.requests).toEqual([]);
    await advance(executor, look("missing", false), NOBODY, true, deadline());
    expect(aws.requests).toMatchObject([
      { operation: "DeregisterContainerInstance", params: { containerInstance: one.container.arn, force: false } },
    ]);
  });

  it("whose agent comes back is none", async () => {
    const { aws, executor } = await start();
    const one = member(aws);
    const look = (agentConnected: boolean) => seenMap(seen(one, { ec2State: "terminated", agentConnected }));
    for (const connected of [false, false, true, false, false]) {
      await advance(executor, look(connected), NOBODY, true, deadline());
    }
    expect(aws.requests).toEqual([]);
  });
});
