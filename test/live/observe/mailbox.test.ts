// The event queue, with moto's SQS: long polls, deletion, and what wakes the loop.

import { createHash } from "node:crypto";
import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makeAwsClients } from "../../../src/live/aws/clients.js";
import { systemClock } from "../../../src/live/clock.js";
import { readEvent } from "../../../src/live/observe/event.js";
import { Mailbox } from "../../../src/live/observe/mailbox.js";
import { ReadApi } from "../../../src/live/observe/read-api.js";
import { type Moto, motoMissing, startMoto } from "../../support/moto.js";
import { jsonError, serve } from "../aws/loopback.js";
import { deadlineOf, manualClock } from "../aws/manual-clock.js";

process.env.AWS_ACCESS_KEY_ID = "test";
process.env.AWS_SECRET_ACCESS_KEY = "test";
process.env.AWS_EC2_METADATA_DISABLED = "true";

function event(source: string, type: string, detail: object, more: object = {}): string {
  return JSON.stringify({ source, "detail-type": type, time: "2026-01-05T00:00:20Z", detail, ...more });
}
const interruption = (id: string) =>
  event("aws.ec2", "EC2 Spot Instance Interruption Warning", { "instance-id": id, "instance-action": "terminate" });
const state = (id: string, word: string) =>
  event("aws.ec2", "EC2 Instance State-change Notification", { "instance-id": id, state: word });

describe("events", () => {
  it.each<[string, string, object]>([
    ["an interruption", interruption("i-1"), { kind: "interruption", instanceId: "i-1", detail: "terminate" }],
    [
      "a rebalance recommendation",
      event("aws.ec2", "EC2 Instance Rebalance Recommendation", { "instance-id": "i-1" }),
      { kind: "rebalance", instanceId: "i-1" },
    ],
    [
      "a change of state",
      state("i-1", "terminated"),
      { kind: "instance-state", instanceId: "i-1", detail: "terminated" },
    ],
    [
      "a job's change of state",
      event("aws.batch", "Batch Job State Change", { jobId: "job-1", status: "RUNNING" }),
      { kind: "job-state", jobId: "job-1", detail: "RUNNING" },
    ],
    [
      "a blocked queue",
      event("aws.batch", "Batch Job Queue Blocked", {
        jobId: "job-1",
        statusReason: "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
      }),
      { kind: "queue-blocked", jobId: "job-1", detail: "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT" },
    ],
    [
      "a container instance's change of state",
      event("aws.ecs", "ECS Container Instance State Change", { ec2InstanceId: "i-1", status: "DRAINING" }),
      { kind: "container-instance", instanceId: "i-1", detail: "DRAINING" },
    ],
    [
      "a scheduled change",
      event("aws.health", "AWS Health Event", {
        eventTypeCode: "AWS_EC2_PERSISTENT_INSTANCE_RETIREMENT_SCHEDULED",
        affectedEntities: [{ entityValue: "vol-1" }, { entityValue: "i-1" }],
      }),
      { kind: "health", instanceId: "i-1", detail: "AWS_EC2_PERSISTENT_INSTANCE_RETIREMENT_SCHEDULED" },
    ],
  ])("%s", (_, body, notice) => {
    expect(readEvent("message-1", body)).toMatchObject({
      notice: { messageId: "message-1", timeMs: Date.UTC(2026, 0, 5, 0, 0, 20), ...notice },
    });
  });

  it("of jobs tell of attempts that ended", () => {
    const ended = { jobQueue: "queue-arn", jobId: "job-1", attempts: [{ stoppedAt: 5 }, { startedAt: 6 }] };
    const jobOf = (detail: object) => {
      const read = readEvent("m", event("aws.batch", "Batch Job State Change", detail));
      return typeof read === "string" ? read : read.job;
    };
    expect(jobOf({ ...ended, status: "RUNNING" })).toEqual({ queueArn: "queue-arn", endedAttempts: 1 });
    expect(jobOf({ ...ended, status: "RUNNABLE", attempts: [] })).toBeUndefined();
    expect(jobOf({ ...ended, status: "FAILED", attempts: [] })).toEqual({ queueArn: "queue-arn", endedAttempts: 0 });
  });

  it.each<[string, string, string]>([
    ["no JSON", "{", "is not JSON"],
    ["no event", "[1]", "is no event"],
    [
      "no time",
      event("aws.ec2", "EC2 Instance Rebalance Recommendation", { "instance-id": "i-1" }, { time: "soon" }),
      "has no time",
    ],
    ["no instance", event("aws.ec2", "EC2 Instance Rebalance Recommendation", {}), "names neither instance nor job"],
    [
      "another event",
      event("aws.s3", "Object Created", {}),
      "has an event that means nothing here: aws.s3/Object Created",
    ],
  ])("that mean nothing: %s", (_, body, why) => {
    expect(readEvent("m", body)).toContain(why);
  });
});

describe.skipIf(motoMissing() !== null)("the mailbox", () => {
  let moto: Moto;
  let sqs: SQSClient;
  let url: string;
  let mailbox: Mailbox;
  const clock = systemClock();

  beforeAll(async () => {
    moto = await startMoto();
    sqs = new SQSClient({ endpoint: moto.url, region: "us-east-1" });
  });
  afterAll(() => moto?.stop());

  beforeEach(async () => {
    await moto.reset();
    url = (await sqs.send(new CreateQueueCommand({ QueueName: "events" }))).QueueUrl!;
    const clients = makeAwsClients({ region: "us-east-1", endpoint: moto.url });
    mailbox = new Mailbox({ clients, api: await ReadApi.make(clients), clock, queueUrl: url, note: () => {} });
  });

  const send = (MessageBody: string) => sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody }));
  const left = async () => {
    const AttributeNames = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] as const;
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...AttributeNames] }),
    );
    return AttributeNames.reduce((sum, name) => sum + Number(Attributes[name]), 0);
  };

  it("is emptied by a look, and everything in it is deleted", async () => {
    for (let i = 0; i < 23; i++) await send(i === 5 ? "nothing" : interruption(`i-${i}`));
    const taken = await mailbox.take(deadlineOf(clock, 10_000));
    expect(taken).toHaveLength(22);
    expect(new Set(taken.map(({ notice }) => notice.instanceId)).size).toBe(22);
    expect(await left()).toBe(0);
    expect(await mailbox.take(deadlineOf(clock, 10_000))).toEqual([]);
  });

  it("wakes when a pressing message comes, and keeps it for the look", async () => {
    const waiting = mailbox.wait(20_000, new AbortController().signal);
    await send(state("i-1", "running")); // presses nobody
    await send(interruption("i-2"));
    expect(await waiting).toBe(true);
    expect(await left()).toBe(2);
    const taken = await mailbox.take(deadlineOf(clock, 10_000));
    expect(taken.map(({ notice }) => notice.instanceId).sort()).toEqual(["i-1", "i-2"]);
    expect(await left()).toBe(0);
  });

  it("waits no longer than it was asked to, nor than its signal", async () => {
    const beganMs = clock.monotonicMs();
    expect(await mailbox.wait(1_200, new AbortController().signal)).toBe(false);
    expect(clock.monotonicMs() - beganMs).toBeGreaterThanOrEqual(1_200);
    expect(await mailbox.wait(600_000, AbortSignal.timeout(100))).toBe(false);
    expect(clock.monotonicMs() - beganMs).toBeLessThan(60_000);
  });

  it("a queue that is not there is a note, and the wait goes on", async () => {
    const notes: string[] = [];
    const clients = makeAwsClients({ region: "us-east-1", endpoint: moto.url });
    const api = await ReadApi.make(clients);
    const lost = new Mailbox({ clients, api, clock, queueUrl: `${url}-gone`, note: (text) => notes.push(text) });
    expect(await lost.wait(300, new AbortController().signal)).toBe(false);
    expect(notes).toEqual([expect.stringMatching(/^the event queue could not be read: /)]);
    await expect(lost.take(deadlineOf(clock, 10_000))).rejects.toThrow();
  });

  it("without a queue it only waits", async () => {
    const clients = makeAwsClients({ region: "us-east-1", endpoint: moto.url });
    const api = await ReadApi.make(clients);
    const none = new Mailbox({ clients, api, clock, queueUrl: null, note: () => {} });
    expect(await none.wait(20, new AbortController().signal)).toBe(false);
    expect(await none.take(deadlineOf(clock, 1_000))).toEqual([]);
    expect(api.takeCallCounts()).toEqual({});
  });
});

describe("a queue that may be read and not written", () => {
  /** Each message comes again as soon as it is asked for again, until it is deleted. */
  async function start() {
    const messages: { MessageId: string; ReceiptHandle: string; Body: string }[] = [];
    let given = 0;
    let mayDelete = false;
    const server = await serve(({ name, input }) => {
      if (name === "SQS.ReceiveMessage") {
        const sum = (text: string) => createHash("md5").update(text).digest("hex"); // the SDK looks at it
        const Messages = messages.slice(given, given + 10).map((each) => ({ ...each, MD5OfBody: sum(each.Body) }));
        given += Messages.length;
        return { body: { Messages } };
      }
      if (name !== "SQS.DeleteMessageBatch") throw new Error(`nobody asks for ${name}`);
      if (!mayDelete) return jsonError("AccessDenied", 403);
      for (const { ReceiptHandle } of input.Entries as { ReceiptHandle: string }[]) {
        messages.splice(
          messages.findIndex((message) => message.ReceiptHandle === ReceiptHandle),
          1,
        );
      }
      return { body: { Successful: [], Failed: [] } };
    });
    const clock = manualClock();
    const clients = makeAwsClients({ region: "us-east-1", endpoint: server.url, clock, maxAttempts: 1 });
    closing.push(
      () => clients.destroy(),
      () => server.close(),
    );
    const notes: string[] = [];
    const parts = { clients, api: await ReadApi.make(clients), clock, queueUrl: `${server.url}/1/events` };
    const mailbox = new Mailbox({ ...parts, note: (text) => notes.push(text) });
    return {
      ...{ messages, notes, clock, server },
      send: (id: string) => messages.push({ MessageId: id, ReceiptHandle: `receipt-${id}`, Body: interruption(id) }),
      allow: () => {
        mayDelete = true;
      },
      take: async () => {
        given = 0;
        clock.nowMs += 60_000;
        const taken = await mailbox.take(deadlineOf(clock, 10_000));
        return taken.map(({ notice }) => notice.instanceId);
      },
    };
  }
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  it("its messages are told all the same, each once, and why they stay is said once", async () => {
    const { send, take, notes, server } = await start();
    for (let i = 0; i < 12; i++) send(`i-${i}`);
    expect(await take()).toHaveLength(12);
    send("i-12");
    expect(await take()).toEqual(["i-12"]);
    expect(notes).toEqual([
      expect.stringMatching(/^messages could not be deleted from the event queue, and come again: .*AccessDenied/),
    ]);
    // One vain call a look: receipts of messages that come again are not kept.
    expect(server.count("SQS.DeleteMessageBatch")).toBe(2);
  });

  it("a message that keeps coming is not told again, however old; what stays is said again after an hour", async () => {
    const { send, take, notes } = await start();
    send("i-1");
    expect(await take()).toEqual(["i-1"]);
    for (let minute = 1; minute < 60; minute++) expect(await take()).toEqual([]);
    expect(notes).toHaveLength(1);
    await take();
    expect(notes).toHaveLength(2);
  });

  it("is emptied when it may be", async () => {
    const { send, take, allow, messages } = await start();
    for (let i = 0; i < 12; i++) send(`i-${i}`);
    await take();
    allow();
    expect(await take()).toEqual([]);
    expect(messages).toEqual([]);
  });
});
