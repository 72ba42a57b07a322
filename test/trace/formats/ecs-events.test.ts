import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ecsEventsFormat } from "../../../src/trace/formats/ecs-events.js";
import { readTrace } from "../../../src/trace/read-trace.js";
import { UNREADABLE } from "../../../src/trace/text/cells.js";
import { issuesOf, traceOptions } from "../trace-files.js";
import { deliveredText, take } from "./aws-rows.js";

const T = Date.UTC(2024, 0, 1);
const iso = (seconds: number) => new Date(T + seconds * 1_000).toISOString();
const UUID = "37235f86-9457-3c6c-ab7d-5cbbd096aded";

/** Created at 0 s, image pulled from 5 s to 17.5 s, ran from 20 s to 80 s. */
const TASK = {
  taskArn: "arn:aws:ecs:eu-west-1:111122223333:task/c/t1",
  clusterArn: `arn:aws:ecs:eu-west-1:111122223333:cluster/AWSBatch-my-ce-${UUID}`,
  taskDefinitionArn: "arn:aws:ecs:eu-west-1:111122223333:task-definition/align:4",
  lastStatus: "STOPPED",
  version: 5,
  cpu: "512",
  memory: "1024",
  createdAt: iso(0),
  pullStartedAt: iso(5),
  pullStoppedAt: iso(17.5),
  startedAt: iso(20),
  executionStoppedAt: iso(79),
  stoppedAt: iso(80),
  containers: [{ name: "default", exitCode: 0, cpu: "0" }],
};
const task = (changes: object) => ({ ...TASK, ...changes });
const event = (detail: object) => ({
  "detail-type": "ECS Task State Change",
  source: "aws.ecs",
  time: iso(81),
  detail,
});
const only = async (detail: object) => {
  const { rows } = await take(ecsEventsFormat, event(detail));
  expect(rows).toHaveLength(1);
  return rows[0]!;
};

describe("events of ECS tasks", () => {
  it("give a task's request, times, and the compute environment as its queue", async () => {
    expect(await only(TASK)).toMatchObject({
      ...{ id: TASK.taskArn, name: "align", definition: "align:4", queue: "my-ce", group: "111122223333" },
      ...{ submitMs: T, waitMs: 20_000, pullMs: 12_500, runtimeMs: 60_000, status: "SUCCEEDED", exitCode: 0 },
      ...{ vcpus: 0.5, memoryMib: 1_024, gpus: Number.NaN },
    });
  });

  it.each<[string, object, object]>([
    ["the old name of a cluster", { clusterArn: `x/high_Batch_${UUID}` }, { queue: "high" }],
    ["another cluster", { clusterArn: "x/mine" }, { queue: "mine" }],
    ["only the end of execution", { stoppedAt: undefined }, { runtimeMs: 59_000 }],
    ["a failure", { containers: [{ exitCode: 0 }, { exitCode: 137 }] }, { status: "FAILED", exitCode: 137 }],
    [
      "a code of 32 bits",
      { containers: [{ exitCode: 0xc0000005 }] },
      { exitCode: 5, adjusted: ["exit-code-out-of-range"] },
    ],
    [
      "a stop from outside",
      { containers: [{}], stopCode: "TerminationNotice" },
      { status: "FAILED", exitCode: Number.NaN },
    ],
    ["no start", { startedAt: undefined, containers: [{}] }, { withoutRuntime: "never-ran", status: "" }],
    [
      "a running task",
      { lastStatus: "RUNNING", stoppedAt: undefined, executionStoppedAt: undefined },
      { withoutRuntime: "still-running", status: "" },
    ],
    ["a pending task", { lastStatus: "PENDING", startedAt: undefined }, { withoutRuntime: "still-queued" }],
    ["no request, as in 2016", { cpu: undefined, memory: undefined }, { vcpus: Number.NaN, memoryMib: Number.NaN }],
    ["unreadable times", { startedAt: "soon" }, { waitMs: UNREADABLE, runtimeMs: UNREADABLE }],
    ["overrides of the task", { overrides: { cpu: "2048", memory: "4096" } }, { vcpus: 2, memoryMib: 4_096 }],
    [
      "requests of containers and their overrides", // 512 + 1,024 units; 256 + 300 MiB
      {
        ...{ cpu: undefined, memory: undefined },
        containers: [
          { name: "a", cpu: "512", memory: "256" },
          { name: "b", cpu: "1", memoryReservation: "300", gpuIds: ["g0", "g1"] },
        ],
        overrides: { containerOverrides: [{ name: "b", cpu: 1_024 }] },
      },
      { vcpus: 1.5, memoryMib: 556, gpus: 2 },
    ],
    [
      "a GPU asked for",
      { overrides: { containerOverrides: [{ name: "default", resourceRequirements: [{ type: "GPU", value: "4" }] }] } },
      { gpus: 4 },
    ],
  ])("%s", async (_, changes, expected) => {
    expect(await only(task(changes))).toMatchObject(expected);
  });

  it("the highest version of a task counts", async () => {
    const running = task({ version: 3, lastStatus: "RUNNING", stoppedAt: undefined });
    const { rows, folded } = await take(ecsEventsFormat, [event(running), event(TASK), event(running), event(TASK)]);
    expect(rows).toMatchObject([{ runtimeMs: 60_000 }]);
    expect(folded).toEqual(["earlier-event 1", "earlier-event 3", "duplicate 4"]);
  });

  it("rows come in the order of creation; tasks of services and other events are none", async () => {
    const other = task({ taskArn: "t0", createdAt: iso(-9) });
    const services = [task({ taskArn: "s1", startedBy: "ecs-svc/123" }), task({ taskArn: "s2", group: "service:web" })];
    const blocked = { "detail-type": "ECS Deployment State Change", detail: { eventName: "x" } };
    const taken = await take(ecsEventsFormat, [TASK, other, ...services].map(event), blocked, [
      event({ taskArn: "" }),
      {},
    ]);
    expect(taken.rows.map(({ id }) => id)).toEqual(["t0", TASK.taskArn]);
    expect(taken.rejected).toEqual(["not-a-job 1", "not-a-job 2", "service-task 3", "service-task 4"]);
    expect(taken.folded).toEqual(["other-event 1"]);
    expect([...taken.notes]).toEqual([expect.stringContaining("submission of a task")]);
  });

  it("tasks of describe-tasks give epoch seconds", async () => {
    const epoch = task({ createdAt: T / 1_000 + 0.25, startedAt: T / 1_000 + 1, stoppedAt: T / 1_000 + 2.5 });
    const file = JSON.stringify({ tasks: [epoch], failures: [] });
    expect(ecsEventsFormat.detect({ name: "x.json", text: file })).toBe("sure");
    const { rows } = await take(ecsEventsFormat, file);
    expect(rows).toMatchObject([{ submitMs: T + 250, waitMs: 750, runtimeMs: 1_500 }]);
  });
});

const delivered = "aws-ecs/eventbridge.ecs-task-state-change.json";
const path = `../shared/data/traces/${delivered}`;
describe.skipIf(!existsSync(path))("delivered event of ECS (skipped without ../shared/data)", () => {
  it("is a task that runs", async () => {
    const { rows } = await take(ecsEventsFormat, deliveredText(delivered));
    expect(rows).toMatchObject([
      {
        queue: "FargateCluster",
        vcpus: 0.25,
        memoryMib: 512,
        waitMs: 23_701,
        pullMs: 3_000,
        withoutRuntime: "still-running",
      },
    ]);
    const issues = await issuesOf(readTrace(traceOptions({ format: undefined }), path));
    expect(issues[0]!.message).toContain("had not ended");
  });
});
