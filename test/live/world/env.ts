// A World with real AWS clients, for its own tests.

import { BatchClient } from "@aws-sdk/client-batch";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { EC2Client } from "@aws-sdk/client-ec2";
import { ECSClient } from "@aws-sdk/client-ecs";
import { PricingClient } from "@aws-sdk/client-pricing";
import { S3Client } from "@aws-sdk/client-s3";
import { ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import { SQSClient } from "@aws-sdk/client-sqs";
import { SSMClient } from "@aws-sdk/client-ssm";
import { STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll } from "vitest";
import type { SimulationInput } from "../../../src/sim/simulate.js";
import type { SimulatedAccount } from "../../../src/sim/unmanaged/account.js";
import { type Moto, startMoto } from "../../support/moto.js";
import type { WorldSetup } from "../../world/account-state.js";
import { scenarioAccount } from "../../world/scenario-account.js";
import { startWorld, type World } from "../../world/world.js";

export const ORIGIN_MS = Date.UTC(2026, 0, 5);

/** `maxAttempts`: 1 shows every fault as it is. */
export function clientsOf(endpoint: string, maxAttempts = 1) {
  const config = {
    endpoint,
    region: "us-east-1",
    maxAttempts,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  };
  return {
    batch: new BatchClient(config),
    dynamodb: new DynamoDBClient(config),
    ec2: new EC2Client(config),
    ecs: new ECSClient(config),
    pricing: new PricingClient(config),
    quotas: new ServiceQuotasClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
    sqs: new SQSClient(config),
    ssm: new SSMClient(config),
    sts: new STSClient(config),
  };
}
export type Clients = ReturnType<typeof clientsOf>;

/** Two small types, spot with on-demand beside it; an instance runs after 20 s and is registered after 60 s. */
const ENVIRONMENT = `
jobQueues:
  - { jobQueueName: main, priority: 1, computeEnvironmentOrder: [{ order: 1, computeEnvironment: ours }] }
computeEnvironments:
  - computeEnvironmentName: ours
    type: UNMANAGED
    computeResources: { type: SPOT, minvCpus: 0, maxvCpus: 256, instanceTypes: [m6i.large, c6i.xlarge] }
strategies: [{ name: plain, placement: best-fit, holdBack: never, spareLaunches: 0 }]
baselines: []
`;
const WORLD = `
world: { unmanaged: { schedulerInterval: 5s }, pending: 20s, boot: 40s, pull: 10s, cachedPull: 1s, stopDelay: 0s }
`;

export interface WorldTest {
  readonly moto: Moto;
  readonly world: World;
  readonly account: SimulatedAccount;
  readonly input: SimulationInput;
  readonly clients: Clients;
}

/** A moto for the file's tests, and a World of its own for each that asks. */
export function worldTests(): (text: string, setup?: WorldSetup) => Promise<WorldTest> {
  let moto: Moto;
  const worlds: World[] = [];
  beforeAll(async () => {
    moto = await startMoto();
  });
  afterAll(async () => {
    await Promise.all(worlds.map((world) => world.close()));
    await moto?.stop();
  });
  return async (text, setup = {}) => {
    await moto.reset(42);
    const { account, input } = await scenarioAccount(text);
    const { tables, workload } = input;
    const world = await startWorld({ account, tables, workload, moto, originMs: ORIGIN_MS, setup });
    worlds.push(world);
    return { moto, world, account, input, clients: clientsOf(world.url) };
  };
}

/** A job that is cancelled before anything can run it: time 0 is when the first job is submitted. */
export const FIRST = "id: first, vcpus: 1, memory: 1 GiB, runtime: 1s, cancel: 1s";

/** A scenario of jobs, each the inside of a YAML map. */
export function jobsScenario(jobs: readonly string[], more = ""): string {
  return `trace:\n  jobs:\n${jobs.map((job) => `    - { ${job} }\n`).join("")}${ENVIRONMENT}${WORLD}${more}`;
}

/** The pool of a type in a market, in the zone named first. */
export function poolOf({ tables }: SimulationInput, type: string, market: "spot" | "on-demand"): number {
  const found = tables.pools.findIndex(
    (pool) => pool.market === market && tables.instanceTypes[pool.instanceType]!.name === type,
  );
  if (found === -1) throw new Error(`no pool of ${type} (${market})`);
  return found;
}
