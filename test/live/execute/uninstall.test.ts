import { expect, it } from "vitest";
import { uninstall } from "../../../src/live/execute/uninstall.js";
import { CLUSTER, deadline, SETTINGS, start } from "./fixture.js";

async function world() {
  const { aws, clock, journal, executor } = await start();
  await executor.execute([{ kind: "launch", instances: [1], pools: [0], token: "token-1" }], deadline());
  const idle = [...aws.instances.values()][0]!;
  const registered = aws.register(idle.id);
  aws.take();
  const parts = {
    clients: aws.clients(1),
    settings: SETTINGS,
    clusterArn: CLUSTER,
    clock,
    journal,
    busy: async () => new Set<string>(),
  };
  return { aws, clock, idle, registered, parts };
}

it("ends what is idle, leaves what is busy DRAINING, and what is somebody else's alone", async () => {
  const { aws, clock, idle, parts } = await world();
  const busy = aws.addInstance();
  const working = aws.register(busy.id, { tasks: ["task"] });
  const starting = aws.addInstance();
  const placed = aws.register(starting.id); // Batch says STARTING, ECS knows no task yet
  const unregistered = aws.addInstance();
  const foreign = aws.addInstance({ tags: {} });
  const theirs = aws.register(foreign.id);
  const [template] = aws.templates.keys();
  const beganMs = clock.nowMs;
  const report = await uninstall({ ...parts, busy: async () => new Set([placed.arn]) });
  expect(report).toEqual({
    terminated: [unregistered.id, idle.id],
    busy: [busy.id, starting.id],
    deletedTemplates: [template],
    leftovers: [`instance ${busy.id} (running)`, `instance ${starting.id} (running)`],
    problems: [],
  });
  expect([working.status, placed.status, theirs.status]).toEqual(["DRAINING", "DRAINING", "ACTIVE"]);
  expect(foreign.state).toBe("running");
  expect(clock.nowMs - beganMs).toBe(15_000); // the drain
});

it("may be run again: then there is nothing left", async () => {
  const { aws, parts } = await world();
  await uninstall(parts);
  aws.take();
  const report = await uninstall(parts);
  expect(report).toEqual({ terminated: [], busy: [], deletedTemplates: [], leftovers: [], problems: [] });
  const mutating = aws.take().filter((operation) => !/^(Describe|List)/.test(operation));
  expect(mutating).toEqual([]);
});

it("keeps, and names, an instance on which a task has come in between", async () => {
  const { aws, idle, registered, parts } = await world();
  aws.fail("DeregisterContainerInstance", { kind: "then", run: () => registered.tasks.push("task") });
  const report = await uninstall(parts);
  expect(report.terminated).toEqual([]);
  expect(report.problems).toEqual([expect.stringMatching(`${idle.id} is kept: InvalidParameterException`)]);
  expect(report.leftovers).toEqual([`instance ${idle.id} (running)`]);
  expect(registered.status).toBe("DRAINING"); // nothing new comes to it
});

it("ends nothing when it cannot see what is busy", async () => {
  const { aws, idle, parts } = await world();
  aws.fail("ListContainerInstances", { kind: "error", code: "AccessDeniedException" });
  const report = await uninstall(parts);
  expect(report.problems).toEqual([expect.stringMatching("ListContainerInstances failed: AccessDeniedException")]);
  expect(idle.state).toBe("running");
  expect(aws.sent("TerminateInstances")).toEqual([]);
});

it("lists volumes that have outlived their instances, and templates that cannot be deleted", async () => {
  const { aws, idle, parts } = await world();
  aws.volumes.push({ id: "vol-1", instanceId: "", pool: "night" }, { id: "vol-2", instanceId: idle.id, pool: "night" });
  aws.fail("DeleteLaunchTemplate", { kind: "error", code: "UnauthorizedOperation", status: 403 });
  const [template] = aws.templates.keys();
  const report = await uninstall(parts);
  expect(report.leftovers).toEqual([`launch template ${template}`, "volume vol-1 (available)"]);
  expect(report.problems).toEqual([expect.stringMatching(`launch template ${template} is not deleted`)]);
});
