// The doctor against moto: answers that were not written for it.

import { BatchClient, CreateComputeEnvironmentCommand, CreateJobQueueCommand } from "@aws-sdk/client-batch";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DescribeSecurityGroupsCommand, DescribeSubnetsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { loadCatalog } from "../../../src/catalog/catalog.js";
import { makeAwsClients } from "../../../src/live/aws/clients.js";
import { systemClock } from "../../../src/live/clock.js";
import { runDoctor } from "../../../src/live/doctor/doctor.js";
import type { Finding } from "../../../src/live/doctor/finding.js";
import { dynamoStore } from "../../../src/live/lease/dynamo-store.js";
import { liveScenario } from "../../../src/run/live/live-tables.js";
import { resolveScenario } from "../../../src/run/resolve.js";
import { parseScenario } from "../../../src/scenario/parse-scenario.js";
import { type Moto, motoMissing, startMoto } from "../../support/moto.js";

const ROLE = "arn:aws:iam::123456789012:role/batch";

describe.skipIf(motoMissing() !== null)("the doctor against moto", () => {
  let moto: Moto;
  let findings: Finding[];
  beforeAll(async () => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
    vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
    moto = await startMoto();
    findings = await doctor(moto.url, await makeAccount(moto.url));
  }, 120_000);
  afterAll(async () => {
    vi.unstubAllEnvs();
    await moto?.stop();
  });

  const saidBy = (check: string) =>
    findings.filter((finding) => finding.check === check).map(({ severity, what }) => `${severity}: ${what}`);

  it("knows the account, the environment, the queue and the cluster", () => {
    expect(saidBy("account")[0]).toMatch(/^ok: account 123456789012, region us-east-1, as arn:/);
    expect(saidBy("compute environment")[0]).toMatch(/^ok: spot is UNMANAGED, ENABLED and VALID; its cluster is arn:/);
    expect(saidBy("job queues")).toEqual(["ok: q is ENABLED and VALID, and leads to spot alone"]);
    expect(saidBy("cluster")).toEqual([
      "ok: the cluster is ACTIVE with 0 container instances, 0 of them ours; 0 instances with our tag",
    ]);
  });

  it("finds the AMI, the subnets, the queue of events and the table of the lease", () => {
    expect(saidBy("images").filter((row) => !row.startsWith("ok"))).toEqual([]);
    expect(saidBy("network").filter((row) => !row.startsWith("ok"))).toEqual([]);
    expect(saidBy("events")).toEqual([`ok: the event queue is there: ${moto.url}/123456789012/events`]);
    expect(saidBy("lease")).toEqual([
      "ok: DynamoDB table lease, item k: nobody holds it",
      expect.stringMatching(/^note: it was read, not written/),
    ]);
  });

  it("may create launch templates, and says of the rest that it cannot be tried yet", () => {
    expect(saidBy("permissions")[0]).toBe("ok: ec2:CreateLaunchTemplate is allowed");
    expect(saidBy("permissions").some((row) => row.startsWith("error"))).toBe(false);
  });
});

interface Made {
  readonly subnetId: string;
  readonly zoneId: string;
  readonly groupId: string;
}

/** A compute environment, a queue, a table and a queue of events, in moto's own network. */
async function makeAccount(endpoint: string): Promise<Made> {
  const config = { endpoint, region: "us-east-1" };
  await iam(endpoint, { Action: "CreateRole", RoleName: "batch", AssumeRolePolicyDocument: "{}" });
  const batch = new BatchClient(config);
  await batch.send(
    new CreateComputeEnvironmentCommand({
      computeEnvironmentName: "spot",
      type: "UNMANAGED",
      state: "ENABLED",
      serviceRole: ROLE,
    }),
  );
  const computeEnvironmentOrder = [{ order: 1, computeEnvironment: "spot" }];
  await batch.send(
    new CreateJobQueueCommand({ jobQueueName: "q", state: "ENABLED", priority: 1, computeEnvironmentOrder }),
  );
  await new SQSClient(config).send(
    new CreateQueueCommand({ QueueName: "events", Attributes: { MessageRetentionPeriod: "300" } }),
  );
  await new DynamoDBClient(config).send(
    new CreateTableCommand({
      TableName: "lease",
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
    }),
  );
  const ec2 = new EC2Client(config);
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({}));
  const [subnet] = Subnets;
  return { subnetId: subnet!.SubnetId!, zoneId: subnet!.AvailabilityZoneId!, groupId: SecurityGroups[0]!.GroupId! };
}

async function iam(endpoint: string, form: Readonly<Record<string, string>>): Promise<void> {
  const scope = "Credential=test/20260101/us-east-1/iam/aws4_request";
  const answer = await fetch(endpoint, {
    method: "POST",
    headers: { authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=0` },
    body: new URLSearchParams({ Version: "2010-05-08", ...form }),
  });
  if (!answer.ok) throw new Error(`moto: ${await answer.text()}`);
}

async function doctor(endpoint: string, { subnetId, zoneId, groupId }: Made): Promise<Finding[]> {
  const text = `trace:
  synthetic: { jobs: 1, duration: 1h, shapes: [{ name: a, vcpus: 1, memory: 1 GiB, runtime: 1m }] }
jobQueues: [{ jobQueueName: q, priority: 1, computeEnvironmentOrder: [{ order: 1, computeEnvironment: spot }] }]
computeEnvironments:
  - computeEnvironmentName: spot
    type: UNMANAGED
    computeResources: { type: SPOT, maxvCpus: 256, zones: [${zoneId}], instanceTypes: [m5.large] }
live:
  account: "123456789012"
  launch:
    subnets: [{ subnetId: ${subnetId}, zoneId: ${zoneId} }]
    securityGroupIds: [${groupId}]
    instanceProfile: ecsInstanceRole
    imageSsmParameter: /aws/service/ecs/optimized-ami/amazon-linux-2/recommended/image_id
  caps: { maxUsdPerHour: $25, maxUsdPerDay: $200 }
  lease: { dynamodb: lease }
  eventQueueUrl: ${endpoint}/123456789012/events
`;
  const scenario = parseScenario(text, "s.yaml", "s");
  const { settings, tables, queues } = liveScenario(resolveScenario(scenario, loadCatalog(), "s.yaml"), "s.yaml");
  const clock = systemClock();
  const clients = makeAwsClients({ region: "us-east-1", endpoint, clock, zeroDelay: true, maxAttempts: 1 });
  const leaseStore = dynamoStore(await clients.dynamodb(), "lease", "k");
  const findings = await runDoctor({ settings, tables, queues, clients, clock, leaseStore, strategies: 1 });
  clients.destroy();
  return findings;
}
