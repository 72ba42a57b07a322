// AWS's limits of compute environments and job queues: the last value that is taken and the first that is refused, in AWS's
// words where it publishes them. § 2.4 (limits) and § 2.6 of the semantics.

import { describe, expect, it } from "vitest";
import { environment, scenario } from "./environments.js";
import { play, refusals } from "./play.js";

const JOB = "id: a, jobQueue: q1, vcpus: 1, memory: 1 GiB, runtime: 60s";
const named = (name: string, resources = "type: EC2, maxvCpus: 64", keys = "type: MANAGED") =>
  environment(resources, keys).replace(": ce,", `: ${name},`);
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

/** A queue q1 (q2, ...) over environments by name. */
const queue = (index: number, environments: readonly string[]) => {
  const order = environments.map((name, at) => `{ order: ${at + 1}, computeEnvironment: ${name} }`).join(", ");
  return `  - { jobQueueName: q${index}, priority: 1, computeEnvironmentOrder: [${order}] }`;
};

/** What is said of one queue over these environments. */
const refusedQueue = (environments: readonly string[]) => {
  const names = environments.map((_, index) => `e${index + 1}`);
  const renamed = environments.map((text, index) => text.replace(": ce,", `: ${names[index]},`));
  return refusals(scenario(renamed, [JOB], "jobQueues:", queue(1, names)));
};

describe("§ 2.4 how many there may be", () => {
  it.each([
    { count: 50, messages: [] },
    { count: 51, messages: ["must have at most 50 entries, got 51"] },
  ])("§ 2.4 up to 50 job queues: $count", async ({ count, messages }) => {
    const queues = numbers(count).map((index) => queue(index, ["ce"]));
    expect(await refusals(scenario(named("ce"), [JOB], "jobQueues:", ...queues))).toEqual(messages);
  });

  it.each([
    { count: 50, messages: [] },
    { count: 51, messages: ["must have at most 50 entries, got 51"] },
  ])("§ 2.4 up to 50 compute environments: $count", async ({ count, messages }) => {
    const environments = numbers(count).map((index) => named(`e${index}`));
    expect(await refusals(scenario(environments, [JOB], "jobQueues:", queue(1, ["e1"])))).toEqual(messages);
  });

  it.each([
    { count: 3, messages: [] },
    { count: 4, messages: ["You can associate up to three compute environments with a job queue, got 4"] },
  ])("§ 2.4 up to three compute environments for a job queue: $count", async ({ count, messages }) => {
    expect(await refusedQueue(numbers(count).map(() => environment("type: EC2, maxvCpus: 64")))).toEqual(messages);
  });
});

describe("§ 2.6 what may stand together in a job queue", () => {
  const EC2 = environment("type: EC2, maxvCpus: 64");
  const SPOT = environment("type: SPOT, maxvCpus: 64");
  const FARGATE = environment("type: FARGATE, maxvCpus: 64");
  const FARGATE_SPOT = environment("type: FARGATE_SPOT, maxvCpus: 64");
  const ARM = environment("type: EC2, maxvCpus: 64, instanceTypes: [default_arm64]");
  const ARM_SPOT = environment("type: SPOT, maxvCpus: 64, instanceTypes: [c7g, m6g.large]");
  const mixed = "Amazon EC2 and Fargate compute environments can't be mixed in one job queue";
  const architectures =
    "all compute environments that are associated with a job queue must share the same architecture";

  it.each([
    { name: "EC2 and SPOT", environments: [EC2, SPOT], messages: [] },
    { name: "FARGATE and FARGATE_SPOT", environments: [FARGATE, FARGATE_SPOT], messages: [] },
    { name: "EC2 and FARGATE", environments: [EC2, FARGATE], messages: [mixed] },
    { name: "SPOT and FARGATE_SPOT", environments: [SPOT, FARGATE_SPOT], messages: [mixed] },
    { name: "two of arm64", environments: [ARM, ARM_SPOT], messages: [] },
    { name: "x86_64 and arm64", environments: [EC2, ARM], messages: [architectures] },
    { name: "three, the last of another architecture", environments: [EC2, SPOT, ARM_SPOT], messages: [architectures] },
  ])("§ 2.6 $name", async ({ environments, messages }) => {
    expect(await refusedQueue(environments)).toEqual(messages);
  });

  it("§ 2.6 queues of a scenario may be of different kinds", async () => {
    const environments = [EC2, FARGATE, ARM].map((text, index) => text.replace(": ce,", `: e${index + 1},`));
    const queues = numbers(3).map((index) => queue(index, [`e${index}`]));
    expect(await refusals(scenario(environments, [JOB], "jobQueues:", ...queues))).toEqual([]);
  });

  it.each(["state: DISABLED", "status: INVALID"])("§ 2.6 a queue needs an environment that works: %s", async (keys) => {
    const off = environment("type: EC2, maxvCpus: 64", keys);
    expect(await refusedQueue([off, off])).toEqual([
      'the job queue "q1" has no compute environment that works: all are DISABLED or INVALID',
    ]);
    expect(await refusedQueue([off, EC2])).toEqual([]);
  });
});

describe("§ 2.6 the numbers of a compute environment", () => {
  const refused = (resources: string) =>
    refusals(scenario(environment(resources), ["id: a, vcpus: 1, memory: 1 GiB, runtime: 60s"]));
  const delay = (minutes: number) => `type: EC2, maxvCpus: 8, scalingPolicy: { minScaleDownDelayMinutes: ${minutes} }`;

  it.each([
    { resources: "type: EC2, minvCpus: 8, maxvCpus: 8", messages: [] },
    { resources: "type: EC2, minvCpus: 9, maxvCpus: 8", messages: ["maxvCpus (8) must not be less than minvCpus (9)"] },
    { resources: "type: EC2, minvCpus: -1, maxvCpus: 8", messages: ["must be at least 0, got -1"] },
    { resources: "type: SPOT, maxvCpus: 8, bidPercentage: 101", messages: ["must be at most 100, got 101"] },
    { resources: "type: SPOT, maxvCpus: 8, bidPercentage: -1", messages: ["must be at least 0, got -1"] },
    { resources: delay(0), messages: [] },
    { resources: delay(1), messages: ["must be 0 (off) or between 20 and 10080 minutes, got 1"] },
    { resources: delay(19), messages: ["must be 0 (off) or between 20 and 10080 minutes, got 19"] },
    { resources: delay(20), messages: [] },
    { resources: delay(10_080), messages: [] },
    { resources: delay(10_081), messages: ["must be at most 10080, got 10081"] },
    { resources: "type: ECS_MANAGED_INSTANCES, maxvCpus: 8", messages: ["ECS_MANAGED_INSTANCES is not simulated"] },
  ])("§ 2.6 { $resources }: $messages", async ({ resources, messages }) => {
    expect(await refused(resources)).toEqual(messages);
  });

  it("§ 2.6 maxvCpus is needed, and so are the resources of an UNMANAGED environment", async () => {
    expect(await refused("type: EC2")).toEqual(['the key "maxvCpus" is missing']);
    const bare = "{ computeEnvironmentName: ce, type: UNMANAGED }";
    expect(await refusals(scenario(bare, ["id: a, vcpus: 1, memory: 1 GiB, runtime: 60s"]))).toEqual([
      'the key "computeResources" is missing',
    ]);
  });

  it("§ 2.6 a job that no environment can hold within maxvCpus is refused", async () => {
    // m6i.xlarge is the smallest for 4 vCPUs.
    const text = (maxvCpus: number) =>
      scenario(environment(`type: EC2, maxvCpus: ${maxvCpus}, instanceTypes: [m6i]`), [
        "id: a, vcpus: 4, memory: 1 GiB, runtime: 60s",
      ]);
    expect(await refusals(text(3))).toEqual([
      expect.stringContaining("the smallest instance type that holds it has 4 vCPUs, more than maxvCpus 3 of ce"),
    ]);
    expect((await play(text(4))).startedS("a")).toBe(0);
  });
});
