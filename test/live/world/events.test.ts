// What happens in the account as messages, EC2's words for what it takes back, and how messages go wrong.

import { DescribeInstancesCommand } from "@aws-sdk/client-ec2";
import { DeleteMessageCommand, GetQueueAttributesCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { describe, expect, it } from "vitest";
import { EndCause } from "../../../src/model/market.js";
import { motoMissing } from "../../support/moto.js";
import { MotoClient } from "../../world/moto-client.js";
import { jobsScenario, type WorldTest, worldTests } from "./env.js";
import { createFleet, makeTemplate } from "./launch.js";

const JOB = "id: a, vcpus: 1, memory: 1 GiB, runtime: 10m, retryStrategy: { attempts: 2 }";
/** A spot instance that runs at 20 s is taken 5 min later, at 320 s; its notice comes 2 min before, at 200 s. */
const TAKEN =
  "spot: { interruptions: { hourly: 0, early: { share: 1, after: 5m } }, notice: { warning: 2m, missingShare: 0, rebalanceLead: none } }";
const taken = jobsScenario([JOB]).replace("stopDelay: 0s }", `stopDelay: 0s, ${TAKEN} }`);

interface Event {
  readonly id: string;
  readonly "detail-type": string;
  readonly source: string;
  readonly time: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Takes all messages out of the queue. */
async function receive({ world, clients }: WorldTest): Promise<Event[]> {
  const events: Event[] = [];
  for (;;) {
    const command = new ReceiveMessageCommand({ QueueUrl: world.eventQueueUrl, MaxNumberOfMessages: 10 });
    const { Messages = [] } = await clients.sqs.send(command);
    if (Messages.length === 0) return events;
    for (const { Body, ReceiptHandle } of Messages) {
      events.push(JSON.parse(Body!) as Event);
      await clients.sqs.send(new DeleteMessageCommand({ QueueUrl: world.eventQueueUrl, ReceiptHandle }));
    }
  }
}

const typesOf = (events: readonly Event[]) => events.map((event) => event["detail-type"]);
const STATE = "EC2 Instance State-change Notification";
const WARNING = "EC2 Spot Instance Interruption Warning";
const JOB_STATE = "Batch Job State Change";

describe.skipIf(motoMissing() !== null)("messages of the World", () => {
  const start = worldTests();

  it("tell that instances run, are warned and go, and that jobs change", async () => {
    const test = await start(taken);
    const { world, account, clients } = test;
    await makeTemplate(clients);
    await createFleet(test, { types: ["m6i.large"], count: 1 });
    const id = world.instanceId(0);
    await world.advance(30_000);
    const [running] = await receive(test);
    expect(running).toMatchObject({
      "detail-type": STATE,
      source: "aws.ec2",
      time: "2026-01-05T00:00:20Z",
      detail: { "instance-id": id, state: "running" },
    });
    await world.advance(200_000);
    const warned = (await receive(test)).filter((event) => event["detail-type"] === WARNING);
    expect(warned).toMatchObject([
      {
        time: "2026-01-05T00:03:20Z",
        detail: { "instance-id": id, "instance-action": "terminate" },
      },
    ]);
    await world.advance(320_000);
    expect(account.host(0)).toMatchObject({ goneMs: 320_000, cause: EndCause.Reclaimed });
    const events = await receive(test);
    expect(events.find((event) => event["detail-type"] === STATE)!.detail).toEqual({
      "instance-id": id,
      state: "shutting-down",
    });
    const job = events.filter((event) => event["detail-type"] === JOB_STATE).at(-1)!;
    expect(job.detail).toMatchObject({
      jobId: world.jobId(0),
      status: "RUNNABLE",
      attempts: [{ statusReason: expect.stringMatching(/^Host EC2/) }],
    });
    const { Reservations } = await clients.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
    expect(Reservations![0]!.Instances![0]).toMatchObject({
      State: { Name: "shutting-down" },
      StateReason: { Code: "Server.SpotInstanceTermination" },
    });
  });

  it("get lost, come twice, late, and the last first, when a fault says so", async () => {
    const test = await start(jobsScenario([JOB]));
    const { world, clients } = test;
    await makeTemplate(clients);
    await createFleet(test, { types: ["m6i.large"], count: 2 });
    const twice = world.faults.add({ kind: "messages", effect: "duplicate" });
    await world.advance(20_000);
    const both = await receive(test);
    expect(both).toHaveLength(4);
    expect(new Set(both.map(({ id }) => id)).size).toBe(2);
    twice();
    const lost = world.faults.add({ kind: "messages", effect: "lose" });
    await world.userKills(0);
    expect(await world.deliver()).toBe(0);
    lost();
    const late = world.faults.add({ kind: "messages", effect: "delay", byMs: 60_000 });
    await world.userKills(1);
    expect(await world.deliver()).toBe(0);
    late();
    await world.advance(79_999);
    expect(await receive(test)).toEqual([]);
    await world.advance(80_000);
    expect(typesOf(await receive(test))).toEqual([STATE]);
    world.faults.add({ kind: "messages", effect: "reverse" });
    await createFleet(test, { types: ["m6i.large"], count: 2, token: "t2" });
    await world.advance(100_000);
    const reversed = (await receive(test)).map(({ detail }) => detail["instance-id"]);
    expect(reversed).toEqual([world.instanceId(3), world.instanceId(2)]);
  });

  it("come by EventBridge's rules too: the envelope is the one that a rule matches", async () => {
    const test = await start(jobsScenario([JOB]));
    const { world, clients, moto } = test;
    const { Attributes } = await clients.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: world.eventQueueUrl, AttributeNames: ["QueueArn"] }),
    );
    const bus = new MotoClient(moto, "us-east-1");
    const call = (operation: string, input: unknown) => bus.json("events", `AWSEvents.${operation}`, input);
    const EventPattern = JSON.stringify({ source: ["aws.ec2"], "detail-type": [WARNING] });
    await call("PutRule", { Name: "interruptions", EventPattern });
    await call("PutTargets", { Rule: "interruptions", Targets: [{ Id: "queue", Arn: Attributes!.QueueArn }] });
    const Detail = JSON.stringify({ "instance-id": "i-1", "instance-action": "terminate" });
    await call("PutEvents", {
      Entries: [
        { Source: "aws.ec2", DetailType: WARNING, Detail },
        { Source: "aws.ec2", DetailType: "Another", Detail },
      ],
    });
    bus.close();
    const events = await receive(test);
    expect(events).toMatchObject([{ "detail-type": WARNING, source: "aws.ec2", detail: { "instance-id": "i-1" } }]);
    // The World's own have every key that EventBridge gives.
    await makeTemplate(clients);
    await createFleet(test, { types: ["m6i.large"], count: 1 });
    await world.advance(20_000);
    const [own] = await receive(test);
    expect(Object.keys(own!)).toEqual(expect.arrayContaining(Object.keys(events[0]!)));
  });
});
