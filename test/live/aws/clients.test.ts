// The clients as they are used: real SDK clients against a server on loopback.

import { DescribeJobsCommand, ListJobsCommand } from "@aws-sdk/client-batch";
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { DescribeInstancesCommand } from "@aws-sdk/client-ec2";
import { ListContainerInstancesCommand } from "@aws-sdk/client-ecs";
import { GetProductsCommand } from "@aws-sdk/client-pricing";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { GetServiceQuotaCommand } from "@aws-sdk/client-service-quotas";
import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { GetParameterCommand } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { type AwsClientOptions, type AwsClients, makeAwsClients } from "../../../src/live/aws/clients.js";
import type { AwsCall } from "../../../src/live/aws/wire.js";
import { type Answer, type Call, ec2Error, jsonError, type Loopback, serve } from "./loopback.js";
import { manualClock } from "./manual-clock.js";

const closing: (() => Promise<void> | void)[] = [];

beforeAll(() => {
  process.env.AWS_ACCESS_KEY_ID = "test";
  process.env.AWS_SECRET_ACCESS_KEY = "test";
  process.env.AWS_EC2_METADATA_DISABLED = "true";
});

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start(
  answerTo: (call: Call) => Answer | Promise<Answer>,
  options: Partial<AwsClientOptions> = {},
): Promise<{ server: Loopback; clients: AwsClients; told: AwsCall[] }> {
  const server = await serve(answerTo);
  const told: AwsCall[] = [];
  const clients = makeAwsClients({
    region: "eu-west-1",
    endpoint: server.url,
    zeroDelay: true,
    onCall: (call) => told.push(call),
    ...options,
  });
  closing.push(() => clients.destroy(), server.close);
  return { server, clients, told };
}

const NO_JOBS = { body: { jobSummaryList: [] } };

describe("clients", () => {
  test("one per service, made once", async () => {
    const { clients } = await start(() => NO_JOBS);
    expect(await clients.batch()).toBe(await clients.batch());
  });

  test("all services call the endpoint and nothing else, whatever region or address they were told of", async () => {
    const { server, clients, told } = await start(() => jsonError("Nothing"), { maxAttempts: 1 });
    const sends = [
      (await clients.batch()).send(new ListJobsCommand({ jobQueue: "q" })),
      (await clients.dynamodb()).send(new PutItemCommand({ TableName: "t", Item: { pk: { S: "a" } } })),
      (await clients.ec2()).send(new DescribeInstancesCommand({})),
      (await clients.ecs()).send(new ListContainerInstancesCommand({ cluster: "c" })),
      (await clients.pricing()).send(new GetProductsCommand({ ServiceCode: "AmazonEC2" })),
      (await clients.s3()).send(new GetObjectCommand({ Bucket: "bucket", Key: "key" })),
      (await clients.serviceQuotas()).send(new GetServiceQuotaCommand({ ServiceCode: "ec2", QuotaCode: "L-1" })),
      // The queue's URL is of another host.
      (await clients.sqs()).send(
        new ReceiveMessageCommand({ QueueUrl: "https://sqs.eu-west-1.amazonaws.com/123456789012/queue" }),
      ),
      (await clients.ssm()).send(new GetParameterCommand({ Name: "/a" })),
      (await clients.sts()).send(new GetCallerIdentityCommand({})),
    ];
    const results = await Promise.allSettled(sends);
    expect(results.every(({ status }) => status === "rejected")).toBe(true);
    expect(server.calls).toHaveLength(10);
    const host = new URL(server.url).host;
    expect(server.calls.map((call) => call.host)).toEqual(Array(10).fill(host));
    expect(told.map(({ service }) => service).sort()).toEqual(
      ["Batch", "DynamoDB", "EC2", "ECS", "Pricing", "S3", "SQS", "SSM", "STS", "ServiceQuotas"].sort(),
    );
  });

  test("a request for another host is refused before it is sent, and not retried", async () => {
    const { server, clients, told } = await start(() => NO_JOBS);
    const batch = await clients.batch();
    batch.middlewareStack.add(
      (next) => (args) => {
        (args.request as { hostname: string }).hostname = "localhost";
        return next(args);
      },
      { step: "finalizeRequest", name: "elsewhere" },
    );
    await expect(batch.send(new ListJobsCommand({ jobQueue: "q" }))).rejects.toThrow(/localhost:\d+ may not be called/);
    expect(server.calls).toHaveLength(0);
    expect(told).toMatchObject([{ code: "ForeignHostError", status: 0, attempts: 1 }]);
    expect(clients.takeCallCounts()).toEqual({});
  });

  test("with an endpoint, credentials come from the environment alone", async () => {
    const { server, clients } = await start(() => NO_JOBS);
    delete process.env.AWS_SECRET_ACCESS_KEY;
    try {
      const sent = (await clients.batch()).send(new ListJobsCommand({ jobQueue: "q" }));
      await expect(sent).rejects.toMatchObject({
        name: "CredentialsProviderError",
        message: expect.stringContaining("AWS_SECRET_ACCESS_KEY alone"),
      });
    } finally {
      process.env.AWS_SECRET_ACCESS_KEY = "test";
    }
    expect(server.calls).toHaveLength(0);
  });

  test("throttled twice: three requests, one call that is told of", async () => {
    let left = 2;
    const { clients, told } = await start(() =>
      left-- > 0
        ? jsonError("TooManyRequestsException", 429)
        : { ...NO_JOBS, headers: { "x-amzn-requestid": "request-3" } },
    );
    await (await clients.batch()).send(new ListJobsCommand({ jobQueue: "q" }));
    expect(clients.takeCallCounts()).toEqual({ "Batch.ListJobs": 3 });
    expect(clients.takeCallCounts()).toEqual({});
    expect(told).toMatchObject([
      { service: "Batch", operation: "ListJobs", status: 200, code: "", requestId: "request-3", attempts: 3 },
    ]);
  });

  test("an error is told with AWS's code and request id; a broken connection with Node's", async () => {
    let answer: Answer = ec2Error("UnauthorizedOperation", 403);
    const { clients, told } = await start(() => answer, { maxAttempts: 1 });
    const ec2 = await clients.ec2();
    await expect(ec2.send(new DescribeInstancesCommand({}))).rejects.toThrow("this is UnauthorizedOperation");
    answer = "reset";
    await expect(ec2.send(new DescribeInstancesCommand({}))).rejects.toThrow();
    expect(told).toMatchObject([
      { code: "UnauthorizedOperation", status: 403, requestId: "r-1" },
      { code: "ECONNRESET", status: 0, requestId: "" },
    ]);
  });

  test("a call ends when its signal aborts, though AWS does not answer", async () => {
    const { clients, told } = await start(() => "hang");
    const batch = await clients.batch();
    const sent = batch.send(new ListJobsCommand({ jobQueue: "q" }), { abortSignal: AbortSignal.timeout(50) });
    await expect(sent).rejects.toMatchObject({ name: "AbortError" });
    expect(told).toMatchObject([{ code: "AbortError", status: 0 }]);
  });

  test("AWS's time comes from its answers", async () => {
    const clock = manualClock(Date.UTC(2026, 0, 5, 12, 0, 0));
    // AWS is a minute ahead; whole seconds.
    const { clients } = await start(() => ({ ...NO_JOBS, headers: { date: "Mon, 05 Jan 2026 12:01:00 GMT" } }), {
      clock,
    });
    expect(clients.time.serverMs()).toBe(Date.UTC(2026, 0, 5, 12, 0, 0));
    await (await clients.batch()).send(new ListJobsCommand({ jobQueue: "q" }));
    // Between 12:01:00.000 and 12:01:01.000: the middle of it.
    expect(clients.time.serverMs()).toBe(Date.UTC(2026, 0, 5, 12, 1, 0, 500));
    expect(clients.time.skewMs()).toBe(60_500);
  });
});

describe("rates", () => {
  test("Batch's reads wait for their turn once the burst is used up, and no longer than their signal", async () => {
    const clock = manualClock();
    const { server, clients } = await start(() => NO_JOBS, { clock, zeroDelay: false, batchReadsPerSecond: 2 });
    const batch = await clients.batch();
    // A burst of 10 s x 2 = 20; DescribeJobs and ListJobs share it.
    for (let i = 0; i < 10; i++) {
      await batch.send(new ListJobsCommand({ jobQueue: "q" }));
      await batch.send(new DescribeJobsCommand({ jobs: ["a"] }));
    }
    expect(clock.slept).toEqual([]);
    await batch.send(new ListJobsCommand({ jobQueue: "q" }));
    // One token is 500 ms, and up to one more of jitter.
    expect(clock.slept).toHaveLength(1);
    expect(clock.slept[0]).toBeGreaterThanOrEqual(500);
    expect(clock.slept[0]).toBeLessThan(1_000);
    const aborted = batch.send(new ListJobsCommand({ jobQueue: "q" }), { abortSignal: AbortSignal.abort() });
    await expect(aborted).rejects.toMatchObject({ name: "AbortError" });
    expect(server.calls).toHaveLength(21);
  });

  test("what is allowed is half of what EC2 and ECS document", async () => {
    const { clients } = await start(() => NO_JOBS, { batchReadsPerSecond: 7 });
    expect(clients.allowedReads).toEqual({ Batch: 7, EC2: 10, ECS: 10 });
  });
});
