// What goes over the wire: nothing that changes the account in a dry run, and never anything to another host than the endpoint's,
// whatever the environment says.

import dns from "node:dns";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ListJobsCommand } from "@aws-sdk/client-batch";
import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { DescribeInstancesCommand } from "@aws-sdk/client-ec2";
import { ListContainerInstancesCommand } from "@aws-sdk/client-ecs";
import { GetProductsCommand } from "@aws-sdk/client-pricing";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { GetServiceQuotaCommand } from "@aws-sdk/client-service-quotas";
import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { GetParameterCommand } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { makeAwsClients } from "../../../src/live/aws/clients.js";
import { type Moto, motoMissing, startMoto } from "../../support/moto.js";
import { onDemandPool, SESSION } from "../kill/session.js";
import { LiveProcess, makeRig, type Rig } from "../rig/rig.js";

const TICK_MS = 15_000;
/** The session's first half hour. */
const TICKS = 60;

/** A host that nobody may call: it counts who does. */
async function trap() {
  let connections = 0;
  const server = createServer((_, response) => response.end());
  server.on("connection", () => {
    connections++;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    count: () => connections,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe("every client of live mode", () => {
  const clients = makeAwsClients({ region: "eu-west-1", endpoint: "http://127.0.0.1:9", zeroDelay: true });
  afterAll(() => clients.destroy());

  const CALLS = {
    batch: async () => [await clients.batch(), new ListJobsCommand({ jobQueue: "q" })],
    dynamodb: async () => [await clients.dynamodb(), new GetItemCommand({ TableName: "t", Key: { pk: { S: "a" } } })],
    ec2: async () => [await clients.ec2(), new DescribeInstancesCommand({})],
    ecs: async () => [await clients.ecs(), new ListContainerInstancesCommand({ cluster: "c" })],
    pricing: async () => [await clients.pricing(), new GetProductsCommand({ ServiceCode: "AmazonEC2" })],
    s3: async () => [await clients.s3(), new GetObjectCommand({ Bucket: "bucket", Key: "key" })],
    serviceQuotas: async () => {
      return [await clients.serviceQuotas(), new GetServiceQuotaCommand({ ServiceCode: "ec2", QuotaCode: "L-1" })];
    },
    sqs: async () => [await clients.sqs(), new ReceiveMessageCommand({ QueueUrl: "https://sqs.example/1/queue" })],
    ssm: async () => [await clients.ssm(), new GetParameterCommand({ Name: "/a" })],
    sts: async () => [await clients.sts(), new GetCallerIdentityCommand({})],
  } as const;

  it("is here", () => {
    const services = Object.keys(clients).filter((key) => key in CALLS);
    const others = ["region", "time", "allowedReads", "takeCallCounts", "destroy"];
    expect(Object.keys(clients).sort()).toEqual([...services, ...others].sort());
  });

  it.each(Object.keys(CALLS) as (keyof typeof CALLS)[])(
    "%s refuses another host before it is even looked up",
    async (service) => {
      vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
      vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
      const elsewhere = await trap();
      const lookup = vi.spyOn(dns, "lookup");
      for (const url of [elsewhere.url, "https://ec2.eu-west-1.amazonaws.com"]) {
        const [client, command] = (await CALLS[service]()) as unknown as [Forced, unknown];
        client.config.endpointProvider = () => ({ url: new URL(url) });
        const { host } = new URL(url);
        await expect(client.send(command)).rejects.toThrow(`${host} may not be called`);
      }
      expect(elsewhere.count()).toBe(0);
      expect(lookup).not.toHaveBeenCalled();
      await elsewhere.close();
    },
  );
});

/** An SDK client, as far as it takes to send its requests elsewhere. */
interface Forced {
  readonly config: { endpointProvider: () => { readonly url: URL } };
  send(command: unknown): Promise<unknown>;
}

describe.skipIf(motoMissing() !== null)("a controller over the wire", () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto();
  }, 60_000);
  afterAll(() => moto?.stop());

  async function tick(rig: Rig, process: LiveProcess, from: number, ticks: number): Promise<void> {
    for (let n = from; n < from + ticks; n++) {
      await rig.world.advance(n * TICK_MS);
      await process.tick(n * TICK_MS);
    }
  }

  it("changes nothing in a dry run, whatever there would be to do, and calls nobody else", async () => {
    await moto.reset(42);
    const rig = await makeRig({ text: SESSION, moto });
    const lookup = vi.spyOn(dns, "lookup");
    try {
      const { world, account } = rig;
      await world.addForeignInstance(onDemandPool(rig));
      const dryRun = async (first: number, ticks: number) => {
        const from = world.requests.length;
        const { epoch } = rig.leaseStore;
        const dry = await LiveProcess.start({ ...rig, options: { ...rig.options, applies: false } });
        await tick(rig, dry, first, ticks);
        const requests = world.requests.slice(from);
        // To receive a message hides it from whoever acts on it.
        const changes = requests.filter(({ mutating, operation }) => mutating || operation === "ReceiveMessage");
        expect(changes).toEqual([]);
        expect(requests.length).toBeGreaterThan(ticks * 5);
        expect(rig.leaseStore).toMatchObject({ epoch, pending: [] });
        return dry.reports.flatMap(({ judged }) => judged.flatMap(({ verdicts }) => verdicts));
      };
      // Jobs wait first; later there are instances to end, since somebody has been at work in between.
      const launches = await dryRun(0, 4);
      await tick(rig, await LiveProcess.start(rig), 4, 8);
      expect(account.hostCount).toBeGreaterThan(2);
      const ends = await dryRun(12, TICKS);
      expect(new Set(launches.map(({ command }) => command.kind))).toEqual(new Set(["launch"]));
      expect(ends.map(({ command }) => command.kind)).toContain("end");
      const rules = [...launches, ...ends].map((verdict) => (verdict.allowed ? "" : verdict.rule));
      expect(new Set(rules)).toEqual(new Set(["dry-run"]));
      expect(new Set(world.requests.map(({ host }) => host))).toEqual(new Set([new URL(world.url).host]));
      expect(lookup).not.toHaveBeenCalled();
    } finally {
      await rig.world.close();
    }
  });

  it("goes to its endpoint though the environment names others", async () => {
    await moto.reset(42);
    const elsewhere = await trap();
    const names = ["", "_BATCH", "_EC2", "_ECS", "_SQS", "_SSM", "_DYNAMODB", "_S3", "_STS"];
    for (const name of names) vi.stubEnv(`AWS_ENDPOINT_URL${name}`, elsewhere.url);
    for (const name of ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"]) {
      vi.stubEnv(name, elsewhere.url);
    }
    vi.stubEnv("AWS_REGION", "eu-central-1");
    vi.stubEnv("AWS_EC2_METADATA_SERVICE_ENDPOINT", elsewhere.url);
    vi.stubEnv("AWS_CONTAINER_CREDENTIALS_FULL_URI", `${elsewhere.url}/credentials`);
    vi.stubEnv("AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere");
    const rig = await makeRig({ text: SESSION, moto });
    const lookup = vi.spyOn(dns, "lookup");
    try {
      const process = await LiveProcess.start(rig);
      await tick(rig, process, 0, 24);
      const { requests, url, region } = rig.world;
      const operations = new Set(requests.map(({ operation }) => operation));
      expect([...operations]).toEqual(expect.arrayContaining(["CreateFleet", "TerminateInstances", "ReceiveMessage"]));
      expect(new Set(requests.map(({ host }) => host))).toEqual(new Set([new URL(url).host]));
      expect(new Set(requests.map((each) => each.region))).toEqual(new Set([region]));
      expect(elsewhere.count()).toBe(0);
      expect(lookup).not.toHaveBeenCalled();
    } finally {
      await rig.world.close();
      await elsewhere.close();
    }
  });
});
